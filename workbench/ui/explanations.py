"""Cached access to attributions: what may be asked, what it costs, and the answers, each worked out once."""

from __future__ import annotations

from typing import Any

import streamlit as st

from redheart_core.errors import ExplanationError
from redheart_core.explain.attribution.attribute import attribute, explained_passages
from redheart_core.explain.attribution.methods import METHODS
from redheart_core.explain.attribution.methods.options import make_options
from redheart_core.explain.attribution.request import AttributionRequest, attribution_key
from redheart_core.explain.attribution.result import Attribution, AttributionKey, Unit
from redheart_core.explain.attribution.targets import OPTION_SCORE, output_targets, target_named
from redheart_core.explain.attribution.targets.option import OPTION_RANGES
from redheart_core.inference.leased import LeasedReader
from redheart_core.inference.passage import speaks_of_self_harm
from redheart_core.text.extract import extract_features
from redheart_core.vocabulary.advice import HELP_NOTICE
from workbench.copy import UiLanguage
from workbench.ui.progress import Report
from workbench.ui.resources import shared_model


def leased_reader(language: UiLanguage) -> LeasedReader:
    """Return the neural part that is explained.

    Raises:
        ExplanationError: There is none.
        CheckpointError: It is missing or damaged.
    """
    reader: Any = shared_model(language).model.reader
    if not isinstance(reader, LeasedReader):
        raise ExplanationError("Attribution explains the neural part, and there is none here. Load a checkpoint.")
    return reader


def offered_targets(language: UiLanguage) -> dict[str, bool]:
    """Return every output in the order of the vocabulary and the score of an option, and whether it was trained.

    Raises:
        RedHeartError: See ``leased_reader``.
    """
    manifest = leased_reader(language).checkpoint.manifest
    return {**{name: target.is_trained for name, target in output_targets(manifest).items()}, OPTION_SCORE: True}


def units_of(target: str, language: UiLanguage) -> tuple[Unit, ...]:
    """Return the units in which a target can be counted, the default first.

    Raises:
        RedHeartError: See ``leased_reader``; or there is no such target.
    """
    if target == OPTION_SCORE:
        return tuple(OPTION_RANGES)
    manifest = leased_reader(language).checkpoint.manifest
    return tuple(target_named(manifest, target, untrained=True).ranges)


def key_of(request: AttributionRequest, language: UiLanguage) -> AttributionKey:
    """Return what a request comes to.

    Raises:
        RedHeartError: It cannot be used.
    """
    return attribution_key(request, leased_reader(language))


def evaluations_of(request: AttributionRequest, language: UiLanguage) -> int:
    """Return how often the model would be evaluated.

    Raises:
        RedHeartError: The request cannot be used.
    """
    return evaluations_of_key(key_of(request, language), leased_reader(language))


@st.cache_data(max_entries=256, show_spinner=False, hash_funcs={AttributionKey: repr})
def evaluations_of_key(key: AttributionKey, _reader: LeasedReader) -> int:
    """Return how often the model would be evaluated.

    Raises:
        ExplanationError: The weights are not in float32.
    """
    method = METHODS[key.method]
    options = make_options(method, dict(key.options))
    with _reader.held():
        return sum(method.cost(passage.explained, options) for passage in explained_passages(key, _reader))


def help_notice(request: AttributionRequest, language: UiLanguage) -> str | None:
    """Return the notice for a text that speaks of self-harm; nothing in it is ranked then."""
    found = (extract_features(text) for text in (request.text, request.context))
    return HELP_NOTICE.text(language) if speaks_of_self_harm(*found) else None


def explain(request: AttributionRequest | AttributionKey, language: UiLanguage, report: Report) -> Attribution:
    """Return which words moved a target; what was worked out before comes at once.

    Raises:
        RedHeartError: The request or the checkpoint cannot be used.
    """
    return attribute(request, leased_reader(language), report=report)
