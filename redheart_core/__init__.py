"""Calculates moral judgements of a dilemma and shows where every number comes from."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from redheart_core.errors import (
    CheckpointError,
    ConfigError,
    DataError,
    DeviceError,
    ExplanationError,
    InputError,
    OutOfDeviceMemoryError,
    RedHeartError,
    TraceError,
)
from redheart_core.inference.engine import RedHeart, load_model
from redheart_core.inference.results import DilemmaEvaluation, PassageAnalysis
from redheart_core.inference.verify import TraceVerification, verify_trace
from redheart_core.vocabulary.dilemma import Dilemma, Option, Party

if TYPE_CHECKING:
    from redheart_core.explain.attribution.attribute import attribute
    from redheart_core.explain.attribution.request import AttributionRequest
    from redheart_core.explain.attribution.result import Attribution

__all__ = [
    "Attribution",
    "AttributionRequest",
    "CheckpointError",
    "ConfigError",
    "DataError",
    "DeviceError",
    "Dilemma",
    "DilemmaEvaluation",
    "ExplanationError",
    "InputError",
    "Option",
    "OutOfDeviceMemoryError",
    "Party",
    "PassageAnalysis",
    "RedHeart",
    "RedHeartError",
    "TraceError",
    "TraceVerification",
    "attribute",
    "load_model",
    "verify_trace",
]

_LOADED_LATER = {
    "Attribution": "redheart_core.explain.attribution.result",
    "AttributionRequest": "redheart_core.explain.attribution.request",
    "attribute": "redheart_core.explain.attribution.attribute",
}
"""Names that need Captum, which loads Matplotlib: loaded when they are asked for."""


def __getattr__(name: str) -> Any:
    """Load what is loaded later."""
    if name not in _LOADED_LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LOADED_LATER[name]), name)
