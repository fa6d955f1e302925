"""What follows the training of the network: the linear part, the blend of both, thresholds, temperatures, metrics.

Half of the development rows (whole groups, by a hash of their name) fit what is fitted here; everything that is
reported is measured on the other half.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
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
from redheart_core.training.blend import fit_blend, fold_blend
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
    fitting, reported = halves(tasks)
    ngrams = None
    if config.linear is not None:
        ngrams = _add_linear_part(model, fitting, config, tokenizer_file)
    tokenizer = Tokenizer.from_file(tokenizer_file, ngrams)
    seen = [_predict(model, task, tokenizer) for task in fitting]
    temperatures = fit_temperatures(seen, families)
    thresholds = fit_thresholds(seen, temperatures)
    unseen = [_predict(model, task, tokenizer) for task in reported]
    measured = (measure(said, temperatures, thresholds) for said in unseen)
    return Finished(
        model=model,
        ngrams=ngrams,
        temperatures=temperatures,
        thresholds=thresholds,
        metrics=tuple(chain.from_iterable(measured)),
    )


def halves(tasks: Sequence[Task]) -> tuple[list[Task], list[Task]]:
    """Return the tasks twice: with the development rows that may be fitted on, and with those that are reported.

    Where one half would be empty, both have all rows: that is only so for a handful of them.
    """
    sides = [(_kept(task, fitting=True), _kept(task, fitting=False)) for task in tasks]
    usable = [pair if all(side.dev for side in pair) else (task, task) for task, pair in zip(tasks, sides, strict=True)]
    return [one for one, _ in usable], [other for _, other in usable]


def _kept(task: Task, *, fitting: bool) -> Task:
    return replace(task, dev=tuple(row for row in task.dev if _is_for_fitting(row.group) is fitting))


def _is_for_fitting(group: str) -> bool:
    """Decide by another hash than the split did, or both halves would follow it."""
    return crc32(f"fit {group}".encode()) % 2 == 0


def _add_linear_part(
    model: RedHeartModel, fitting: Sequence[Task], config: TrainingConfig, tokenizer_file: Path
) -> NgramVocabulary:
    assert config.linear is not None, "asked for without a linear part"
    fitted = fit_linear_part(fitting, config.linear, seed=config.seed)
    tokenizer = Tokenizer.from_file(tokenizer_file, fitted.vocabulary)
    network, linear = [], []
    for task in fitting:
        items = _items(model, task, tokenizer)
        network.append(predict(model, task, items))
        linear.append(linear_logits(fitted.part, items))
    families = [family for table in fitted.part.each_table() for family in table.families]
    blends = fit_blend(network, linear, families)
    for family, blend in blends.items():
        logger.info("blend of %s: network %s, n-grams %s", family, _brief(blend.scale_C), _brief(blend.share_C))
    fold_blend(fitted.part, blends)
    model.take_linear_part(fitted.part)
    return fitted.vocabulary


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


def _predict(model: RedHeartModel, task: Task, tokenizer: Tokenizer) -> Prediction:
    return predict(model, task, _items(model, task, tokenizer))


def _items(model: RedHeartModel, task: Task, tokenizer: Tokenizer) -> tuple[Item, ...]:
    return tokenize(task.dev, tokenizer, max_tokens=model.config.max_tokens)


def _brief(values_C: Tensor) -> str:
    return ", ".join(f"{value:.2f}" for value in dict.fromkeys(values_C.tolist()))
