"""What a compression run has to show, in one form for every phase."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from redheart_core.model.ledger import Row, count_parameters, parameter_rows
from redheart_core.training.compression.agreement import Agreement
from redheart_core.training.compression.distillation_run import UNTRAINED_NOTICE, Distilled
from redheart_core.training.compression.finetuning import FineTuned, Method
from redheart_core.training.compression.pruning_run import Pruned
from redheart_core.training.evaluation import Metric


@dataclass(frozen=True, slots=True, kw_only=True)
class RowChange:
    """A row of the parameter table."""

    name: str
    before: int
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One metric on development rows, before and after."""

    task: str
    metric: str
    setting: str
    """Which of the run's results this is."""
    before: float
    after: float
    baseline: float | None
    """What needs no reading."""
    reference: float | None
    """What the teacher reaches, where there is one."""
    num_rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One run."""

    phase: str
    setting: str
    command: str
    seed: int
    seconds: float
    """Of the training alone; for pruning of the whole run, measurements included."""
    parameters_before: int
    parameters_after: int
    trainable: int
    outcomes: tuple[Outcome, ...]
    numbers: Mapping[str, float]
    """Measured or counted numbers about the whole run, units in their names."""
    table: tuple[RowChange, ...] = ()
    notice: str | None = None
    """What a reader must know before believing the numbers."""

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON of the run."""
        return asdict(self)


def report_fine_tuned(tuned: FineTuned, *, command: str) -> Report:
    """Report a fine-tuning: also what the base lost by being quantised, before anything was learned."""
    config = tuned.config
    setting = "all weights" if config.method is Method.FULL else f"{config.method} rank {config.adapters.rank}"
    outcomes = _outcomes(setting, tuned.before, tuned.after)
    if tuned.base.relative_error:
        outcomes = (*_outcomes(f"{config.method} before training", tuned.before, tuned.at_start), *outcomes)
    numbers = {
        "trainable_share": tuned.trainable / tuned.base_parameters,
        "state_bytes": tuned.state_bytes,
        "peak_bytes": tuned.peak_bytes,
        "frozen_bytes_float32": tuned.base.dense_bytes,
        "frozen_bytes": tuned.base.stored_bytes,
        "relative_weight_error": tuned.base.relative_error,
    }
    return Report(
        phase="adapters",
        setting=setting,
        command=command,
        seed=config.seed,
        seconds=tuned.seconds,
        parameters_before=tuned.base_parameters,
        parameters_after=tuned.base_parameters,
        trainable=tuned.trainable,
        outcomes=outcomes,
        numbers=numbers,
    )


def report_pruned(pruned: Pruned, *, rows_before: Sequence[Row], command: str) -> Report:
    """Report a pruning: directly after the removal, after the recovery, and every row of the parameter table."""
    shares = pruned.config.shares
    setting = f"{shares.units:.0%} of units, {shares.heads:.0%} of heads, {pruned.config.criterion}"
    outcomes = _outcomes(setting, pruned.before, pruned.pruned)
    if pruned.config.recovery_steps:
        recovered = f"{setting}, {pruned.config.recovery_steps} recovery steps"
        outcomes = (*outcomes, *_outcomes(recovered, pruned.before, pruned.recovered))
    table = tuple(
        RowChange(name=before.name, before=before.parameters, after=after.parameters)
        for before, after in zip(rows_before, parameter_rows(pruned.model.config), strict=True)
    )
    return Report(
        phase="pruning",
        setting=setting,
        command=command,
        seed=pruned.config.seed,
        seconds=pruned.seconds,
        parameters_before=pruned.parameters_before,
        parameters_after=pruned.parameters_after,
        trainable=pruned.parameters_after if pruned.config.recovery_steps else 0,
        outcomes=outcomes,
        numbers={f"speed_ratio_{speed.batch}_passages": speed.ratio for speed in pruned.speed},
        table=table,
    )


def report_distilled(distilled: Distilled, *, command: str) -> Report:
    """Report a distillation: metrics beside the teacher's, and the agreement with it."""
    learning = distilled.run.learning
    weights = learning.weights
    setting = (
        f"{distilled.teacher.name} to {distilled.run.student}, {learning.steps} steps, "
        f"soft {weights.soft:g} hard {weights.hard:g} hidden {weights.hidden:g}"
    )
    parameters = count_parameters(distilled.model)
    return Report(
        phase="distillation",
        setting=setting,
        command=command,
        seed=learning.seed,
        seconds=distilled.seconds,
        parameters_before=distilled.teacher_parameters,
        parameters_after=parameters,
        trainable=parameters,
        outcomes=(
            *_outcomes(setting, distilled.before, distilled.after, distilled.reference),
            *_agreement(setting, distilled.agreement_before, distilled.agreement_after),
        ),
        numbers={
            "teacher_seconds": distilled.teacher_seconds,
            "training_passages": distilled.num_passages,
            "temperature": weights.temperature,
        },
        notice=None if distilled.teacher.is_trained else UNTRAINED_NOTICE,
    )


def _agreement(setting: str, before: Agreement, after: Agreement) -> tuple[Outcome, ...]:
    """Report the agreement as outcomes; their baseline is a student that says the same about every passage."""
    numbers = (
        ("correlation with the teacher", before.correlation, after.correlation, 0.0, 1.0),
        ("information of the teacher missed", before.unexplained, after.unexplained, 1.0, 0.0),
        ("mean difference from the teacher", before.mean_difference, after.mean_difference, None, 0.0),
    )
    return tuple(
        Outcome(
            task="held-out passages",
            metric=name,
            setting=setting,
            before=old,
            after=new,
            baseline=baseline,
            reference=best,
            num_rows=after.num_passages,
        )
        for name, old, new, baseline, best in numbers
    )


def _outcomes(
    setting: str, before: Sequence[Metric], after: Sequence[Metric], reference: Sequence[Metric] = ()
) -> tuple[Outcome, ...]:
    known: list[float | None] = [metric.value for metric in reference] or [None] * len(after)
    return tuple(
        Outcome(
            task=new.task,
            metric=new.name.split(" (")[0],
            setting=setting,
            before=old.value,
            after=new.value,
            baseline=new.baseline,
            reference=best,
            num_rows=new.num_rows,
        )
        for old, new, best in zip(before, after, known, strict=True)
    )
