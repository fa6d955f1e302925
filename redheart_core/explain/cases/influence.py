"""Which labelled cases would move a target most, if the model took one more step of gradient descent on each.

The first-order change of the target f at a passage x, per unit of learning rate, by a step on a case z with label y:
``-dL/df(z) · ∇f(z) · ∇f(x)``, with gradients in weights and bias of one read-out and the cross-entropy L in nats of
f(z) against y. Positive raises the target.

This is TracIn with one checkpoint, the shipped one: a likeness of gradients, not a record of what training did. For the
weights of a read-out it is exact for a step of any size, because f is linear in them.

Source: Pruthi et al. 2020, https://arxiv.org/abs/2002.08484, equation 1 and section 4.1 (last layer only), where the
change of the test loss is summed over checkpoints.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from redheart_core.data.rows import JudgedRow
from redheart_core.errors import ExplanationError
from redheart_core.explain.attribution.result import Unit
from redheart_core.explain.attribution.targets.target import OutputTarget
from redheart_core.explain.cases.readout import ReadoutPoint, readout_named, readout_point
from redheart_core.model.checkpoint import LoadedCheckpoint
from redheart_core.vocabulary.reading import ADJUSTMENT_BOUND, Family

Report = Callable[[int, int], None]
"""Told how many cases are done and how many there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InfluentialCase:
    """A labelled case and what learning it would do."""

    text: str
    context: str
    label: bool
    """What people said."""
    row: int
    """Place among the cases, counted from 0."""
    influence: float
    """Change of the target per unit of learning rate, in logits."""
    likeness: float
    """Cosine of what the read-out reads of the case and of the passage."""
    surprise: float
    """Label minus the model's probability for it, -1 to 1: how much is left to learn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Influences:
    """The cases that move a target most."""

    readout: str
    """Module whose read-out the gradients are taken in."""
    num_cases: int
    num_checkpoints: int
    """One: the shipped weights. What happened before them is not known."""
    value: float
    """The target at the passage, in logits."""
    raising: tuple[InfluentialCase, ...]
    """The largest influences above zero, largest first."""
    lowering: tuple[InfluentialCase, ...]
    """The smallest below zero, smallest first."""


def no_report(done: int, total: int) -> None:
    """Tell nobody."""


def influential_cases(
    checkpoint: LoadedCheckpoint,
    target: OutputTarget,
    cases: Sequence[JudgedRow],
    *,
    text: str,
    context: str = "",
    readout: str | None = None,
    count: int = 10,
    report: Report = no_report,
) -> Influences:
    """Return the cases with the largest influence on the target at one passage.

    Args:
        checkpoint: The model.
        target: The output that is followed, in logits.
        cases: Labelled cases; a label says whether people affirmed what the target stands for.
        text: The passage, cleaned.
        context: What it is seen against.
        readout: Module whose read-out the gradients are taken in; the first of the target's family when left out.
        count: Cases to return in either direction.
        report: Told after every case.

    Raises:
        ExplanationError: There are no cases, or the family has no such read-out.
    """
    if not cases:
        raise ExplanationError("There are no labelled cases to compare with. Give a file with at least one row.")
    scalar = target.scalar(Unit.LOGIT)
    name, module = readout_named(checkpoint.model, target.family, readout)
    passage = readout_point(checkpoint, module, scalar, text=text, context=context)
    found: list[InfluentialCase] = []
    for row, case in enumerate(cases):
        point = readout_point(checkpoint, module, scalar, text=case.text, context=case.context)
        found.append(_influence(row, case, point, passage, _steepness(target.family)))
        report(row + 1, len(cases))
    ordered = sorted(found, key=lambda case: (case.influence, case.row))
    return Influences(
        readout=name,
        num_cases=len(cases),
        num_checkpoints=1,
        value=passage.value,
        raising=tuple(case for case in reversed(ordered[-count:]) if case.influence > 0),
        lowering=tuple(case for case in ordered[:count] if case.influence < 0),
    )


def _influence(
    row: int, case: JudgedRow, point: ReadoutPoint, passage: ReadoutPoint, steepness: float
) -> InfluentialCase:
    surprise = float(case.label) - 0.5 * (1.0 + math.tanh(0.5 * steepness * point.value))
    lengths = float(np.linalg.norm(point.state_S) * np.linalg.norm(passage.state_S))
    return InfluentialCase(
        text=case.text,
        context=case.context,
        label=case.label,
        row=row,
        influence=steepness * surprise * point.product(passage),
        likeness=float(point.state_S @ passage.state_S) / lengths if lengths else 0.0,
        surprise=surprise,
    )


def _steepness(family: Family) -> float:
    """Return the factor of a logit whose sigmoid is the probability of "yes": tanh(x) is 2 sigmoid(2x) - 1."""
    return 2.0 if family is Family.HEDONIC or family in ADJUSTMENT_BOUND else 1.0
