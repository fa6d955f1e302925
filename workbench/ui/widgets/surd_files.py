"""Files of one's own on the page of decompositions: a table whose columns are asked, or texts that the model scores."""

from __future__ import annotations

import hashlib

import streamlit as st

from redheart_core.data.own import Kind
from workbench.copy import UiLanguage, say
from workbench.ui import address, prose, session, surd_tasks
from workbench.ui.session import Key
from workbench.ui.surd_choices import begin_number
from workbench.ui.surd_populations import OwnFile, check_texts, own_file, population_of
from workbench.ui.widgets.surd_example import draw_example_table
from workbench.views import numbers
from workbench.views.surd_request import ScoredChoice, TableChoice

MOST_MIB = 5
WANTED = (200, 500, 1_000, 2_000)
"""Offered limits of texts to score."""
TABLE_UPLOAD, TEXTS_UPLOAD = "surd.upload", "surd.upload_texts"


def choose_table(language: UiLanguage) -> TableChoice | None:
    """Draw the choice of a table and of what its rows are to each other; None while there is no file.

    Raises:
        InputError: The table cannot be read.
    """
    file = _file(Key.SURD_TABLE, TABLE_UPLOAD, ["csv"], "surd.input.file_help", language)
    draw_example_table(language, is_open=file is None)
    if file is None:
        return None
    plain = TableChoice(sha256=file.sha256, file_name=file.name)
    columns = list(population_of(plain, language, lambda done, total: None).columns)
    with st.expander(say("surd.input.rows", language), type="compact"):
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
    return TableChoice(sha256=file.sha256, file_name=file.name, units=units or None, is_ordered=is_ordered)


def choose_texts(language: UiLanguage) -> ScoredChoice | None:
    """Draw the choice of texts to score; None while there is no file.

    Raises:
        DataError: The texts cannot be read.
    """
    address.begin(Key.SURD_SAYS, "says", [kind.value for kind in Kind], Kind.JUDGED.value)
    says = st.selectbox(
        say("surd.input.says", language), [kind.value for kind in Kind], key=Key.SURD_SAYS,
        format_func=lambda name: say(f"surd.says.{name}", language), help=say("surd.input.says_help", language),
        persist_state="session",
    )  # fmt: skip
    file = _file(Key.SURD_TEXTS, TEXTS_UPLOAD, ["csv", "jsonl"], "surd.input.texts_help", language)
    if file is None:
        return None
    count = check_texts(file, Kind(says))
    prose.paragraph(say("surd.input.texts_found", language, count=numbers.count(count)), kind="quiet")
    begin_number(Key.SURD_WANTED, "cases", WANTED, WANTED[1])
    begin_number(Key.SURD_SEED, "seed", None, 0)
    with st.expander(say("surd.input.design", language), type="compact"):
        wanted = st.selectbox(
            say("surd.input.wanted", language), WANTED, key=Key.SURD_WANTED, format_func=numbers.count,
            help=say("surd.input.wanted_help", language), persist_state="session",
        )  # fmt: skip
        seed = st.number_input(
            say("surd.input.seed", language), min_value=0, max_value=999_999_999, step=1, key=Key.SURD_SEED,
            persist_state="session",
        )  # fmt: skip
    return ScoredChoice(sha256=file.sha256, file_name=file.name, says=Kind(says), wanted=int(wanted), seed=int(seed))


def _file(key: Key, upload: str, types: list[str], help_text: str, language: UiLanguage) -> OwnFile | None:
    st.file_uploader(
        say(f"surd.input.file_{key.name.removeprefix('SURD_').lower()}", language, most=str(MOST_MIB)), type=types,
        key=upload, max_upload_size=MOST_MIB, on_change=_take, args=(key, upload), help=say(help_text, language),
    )  # fmt: skip
    file = own_file(key)
    if file is not None:
        prose.paragraph(say("surd.input.file_kept", language, name=file.name), kind="quiet")
    return file


def _take(key: Key, upload: str) -> None:
    """Keep a new file; an emptied field keeps the last one, since leaving the page empties it too."""
    uploaded = st.session_state.get(upload)
    if uploaded is None:
        return
    old, content = own_file(key), uploaded.getvalue()
    asked = surd_tasks.submitted()
    if old is not None and asked is not None and getattr(asked.population, "sha256", None) == old.sha256:
        surd_tasks.forget()
    digest = hashlib.sha256(content).hexdigest()
    session.put(key, OwnFile(name=uploaded.name, content=content, sha256=digest))
