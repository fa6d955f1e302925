"""What a decomposition says: terms in bits by 1-based source tuples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from redheart_core.explain.surd.sampling import Sampling
from redheart_core.explain.surd.sets import Key


@dataclass(frozen=True, slots=True, kw_only=True)
class TieGroup:
    """Sets of one size that are equally informative about some target states."""

    keys: tuple[Key, ...]
    """In lexicographic order. The first one received ``bits``; another order would have given them to another."""
    bits: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SurdResult:
    """A decomposition of the information that sources give about a target, in bits.

    It describes a population, never one case, and never says "causes". Synergy means information that no single
    source gives alone: a plain sum of independent sources has much of it.
    """

    redundant: Mapping[Key, float]
    """Sets of two or more sources: the same amount of information about each state, not the same information."""
    unique: Mapping[Key, float]
    synergistic: Mapping[Key, float]
    """Sets of two up to ``max_order`` sources."""
    mutual_information: Mapping[Key, float]
    """I(T; A) of every set up to ``max_order``."""
    total: float
    """The sum of all terms: I(T; all sources), or less when ``max_order`` cuts the sets."""
    target_entropy: float
    """H(T)."""
    leak: float | None
    """Share of H(T) that the sources at this resolution do not tell, 0 to 1; None when the target has no entropy.
    An upper bound when ``max_order`` cuts the sets."""
    ties: tuple[TieGroup, ...]
    """Where a synergy's label is a convention."""
    num_sources: int
    max_order: int
    sampling: Sampling | None = None
    """Where the counts came from; None for a table that was handed in."""

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON contract; source sets are written "1,2"."""
        return {
            "redundant": _named(self.redundant),
            "unique": _named(self.unique),
            "synergistic": _named(self.synergistic),
            "mutual_information": _named(self.mutual_information),
            "total": self.total,
            "target_entropy": self.target_entropy,
            "leak": self.leak,
            "ties": [{"sources": [_name(key) for key in tie.keys], "bits": tie.bits} for tie in self.ties],
            "num_sources": self.num_sources,
            "max_order": self.max_order,
            "unit": "bits",
            "sampling": None if self.sampling is None else self.sampling.to_dict(),
        }


def _named(terms: Mapping[Key, float]) -> dict[str, float]:
    return {_name(key): value for key, value in terms.items()}


def _name(key: Key) -> str:
    return ",".join(str(source) for source in key)
