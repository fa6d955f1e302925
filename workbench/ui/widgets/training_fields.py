"""The fields of a training's configuration, drawn from its schema: one field, one control, its problem below it."""

from __future__ import annotations

import math

import streamlit as st

from redheart_core.training.config import TECHNIQUES
from redheart_core.training.schema import (
    STAGES,
    FieldSpec,
    Problem,
    stage_fields,
    technique_fields,
    top_fields,
)
from workbench.copy import UiLanguage, say
from workbench.ui import prose
from workbench.ui.training_form import Form, begin_field, begin_switch
from workbench.views.launch_form import field_help, field_label, kept_names, problem_text

_COLUMNS = 3


def draw_stages(form: Form, language: UiLanguage) -> None:
    """Draw the fields of every stage."""
    for place in range(len(form.values[STAGES])):
        if len(form.values[STAGES]) > 1:
            prose.heading(say("launch.form.stage", language, number=str(place + 1)), level=3)
        _draw_grid(form, [(f"{STAGES}.{place}.{spec.name}", spec) for spec in stage_fields()], language)


def draw_more(form: Form, language: UiLanguage) -> None:
    """Draw the fields of the whole run, but for the model, which the recipe decides."""
    specs = [(spec.path, spec) for spec in top_fields() if spec.path != "preset"]
    _draw_grid(form, specs, language)
    if names := kept_names(form.values):
        prose.paragraph(say("launch.form.kept", language, names=", ".join(names)), kind="quiet")


def draw_techniques(form: Form, language: UiLanguage) -> None:
    """Draw a switch for every technique, and the fields of those that are on."""
    prose.paragraph(say("launch.form.techniques_help", language), kind="quiet")
    for technique in TECHNIQUES:
        key = begin_switch(form.recipe, technique)
        if st.toggle(say(f"fields.technique.{technique}", language), key=key, persist_state="session"):
            _draw_grid(form, [(spec.path, spec) for spec in technique_fields(technique)], language)


def _draw_grid(form: Form, fields: list[tuple[str, FieldSpec]], language: UiLanguage) -> None:
    for start in range(0, len(fields), _COLUMNS):
        row = fields[start : start + _COLUMNS]
        for column, (path, spec) in zip(st.columns(_COLUMNS), row, strict=False):
            with column:
                _draw_field(form, path, spec, language)


def _draw_field(form: Form, path: str, spec: FieldSpec, language: UiLanguage) -> None:
    key = begin_field(form.recipe, path, spec)
    label, told = field_label(path, language), field_help(spec, language)
    if spec.choices:
        st.selectbox(label, spec.choices, key=key, help=told, persist_state="session")
    elif spec.kind is bool:
        st.checkbox(label, key=key, help=told, persist_state="session")
    elif spec.kind is int:
        st.number_input(label, value=None, step=1, key=key, help=told, persist_state="session")
    elif spec.kind is float:
        # Bounds are told below the field, where a value outside them stays to be seen.
        st.number_input(label, value=None, step=_step(spec), format="%g", key=key, help=told, persist_state="session")
    else:
        st.text_input(label, key=key, help=told, persist_state="session")
    _draw_problems([problem for problem in form.problems if problem.path == path], language)


def _draw_problems(problems: list[Problem], language: UiLanguage) -> None:
    for problem in problems:
        prose.paragraph(f"✗ {problem_text(problem, language)}", kind="field-problem")


def _step(spec: FieldSpec) -> float:
    """Return a step of one in the first digit of the default."""
    size = abs(spec.default) if isinstance(spec.default, int | float) and spec.default else 0.001
    return float(10.0 ** math.floor(math.log10(size)))
