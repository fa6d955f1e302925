"""The field for a set of texts, with examples for who has none at hand. What it holds is never in the address."""

from __future__ import annotations

import streamlit as st

from redheart_core.errors import InputError
from redheart_core.explain.concepts.texts import example_passages
from redheart_core.inference.passage import speaks_of_self_harm
from redheart_core.text.extract import extract_features
from redheart_core.vocabulary.advice import HELP_NOTICE
from workbench.copy import UiLanguage, say
from workbench.ui import prose, session, tasks
from workbench.ui.boundary import boundary
from workbench.ui.session import Key
from workbench.views.text_set import LEAST_TEXTS, MOST_TEXTS, count_texts, lines_of_file, read_text_set

_OVER_TEXTS = (tasks.CONCEPTS, tasks.GROUPS)
_MAX_UPLOAD_MB = 1


def draw_text_set(language: UiLanguage) -> None:
    """Draw the field. A change withdraws what was asked about the texts before it."""
    prose.heading(say("concepts.set.heading", language))
    prose.paragraph(say("concepts.set.why", language))
    st.text_area(
        say("concepts.set.label", language, least=str(LEAST_TEXTS), most=str(MOST_TEXTS)),
        key=Key.CONCEPT_TEXTS, height=180, placeholder=say("concepts.set.placeholder", language),
        help=say("concepts.set.help", language), persist_state="session", on_change=tasks.withdraw, args=_OVER_TEXTS,
    )  # fmt: skip
    _draw_upload(language)
    examples = example_passages()[language]
    st.button(
        say("concepts.set.example", language, count=str(len(examples))), key="concepts.example", type="tertiary",
        on_click=_use_texts, args=(examples,),
    )  # fmt: skip
    prose.paragraph(say("concepts.set.count", language, count=str(count_texts(_typed()))), kind="quiet")


def _draw_upload(language: UiLanguage) -> None:
    with st.expander(say("concepts.set.upload", language), type="compact"):
        prose.paragraph(say("concepts.set.upload_text", language), kind="quiet")
        uploaded = st.file_uploader(
            say("concepts.set.upload", language), type=["txt", "csv", "jsonl"], key=Key.CONCEPT_UPLOAD,
            max_upload_size=_MAX_UPLOAD_MB, label_visibility="collapsed",
        )  # fmt: skip
        if uploaded is None:
            return
        with boundary(language):
            lines = lines_of_file(uploaded.name, uploaded.getvalue())
            st.button(
                say("concepts.set.use_upload", language, count=str(len(lines))), key="concepts.use_upload",
                on_click=_use_texts, args=(lines,),
            )  # fmt: skip


def refused_for_help(texts: tuple[str, ...], language: UiLanguage) -> bool:
    """Return whether a text speaks of self-harm, and draw the notice that stands there instead of a score."""
    if not any(speaks_of_self_harm(extract_features(text)) for text in texts):
        return False
    prose.paragraph(HELP_NOTICE.text(language), kind="notice")
    return True


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


def _use_texts(texts: tuple[str, ...]) -> None:
    session.put(Key.CONCEPT_TEXTS, "\n".join(texts))
    tasks.withdraw(*_OVER_TEXTS)
