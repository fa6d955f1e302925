"""From a model's logits to official decisions, and from any decisions to the official metrics.

Dimensions: N rows, C columns (categories, ratings), P passages of a row, O outputs of a family.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from redheart_core.model.manifest import Manifest
from redheart_core.model.outputs import to_output_scale
from redheart_core.training.official import scoring
from redheart_core.training.official.cases import Case, labels_of, units_of
from redheart_core.training.official.scoring import Array, Sums
from redheart_core.training.official.tasks import Kind, OfficialTask
from redheart_core.vocabulary.reading import OUTPUTS, Family

SCALES = ("V", "A", "D")
"""EmoBank's scales as its files write them, in the order of the outputs."""
HALF = 0.5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Thresholds:
    """From which value on each output of a family says yes."""

    values_O: Array
    note: str
    """Where they come from."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answer:
    """What a model says about every row of a file."""

    decided_NC: Array
    """0 or 1; ratings from 1 to 5; for a choice 1 where the first passage is preferred and 0.5 where they tie."""
    probabilities_NC: Array | None
    """Calibrated probabilities, for a choice one per passage; None where the output is no probability."""


def decision_threshold(manifest: Manifest, family: Family) -> Thresholds:
    """Return the stored thresholds of a family's outputs, on the scale of the calibrated outputs; else one half."""
    stored = manifest.thresholds.get(family)
    count = len(OUTPUTS[family])
    if stored is None:
        note = f"The checkpoint stores no thresholds for {family.value}: yes is said from {HALF} on."
        return Thresholds(values_O=np.full(count, HALF), note=note)
    values_O = np.asarray(stored, dtype=np.float64)
    note = f"Thresholds of {family.value} as stored in the checkpoint, {values_O.min():.3f} to {values_O.max():.3f}."
    return Thresholds(values_O=values_O, note=note)


def answer(task: OfficialTask, cases: Sequence[Case], logits_PNO: Tensor, manifest: Manifest) -> Answer:
    """Turn logits into decisions with the checkpoint's temperature and thresholds."""
    temperature = manifest.temperatures[task.family]
    outputs_PNO = to_output_scale(task.family, logits_PNO.float(), temperature).double().numpy()
    thresholds_O = decision_threshold(manifest, task.family).values_O
    if task.kind is Kind.EMOTIONS:
        return Answer(decided_NC=(outputs_PNO[0] >= thresholds_O).astype(float), probabilities_NC=outputs_PNO[0])
    if task.kind is Kind.RATINGS:
        return Answer(decided_NC=1.0 + 4.0 * outputs_PNO[0], probabilities_NC=None)
    column_N = _columns(task, cases)
    rows_N = np.arange(len(cases))
    if task.kind is Kind.JUDGEMENTS:
        said_N = outputs_PNO[0, rows_N, column_N]
        decided_N = (said_N >= thresholds_O[column_N]).astype(float)
        return Answer(decided_NC=decided_N[:, None], probabilities_NC=said_N[:, None])
    compared_PN = logits_PNO[:, torch.from_numpy(rows_N), torch.from_numpy(column_N)].double().numpy()
    said_NP = None if task.family is Family.HEDONIC else outputs_PNO[:, rows_N, column_N].T
    return Answer(decided_NC=_preferred(compared_PN)[:, None], probabilities_NC=said_NP)


def measures(task: OfficialTask, cases: Sequence[Case], decided_NC: Array) -> tuple[Sums, ...]:
    """Return the official metrics of decisions, the headline first."""
    true_NC = labels_of(cases)
    if task.kind is Kind.EMOTIONS:
        return scoring.macro_f1(decided_NC, true_NC), scoring.micro_f1(decided_NC, true_NC)
    if task.kind is Kind.RATINGS:
        return _rating_measures(decided_NC, true_NC)
    decided_N, true_N, unit_N = decided_NC[:, 0], true_NC[:, 0], units_of(cases)
    unit = "group" if unit_N.max() + 1 < len(cases) else "pair" if task.kind is Kind.CHOICES else "row"
    if task.kind is Kind.CHOICES:
        return (scoring.accuracy(decided_N, true_N, unit_N, name="pairwise accuracy", unit=unit),)
    found = [scoring.accuracy(decided_N, true_N, unit_N, unit=unit)]
    if task.group_size and has_whole_groups(task, cases):
        found.insert(0, scoring.exact_match(decided_N, true_N, unit_N, size=task.group_size))
    if task.two_classes:
        found.append(scoring.binary_macro_f1(decided_N, true_N))
    return tuple(found)


def has_whole_groups(task: OfficialTask, cases: Sequence[Case]) -> bool:
    """Return whether any group has as many rows as count together."""
    return task.group_size in Counter(case.group for case in cases).values()


def statements(cases: Sequence[Case], probabilities_NC: Array) -> tuple[Array, Array]:
    """Return probabilities and what came true, flattened; of a pair's passages one is true and one is not."""
    true_NC = labels_of(cases)
    if len(cases[0].passages) == 2:
        true_NC = np.concatenate([true_NC, 1.0 - true_NC], axis=1)
    return probabilities_NC.ravel(), true_NC.ravel()


def _columns(task: OfficialTask, cases: Sequence[Case]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    names = OUTPUTS[task.family]
    return np.array([names.index(case.output or task.output) for case in cases], dtype=np.int64)


def _preferred(compared_PN: Array) -> Array:
    """Return 1 where the first passage scores higher, 0 where the second does, one half for a tie.

    Logits are compared: on the output scale saturated values would tie.
    """
    return np.asarray(HALF * (1.0 + np.sign(compared_PN[0] - compared_PN[1])))


def _rating_measures(decided_NC: Array, true_NC: Array) -> tuple[Sums, ...]:
    correlations = [
        scoring.pearson(decided_NC[:, place], true_NC[:, place], name=f"Pearson r, {scale}")
        for place, scale in enumerate(SCALES)
    ]
    errors = [
        scoring.mean_absolute_error(decided_NC[:, place], true_NC[:, place], name=f"mean absolute error, {scale}")
        for place, scale in enumerate(SCALES)
    ]
    return (*correlations, *errors)
