"""One number for a validation, the same by which early stopping and the best weights of a training are chosen."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable

from redheart_core.runs.folder import RunFolder
from redheart_core.runs.reader import RunReader, Validation
from redheart_core.runs.retention import best_step, kept_models
from redheart_core.training.evaluation import Metric
from redheart_core.training.techniques.early_stopping import EarlyStoppingConfig, watched_score

_ALL_METRICS = EarlyStoppingConfig()


def validation_scores(validations: Iterable[Validation]) -> dict[int, float]:
    """Return the score of every validation by step, higher is better. One with a metric that is none has none."""
    by_step: dict[int, list[Metric]] = defaultdict(list)
    for row in validations:
        metric = Metric(task=row.task, name=row.metric, value=row.value, baseline=row.baseline, num_rows=row.num_rows)
        by_step[row.step].append(metric)
    scores = {step: watched_score(metrics, _ALL_METRICS) for step, metrics in by_step.items()}
    return {step: score for step, score in scores.items() if math.isfinite(score)}


def best_model(folder: RunFolder) -> int | None:
    """Return the step of the best model that is kept, or None before the first.

    Raises:
        RunError: The store cannot be read.
    """
    with RunReader(folder) as reader:
        return best_step(kept_models(folder), validation_scores(reader.validations()))
