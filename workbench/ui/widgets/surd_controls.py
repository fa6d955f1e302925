"""The question to a population: the target, the sources, and folded below how they are counted."""

from __future__ import annotations

from collections import Counter

import streamlit as st

from redheart_core.errors import InputError
from redheart_core.explain.surd.populations import Population
from workbench.copy import UiLanguage, say
from workbench.ui import prose, session, surd_tasks
from workbench.ui.literal import markdown_literal
from workbench.ui.session import Key
from workbench.ui.surd_choices import (
    BINS,
    BOOTSTRAP,
    METHODS,
    MOST_SOURCES,
    SURROGATES,
    begin_choices,
    chosen_sources,
    chosen_target,
    key_for,
    lag_key,
    read_request,
    write_address,
)
from workbench.ui.widgets.surd_population import choose_population
from workbench.views import numbers
from workbench.views.surd_request import PopulationChoice, seed_of_draw

MOST_LAG = 1_000


def draw_controls(language: UiLanguage) -> None:
    """Draw the choice of cases and, once there are any, the question with its button.

    Raises:
        RedHeartError: The cases or the question cannot be used. What was chosen stays.
    """
    chosen = choose_population(language)
    if chosen is None:
        return
    choice, population = chosen
    unknown = begin_choices(choice, population)
    if unknown:
        st.warning(markdown_literal(say("surd.input.unknown", language, value=", ".join(unknown))))
    draw_question(choice, population, language)
    if st.button(say("surd.input.run", language), key="surd.run", type="primary", width="stretch"):
        check_question(choice)
        surd_tasks.submit(read_request(choice, population))
    elif population.suggestions and surd_tasks.is_new(choice):
        surd_tasks.submit(read_request(choice, population))
    write_address(choice)


def draw_question(choice: PopulationChoice, population: Population, language: UiLanguage) -> None:
    """Draw the controls; each already has its first value."""
    if population.suggestions:
        with st.expander(say("surd.input.suggestions", language), type="compact"):
            _draw_suggestions(choice, population, language)

    shown = column_labels(population, language)
    st.selectbox(
        say("surd.input.target", language), list(population.columns), format_func=shown.__getitem__,
        key=key_for(Key.SURD_TARGET, choice), help=say("surd.input.target_help", language), persist_state="session",
    )  # fmt: skip
    st.multiselect(
        say("surd.input.sources", language, most=str(MOST_SOURCES)), list(population.columns),
        format_func=shown.__getitem__, key=key_for(Key.SURD_SOURCES, choice), max_selections=MOST_SOURCES,
        help=say("surd.input.sources_help", language), persist_state="session",
    )  # fmt: skip
    with st.expander(say("surd.input.how", language), type="compact"):
        _draw_counting(choice, population, language)
        _draw_draws(language, has_seed=seed_of_draw(choice) is None)


def check_question(choice: PopulationChoice) -> None:
    """Refuse a question that cannot be put.

    Raises:
        InputError: There are no sources, or the target is one of them.
    """
    target, sources = chosen_target(choice), chosen_sources(choice)
    if not sources:
        raise _refusal("surd.input.no_sources", most=str(MOST_SOURCES))
    if target in sources:
        raise _refusal("surd.input.target_among", target=target)


def column_labels(population: Population, language: UiLanguage) -> dict[str, str]:
    """Return how columns are offered: by name, and by what they speak of where two have the same name."""
    names = {name: column.display.text(language) for name, column in population.columns.items()}
    shared = {shown for shown, count in Counter(names.values()).items() if count > 1}
    return {
        name: f"{shown} · {say(f'surd.group.{population.columns[name].group.value}', language)}"
        if shown in shared
        else shown
        for name, shown in names.items()
    }


def _draw_suggestions(choice: PopulationChoice, population: Population, language: UiLanguage) -> None:
    for place, suggestion in enumerate(population.suggestions):
        st.button(
            markdown_literal(suggestion.why.text(language)), key=f"surd.suggestion.{place}", type="tertiary",
            on_click=_use, args=(choice, suggestion.target, list(suggestion.sources)),
        )  # fmt: skip


def _use(choice: PopulationChoice, target: str, sources: list[str]) -> None:
    st.session_state[key_for(Key.SURD_TARGET, choice)] = target
    st.session_state[key_for(Key.SURD_SOURCES, choice)] = sources


def _draw_counting(choice: PopulationChoice, population: Population, language: UiLanguage) -> None:
    st.selectbox(
        say("surd.input.bins", language), BINS, key=Key.SURD_BINS, persist_state="session",
        format_func=lambda bins: str(bins) if bins else say("surd.input.bins_auto", language),
        help=say("surd.input.bins_help", language),
    )  # fmt: skip
    st.segmented_control(
        say("surd.input.method", language), METHODS, key=Key.SURD_METHOD, required=True, persist_state="session",
        format_func=lambda method: say(f"surd.input.method_{method}", language),
        help=say("surd.input.method_help", language),
    )  # fmt: skip
    numeric = [
        name
        for name in (chosen_target(choice), *chosen_sources(choice))
        if population.columns[name].values.dtype.kind in "iuf" and not population.columns[name].is_categorical
    ]
    key = key_for(Key.SURD_CATEGORICAL, choice)
    st.session_state[key] = [name for name in st.session_state.get(key, []) if name in numeric]
    st.multiselect(
        say("surd.input.categorical", language), numeric, key=key,
        format_func=column_labels(population, language).__getitem__,
        help=say("surd.input.categorical_help", language), persist_state="session",
    )  # fmt: skip
    count = len(chosen_sources(choice))
    if count > 2:
        orders = [0, *range(1, count)]
        if session.get(Key.SURD_MAX_ORDER) not in orders:
            session.put(Key.SURD_MAX_ORDER, 0)
        st.selectbox(
            say("surd.input.order", language), orders, key=Key.SURD_MAX_ORDER, persist_state="session",
            format_func=lambda order: str(order) if order else say("surd.input.order_all", language),
            help=say("surd.input.order_help", language),
        )  # fmt: skip
    if population.is_ordered:
        _draw_lags(choice, population, language)


def _draw_lags(choice: PopulationChoice, population: Population, language: UiLanguage) -> None:
    prose.paragraph(say("surd.input.lags", language), kind="quiet")
    shown = column_labels(population, language)
    for name in chosen_sources(choice):
        st.session_state.setdefault(lag_key(choice, name), 0)
        st.number_input(
            markdown_literal(shown[name]), min_value=0, max_value=MOST_LAG, step=1,
            key=lag_key(choice, name), persist_state="session",
        )  # fmt: skip


def _draw_draws(language: UiLanguage, *, has_seed: bool) -> None:
    st.selectbox(
        say("surd.input.bootstrap", language), BOOTSTRAP, key=Key.SURD_BOOTSTRAP, format_func=numbers.count,
        persist_state="session",
    )  # fmt: skip
    st.selectbox(
        say("surd.input.surrogates", language), SURROGATES, key=Key.SURD_SURROGATES, persist_state="session",
        format_func=lambda count: numbers.count(count) if count else say("surd.input.surrogates_auto", language),
        help=say("surd.input.surrogates_help", language),
    )  # fmt: skip
    if not has_seed:  # it stands with the design, which it decides too
        return
    st.number_input(
        say("surd.input.seed", language), min_value=0, max_value=999_999_999, step=1, key=Key.SURD_SEED,
        persist_state="session",
    )  # fmt: skip


def _refusal(key: str, **values: str) -> InputError:
    return InputError(code=key.replace(".", "_"), en=say(key, "en", **values), ko=say(key, "ko", **values))
