"""How large the plug-in bias is, and what to make of it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from redheart_core.explain.surd.measure import Measured
from redheart_core.explain.surd.sampling import Reliability

AMBER_BITS, AMBER_SHARE, RED_SHARE = 0.05, 0.10, 0.50
SAMPLES_PER_STATE = 5
_TWO_LN_2 = 2.0 * math.log(2.0)

Floats = NDArray[np.float64]


def independence_bias(measured: Measured, num_samples: int) -> Floats:
    """Return by source set the bits that the plug-in I(T; A) shows when T and A are independent, shape (S,).

    ``(K_T - 1)(K_A - 1) / (2 n ln 2)`` with the occupied states.
    """
    target_states = int(np.count_nonzero(measured.target_T))
    bias_S: Floats = (target_states - 1) * (measured.occupied_S - 1) / (_TWO_LN_2 * num_samples)
    return bias_S


def miller_madow_correction(measured: Measured, num_samples: int) -> Floats:
    """Return what Miller and Madow subtract from ``i(t; A)``, in bits, shape (S, T).

    Averaged over the target it is exactly the correction of I(T; A) = H(T) + H(A) - H(T, A) by occupied cells: the
    specific information of a state is H-like in its own row, which holds n p(t) samples.
    """
    count_T = np.where(measured.target_T > 0, measured.target_T * num_samples, np.inf)
    row_ST = (measured.joint_ST - 1) / count_T
    correction: Floats = (row_ST - (measured.occupied_S[:, None] - 1) / num_samples) / _TWO_LN_2
    return correction


def miller_madow(measured: Measured, num_samples: int) -> Floats:
    """Return I(T; A) corrected by Miller and Madow, in bits, shape (S,). Under-corrects when cells are sparse."""
    corrected: Floats = measured.mutual_information_S - (
        miller_madow_correction(measured, num_samples) @ measured.target_T
    )
    return corrected


def reliability(*, bias: float, total: float, num_units: int, occupied_states: int) -> Reliability:
    """Decide what the sample size allows; all information in bits."""
    if bias > RED_SHARE * total or num_units < SAMPLES_PER_STATE * occupied_states:
        return Reliability.RED
    if bias > AMBER_BITS or bias > AMBER_SHARE * total:
        return Reliability.AMBER
    return Reliability.GREEN
