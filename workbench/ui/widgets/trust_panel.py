"""Can I trust this: confidence and its parts, what was refused, limits, and what cannot be told."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from redheart_core.inference.results import Confidence, DilemmaEvaluation
from redheart_core.reasoning.lenses import INTERVAL_WIDTH
from workbench.copy import UiLanguage, say
from workbench.ui import prose
from workbench.ui.figure import show_twin
from workbench.ui.model_card import model_card
from workbench.views.model_card import card_limits
from workbench.views.order import shown_order
from workbench.views.scores import scores_summary, scores_view
from workbench.views.trust import credences_sentence, trust_view, weights_sentence


def draw_trust(confidence: Confidence, refused: Sequence[str], cannot: Sequence[str], language: UiLanguage) -> None:
    """Draw what a reader should know before believing a number, for a dilemma or a passage."""
    view = trust_view(confidence, refused, language)
    prose.heading(say("dilemma.trust.confidence", language, value=view.value))
    prose.paragraph(say("dilemma.trust.confidence_text", language), kind="quiet")
    prose.meters((part.label, part.value, part.mark) for part in view.parts)
    if view.notes:
        prose.bullets(view.notes)
    prose.heading(say("dilemma.trust.refused", language))
    if view.refused:
        prose.paragraph(say("dilemma.trust.refused_text", language, families=", ".join(view.refused)))
    else:
        prose.paragraph(say("dilemma.trust.refused_none", language))
    card = model_card()
    limits = card_limits(card) if card else None
    if limits:
        with st.expander(say("dilemma.trust.limits", language), type="compact"):
            st.markdown(limits)
    prose.heading(say("dilemma.trust.cannot", language))
    prose.bullets(cannot)


def draw_dilemma_trust(evaluation: DilemmaEvaluation, language: UiLanguage) -> None:
    """Draw the third layer of a dilemma's result."""
    prose.heading(say("dilemma.trust.intervals", language))
    prose.paragraph(say("dilemma.trust.intervals_text", language, width=f"{INTERVAL_WIDTH:g}"))
    scores = scores_view(evaluation, language)
    prose.small_table(scores_summary(evaluation, language), caption=scores.text.subtitle, number_columns=5)
    show_twin(scores.table, key="dilemma.trust_scores", language=language, title=scores.text.title)
    cannot = [say(f"dilemma.trust.cannot_{place}", language) for place in ("first", "second", "third")]
    draw_trust(evaluation.confidence, evaluation.refused, cannot, language)
    prose.heading(say("dilemma.trust.settings", language))
    sha = str(evaluation.trace.checkpoint.get("sha256") or "–")
    seed = shown_order(evaluation.dilemma).seed
    prose.bullets(
        (
            weights_sentence(evaluation.view_weights, language),
            credences_sentence(evaluation.credences, language),
            say("dilemma.trust.seed", language, seed=seed),
            say("dilemma.trust.checkpoint", language, sha=sha[:16]),
        )
    )
