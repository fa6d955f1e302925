"""The terms of a decomposition in the order of a report.

Letters: K terms (redundant, unique, synergistic), R replicates.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from redheart_core.explain.surd.report import TermKind
from redheart_core.explain.surd.sets import Key, SourceSets
from redheart_core.explain.surd.split import Split

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Labels:
    """The terms in report order, and where to find them in a split."""

    sets: SourceSets
    kinds: tuple[TermKind, ...]
    keys: tuple[Key, ...]

    def values(self, terms: Split) -> Floats:
        """Return the terms of every replicate, shape (K, R)."""
        synergies = self.sets.sizes_S > 1
        return np.concatenate([terms.common_MR[self.sets.all_masks], terms.synergy_SR[synergies]])

    @property
    def present(self) -> tuple[TermKind, ...]:
        """The kinds that have a term, in the order of ``TermKind``."""
        return tuple(kind for kind in TermKind if kind in self.kinds)

    def by_kind(self, terms_KR: Floats) -> Floats:
        """Return the sum of each present kind, shape (kinds, R)."""
        return np.stack([terms_KR[[kind is each for each in self.kinds]].sum(axis=0) for kind in self.present])

    @property
    def synergies(self) -> slice:
        """Where the synergies are: after the redundant and unique terms."""
        return slice(len(self.sets.all_keys), None)


def labels_of(sets: SourceSets) -> Labels:
    """Return the terms that the source sets have."""
    shared = [TermKind.UNIQUE if len(key) == 1 else TermKind.REDUNDANT for key in sets.all_keys]
    synergies = tuple(key for key in sets.keys if len(key) > 1)
    return Labels(
        sets=sets,
        kinds=(*shared, *[TermKind.SYNERGISTIC] * len(synergies)),
        keys=(*sets.all_keys, *synergies),
    )
