"""From finished trainings to a table and a recommendation: pure functions.

A task's score is the mean of its development metrics (shares and correlations; errors count negative), a training's
score the mean over tasks. On and off are paired by seed: the same start, the same order of examples.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from redheart_core.errors import DataError
from redheart_core.measurements import Scalar, load_measurement
from redheart_core.training.paired import mean_difference

MEASUREMENT = "ablation_compact"
BASE = "base"
ALL_TASKS = "all"


class Verdict(StrEnum):
    """What an interval says about a technique."""

    HELPS = "helps"
    HURTS = "hurts"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One finished training."""

    variant: str
    """``BASE``, or the technique whose switch differs from the base configuration."""
    seed: int
    scores: Mapping[str, float]
    """By task."""
    loss: float
    """Mean over tasks of what is minimised, on the same rows."""
    examples: int
    steps: int
    seconds: float
    """Of training alone, on a machine that may have done other things as well."""
    events: tuple[str, ...]
    """What techniques reported to have done."""

    @property
    def score(self) -> float:
        """Mean over tasks."""
        return statistics.fmean(self.scores.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One technique on one task, or on all."""

    technique: str
    task: str
    """``ALL_TASKS`` for the mean over tasks, which alone decides."""
    off: float
    on: float
    difference: float
    """On minus off, mean over seeds."""
    low: float
    high: float
    num_seeds: int
    verdict: Verdict
    seconds_ratio: float
    """Training time on over off."""
    acted: bool
    """Whether every training with the technique ended elsewhere than the one without it."""


def cell_names(techniques: Sequence[str], seeds: Sequence[int]) -> tuple[tuple[str, int], ...]:
    """Return the trainings needed, by variant and seed; all variants of one seed come together."""
    return tuple((variant, seed) for seed in seeds for variant in (BASE, *techniques))


def table(cells: Sequence[Cell], *, on_in_base: frozenset[str]) -> tuple[Row, ...]:
    """Compare every technique with the base configuration.

    Args:
        cells: Finished trainings; a technique without at least two seeds beside the base is left out.
        on_in_base: Techniques that the base configuration has, so that their variant is without them.
    """
    by_name = {(cell.variant, cell.seed): cell for cell in cells}
    techniques = dict.fromkeys(cell.variant for cell in cells if cell.variant != BASE)
    rows: list[Row] = []
    for technique in techniques:
        seeds = [seed for variant, seed in by_name if variant == technique and (BASE, seed) in by_name]
        if len(seeds) > 1:
            pairs = [(by_name[BASE, seed], by_name[technique, seed]) for seed in seeds]
            ordered = [pair[::-1] for pair in pairs] if technique in on_in_base else pairs
            rows += _rows(technique, ordered)
    return tuple(rows)


def verdict_of(low: float, high: float) -> Verdict:
    """Return what an interval of on minus off says; higher scores are better."""
    if low > 0:
        return Verdict.HELPS
    return Verdict.HURTS if high < 0 else Verdict.UNDECIDED


def recommended(technique: str) -> Verdict | None:
    """Return what the recorded ablation says, or None where it says nothing. Only what helps is on by default.

    Raises:
        DataError: The recorded file has more than one deciding row for it.
    """
    measurement = load_measurement(MEASUREMENT)
    rows = () if measurement is None else measurement.rows
    deciding = [row for row in rows if row["technique"] == technique and row["task"] == ALL_TASKS]
    if not deciding:
        return None
    if len(deciding) > 1:
        raise DataError(
            f"{MEASUREMENT}.json has {len(deciding)} deciding rows for {technique}. Run the ablation again."
        )
    return Verdict(str(deciding[0]["verdict"]))


def scalars(row: Row) -> dict[str, Scalar]:
    """Return a row as the recorded file holds it."""
    return {
        "technique": row.technique,
        "task": row.task,
        "off": round(row.off, 5),
        "on": round(row.on, 5),
        "difference": round(row.difference, 5),
        "low": round(row.low, 5),
        "high": round(row.high, 5),
        "num_seeds": row.num_seeds,
        "verdict": row.verdict.value,
        "seconds_ratio": round(row.seconds_ratio, 3),
        "acted": row.acted,
    }


def _rows(technique: str, pairs: Sequence[tuple[Cell, Cell]]) -> Iterator[Row]:
    """Yield the deciding row and one per task; each pair is (off, on)."""
    tasks = [task for task in pairs[0][0].scores if all(task in cell.scores for pair in pairs for cell in pair)]
    yield _row(technique, ALL_TASKS, [(off.score, on.score) for off, on in pairs], pairs)
    for task in tasks:
        yield _row(technique, task, [(off.scores[task], on.scores[task]) for off, on in pairs], pairs)


def _row(
    technique: str,
    task: str,
    scores: Sequence[tuple[float, float]],
    pairs: Sequence[tuple[Cell, Cell]],
) -> Row:
    difference = mean_difference([on - off for off, on in scores])
    return Row(
        technique=technique,
        task=task,
        off=statistics.fmean(off for off, _ in scores),
        on=statistics.fmean(on for _, on in scores),
        difference=difference.mean,
        low=difference.low,
        high=difference.high,
        num_seeds=difference.num_pairs,
        verdict=verdict_of(difference.low, difference.high),
        seconds_ratio=sum(on.seconds for _, on in pairs) / sum(off.seconds for off, _ in pairs),
        acted=all((on.scores, on.loss) != (off.scores, off.loss) for off, on in pairs),
    )
