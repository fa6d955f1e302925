"""Specific information of a table or of rows, and the one place that turns it into a result.

The path is chosen by size: a table is quick while it is small; rows need no more memory than the samples.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from redheart_core.explain.surd.cover import information_of_rows
from redheart_core.explain.surd.result import SurdResult, TieGroup
from redheart_core.explain.surd.rows import Rows, narrow, target_mass
from redheart_core.explain.surd.sampling import Sampling
from redheart_core.explain.surd.sets import Key, SourceSets
from redheart_core.explain.surd.split import TIE_BITS, Split, split, tie_groups
from redheart_core.explain.surd.table import table_information, table_occupancy

MAX_TABLE_CELLS = 3_000_000
"""Above this no full table is built from samples."""
_CELL_SECONDS, _ROW_SECONDS, _SET_SECONDS = 1.2e-8, 5e-9, 8e-5
"""Cost of a padded cell, and of a row and of a call per set, on an ordinary core; only their ratio matters."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Measured:
    """Everything the terms follow from, for one population."""

    information_ST: Floats
    """``i(t; A)`` in bits."""
    target_T: Floats
    """p(t)."""
    joint_ST: NDArray[np.intp]
    """Occupied cells of each set by target state."""
    occupied_S: NDArray[np.intp]
    """Occupied states of each set."""
    sets: SourceSets

    @property
    def mutual_information_S(self) -> Floats:
        """I(T; A) in bits."""
        return self.information_ST @ self.target_T


def prefers_table(sizes: tuple[int, ...], rows: int, num_sets: int) -> bool:
    """Decide whether a full table beats working set by set; ``sizes`` has the target first."""
    if math.prod(sizes) > MAX_TABLE_CELLS:
        return False
    padded = sizes[0] * math.prod(size + 1 for size in sizes[1:])
    return padded * _CELL_SECONDS <= num_sets * (rows * _ROW_SECONDS + _SET_SECONDS)


def measure_table(counts_TX: NDArray[np.generic], sets: SourceSets) -> Measured:
    """Measure a table of counts or probabilities."""
    occupied = np.count_nonzero(counts_TX)
    if not prefers_table(counts_TX.shape, int(occupied), len(sets.keys)):
        return measure_rows(table_rows(counts_TX), sets)
    joint, sources = table_occupancy(counts_TX, sets)
    mass_T = counts_TX.reshape(counts_TX.shape[0], -1).sum(axis=1, dtype=np.float64)
    return Measured(
        information_ST=table_information(counts_TX[..., None], sets)[..., 0],
        target_T=mass_T / mass_T.sum(),
        joint_ST=joint,
        occupied_S=sources,
        sets=sets,
    )


def measure_rows(rows: Rows, sets: SourceSets) -> Measured:
    """Measure coded samples without ever holding the full table."""
    found = information_of_rows(rows, sets)
    mass_T = target_mass(rows)
    return Measured(
        information_ST=found.information_ST,
        target_T=mass_T / mass_T.sum(),
        joint_ST=found.joint_ST,
        occupied_S=found.occupied_S,
        sets=sets,
    )


def table_rows(counts_TX: NDArray[np.generic]) -> Rows:
    """Return the occupied cells of a table as weighted rows."""
    target, *sources = (
        narrow(index, states) for index, states in zip(np.nonzero(counts_TX), counts_TX.shape, strict=True)
    )
    weights = counts_TX[counts_TX != 0].astype(np.float64)
    return Rows(target=target, sources=tuple(sources), sizes=counts_TX.shape, weights=weights)


def to_result(measured: Measured, *, sampling: Sampling | None = None) -> SurdResult:
    """Split the information into terms."""
    sets = measured.sets
    information, target = measured.information_ST[..., None], measured.target_T[:, None]
    terms = term_values(split(information, target, sets), sets)
    total = math.fsum(value for group in terms for value in group.values())
    entropy = target_entropy(measured.target_T)
    ties = tie_groups(information, target, sets)
    redundant, unique, synergistic = terms
    shared = dict(zip(sets.keys, np.maximum(measured.mutual_information_S, 0.0).tolist(), strict=True))
    return SurdResult(
        redundant=redundant,
        unique=unique,
        synergistic=synergistic,
        mutual_information=shared,
        total=total,
        target_entropy=entropy,
        leak=min(1.0, max(0.0, 1.0 - total / entropy)) if entropy > TIE_BITS else None,
        ties=tuple(TieGroup(keys=tuple(sets.keys[index] for index in group), bits=bits) for group, bits in ties),
        num_sources=sets.num_sources,
        max_order=sets.max_order,
        sampling=sampling,
    )


def term_values(terms: Split, sets: SourceSets) -> tuple[Mapping[Key, float], Mapping[Key, float], Mapping[Key, float]]:
    """Return the redundant, unique and synergistic terms of a split's first replicate."""
    common, synergy = terms.common_MR[:, 0].tolist(), terms.synergy_SR[:, 0].tolist()
    shared = [(key, common[mask]) for key, mask in zip(sets.all_keys, sets.all_masks.tolist(), strict=True)]
    return (
        {key: bits for key, bits in shared if len(key) > 1},
        {key: bits for key, bits in shared if len(key) == 1},
        {key: bits for key, bits in zip(sets.keys, synergy, strict=True) if len(key) > 1},
    )


def target_entropy(target_T: Floats) -> float:
    """Return H(T) in bits."""
    return float(target_entropies(target_T[:, None])[0])


def target_entropies(target_TR: Floats) -> Floats:
    """Return H(T) of many populations in bits, shape (R,)."""
    logarithms = np.log2(target_TR, out=np.zeros_like(target_TR), where=target_TR > 0)
    entropy_R: Floats = np.maximum(0.0, -(target_TR * logarithms).sum(axis=0))
    return entropy_R
