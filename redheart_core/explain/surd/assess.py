"""Build a report: decompose, draw the random populations, and put the corrections, intervals and tests side by side.

Letters: K terms (redundant, unique, synergistic), S source sets, T target states, R replicates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from redheart_core.explain.surd.bias import miller_madow_correction
from redheart_core.explain.surd.measure import Measured, target_entropy, to_result
from redheart_core.explain.surd.observations import TARGET, Coding, Observations, observe
from redheart_core.explain.surd.replicates import Replicates, Told, independent, resampled, without_interaction
from redheart_core.explain.surd.report import (
    ClosePair,
    Interval,
    ReportSettings,
    SensitivityRow,
    SurdReport,
    TermKind,
    TermReport,
    TotalReport,
)
from redheart_core.explain.surd.samples import decompose_observations, measure_observations, sampling_of
from redheart_core.explain.surd.sampling import BinKind
from redheart_core.explain.surd.sets import Key, SourceSets
from redheart_core.explain.surd.significance import basic_interval, holm, p_values
from redheart_core.explain.surd.split import Split, running_maximum, split

SENSITIVITY_BINS = (2, 3, 4)
SAMPLES_PER_CELL = 1_000 / 256
"""Below this many independent units per cell of the largest table even the basic interval covers too seldom."""
CLOSE_SHARE = 0.01
"""Pairs whose swap would move less than this share of the total are not worth a flag."""

Floats = NDArray[np.float64]
Report = Callable[[int, int], None]
"""Told random populations done and in all; may raise to end the work."""


def unreported(done: int, total: int) -> None:
    """Listen to nobody."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Labels:
    """The terms in report order, and where to find them in a split."""

    sets: SourceSets
    kinds: tuple[TermKind, ...]
    keys: tuple[Key, ...]

    def values(self, terms: Split) -> Floats:
        """Return the terms of every replicate, shape (K, R)."""
        synergies = self.sets.sizes_S > 1
        return np.concatenate([terms.common_MR[self.sets.all_masks], terms.synergy_SR[synergies]])

    @property
    def synergies(self) -> slice:
        """Where the synergies are: after the redundant and unique terms."""
        return slice(len(self.sets.all_keys), None)


def surd_report(
    target: ArrayLike,
    sources: Mapping[str, ArrayLike] | Sequence[ArrayLike],
    *,
    coding: Coding | None = None,
    units: ArrayLike | None = None,
    max_order: int | None = None,
    settings: ReportSettings | None = None,
    target_name: str = TARGET,
    report: Report = unreported,
) -> SurdReport:
    """Decompose samples, with statistics that hold.

    Args:
        target: One value per sample.
        sources: By name, or one row of values per source.
        coding: Bins, categories, edges, lags. Edges are found once and kept in every random population.
        units: The independent unit of each sample (the base scenario, not its perturbations); units are resampled
            and shuffled whole.
        max_order: Largest number of sources taken together.
        settings: How many random populations, and the seed. The same seed gives the same report.
        target_name: For messages and the report.
        report: Told how far it is.

    Raises:
        InputError: As ``from_samples``.
    """
    coding = coding or Coding()
    observations = observe(target, sources, coding=coding, units=units, target_name=target_name)
    assessed = assess(observations, max_order=max_order, settings=settings or ReportSettings(), report=report)

    def at(bins: int) -> SensitivityRow:
        other = replace(coding, bins=bins, method=BinKind.QUANTILE, edges={})
        return _sensitivity(
            observe(target, sources, coding=other, units=units, target_name=target_name), bins, max_order
        )

    return replace(assessed, sensitivity=tuple(at(bins) for bins in SENSITIVITY_BINS))


