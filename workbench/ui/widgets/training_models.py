"""The models that a run has kept: take one into use for this session, or see how one becomes the shipped model."""

from __future__ import annotations

import streamlit as st

from redheart_core.runs.folder import RunFolder
from redheart_core.runs.handover import RunModel, models_of
from workbench.copy import UiLanguage, say
from workbench.ui import prose
from workbench.ui.checkpoint_choice import is_in_use, use, use_served
from workbench.views import numbers


def draw_models(folder: RunFolder, language: UiLanguage) -> None:
    """Draw the models of a run with what can be done with them.

    Raises:
        RunError: The run cannot be read.
    """
    prose.heading(say("run.models.title", language))
    models = models_of(folder)
    if not models:
        prose.paragraph(say("run.models.none", language))
        return
    prose.paragraph(say("run.models.text", language))
    for model in reversed(models):
        _draw_model(model, language)
    best = next((model for model in models if model.is_best), models[-1])
    prose.heading(say("run.models.promote", language))
    prose.paragraph(say("run.models.promote_text", language), kind="quiet")
    st.code(f"redheart runs promote {folder.run_id} NAME --model {best.name}", language="bash", wrap_lines=True)


def _draw_model(model: RunModel, language: UiLanguage) -> None:
    with st.container(key=f"run_model_{model.name}", horizontal=True, vertical_alignment="center"):
        prose.paragraph(_model_text(model, language))
        # No callback: only this part would be drawn again after it, and the banner on top would not come.
        if is_in_use(model):
            if st.button(say("run.models.stop_using", language), key=f"run.models.back.{model.name}"):
                use_served()
                st.rerun()
        elif st.button(say("run.models.use", language), key=f"run.models.use.{model.name}"):
            use(model)
            st.rerun()


def _model_text(model: RunModel, language: UiLanguage) -> str:
    if model.step is None:
        return say("run.models.newest", language)
    text = say("run.models.step", language, step=numbers.count(model.step))
    if model.score is not None:
        text = f"{text}, {say('run.models.score', language, score=numbers.score(model.score))}"
    return f"{text} {say('run.models.best', language)}" if model.is_best else text
