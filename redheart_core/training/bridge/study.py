"""Each part of the bridge against its rule and against nothing, on held-out rows of the real tasks.

*swap*: the shipped weights with one part exchanged; they were trained with the learned part in place, which favours it.
*missing*: one module really does not run, which is when recovery acts; *reconstruction*: how near it comes.
*retrained*: bridge and auxiliary modules trained afresh, with the learned part or with its rule, from the same weights,
on the same batches.

Dimensions: B items, R passages, M modules, W width of the bridge.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from redheart_core.measurements.recorded import Scalar
from redheart_core.model.config import ModelConfig
from redheart_core.model.network import Part
from redheart_core.training.bridge.retraining import train_upper
from redheart_core.training.bridge.states import CachedRows, Upper, projected
from redheart_core.training.bridge.variants import (
    DESCRIPTIONS,
    BridgePart,
    Fitted,
    fit_rules,
    with_rule,
    without,
)
from redheart_core.training.evaluation import Prediction, measure
from redheart_core.training.objectives import total_loss
from redheart_core.vocabulary.reading import Family

Row = dict[str, Scalar]
Logits = Mapping[Family, Tensor]
ALL_TASKS = "all"
LEVEL = 0.95
MARGIN = 1e-3
"""Loss below which a difference is of no account; the loss of a task is about one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudySettings:
    """Size of the study."""

    seed: int = 0
    resamples: int = 100
    retraining_steps: int = 120
    retraining_seeds: tuple[int, ...] = (0, 1, 2)


def run_study(
    config: ModelConfig, upper: Upper, train: Sequence[CachedRows], dev: Sequence[CachedRows], settings: StudySettings
) -> list[Row]:
    """Compare every part; a row holds one comparison of one part on one task, or on all."""
    states_RMW = projected(upper.bridge, train)
    fitted = fit_rules(upper.bridge, states_RMW, num_components=config.bridge.memory_width, imitate=True)
    rows: list[Row] = []
    for part in BridgePart:
        if part is not BridgePart.RECOVERY:
            rows += _swap_rows(part, _arms(upper, part, fitted), dev, settings)
    rows += missing_rows(upper, fitted, dev, settings)
    rows += reconstruction_rows(upper, fitted, dev, settings)
    return rows + retrained_rows(config, train, dev, settings)


def better_of(low: float, high: float) -> str:
    """Name what does better, from the interval of the rule's excess: ``learned``, ``rule``, or ``neither``.

    A rule is better only by more than ``MARGIN``: with shipped weights a change of less is no reason to change answers.
    """
    if low > 0:
        return "learned"
    return "rule" if high < -MARGIN else "neither"


def mean_loss(upper: Upper, dev: Sequence[CachedRows], *, without_part: Part | None = None) -> float:
    """Return the mean over tasks of the loss."""
    losses = [_loss(rows, _logits(upper, rows, without_part)) for rows in dev]
    return sum(losses) / len(losses)


def _arms(upper: Upper, part: BridgePart, fitted: Fitted) -> tuple[Upper, Upper, Upper]:
    ruled, removed = with_rule(upper.bridge, part, fitted), without(upper.bridge, part)
    return upper, Upper(bridge=ruled, auxiliary=upper.auxiliary), Upper(bridge=removed, auxiliary=upper.auxiliary)


def _swap_rows(
    part: BridgePart, arms: tuple[Upper, Upper, Upper], dev: Sequence[CachedRows], settings: StudySettings
) -> list[Row]:
    rows, differences = [], []
    losses = torch.zeros(len(dev), len(arms))
    for place, task_rows in enumerate(dev):
        said = [_logits(arm, task_rows, None) for arm in arms]
        losses[place] = torch.tensor([_loss(task_rows, logits) for logits in said])
        excess = _resampled_excess(task_rows, said[0], said[1], settings)
        differences.append(excess)
        rows.append(_row(part, "swap", task_rows.task.name, losses[place], excess) | _metrics(task_rows, said))
    summary = _row(part, "swap", ALL_TASKS, losses.mean(dim=0), torch.stack(differences).mean(dim=0))
    return [summary, *rows]


def missing_rows(upper: Upper, fitted: Fitted, dev: Sequence[CachedRows], settings: StudySettings) -> list[Row]:
    """Compare recoveries, module by module, while that module does not run."""
    arms = _arms(upper, BridgePart.RECOVERY, fitted)
    whole = [_logits(upper, task_rows, None) for task_rows in dev]
    rows = []
    for missing in Part:
        said = [[_logits(arm, task_rows, missing) for task_rows in dev] for arm in arms]
        losses = torch.tensor([[_loss(r, logits) for r, logits in zip(dev, each, strict=True)] for each in said])
        pairs = zip(dev, said[0], said[1], strict=True)
        excess = torch.stack([_resampled_excess(*pair, settings) for pair in pairs]).mean(dim=0)
        row = _row(BridgePart.RECOVERY, "missing", ALL_TASKS, losses.mean(dim=1), excess)
        change = [_change(whole, each) for each in said]
        names = ("metric_learned", "metric_with_rule", "metric_removed")
        rows.append(
            row
            | {"missing": missing.value, "loss_of_all_modules": _mean_of(dev, whole)}
            | {"metric": "mean change of the reasoning logits"}
            | dict(zip(names, change, strict=True))
        )
    return rows


