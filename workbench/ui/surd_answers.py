"""Populations and answers, each made once and shared between visitors. Files of one's own stay in one's session."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from redheart_core.errors import InputError
from redheart_core.explain.surd.populations import Answer, Population, answer
from redheart_core.explain.surd.populations.table import table_population
from workbench.copy import say
from workbench.ui import session
from workbench.ui.kept import Kept
from workbench.ui.progress import Report
from workbench.ui.session import Key
from workbench.ui.surd_request import PopulationChoice, SurdRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFile:
    """A file that a visitor gave."""

    name: str
    content: bytes
    sha256: str


@st.cache_resource(max_entries=1, show_spinner=False)
def _populations() -> Kept[Population]:
    return Kept(8)


@st.cache_resource(max_entries=1, show_spinner=False)
def _answers() -> Kept[Answer]:
    return Kept(64)


def own_table() -> OwnFile | None:
    """Return the visitor's table."""
    found = session.get(Key.SURD_TABLE)
    return found if isinstance(found, OwnFile) else None


def population_of(choice: PopulationChoice) -> Population:
    """Return a population.

    Raises:
        InputError: It cannot be read, or its file is gone.
    """
    file = own_table()
    if file is None or file.sha256 != choice.sha256:
        raise InputError(code="surd_no_table", en=say("surd.input.no_table", "en"), ko=say("surd.input.no_table", "ko"))
    return _populations().get(
        (choice, file.name),
        lambda: table_population(file.content, file_name=file.name, units=choice.units, is_ordered=choice.is_ordered),
    )


def answer_of(request: SurdRequest, population: Population, report: Report) -> Answer:
    """Return the answer to a request; what was worked out before comes at once.

    Raises:
        InputError: The question cannot be put to this population.
    """
    key = (request, population.provenance.sha256)
    return _answers().get(
        key, lambda: answer(population, request.question(), settings=request.settings(), report=report)
    )
