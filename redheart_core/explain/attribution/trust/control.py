"""What random maps reach in the same metrics: the noise floor.

A random map deals the very scores of the judged map to the words at random, so it has the same norm, the same signs and
the same sum, and differs in nothing but which word got which score.

Dimensions: R maps, W words.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from redheart_core.explain.attribution.trust.verdict import NoiseFloor

BAND = 0.95


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RandomMaps:
    """Random maps with the order of their words."""

    scores_RW: Tensor
    orders_RW: Tensor
    """From the highest score to the lowest."""


def random_maps(scores_W: Tensor, num_maps: int, generator: torch.Generator) -> RandomMaps:
    """Deal the scores at random, ``num_maps`` times (an even number).

    Every second map is dealt in the reverse order of the one before: what the model says with and without the first
    words of one is what it says about the other, so two maps cost the evaluations of one.
    """
    num_words = scores_W.shape[0]
    half_RW = torch.stack([torch.randperm(num_words, generator=generator) for _ in range(num_maps // 2)])
    orders_RW = torch.cat([half_RW, half_RW.flip(1)])
    highest_first_W = scores_W.sort(descending=True).values
    scores_RW = torch.empty(num_maps, num_words, dtype=scores_W.dtype)
    scores_RW.scatter_(1, orders_RW, highest_first_W.expand(num_maps, -1))
    return RandomMaps(scores_RW=scores_RW, orders_RW=orders_RW)


def noise_floor(value: float, random_R: Tensor, *, higher_is_better: bool) -> NoiseFloor:
    """Hold a value against what random maps reach."""
    (low,), (high,) = band(random_R[:, None])
    as_good_R = random_R >= value if higher_is_better else random_R <= value
    return NoiseFloor(
        mean=float(random_R.mean()),
        low=float(low),
        high=float(high),
        share_as_good=(1 + int(as_good_R.sum())) / (1 + len(random_R)),
        num_maps=len(random_R),
    )


def band(random_RG: Tensor) -> tuple[Tensor, Tensor]:
    """Return the ends, (G,) each, between which one more random map lies with a probability of ``BAND``.

    They are values of random maps, of the lowest and the highest where there are forty: interpolated quantiles of so
    few would be crossed twice as often as they say.
    """
    ordered_RG = random_RG.sort(dim=0).values
    place = max(1, int((len(random_RG) + 1) * (1 - BAND) / 2))
    return ordered_RG[place - 1], ordered_RG[-place]
