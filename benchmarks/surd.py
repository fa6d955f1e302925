"""How much quicker the decomposition is than the formulas written out: ratios, medians, and the largest difference.

    python benchmarks/surd.py [--json] [--repeat 5] [--reference-draws 10] [--large]

The reference is written here from the formulas: ``numpy.histogramdd``, then every source set summed from the full table
(or, for a cut order, from its own histogram), then one sort per target state. Its uncertainty report resamples rows or
shuffles the target, bins and decomposes, once per draw; it is timed on a few draws and multiplied up.

Claims checked: truncated order with 8 sources at least 15 times; a report with 500 bootstrap and 200 surrogate
populations, 4 sources, 100,000 samples at least 40 times; single decompositions of up to 5 sources from samples at
least 2.5 times; never a different number. ``--large`` adds 8 sources in one table, at least 15 times.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from redheart_core.explain.surd import Coding, ReportSettings, SurdResult, from_samples, observe
from redheart_core.explain.surd.assess import assess
from redheart_core.explain.surd.sampling import BinKind

Floats = NDArray[np.float64]
Terms = dict[tuple[str, tuple[int, ...]], float]
SAMPLES = 100_000
BOOTSTRAP, SURROGATES = 500, 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One comparison."""

    task: str
    reference_ms: float
    ours_ms: float
    wanted: float
    """Ratio that is claimed."""
    difference: float | None
    """Largest difference of a term in bits; None where random draws are compared."""

    @property
    def ratio(self) -> float:
        """How many times quicker."""
        return self.reference_ms / self.ours_ms


def reference(signals: Floats, bins: int, max_order: int | None) -> Terms:
    """Decompose samples, the target in row 0, the way the formulas read."""
    num_sources = len(signals) - 1
    sources = range(1, num_sources + 1)
    order = max_order or num_sources
    keys = [key for size in range(1, order + 1) for key in combinations(sources, size)]
    full = None if max_order else np.histogramdd(signals.T, bins=bins)[0]
    information = {key: reference_information(signals, full, key, bins) for key in keys}
    target_T = np.histogram(signals[0], bins=bins)[0] / signals.shape[1]
    terms: Terms = {}
    for state, weight in enumerate(target_T):
        reference_state({key: float(values[state]) for key, values in information.items()}, float(weight), order, terms)
    return terms


