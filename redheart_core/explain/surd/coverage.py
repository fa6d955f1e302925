"""How often the report's intervals hold the truth, and how often it finds an interaction that is there or is not.

    python -m redheart_core.explain.surd.coverage [--runs 200] [--out FILE]

draws each system many times, reports on every draw, and compares with the truth: two million samples, averaged over
the sources that play the same part. Without that average the truth of a tie would be the noise of its order (a unique
term of 0.0006 bit that is 0). What is recorded is what came out; nothing in the report is set from it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from importlib.resources import files
from itertools import permutations
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from redheart_core.explain.surd.assess import assess
from redheart_core.explain.surd.decomposition import decompose
from redheart_core.explain.surd.draws import main_effects
from redheart_core.explain.surd.interaction import LEAST_SHARE, divergence, set_table
from redheart_core.explain.surd.report import Interval, ReportSettings, SurdReport, TermKind
from redheart_core.explain.surd.result import SurdResult
from redheart_core.explain.surd.sets import Key
from redheart_core.explain.surd.systems import SYSTEMS, System, with_interaction
from redheart_core.measurements import Scalar, save_measurement

SIZES = (1_000, 5_000, 20_000)
TRUTH_SAMPLES = 2_000_000
SETTINGS = ReportSettings(num_bootstrap=300, num_surrogates=239)
"""As few surrogates as let one of the eleven terms of three sources pass Holm's correction, with some to spare."""
POWER_TIMES = 5
"""Times as many draws where four in five are to be told from three in four."""
PILOTS, SEARCHES = 20, 4
"""Reports that say how large an interaction must be, and how often they are asked: a stronger one changes the rest."""
QUANTITIES = ("redundant", "unique", "synergistic", "total", "leak")
_OUT = Path(str(files("redheart_core.measurements"))) / "data" / "surd_coverage.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What a system has in the limit of many samples, in bits; the leak as a share."""

    values: Mapping[str, float]
    terms: Mapping[tuple[TermKind, Key], float]
    interaction: float
    """Divergence of the joint table from its main-effects fit."""


def truth_of(system: System, *, num_samples: int = TRUTH_SAMPLES) -> Truth:
    """Return what many samples show; the bias of two million is below 0.0001 bit."""
    observations = system.draw(num_samples, np.random.default_rng(2**31))
    everything = tuple(range(1, len(observations.sources) + 1))
    counts_TX = _averaged(set_table(observations, everything), system.alike)
    shares_TX, fitted_TX = counts_TX / counts_TX.sum(), main_effects(counts_TX)
    result = decompose(counts_TX)
    return Truth(
        values=_quantities(result),
        terms=_terms(result),
        interaction=float(divergence(shares_TX[..., None], fitted_TX[..., None])[0]),
    )


def _averaged(counts_TX: NDArray[np.int64], alike: tuple[int, ...]) -> NDArray[np.int64]:
    """Add up the table over all orders of the exchangeable sources."""
    summed = np.zeros_like(counts_TX)
    for order in permutations(alike):
        axes = list(range(counts_TX.ndim))
        for place, source in zip(alike, order, strict=True):
            axes[place] = source
        summed += counts_TX.transpose(axes)
    return summed


def measure(system: System, truth: Truth, num_samples: int, runs: int, settings: ReportSettings) -> dict[str, Scalar]:
    """Report on many draws of a system, and count."""
    reports = _reports(system, num_samples, range(runs), settings)
    least, covered_least = _least_covered(reports, truth)
    return {
        "system": system.name,
        "says": system.says,
        "samples": num_samples,
        "runs": runs,
        **{f"truth_{name}": round(truth.values[name], 5) for name in QUANTITIES},
        **{f"covered_{name}": _covered(reports, name, truth.values[name]) for name in QUANTITIES},
        "least_covered_term": least,
        "covered_least_term": covered_least,
        "plug_in_bias": round(float(np.mean([report.total.plug_in for report in reports])) - truth.values["total"], 5),
        "significant": _share(report.total.is_significant for report in reports),
        "interaction_bits": round(truth.interaction, 5),
        "interaction_share": round(truth.interaction / max(truth.values["total"], 1e-3), 4),
        "interaction_found": _share(_calls_interaction(report, settings.alpha) for report in reports),
        "interaction_detectable": round(_detectable(reports), 5),
        "term_called_interaction": _share(any(term.is_interaction for term in report.terms) for report in reports),
    }


def _reports(system: System, num_samples: int, runs: Iterable[int], settings: ReportSettings) -> list[SurdReport]:
    """Report on one draw for each run; each has random populations of its own, whose chances are not shared by all."""
    return [
        assess(
            system.draw(num_samples, np.random.default_rng([num_samples, run % 2**32])),
            max_order=None,
            settings=replace(settings, seed=run % 2**32),
        )
        for run in runs
    ]


def _share(claims: Iterable[bool]) -> float:
    return round(float(np.mean([*claims])), 4)


def _covered(reports: Iterable[SurdReport], name: str, value: float) -> float:
    return _share(_holds(_intervals(report)[name], value) for report in reports)


