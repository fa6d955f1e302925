"""The first layer of a dilemma's result: the trade-off in words, and the recommendation behind a button."""

from __future__ import annotations

import html

import streamlit as st

from redheart_core.inference.results import DilemmaEvaluation
from workbench.copy import UiLanguage, say
from workbench.ui import prose, session
from workbench.ui.arrivals import to_contrast, to_words_of_option
from workbench.ui.requests import DilemmaRequest
from workbench.ui.session import Key
from workbench.views import numbers
from workbench.views.shown import shown_options
from workbench.views.tradeoff import OptionCase, TradeoffView


def draw_lead(view: TradeoffView, evaluation: DilemmaEvaluation) -> None:
    """Draw the answer in one sentence, its uncertainty, and whose judgement it rests on."""
    prose.paragraph(view.sentence, kind="lead")
    prose.paragraph(view.uncertainty)
    prose.paragraph(view.source, kind="quiet")
    if evaluation.human_notice:
        prose.paragraph(evaluation.human_notice, kind="quiet")


def draw_cases(view: TradeoffView, request: DilemmaRequest, language: UiLanguage) -> None:
    """Draw what speaks for and against each option, ways to the words behind it, and what would change the order."""
    prose.paragraph(say("dilemma.result.compared", language), kind="quiet")
    for case in view.cases:
        _draw_case(case, language)
        if st.button(say("dilemma.words.option", language), key=f"dilemma.words.{case.letter}", type="tertiary"):
            to_words_of_option(request, case.name, language)
    first, second = view.cases[0].letter, view.cases[1].letter
    label = say("dilemma.words.contrast", language, first=first, second=second)
    if st.button(label, key="dilemma.contrast", type="tertiary"):
        to_contrast((first, second), language)
    prose.heading(say("dilemma.result.changes", language))
    if view.changes:
        prose.bullets(view.changes)
    else:
        prose.paragraph(say("dilemma.result.no_changes", language))


def _draw_case(case: OptionCase, language: UiLanguage) -> None:
    score = html.escape(say("dilemma.result.score", language, score=case.score))
    st.html(
        f'<div class="rh-case-head"><span class="rh-letter">{case.letter}</span>'
        f'<h2 class="rh-case-name rh-h3" dir="auto">{html.escape(case.name)}</h2></div>'
        f'<p class="rh-case-score">{score}</p>'
    )
    good, bad = st.columns(2, gap="large")
    with good:
        claims = case.speaks_for or (say("dilemma.result.none_for", language),)
        prose.bullets(claims, title=say("dilemma.result.speaks_for", language), mark="raises")
    with bad:
        claims = case.speaks_against or (say("dilemma.result.none_against", language),)
        prose.bullets(claims, title=say("dilemma.result.speaks_against", language), mark="lowers")


def draw_recommendation(evaluation: DilemmaEvaluation, view: TradeoffView, language: UiLanguage) -> None:
    """Draw the recommendation or the abstention, only on request, with its uncertainty and source beside it."""
    revealed = bool(session.get(Key.REVEALED))
    st.button(
        say(f"dilemma.result.{'hide' if revealed else 'reveal'}", language),
        key="dilemma.reveal", on_click=session.toggle, args=(Key.REVEALED,),
    )  # fmt: skip
    if not revealed:
        prose.paragraph(say("dilemma.result.reveal_hint", language), kind="quiet")
        return
    recommendation = evaluation.recommendation
    title = "abstained_title" if recommendation.abstained else "reveal_title"
    prose.heading(say(f"dilemma.result.{title}", language))
    prose.paragraph(recommendation.reason, kind="quote")
    prose.paragraph(_uncertainty(evaluation, language))
    prose.paragraph(view.source, kind="quiet")


def _uncertainty(evaluation: DilemmaEvaluation, language: UiLanguage) -> str:
    confidence = numbers.score(evaluation.confidence.value)
    scores = {
        option.name: (
            option.letter, numbers.interval(option.evaluation.ethical_score, *option.evaluation.interval)
        )
        for option in shown_options(evaluation)
    }  # fmt: skip
    chosen = evaluation.recommendation.option
    if chosen in scores:
        letter, score = scores[chosen]
        return say("dilemma.result.with_interval", language, letter=letter, score=score, confidence=confidence)
    listed = ", ".join(f"{letter} {score}" for letter, score in scores.values())
    return say("dilemma.result.confidence_only", language, scores=listed, confidence=confidence)