def assess(
    observations: Observations, *, max_order: int | None, settings: ReportSettings, report: Report = unreported
) -> SurdReport:
    """Report on coded samples; the sensitivity to bins needs the values and is left empty."""
    measured = measure_observations(observations, max_order=max_order)
    labels = _labels(measured.sets)
    num_surrogates = settings.surrogates(len(labels.keys))
    seeds = [np.random.default_rng(seed) for seed in np.random.SeedSequence(settings.seed).spawn(3)]
    can_interact = max(measured.sets.sizes_S) > 1
    told = _in_turn(report, (settings.num_bootstrap, num_surrogates, *([num_surrogates] if can_interact else [])))
    boot = resampled(observations, measured.sets, settings.num_bootstrap, seeds[0], told[0])
    null = independent(observations, measured.sets, num_surrogates, seeds[1], told[1])
    flat = without_interaction(observations, measured.sets, num_surrogates, seeds[2], told[2]) if can_interact else None
    sound = has_intervals(observations, measured.sets)
    boot_KR = labels.values(boot.terms())
    null_KR = labels.values(null.terms())
    flat_SR = None if flat is None else labels.values(flat.terms())[labels.synergies]
    estimates = _estimates(measured, null, observations.num_units, labels)
    intervals = [
        basic_interval(value, boot_R, level=settings.level) if sound else None
        for value, boot_R in zip(estimates[0].tolist(), boot_KR, strict=True)
    ]
    return SurdReport(
        result=to_result(measured, sampling=sampling_of(observations, measured)),
        total=_total(estimates, boot_KR, null_KR, settings, sound=sound),
        leak_interval=_leak_interval(measured, boot, boot_KR, settings) if sound else None,
        terms=_terms(labels, estimates, intervals, null_KR, flat_SR, settings.alpha),
        interaction_p=_joint_p(estimates[0][labels.synergies], flat_SR),
        sensitivity=(),
        close_pairs=close_pairs(measured, boot),
        num_surrogates=num_surrogates,
        settings=settings,
    )


def has_intervals(observations: Observations, sets: SourceSets) -> bool:
    """Decide whether there are enough independent units for an interval."""
    largest = sorted(observations.sizes[1:], reverse=True)[: sets.max_order]
    cells = observations.sizes[0] * float(np.prod(np.array(largest, dtype=np.float64)))
    return observations.num_units >= SAMPLES_PER_CELL * cells


def close_pairs(measured: Measured, boot: Replicates) -> tuple[ClosePair, ...]:
    """Return neighbouring sets of one size whose i(t; A) differ by less than the standard error of the difference."""
    sets, found = measured.sets, dict[tuple[Key, Key], float]()
    ladder_ST = running_maximum(measured.information_ST[..., None], sets)[..., 0]
    for size in range(2, sets.max_order + 1):
        members = np.flatnonzero(sets.sizes_S == size)
        floor_T = ladder_ST[sets.sizes_S < size].max(axis=0)
        for state, weight in enumerate(measured.target_T.tolist()):
            ascending = members[np.argsort(measured.information_ST[members, state], kind="stable")]
            for lower, upper in pairwise(ascending.tolist()):
                moved = weight * (measured.information_ST[lower, state] - floor_T[state])
                gap_R = boot.information_STR[upper, state] - boot.information_STR[lower, state]
                gap = measured.information_ST[upper, state] - measured.information_ST[lower, state]
                if moved > 0 and gap < gap_R.std():
                    first, second = sorted((lower, upper))
                    pair = (sets.keys[first], sets.keys[second])
                    found[pair] = found.get(pair, 0.0) + moved
    least = CLOSE_SHARE * float(measured.mutual_information_S.max())
    return tuple(ClosePair(keys=keys, bits=float(bits)) for keys, bits in sorted(found.items()) if bits >= least)


def _in_turn(report: Report, sizes: Sequence[int]) -> list[Told]:
    """Return who is told of each part of the work; all parts count towards one total."""

    def part(before: int) -> Told:
        return lambda done: report(before + done, sum(sizes))

    return [part(sum(sizes[:place])) for place in range(len(sizes))]


