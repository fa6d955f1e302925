"""The result of an attribution: a sentence, the words in colour, whether to believe them, and more one click away."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from redheart_core.explain.attribution.request import AttributionRequest
from redheart_core.explain.attribution.result import Attribution
from redheart_core.explain.attribution.targets.target import MINUS
from workbench.charts.top_words import top_words_chart
from workbench.copy import UiLanguage, say
from workbench.ui import prose, session, tasks
from workbench.ui.explanations import explain, help_notice
from workbench.ui.figure import colours, show_figure
from workbench.ui.progress import stoppable
from workbench.ui.session import Key
from workbench.ui.widgets.attribution_cases import draw_cases_beside
from workbench.ui.widgets.attribution_comparisons import draw_comparisons
from workbench.ui.widgets.attribution_concepts import draw_many_texts
from workbench.ui.widgets.attribution_numbers import draw_numbers
from workbench.ui.widgets.attribution_trust import draw_checks, draw_trust, draw_verdict
from workbench.ui.widgets.dilemma_result import layer_switch
from workbench.ui.widgets.empty_result import draw_empty_result
from workbench.views.attribution_lead import attribution_lead
from workbench.views.method_names import is_no_explanation, method_gloss
from workbench.views.targets import contrast_name, label_source
from workbench.views.top_words import top_words_view
from workbench.views.word_map import piece_map, word_map
from workbench.views.word_map_html import word_map_html

LAYERS = ("words", "checks", "views", "concepts", "cases", "numbers")


def draw_attribution_result(request: AttributionRequest | None, language: UiLanguage) -> None:
    """Draw which words moved the output, or what to do when nothing was asked yet.

    Raises:
        RedHeartError: The request or the checkpoint cannot be used.
    """
    if tasks.is_stopped(tasks.WORDS):
        prose.paragraph(say("attribution.progress.cancelled", language), kind="notice")
    if request is None:
        draw_empty_result("attribution", language)
        return
    notice = help_notice(request, language)
    if notice is not None:
        prose.paragraph(notice, kind="notice")
        prose.paragraph(say("attribution.lead.help_only", language), kind="quiet")
        return
    attribution = _explained(request, language)
    target = target_name(attribution, language)
    verdict = _draw_lead(attribution, target, request, language)
    _draw_map(attribution, language)
    judged, panel = draw_trust(attribution, language)
    with verdict:
        draw_verdict(panel)
    layer = layer_switch(Key.ATTRIBUTION_LAYER, "attribution", LAYERS, language)
    if layer == "checks":
        draw_checks(attribution, judged, target, language)
    elif layer == "views":
        draw_comparisons(attribution, target, language)
    elif layer == "concepts":
        draw_many_texts(attribution, target, language)
    elif layer == "cases":
        draw_cases_beside(attribution, target, language)
    elif layer == "numbers":
        draw_numbers(attribution, judged, request, target, language)
    else:
        _draw_bars(attribution, target, language)


def target_name(attribution: Attribution, language: UiLanguage) -> str:
    """Return the name of an attribution's target, a difference with both its sides."""
    first, _, second = attribution.key.target.partition(MINUS)
    return contrast_name(first, second or None, language)


def _explained(request: AttributionRequest, language: UiLanguage) -> Attribution:
    task = say("attribution.progress.task_words", language)
    with stoppable(task, language, key="attribution.stop_words", on_stop=tasks.stop_words) as report:
        attribution = explain(request, language, report)
    tasks.remember_shown(request)
    session.put(Key.ATTRIBUTION_PACE, attribution.seconds / max(1, attribution.num_evaluations))
    return attribution


def _draw_lead(
    attribution: Attribution, target: str, request: AttributionRequest, language: UiLanguage
) -> DeltaGenerator:
    """Draw the answer in sentences and return the place of the verdict among them."""
    lead = attribution_lead(attribution, target, language)
    prose.paragraph(lead.sentence, kind="lead")
    verdict = st.container()
    prose.paragraph(" ".join(filter(None, (lead.how, lead.ngrams))))
    sources = dict.fromkeys(label_source(part, language) for part in attribution.key.target.split(MINUS))
    prose.paragraph("\n".join(sources), kind="quiet")
    if is_no_explanation(attribution.key.method):
        prose.paragraph(method_gloss(attribution.key.method, language), kind="notice")
    if request.untrained:
        prose.paragraph(say("attribution.lead.untrained", language), kind="notice")
    return verdict


def _draw_map(attribution: Attribution, language: UiLanguage) -> None:
    prose.heading(say("attribution.map.heading", language))
    if attribution.truncated:
        prose.paragraph(say("attribution.map.truncated", language), kind="quiet")
    place = st.container()
    pieces = st.toggle(
        say("attribution.map.pieces", language), key=Key.ATTRIBUTION_PIECES,
        help=say("attribution.map.pieces_help", language), persist_state="session",
    )  # fmt: skip
    view = piece_map(attribution, language) if pieces else word_map(attribution, language)
    with place:
        prose.raw(word_map_html(view, is_dark=st.context.theme.type == "dark"))


def _draw_bars(attribution: Attribution, target: str, language: UiLanguage) -> None:
    view = top_words_view(attribution, target, language)
    chart = top_words_chart(view, colours())
    show_figure(view.text, chart, key="attribution.words", language=language, table=view.table)
