"""Typed access to what one visitor's session remembers, and to the URL. Every key is named here.

Only ids go into the URL (language, step, target, method): what a person typed would end up in the logs of a proxy.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

import streamlit as st

from redheart_core.vocabulary.bentham import DEFAULT_CREDENCES, DEFAULT_VIEW_WEIGHTS, Lens, View
from redheart_core.vocabulary.dilemma import Dilemma
from workbench.copy import LANGUAGES, UiLanguage
from workbench.ui.requests import DilemmaRequest, PassageRequest


class Key(StrEnum):
    """Keys of ``st.session_state``. Widgets with a changing number append an id to one of these."""

    LANGUAGE = "frame.language"
    FRAMED = "frame.drawn"
    CHECKPOINT = "frame.checkpoint"
    PRESET = "dilemma.preset"
    SITUATION = "dilemma.situation"
    OPTION = "dilemma.option"
    OPTION_IDS = "dilemma.option_ids"
    PARTY = "dilemma.party"
    PARTY_IDS = "dilemma.party_ids"
    PROFILE = "dilemma.profile"
    VIEW_WEIGHT = "dilemma.view_weight"
    CREDENCE = "dilemma.credence"
    DILEMMA_REQUEST = "dilemma.request"
    EDITING = "dilemma.editing"
    LAYER = "dilemma.layer"
    REVEALED = "dilemma.revealed"
    DEPTH_OPTION = "dilemma.depth_option"
    PASSAGE_TEXT = "emotion.text"
    PASSAGE_PROFILE = "emotion.profile"
    PASSAGE_REQUEST = "emotion.request"
    PASSAGE_LAYER = "emotion.layer"
    PASSAGE_REVEALED = "emotion.revealed"
    ATTRIBUTION_TEXT = "attribution.text"
    ATTRIBUTION_CONTEXT = "attribution.context"
    ATTRIBUTION_TARGET = "attribution.target"
    ATTRIBUTION_CONTRAST = "attribution.contrast"
    ATTRIBUTION_UNTRAINED = "attribution.untrained"
    ATTRIBUTION_METHOD = "attribution.method"
    ATTRIBUTION_OPTION = "attribution.option"
    ATTRIBUTION_BASELINE = "attribution.baseline"
    ATTRIBUTION_BASELINE_TEXT = "attribution.baseline_text"
    ATTRIBUTION_UNIT = "attribution.unit"
    ATTRIBUTION_SEED = "attribution.seed"
    ATTRIBUTION_REQUEST = "attribution.request"
    ATTRIBUTION_SHOWN = "attribution.shown"
    ATTRIBUTION_STOPPED = "attribution.stopped"
    ATTRIBUTION_ASKED = "attribution.asked"
    ATTRIBUTION_PACE = "attribution.pace"
    ATTRIBUTION_LAYER = "attribution.layer"
    ATTRIBUTION_PIECES = "attribution.pieces"
    ATTRIBUTION_QUESTION = "attribution.question"
    ATTRIBUTION_CASE = "attribution.case"
    ATTRIBUTION_CAME_FROM = "attribution.came_from"
    CONTRAST_DILEMMA = "contrast.dilemma"
    CONTRAST_FIRST = "contrast.first"
    CONTRAST_SECOND = "contrast.second"
    CONTRAST_REQUEST = "contrast.request"
    CONTRAST_SHOWN = "contrast.shown"
    CONTRAST_LAYER = "contrast.layer"
    CONCEPT_TEXTS = "concepts.texts"
    CASES_SOURCE = "cases.source"
    CASES_UPLOAD = "cases.upload"
    CONCEPT_UPLOAD = "concepts.upload"
    SURD_POPULATION = "surd.population"
    SURD_TABLE = "surd.table"
    SURD_TEXTS = "surd.texts"
    SURD_SAYS = "surd.says"
    SURD_WANTED = "surd.wanted"
    SURD_RUN = "surd.run_id"
    SURD_MADE = "surd.made"
    SURD_DILEMMA = "surd.dilemma"
    SURD_OPTION = "surd.option"
    SURD_VARY = "surd.vary"
    SURD_CASES = "surd.cases"
    SURD_PARTS = "surd.parts_count"
    SURD_ALTERATIONS = "surd.alterations"
    SURD_UNITS = "surd.units"
    SURD_ORDERED = "surd.ordered"
    SURD_TARGET = "surd.target"
    SURD_SOURCES = "surd.sources"
    SURD_BINS = "surd.bins"
    SURD_METHOD = "surd.method"
    SURD_CATEGORICAL = "surd.categorical"
    SURD_MAX_ORDER = "surd.max_order"
    SURD_LAGS = "surd.lags"
    SURD_BOOTSTRAP = "surd.bootstrap"
    SURD_SURROGATES = "surd.surrogates"
    SURD_SEED = "surd.seed"
    SURD_REQUEST = "surd.request"
    SURD_SHOWN = "surd.shown"
    SURD_STOPPED = "surd.stopped"
    SURD_REVEALED = "surd.revealed"
    SURD_LAYER = "surd.layer"
    TRACE_SOURCE = "trace.source"
    TRACE_STEP = "trace.step"
    TRACE_SEARCH = "trace.search"
    TRACE_UPLOAD = "trace.upload"
    MODEL_PRESET = "model.preset"
    MODEL_LAYER = "model.layer"
    TRAINING_RUN = "training.run"
    TRAINING_SEARCH = "training.search"
    TRAINING_EVERY = "training.every"
    TRAINING_NOTICE = "training.notice"
    TRAINING_DELETING = "training.deleting"
    TRAINING_RECIPE = "training.recipe"
    TRAINING_NAME = "training.name"
    TRAINING_THREADS = "training.threads"
    TRAINING_BESIDE = "training.beside"
    TRAINING_FIELD = "training.field"
    TRAINING_CLICK = "training.click"
    TRAINING_LAYER = "training.layer"
    RUN_LAYER = "run.layer"
    COMPARED_RUNS = "comparison.runs"
    COMPARED_SERIES = "comparison.series"
    COMPARED_AXIS = "comparison.axis"
    STUDY_FILE = "comparison.file"
    RUN_SPAN = "run.span"
    RUN_LOG_BYTES = "run.log_bytes"
    RUN_NOTE = "run.note"
    RUN_TAGS = "run.tags"
    HIGHEST_ID = "dilemma.highest_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyDraft:
    """A party as it is being typed."""

    name: str
    count: int
    vulnerability: float


def language() -> UiLanguage:
    """Return the reader's language: chosen, else from the URL, else from the browser."""
    if Key.LANGUAGE not in st.session_state:
        asked = st.query_params.get("lang", "")
        st.session_state[Key.LANGUAGE] = asked if asked in LANGUAGES else _browser_language()
    return cast(UiLanguage, st.session_state[Key.LANGUAGE])


