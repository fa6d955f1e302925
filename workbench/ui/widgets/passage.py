"""The result of reading a passage: marked words, figures, concepts, and a suggestion on request."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

import streamlit as st

from redheart_core.inference.results import PassageAnalysis
from redheart_core.text.features import TextFeatures
from redheart_core.vocabulary.culture import PROFILES
from workbench.charts.emotions import emotions_chart, nuances_chart, vad_chart
from workbench.copy import UiLanguage, say
from workbench.ui import prose, session
from workbench.ui.arrivals import to_words_of_passage
from workbench.ui.figure import colours, show_figure
from workbench.ui.session import Key
from workbench.views import numbers
from workbench.views.emotions import emotions_view, nuances_view, strongest_named, vad_view
from workbench.views.figure import Table
from workbench.views.labels import emotion_name
from workbench.views.marks import MarkKind, emotion_marks, marked_html
from workbench.views.targets import emotion_target

_WAYS = 3


def draw_passage_lead(analysis: PassageAnalysis, language: UiLanguage) -> None:
    """Draw the answer in one sentence, whose judgement it is, and how sure."""
    strongest = strongest_named(analysis.emotions, language)
    prose.paragraph(say("emotion.result.lead", language, strongest=strongest), kind="lead")
    confidence = numbers.score(analysis.confidence.value)
    prose.paragraph(say("emotion.result.confidence", language, value=confidence))
    prose.paragraph(say("emotion.result.source", language), kind="quiet")


def draw_ways_to_words(analysis: PassageAnalysis, language: UiLanguage) -> None:
    """Draw ways to the words behind the strongest emotions that a trained output speaks about."""
    spoken = [emotion for emotion in analysis.emotions if emotion.neural is not None][:_WAYS]
    with st.container(horizontal=True):
        for emotion in spoken:
            target = emotion_target(emotion.name, analysis.language)
            label = say("emotion.result.words_of", language, emotion=emotion_name(emotion.name, language))
            if target and st.button(label, key=f"emotion.words.{emotion.name}", type="tertiary"):
                to_words_of_passage(analysis.text, target, language)


def draw_marked_words(analysis: PassageAnalysis, language: UiLanguage) -> None:
    """Draw the passage with the words that it was read from."""
    prose.heading(say("emotion.result.words", language))
    features = _features(analysis)
    text = str(features.get("text", analysis.text))
    marks = emotion_marks(features.get("cues", ()), language)
    prose.raw(marked_html(text, marks))
    present = [kind for kind in MarkKind if any(mark.kind is kind for mark in marks)]
    if not present:
        prose.paragraph(say("emotion.result.no_words", language), kind="quiet")
        return
    key = "".join(
        f'<li><span class="rh-mark rh-{kind.value}">'
        f"{html.escape(say(f'emotion.mark.{kind.value}', language))}</span></li>"
        for kind in present
    )
    st.html(f'<ul class="rh-key">{key}</ul>')


def _features(analysis: PassageAnalysis) -> Mapping[str, Any]:
    """Return the features that the trace recorded for the passage."""
    for step in analysis.trace.steps:
        if isinstance(step.output, TextFeatures):
            return step.output.to_dict()
    return {}


def draw_passage_pictures(analysis: PassageAnalysis, language: UiLanguage) -> None:
    """Draw the figures of a passage."""
    greys = colours()
    emotions = emotions_view(analysis.emotions, language)
    show_figure(
        emotions.text, emotions_chart(emotions, greys), key="emotion.bars", language=language, table=emotions.table
    )
    if analysis.vad is None:
        prose.paragraph(say("emotion.result.vad_missing", language), kind="quiet")
    else:
        vad = vad_view(analysis.vad, language)
        show_figure(vad.text, vad_chart(vad, greys), key="emotion.vad", language=language, table=vad.table)
    _draw_concepts(analysis, language)
    if any(nuance.score > 0 for nuance in analysis.nuances):
        nuances = nuances_view(analysis.nuances, language)
        chart = nuances_chart(nuances, greys)
        show_figure(nuances.text, chart, key="emotion.nuances", language=language, table=nuances.table)
    else:
        prose.paragraph(say("emotion.result.nuance_missing", language), kind="quiet")


def _draw_concepts(analysis: PassageAnalysis, language: UiLanguage) -> None:
    profile = PROFILES.get(analysis.profile)
    if profile is None or not profile.concepts:
        return
    prose.heading(say("emotion.result.concepts", language), level=3)
    active = {name: value for name, value in analysis.cultural_activations.items() if value > 0.0}
    if not active:
        prose.paragraph(say("emotion.result.concepts_none", language), kind="quiet")
        return
    rows = []
    for concept in profile.concepts:
        if concept.name in active:
            korean = language == "ko"
            name = concept.korean if korean else concept.english
            description = concept.description_ko if korean else concept.description_en
            rows.append((name, description, numbers.score(active[concept.name])))
    columns = (
        say("charts.column.concept", language),
        say("charts.column.reason", language),
        say("charts.column.presence", language),
    )
    table = Table(name="concepts", columns=columns, rows=tuple(rows))
    prose.small_table(table, caption=say("emotion.result.concepts", language), number_columns=1, captioned=False)


def draw_advice(analysis: PassageAnalysis, language: UiLanguage) -> None:
    """Draw the suggestion or the abstention, only on request, with its uncertainty and source beside it."""
    revealed = bool(session.get(Key.PASSAGE_REVEALED))
    st.button(
        say(f"emotion.result.{'advice_hide' if revealed else 'advice_show'}", language),
        key="emotion.reveal", on_click=session.toggle, args=(Key.PASSAGE_REVEALED,),
    )  # fmt: skip
    if not revealed:
        return
    prose.paragraph(analysis.recommendation.reason, kind="quote")
    confidence = say("emotion.result.confidence", language, value=numbers.score(analysis.confidence.value))
    prose.paragraph(f"{say('emotion.result.advice_title', language)}. {confidence}.", kind="quiet")
    prose.paragraph(say("emotion.result.source", language), kind="quiet")