def _labels(sets: SourceSets) -> _Labels:
    shared = [TermKind.UNIQUE if len(key) == 1 else TermKind.REDUNDANT for key in sets.all_keys]
    synergies = tuple(key for key in sets.keys if len(key) > 1)
    return _Labels(
        sets=sets,
        kinds=(*shared, *[TermKind.SYNERGISTIC] * len(synergies)),
        keys=(*sets.all_keys, *synergies),
    )


def _estimates(measured: Measured, null: Replicates, num_units: int, labels: _Labels) -> Floats:
    """Return the plug-in, Miller-Madow and null-subtracted terms, shape (3, K).

    Corrections act on i(t; A), before the split, so that each column of terms adds up to its own total.
    """
    information = measured.information_ST
    corrections = (0.0, miller_madow_correction(measured, num_units), null.information_STR.mean(axis=-1))
    stacked_STC = np.stack([information - correction for correction in corrections], axis=-1)
    target_TC = np.repeat(measured.target_T[:, None], len(corrections), axis=1)
    return labels.values(split(stacked_STC, target_TC, measured.sets)).T


def _total(
    estimates: Floats, boot_KR: Floats, null_KR: Floats, settings: ReportSettings, *, sound: bool
) -> TotalReport:
    plug_in, miller_madow, null_subtracted = estimates.sum(axis=1).tolist()
    p_value = float(p_values(np.array([plug_in]), null_KR.sum(axis=0, keepdims=True))[0])
    return TotalReport(
        plug_in=plug_in,
        miller_madow=miller_madow,
        null_subtracted=null_subtracted,
        interval=basic_interval(plug_in, boot_KR.sum(axis=0), level=settings.level) if sound else None,
        p_value=p_value,
        is_significant=p_value <= settings.alpha,
    )


def _leak_interval(measured: Measured, boot: Replicates, boot_KR: Floats, settings: ReportSettings) -> Interval | None:
    entropy_R = np.array([target_entropy(target_T) for target_T in boot.target_TR.T])
    leak_R = 1.0 - boot_KR.sum(axis=0) / np.where(entropy_R > 0, entropy_R, np.inf)
    leak = to_result(measured).leak
    return None if leak is None else basic_interval(leak, leak_R, level=settings.level)


def _terms(
    labels: _Labels,
    estimates: Floats,
    intervals: Sequence[Interval | None],
    null_KR: Floats,
    flat_SR: Floats | None,
    alpha: float,
) -> tuple[TermReport, ...]:
    p_K = p_values(estimates[0], null_KR)
    holm_K = holm(p_K)
    interaction: list[float | None] = [None] * len(labels.keys)
    if flat_SR is not None:
        interaction[labels.synergies] = holm(p_values(estimates[0][labels.synergies], flat_SR)).tolist()
    return tuple(
        TermReport(
            kind=labels.kinds[term],
            key=labels.keys[term],
            plug_in=float(estimates[0, term]),
            miller_madow=float(estimates[1, term]),
            null_subtracted=float(estimates[2, term]),
            interval=intervals[term],
            p_value=float(p_K[term]),
            p_holm=float(holm_K[term]),
            p_interaction=alone,
            is_interaction=alone is not None and max(alone, float(holm_K[term])) <= alpha,
        )
        for term, alone in enumerate(interaction)
    )


def _joint_p(synergies: Floats, flat_SR: Floats | None) -> float | None:
    if flat_SR is None:
        return None
    return float(p_values(synergies.sum(keepdims=True), flat_SR.sum(axis=0, keepdims=True))[0])


def _sensitivity(observations: Observations, bins: int, max_order: int | None) -> SensitivityRow:
    result = decompose_observations(observations, max_order=max_order)
    assert result.sampling is not None
    return SensitivityRow(
        bins=bins,
        redundant=sum(result.redundant.values()),
        unique=sum(result.unique.values()),
        synergistic=sum(result.synergistic.values()),
        total=result.total,
        leak=result.leak,
        reliability=result.sampling.reliability,
    )
