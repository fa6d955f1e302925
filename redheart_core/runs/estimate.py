"""How long a run will take, from what earlier runs on this machine took. Where there was none, nothing is said.

A stage is held against stages of earlier runs with the same model, batches, techniques, precision and threads; its
time per step is theirs by the clock, so that validations and saved states are in it. What comes before the first step
and after the last is taken from runs of the same model on as many rows.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from redheart_core.errors import RunError
from redheart_core.runs.facts import RunFacts, State, flat_settings
from redheart_core.runs.folder import RunFolder, all_folders
from redheart_core.runs.reader import RunReader
from redheart_core.training.config import StageConfig, TrainingConfig

LEAST_STEPS = 5
"""Steps of a stage from which a speed may be taken."""
CALIBRATION_STEPS = 12
"""Steps of each stage of a calibration."""
_SHAPE = ("shallow", "batch_size", "max_batch_tokens")
_WITHOUT_WEIGHT = (
    "seed", "readout_rate", "weight_decay", "gradient_clip", "log_every", "save_every", "state_every", "max_rows",
    "max_texts",
)  # fmt: skip
"""Settings that change nothing about the time of a step."""
_AROUND = ("preset", "max_rows", "max_texts", "proxies")
"""Settings that decide what comes before the first step and after the last."""
_MOST_LOOKED_AT = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """What a stage took per step."""

    seconds_per_step: float
    num_steps: int
    run_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a run will take."""

    steps_s: float
    paces: tuple[Pace, ...]
    """By stage."""
    before_s: float | None
    """Reading and preparing the data; None where no run on as many rows told it."""
    after_s: float | None
    """Measuring and writing the model; None likewise."""

    @property
    def total_s(self) -> float:
        """Everything that is known."""
        return self.steps_s + (self.before_s or 0.0) + (self.after_s or 0.0)

    @property
    def run_ids(self) -> tuple[str, ...]:
        """The runs that it rests on."""
        return tuple(dict.fromkeys(pace.run_id for pace in self.paces))


def estimate_duration(root: Path, config: TrainingConfig, *, num_threads: int) -> Estimate | None:
    """Estimate a run from earlier ones on this machine, the latest first; None where some stage was never run here."""
    wanted = flat_settings(asdict(config))
    earlier = [found for folder in all_folders(root)[:_MOST_LOOKED_AT] if (found := _look(folder, num_threads))]
    alike = [run for run in earlier if _step_settings(run.facts.settings) == _step_settings(wanted)]
    paces = [_pace(stage, alike) for stage in config.stages]
    if any(pace is None for pace in paces):
        return None
    known = tuple(pace for pace in paces if pace is not None)
    around = [run for run in earlier if all(run.facts.settings.get(name) == wanted.get(name) for name in _AROUND)]
    steps = zip(config.stages, known, strict=True)
    return Estimate(
        steps_s=sum(stage.steps * pace.seconds_per_step for stage, pace in steps),
        paces=known,
        before_s=next((run.before_s for run in around if run.before_s is not None), None),
        after_s=next((run.after_s for run in around if run.after_s is not None), None),
    )


def calibration(config: TrainingConfig) -> TrainingConfig:
    """Return the same run with a few steps of every stage, to measure what a step takes."""
    stages = tuple(
        replace(stage, steps=min(stage.steps, CALIBRATION_STEPS), warmup_steps=min(stage.warmup_steps, 2))
        for stage in config.stages
    )
    return replace(config, stages=stages)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Earlier:
    """What an earlier run tells."""

    facts: RunFacts
    paces: Mapping[tuple[str, ...], Pace]
    """By shape of the stage."""
    before_s: float | None
    after_s: float | None


def _look(folder: RunFolder, num_threads: int) -> _Earlier | None:
    """Look at a run that was made on this machine with as many threads; None for any other."""
    try:
        with RunReader(folder) as reader:
            facts, attempts = reader.facts(), reader.attempts()
            if facts.num_threads != num_threads or not attempts:
                return None
            if any(attempt.mark.host != platform.node() or attempt.world_size != 1 for attempt in attempts):
                return None
            last = attempts[-1]
            around = reader.around_steps()
            is_whole = last.state is State.COMPLETED and last.ended_s is not None
            return _Earlier(
                facts=facts,
                paces=_paces(folder, facts, reader),
                before_s=None if around is None else around[0] - attempts[0].started_s,
                after_s=last.ended_s - around[1] if is_whole and around is not None and last.ended_s else None,
            )
    except RunError:
        return None


def _paces(folder: RunFolder, facts: RunFacts, reader: RunReader) -> dict[tuple[str, ...], Pace]:
    found: dict[tuple[str, ...], Pace] = {}
    first, place = 1, 0
    while (steps := facts.settings.get(f"stages.{place}.steps")) is not None:
        measured = reader.pace(first, first + int(steps) - 1)
        if measured is not None and measured[1] >= LEAST_STEPS:
            shape = tuple(facts.settings[f"stages.{place}.{name}"] for name in _SHAPE)
            found[shape] = Pace(seconds_per_step=measured[0], num_steps=measured[1], run_id=folder.run_id)
        first, place = first + int(steps), place + 1
    return found


def _pace(stage: StageConfig, earlier: list[_Earlier]) -> Pace | None:
    shape = tuple(str(getattr(stage, name)) for name in _SHAPE)
    return next((run.paces[shape] for run in earlier if shape in run.paces), None)


def _step_settings(settings: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value
        for name, value in settings.items()
        if not name.startswith(("stages.", "emphasis.", "linear")) and name not in _WITHOUT_WEIGHT
    }
