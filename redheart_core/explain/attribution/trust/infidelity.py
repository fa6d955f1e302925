"""How well the scores of missing words predict the fall of the target.

Captum's ``infidelity`` computes the same for one map at a time; here many random maps are held against the same
answers of the model, so the formula is applied to answers that were asked once. A test compares the two.

Source: Yeh et al. 2019, https://arxiv.org/abs/1901.09392, with the words that are missing as the perturbation.

Dimensions: R maps, W words, M masks.
"""

from __future__ import annotations

import torch
from torch import Tensor


def infidelity(scores_RW: Tensor, present_MW: Tensor, falls_M: Tensor, *, scaled: bool = False) -> Tensor:
    """Return the mean squared difference of predicted and true fall, (R,), in squared units of the target.

    Args:
        scores_RW: Maps.
        present_MW: One where a word is there.
        falls_M: How far the target fell under each mask.
        scaled: Whether each map is first multiplied by the factor that suits it best, for methods that promise no
            scale. Never a negative one, which would make a good map of one with all signs wrong.
    """
    predicted_RM = scores_RW @ (1 - present_MW.to(scores_RW)).T
    if scaled:
        weight_R = predicted_RM.square().sum(dim=1)
        factor_R = (predicted_RM @ falls_M / weight_R.clamp(min=torch.finfo(weight_R.dtype).tiny)).clamp(min=0)
        predicted_RM = factor_R[:, None] * predicted_RM
    return (predicted_RM - falls_M).square().mean(dim=1)


def relative_infidelity(scores_RW: Tensor, present_MW: Tensor, falls_M: Tensor, *, scaled: bool = False) -> Tensor:
    """Return the infidelity over that of a map of zeros, (R,): 0 is perfect, 1 as good as no map."""
    return infidelity(scores_RW, present_MW, falls_M, scaled=scaled) / falls_M.square().mean()
