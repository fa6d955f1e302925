"""Build a report: decompose, draw the random populations, and put the corrections, intervals and tests side by side.

Letters: K terms, S source sets, T target states, R replicates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from redheart_core.explain.surd.bias import miller_madow_correction
from redheart_core.explain.surd.interaction import LEAST_SHARE, InteractionTests, interaction_tests
from redheart_core.explain.surd.intervals import Intervals, intervals
from redheart_core.explain.surd.labels import Labels, labels_of
from redheart_core.explain.surd.measure import Measured, to_result
from redheart_core.explain.surd.observations import TARGET, Coding, Observations, observe
from redheart_core.explain.surd.replicates import Replicates, Told, independent, resampled
from redheart_core.explain.surd.report import (
    ClosePair,
    Interval,
    KindReport,
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
from redheart_core.explain.surd.significance import holm, p_values
from redheart_core.explain.surd.split import running_maximum, split
from redheart_core.explain.surd.ties import CLOSE_SHARE

SENSITIVITY_BINS = (2, 3, 4)
SAMPLES_PER_CELL = 1_000 / 256
"""Below this many independent units per cell of the largest table even the basic interval covers too seldom."""

Floats = NDArray[np.float64]
Report = Callable[[int, int], None]
"""Told random populations done and in all; may raise to end the work."""


def unreported(done: int, total: int) -> None:
    """Listen to nobody."""


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
    labels = labels_of(measured.sets)
    num_surrogates = settings.surrogates(len(labels.keys))
    seeds = [np.random.default_rng(seed) for seed in np.random.SeedSequence(settings.seed).spawn(3)]
    can_interact = len(labels.sets.all_keys[-1]) > 1
    told = _in_turn(report, (settings.num_bootstrap, num_surrogates, *([num_surrogates] if can_interact else [])))
    boot = resampled(observations, measured.sets, settings.num_bootstrap, seeds[0], told[0])
    null = independent(observations, measured.sets, num_surrogates, seeds[1], told[1])
    null_KR = labels.values(null.terms())
    estimates = _estimates(measured, null, observations.num_units, labels)
    found = Intervals.none()
    if has_intervals(observations, measured.sets):
        found = intervals(boot, measured, labels, num_units=observations.num_units, level=settings.level)
    tests = interaction_tests(observations, labels, num_surrogates, seeds[2], *told[2:])
    return SurdReport(
        result=to_result(measured, sampling=sampling_of(observations, measured)),
        total=_total(estimates, null_KR, found.total, settings),
        leak_interval=found.leak,
        terms=_terms(labels, estimates, found.terms, null_KR, tests, settings.alpha),
        kinds=_kinds(labels, estimates, found),
        interaction_bits=None if tests.together is None else tests.together.bits,
        interaction_p=None if tests.together is None else tests.together.p_value,
        interaction_detectable=_detectable(tests, float(estimates[0].sum()), settings),
        sensitivity=(),
        close_pairs=close_pairs(measured, boot.drawn),
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


def _estimates(measured: Measured, null: Replicates, num_units: int, labels: Labels) -> Floats:
    """Return the plug-in, Miller-Madow and null-subtracted terms, shape (3, K).

    Corrections act on i(t; A), before the split, so that each column of terms adds up to its own total.
    """
    information = measured.information_ST
    corrections = (0.0, miller_madow_correction(measured, num_units), null.information_STR.mean(axis=-1))
    stacked_STC = np.stack([information - correction for correction in corrections], axis=-1)
    target_TC = np.repeat(measured.target_T[:, None], len(corrections), axis=1)
    return labels.values(split(stacked_STC, target_TC, measured.sets)).T


def _total(estimates: Floats, null_KR: Floats, interval: Interval | None, settings: ReportSettings) -> TotalReport:
    plug_in, miller_madow, null_subtracted = estimates.sum(axis=1).tolist()
    p_value = float(p_values(np.array([plug_in]), null_KR.sum(axis=0, keepdims=True))[0])
    return TotalReport(
        plug_in=plug_in,
        miller_madow=miller_madow,
        null_subtracted=null_subtracted,
        interval=interval,
        p_value=p_value,
        is_significant=p_value <= settings.alpha,
    )


def _detectable(tests: InteractionTests, total: float, settings: ReportSettings) -> float | None:
    """Return the least interaction that would be found beside the main effects of these samples.

    The total is what main effects tell plus the interaction, so that an interaction raises its own least share.
    """
    if tests.together is None:
        return None
    least = LEAST_SHARE / (1.0 - LEAST_SHARE) * (total - tests.together.bits)
    return tests.together.chance.detectable(alpha=settings.alpha, least_bits=least)


def _kinds(labels: Labels, estimates: Floats, found: Intervals) -> tuple[KindReport, ...]:
    return tuple(
        KindReport(
            kind=kind,
            plug_in=plug_in,
            miller_madow=miller_madow,
            null_subtracted=null_subtracted,
            interval=found.kinds.get(kind),
        )
        for kind, (plug_in, miller_madow, null_subtracted) in zip(
            labels.present, labels.by_kind(estimates.T).tolist(), strict=True
        )
    )


def _terms(
    labels: Labels,
    estimates: Floats,
    found: Sequence[Interval] | None,
    null_KR: Floats,
    tests: InteractionTests,
    alpha: float,
) -> tuple[TermReport, ...]:
    p_K = p_values(estimates[0], null_KR)
    holm_K = holm(p_K)
    total = float(estimates[0].sum())
    reports = []
    for term, (kind, key) in enumerate(zip(labels.kinds, labels.keys, strict=True)):
        test = tests.by_key.get(key) if kind is TermKind.SYNERGISTIC else None
        reports.append(
            TermReport(
                kind=kind,
                key=key,
                plug_in=float(estimates[0, term]),
                miller_madow=float(estimates[1, term]),
                null_subtracted=float(estimates[2, term]),
                interval=None if found is None else found[term],
                p_value=float(p_K[term]),
                p_holm=float(holm_K[term]),
                interaction_bits=None if test is None else test.bits,
                p_interaction=None if test is None else test.p_value,
                is_interaction=test is not None
                and max(test.p_value, float(holm_K[term])) <= alpha
                and test.bits >= LEAST_SHARE * total,
            )
        )
    return tuple(reports)


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