def _browser_language() -> UiLanguage:
    return "ko" if (st.context.locale or "en").lower().startswith("ko") else "en"


def option_ids() -> list[int]:
    """Return the ids of the option fields; two empty ones at first."""
    return cast(list[int], st.session_state.setdefault(Key.OPTION_IDS, [0, 1]))


def party_ids() -> list[int]:
    """Return the ids of the party fields; none at first."""
    return cast(list[int], st.session_state.setdefault(Key.PARTY_IDS, []))


def add_option() -> None:
    """Add an empty option field."""
    st.session_state[Key.OPTION_IDS] = [*option_ids(), _fresh(option_ids())]


def remove_option(identifier: int) -> None:
    """Remove an option field and what it holds."""
    st.session_state[Key.OPTION_IDS] = [i for i in option_ids() if i != identifier]


def add_party() -> None:
    """Add an empty party."""
    fresh = _fresh(party_ids())
    st.session_state[Key.PARTY_IDS] = [*party_ids(), fresh]
    _set_party(fresh, PartyDraft(name="", count=1, vulnerability=0.0))


def remove_party(identifier: int) -> None:
    """Remove a party."""
    st.session_state[Key.PARTY_IDS] = [i for i in party_ids() if i != identifier]


def _fresh(ids: list[int]) -> int:
    """Return an id that no field had before: a reused one would bring back what was removed."""
    highest = max([*ids, int(st.session_state.get(Key.HIGHEST_ID, 1))])
    st.session_state[Key.HIGHEST_ID] = highest + 1
    return highest + 1


