"""Controls drawn from the options that a method declares: one field, one control."""

from __future__ import annotations

from typing import Any

import streamlit as st

from redheart_core.explain.attribution.methods import METHODS
from redheart_core.explain.attribution.methods.method import Method
from redheart_core.explain.attribution.methods.options import OptionSpec, option_specs
from redheart_core.explain.attribution.result import Option
from workbench.copy import UiLanguage
from workbench.ui import address
from workbench.ui.session import Key
from workbench.views.method_names import option_name


def draw_options(method: Method, language: UiLanguage) -> None:
    """Draw a control for every option of a method. Each begins with the address's value where that can be used."""
    for spec in option_specs(method):
        key = option_key(method, spec)
        st.session_state.setdefault(key, _first(spec))
        _draw(spec, key, option_name(spec.name, language))


def chosen_options(name: str) -> dict[str, Option]:
    """Return the options of the method of that name that differ from their defaults."""
    method = METHODS[name]
    found = {spec.name: st.session_state.get(option_key(method, spec), spec.default) for spec in option_specs(method)}
    defaults = {spec.name: spec.default for spec in option_specs(method)}
    return {name: value for name, value in found.items() if value != defaults[name]}


def option_key(method: Method, spec: OptionSpec) -> str:
    """Return the key of an option's control."""
    return f"{Key.ATTRIBUTION_OPTION}.{method.name}.{spec.name}"


def _draw(spec: OptionSpec, key: str, label: str) -> None:
    if spec.kind is bool:
        st.checkbox(label, key=key, persist_state="session")
    elif spec.choices:
        st.selectbox(label, spec.choices, key=key, persist_state="session")
    elif spec.kind is int:
        low, high = _whole(spec.low), _whole(spec.high)
        st.number_input(label, min_value=low, max_value=high, step=1, key=key, persist_state="session")
    elif spec.kind is float:
        st.number_input(label, min_value=spec.low, max_value=spec.high, key=key, persist_state="session")
    else:
        st.text_input(label, key=key, persist_state="session")


def _first(spec: OptionSpec) -> Option:
    wanted = address.asked(spec.name)
    if wanted is None:
        return spec.default
    try:
        value = _parsed(spec, wanted)
    except ValueError:
        return spec.default
    return value if _fits(spec, value) else spec.default


def _parsed(spec: OptionSpec, wanted: str) -> Option:
    if spec.kind is bool:
        return wanted == str(True)
    kind: Any = spec.kind
    parsed: Option = kind(wanted)
    return parsed


def _fits(spec: OptionSpec, value: Option) -> bool:
    if spec.choices:
        return value in spec.choices
    if isinstance(value, bool | str):
        return True
    above = spec.low is None or value >= spec.low
    return above and (spec.high is None or value <= spec.high)


def _whole(limit: float | None) -> int | None:
    return None if limit is None else int(limit)
