"""The machinery behind the numbers, as measured: speed, precision, memory, and learned parts against rules."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from redheart_core.measurements import Measurement, load_measurement
from redheart_core.runtime.devices import list_devices
from workbench.charts.memory_plan import memory_plan_chart
from workbench.charts.residency import residency_chart
from workbench.charts.speed import speed_chart
from workbench.copy import UiLanguage, say
from workbench.ui import prose
from workbench.ui.figure import colours, show_figure, show_twin
from workbench.ui.resources import shared_model
from workbench.views.compression import compression_view
from workbench.views.here import here_facts
from workbench.views.measured import checkpoint_sentence, source_sentence
from workbench.views.memory_plan import memory_plan_view
from workbench.views.precision import difference_view, speed_view
from workbench.views.reach import reach_view
from workbench.views.residency import holding_view, residency_view
from workbench.views.studies import study_view

COMMANDS = {
    "reach_full": "redheart reach --preset full --data DIR --bf16",
    "speed_full": "redheart bench --preset full",
    "precision_compact": "python benchmarks/precision.py --model compact",
    "precision_full": "python benchmarks/precision.py --preset full",
    "step_full": "python benchmarks/training_step.py",
    "residency_full": "python benchmarks/residency.py --preset full --save FOLDER",
    "bridge_study": "redheart bridge study --model compact --data DIR",
    "optimization_study": "redheart optimization study --data DIR",
    "compression": "python -m redheart_core.training.compression",
}
"""What makes each measurement, for machines where it has not been made."""
Draw = Callable[[Measurement, UiLanguage], None]


def draw_reach(language: UiLanguage) -> None:
    """Draw how much of the full model one step of training reaches."""
    _section("reach_full", say("machinery.reach.title", language), _draw_reach, language)


def draw_speed_and_precision(language: UiLanguage) -> None:
    """Draw how long one reading takes, and how far lower precisions move the answers."""
    _section("speed_full", say("machinery.speed.title", language), _draw_speed, language)
    title = say("machinery.difference.title", language)
    _section("precision_compact", title, partial(_draw_difference, "compact"), language)
    _section("precision_full", "", partial(_draw_difference, "full"), language)


def draw_memory(language: UiLanguage) -> None:
    """Draw what lies in memory now, the plan of a training step against its measurement, and modules in a budget."""
    prose.heading(say("machinery.here.title", language))
    prose.facts(here_facts(shared_model(language).model, list_devices(), language))
    _section("step_full", say("machinery.plan.title", language), _draw_plan, language)
    _section("residency_full", say("machinery.residency.title", language), _draw_holding, language)
    timeline = load_measurement("residency_full_timeline")
    if timeline is not None:
        _draw_timeline(timeline, language)


def draw_learned_or_rule(language: UiLanguage) -> None:
    """Draw where learned parts beat the rules beside them, and what compression costs."""
    with st.container(key="machinery_studies"):
        title = say("machinery.study.bridge", language)
        _section("bridge_study", title, partial(_draw_study, "bridge_study"), language)
        title = say("machinery.study.optimization", language)
        _section("optimization_study", title, partial(_draw_study, "optimization_study"), language)
        _section("compression", say("machinery.study.compression", language), _draw_compression, language)


def _section(name: str, title: str, draw: Draw, language: UiLanguage) -> None:
    if title:
        prose.heading(title)
    measurement = load_measurement(name)
    if measurement is None:
        prose.paragraph(say("machinery.missing", language), kind="quiet")
        st.code(COMMANDS[name], language="bash", wrap_lines=True)
        return
    draw(measurement, language)
    of_which = checkpoint_sentence(measurement, shared_model(language).model.checkpoint_sha256, language)
    if of_which is not None:
        prose.paragraph(of_which, kind="quiet")
    prose.paragraph(source_sentence(measurement, language), kind="quiet")
    st.code(measurement.command, language="bash", wrap_lines=True)


def _draw_reach(measurement: Measurement, language: UiLanguage) -> None:
    view = reach_view(measurement, language)
    prose.paragraph(view.finding)
    prose.small_table(view.summary, caption=view.finding, number_columns=2, captioned=False)
    _draw_notes(view.notes, language)
    show_twin(view.table, key="model.reach", language=language, title=view.finding)


def _draw_speed(measurement: Measurement, language: UiLanguage) -> None:
    view = speed_view(measurement, language)
    show_figure(view.text, speed_chart(view, colours()), key="model.speed", language=language)
    prose.small_table(view.summary, caption=view.text.subtitle, number_columns=5, captioned=False)
    show_twin(view.table, key="model.speed", language=language, title=view.text.title)


def _draw_difference(model: str, measurement: Measurement, language: UiLanguage) -> None:
    view = difference_view(model, measurement, language)
    prose.paragraph(view.finding)
    prose.small_table(view.summary, caption=view.finding, number_columns=3, captioned=False)
    show_twin(view.table, key=f"model.difference.{view.name}", language=language, title=view.finding)


def _draw_plan(measurement: Measurement, language: UiLanguage) -> None:
    view = memory_plan_view(measurement, language)
    show_figure(view.text, memory_plan_chart(view, colours()), key="model.plan", language=language)
    prose.small_table(view.summary, caption=view.text.subtitle, number_columns=2, captioned=False)
    show_twin(view.table, key="model.plan", language=language, title=view.text.title)


def _draw_holding(measurement: Measurement, language: UiLanguage) -> None:
    view = holding_view(measurement, language)
    prose.paragraph(view.finding)
    prose.small_table(view.summary, caption=view.finding, number_columns=4, captioned=False)
    show_twin(view.table, key="model.holding", language=language, title=view.finding)


def _draw_timeline(measurement: Measurement, language: UiLanguage) -> None:
    view = residency_view(measurement, language)
    show_figure(view.text, residency_chart(view, colours()), key="model.residency", language=language, table=view.table)


def _draw_study(name: str, measurement: Measurement, language: UiLanguage) -> None:
    view = study_view(name, measurement, language)
    prose.paragraph(view.finding)
    prose.small_table(view.summary, caption=view.finding, number_columns=4, captioned=False)
    _draw_notes(view.notes, language)
    show_twin(view.table, key=f"model.{view.name}", language=language, title=view.finding)


def _draw_compression(measurement: Measurement, language: UiLanguage) -> None:
    view = compression_view(measurement, language)
    prose.small_table(
        view.summary, caption=say("machinery.study.compression", language), number_columns=4, captioned=False
    )
    _draw_notes(view.notes, language)
    show_twin(
        view.table, key="model.compression", language=language, title=say("machinery.study.compression", language)
    )


def _draw_notes(notes: tuple[str, ...], language: UiLanguage) -> None:
    if notes:
        prose.bullets(notes, title=say("machinery.notes", language))
