"""Intervals, p-values and Holm's correction: plain arithmetic over replicates.

Letters: K terms, Q numbers, R replicates.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
ROUNDING = 1e-12
"""Bits by which a replicate may fall short of the observed value and still count as reaching it."""


def basic_intervals(observed_Q: Floats, replicates_QR: Floats, *, level: float, origin_Q: Floats) -> Floats:
    """Turn the bootstrap quantiles round at the observed values, and cut at 0; lower and upper ends, shape (2, Q).

    The percentile interval is wrong here: resampling adds the plug-in bias a second time, and its 90 % intervals cover
    the truth almost never at a thousand samples. A number at 0 gets an upper end only.

    Args:
        observed_Q: The numbers in the samples.
        replicates_QR: The numbers in the drawn populations.
        level: Nominal coverage.
        origin_Q: The numbers in the population that was drawn from.
    """
    tail = (1.0 - level) / 2.0
    below_Q, above_Q, one_sided_Q = np.quantile(replicates_QR, [tail, 1.0 - tail, level], axis=1)
    low_Q = np.maximum(0.0, observed_Q - (above_Q - origin_Q))
    high_Q = np.maximum(low_Q, observed_Q - (below_Q - origin_Q))
    is_there_Q = observed_Q > ROUNDING
    return np.stack([np.where(is_there_Q, low_Q, 0.0), np.where(is_there_Q, high_Q, one_sided_Q)])


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
