"""The curves of a run by layer. Each function looks at the run anew and draws what it finds."""

from __future__ import annotations

from redheart_core.errors import ConfigError
from redheart_core.runs.folder import RunFolder
from redheart_core.runs.watching import Look
from redheart_core.training.config import parse_config
from redheart_core.training.memory import PlannedStep
from workbench.copy import UiLanguage, say
from workbench.ui import prose
from workbench.ui.panels_figure import show_panels
from workbench.ui.run_looks import look_at
from workbench.ui.span import cut, shown_span
from workbench.ui.training_machine import memory_plan_of
from workbench.views.panels import PanelsView
from workbench.views.run_curves import (
    gradients_view,
    head_losses_view,
    loss_view,
    pace_view,
    rates_view,
    sweet_spots,
    validation_view,
)
from workbench.views.run_machine import machine_view, memory_sentence


def draw_learning(folder: RunFolder, language: UiLanguage) -> None:
    """Draw the total loss and the loss of each head."""
    look = look_at(folder)
    _draw(loss_view(look, language), "run.loss", say("run.loss.none", language), language, run_id=folder.run_id)
    _draw(head_losses_view(look, language), "run.heads", "", language, run_id=folder.run_id)


def draw_validation(folder: RunFolder, language: UiLanguage) -> None:
    """Draw every development metric, and the modules that stopped learning."""
    look = look_at(folder)
    _draw(
        validation_view(look, language),
        "run.validation",
        say("run.validation.none", language),
        language,
        run_id=folder.run_id,
    )
    spots = sweet_spots(look, language)
    if spots:
        notes = (line for spot in spots for line in spot.note.splitlines())
        prose.bullets(notes, title=say("run.validation.spots", language))


def draw_optimiser(folder: RunFolder, language: UiLanguage) -> None:
    """Draw learning rate, gradients, speed and batches."""
    look = look_at(folder)
    _draw(rates_view(look, language), "run.rate", say("run.loss.none", language), language, run_id=folder.run_id)
    _draw(
        gradients_view(look, language),
        "run.gradients",
        say("run.gradients.none", language),
        language,
        run_id=folder.run_id,
    )
    _draw(pace_view(look, language), "run.pace", "", language, run_id=folder.run_id)


def draw_machine(folder: RunFolder, language: UiLanguage) -> None:
    """Draw processor, memory, disk and GPU."""
    look = look_at(folder)
    planned = _memory_plan(look)
    sentence = None if planned is None else memory_sentence(look, planned.plan, language)
    if sentence is not None:
        prose.paragraph(sentence)
    view = machine_view(look, language)
    _draw(view, "run.machine", say("run.machine.none", language), language, run_id=folder.run_id, over_steps=False)


def _memory_plan(look: Look) -> PlannedStep | None:
    """Return the plan of the largest step, or None while it is worked out or where the configuration is not ours."""
    try:
        return memory_plan_of(parse_config(look.folder.config_file.name, look.facts.config))
    except (ConfigError, KeyError):
        return None


def _draw(
    view: PanelsView | None, key: str, without: str, language: UiLanguage, *, run_id: str, over_steps: bool = True
) -> None:
    if view is not None:
        view, drawn = (cut(view, run_id), shown_span(run_id)) if over_steps else (view, run_id)
        keyed = any(len(panel.lines) > 1 for panel in view.panels)
        show_panels(view, key=key, language=language, drawn=drawn, keyed=keyed)
    elif without:
        prose.paragraph(without, kind="quiet")
