"""Cached access to what goes through each layer of the network."""

from __future__ import annotations

import streamlit as st

from redheart_core.explain.attribution.attribute import explained_passages
from redheart_core.explain.attribution.conductance import cost
from redheart_core.explain.attribution.layers import DEFAULT_STEPS, LayerMap, layer_map
from redheart_core.explain.attribution.result import AttributionKey
from workbench.copy import UiLanguage
from workbench.ui.explanations import leased_reader
from workbench.ui.kept import Kept
from workbench.ui.progress import Report

LAYERS_COST = cost(DEFAULT_STEPS)
"""Evaluations of the model for all layers together."""


@st.cache_resource(max_entries=1, show_spinner=False)
def _kept() -> Kept[LayerMap]:
    return Kept(32)


def layers_of(key: AttributionKey, language: UiLanguage, report: Report) -> LayerMap:
    """Return what flows through each layer for each word; against the first baseline where there are several.

    Raises:
        RedHeartError: The checkpoint cannot be used.
    """
    reader = leased_reader(language)

    def make() -> LayerMap:
        with reader.held():
            return layer_map(explained_passages(key, reader)[0].explained, report=report)

    return _kept().get((key.text, key.context, key.target, key.baseline, key.unit, key.checkpoint_sha256), make)