def reconstruction_rows(upper: Upper, fitted: Fitted, dev: Sequence[CachedRows], settings: StudySettings) -> list[Row]:
    """Compare the states that recovery gives with the true ones: squared error of numbers of variance about one."""
    known_RMW = projected(upper.bridge, dev)
    generator = torch.Generator().manual_seed(settings.seed)
    count = known_RMW.shape[0]
    draws = torch.randint(count, (settings.resamples, count), generator=generator)
    rows = []
    for place, missing in enumerate(Part):
        present_RM = torch.ones(known_RMW.shape[:2], dtype=torch.bool)
        present_RM[:, place] = False
        with torch.no_grad():
            learned_RW = upper.bridge.recovery(known_RMW, present_RM)[:, place]
        wanted_RW = known_RMW[:, place]
        guesses = (learned_RW, fitted.usual_MW[place].expand_as(wanted_RW), torch.zeros_like(wanted_RW))
        errors = torch.stack([(guess - wanted_RW).square().mean(dim=-1) for guess in guesses])
        excess = (errors[1] - errors[0])[draws].mean(dim=1)
        row = _row(BridgePart.RECOVERY, "reconstruction", ALL_TASKS, errors.mean(dim=1), excess)
        rows.append(row | {"missing": missing.value, "unit": "mean squared error"})
    return rows


def retrained_rows(
    config: ModelConfig, train: Sequence[CachedRows], dev: Sequence[CachedRows], settings: StudySettings
) -> list[Row]:
    """Compare learned part and rule after training either afresh. The interval is the range over the seeds."""

    def trained(rule: BridgePart | None) -> list[Upper]:
        return [
            train_upper(config, train, rule=rule, seed=seed, steps=settings.retraining_steps)
            for seed in settings.retraining_seeds
        ]

    learned = trained(None)
    rows = []
    for part in BridgePart:
        # Recovery acts only where a module is missing; every other part always.
        measured = _mean_loss_with_one_missing if part is BridgePart.RECOVERY else mean_loss
        losses = torch.tensor([[measured(upper, dev) for upper in arm] for arm in (learned, trained(part))])
        rows.append(_row(part, "retrained", ALL_TASKS, losses.mean(dim=1), losses[1] - losses[0]))
    return rows


def _mean_loss_with_one_missing(upper: Upper, dev: Sequence[CachedRows]) -> float:
    return sum(mean_loss(upper, dev, without_part=missing) for missing in Part) / len(Part)


def _logits(upper: Upper, rows: CachedRows, missing: Part | None) -> Logits:
    with torch.no_grad():
        return upper.logits(rows.outputs, without=missing)[0]


def _loss(rows: CachedRows, logits: Logits) -> float:
    return float(total_loss(rows.task.objective, logits, rows.target_BK))


def _mean_of(dev: Sequence[CachedRows], said: Sequence[Logits]) -> float:
    return sum(_loss(rows, logits) for rows, logits in zip(dev, said, strict=True)) / len(dev)


def _change(whole: Sequence[Logits], said: Sequence[Logits]) -> float:
    pairs = zip(whole, said, strict=True)
    return float(torch.cat([(a[Family.REASONING] - b[Family.REASONING]).abs().flatten() for a, b in pairs]).mean())


def _resampled_excess(rows: CachedRows, learned: Logits, ruled: Logits, settings: StudySettings) -> Tensor:
    """Return the rule's loss minus the learned part's over resamples of the same items for both."""
    generator = torch.Generator().manual_seed(settings.seed)
    families = rows.task.objective.families
    excess = torch.zeros(settings.resamples)
    for draw in range(settings.resamples):
        items = torch.randint(rows.num_items, (rows.num_items,), generator=generator)
        places, target_BK = rows.passages(items), rows.target_BK[items]
        pair = [{family: logits[family][places] for family in families} for logits in (ruled, learned)]
        ruled_loss, learned_loss = (total_loss(rows.task.objective, logits, target_BK) for logits in pair)
        excess[draw] = ruled_loss - learned_loss
    return excess


def _metrics(rows: CachedRows, said: Sequence[Logits]) -> Row:
    measured = [
        measure(Prediction(task=rows.task, logits=logits, target_BK=rows.target_BK, groups=rows.groups))[0]
        for logits in said
    ]
    names = ("metric_learned", "metric_with_rule", "metric_removed")
    values: Row = {name: metric.value for name, metric in zip(names, measured, strict=True)}
    shared: Row = {"metric": measured[0].name.partition(" at the best")[0], "num_items": rows.num_items}
    return shared | values


def _row(part: BridgePart, comparison: str, task: str, values: Tensor, excess: Tensor) -> Row:
    """Build a row. ``low`` and ``high`` bound the rule's value minus the learned part's."""
    tail = (1 - LEVEL) / 2
    # Three seeds have no quantiles to speak of: their interval is their range.
    few = excess.shape[0] < 1 / tail
    low, high = (excess.min(), excess.max()) if few else torch.quantile(excess, torch.tensor([tail, 1 - tail]))
    description = DESCRIPTIONS[part]
    return {
        "part": part.value,
        "job": description.job,
        "rule": description.rule,
        "comparison": comparison,
        "task": task,
        "unit": "loss",
        "learned": float(values[0]),
        "with_rule": float(values[1]),
        "removed": float(values[2]) if len(values) > 2 else None,
        "low": float(low),
        "high": float(high),
        "better": better_of(float(low), float(high)),
    }
