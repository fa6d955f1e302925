"""The choice of the cases: which population, and for a table of one's own the file, its units and its order."""

from __future__ import annotations

import hashlib

import streamlit as st

from redheart_core.explain.surd.populations import Population
from workbench.copy import UiLanguage, say
from workbench.ui import address, prose, session, surd_tasks
from workbench.ui.literal import markdown_literal
from workbench.ui.session import Key
from workbench.ui.surd_answers import OwnFile, own_table, population_of
from workbench.ui.surd_request import PopulationChoice, PopulationKind

MOST_MIB = 5
UPLOAD = "surd.upload"


def choose_population(language: UiLanguage) -> tuple[PopulationChoice, Population] | None:
    """Draw the choice and return the population, or None while something is missing.

    Raises:
        RedHeartError: It cannot be read.
    """
    kinds = [kind.value for kind in PopulationKind]
    unknown = address.begin(Key.SURD_POPULATION, "population", kinds, kinds[0])
    if unknown is not None:
        st.warning(markdown_literal(say("surd.input.unknown", language, value=unknown)))
    kind = PopulationKind(
        st.selectbox(
            say("surd.input.population", language),
            kinds,
            format_func=lambda name: say(f"surd.population.{name}.name", language),
            key=Key.SURD_POPULATION,
            help=say("surd.input.population_help", language),
            persist_state="session",
        )
    )
    prose.paragraph(say(f"surd.population.{kind.value}.text", language), kind="quiet")
    return _own_table(language)


def _own_table(language: UiLanguage) -> tuple[PopulationChoice, Population] | None:
    st.file_uploader(
        say("surd.input.file", language, most=str(MOST_MIB)), type=["csv"], key=UPLOAD, max_upload_size=MOST_MIB,
        on_change=_take_upload, help=say("surd.input.file_help", language),
    )  # fmt: skip
    file = own_table()
    if file is None:
        return None
    prose.paragraph(say("surd.input.file_kept", language, name=file.name), kind="quiet")
    plain = PopulationChoice(kind=PopulationKind.TABLE, sha256=file.sha256)
    columns = list(population_of(plain).columns)
    with st.expander(say("surd.input.rows", language), type="compact"):
        choice = _rows(file, columns, language)
    return choice, population_of(choice)


def _rows(file: OwnFile, columns: list[str], language: UiLanguage) -> PopulationChoice:
    """Draw what the rows of a table are to each other."""
    units = st.selectbox(
        say("surd.input.units", language), ["", *columns],
        format_func=lambda name: name or say("surd.input.units_none", language),
        key=f"{Key.SURD_UNITS}.{file.sha256[:16]}", help=say("surd.input.units_help", language),
        persist_state="session",
    )  # fmt: skip
    is_ordered = st.checkbox(
        say("surd.input.ordered", language), key=Key.SURD_ORDERED, help=say("surd.input.ordered_help", language),
        persist_state="session",
    )  # fmt: skip
    return PopulationChoice(kind=PopulationKind.TABLE, sha256=file.sha256, units=units or None, is_ordered=is_ordered)


def _take_upload() -> None:
    """Keep a new file; an emptied field keeps the last one, since leaving the page empties it too."""
    uploaded = st.session_state.get(UPLOAD)
    if uploaded is not None:
        asked = surd_tasks.submitted()
        if asked is not None and asked.population.kind is PopulationKind.TABLE:
            surd_tasks.forget()
        content = uploaded.getvalue()
        digest = hashlib.sha256(content).hexdigest()
        session.put(Key.SURD_TABLE, OwnFile(name=uploaded.name, content=content, sha256=digest))