def reference_information(signals: Floats, full: Floats | None, key: Sequence[int], bins: int) -> Floats:
    """Return i(t; A) for one source set, from the full table or from the set's own histogram."""
    if full is None:
        joint = np.histogramdd(signals[[0, *key]].T, bins=bins)[0]
    else:
        joint = full.sum(axis=tuple(axis for axis in range(1, full.ndim) if axis not in key))
    joint = joint.reshape(bins, -1) / joint.sum()
    target, source = joint.sum(axis=1, keepdims=True), joint.sum(axis=0, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        summand = np.where(joint > 0, joint * np.log2(joint / (target * source)), 0.0) / target
    return np.asarray(np.nan_to_num(summand).sum(axis=1), dtype=np.float64)


def reference_state(values: dict[tuple[int, ...], float], weight: float, order: int, terms: Terms) -> None:
    """Add the steps of one target state to the terms."""
    singles = sorted((key for key in values if len(key) == 1), key=lambda key: values[key])
    before = 0.0
    for place, alone in enumerate(singles):
        sharing = tuple(sorted(key[0] for key in singles[place:]))
        add(terms, ("common", sharing), weight * (values[alone] - before))
        before = values[alone]
    for size in range(2, order + 1):
        floor = before
        sets = [key for key in values if len(key) == size and values[key] > floor]
        for key in sorted(sets, key=lambda key: values[key]):
            add(terms, ("synergy", key), weight * (values[key] - before))
            before = values[key]


def add(terms: Terms, key: tuple[str, tuple[int, ...]], bits: float) -> None:
    """Add bits to a term."""
    terms[key] = terms.get(key, 0.0) + bits


def difference(result: SurdResult, expected: Terms) -> float:
    """Return the largest difference of a term, in bits."""
    ours: Terms = {("common", key): bits for key, bits in (*result.redundant.items(), *result.unique.items())}
    ours |= {("synergy", key): bits for key, bits in result.synergistic.items()}
    return max(abs(ours.get(key, 0.0) - expected.get(key, 0.0)) for key in {*ours, *expected})


def median_ms(function: Callable[[], object], repeat: int) -> float:
    """Return the median processor time in milliseconds: both sides use one thread, and other work does not count."""
    seconds = []
    for _ in range(repeat):
        start = time.process_time()
        function()
        seconds.append(time.process_time() - start)
    return 1e3 * statistics.median(seconds)


def made_up(num_sources: int, rng: np.random.Generator) -> Floats:
    """Return signals with a linear and an interacting part, the target in row 0."""
    sources = rng.uniform(size=(num_sources, SAMPLES))
    target = sources.sum(axis=0) + 2.0 * sources[0] * sources[-1] + rng.uniform(size=SAMPLES)
    return np.vstack([target, sources])


def single(num_sources: int, bins: int, max_order: int | None, wanted: float, repeat: int) -> Line:
    """Compare one decomposition, from samples to terms."""
    signals = made_up(num_sources, np.random.default_rng(0))

    def ours() -> SurdResult:
        return from_samples(signals[0], list(signals[1:]), bins=bins, method="uniform", max_order=max_order)

    order = f", order {max_order}" if max_order else ""
    return Line(
        task=f"{num_sources} sources, {bins} bins{order}",
        reference_ms=median_ms(lambda: reference(signals, bins, max_order), repeat),
        ours_ms=median_ms(ours, repeat),
        wanted=wanted,
        difference=difference(ours(), reference(signals, bins, max_order)),
    )


def report(repeat: int, draws: int) -> Line:
    """Compare the uncertainty report of four sources with four bins."""
    rng = np.random.default_rng(0)
    signals = made_up(4, rng)

    def resample() -> None:
        reference(signals[:, rng.integers(SAMPLES, size=SAMPLES)], 4, None)

    def shuffle() -> None:
        reference(np.vstack([rng.permutation(signals[0]), signals[1:]]), 4, None)

    def ours() -> None:
        observations = observe(signals[0], list(signals[1:]), coding=Coding(bins=4, method=BinKind.UNIFORM))
        assess(
            observations,
            max_order=None,
            settings=ReportSettings(num_bootstrap=BOOTSTRAP, num_surrogates=SURROGATES),
        )

    reference_ms = BOOTSTRAP * median_ms(resample, draws) + SURROGATES * median_ms(shuffle, draws)
    return Line(
        task=f"report, 4 sources, 4 bins, {BOOTSTRAP} + {SURROGATES} populations",
        reference_ms=reference_ms,
        ours_ms=median_ms(ours, repeat),
        wanted=40.0,
        difference=None,
    )


def lines(repeat: int, draws: int, *, large: bool) -> Iterable[Line]:
    """Run every comparison."""
    for num_sources, bins in ((2, 4), (3, 4), (4, 4), (4, 10), (5, 4), (5, 6)):
        yield single(num_sources, bins, None, 2.5, repeat)
    yield single(8, 10, 2, 15.0, repeat)
    yield single(8, 5, 3, 15.0, repeat)
    yield report(repeat, draws)
    if large:
        yield single(8, 4, None, 15.0, repeat)


def main() -> int:
    """Print the table; exit with 1 when a claim fails."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--reference-draws", type=int, default=10, help="reference draws timed per kind")
    parser.add_argument("--large", action="store_true", help="also 8 sources in one table")
    arguments = parser.parse_args()
    found = list(lines(arguments.repeat, arguments.reference_draws, large=arguments.large))
    if arguments.json:
        print(json.dumps([{**asdict(line), "ratio": line.ratio} for line in found]))
    else:
        for line in found:
            apart = "" if line.difference is None else f"  apart {line.difference:.0e}"
            print(
                f"{line.task:48} {line.reference_ms:10.1f} ms {line.ours_ms:8.2f} ms"
                f"  {line.ratio:6.1f}x (wanted {line.wanted:g}){apart}"
            )
        print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")
    return 0 if all(line.ratio >= line.wanted for line in found) else 1


if __name__ == "__main__":
    sys.exit(main())
