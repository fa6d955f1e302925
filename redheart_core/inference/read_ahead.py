"""Passages that are read together before they are asked for one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from redheart_core.vocabulary.reading import Family, NeuralReader, NeuralReading

Passage = tuple[str, str]
"""A text and its context."""


@runtime_checkable
class ManyReader(Protocol):
    """A reader that can read several passages in one pass."""

    def read_many(self, passages: Sequence[Passage], *, deviations: bool = True) -> tuple[NeuralReading, ...]:
        """Read pairs of text and context, with or without the deviations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBefore:
    """A reader that repeats what was read in a batch."""

    readings: Mapping[Passage, NeuralReading]
    checkpoint_sha256: str
    trained_families: frozenset[Family]

    def read(self, text: str, *, context: str = "") -> NeuralReading:
        """Return the reading of a passage of the batch."""
        return self.readings[text, context]


def read_ahead(reader: NeuralReader, passages: Sequence[Passage], *, deviations: bool = True) -> ReadBefore:
    """Read passages in one pass where the reader can; numbers may differ from single readings in the sixth decimal."""
    distinct = list(dict.fromkeys(passages))
    if isinstance(reader, ManyReader):
        said = reader.read_many(distinct, deviations=deviations)
    else:
        said = tuple(reader.read(text, context=context) for text, context in distinct)
    return ReadBefore(
        readings=dict(zip(distinct, said, strict=True)),
        checkpoint_sha256=reader.checkpoint_sha256,
        trained_families=reader.trained_families,
    )
