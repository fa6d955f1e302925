"""Samples of a target and its sources, checked, lagged and coded."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from redheart_core.errors import InputError
from redheart_core.explain.surd.binning import Coded, check_bins, checked_values, code_variable
from redheart_core.explain.surd.rows import Rows, narrow
from redheart_core.explain.surd.sampling import BinKind, Binning
from redheart_core.explain.surd.sets import source_sets

TARGET = "target"


@dataclass(frozen=True, slots=True, kw_only=True)
class Coding:
    """How values become states, and which of them belong together."""

    bins: int | None = None
    """Bins per variable; None for 4 with up to three sources and 3 with more."""
    method: BinKind = BinKind.QUANTILE
    """Uniform bins are for bounded, well-spread scales or to reproduce published figures: outliers eat their range."""
    categorical: Collection[str] = ()
    """Names of variables whose numbers are categories. Text and truth values always are."""
    edges: Mapping[str, Sequence[float]] = field(default_factory=dict)
    """Fixed inner edges by name, for instance from an earlier result."""
    lags: Sequence[int] | None = None
    """By how many samples each source precedes the target. Only where the order of the samples is an order in time."""
    is_ordered: bool = False
    """Whether the samples of a unit follow each other in time, so that shuffles keep their order. Lags imply it."""

    def num_bins(self, num_sources: int) -> int:
        """Return the bins per variable."""
        return self.bins if self.bins is not None else (4 if num_sources <= 3 else 3)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Observations:
    """Coded samples of one population."""

    target: NDArray[Any]
    sources: tuple[NDArray[Any], ...]
    binnings: tuple[Binning, ...]
    """The target's, then the sources'."""
    units: NDArray[np.intp] | None
    """Number of the independent unit of each sample; None when every sample is one."""
    lags: tuple[int, ...]
    is_ordered: bool = False
    """Whether the samples of a unit follow each other in time."""

    @property
    def num_samples(self) -> int:
        """How many samples."""
        return len(self.target)

    @property
    def num_units(self) -> int:
        """How many independent units."""
        return self.num_samples if self.units is None else int(self.units.max()) + 1

    @property
    def sizes(self) -> tuple[int, ...]:
        """States of the target, then of each source."""
        return tuple(binning.num_states for binning in self.binnings)

    def rows(self) -> Rows:
        """Return the samples as rows of states."""
        target, *sources = map(narrow, (self.target, *self.sources), self.sizes)
        return Rows(target=target, sources=tuple(sources), sizes=self.sizes)

    def cells(self) -> NDArray[Any]:
        """Return the cell of each sample in the full table, in C order with the target first."""
        # The narrowest type that holds the last cell: half of the time here is moving memory.
        cells = self.target.astype(np.min_scalar_type(math.prod(self.sizes) - 1))
        for codes, size in zip(self.sources, self.sizes[1:], strict=True):
            cells *= size
            cells += codes.astype(cells.dtype, copy=False)
        return cells

    def table(self) -> NDArray[np.int64]:
        """Return the full table of counts, the target on axis 0."""
        length = math.prod(self.sizes)
        return np.bincount(self.cells(), minlength=length).reshape(self.sizes).astype(np.int64, copy=False)


def observe(
    target: ArrayLike,
    sources: Mapping[str, ArrayLike] | Sequence[ArrayLike],
    *,
    coding: Coding | None = None,
    units: ArrayLike | None = None,
    target_name: str = TARGET,
) -> Observations:
    """Check and code samples.

    Args:
        target: One value per sample.
        sources: By name, or in order, in which case they are called X1, X2, ....
        coding: Bins, categories, edges, lags.
        units: The independent unit each sample belongs to (the base scenario, not its perturbations).
        target_name: For messages and the report.

    Raises:
        InputError: One sample, a constant target, missing or infinite values, lengths that differ, or impossible
            settings.
    """
    coding = coding or Coding()
    named = dict(sources) if isinstance(sources, Mapping) else {f"X{k}": row for k, row in enumerate(sources, start=1)}
    source_sets(len(named), None)
    _check_settings(coding, {target_name, *named}, len(named))
    values = {name: checked_values(name, row) for name, row in named.items()}
    aimed = checked_values(target_name, target)
    members = None if units is None else _unit_numbers(units)
    _check_lengths(target_name, aimed, {**values, **({} if members is None else {"units": members})})
    lags = tuple(coding.lags or (0,) * len(values))
    aimed, values, members = _lagged(aimed, values, members, lags)
    if len(aimed) < 2:
        raise _too_few(len(aimed))
    coded = [_code(name, row, coding, len(named)) for name, row in ((target_name, aimed), *values.items())]
    _check_target(coded[0].binning)
    return Observations(
        target=coded[0].codes,
        sources=tuple(one.codes for one in coded[1:]),
        binnings=tuple(one.binning for one in coded),
        units=members,
        lags=lags,
        is_ordered=coding.is_ordered or any(lags),
    )


def _code(name: str, values: NDArray[Any], coding: Coding, num_sources: int) -> Coded:
    kind = BinKind.CATEGORY if name in coding.categorical else coding.method
    edges = coding.edges.get(name)
    return code_variable(name, values, bins=coding.num_bins(num_sources), kind=kind, edges=edges)


def _check_settings(coding: Coding, names: set[str], num_sources: int) -> None:
    check_bins(coding.num_bins(num_sources))
    unknown = sorted({*coding.categorical, *coding.edges} - names)
    if unknown:
        raise InputError(
            code="surd_unknown_variable",
            en=f"Settings name {', '.join(unknown)}, but the variables are {', '.join(sorted(names))}.",
            ko=f"설정에 적힌 {', '.join(unknown)} 변수가 없어요. 있는 변수는 {', '.join(sorted(names))}예요.",
        )
    if coding.lags is not None and (len(coding.lags) != num_sources or min(coding.lags) < 0):
        raise InputError(
            code="surd_lags",
            en=f"The lags are {tuple(coding.lags)}; each of the {num_sources} sources needs one, 0 or more.",
            ko=f"시차가 {tuple(coding.lags)}예요. 원천 변수 {num_sources}개마다 0 이상의 값이 하나씩 있어야 해요.",
        )


def _check_lengths(target_name: str, target: NDArray[Any], others: Mapping[str, NDArray[Any]]) -> None:
    wrong = {name: len(row) for name, row in others.items() if len(row) != len(target)}
    if wrong:
        listed = ", ".join(f"{name} {length}" for name, length in wrong.items())
        raise InputError(
            code="surd_lengths",
            en=f"{target_name} has {len(target)} samples but: {listed}. Give one row of values per source.",
            ko=f"{target_name} 변수의 표본은 {len(target)}개인데 길이가 달라요: {listed}. 변수마다 한 줄씩 주세요.",
        )


def _check_target(binning: Binning) -> None:
    if sum(mass > 0 for mass in binning.masses) < 2:
        raise InputError(
            code="surd_constant_target",
            en=f"{binning.name} is the same in every sample, so there is nothing to inform about.",
            ko=f"{binning.name} 변수가 모든 표본에서 같아서 나눌 정보가 없어요.",
        )


def _too_few(count: int) -> InputError:
    return InputError(
        code="surd_too_few",
        en=f"{count} sample is no population; a decomposition describes many cases, never one. Give at least 2.",
        ko=f"표본이 {count}개예요. 정보 분해는 한 사례가 아니라 여러 사례를 설명해요. 적어도 2개를 주세요.",
    )


def _unit_numbers(units: ArrayLike) -> NDArray[np.intp]:
    return np.unique(checked_values("units", units), return_inverse=True)[1].astype(np.intp)


def _lagged(
    target: NDArray[Any], sources: Mapping[str, NDArray[Any]], units: NDArray[np.intp] | None, lags: tuple[int, ...]
) -> tuple[NDArray[Any], dict[str, NDArray[Any]], NDArray[np.intp] | None]:
    """Shift each source back by its lag, drop what has no past, and never look into another unit's past."""
    longest = max(lags)
    if longest == 0:
        return target, dict(sources), units
    if longest >= len(target):
        raise _too_few(0)
    kept = slice(longest, None)
    shifted = {
        name: row[longest - lag : len(row) - lag] for (name, row), lag in zip(sources.items(), lags, strict=True)
    }
    if units is None:
        return target[kept], shifted, None
    same = np.logical_and.reduce([units[longest:] == units[longest - lag : len(units) - lag] for lag in lags])
    members = np.unique(units[kept][same], return_inverse=True)[1].astype(np.intp)
    return target[kept][same], {name: row[same] for name, row in shifted.items()}, members
