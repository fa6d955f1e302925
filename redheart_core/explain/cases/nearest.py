"""Cases that the model reads most like a passage, with what people said of them: of a store, or of a few at hand.

Alike is what the encoder reads alike, which need not be what matters; labels are those of the cases' own source.

Dimensions: P numbers of a vector.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from redheart_core.data.chunks.cases import Case
from redheart_core.data.chunks.codec import Floats
from redheart_core.data.chunks.nearest import DECIMALS, NearestCase, nearest_cases
from redheart_core.data.chunks.store import ChunkStore
from redheart_core.inference.embedding import PassageEncoder


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelCount:
    """How many of the nearest cases people gave a label."""

    label: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SimilarCases:
    """The nearest cases."""

    cases: tuple[NearestCase, ...]
    """The most similar first."""
    labels: tuple[LabelCount, ...]
    """Of those that have one, the most frequent first."""
    num_items: int
    """Cases among which was looked."""


def similar_cases(
    store: ChunkStore, encoder: PassageEncoder, *, text: str, context: str = "", count: int = 10
) -> SimilarCases:
    """Return the ``count`` stored cases most like a passage; an exact copy of it has similarity one but for rounding.

    Raises:
        DataError: The store has vectors of another encoder, or a chunk is damaged.
        InputError: The text cannot be read.
    """
    found = nearest_cases(store, encoder.embed(text, context=context), count)
    return _told(found, len(store))


def similar_among(
    cases: Sequence[Case],
    encoder: PassageEncoder,
    *,
    text: str,
    context: str = "",
    count: int = 10,
    report: Callable[[int, int], None] = lambda done, total: None,
) -> SimilarCases:
    """Return the ``count`` cases most like a passage, of which each is read now. For more than a few build a store.

    Args:
        cases: Where to look. Equal similarities come in their order.
        encoder: Reads both.
        text: The passage.
        context: What it is seen against.
        count: Cases to return.
        report: Told after every case how many are read, and how many there are.

    Raises:
        InputError: A text cannot be read.
    """
    passage_P = encoder.embed(text, context=context)
    found: list[NearestCase] = []
    for place, case in enumerate(cases):
        similarity = _cosine(passage_P, encoder.embed(case.text))
        found.append(NearestCase(id=case.id, text=case.text, similarity=similarity, index=place, label=case.label))
        report(place + 1, len(cases))
    nearest = sorted(found, key=lambda case: (-case.similarity, case.index))[:count]
    return _told(tuple(nearest), len(cases))


def _cosine(one_P: Floats, other_P: Floats) -> float:
    length = float(np.linalg.norm(one_P) * np.linalg.norm(other_P))
    return round(float(one_P @ other_P) / length, DECIMALS) if length > 0 else 0.0


def _told(found: tuple[NearestCase, ...], num_items: int) -> SimilarCases:
    counts = Counter(case.label for case in found if case.label)
    labels = tuple(LabelCount(label=label, count=number) for label, number in counts.most_common())
    return SimilarCases(cases=found, labels=labels, num_items=num_items)
