"""What follows the training of the network: the linear part, the blend of both, temperatures, thresholds, metrics.

Everything that is fitted here is fitted on development rows. The two halves of them (whole groups, by a hash of their
name) take turns for what is reported: fitted on one, measured on the other, and the two measurements averaged. What the
checkpoint then carries is fitted on both halves, so it has seen at least as much as what was measured.

Dimensions: B items, R passages (B, or 2B for pairs), C outputs of a family.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from zlib import crc32

import torch
from torch import Tensor

from redheart_core.model.network import RedHeartModel
from redheart_core.model.ngrams import NgramPart, ngram_batch
from redheart_core.text.ngrams import NgramVocabulary
from redheart_core.text.tokenizer import Tokenizer
from redheart_core.training.batches import Item, tokenize
from redheart_core.training.blend import FamilyBlend, fit_blend, fold_blend
from redheart_core.training.config import TrainingConfig
from redheart_core.training.evaluation import Metric, Prediction, fit_temperatures, measure, predict
from redheart_core.training.linear import fit_linear_part
from redheart_core.training.tasks import Task
from redheart_core.training.thresholds import fit_thresholds
from redheart_core.vocabulary.reading import Family

logger = logging.getLogger(__name__)

LINEAR_BATCH = 512


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Finished:
    """A model that can be read with, and what was measured on rows that nothing was fitted on."""

    model: RedHeartModel
    ngrams: NgramVocabulary | None
    temperatures: Mapping[Family, float]
    thresholds: Mapping[Family, tuple[float, ...]]
    metrics: tuple[Metric, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fit:
    """What development rows decide."""

    blends: Mapping[Family, FamilyBlend]
    """Empty without a linear part."""
    temperatures: Mapping[Family, float]
    thresholds: Mapping[Family, tuple[float, ...]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Said:
    """What the two parts say about development rows of one task."""

    network: Prediction
    linear_RC: Mapping[Family, Tensor]
    """Empty without a linear part."""

    def only(self, chosen_B: Tensor) -> Said:
        """Keep some items."""
        places_B, count = chosen_B.nonzero()[:, 0], len(self.network.groups)
        sides = next(iter(self.network.logits.values())).shape[0] // count
        rows_R = torch.cat([places_B + side * count for side in range(sides)])
        return Said(
            network=replace(
                self.network,
                logits={family: logits_RC[rows_R] for family, logits_RC in self.network.logits.items()},
                target_BK=self.network.target_BK[places_B],
                groups=tuple(self.network.groups[place] for place in places_B.tolist()),
            ),
            linear_RC={family: logits_RC[rows_R] for family, logits_RC in self.linear_RC.items()},
        )

    def blended(self, blends: Mapping[Family, FamilyBlend]) -> Prediction:
        """Return what both say together."""
        together = {
            family: blend.apply(self.network.logits[family], self.linear_RC[family]) for family, blend in blends.items()
        }
        return replace(self.network, logits={**self.network.logits, **together})


def finish(
    model: RedHeartModel,
    tasks: Sequence[Task],
    config: TrainingConfig,
    tokenizer_file: Path,
    families: Sequence[Family],
) -> Finished:
    """Fit and measure everything that follows the training of ``model``.

    Args:
        model: Trained network; the linear part is put into it.
        tasks: With their development rows.
        config: Of the run.
        tokenizer_file: The tokenizer that the network was trained with.
        families: Families that get a temperature.
    """
    fitted = None if config.linear is None else fit_linear_part(tasks, config.linear, seed=config.seed)
    ngrams = None if fitted is None else fitted.vocabulary
    tokenizer = Tokenizer.from_file(tokenizer_file, ngrams)
    said = [_said(model, task, tokenizer, None if fitted is None else fitted.part) for task in tasks]
    alone = () if config.linear is None else tuple(map(Family, config.linear.alone))
    metrics = cross_fitted(said, families, alone=alone)
    fit = fit_on(said, families, alone=alone)
    for family, blend in fit.blends.items():
        logger.info("blend of %s: network %s, n-grams %s", family, _brief(blend.scale_C), _brief(blend.share_C))
    if fitted is not None:
        fold_blend(fitted.part, fit.blends)
        model.take_linear_part(fitted.part)
    return Finished(
        model=model, ngrams=ngrams, temperatures=fit.temperatures, thresholds=fit.thresholds, metrics=metrics
    )


def fit_on(said: Sequence[Said], families: Sequence[Family], *, alone: Collection[Family] = ()) -> Fit:
    """Fit blend, then temperatures, then thresholds; of the families ``alone`` the linear part speaks alone."""
    spoken = tuple(said[0].linear_RC)
    network, linear = [one.network for one in said], [one.linear_RC for one in said]
    blends = fit_blend(network, linear, spoken, alone=alone) if spoken else {}
    together = [one.blended(blends) for one in said]
    temperatures = fit_temperatures(together, families)
    return Fit(blends=blends, temperatures=temperatures, thresholds=fit_thresholds(together, temperatures))


def cross_fitted(
    said: Sequence[Said], families: Sequence[Family], *, alone: Collection[Family] = ()
) -> tuple[Metric, ...]:
    """Fit on each half of the rows, measure on the other, and average by the number of rows.

    Where one half of a task would be empty, it is fitted and measured on all of its rows: only so for a handful.
    """
    halves = [half(one) for one in said]
    first, second = [one for one, _ in halves], [other for _, other in halves]
    found = []
    for fitting, reported in ((first, second), (second, first)):
        fit = fit_on(fitting, families, alone=alone)
        measured = (measure(one.blended(fit.blends), fit.temperatures, fit.thresholds) for one in reported)
        found.append(list(chain.from_iterable(measured)))
    return tuple(_average(one, other) for one, other in zip(*found, strict=True))


def half(said: Said) -> tuple[Said, Said]:
    """Split the rows of a task by whole groups, by another hash than the split from training did."""
    first_B = torch.tensor([crc32(f"fit {group}".encode()) % 2 == 0 for group in said.network.groups])
    if first_B.all() or not first_B.any():
        return said, said
    return said.only(first_B), said.only(~first_B)


def _average(one: Metric, other: Metric) -> Metric:
    rows = one.num_rows + other.num_rows
    shares = one.num_rows / rows, other.num_rows / rows
    return replace(
        one,
        value=shares[0] * one.value + shares[1] * other.value,
        baseline=shares[0] * one.baseline + shares[1] * other.baseline,
        num_rows=rows,
    )


def _said(model: RedHeartModel, task: Task, tokenizer: Tokenizer, part: NgramPart | None) -> Said:
    items = tokenize(task.dev, tokenizer, max_tokens=model.config.max_tokens)
    return Said(network=predict(model, task, items), linear_RC={} if part is None else linear_logits(part, items))


def linear_logits(part: NgramPart, items: Sequence[Item]) -> dict[Family, Tensor]:
    """Return what the linear part says, (R, C) by family, in the order of ``evaluation.predict``."""
    passages = [item.encodings[side] for side in range(len(items[0].encodings)) for item in items]
    vectors = [encoding.ngrams for encoding in passages if encoding.ngrams is not None]
    assert len(vectors) == len(passages), "tokenized without n-grams"
    with torch.inference_mode():
        parts = [
            part.logits(ngram_batch(vectors[at : at + LINEAR_BATCH])) for at in range(0, len(vectors), LINEAR_BATCH)
        ]
    return {family: torch.cat([rows[family] for rows in parts]) for family in parts[0]}


def _brief(values_C: Tensor) -> str:
    return ", ".join(f"{value:.2f}" for value in dict.fromkeys(values_C.tolist()))
