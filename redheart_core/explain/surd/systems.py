"""Systems whose samples are drawn to see what a report promises: sums, products, log-linear tables, units, noise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from redheart_core.explain.surd.draws import main_effects
from redheart_core.explain.surd.interaction import divergence
from redheart_core.explain.surd.observations import Coding, Observations, observe

Floats = NDArray[np.float64]
JUST_DETECTABLE = "interaction, just detectable"
"""Name of the system with an interaction just large enough to be found four times in five."""
HALVINGS = 40
_PARTS = 10**12
"""Of what shares are counted in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """Where samples come from."""

    name: str
    says: str
    draw: Callable[[int, np.random.Generator], Observations]
    alike: tuple[int, ...] = ()
    """Numbers of the sources that can be exchanged without changing the system."""


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
    cells = rng.choice(27, size=num_samples, p=log_linear_shares(interaction).ravel())
    target, *codes = np.unravel_index(cells, (3, 3, 3))
    return observe(target, list(codes), coding=Coding(categorical=("target", "X1", "X2")))


def log_linear_shares(interaction: float) -> Floats:
    """Return a 3x3x3 table with main effects and, perhaps, an interaction; but for its strength always the same."""
    table = np.random.default_rng(1)
    first, second, both = table.normal(size=(3, 3)), table.normal(size=(3, 3)), table.normal(size=(3, 3, 3))
    sources = np.exp(0.3 * table.normal(size=(3, 3)))
    weights = np.exp(0.8 * first[:, :, None] + 0.8 * second[:, None, :] + interaction * both)
    return np.asarray(weights / weights.sum(axis=0) * (sources / sources.sum()))


def with_interaction(bits: float) -> System:
    """Return a log-linear system whose interaction is so large, by halving its range of strengths."""
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2.0
        low, high = (middle, high) if _interaction_bits(log_linear_shares(middle)) < bits else (low, middle)
    return System(name=JUST_DETECTABLE, says="log-linear 3x3x3", draw=partial(_log_linear, interaction=low))


def _interaction_bits(shares_TX: Floats) -> float:
    fitted_TX = main_effects(np.rint(shares_TX * _PARTS).astype(np.int64))
    return float(divergence(shares_TX[..., None], fitted_TX[..., None])[0])


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
