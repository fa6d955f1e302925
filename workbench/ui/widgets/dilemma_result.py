"""The result of a dilemma: one sentence on top, then four layers one click apart."""

from __future__ import annotations

import streamlit as st

from redheart_core.inference.results import DilemmaEvaluation
from workbench.copy import UiLanguage, say
from workbench.ui import prose
from workbench.ui.requests import DilemmaRequest
from workbench.ui.resources import evaluate
from workbench.ui.session import Key
from workbench.ui.widgets.empty_result import draw_empty_result
from workbench.ui.widgets.pictures import draw_pictures
from workbench.ui.widgets.steps import draw_steps
from workbench.ui.widgets.tradeoff import draw_cases, draw_lead, draw_recommendation
from workbench.ui.widgets.trust_panel import draw_dilemma_trust
from workbench.views.tradeoff import tradeoff_view

LAYERS = ("tradeoff", "pictures", "trust", "trace")


def draw_result(request: DilemmaRequest | None, language: UiLanguage) -> None:
    """Draw what follows from a dilemma, or what to do when nothing was asked yet.

    Raises:
        RedHeartError: The dilemma or the checkpoint cannot be used.
    """
    if request is None:
        draw_empty_result("dilemma", language)
        return
    evaluation = evaluate(request, language)
    if evaluation.help_notice:
        prose.paragraph(evaluation.help_notice, kind="notice")
        prose.paragraph(say("dilemma.result.help_only", language), kind="quiet")
        return
    view = tradeoff_view(evaluation, language)
    draw_lead(view, evaluation)
    layer = layer_switch(Key.LAYER, "dilemma", LAYERS, language)
    if layer == "tradeoff":
        draw_cases(view, request, language)
        draw_recommendation(evaluation, view, language)
    else:
        _draw_layer(layer, evaluation, language)


def layer_switch(key: Key, page: str, layers: tuple[str, ...], language: UiLanguage) -> str:
    """Draw the choice of a layer and return it."""
    st.session_state.setdefault(key, layers[0])
    with st.container(key=f"{page}_layers"):
        chosen = st.segmented_control(
            say(f"{page}.layer.label", language),
            layers,
            format_func=lambda layer: say(f"{page}.layer.{layer}", language),
            key=key,
            required=True,
            label_visibility="collapsed",
            persist_state="session",
        )
    return str(chosen or layers[0])


def _draw_layer(layer: str, evaluation: DilemmaEvaluation, language: UiLanguage) -> None:
    if layer == "pictures":
        draw_pictures(evaluation, language)
    elif layer == "trust":
        draw_dilemma_trust(evaluation, language)
    else:
        draw_steps(evaluation.trace, evaluation.to_dict(), "dilemma", "dilemma", language)
