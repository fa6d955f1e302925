"""How far a student repeats its teacher on passages that neither was shown.

Dimensions: N passages, C outputs of a family.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from redheart_core.model.network import RedHeartModel
from redheart_core.model.outputs import to_output_scale
from redheart_core.text.tokenizer import Encoding
from redheart_core.training.batches import Item, collate, cut
from redheart_core.training.compression.distillation import constant_divergences, unexplained
from redheart_core.training.compression.teacher_outputs import TeacherOutputs
from redheart_core.training.metrics import pearson
from redheart_core.vocabulary.reading import Family

BATCH_PASSAGES, BATCH_TOKENS = 128, 8192


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Student against teacher, averaged over families that the teacher teaches."""

    correlation: float
    """Pearson's r over passages, averaged over a family's outputs; 0 for a constant student."""
    mean_difference: float
    """Mean absolute difference on the declared output scale."""
    unexplained: float
    """Share of the teacher's information that the student misses: 1 is a constant, above 1 worse than one."""
    num_passages: int


def measure_agreement(
    student: RedHeartModel, encodings: Sequence[Encoding], outputs: TeacherOutputs, *, temperature: float
) -> Agreement:
    """Compare the student with what the teacher said about the same passages."""
    own = student_logits(student, encodings)
    constants = constant_divergences(outputs.logits, temperature)
    missed = unexplained(own, outputs.logits, constants, temperature)
    return Agreement(
        correlation=_mean([_correlation(own[family], outputs.logits[family]) for family in constants]),
        mean_difference=_mean([_difference(family, own[family], outputs.logits[family]) for family in constants]),
        unexplained=_mean([float(share) for share in missed.values()]),
        num_passages=len(encodings),
    )


def student_logits(model: RedHeartModel, encodings: Sequence[Encoding]) -> Mapping[Family, Tensor]:
    """Return the logits (N, C) of passages, in their order."""
    order = sorted(range(len(encodings)), key=lambda index: len(encodings[index].ids))
    items = [Item(encodings=(encodings[index],), target=()) for index in order]
    model.eval()
    with torch.inference_mode():
        batches = map(collate, cut(items, batch_size=BATCH_PASSAGES, max_batch_tokens=BATCH_TOKENS))
        parts = [model(batch.ids_RT, batch.mask_RT, batch.segments_RT, batch.ngrams).logits for batch in batches]
    places = torch.tensor(order).argsort()
    return {family: torch.cat([part[family] for part in parts])[places] for family in model.config.families}


def _correlation(own_NC: Tensor, teacher_NC: Tensor) -> float:
    return _mean([pearson(own_N, teacher_N) for own_N, teacher_N in zip(own_NC.T, teacher_NC.T, strict=True)])


def _difference(family: Family, own_NC: Tensor, teacher_NC: Tensor) -> float:
    return float((to_output_scale(family, own_NC) - to_output_scale(family, teacher_NC)).abs().mean())


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
