"""Telling how far a method is: each evaluation of the function counts.

Dimensions: K evaluations, T tokens, D width, N n-grams.
"""

from __future__ import annotations

from torch import Tensor

from redheart_core.explain.attribution.function import Explained
from redheart_core.explain.attribution.methods.method import Report


class Counted:
    """The function, counting its evaluations and reporting them against what was expected.

    Args:
        explained: The function.
        report: Asked before every pass, so that a report can stop the method.
        total: Evaluations that there will be.
    """

    def __init__(self, explained: Explained, report: Report, total: int) -> None:
        self._explained, self._report, self._total = explained, report, total
        self.num_evaluations = 0

    def __call__(self, vectors_KTD: Tensor, ngrams_KN: Tensor) -> Tensor:
        """Return the scalar (K,) at K points."""
        self._report(self.num_evaluations, self._total)
        self.num_evaluations += vectors_KTD.shape[0]
        values_K = self._explained(vectors_KTD, ngrams_KN)
        self._report(min(self.num_evaluations, self._total), self._total)
        return values_K
