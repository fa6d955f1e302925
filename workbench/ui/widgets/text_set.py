"""The field for a set of texts, with examples for who has none at hand. What it holds is never in the address."""

from __future__ import annotations

import streamlit as st

from redheart_core.errors import InputError
from redheart_core.explain.concepts.texts import example_passages
from workbench.copy import UiLanguage, say
from workbench.ui import prose, session, tasks
from workbench.ui.session import Key
from workbench.views.text_set import LEAST_TEXTS, MOST_TEXTS, count_texts, read_text_set

_OVER_TEXTS = (tasks.CONCEPTS,)


def draw_text_set(language: UiLanguage) -> None:
    """Draw the field. A change withdraws what was asked about the texts before it."""
    prose.heading(say("concepts.set.heading", language))
    prose.paragraph(say("concepts.set.why", language))
    st.text_area(
        say("concepts.set.label", language, least=str(LEAST_TEXTS), most=str(MOST_TEXTS)),
        key=Key.CONCEPT_TEXTS, height=180, placeholder=say("concepts.set.placeholder", language),
        help=say("concepts.set.help", language), persist_state="session", on_change=tasks.withdraw, args=_OVER_TEXTS,
    )  # fmt: skip
    examples = example_passages()[language]
    st.button(
        say("concepts.set.example", language, count=str(len(examples))), key="concepts.example", type="tertiary",
        on_click=_use_examples, args=(examples,),
    )  # fmt: skip
    prose.paragraph(say("concepts.set.count", language, count=str(count_texts(_typed()))), kind="quiet")


def chosen_texts() -> tuple[str, ...]:
    """Return the texts.

    Raises:
        InputError: They cannot be used.
    """
    return read_text_set(_typed())


def chosen_count() -> int | None:
    """Return how many texts there are, or None where they cannot be used as they stand."""
    try:
        return len(chosen_texts())
    except InputError:
        return None


def _typed() -> str:
    return str(session.get(Key.CONCEPT_TEXTS) or "")


def _use_examples(examples: tuple[str, ...]) -> None:
    session.put(Key.CONCEPT_TEXTS, "\n".join(examples))
    tasks.withdraw(*_OVER_TEXTS)
