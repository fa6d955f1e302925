"""Intervals, p-values and Holm's correction: plain arithmetic over replicates.

Letters: K terms, R replicates.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from redheart_core.explain.surd.report import Interval

Floats = NDArray[np.float64]
ROUNDING = 1e-12
"""Bits by which a replicate may fall short of the observed value and still count as reaching it."""


def basic_interval(observed: float, replicates_R: Floats, *, level: float, origin: float | None = None) -> Interval:
    """Turn the bootstrap quantiles round at the observed value, and cut at 0.

    The percentile interval is wrong here: resampling adds the plug-in bias a second time, and its 90 % intervals cover
    the truth almost never at a thousand samples. A term at 0 gets an upper end only.

    Args:
        observed: The term in the samples.
        replicates_R: The term in the drawn populations.
        level: Nominal coverage.
        origin: The term in the population that was drawn from; the observed one when left out.
    """
    if observed <= ROUNDING:
        return Interval(low=0.0, high=float(np.quantile(replicates_R, level)), one_sided=True)
    tail = (1.0 - level) / 2.0
    below, above = np.quantile(replicates_R, [tail, 1.0 - tail]).tolist()
    centre = observed if origin is None else origin
    low = max(0.0, observed - (above - centre))
    return Interval(low=low, high=max(low, observed - (below - centre)), one_sided=low == 0.0)


def p_values(observed_K: Floats, null_KR: Floats) -> Floats:
    """Return the share of populations, the observed one included, with a term as large as the observed; 1 at 0."""
    reached_K = (null_KR >= observed_K[:, None] - ROUNDING).sum(axis=1)
    return np.where(observed_K > ROUNDING, (reached_K + 1) / (null_KR.shape[1] + 1), 1.0)


def holm(p_K: Floats) -> Floats:
    """Return p-values that hold for all terms together, by Holm's step-down correction."""
    order = np.argsort(p_K, kind="stable")
    stepped = np.maximum.accumulate(p_K[order] * np.arange(len(p_K), 0, -1))
    corrected = np.empty_like(p_K)
    corrected[order] = np.minimum(stepped, 1.0)
    return corrected
