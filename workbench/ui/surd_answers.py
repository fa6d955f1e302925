"""Answers of populations, each worked out once and shared between visitors."""

from __future__ import annotations

import streamlit as st

from redheart_core.explain.surd.populations import Answer, Population, answer
from workbench.ui.kept import Kept
from workbench.ui.progress import Report
from workbench.views.surd_request import SurdRequest


@st.cache_resource(max_entries=1, show_spinner=False)
def _kept() -> Kept[Answer]:
    return Kept(64)


def answer_of(request: SurdRequest, population: Population, report: Report) -> Answer:
    """Return the answer to a request; what was worked out before comes at once.

    Raises:
        InputError: The question cannot be put to this population.
    """
    key = (request, population.provenance.sha256, population.provenance.checkpoint_sha256)
    return _kept().get(key, lambda: answer(population, request.question(), settings=request.settings(), report=report))
