"""The floor that reads words but not sentences: TF-IDF of word 1-2-grams under a linear model.

scikit-learn is an extra and is imported when the floor is asked for.

Dimensions: N rows, C columns, F n-grams.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from redheart_core.errors import ConfigError
from redheart_core.training.official.cases import Case, labels_of, units_of
from redheart_core.training.official.decisions import measures
from redheart_core.training.official.scoring import Array
from redheart_core.training.official.tasks import Kind, OfficialTask

NGRAMS = (1, 2)
MIN_ROWS = 2
"""Rows in which an n-gram must occur."""
TOKENS = r"(?u)\b\w+\b"
INVERSE_PENALTY = 10.0
RIDGE_PENALTY = 1.0
HELD_OUT = 10
"""One group in ten of the training rows is set aside while the threshold is chosen."""
DEFAULT_THRESHOLD = 0.5
SEED = 20_251_124
THRESHOLDS = tuple(step / 100 for step in range(2, 90))
"""Candidates for the one threshold of all columns."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TfidfFloor:
    """A fitted floor."""

    task: OfficialTask
    vectorizer: Any
    models: tuple[Any, ...]
    """One per column; None where the training rows have one label only."""
    threshold: float

    def decide(self, cases: Sequence[Case]) -> Array:
        """Return the decisions (N, C) for every row."""
        return _decided(self.task, self.score(cases), self.threshold)

    def score(self, cases: Sequence[Case]) -> Array:
        """Return the scores (N, C): probabilities, ratings, or log-odds that the first passage is the right one."""
        features_NF = _features(self.vectorizer, cases)
        return np.stack([_scored(self.task, model, features_NF) for model in self.models], axis=1)


def fit_floor(task: OfficialTask, train: Sequence[Case]) -> TfidfFloor:
    """Fit the floor on training rows; the same rows give the same floor.

    Raises:
        ConfigError: scikit-learn is not installed.
    """
    return _fit(task, train, threshold=_chosen_threshold(task, train))


def _fit(task: OfficialTask, train: Sequence[Case], *, threshold: float) -> TfidfFloor:
    vectorizer = _sklearn("feature_extraction.text").TfidfVectorizer(
        ngram_range=NGRAMS, min_df=MIN_ROWS, sublinear_tf=True, token_pattern=TOKENS
    )
    vectorizer.fit([text for case in train for text in _texts(case)])
    features_NF, labels_NC = _features(vectorizer, train), labels_of(train)
    models = tuple(_fit_column(task, features_NF, labels_NC[:, column]) for column in range(labels_NC.shape[1]))
    return TfidfFloor(task=task, vectorizer=vectorizer, models=models, threshold=threshold)


def _chosen_threshold(task: OfficialTask, train: Sequence[Case]) -> float:
    """Return the threshold that is best on groups set aside, where the metric asks for one of its own.

    F1 and exact match do. The floor is fitted on all rows afterwards.
    """
    fitted, aside = _parts(train)
    if (task.kind is not Kind.EMOTIONS and task.group_size is None) or not fitted or not aside:
        return DEFAULT_THRESHOLD
    scores_NC = _fit(task, fitted, threshold=DEFAULT_THRESHOLD).score(aside)
    return max(THRESHOLDS, key=lambda candidate: measures(task, aside, _decided(task, scores_NC, candidate))[0].value)


def _parts(train: Sequence[Case]) -> tuple[list[Case], list[Case]]:
    """Set whole groups aside: what is fitted on, and what is not."""
    unit_N = units_of(train)
    aside_U = np.random.default_rng(SEED).random(int(unit_N.max()) + 1) < 1 / HELD_OUT
    fitted = [case for case, unit in zip(train, unit_N, strict=True) if not aside_U[unit]]
    return fitted, [case for case, unit in zip(train, unit_N, strict=True) if aside_U[unit]]


def _texts(case: Case) -> list[str]:
    return [f"{context} {text}".strip() for text, context in case.passages]


def _features(vectorizer: Any, cases: Sequence[Case]) -> Any:
    """Return (N, F) sparse features; of a pair the difference, in which a shared context cancels."""
    sides = [vectorizer.transform([_texts(case)[side] for case in cases]) for side in range(len(cases[0].passages))]
    return sides[0] if len(sides) == 1 else sides[0] - sides[1]


def _fit_column(task: OfficialTask, features_NF: Any, labels_N: Array) -> Any:
    linear = _sklearn("linear_model")
    if task.kind is Kind.RATINGS:
        return linear.Ridge(alpha=RIDGE_PENALTY, random_state=SEED).fit(features_NF, labels_N)
    rows_NF, true_N, has_offset = features_NF, labels_N, True
    if task.kind is Kind.CHOICES:
        # Each pair is shown in both orders: the preference is antisymmetric, and a constant label becomes learnable.
        rows_NF = import_module("scipy.sparse").vstack([features_NF, -features_NF])
        true_N, has_offset = np.concatenate([labels_N, 1.0 - labels_N]), False
    if true_N.min() == true_N.max():
        return None
    model = linear.LogisticRegression(
        C=INVERSE_PENALTY, solver="liblinear", fit_intercept=has_offset, random_state=SEED
    )
    return model.fit(rows_NF, true_N)


def _scored(task: OfficialTask, model: Any, features_NF: Any) -> Array:
    if model is None:
        return np.zeros(features_NF.shape[0])
    if task.kind is Kind.RATINGS:
        return np.asarray(model.predict(features_NF), dtype=np.float64)
    if task.kind is Kind.CHOICES:
        return np.asarray(model.decision_function(features_NF), dtype=np.float64)
    return np.asarray(model.predict_proba(features_NF)[:, 1], dtype=np.float64)


def _decided(task: OfficialTask, scores_NC: Array, threshold: float) -> Array:
    if task.kind is Kind.RATINGS:
        return scores_NC
    if task.kind is Kind.CHOICES:
        return 0.5 * (1.0 + np.sign(scores_NC))
    return (scores_NC >= threshold).astype(float)


def _sklearn(module: str) -> Any:
    try:
        return import_module(f"sklearn.{module}")
    except ImportError as error:
        raise ConfigError(
            "The TF-IDF floor needs scikit-learn, which is not installed. Install it with "
            "pip install 'redheart-workbench[baselines]', or leave --data out."
        ) from error