def _least_covered(reports: Iterable[SurdReport], truth: Truth) -> tuple[str, float]:
    """Return the single term that the fewest intervals hold, and their share."""
    hits: dict[tuple[TermKind, Key], list[bool]] = {}
    for report in reports:
        for term in report.terms:
            assert term.interval is not None
            name = (term.kind, term.key)
            hits.setdefault(name, []).append(_holds(term.interval, truth.terms[name]))
    kind, key = min(hits, key=lambda name: sum(hits[name]))
    return f"{kind.value} {','.join(map(str, key))}", _share(hits[kind, key])


def _detectable(reports: Iterable[SurdReport]) -> float:
    """Return what reports say an interaction must have to be found in four of five samples, on average."""
    return float(np.mean([report.interaction_detectable for report in reports if report.interaction_detectable]))


def _calls_interaction(report: SurdReport, alpha: float) -> bool:
    if report.interaction_p is None or report.interaction_bits is None:
        return False
    return report.interaction_p <= alpha and report.interaction_bits >= LEAST_SHARE * report.total.plug_in


def _intervals(report: SurdReport) -> dict[str, Interval]:
    found = {kind.kind.value: kind.interval for kind in report.kinds}
    found |= {"total": report.total.interval, "leak": report.leak_interval}
    return {name: interval for name, interval in found.items() if interval is not None}


def _holds(interval: Interval, value: float) -> bool:
    return interval.low - 1e-4 <= value <= interval.high + 1e-4


def _quantities(result: SurdResult) -> dict[str, float]:
    assert result.leak is not None
    return {
        "redundant": sum(result.redundant.values()),
        "unique": sum(result.unique.values()),
        "synergistic": sum(result.synergistic.values()),
        "total": result.total,
        "leak": result.leak,
    }


def _terms(result: SurdResult) -> dict[tuple[TermKind, Key], float]:
    groups = {
        TermKind.REDUNDANT: result.redundant,
        TermKind.UNIQUE: result.unique,
        TermKind.SYNERGISTIC: result.synergistic,
    }
    return {(kind, key): bits for kind, terms in groups.items() for key, bits in terms.items()}


def study(
    systems: Iterable[System], sizes: Iterable[int], runs: int, settings: ReportSettings
) -> list[dict[str, Scalar]]:
    """Measure every system at every number of samples, and then interactions just as large as reports call enough."""
    chosen = tuple(sizes)
    rows = []
    for system in systems:
        truth = truth_of(system)
        rows += [_told(measure(system, truth, size, runs, settings)) for size in chosen]
    for size in chosen:
        system = just_detectable(size, settings)
        rows.append(_told(measure(system, truth_of(system), size, POWER_TIMES * runs, settings)))
    return rows


def just_detectable(num_samples: int, settings: ReportSettings) -> System:
    """Return a system with just the interaction that reports on it say would be found in four of five samples."""
    system = with_interaction(0.0)
    for _ in range(SEARCHES):
        system = with_interaction(_detectable(_reports(system, num_samples, range(-PILOTS, 0), settings)))
    return system


def _told(row: dict[str, Scalar]) -> dict[str, Scalar]:
    click.echo(_line(row), err=True)
    return row


def _line(row: Mapping[str, Scalar]) -> str:
    covered = " ".join(f"{name} {row[f'covered_{name}']:.2f}" for name in QUANTITIES)
    return (
        f"{row['system']:26} n {row['samples']:6} covered: {covered}; interaction of {row['interaction_bits']:.4f} bit "
        f"found {row['interaction_found']:.2f} (80 % from {row['interaction_detectable']:.4f} bit on)"
    )


def record(out: Path, rows: Iterable[Mapping[str, Scalar]], *, runs: int, settings: ReportSettings) -> None:
    """Write the measurement."""
    save_measurement(
        out,
        command=f"python -m redheart_core.explain.surd.coverage --runs {runs}",
        torch_version=version("torch"),
        rows=rows,
        facts={
            "nominal": settings.level,
            "alpha": settings.alpha,
            "num_bootstrap": settings.num_bootstrap,
            "num_surrogates": settings.num_surrogates,
            "least_share": LEAST_SHARE,
        },
        notes=(
            "covered_*: share of runs whose interval holds the truth; for the sum of each kind, the total, the leak.",
            "interaction_found: divergence from main effects of all sources with p <= alpha and at least least_share "
            "of the total. term_called_interaction: any synergy term called so, after Holm.",
            "truth_*: by two million samples with the same bins, averaged over exchangeable sources. Units of two "
            "count as half as many independent units.",
            "interaction_bits: the effect that is there. interaction_detectable: what the reports said would be found "
            "in four of five samples, on average over the runs. The last system has just as much of it as reports "
            "on it ask for.",
            "covered_least_term: of the single term that was covered least. Of labels that a tie leaves open the truth "
            "is the convention that the first set gets the step.",
        ),
    )


@click.command()
@click.option("--runs", default=200, show_default=True, type=click.IntRange(min=2), help="Draws of each system.")
@click.option("--out", type=click.Path(path_type=Path), default=_OUT, help="Where the measurement is written.")
def main(runs: int, out: Path) -> None:
    """Measure coverage, false interactions and power, and record them."""
    record(out, study(SYSTEMS, SIZES, runs, SETTINGS), runs=runs, settings=SETTINGS)


if __name__ == "__main__":
    sys.exit(main())
