"""One run: where it stands, what is wrong with it, and what it learns, one layer at a time."""

from __future__ import annotations

import time

import streamlit as st

from redheart_core.runs.alerts import alerts
from redheart_core.runs.folder import RunFolder
from workbench.copy import UiLanguage, say
from workbench.ui import prose
from workbench.ui.refreshing import refreshed
from workbench.ui.run_looks import look_at, reader_zone
from workbench.ui.session import Key
from workbench.ui.span import draw_span
from workbench.ui.widgets.dilemma_result import layer_switch
from workbench.ui.widgets.training_curves import draw_learning, draw_machine, draw_optimiser, draw_validation
from workbench.ui.widgets.training_models import draw_models
from workbench.ui.widgets.training_record import draw_record
from workbench.views.run_status import alert_text, facts_of_run, is_grave, status_sentence
from workbench.views.visible import visible_text

LAYERS = ("learning", "validation", "optimiser", "machine", "record", "model")
_OVER_STEPS = ("learning", "validation", "optimiser")
_DRAWN = {
    "learning": draw_learning,
    "validation": draw_validation,
    "optimiser": draw_optimiser,
    "machine": draw_machine,
    "record": draw_record,
    "model": draw_models,
}


def draw_standing(folder: RunFolder, language: UiLanguage) -> None:
    """Draw what a run is called, where it stands, and what is wrong with it.

    Raises:
        RunError: Its store cannot be read.
    """
    prose.heading(visible_text(look_at(folder).facts.name))
    refreshed(_draw_status, folder, language=language)


def draw_layers(folder: RunFolder, language: UiLanguage) -> None:
    """Draw the curves and the record of a run, one layer at a time; nothing is looked at again once it is over.

    Raises:
        RunError: Its store cannot be read.
    """
    layer = layer_switch(Key.RUN_LAYER, "run", LAYERS, language)
    status = look_at(folder).status
    if layer in _OVER_STEPS:
        draw_span(folder.run_id, status.planned_steps, language)
    is_over = not status.is_living
    refreshed(_DRAWN[layer], folder, language=language, waits=is_over)


def _draw_status(folder: RunFolder, language: UiLanguage) -> None:
    look = look_at(folder)
    prose.paragraph(status_sentence(look, language), kind="lead")
    st.progress(min(1.0, look.status.step / max(1, look.status.planned_steps)))
    for alert in alerts(look, now_s=time.time()):
        prose.alert(alert_text(alert, language), is_grave=is_grave(alert))
    begun = st.expander(say("run.status.begun", language), key="run.begun", on_change="rerun", type="compact")
    if begun.open:
        with begun:
            prose.facts(facts_of_run(look, reader_zone(), language))
