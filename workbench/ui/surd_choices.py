"""What is chosen on the page of decompositions: first values from the address, the request they make, and back into it.

Column names of a file of one's own never enter the address; those of populations that ship are ids.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from redheart_core.explain.surd import BinKind, ReportSettings
from redheart_core.explain.surd.populations import Population
from redheart_core.explain.surd.report import MAX_SURROGATES
from workbench.ui import address, session
from workbench.ui.session import Key
from workbench.views.surd_request import (
    EnsembleChoice,
    PopulationChoice,
    PopulationKind,
    RunChoice,
    ScoredChoice,
    SurdRequest,
    seed_of_draw,
)

MOST_SOURCES = 8
"""With more the figure can no longer be read; the command line takes twelve."""
BINS = (0, 2, 3, 4, 5, 6, 8)
"""Offered numbers of bins; 0 leaves the choice to the number of sources."""
SURROGATES = (0, 199, 999, MAX_SURROGATES)
"""Offered numbers of random populations per test; 0 draws as many as Holm's correction needs."""
BOOTSTRAP = (200, 500, 1_000, 2_000)
METHODS = (BinKind.QUANTILE.value, BinKind.UNIFORM.value)
SETTINGS = ("bins", "method", "order", "lags", "bootstrap", "surrogates", "seed")
"""Names in the address that hold for every population."""


def key_for(key: Key, population: PopulationChoice) -> str:
    """Return the key of a control whose values belong to one population, so that another one cannot confuse it."""
    return f"{key}.{population.kind.value}.{population.key}"


def begin_choices(choice: PopulationChoice, population: Population) -> tuple[str, ...]:
    """Give every control its first value and return what the address asks for and does not exist."""
    columns = list(population.columns)
    target, sources = _defaults(population)
    unknown = [
        address.begin(key_for(Key.SURD_TARGET, choice), _named(choice, "target"), columns, target),
        _begin_sources(choice, columns, sources),
        address.begin(Key.SURD_METHOD, "method", METHODS, METHODS[0]),
        begin_number(Key.SURD_BINS, "bins", BINS, BINS[0]),
        begin_number(Key.SURD_BOOTSTRAP, "bootstrap", BOOTSTRAP, ReportSettings().num_bootstrap),
        begin_number(Key.SURD_SURROGATES, "surrogates", SURROGATES, SURROGATES[0]),
        begin_number(Key.SURD_MAX_ORDER, "order", range(MOST_SOURCES + 1), 0),
        begin_number(Key.SURD_SEED, "seed", None, 0),
    ]
    return tuple(value for value in unknown if value is not None)


def chosen_target(choice: PopulationChoice) -> str:
    """Return the column that is told about."""
    return str(st.session_state[key_for(Key.SURD_TARGET, choice)])


def chosen_sources(choice: PopulationChoice) -> tuple[str, ...]:
    """Return the columns that tell."""
    return tuple(st.session_state[key_for(Key.SURD_SOURCES, choice)])


def read_request(choice: PopulationChoice, population: Population) -> SurdRequest:
    """Return what the controls ask; the core says what cannot be used."""
    sources = chosen_sources(choice)
    lags = tuple(int(st.session_state.get(lag_key(choice, name), 0)) for name in sources)
    categorical = st.session_state.get(key_for(Key.SURD_CATEGORICAL, choice)) or ()
    names = {chosen_target(choice), *sources}
    order, drawn = int(session.get(Key.SURD_MAX_ORDER, 0)), seed_of_draw(choice)
    return SurdRequest(
        population=choice,
        target=chosen_target(choice),
        sources=sources,
        bins=int(session.get(Key.SURD_BINS)) or None,
        method=BinKind(str(session.get(Key.SURD_METHOD))),
        categorical=tuple(name for name in categorical if name in names),
        max_order=order if 0 < order < len(sources) else None,
        lags=lags if population.is_ordered and any(lags) else (),
        num_bootstrap=int(session.get(Key.SURD_BOOTSTRAP)),
        num_surrogates=int(session.get(Key.SURD_SURROGATES)) or None,
        seed=int(session.get(Key.SURD_SEED)) if drawn is None else drawn,
    )


