"""How often the report's intervals hold the truth, and how often it finds an interaction that is there or is not.

    python -m redheart_core.explain.surd.coverage [--runs 200] [--out FILE]

draws each system many times, reports on every draw, and compares with the truth: two million samples, averaged over
the sources that play the same part. Without that average the truth of a tie would be the noise of its order (a unique
term of 0.0006 bit that is 0). What is recorded is what came out; nothing in the report is set from it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
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
from redheart_core.explain.surd.labels import labels_of
from redheart_core.explain.surd.observations import Coding, Observations, observe
from redheart_core.explain.surd.report import Interval, ReportSettings, SurdReport
from redheart_core.explain.surd.result import SurdResult
from redheart_core.explain.surd.sets import source_sets
from redheart_core.measurements import Scalar, save_measurement

Floats = NDArray[np.float64]
SIZES = (1_000, 5_000, 20_000)
TRUTH_SAMPLES = 2_000_000
SETTINGS = ReportSettings(num_bootstrap=300, num_surrogates=199)
QUANTITIES = ("redundant", "unique", "synergistic", "total", "leak")
_OUT = Path(str(files("redheart_core.measurements"))) / "data" / "surd_coverage.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """Where samples come from."""

    name: str
    says: str
    draw: Callable[[int, np.random.Generator], Observations]
    alike: tuple[int, ...] = ()
    """Numbers of the sources that can be exchanged without changing the system."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What a system has in the limit of many samples, in bits; the leak as a share."""

    values: Mapping[str, float]
    interaction: float
    """Divergence of the joint table from its main-effects fit."""


def _continuous(
    num_samples: int, rng: np.random.Generator, *, target: Callable[[Floats, Floats], Floats]
) -> Observations:
    sources, noise = rng.normal(size=(3, num_samples)), rng.normal(size=num_samples)
    return observe(target(sources, noise), list(sources), coding=Coding(bins=4))


def _two_sources(num_samples: int, rng: np.random.Generator, *, product: float) -> Observations:
    first, second, noise = rng.normal(size=(3, num_samples))
    return observe(first + second + product * first * second + noise, [first, second], coding=Coding(bins=3))


