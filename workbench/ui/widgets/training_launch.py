"""Starting a training: a recipe, its fields, what it will take, one button."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import asdict, replace

import streamlit as st

from redheart_core.runs.audit import Deed
from redheart_core.runs.estimate import CALIBRATION_STEPS, calibration
from redheart_core.runs.folder import new_run_id, runs_root
from redheart_core.runs.launching import launch_run
from redheart_core.training.schema import STAGES
from redheart_core.training.toml_text import toml_text
from workbench.copy import UiLanguage, say
from workbench.ui import prose, session
from workbench.ui.access import require_operator
from workbench.ui.audit import written_down
from workbench.ui.boundary import boundary
from workbench.ui.session import Key
from workbench.ui.training_form import Form, click_id, read_form, request_of
from workbench.ui.training_machine import (
    data_folder,
    estimate,
    free_bytes,
    full_plan,
    memory_plan,
    missing_data,
    seen_bytes,
)
from workbench.ui.widgets.training_actions import note_launched, outcome_of
from workbench.ui.widgets.training_fields import draw_more, draw_stages, draw_techniques
from workbench.ui.widgets.training_list import LAYERS, choose_run
from workbench.views.launch_cost import full_line, memory_lines, plan_table, time_lines
from workbench.views.launch_form import PLANNED, RECIPES, TRAINED, problem_line, problems_title
from workbench.views.sizes import size_text

_MOST_NAMED = 5
_LOOK_EVERY_S = 1.0
_FETCH = "redheart data fetch --data DIR"


def draw_launch(language: UiLanguage) -> None:
    """Draw the form that starts a training. A run that was started becomes the one to show (``Key.TRAINING_RUN``)."""
    prose.heading(say("launch.heading", language))
    recipe = _draw_recipe(language)
    if recipe in PLANNED:
        prose.paragraph(say("launch.cost.plan_only", language))
        _draw_full_plan(recipe, language)
        return
    _draw_basics(recipe, language)
    form = read_form(recipe)
    with st.expander(say("launch.form.stages", language)):
        draw_stages(form, language)
    with st.expander(say("launch.form.techniques", language)):
        draw_techniques(form, language)
    with st.expander(say("launch.form.more", language)):
        draw_more(form, language)
    with st.expander(say("launch.form.config", language)):
        st.code(form.text, language="toml", height=320)
    _draw_cost(form, language)
    _draw_start(form, language)


def draw_new(language: UiLanguage) -> None:
    """Draw the button that leads from a run back to the form."""
    if session.get(Key.TRAINING_RUN) is not None or session.get(Key.TRAINING_LAYER, LAYERS[0]) != LAYERS[0]:
        st.button(say("launch.new", language), key="training.new", on_click=choose_run, args=(None,))


def _draw_recipe(language: UiLanguage) -> str:
    recipe = st.radio(
        say("launch.recipe", language),
        RECIPES,
        format_func=lambda name: say(f"launch.recipes.{name}.name", language),
        captions=[say(f"launch.recipes.{name}.text", language) for name in RECIPES],
        key=Key.TRAINING_RECIPE,
        persist_state="session",
    )
    return str(recipe or TRAINED[0])


def _draw_basics(recipe: str, language: UiLanguage) -> None:
    st.session_state.setdefault(Key.TRAINING_NAME, recipe)
    st.session_state.setdefault(Key.TRAINING_THREADS, max(1, (os.cpu_count() or 1) // 2))
    name, threads = st.columns([2, 1])
    name.text_input(
        say("launch.name", language),
        key=Key.TRAINING_NAME,
        help=say("launch.name_help", language),
        persist_state="session",
    )
    threads.number_input(
        say("launch.threads", language),
        min_value=1,
        max_value=os.cpu_count() or 1,
        step=1,
        key=Key.TRAINING_THREADS,
        help=say("launch.threads_help", language),
        persist_state="session",
    )


def _draw_cost(form: Form, language: UiLanguage) -> None:
    prose.heading(say("launch.cost.heading", language), level=3)
    if form.problems:
        prose.paragraph(problems_title(len(form.problems), language), kind="quiet")
        return
    steps = sum(int(stage["steps"]) for stage in form.values[STAGES])
    prose.paragraph(say("launch.cost.steps", language, steps=f"{steps:,}"))
    _draw_time(form, language)
    _watched(_draw_memory, form, language, is_ready=memory_plan(form) is not None)


def _draw_time(form: Form, language: UiLanguage) -> None:
    found = estimate(form)
    if found is not None:
        total, rest = time_lines(found, language)
        prose.titled(total, rest)
        return
    prose.paragraph(say("launch.cost.time_unknown", language))
    st.button(
        say("launch.cost.calibrate", language, count=str(CALIBRATION_STEPS)),
        key="training.calibrate",
        disabled=not form.is_sound or bool(_data_problem(language)),
        on_click=_calibrate,
        args=(form, language),
    )


def _watched(draw: Callable[..., None], *args: object, is_ready: bool) -> None:
    """Draw a part that looks again by itself until what it shows is there."""
    st.fragment(draw, run_every=None if is_ready else _LOOK_EVERY_S)(*args)


def _draw_memory(form: Form, language: UiLanguage) -> None:
    with boundary(language):
        planned = memory_plan(form)
        if planned is None:
            prose.paragraph(say("launch.cost.memory_wait", language), kind="quiet")
            return
        free = free_bytes()
        size, basis = memory_lines(planned, free, language)
        prose.titled(size, basis)
        if planned.plan.device_bytes > free:
            prose.paragraph(say("launch.cost.memory_short", language), kind="notice")
        _draw_seen(form, language)
        with st.expander(say("launch.cost.table", language)):
            table = plan_table(planned, language)
            prose.small_table(table, caption=say("launch.cost.table", language), number_columns=1, captioned=False)


def _draw_seen(form: Form, language: UiLanguage) -> None:
    found = estimate(form)
    for run_id in () if found is None else found.run_ids[:1]:
        if (seen := seen_bytes(run_id)) is not None:
            prose.paragraph(say("launch.cost.memory_seen", language, run=run_id, size=size_text(seen)), kind="quiet")


def _draw_full_plan(preset: str, language: UiLanguage) -> None:
    _watched(_draw_full, preset, language, is_ready=full_plan(preset) is not None)


def _draw_full(preset: str, language: UiLanguage) -> None:
    with boundary(language):
        planned = full_plan(preset)
        if planned is None:
            prose.paragraph(say("launch.cost.memory_wait", language), kind="quiet")
            return
        prose.paragraph(full_line(planned, language))
        prose.small_table(plan_table(planned, language), caption=say("launch.cost.table", language), number_columns=1)
        st.code(f"redheart plan --preset {preset} --largest", language="bash", wrap_lines=True)


def _draw_start(form: Form, language: UiLanguage) -> None:
    lines = [problem_line(problem, language) for problem in form.problems]
    if form.name_problem is not None:
        lines.append(form.name_problem.message(language))
    if lines:
        prose.bullets(lines, title=problems_title(len(lines), language))
    data_problem = _data_problem(language)
    if data_problem is not None:
        prose.paragraph(data_problem, kind="notice")
        st.code(_FETCH, language="bash", wrap_lines=True)
    st.checkbox(say("launch.beside", language), key=Key.TRAINING_BESIDE, help=say("launch.beside_help", language))
    st.button(
        say("launch.start", language),
        key="training.start",
        type="primary",
        disabled=bool(lines) or data_problem is not None,
        on_click=_start,
        args=(form, click_id(), language),
    )


def _data_problem(language: UiLanguage) -> str | None:
    folder = data_folder()
    if not folder.is_dir():
        return say("launch.data_missing", language, folder=str(folder))
    if missing := missing_data():
        names = ", ".join(missing[:_MOST_NAMED])
        return say("launch.data_files_missing", language, count=str(len(missing)), names=names)
    return None


def _start(form: Form, click: str, language: UiLanguage) -> None:
    """Start what the form said when the button was drawn; a second click on the same button finds the first run."""
    with boundary(language):
        with written_down(Deed.START, click) as deed:
            require_operator()
            launched = launch_run(
                runs_root(),
                request_of(form, data_folder(), run_id=click),
                beside_equal=bool(session.get(Key.TRAINING_BESIDE)),
            )
            deed.run_id, deed.outcome = launched.folder.run_id, outcome_of(launched)
        session.put(Key.TRAINING_CLICK, None)
        note_launched(launched, language)


def _calibrate(form: Form, language: UiLanguage) -> None:
    with boundary(language):
        run_id = new_run_id()
        with written_down(Deed.CALIBRATE, run_id) as deed:
            require_operator()
            config = calibration(form.config())
            values = form.values | {STAGES: [asdict(stage) for stage in config.stages]}
            request = replace(
                request_of(form, data_folder(), run_id=run_id),
                text=toml_text(values),
                name=say("launch.cost.calibration_name", language, name=form.name),
            )
            launched = launch_run(runs_root(), request)
            deed.run_id, deed.outcome = launched.folder.run_id, outcome_of(launched)
        note_launched(launched, language)
