"""Cached access to concepts: the texts that come with the package are read once, each question answered once."""

from __future__ import annotations

import streamlit as st

from redheart_core.explain.attribution.result import AttributionKey
from redheart_core.explain.attribution.targets import target_named
from redheart_core.explain.concepts.measure import (
    ConceptReadings,
    ConceptSettings,
    measure_concepts,
    num_readings,
    read_concepts,
)
from redheart_core.explain.concepts.result import ConceptScores
from redheart_core.inference.leased import LeasedReader
from workbench.copy import UiLanguage
from workbench.ui.explanations import leased_reader
from workbench.ui.kept import Kept
from workbench.ui.progress import Report

_SETTINGS = ConceptSettings()


@st.cache_resource(max_entries=1, show_spinner=False)
def _kept_readings() -> Kept[ConceptReadings]:
    return Kept(2)


@st.cache_resource(max_entries=1, show_spinner=False)
def _kept_scores() -> Kept[ConceptScores]:
    return Kept(64)


def shipped_readings() -> int:
    """Return how many texts of the package are read the first time."""
    return num_readings((), _SETTINGS)


def concept_scores(key: AttributionKey, texts: tuple[str, ...], language: UiLanguage, report: Report) -> ConceptScores:
    """Return the scores of the six concepts over texts, for the target of an attribution in its unit.

    Raises:
        RedHeartError: The checkpoint cannot be used, the output does not depend on the layer, or a text is refused.
    """
    reader = leased_reader(language)
    asked = (key.checkpoint_sha256, key.target, key.unit, texts)
    return _kept_scores().get(asked, lambda: _measured(key, texts, reader, report))


def _measured(key: AttributionKey, texts: tuple[str, ...], reader: LeasedReader, report: Report) -> ConceptScores:
    checkpoint = reader.checkpoint
    scalar = target_named(checkpoint.manifest, key.target, untrained=True).scalar(key.unit)
    total, done = shipped_readings() + len(texts), 0

    def tick() -> None:
        nonlocal done
        done += 1
        report(done, total)

    report(0, total)
    with reader.held():
        readings = _kept_readings().get(
            key.checkpoint_sha256, lambda: read_concepts(checkpoint, (), _SETTINGS, tick=tick)
        )
        passages = [(text, "") for text in texts]
        return measure_concepts(checkpoint, scalar, passages, settings=_SETTINGS, readings=readings, tick=tick)
