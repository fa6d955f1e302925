"""Fitting the linear part: one logistic regression per output, on the n-grams of the training passages.

The problem is convex and sparse, so it is solved and not trained: minutes instead of epochs, and the same answer every
time. Ratings are fitted by ridge regression on their logits. A pair of passages of which one was preferred is one row,
the difference of the two.

Source: Fan et al. 2008, "LIBLINEAR: A library for large linear classification" (through scikit-learn).

Dimensions: R passages, V n-grams, C outputs of a table.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import torch

from redheart_core.errors import ConfigError
from redheart_core.model.config import NgramConfig, NgramTableConfig
from redheart_core.model.ngrams import NgramPart, NgramTable
from redheart_core.text.ngrams import (
    BETWEEN,
    CONTEXT_LETTERS,
    CONTEXT_WORDS,
    TEXT_LETTERS,
    TEXT_WORDS,
    NgramVocabulary,
    count_entries,
    crossed_pairs,
)
from redheart_core.training.config import LinearConfig
from redheart_core.training.linear_targets import OutputRows, output_rows
from redheart_core.training.tasks import Task
from redheart_core.vocabulary.reading import OUTPUTS, Family

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

logger = logging.getLogger(__name__)

OTHER_FAMILIES = (
    Family.HEDONIC,
    Family.VAD,
    Family.REASONING,
    Family.CONDUCT,
    Family.TRAIT,
    Family.CAUSAL,
    Family.SAFETY,
)
"""Families that share tables: few outputs, so that empty rows cost little. Those with crossed pairs share one."""
LETTERS = (TEXT_LETTERS, CONTEXT_LETTERS)
TOLERANCE = 1e-3
Array = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FittedPart:
    """The vocabulary and the weights that belong to it."""

    vocabulary: NgramVocabulary
    part: NgramPart


def fit_linear_part(tasks: Sequence[Task], config: LinearConfig, *, seed: int) -> FittedPart:
    """Choose the n-grams and fit the weights of every output that some task teaches.

    Raises:
        ConfigError: scikit-learn is not installed.
    """
    vocabulary, shape = choose_ngrams(tasks, config)
    part = NgramPart(shape)
    matrices = {task.name: _matrix(vocabulary, task) for task in tasks}
    for table in part.each_table():
        for family, first in zip(table.families, _offsets(table.families), strict=True):
            for rows in output_rows(tasks, family):
                weights, bias = _fit(rows, matrices, _read_by(table, vocabulary, family, config), config, seed)
                own = torch.from_numpy(weights[table.first : table.first + table.count])
                with torch.no_grad():
                    table.weight[:, first + rows.column] = own.float()
                    table.bias[first + rows.column] = bias
            logger.info("linear part: %s fitted on n-grams %d to %d", family, table.first, table.first + table.count)
    return FittedPart(vocabulary=vocabulary, part=part.requires_grad_(False))


def choose_ngrams(tasks: Sequence[Task], config: LinearConfig) -> tuple[NgramVocabulary, NgramConfig]:
    """Keep n-grams that enough passages of one family's tasks have, ordered so that each table is one run of them.

    Order: known to GoEmotions' tasks only, to both, to KOTE's only, to neither; then crossed pairs.
    """
    counts = _document_counts(tasks)
    taught = {family for task in tasks for family in task.objective.families}
    known = {
        Family(name): _frequent(counts[Family(name)], minimum)
        for name, minimum in config.min_passages.items()
        if Family(name) in taught
    }
    crossed = _crossed_counts(tasks, config)
    goemotions, kote = known.get(Family.GOEMOTIONS, set()), known.get(Family.KOTE, set())
    families = tuple(family for family in OTHER_FAMILIES if family in known)
    others = {entry for family in families for entry in known[family]}
    groups = (goemotions - kote, goemotions & kote, kote - goemotions, others - goemotions - kote)
    plain = {entry: sum(count[entry] for count in counts.values()) for group in groups for entry in sorted(group)}
    ordered = {**plain, **{entry: crossed[entry] for entry in sorted(crossed)}}
    pairing = tuple(family for family in families if family.value in config.crossed_min_passages)
    tables = (
        ((Family.GOEMOTIONS,), 0, len(goemotions)),
        ((Family.KOTE,), len(groups[0]), len(kote)),
        (tuple(family for family in families if family not in pairing), 0, len(plain)),
        (pairing, 0, len(ordered)),
    )
    built = tuple(
        NgramTableConfig(families=own, first=first, count=count) for own, first, count in tables if own and count
    )
    passages = sum(len(example.passages) for task in tasks for example in task.train)
    return NgramVocabulary(ordered, passages), NgramConfig(num_ngrams=len(ordered), tables=built)


def _document_counts(tasks: Iterable[Task]) -> dict[Family, Counter[str]]:
    counts: dict[Family, Counter[str]] = defaultdict(Counter)
    for task in tasks:
        main = task.objective.families[0]
        for example in task.train:
            for text, context in example.passages:
                counts[main].update(count_entries(text, context).keys())
    return counts


def _crossed_counts(tasks: Iterable[Task], config: LinearConfig) -> dict[str, int]:
    """Count the crossed pairs that enough passages have, without the words that stand everywhere."""
    kept: Counter[str] = Counter()
    for task in tasks:
        minimum = config.crossed_min_passages.get(task.objective.families[0].value)
        if minimum is not None:
            passages = [passage for example in task.train for passage in example.passages]
            common = _common_words(passages, config.common_words)
            counts = Counter(entry for text, context in passages for entry in crossed_pairs(text, context))
            kept.update(
                {
                    entry: count
                    for entry, count in counts.items()
                    if count >= minimum and not common.intersection(entry[1:].split(BETWEEN))
                }
            )
    return dict(kept)


def _common_words(passages: Iterable[tuple[str, str]], count: int) -> frozenset[str]:
    found: Counter[str] = Counter()
    for text, context in passages:
        entries = count_entries(text, context)
        found.update({entry[1:] for entry in entries if entry[0] in (TEXT_WORDS, CONTEXT_WORDS) and " " not in entry})
    return frozenset(word for word, _ in sorted(found.items(), key=lambda item: (-item[1], item[0]))[:count])


def _frequent(counts: Counter[str], min_passages: int) -> set[str]:
    """Letters need one passage more: there are many more of them."""
    return {entry for entry, count in counts.items() if count >= min_passages + (entry[0] in LETTERS)}


def _matrix(vocabulary: NgramVocabulary, task: Task) -> csr_matrix:
    """Return the passages of a task as rows: those of one example stand together."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415  # comes with scikit-learn, which only training needs

    vectors = [vocabulary.weigh(text, context) for example in task.train for text, context in example.passages]
    ends = np.cumsum([0, *(len(vector.ids) for vector in vectors)])
    ids = np.concatenate([vector.ids for vector in vectors])
    values = np.concatenate([vector.values for vector in vectors]).astype(np.float64)
    return csr_matrix((values, ids, ends), shape=(len(vectors), len(vocabulary)))


