"""The choice of the cases: which population, and what it takes to have it."""

from __future__ import annotations

import streamlit as st

from redheart_core.explain.surd.populations import Population
from workbench.copy import UiLanguage, say
from workbench.ui import address, prose, session, surd_tasks
from workbench.ui.access import may_open
from workbench.ui.literal import markdown_literal
from workbench.ui.progress import stoppable
from workbench.ui.session import Key
from workbench.ui.surd_populations import SLOW, population_of
from workbench.ui.widgets.surd_ensemble import choose_ensemble
from workbench.ui.widgets.surd_files import choose_table, choose_texts
from workbench.ui.widgets.surd_run import choose_run
from workbench.views.surd_request import PopulationChoice, PopulationKind, StudyChoice

MAKING = "surd.making"
"""Where the words for counted texts are."""


def choose_population(language: UiLanguage) -> tuple[PopulationChoice, Population] | None:
    """Draw the choice and return the population, or None while something is missing.

    Raises:
        RedHeartError: It cannot be read or scored.
    """
    kinds = [kind.value for kind in PopulationKind if kind is not PopulationKind.RUN or may_open("training")]
    unknown = address.begin(Key.SURD_POPULATION, "population", kinds, kinds[0])
    if unknown is not None:
        st.warning(markdown_literal(say("surd.input.unknown", language, value=unknown)))
    chosen = st.selectbox(
        say("surd.input.population", language),
        kinds,
        format_func=lambda name: say(f"surd.population.{name}.name", language),
        key=Key.SURD_POPULATION,
        help=say("surd.input.population_help", language),
        persist_state="session",
    )
    kind = PopulationKind(chosen)
    prose.paragraph(say(f"surd.population.{kind.value}.text", language), kind="quiet")
    choice = _choice(kind, language)
    if choice is None or (kind in SLOW and not _is_wanted(choice, language)):
        return None
    return choice, made(choice, language, key="surd.stop_making")


def made(choice: PopulationChoice, language: UiLanguage, *, key: str) -> Population:
    """Return a population, with progress and a stop button under ``key`` where it takes long.

    Raises:
        RedHeartError: It cannot be read or scored.
    """
    if choice.kind not in SLOW:
        return population_of(choice, language, lambda done, total: None)
    task = say(f"surd.population.{choice.kind.value}.task", language)
    with stoppable(task, language, key=key, on_stop=surd_tasks.unmake, words=MAKING) as report:
        return population_of(choice, language, report)


def _choice(kind: PopulationKind, language: UiLanguage) -> PopulationChoice | None:
    match kind:
        case PopulationKind.STUDY:
            return StudyChoice()
        case PopulationKind.ENSEMBLE:
            return choose_ensemble(language)
        case PopulationKind.SCORED:
            return choose_texts(language)
        case PopulationKind.TABLE:
            return choose_table(language)
        case PopulationKind.RUN:
            return choose_run(language)


def _is_wanted(choice: PopulationChoice, language: UiLanguage) -> bool:
    """Return whether these cases were asked for; draw the button that asks for them where they were not."""
    if session.get(Key.SURD_MADE) == choice:
        return True
    return st.button(
        say(f"surd.population.{choice.kind.value}.make", language), key="surd.make", type="primary", width="stretch",
        on_click=surd_tasks.make, args=(choice,),
    )  # fmt: skip
