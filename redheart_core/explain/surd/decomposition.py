"""Decompose a table of counts or probabilities."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from redheart_core.errors import InputError
from redheart_core.explain.surd.measure import measure_table, to_result
from redheart_core.explain.surd.result import SurdResult
from redheart_core.explain.surd.sets import source_sets


def decompose(counts: ArrayLike, *, max_order: int | None = None) -> SurdResult:
    """Decompose the information of the sources about the target, exactly, in bits.

    Args:
        counts: Counts or probabilities, shape (T, b1, ..., bN): the target on axis 0, a source on each further axis.
            Need not add up to 1, and is not changed.
        max_order: Largest number of sources taken together; all when left out. Below N the total is a lower bound of
            I(T; all) and the leak an upper bound.

    Raises:
        InputError: No source axis, a negative or non-finite cell, nothing in the table, too many sources, or an order
            out of range.
    Source:
        Martinez-Sanchez, Arranz and Lozano-Duran 2024, https://arxiv.org/abs/2405.12411. Zero cells count as
        0 log 0 = 0 where the published code adds 1e-14 everywhere; near ties go to the first set in lexicographic
        order and are reported, where the published code leaves them to an unstable sort.
    """
    table = _checked(counts)
    return to_result(measure_table(table, source_sets(table.ndim - 1, max_order)))


def _checked(counts: ArrayLike) -> NDArray[np.generic]:
    try:
        table = np.asarray(counts)
        numeric = table.dtype.kind in "biuf"
    except ValueError:
        numeric = False
    if not numeric:
        raise InputError(
            code="surd_table_type",
            en="The table must be one array of real numbers.",
            ko="표는 실수로 이루어진 하나의 배열이어야 해요.",
        )
    if table.ndim < 2 or table.size == 0:
        raise InputError(
            code="surd_table_shape",
            en=f"The table has shape {table.shape}; it needs the target on axis 0 and at least one source axis.",
            ko=f"표의 모양이 {table.shape}예요. 0번 축에 대상, 그다음 축에 원천 변수가 하나 이상 있어야 해요.",
        )
    if not np.isfinite(table).all() or (table < 0).any():
        raise InputError(
            code="surd_table_values",
            en="The table has negative, infinite or missing cells; counts and probabilities are finite and at least 0.",
            ko="표에 음수나 무한대, 빈 값이 있어요. 빈도와 확률은 0 이상의 유한한 수여야 해요.",
        )
    if not table.any():
        raise InputError(
            code="surd_table_empty",
            en="Every cell of the table is 0; there is nothing to decompose.",
            ko="표의 모든 칸이 0이라 분해할 것이 없어요.",
        )
    return table.astype(np.uint8) if table.dtype.kind == "b" else table
