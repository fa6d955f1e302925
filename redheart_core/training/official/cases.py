"""What is asked in an official file, row by row in the file's order, and nothing left out.

Dimensions: N rows, C label columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from redheart_core.training.official.scoring import Array, Units
from redheart_core.training.tasks import Example


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One row: a passage, or two to choose between."""

    passages: tuple[tuple[str, str], ...]
    """(text, context), the order of ``Tokenizer.encode_many``."""
    labels: tuple[float, ...]
    """0 or 1 per category; the rating per scale; for a choice 1 if the first passage is right, else 0."""
    group: str
    """Rows of one group share a scenario and are drawn together."""
    output: str = ""
    """Output that answers, where a family has one per question; empty where all its outputs do."""

    def to_example(self) -> Example:
        """Return what the tokenizer takes."""
        return Example(passages=self.passages, target=self.labels, group=self.group)


def labels_of(cases: Sequence[Case]) -> Array:
    """Return (N, C) labels."""
    return np.array([case.labels for case in cases], dtype=np.float64)


def units_of(cases: Sequence[Case]) -> Units:
    """Return the number of each row's group, in the order in which groups first appear."""
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(case.group, len(numbers)) for case in cases], dtype=np.int64)
