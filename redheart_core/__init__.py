"""Calculates moral judgements of a dilemma and shows where every number comes from."""

from redheart_core.errors import (
    CheckpointError,
    ConfigError,
    DataError,
    DeviceError,
    InputError,
    OutOfDeviceMemoryError,
    RedHeartError,
    TraceError,
)
from redheart_core.inference.engine import RedHeart, load_model
from redheart_core.inference.results import DilemmaEvaluation, PassageAnalysis
from redheart_core.inference.verify import TraceVerification, verify_trace
from redheart_core.vocabulary.dilemma import Dilemma, Option, Party

__all__ = [
    "CheckpointError",
    "ConfigError",
    "DataError",
    "DeviceError",
    "Dilemma",
    "DilemmaEvaluation",
    "InputError",
    "Option",
    "OutOfDeviceMemoryError",
    "Party",
    "PassageAnalysis",
    "RedHeart",
    "RedHeartError",
    "TraceError",
    "TraceVerification",
    "load_model",
    "verify_trace",
]
