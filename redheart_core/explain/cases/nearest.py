"""Stored cases that the model reads most like a passage, with what people said of them.

Alike is what the encoder reads alike, which need not be what matters; labels are those of the store's own source.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from redheart_core.data.chunks.nearest import NearestCase, nearest_cases
from redheart_core.data.chunks.store import ChunkStore
from redheart_core.inference.embedding import PassageEncoder


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelCount:
    """How many of the nearest cases people gave a label."""

    label: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SimilarCases:
    """The nearest cases of a store."""

    cases: tuple[NearestCase, ...]
    """The most similar first."""
    labels: tuple[LabelCount, ...]
    """Of those that have one, the most frequent first."""
    num_items: int
    """Cases in the store."""


def similar_cases(
    store: ChunkStore, encoder: PassageEncoder, *, text: str, context: str = "", count: int = 10
) -> SimilarCases:
    """Return the ``count`` stored cases most like a passage; an exact copy of it has similarity one but for rounding.

    Raises:
        DataError: The store has vectors of another encoder, or a chunk is damaged.
        InputError: The text cannot be read.
    """
    found = nearest_cases(store, encoder.embed(text, context=context), count)
    counts = Counter(case.label for case in found if case.label)
    labels = tuple(LabelCount(label=label, count=number) for label, number in counts.most_common())
    return SimilarCases(cases=found, labels=labels, num_items=len(store))
