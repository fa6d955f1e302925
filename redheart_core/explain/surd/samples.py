"""Decompose samples: code them, count them, and say how far the counts can be trusted."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from numpy.typing import ArrayLike

from redheart_core.errors import InputError
from redheart_core.explain.surd.bias import independence_bias, miller_madow, reliability
from redheart_core.explain.surd.measure import Measured, measure_rows, measure_table, prefers_table, to_result
from redheart_core.explain.surd.observations import TARGET, Coding, Observations, observe
from redheart_core.explain.surd.result import SurdResult
from redheart_core.explain.surd.sampling import BinKind, Sampling
from redheart_core.explain.surd.sets import source_sets


def from_samples(
    target: ArrayLike,
    sources: Mapping[str, ArrayLike] | Sequence[ArrayLike],
    *,
    bins: int | None = None,
    method: str = "quantile",
    categorical: Collection[str] = (),
    edges: Mapping[str, Sequence[float]] | None = None,
    lags: Sequence[int] | None = None,
    units: ArrayLike | None = None,
    max_order: int | None = None,
    target_name: str = TARGET,
) -> SurdResult:
    """Decompose what sources tell about a target in a population of samples, in bits.

    Args:
        target: One value per sample.
        sources: By name, or one row of values per source, which are then called X1, X2, ....
        bins: Bins per variable; 4 with up to three sources and 3 with more when left out.
        method: ``"quantile"`` or ``"uniform"`` bins.
        categorical: Names of variables whose numbers are categories; text and truth values always are.
        edges: Fixed inner edges by name.
        lags: By how many samples each source precedes the target; only where the order is an order in time.
        units: The independent unit of each sample; counts in the reliability of the result.
        max_order: Largest number of sources taken together.
        target_name: For messages and the report.

    Returns:
        The decomposition with its ``sampling``: read ``sampling.reliability`` before the terms.

    Raises:
        InputError: One sample, a constant target, missing or infinite values, lengths that differ, or impossible
            settings.
    """
    coding = Coding(bins=bins, method=bin_kind(method), categorical=categorical, edges=edges or {}, lags=lags)
    observations = observe(target, sources, coding=coding, units=units, target_name=target_name)
    return decompose_observations(observations, max_order=max_order)


def bin_kind(method: str) -> BinKind:
    """Return the kind of bins called ``method``.

    Raises:
        InputError: Neither quantile nor uniform.
    """
    if method not in (BinKind.QUANTILE, BinKind.UNIFORM):
        raise InputError(
            code="surd_method",
            en=f"There are no {method} bins; choose quantile or uniform.",
            ko=f"'{method}' 구간은 없어요. quantile이나 uniform을 골라 주세요.",
        )
    return BinKind(method)


def decompose_observations(observations: Observations, *, max_order: int | None = None) -> SurdResult:
    """Decompose coded samples."""
    measured = measure_observations(observations, max_order=max_order)
    return to_result(measured, sampling=sampling_of(observations, measured))


def measure_observations(observations: Observations, *, max_order: int | None = None) -> Measured:
    """Measure coded samples by whichever path is quicker and fits."""
    sets = source_sets(len(observations.sources), max_order)
    if prefers_table(observations.sizes, observations.num_samples, len(sets.keys)):
        return measure_table(observations.table(), sets)
    return measure_rows(observations.rows(), sets)


def sampling_of(observations: Observations, measured: Measured) -> Sampling:
    """Say what the counts came from and how biased they are."""
    units = observations.num_units
    widest = int(independence_bias(measured, units).argmax())
    bias = float(independence_bias(measured, units)[widest])
    states = int(measured.occupied_S.max())
    # The largest total over the sets is what a cut decomposition can reach; the full set is last and largest otherwise.
    total = float(measured.mutual_information_S.max())
    return Sampling(
        num_samples=observations.num_samples,
        num_units=units,
        target=observations.binnings[0],
        sources=observations.binnings[1:],
        lags=observations.lags,
        occupied_states=states,
        occupied_cells=int(measured.joint_ST.sum(axis=1).max()),
        bias=bias,
        miller_madow_total=float(miller_madow(measured, units)[int(measured.mutual_information_S.argmax())]),
        reliability=reliability(bias=bias, total=total, num_units=units, occupied_states=states),
    )