def lag_key(choice: PopulationChoice, name: str) -> str:
    """Return the key of the control of one source's lag."""
    return f"{key_for(Key.SURD_LAGS, choice)}.{name}"


def write_address(choice: PopulationChoice) -> None:
    """Put every choice into the address but what comes from a file of one's own."""
    is_own = choice.kind is PopulationKind.TABLE
    numbers = {
        "bins": session.get(Key.SURD_BINS),
        "order": session.get(Key.SURD_MAX_ORDER),
        "surrogates": session.get(Key.SURD_SURROGATES),
        "seed": session.get(Key.SURD_SEED),
    }
    bootstrap = session.get(Key.SURD_BOOTSTRAP)
    address.write(
        {
            "population": choice.kind.value,
            **_population_address(choice),
            "target": None if is_own else chosen_target(choice),
            "sources": None if is_own else ",".join(chosen_sources(choice)),
            "method": None if session.get(Key.SURD_METHOD) == METHODS[0] else str(session.get(Key.SURD_METHOD)),
            "bootstrap": None if bootstrap == ReportSettings().num_bootstrap else str(bootstrap),
            **{name: str(value) if value else None for name, value in numbers.items()},
        }
    )


def _population_address(choice: PopulationChoice) -> dict[str, str | None]:
    """Return what the address holds of the cases; what another population left there is taken out."""
    nothing: dict[str, str | None] = dict.fromkeys(
        ("run", "says", "dilemma", "option", "vary", "cases", "parts", "alterations")
    )
    match choice:
        case RunChoice():
            return {**nothing, "run": choice.run_id}
        case ScoredChoice():
            return {**nothing, "says": choice.says.value, "cases": str(choice.wanted)}
        case EnsembleChoice():
            return {**nothing, **_ensemble_address(choice)}
        case _:
            return nothing


def _ensemble_address(choice: EnsembleChoice) -> dict[str, str | None]:
    design = choice.design
    return {
        "dilemma": choice.preset or None,
        "option": str(choice.place + 1),
        "vary": design.varied.value,
        "cases": str(design.num_cases),
        "parts": str(design.num_parts),
        "alterations": str(design.num_alterations),
    }


def _defaults(population: Population) -> tuple[str, list[str]]:
    if population.suggestions:
        first = population.suggestions[0]
        return first.target, list(first.sources)
    *others, last = population.columns
    return last, others[:3]


def _named(choice: PopulationChoice, parameter: str) -> str:
    """Return a parameter of the address; a file of one's own has none."""
    return "" if choice.kind is PopulationKind.TABLE else parameter


def _begin_sources(choice: PopulationChoice, columns: Sequence[str], default: list[str]) -> str | None:
    key = key_for(Key.SURD_SOURCES, choice)
    if key in st.session_state:
        return None
    wanted = address.asked("sources") if choice.kind is not PopulationKind.TABLE else None
    names: list[str] = wanted.split(",") if wanted else []
    known = [name for name in names if name in columns][:MOST_SOURCES]
    st.session_state[key] = known or default
    return next((name for name in names if name not in columns), None)


def begin_number(key: Key, parameter: str, known: Sequence[int] | None, default: int) -> str | None:
    """Give a control of whole numbers its first value; ``known`` None allows any that is not negative."""
    if key in st.session_state:
        return None
    wanted = address.asked(parameter)
    is_number = wanted is not None and wanted.isascii() and wanted.isdigit() and len(wanted) < 10
    fits = is_number and (known is None or int(wanted or 0) in known)
    st.session_state[key] = int(wanted or 0) if fits else default
    return wanted if wanted is not None and not fits else None
