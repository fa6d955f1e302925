"""What each rule answers, on average and with which spread, over real texts: the measured priors.

``data/priors.toml`` is written by ``redheart_core.inference.population`` from open data and is never edited by hand.
The spread is what a rule's answer is worth before any evidence is seen; evidence narrows it.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """Mean and standard deviation of a rule's answer over the population."""

    mean: float
    deviation: float


@cache
def priors() -> dict[str, Prior]:
    """Return the measured priors: the ten variables, ``hedonic``, ``deontological`` and ``virtue_ethics``."""
    source = files("redheart_core.reasoning").joinpath("data/priors.toml").read_text(encoding="utf-8")
    rows = tomllib.loads(source)["prior"]
    return {name: Prior(mean=row["mean"], deviation=row["deviation"]) for name, row in rows.items()}


def deviations() -> dict[str, float]:
    """Return the spread of every prior, as parameters for a recorded step."""
    return {name: prior.deviation for name, prior in priors().items()}
