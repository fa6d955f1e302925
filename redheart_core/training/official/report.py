"""What an evaluation answers: frozen values whose JSON is the contract of ``redheart eval --json``."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from redheart_core.training.official.bootstrap import LEVEL, REPLICATES
from redheart_core.training.official.calibration import Calibration


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredMetric:
    """One official metric with its interval and its floors."""

    name: str
    value: float
    interval_low: float
    interval_high: float
    """Percentile bootstrap at ``LEVEL``, over ``unit``."""
    unit: str
    """What is drawn: row, pair, or group of rows that share a scenario."""
    num_units: int
    majority: float | None
    """The most frequent answer of the same file for every row."""
    median: float | None
    """The median rating of the same file for every row."""
    random: float
    """Mean over seeded throws of a coin that knows how frequent each answer is in the file."""
    tfidf: float | None
    """TF-IDF of word 1-2-grams under a linear model; None where no training rows were given."""
    above_tfidf_low: float | None
    above_tfidf_high: float | None
    """Interval of this metric minus the floor's on the same units (a paired bootstrap)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationResult:
    """One task on one file."""

    task: str
    file: str
    sha256: str
    """Of the file; of the development rows, where they were split off by us."""
    rows: int
    metrics: tuple[MeasuredMetric, ...]
    """The official headline first."""
    calibration: Calibration | None
    """None where the output that answers is no probability."""
    checkpoint: str
    checkpoint_sha256: str
    command: str
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON contract."""
        return asdict(self) | {"interval": f"{LEVEL:.0%} percentile bootstrap, {REPLICATES} replicates"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A task that the checkpoint or the data folder cannot answer."""

    task: str
    reason: str
