"""Whether sources interact about the target: more in their table than each one's own relation to the target.

The measure is the divergence of a table from its main-effects fit, in bits: 0 exactly where the table has no
interaction on the log-linear scale. It is compared with tables drawn from the fit, each against a fit of its own. A
synergy term is no measure of it: a plain sum has a large one, and its sampling noise hides real interactions (at a
thousand samples it found 12 % of interactions of 0.015 bit, this divergence 90 %).

Letters: T target states, X one axis per source, R replicates.

Sources: Good 1963, "Maximum entropy for hypothesis formulation, especially for multidimensional contingency tables";
Agresti 2013, "Categorical Data Analysis", section 6.6 (power from a noncentral chi-squared).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from redheart_core.explain.surd.draws import Integers, main_effects, main_effects_again, multinomial_tables
from redheart_core.explain.surd.labels import Labels
from redheart_core.explain.surd.observations import Observations
from redheart_core.explain.surd.replicates import Told, untold
from redheart_core.explain.surd.sets import Key
from redheart_core.explain.surd.significance import ROUNDING, holm

MAX_DRAWN_CELLS = 20_000_000
"""Cells of all drawn tables of one set together; larger sets are not tested."""
CHUNK_CELLS = 200_000
POWER = 0.80
_POWER_DEVIATIONS = NormalDist().inv_cdf(POWER)
LEAST_SHARE = 0.03
"""Of the total. Cutting a plain sum into 2 to 4 bins makes interactions of up to 2.5 % of the total by itself."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """Divergences of drawn tables without interaction, in bits."""

    mean: float
    deviation: float
    num_samples: int
    """Samples in each table."""
    ascending_R: tuple[float, ...]

    def detectable(self, *, alpha: float, least_bits: float) -> float | None:
        """Return the smallest interaction, in bits, that the test would find in ``POWER`` of such samples.

        None where so few tables were drawn that no p-value could be small enough.

        An interaction of D bits moves the divergence by D and its variance by 2 D / (n ln 2), as a noncentral
        chi-squared does; the divergence is then taken for normal. Against the exact distribution that is right to
        2 % from two degrees of freedom on.

        Args:
            alpha: The largest p-value that counts as found.
            least_bits: What is found must also be this large after correction.
        """
        may_reach = int(alpha * (len(self.ascending_R) + 1) + ROUNDING) - 1
        if may_reach < 0:
            return None
        threshold = max(self.ascending_R[-1 - may_reach] - self.mean, least_bits)
        spread = 2.0 / (self.num_samples * math.log(2.0))
        half = threshold + _POWER_DEVIATIONS**2 * spread / 2.0
        root = half**2 - threshold**2 + (_POWER_DEVIATIONS * self.deviation) ** 2
        return half + math.sqrt(max(0.0, root))


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """What one set of sources shows beyond main effects."""

    bits: float
    """Divergence from the main-effects fit, less what tables without interaction show; at least 0."""
    p_value: float
    chance: Chance
    """What tables without interaction show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionTests:
    """The tests of all sets of two or more sources."""

    by_key: Mapping[Key, Interaction]
    """P-values hold for all sets together; sets whose table is too large are not there."""
    together: Interaction | None
    """All sources at once, with its own p-value; None for one source, or where the table is too large."""


def interaction_tests(
    observations: Observations, labels: Labels, replicates: int, rng: np.random.Generator, told: Told = untold
) -> InteractionTests:
    """Test every set that has a synergy term, and all sources together; ``told`` counts as if all were one draw."""
    everything = labels.sets.all_keys[-1]
    keys = dict.fromkeys((*labels.keys[labels.synergies], everything)) if len(everything) > 1 else {}
    tested: dict[Key, Interaction | None] = {}
    for done, key in enumerate(keys, start=1):
        tested[key] = interaction_of(observations, key, replicates, rng)
        told(done * replicates // len(keys))
    found = {key: test for key in labels.keys[labels.synergies] if (test := tested[key]) is not None}
    corrected = holm(np.array([test.p_value for test in found.values()])).tolist()
    return InteractionTests(
        by_key={
            key: replace(test, p_value=p_value) for (key, test), p_value in zip(found.items(), corrected, strict=True)
        },
        together=tested.get(everything),
    )


def interaction_of(
    observations: Observations, key: Key, replicates: int, rng: np.random.Generator
) -> Interaction | None:
    """Test one set of sources; None where its table is too large.

    With units, as many samples as units are drawn, which is conservative: fewer samples show more by chance.
    """
    sizes = [observations.sizes[0], *(observations.sizes[source] for source in key)]
    if math.prod(sizes) * replicates > MAX_DRAWN_CELLS:
        return None
    counts_TX = set_table(observations, key)
    fitted_TX = main_effects(counts_TX)
    observed = float(divergence((counts_TX / counts_TX.sum())[..., None], fitted_TX[..., None])[0])
    drawn_R = _drawn_divergences(fitted_TX, observations.num_units, replicates, rng)
    reached = int((drawn_R >= observed).sum())
    chance = Chance(
        mean=float(drawn_R.mean()),
        deviation=float(drawn_R.std()),
        num_samples=observations.num_units,
        ascending_R=tuple(np.sort(drawn_R).tolist()),
    )
    return Interaction(bits=max(0.0, observed - chance.mean), p_value=(reached + 1) / (replicates + 1), chance=chance)


def set_table(observations: Observations, key: Key) -> Integers:
    """Return the counts of the target and some of the sources, the target on axis 0."""
    chosen = [observations.target, *(observations.sources[source - 1] for source in key)]
    sizes = [observations.sizes[0], *(observations.sizes[source] for source in key)]
    cells = np.zeros(observations.num_samples, dtype=np.int64)
    for codes, size in zip(chosen, sizes, strict=True):
        cells *= size
        cells += codes
    return np.bincount(cells, minlength=math.prod(sizes)).reshape(sizes).astype(np.int64, copy=False)


def _drawn_divergences(fitted_TX: Floats, num_samples: int, replicates: int, rng: np.random.Generator) -> Floats:
    chunk = max(1, CHUNK_CELLS // fitted_TX.size)
    found = []
    for start in range(0, replicates, chunk):
        drawn_TXR = multinomial_tables(fitted_TX, num_samples, min(chunk, replicates - start), rng) / num_samples
        found.append(divergence(drawn_TXR, main_effects_again(drawn_TXR, fitted_TX)))
    return np.concatenate(found)


def divergence(shares_TXR: Floats, fitted_TXR: Floats) -> Floats:
    """Return KL(shares || fitted) in bits, shape (R,)."""
    tiny = np.finfo(np.float64).tiny
    ratio = np.maximum(shares_TXR, tiny) / np.maximum(fitted_TXR, tiny)
    summand = np.where(shares_TXR > 0, shares_TXR * np.log2(ratio), 0.0)
    return np.asarray(summand.reshape(-1, shares_TXR.shape[-1]).sum(axis=0), dtype=np.float64)
