"""Cached access to the core: one shared model with its lease, bounded results, the preset dilemmas."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

import redheart_core
from redheart_core.errors import ConfigError
from redheart_core.inference.results import DilemmaEvaluation, PassageAnalysis
from redheart_core.inference.shipped import checkpoint_folder
from redheart_core.inference.verify import TraceVerification, verify_trace
from redheart_core.model.checkpoint import MANIFEST_FILE
from redheart_core.model.config import ModelConfig
from redheart_core.runtime.lease import lease
from redheart_core.vocabulary.presets import PresetDilemma, load_presets
from workbench.copy import UiLanguage, say
from workbench.ui.checkpoint_choice import checkpoint_in_use
from workbench.ui.requests import DilemmaRequest, PassageRequest

PRESETS_FOLDER = Path(__file__).resolve().parents[2] / "assets" / "dilemmas"
PRECISION = os.environ.get("REDHEART_PRECISION", "auto")
DEVICE = os.environ.get("REDHEART_DEVICE", "cpu")
MODE = os.environ.get("REDHEART_MODE") or None
BUDGET_GIB = os.environ.get("REDHEART_BUDGET_GIB") or None
"""How the weights are held: see ``redheart_core.load_model``. Set by whoever serves the app, never by a page."""


MOST_MODELS = 2
"""Models in memory: the served one, and the one that somebody chose last."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SharedModel:
    """The model that all sessions share. Sessions are threads, so whoever calls it leases it."""

    model: Any

    def lease(self) -> AbstractContextManager[None]:
        """Hold the model alone: its network where there is one, so that whoever hooks the network waits too."""
        checkpoint = getattr(self.model.reader, "checkpoint", None)
        return lease(self.model if checkpoint is None else checkpoint.model)

    @property
    def sha256(self) -> str:
        """Hash of the weights that speak."""
        return str(self.model.checkpoint_sha256 or "")

    @property
    def config(self) -> ModelConfig | None:
        """What the network that speaks is made of; None without one."""
        checkpoint = getattr(self.model.reader, "checkpoint", None)
        return None if checkpoint is None else checkpoint.manifest.model


@st.cache_resource(max_entries=MOST_MODELS, show_spinner=False)
def _load_model(checkpoint: str, written_ns: int) -> SharedModel:
    del written_ns
    model = redheart_core.load_model(
        checkpoint, precision=PRECISION, mode=MODE, budget_gib=_budget_gib(), device=DEVICE
    )
    return SharedModel(model=model)


def _written_ns(checkpoint: str) -> int:
    """Return when a checkpoint was written: a training may write its newest model anew in the same folder."""
    try:
        return (checkpoint_folder(checkpoint) / MANIFEST_FILE).stat().st_mtime_ns
    except OSError:
        return 0  # loading it says what is wrong


def _budget_gib() -> float | None:
    try:
        return None if BUDGET_GIB is None else float(BUDGET_GIB)
    except ValueError as error:
        raise ConfigError(f"REDHEART_BUDGET_GIB is {BUDGET_GIB!r}; give a number of GiB, such as 0.75.") from error


def shared_model(language: UiLanguage) -> SharedModel:
    """Return the model of this session, loading it once for all sessions that use it.

    Raises:
        CheckpointError: It is missing or damaged.
        RunError: It is a run's, and gone.
    """
    checkpoint = checkpoint_in_use()
    with st.spinner(say("frame.progress.model", language)):
        return _load_model(checkpoint, _written_ns(checkpoint))


@st.cache_data(max_entries=64, show_spinner=False)
def _evaluate(
    key: str, sha256: str, language: UiLanguage, _shared: SharedModel, _request: DilemmaRequest
) -> DilemmaEvaluation:
    del key, sha256
    with _shared.lease():
        evaluation: DilemmaEvaluation = _shared.model.evaluate_ethics(
            _request.dilemma,
            language=language,
            profile=_request.profile,
            view_weights=_request.views(),
            credences=_request.lenses(),
        )
    return evaluation


def evaluate(request: DilemmaRequest, language: UiLanguage) -> DilemmaEvaluation:
    """Work out a dilemma, or return what was worked out before.

    Raises:
        RedHeartError: The input or the checkpoint cannot be used.
    """
    shared = shared_model(language)
    with st.spinner(say("frame.progress.calculate", language)):
        return _evaluate(request.key(), shared.sha256, language, shared, request)


@st.cache_data(max_entries=64, show_spinner=False)
def _analyze(
    key: str, sha256: str, language: UiLanguage, _shared: SharedModel, _request: PassageRequest
) -> PassageAnalysis:
    del key, sha256
    with _shared.lease():
        analysis: PassageAnalysis = _shared.model.analyze(_request.text, language=language, profile=_request.profile)
    return analysis


def analyze(request: PassageRequest, language: UiLanguage) -> PassageAnalysis:
    """Read a passage, or return what was read before.

    Raises:
        RedHeartError: The input or the checkpoint cannot be used.
    """
    shared = shared_model(language)
    with st.spinner(say("frame.progress.calculate", language)):
        return _analyze(request.key(), shared.sha256, language, shared, request)


def verify(document: dict[str, Any], language: UiLanguage) -> TraceVerification:
    """Recalculate a trace.

    Raises:
        RedHeartError: The document is no trace, or the checkpoint cannot be used.
    """
    shared = shared_model(language)
    with st.spinner(say("frame.progress.verify", language)), shared.lease():
        return verify_trace(document, shared.model)


@st.cache_resource(max_entries=1, show_spinner=False)
def presets() -> tuple[PresetDilemma, ...]:
    """Return the preset dilemmas.

    Raises:
        DataError: There is none, or a file cannot be used.
    """
    return load_presets(PRESETS_FOLDER)
