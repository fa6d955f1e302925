"""Linear models that are fitted to what the network says when some words are missing.

Captum's own are fitted by scikit-learn in float32; these need nothing but PyTorch and compute in float64.

Dimensions: K samples, W words.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import torch
from captum._utils.models.model import Model
from torch import Tensor
from torch.utils.data import DataLoader


class Surrogate(Model):  # type: ignore[misc]  # captum has no types
    """What Captum fits once per passage. Subclasses state how."""

    def __init__(self) -> None:
        self._coefficients_W: Tensor | None = None

    def fit(self, train_data: DataLoader[Any], **_kwargs: object) -> None:
        """Fit coefficients to all samples at once."""
        # Not by iterating: a loader draws from the process's random generator.
        present_KW, values_K, weights_K = (part.double() for part in train_data.dataset.tensors)  # type: ignore[attr-defined]
        self._coefficients_W = self.coefficients(present_KW, values_K, weights_K)

    def representation(self) -> Tensor:
        """Return the coefficients, (W,)."""
        assert self._coefficients_W is not None
        return self._coefficients_W

    @abstractmethod
    def coefficients(self, present_KW: Tensor, values_K: Tensor, weights_K: Tensor) -> Tensor:
        """Return one coefficient per word, (W,)."""

    def __call__(self, x: Any) -> Any:
        """Return what the linear model says about masks (K, W), up to a constant."""
        return x.double() @ self.representation()


class ShapleyRegression(Surrogate):
    """Least squares that meets passage and baseline exactly: the first two samples, everything and nothing.

    Source:
        Lundberg and Lee 2017, https://arxiv.org/abs/1705.07874, theorem 2, where both have infinite weight. Captum
        gives them a weight of a million, so that its sum is only nearly right.
    """

    def coefficients(self, present_KW: Tensor, values_K: Tensor, weights_K: Tensor) -> Tensor:
        """Return an equal share of the whole difference, plus the deviations that fit best; these sum to zero."""
        difference = values_K[0] - values_K[1]
        equal_W = (difference / present_KW.shape[1]).expand(present_KW.shape[1])
        left_K = values_K - values_K[1] - present_KW @ equal_W
        centred_KW = present_KW - present_KW.mean(dim=1, keepdim=True)
        # The smallest solution lies in the span of the centred rows, so that it sums to zero.
        return equal_W + _least_squares(centred_KW, left_K)


class WeightedRidge(Surrogate):
    """Weighted least squares with an intercept, and a penalty on squared coefficients."""

    def __init__(self, penalty: float) -> None:
        super().__init__()
        self._penalty = penalty

    def coefficients(self, present_KW: Tensor, values_K: Tensor, weights_K: Tensor) -> Tensor:
        """Return the coefficients; the intercept is not penalised."""
        share_K = weights_K / weights_K.sum()
        centred_KW = present_KW - share_K @ present_KW
        left_K = values_K - share_K @ values_K
        root_K1 = weights_K.sqrt()[:, None]
        num_words = present_KW.shape[1]
        penalty_WW = self._penalty**0.5 * torch.eye(num_words, dtype=torch.float64)
        rows = torch.cat([root_K1 * centred_KW, penalty_WW.to(present_KW)])
        wanted = torch.cat([root_K1[:, 0] * left_K, left_K.new_zeros(num_words)])
        return _least_squares(rows, wanted)


def _least_squares(rows_KW: Tensor, wanted_K: Tensor) -> Tensor:
    """Return the smallest of the solutions (W,) that fit best."""
    solution_W1: Tensor = torch.linalg.lstsq(rows_KW, wanted_K[:, None], driver="gelsd").solution
    return solution_W1[:, 0]