def _read_by(table: NgramTable, vocabulary: NgramVocabulary, family: Family, config: LinearConfig) -> Places:
    """Return the n-grams of a table that a family reads."""
    ids = range(table.first, table.first + table.count)
    without_letters = family.value in config.words_only
    return np.array([place for place in ids if not (without_letters and vocabulary.entry(place)[0] in LETTERS)])


def _fit(
    rows: OutputRows, matrices: Mapping[str, csr_matrix], read: Places, config: LinearConfig, seed: int
) -> tuple[Array, float]:
    """Return the weights (V, zero where nothing is read) and the bias of one output, in units of its logit."""
    design, targets, weights = _design(rows, matrices)
    num_ngrams = design.shape[1] - 1
    design = design[:, [*read, num_ngrams]]
    strength = config.strength_of(rows.family, OUTPUTS[rows.family][rows.column])
    if rows.family is Family.VAD:
        solution = _ridge(design, targets, strength)
    else:
        solution = _logistic(design, targets, weights, strength, seed)
    solution = solution / rows.logits_per_unit
    everywhere = np.zeros(num_ngrams)
    everywhere[read] = solution[:-1]
    return everywhere, float(solution[-1])


def _design(rows: OutputRows, matrices: Mapping[str, csr_matrix]) -> tuple[Any, Array, Array]:
    """Stack the rows of all tasks. The last column is one, or zero for pairs: a ranking knows no bias."""
    from scipy.sparse import csr_matrix, hstack, vstack  # noqa: PLC0415  # as above

    blocks, ones = [], []
    for source in rows.sources:
        matrix = matrices[source.task][source.passages]
        if source.minus is not None:
            matrix = matrix - matrices[source.task][source.minus]
        blocks.append(matrix)
        ones.append(np.full(len(source.passages), float(source.minus is None)))
    constant = csr_matrix(np.concatenate(ones)[:, None])
    design = hstack([vstack(blocks), constant]).tocsr()
    targets = np.concatenate([source.targets for source in rows.sources])
    weights = np.concatenate([source.weights for source in rows.sources])
    return design, targets, weights


def _logistic(design: Any, targets: Array, weights: Array, strength: float, seed: int) -> Array:
    """Fit soft targets as two weighted rows each."""
    from scipy.sparse import vstack  # noqa: PLC0415  # as above

    try:
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415  # an extra
    except ImportError as error:
        raise ConfigError("The linear part needs scikit-learn: pip install 'redheart-workbench[train]'.") from error
    yes, no = targets > 0, targets < 1
    doubled = vstack([design[yes], design[no]])
    labels = np.concatenate([np.ones(yes.sum()), -np.ones(no.sum())])
    shares = np.concatenate([(weights * targets)[yes], (weights * (1 - targets))[no]])
    if len(set(labels)) == 1:  # pairs alone: every row says "the first", so add each turned round
        doubled, labels, shares = vstack([doubled, -doubled]), np.concatenate([labels, -labels]), np.tile(shares / 2, 2)
    model = LogisticRegression(
        C=strength, solver="liblinear", fit_intercept=False, tol=TOLERANCE, random_state=seed, max_iter=200
    )
    solution: Array = model.fit(doubled, labels, sample_weight=shares).coef_[0]
    return solution


def _ridge(design: Any, targets: Array, strength: float) -> Array:
    """Fit ratings as logits."""
    from sklearn.linear_model import Ridge  # noqa: PLC0415  # an extra

    solution: Array = Ridge(alpha=1.0 / strength, fit_intercept=False, solver="lsqr").fit(design, targets).coef_
    return solution


def _offsets(families: Sequence[Family]) -> list[int]:
    return [sum(len(OUTPUTS[before]) for before in families[:place]) for place in range(len(families))]