def load_dilemma(dilemma: Dilemma) -> None:
    """Put a dilemma into the fields, ready to be read or edited."""
    clear_dilemma()
    st.session_state[Key.SITUATION] = dilemma.situation
    ids = [_fresh([]) for _ in dilemma.options]
    st.session_state[Key.OPTION_IDS] = ids
    for identifier, option in zip(ids, dilemma.options, strict=True):
        st.session_state[f"{Key.OPTION}.{identifier}"] = option.name
    party_numbers = [_fresh([]) for _ in dilemma.parties]
    st.session_state[Key.PARTY_IDS] = party_numbers
    for identifier, party in zip(party_numbers, dilemma.parties, strict=True):
        draft = PartyDraft(name=party.name, count=party.count, vulnerability=party.vulnerability)
        _set_party(identifier, draft)


def _set_party(identifier: int, draft: PartyDraft) -> None:
    st.session_state[f"{Key.PARTY}.{identifier}.name"] = draft.name
    st.session_state[f"{Key.PARTY}.{identifier}.count"] = draft.count
    st.session_state[f"{Key.PARTY}.{identifier}.vulnerability"] = draft.vulnerability


def clear_dilemma() -> None:
    """Empty the fields and forget the last result. Settings stay."""
    st.session_state[Key.PRESET] = None
    st.session_state[Key.SITUATION] = ""
    st.session_state[Key.OPTION_IDS] = [_fresh([]), _fresh([])]
    st.session_state[Key.PARTY_IDS] = []
    st.session_state.pop(Key.DILEMMA_REQUEST, None)
    st.session_state[Key.EDITING] = True
    st.session_state[Key.REVEALED] = False


def reset_settings() -> None:
    """Put the weights back to their defaults."""
    for view in View:
        st.session_state[f"{Key.VIEW_WEIGHT}.{view.value}"] = DEFAULT_VIEW_WEIGHTS[view]
    for lens in Lens:
        st.session_state[f"{Key.CREDENCE}.{lens.value}"] = DEFAULT_CREDENCES[lens]


def submit_dilemma(request: DilemmaRequest) -> None:
    """Remember what was asked; the recommendation is closed again, the fields fold."""
    if get(Key.DILEMMA_REQUEST) != request:
        st.session_state[Key.REVEALED] = False
    st.session_state[Key.DILEMMA_REQUEST] = request
    st.session_state[Key.EDITING] = False


def dilemma_request() -> DilemmaRequest | None:
    """Return the last dilemma asked about."""
    return cast(DilemmaRequest | None, get(Key.DILEMMA_REQUEST))


def submit_passage(request: PassageRequest) -> None:
    """Remember the passage to read."""
    if get(Key.PASSAGE_REQUEST) != request:
        st.session_state[Key.PASSAGE_REVEALED] = False
    st.session_state[Key.PASSAGE_REQUEST] = request


def passage_request() -> PassageRequest | None:
    """Return the last passage asked about."""
    return cast(PassageRequest | None, get(Key.PASSAGE_REQUEST))


def get(key: Key, default: Any = None) -> Any:
    """Return what the session remembers under ``key``."""
    return st.session_state.get(key, default)


def recall(key: str) -> Any:
    """Return what the session remembers under a key that ends in an id, or None."""
    return st.session_state.get(key)


def put(key: Key, value: Any) -> None:
    """Remember ``value`` under ``key``."""
    st.session_state[key] = value


def toggle(key: Key) -> None:
    """Turn a remembered yes into a no and back."""
    st.session_state[key] = not st.session_state.get(key, False)
