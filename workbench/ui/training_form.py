"""The form of a training in the session: one key for each field of each recipe, and what they add up to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import streamlit as st

from redheart_core.errors import InputError
from redheart_core.runs.facts import clean_name
from redheart_core.runs.folder import new_run_id
from redheart_core.runs.working import RunRequest
from redheart_core.training.config import TECHNIQUES, TrainingConfig, parse_config
from redheart_core.training.schema import (
    STAGES,
    FieldSpec,
    Problem,
    Value,
    problems_of,
    stage_fields,
    technique_fields,
    top_fields,
)
from redheart_core.training.toml_text import toml_text
from workbench.ui import session
from workbench.ui.session import Key
from workbench.views.launch_form import filled, recipe_values, value_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What the form says now."""

    recipe: str
    name: str
    num_threads: int
    values: dict[str, Any]
    problems: tuple[Problem, ...]
    name_problem: InputError | None

    @property
    def is_sound(self) -> bool:
        """Whether it can be started."""
        return not self.problems and self.name_problem is None

    @property
    def text(self) -> str:
        """The configuration as TOML."""
        return toml_text(self.values)

    def config(self) -> TrainingConfig:
        """Return the configuration of a sound form."""
        return parse_config(self.recipe, self.text)


def field_key(recipe: str, path: str) -> str:
    """Return the key of a field's control."""
    return f"{Key.TRAINING_FIELD}.{recipe}.{path}"


def begin_field(recipe: str, path: str, spec: FieldSpec) -> str:
    """Give a field its first value, that of the recipe or else its default; return its key."""
    key = field_key(recipe, path)
    if key not in st.session_state:
        found = value_at(recipe_values(recipe), path)
        st.session_state[key] = _as_kind(spec, spec.default if found is None else found)
    return key


def begin_switch(recipe: str, technique: str) -> str:
    """Give the switch of a technique its first value; return its key."""
    key = field_key(recipe, technique)
    st.session_state.setdefault(key, technique in recipe_values(recipe))
    return key


def read_form(recipe: str) -> Form:
    """Return what the form of a recipe says."""
    values = recipe_values(recipe)
    techniques = [name for name in TECHNIQUES if st.session_state.get(field_key(recipe, name), name in values)]
    edited = {
        path: _edited(st.session_state[key])
        for path, _ in fields_of(values, techniques)
        if (key := field_key(recipe, path)) in st.session_state
    }
    now = filled(values, edited, techniques)
    name = str(session.get(Key.TRAINING_NAME, recipe))
    return Form(
        recipe=recipe,
        name=name,
        num_threads=int(session.get(Key.TRAINING_THREADS, 1)),
        values=now,
        problems=problems_of(now),
        name_problem=_name_problem(name),
    )


def fields_of(values: dict[str, Any], techniques: list[str]) -> Iterator[tuple[str, FieldSpec]]:
    """Yield every field of a form with its path; stages are numbered."""
    yield from ((spec.path, spec) for spec in top_fields())
    for place in range(len(values[STAGES])):
        yield from ((f"{STAGES}.{place}.{spec.name}", spec) for spec in stage_fields())
    for technique in techniques:
        yield from ((spec.path, spec) for spec in technique_fields(technique))


def click_id() -> str:
    """Return the identifier that stands for the next click; it stays until the click was answered."""
    if session.get(Key.TRAINING_CLICK) is None:
        session.put(Key.TRAINING_CLICK, new_run_id())
    return cast(str, session.get(Key.TRAINING_CLICK))


def request_of(form: Form, data_dir: Path, *, run_id: str) -> RunRequest:
    """Return the request that a sound form stands for."""
    return RunRequest(
        config=form.recipe,
        text=form.text,
        data_dir=data_dir,
        command=f"redheart train config.toml --threads {form.num_threads}",
        name=form.name,
        num_threads=form.num_threads,
        run_id=run_id,
    )


def _name_problem(name: str) -> InputError | None:
    try:
        clean_name(name)
    except InputError as problem:
        return problem
    return None


def _edited(value: Value | None) -> Value | None:
    """Return an empty text as nothing: a field of words that was left blank."""
    return None if value == "" else value


def _as_kind(spec: FieldSpec, value: Value | None) -> Value | None:
    if spec.kind is str:
        return "" if value is None else str(value)
    return float(value) if spec.kind is float and isinstance(value, int) else value
