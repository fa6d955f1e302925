"""The result of reading a passage: one sentence on top, then layers one click apart."""

from __future__ import annotations

from redheart_core.vocabulary.dilemma import clean_passage
from workbench.copy import UiLanguage, say
from workbench.ui import prose, session
from workbench.ui.requests import PassageRequest
from workbench.ui.resources import analyze
from workbench.ui.session import Key
from workbench.ui.widgets.dilemma_result import layer_switch
from workbench.ui.widgets.passage import (
    draw_advice,
    draw_marked_words,
    draw_passage_lead,
    draw_passage_pictures,
    draw_ways_to_words,
)
from workbench.ui.widgets.steps import draw_steps
from workbench.ui.widgets.trust_panel import draw_trust

LAYERS = ("pictures", "trust", "trace")


def read_passage_request() -> PassageRequest:
    """Return what the fields ask.

    Raises:
        InputError: The passage cannot be used.
    """
    text = clean_passage(str(session.get(Key.PASSAGE_TEXT) or ""), what_en="text", what_ko="글")
    return PassageRequest(text=text, profile=str(session.get(Key.PASSAGE_PROFILE, "neutral")))


def draw_passage_result(request: PassageRequest | None, language: UiLanguage) -> None:
    """Draw what a passage shows, or what to do when nothing was asked yet.

    Raises:
        RedHeartError: The passage or the checkpoint cannot be used.
    """
    if request is None:
        prose.heading(say("emotion.empty.title", language))
        prose.paragraph(say("emotion.empty.text", language))
        return
    analysis = analyze(request, language)
    if analysis.help_notice:
        prose.paragraph(analysis.help_notice, kind="notice")
        prose.paragraph(say("emotion.result.help_only", language), kind="quiet")
        return
    draw_passage_lead(analysis, language)
    draw_marked_words(analysis, language)
    draw_ways_to_words(analysis, language)
    draw_advice(analysis, language)
    layer = layer_switch(Key.PASSAGE_LAYER, "emotion", LAYERS, language)
    if layer == "pictures":
        draw_passage_pictures(analysis, language)
    elif layer == "trust":
        prose.paragraph(say("emotion.trust.parts", language))
        cannot = [say(f"emotion.trust.cannot_{place}", language) for place in ("first", "second", "third")]
        draw_trust(analysis.confidence, analysis.refused, cannot, language)
    else:
        draw_steps(analysis.trace, analysis.to_dict(), "passage", "emotion", language)
