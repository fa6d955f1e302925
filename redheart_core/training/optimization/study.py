"""The comparison of the optimisation systems with their rules, and the default that follows from it."""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

import torch
from pydantic import TypeAdapter

from redheart_core.errors import DataError
from redheart_core.measurements.recorded import Scalar, load_measurement, save_measurement, this_machine
from redheart_core.training.optimization.fit import NARROW, WIDE
from redheart_core.training.optimization.memory import record_memory
from redheart_core.training.optimization.outcomes import (
    RUN_PRICE,
    Outcome,
    accumulation_outcomes,
    averaging_outcomes,
    crossover_outcomes,
    layer_rate_outcomes,
    memory_outcomes,
    stopping_outcomes,
)
from redheart_core.training.optimization.recording import Recording
from redheart_core.training.optimization.runs import SEED, Bench, load_recording, record_missing, recorded_runs
from redheart_core.training.optimization.telemetry import MemoryRecord, RunRecord, Telemetry, save_telemetry

MEASUREMENT = "optimization_study"
NUM_RESAMPLES = 2_000
LEVEL = 0.95
_NOTES = (
    "Held-out runs: five folds by run (peaks: by model), three seeds, networks of a few thousand "
    "weights; one seed at the width of full.",
    "low and high: 95 % interval of rule minus learned over runs. Learned is the default only where low is above zero.",
    "With so few runs only large advantages can show. The networks' steps and input noise were set after "
    "a look at seven of the runs.",
)


class System(StrEnum):
    """A question that a rule and a network can both answer."""

    SWEET_SPOT = "sweet_spot"
    CROSSOVER = "crossover"
    PEAK_MEMORY = "peak_memory"
    ACCUMULATION = "accumulation"
    AVERAGING = "averaging"
    LAYER_RATES = "layer_rates"


class Choice(StrEnum):
    """Who answers."""

    RULE = "rule"
    LEARNED = "learned"


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyRow:
    """One comparison; smaller numbers are better."""

    system: System
    metric: str
    unit: str
    width: str
    """Of the network: narrow, or that of a preset."""
    rule: float
    learned: float
    baseline: float
    low: float
    """Lower end of the interval of rule minus learned over runs; above zero, the network is clearly better."""
    high: float
    num_runs: int
    default: Choice
    decides: bool
    """Whether this row decides the system's default; the others are for information."""


def default_choice(system: System) -> Choice:
    """Return what the recorded comparison decided; the rule where none was recorded."""
    measurement = load_measurement(MEASUREMENT)
    if measurement is None:
        return Choice.RULE
    deciding = [row for row in measurement.rows if row["system"] == system and row["decides"]]
    if len(deciding) != 1:
        raise DataError(f"{MEASUREMENT}.json has {len(deciding)} deciding rows for {system}; run the study again.")
    return Choice(str(deciding[0]["default"]))


def compare(
    system: System, metric: str, unit: str, outcomes: Sequence[Outcome], *, width: str = "narrow", decides: bool = True
) -> StudyRow:
    """Average outcomes over runs and decide: learned only where its advantage's interval lies above zero."""
    low, high = difference_interval([outcome.rule - outcome.learned for outcome in outcomes])
    count = len(outcomes)
    return StudyRow(
        system=system,
        metric=metric,
        unit=unit,
        width=width,
        rule=sum(outcome.rule for outcome in outcomes) / count,
        learned=sum(outcome.learned for outcome in outcomes) / count,
        baseline=sum(outcome.baseline for outcome in outcomes) / count,
        low=low,
        high=high,
        num_runs=count,
        default=Choice.LEARNED if low > 0 else Choice.RULE,
        decides=decides,
    )


def difference_interval(differences: Sequence[float]) -> tuple[float, float]:
    """Return the percentile bootstrap interval of the mean, at ``LEVEL``, resampling runs.

    Raises:
        ValueError: There are fewer than two differences.
    """
    if len(differences) < 2:
        raise ValueError(f"An interval needs at least two runs, not {len(differences)}.")
    state = random.Random(0)
    count = len(differences)
    means = sorted(sum(state.choices(differences, k=count)) / count for _ in range(NUM_RESAMPLES))
    tail = round(NUM_RESAMPLES * (1 - LEVEL) / 2)
    return means[tail], means[-1 - tail]


