"""How much memory a run takes by batch and length, found on the meta device: nothing is allocated.

Dimensions: S shapes tried, F = 4 terms of the fit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from redheart_core.runtime.allocation import AllocationCounter

DEFAULT_SHAPES = tuple((batch, length) for batch in (1, 2, 4) for length in (16, 32, 48))
"""(batch, length): three of each, the fewest that determine the four terms and still show a misfit."""
_NUM_TERMS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivationProfile:
    """Peak bytes = fixed + batch · per_passage + batch · length · per_token + batch · length² · per_token_pair."""

    fixed_bytes: float = 0.0
    bytes_per_passage: float = 0.0
    bytes_per_token: float = 0.0
    bytes_per_token_pair: float = 0.0
    """Attention scores."""
    largest_error: float = 0.0
    """Largest relative deviation of the fit from a tried shape: how far the peak is from having this form."""

    def predict(self, batch: int, length: int) -> float:
        """Return the bytes for a batch of passages of ``length`` tokens."""
        bytes_per_passage = (
            self.bytes_per_passage + self.bytes_per_token * length + self.bytes_per_token_pair * length * length
        )
        return max(0.0, self.fixed_bytes + batch * bytes_per_passage)


def activation_profile(
    run: Callable[[int, int], object], shapes: Sequence[tuple[int, int]] = DEFAULT_SHAPES
) -> ActivationProfile:
    """Fit the peak of what ``run(batch, length)`` allocates.

    Args:
        run: One forward pass, or forward and backward, of a module **on the meta device**. What exists before it, such
            as weights, is not counted. Gradients that exist before are not counted either: let them exist (as in
            accumulation) where the plan has a line for them.
        shapes: Where to look. The peak is the largest of several sums, so the form is exact only where one of them
            stays the largest; choose shapes near those of interest and see ``largest_error``.

    Raises:
        ValueError: The shapes do not determine the four terms.
    """
    terms_SF = np.array([_terms(batch, length) for batch, length in shapes], dtype=np.float64)
    if np.linalg.matrix_rank(terms_SF) < _NUM_TERMS:
        raise ValueError(f"The shapes {tuple(shapes)} leave the terms open: vary batch, and length at three values.")
    peaks_S = np.array([measured_peak(run, batch, length) for batch, length in shapes], dtype=np.float64)
    # Relative errors are minimised, so that small shapes count as much as large ones.
    scale_S = 1.0 / np.maximum(peaks_S, 1.0)
    column_F = np.abs(terms_SF).max(axis=0)
    solution_F, *_ = np.linalg.lstsq(terms_SF / column_F * scale_S[:, None], peaks_S * scale_S, rcond=None)
    solution_F = solution_F / column_F
    errors_S = np.abs(terms_SF @ solution_F - peaks_S) * scale_S
    fixed, per_passage, per_token, per_pair = (float(number) for number in solution_F)
    return ActivationProfile(
        fixed_bytes=fixed,
        bytes_per_passage=per_passage,
        bytes_per_token=per_token,
        bytes_per_token_pair=per_pair,
        largest_error=float(errors_S.max()),
    )


def measured_peak(run: Callable[[int, int], object], batch: int, length: int) -> int:
    """Return the peak of what one run allocates, on whatever device it runs."""
    counter = AllocationCounter()
    with counter:
        run(batch, length)
    return counter.peak_bytes


def _terms(batch: int, length: int) -> tuple[int, int, int, int]:
    return 1, batch, batch * length, batch * length * length
