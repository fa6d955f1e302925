"""From the values of one variable to its states.

Quantile cuts depend on order alone, so a monotone change of scale changes nothing. Equal values never part: the cut
nearest to the wanted mass goes beside them, and the real masses are reported. Uniform bins follow
``numpy.histogramdd``: equal widths from minimum to maximum, closed below, the last one closed on both sides.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from redheart_core.errors import InputError
from redheart_core.explain.surd.sampling import BinKind, Binning

MAX_BINS = 256
_COMPARED_EDGES = 32
"""Up to here, comparing with each edge in turn is quicker than a binary search, and gives the same codes."""
_PROBE = 512


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Coded:
    """A variable as states 0, 1, ... with what they mean."""

    codes: NDArray[Any]
    binning: Binning


def code_variable(
    name: str,
    values: NDArray[Any],
    *,
    bins: int,
    kind: BinKind,
    edges: Sequence[float] | None = None,
) -> Coded:
    """Turn one variable into states.

    Args:
        name: For messages and the report.
        values: One value per sample, already checked by ``checked_values``.
        bins: Wanted number of bins; ignored for categories and where ``edges`` are given.
        kind: Text, truth values and (under quantile bins) numbers with at most ``bins`` values are categories anyway.
        edges: Fixed inner edges, ascending, for instance from an earlier result.
    """
    if edges is not None:
        return _binned(name, values, _checked_edges(name, edges), kind)
    if kind is BinKind.CATEGORY or values.dtype.kind not in "iuf" or _few_values(values, bins, kind):
        return _categories(name, values)
    cuts = _uniform_cuts(values, bins) if kind is BinKind.UNIFORM else _quantile_cuts(values, bins)
    return _binned(name, values, cuts, kind)


def checked_values(name: str, values: ArrayLike) -> NDArray[Any]:
    """Return one variable as a 1-D array of numbers, truth values or text.

    Raises:
        InputError: Not one-dimensional, mixed types, or missing or infinite values.
    """
    try:
        array = np.asarray(values)
    except ValueError:
        array = np.empty((0, 0))
    if array.ndim != 1:
        raise InputError(
            code="surd_variable_shape",
            en=f"{name} has shape {array.shape}; each variable is one row of values, one per sample.",
            ko=f"{name} 변수의 모양이 {array.shape}예요. 변수마다 표본당 값 하나씩, 한 줄이어야 해요.",
        )
    if array.dtype.kind == "O":
        array = _text(array)
    bad = _missing(array)
    if array.dtype.kind not in "biufU" or bad.size:
        where = f"{bad.size} of {array.size} values, first at row {bad[0] + 1}" if bad.size else f"type {array.dtype}"
        raise InputError(
            code="surd_missing_values",
            en=f"{name} has missing, infinite or unreadable values ({where}). Remove those rows first.",
            ko=f"{name} 변수에 비어 있거나 무한대이거나 읽을 수 없는 값이 있어요({where}). 그 행을 먼저 빼 주세요.",
        )
    return array


def _text(array: NDArray[Any]) -> NDArray[Any]:
    """Return text as text, with missing values blank; numbers in an object array as numbers."""
    if any(isinstance(value, str) for value in array):
        return np.array([value if isinstance(value, str) else "" for value in array])
    try:
        return array.astype(np.float64)
    except (TypeError, ValueError):
        return np.array(["" for _ in array])


def _missing(array: NDArray[Any]) -> NDArray[np.intp]:
    """Return the rows without a usable value."""
    if array.dtype.kind == "U":
        return np.flatnonzero(array == "")
    if array.dtype.kind != "f":
        return np.empty(0, dtype=np.intp)
    finite = np.isfinite(array)
    return np.empty(0, dtype=np.intp) if finite.all() else np.flatnonzero(~finite)


def _checked_edges(name: str, edges: Sequence[float]) -> tuple[float, ...]:
    cuts = tuple(float(edge) for edge in edges)
    if not np.isfinite(cuts).all() or any(low >= high for low, high in pairwise(cuts)):
        raise InputError(
            code="surd_edges",
            en=f"The edges of {name} are {cuts}; they must be finite and ascend.",
            ko=f"{name} 변수의 경계가 {cuts}예요. 유한한 수가 커지는 순서로 있어야 해요.",
        )
    return cuts


def _few_values(values: NDArray[Any], bins: int, kind: BinKind) -> bool:
    """Return whether the numbers take so few values that each can be its own state."""
    if kind is not BinKind.QUANTILE or len(np.unique(values[:_PROBE])) > bins:
        return False
    return len(np.unique(values)) <= bins


def _categories(name: str, values: NDArray[Any]) -> Coded:
    found, codes, counts = np.unique(values, return_inverse=True, return_counts=True)
    if len(found) > MAX_BINS:
        raise InputError(
            code="surd_categories",
            en=f"{name} has {len(found)} different values as categories; at most {MAX_BINS} can be used.",
            ko=f"{name} 변수의 범주가 {len(found)}가지예요. 많아도 {MAX_BINS}가지까지 쓸 수 있어요.",
        )
    labels = tuple(value if isinstance(value, str) else float(value) for value in found.tolist())
    binning = Binning(name=name, kind=BinKind.CATEGORY, edges=(), categories=labels, masses=tuple(counts.tolist()))
    return Coded(codes=codes, binning=binning)


def _uniform_cuts(values: NDArray[Any], bins: int) -> tuple[float, ...]:
    low, high = float(values.min()), float(values.max())
    if low == high:
        return ()
    return tuple(np.linspace(low, high, bins + 1)[1:-1].tolist())


def _quantile_cuts(values: NDArray[Any], bins: int) -> tuple[float, ...]:
    count = len(values)
    wanted = [count * part / bins for part in range(1, bins)]
    places = sorted({min(int(mass), count - 1) for mass in wanted})
    ordered = np.partition(values, places)
    cuts = {_nearest_cut(values, ordered[min(int(mass), count - 1)], mass) for mass in wanted}
    return tuple(sorted(cut for cut in cuts if cut is not None))


def _nearest_cut(values: NDArray[Any], value: Any, wanted: float) -> float | None:
    """Cut below or above ``value`` and its equals, whichever leaves the mass nearest to ``wanted`` below the cut."""
    below, upto = int(np.count_nonzero(values < value)), int(np.count_nonzero(values <= value))
    above = values[values > value].min() if upto < len(values) and upto - below > 1 else None
    choices = [(abs(below - wanted), float(value))] if below else []
    if above is not None:
        choices.append((abs(upto - wanted), float(above)))
    return min(choices)[1] if choices else None


def _binned(name: str, values: NDArray[Any], cuts: tuple[float, ...], kind: BinKind) -> Coded:
    if len(cuts) <= _COMPARED_EDGES:
        codes, masses = _compared(values, cuts)
    else:
        codes = np.searchsorted(np.array(cuts), values, side="right").astype(np.uint16)
        masses = np.bincount(codes, minlength=len(cuts) + 1).tolist()
    kept = BinKind.QUANTILE if kind is BinKind.CATEGORY else kind
    return Coded(codes=codes, binning=Binning(name=name, kind=kept, edges=cuts, categories=(), masses=tuple(masses)))


def _compared(values: NDArray[Any], cuts: tuple[float, ...]) -> tuple[NDArray[Any], list[int]]:
    codes = np.zeros(len(values), dtype=np.uint8)
    reached = [len(values)]
    for cut in cuts:
        above = values >= cut
        codes += above
        reached.append(int(np.count_nonzero(above)))
    return codes, [here - further for here, further in pairwise([*reached, 0])]


def check_bins(bins: int | Iterable[int]) -> None:
    """Refuse a number of bins that cannot be used.

    Raises:
        InputError: Below 2 or above ``MAX_BINS``.
    """
    for count in (bins,) if isinstance(bins, int) else tuple(bins):
        if not 2 <= count <= MAX_BINS:
            raise InputError(
                code="surd_bins",
                en=f"{count} bins were asked for; use 2 to {MAX_BINS}.",
                ko=f"구간 수가 {count}예요. 2에서 {MAX_BINS} 사이로 정해 주세요.",
            )