def study(
    runs: Sequence[RunRecord], memory: Sequence[MemoryRecord], load: Callable[[RunRecord], Recording]
) -> Iterator[StudyRow]:
    """Yield the rows of the comparison.

    Args:
        runs: Recorded trainings.
        memory: Counted peaks.
        load: Gives a run's weights and data back, so that mixtures and rates are really tried.
    """
    yield from _stopping_rows(runs)
    single, average = crossover_outcomes(runs, NARROW, load)
    unit = "relative to the best single checkpoint"
    yield compare(System.CROSSOVER, "loss on check examples", unit, single)
    yield compare(System.CROSSOVER, "the same; baseline: average of the last four", unit, average, decides=False)
    for width, settings in (("narrow", NARROW), ("full", WIDE)):
        outcomes = memory_outcomes(memory, settings)
        yield compare(
            System.PEAK_MEMORY, "error of the peak", "share", outcomes, width=width, decides=width == "narrow"
        )
    yield compare(
        System.ACCUMULATION, "error of the next noise scale", "powers of two", accumulation_outcomes(runs, NARROW)
    )
    unit = "relative to the weights themselves"
    yield compare(System.AVERAGING, "loss on check examples", unit, averaging_outcomes(runs, NARROW))
    unit = "relative to one rate for all"
    yield compare(System.LAYER_RATES, "loss on check examples", unit, layer_rate_outcomes(runs, NARROW, load))


def _stopping_rows(runs: Sequence[RunRecord]) -> Iterator[StudyRow]:
    outcomes = stopping_outcomes(runs, NARROW)
    metric = f"regret plus {RUN_PRICE:g} per run of steps"
    yield compare(System.SWEET_SPOT, metric, "share of the best loss", [each.cost for each in outcomes])
    regret = [each.regret for each in outcomes]
    yield compare(System.SWEET_SPOT, "regret", "share of the best loss", regret, decides=False)
    used = [each.steps_used for each in outcomes]
    yield compare(System.SWEET_SPOT, "steps used", "share of the run", used, decides=False)


def run_study(
    bench: Bench, work_dir: Path, *, command: str, save: Path | None, telemetry_file: Path | None
) -> tuple[StudyRow, ...]:
    """Record what is missing and compare; write the comparison and the telemetry where files are named."""
    while record_missing(bench, work_dir, limit=1):
        pass
    runs, memory = recorded_runs(work_dir), recorded_memory(work_dir)
    rows = tuple(study(runs, memory, lambda record: load_recording(bench, work_dir, record)))
    if save is not None:
        save_measurement(
            save,
            command=command,
            torch_version=torch.__version__,
            rows=map(_scalars, rows),
            facts={"seed": SEED, "level": LEVEL, "runs": len(runs), "peaks": len(memory)},
            notes=_NOTES,
        )
    if telemetry_file is not None:
        telemetry = Telemetry(
            command=command,
            machine=this_machine(),
            date=datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
            torch=torch.__version__,
            seed=SEED,
            data_sha256=bench.data_sha256,
            runs=runs,
            memory=memory,
        )
        save_telemetry(telemetry_file, telemetry)
    return rows


def recorded_memory(work_dir: Path) -> tuple[MemoryRecord, ...]:
    """Return the counted peaks, counting them first where the folder has none."""
    path = work_dir / "memory.json"
    adapter = TypeAdapter(tuple[MemoryRecord, ...])
    if not path.exists():
        work_dir.mkdir(parents=True, exist_ok=True)
        path.write_bytes(adapter.dump_json(record_memory()))
    return adapter.validate_json(path.read_bytes())


def _scalars(row: StudyRow) -> dict[str, Scalar]:
    return {name: round(value, 6) if isinstance(value, float) else value for name, value in asdict(row).items()}
