"""Cached access to groups of texts in which the same kind of words moved an output the same way."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from redheart_core.explain.attribution.attribute import attribute
from redheart_core.explain.attribution.clusters import SaliencyClusters, cluster_passages, word_vectors
from redheart_core.explain.attribution.result import Attribution, AttributionKey
from workbench.copy import UiLanguage
from workbench.ui.explanations import evaluations_of_key, leased_reader
from workbench.ui.kept import Kept
from workbench.ui.progress import Report, parts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupedTexts:
    """Groups, and the attribution of every text in them."""

    clusters: SaliencyClusters
    attributions: tuple[Attribution, ...]


@st.cache_resource(max_entries=1, show_spinner=False)
def _kept() -> Kept[GroupedTexts]:
    return Kept(16)


def keys_of(key: AttributionKey, texts: tuple[str, ...]) -> tuple[AttributionKey, ...]:
    """Return the same question put to each text, seen against nothing."""
    return tuple(replace(key, text=text, context="") for text in texts)


def evaluations_of_groups(key: AttributionKey, texts: tuple[str, ...], language: UiLanguage) -> int:
    """Return how often the model would be evaluated.

    Raises:
        RedHeartError: The checkpoint cannot be used.
    """
    reader = leased_reader(language)
    return sum(evaluations_of_key(one, reader) for one in keys_of(key, texts))


def grouped_texts(key: AttributionKey, texts: tuple[str, ...], language: UiLanguage, report: Report) -> GroupedTexts:
    """Attribute each text as the one on the page, and group them by what moved the output.

    Raises:
        RedHeartError: The checkpoint cannot be used, or a text is refused.
    """
    reader = leased_reader(language)
    keys = keys_of(key, texts)

    def make() -> GroupedTexts:
        parts = parts_of(report, [evaluations_of_key(one, reader) for one in keys])
        found = tuple(attribute(one, reader, report=part) for one, part in zip(keys, parts, strict=True))
        vectors = [word_vectors(reader.checkpoint, one) for one in found]
        return GroupedTexts(clusters=cluster_passages(found, vectors, seed=key.seed), attributions=found)

    return _kept().get(keys, make)