def _paired(num_samples: int, rng: np.random.Generator) -> Observations:
    """Draw a sum in units of two samples that share their first source and half of their noise."""
    units = np.arange(num_samples) // 2
    shared = rng.normal(size=(2, num_samples // 2 + 1))[:, units]
    own = rng.normal(size=(3, num_samples))
    noise = (shared[1] + own[2]) / np.sqrt(2.0)
    sources = [shared[0], own[0], own[1]]
    return observe(sum(sources) + noise, sources, coding=Coding(bins=3), units=units)


def _log_linear(num_samples: int, rng: np.random.Generator, *, interaction: float) -> Observations:
    """Draw from a 3x3x3 table with main effects and, perhaps, an interaction; the table is always the same."""
    table = np.random.default_rng(1)
    first, second, both = table.normal(size=(3, 3)), table.normal(size=(3, 3)), table.normal(size=(3, 3, 3))
    sources = np.exp(0.3 * table.normal(size=(3, 3)))
    weights = np.exp(0.8 * first[:, :, None] + 0.8 * second[:, None, :] + interaction * both)
    shares = weights / weights.sum(axis=0) * (sources / sources.sum())
    cells = rng.choice(27, size=num_samples, p=shares.ravel())
    target, *codes = np.unravel_index(cells, (3, 3, 3))
    return observe(target, list(codes), coding=Coding(categorical=("target", "X1", "X2")))


def _product_and_sum(sources: Floats, noise: Floats) -> Floats:
    return np.asarray(sources[0] + sources[1] * sources[2] + 0.5 * noise)


def _sum(sources: Floats, noise: Floats) -> Floats:
    return np.asarray(sources.sum(axis=0) + noise)


def _noise(_: Floats, noise: Floats) -> Floats:
    return noise


SYSTEMS = tuple(
    System(name=name, says=says, draw=draw, alike=tuple(alike))
    for name, says, draw, *alike in (
        ("independent", "noise; 3 sources, 4 bins", partial(_continuous, target=_noise), 1, 2, 3),
        ("signal", "X1 + X2 X3 + noise / 2; 4 bins", partial(_continuous, target=_product_and_sum), 2, 3),
        ("sum", "X1 + X2 + X3 + noise; 4 bins", partial(_continuous, target=_sum), 1, 2, 3),
        ("pairs", "X1 + X2 + X3 + noise in units of two; 3 bins", _paired, 2, 3),
        ("main effects", "log-linear 3x3x3, main effects only", partial(_log_linear, interaction=0.0)),
        ("interaction, weak", "log-linear 3x3x3", partial(_log_linear, interaction=0.3)),
        ("interaction", "log-linear 3x3x3", partial(_log_linear, interaction=0.5)),
        ("two summed", "X1 + X2 + noise; 3 bins", partial(_two_sources, product=0.0), 1, 2),
        ("two summed and multiplied", "X1 + X2 + X1 X2 + noise; 3 bins", partial(_two_sources, product=1.0), 1, 2),
    )
)


def truth_of(system: System, *, num_samples: int = TRUTH_SAMPLES) -> Truth:
    """Return what many samples show; the bias of two million is below 0.0001 bit."""
    observations = system.draw(num_samples, np.random.default_rng(2**31))
    everything = tuple(range(1, len(observations.sources) + 1))
    counts_TX = _averaged(set_table(observations, everything), system.alike)
    shares_TX, fitted_TX = counts_TX / counts_TX.sum(), main_effects(counts_TX)
    return Truth(
        values=_quantities(decompose(counts_TX)),
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
    covered: dict[str, list[bool]] = {name: [] for name in QUANTITIES}
    errors: list[float] = []
    detectable: list[float] = []
    called, named, significant = 0, 0, 0
    for run in range(runs):
        observations = system.draw(num_samples, np.random.default_rng([num_samples, run]))
        report = assess(observations, max_order=None, settings=settings)
        for name, interval in _intervals(report).items():
            covered[name].append(_holds(interval, truth.values[name]))
        errors.append(report.total.plug_in - truth.values["total"])
        called += _calls_interaction(report, settings.alpha)
        named += any(term.is_interaction for term in report.terms)
        significant += report.total.is_significant
        detectable += [] if report.interaction_detectable is None else [report.interaction_detectable]
    return {
        "system": system.name,
        "says": system.says,
        "samples": num_samples,
        "runs": runs,
        **{f"truth_{name}": round(truth.values[name], 5) for name in QUANTITIES},
        **{f"covered_{name}": round(float(np.mean(hits)), 3) for name, hits in covered.items()},
        "plug_in_bias": round(float(np.mean(errors)), 5),
        "significant": significant / runs,
        "interaction_bits": round(truth.interaction, 5),
        "interaction_share": round(truth.interaction / max(truth.values["total"], 1e-3), 4),
        "interaction_found": called / runs,
        "interaction_detectable": round(float(np.mean(detectable)), 5),
        "term_called_interaction": named / runs if _can_pass_holm(observations, settings) else None,
    }


def _can_pass_holm(observations: Observations, settings: ReportSettings) -> bool:
    """Return whether the smallest p-value that the surrogates allow survives the correction over all terms."""
    num_terms = len(labels_of(source_sets(len(observations.sources), None)).keys)
    return num_terms / (settings.surrogates(num_terms) + 1) <= settings.alpha


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


def study(
    systems: Iterable[System], sizes: Iterable[int], runs: int, settings: ReportSettings
) -> list[dict[str, Scalar]]:
    """Measure every system at every number of samples."""
    chosen = tuple(sizes)
    rows = []
    for system in systems:
        truth = truth_of(system)
        for size in chosen:
            rows.append(measure(system, truth, size, runs, settings))
            click.echo(_line(rows[-1]), err=True)
    return rows


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
            "seed": 0,
        },
        notes=(
            "covered_*: share of runs whose interval holds the truth; for the sum of each kind, the total, the leak.",
            "interaction_found: divergence from main effects of all sources with p <= alpha and at least least_share "
            "of the total. term_called_interaction: any synergy term called so, after Holm; None where the few "
            "surrogates of this study could not pass it (a report draws more).",
            "truth_*: by two million samples with the same bins, averaged over exchangeable sources. Units of two "
            "count as half as many independent units.",
            "interaction_bits: the effect that is there. interaction_detectable: what the reports said would be found "
            "in four of five samples, on average over the runs.",
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
