"""What the model says without some words, asked once, and every metric of a map that follows from it.

Dimensions: R maps, W words, G numbers of words taken, M masks.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from redheart_core.explain.attribution.trust import faithfulness
from redheart_core.explain.attribution.trust.control import RandomMaps, noise_floor, random_maps
from redheart_core.explain.attribution.trust.faithfulness import Answers, Curves
from redheart_core.explain.attribution.trust.infidelity import relative_infidelity
from redheart_core.explain.attribution.trust.rank_correlation import tau_b_of_each
from redheart_core.explain.attribution.trust.verdict import (
    ESSENTIAL,
    Check,
    CheckName,
    Limits,
    Quantity,
    Reason,
    Verdict,
    unjudged,
)

NOISE_LIMITS = Limits(good=0.025, doubtful=0.1, quantity=Quantity.SHARE_OF_RANDOM)
"""Good is above the noise's 95 % band."""
INFIDELITY_LIMITS = Limits(good=0.25, doubtful=0.9)
MIN_OUTCOMES = 40
"""With four words one random order in 24 is the best one: too many to tell a good map from a lucky one."""
MIN_WORDS = 5
"""Fewest words that have as many orders."""
_POSITIVE = frozenset({CheckName.POSITIVE_COMPREHENSIVENESS, CheckName.POSITIVE_SUFFICIENCY})
HIGHER_IS_BETTER: Mapping[CheckName, bool] = {
    CheckName.COMPREHENSIVENESS: True,
    CheckName.SUFFICIENCY: False,
    CheckName.POSITIVE_COMPREHENSIVENESS: True,
    CheckName.POSITIVE_SUFFICIENCY: False,
    CheckName.LEAVE_ONE_OUT: True,
    CheckName.INFIDELITY: False,
}
"""Every metric that is held against random maps."""
NEGLIGIBLE = 1e-9
"""A target that moves by less, in its units, does not depend on the words."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Evidence:
    """Answers of the model about one map and the random ones."""

    full_value: float
    """The target with all words."""
    baseline_value: float
    scores_W: Tensor
    is_additive: bool
    curves: Curves
    """Of the map, R = 1."""
    random: RandomMaps
    random_curves: Curves
    left_out_W: Tensor
    """How far the target falls without each word."""
    present_MW: Tensor
    """Which words were there in all the random maps' questions."""
    falls_M: Tensor

    @property
    def num_positive(self) -> int:
        """Words above zero."""
        return int((self.scores_W > 0).sum())


def num_questions(num_words: int, num_points: int, num_maps: int) -> int:
    """Return the most evaluations that ``gather`` makes: questions that were asked before cost nothing."""
    points = len(faithfulness.removal_sizes(num_words, num_points))
    return 2 + num_words + (2 + num_maps) * points


def gather(
    answers: Answers,
    values: tuple[float, float],
    scores_W: Tensor,
    *,
    is_additive: bool,
    num_points: int,
    num_maps: int,
    generator: torch.Generator,
) -> Evidence:
    """Ask the model everything that the metrics of one map and of the random ones need.

    Args:
        answers: The target (K,) for which words are there (K, W).
        values: The target at the passage and at the baseline.
        scores_W: The map; at least two words, finite scores.
        is_additive: Whether scores are in units of the target.
        num_points: Most points of a curve, an even number.
        num_maps: Random maps, an even number.
        generator: Source of the random maps, and of the order of words with equal scores.
    """
    num_words, full_value = scores_W.shape[0], values[0]
    sizes = faithfulness.removal_sizes(num_words, num_points)
    order_RW = faithfulness.descending_orders(scores_W[None], generator)
    random = random_maps(scores_W, num_maps, generator)
    first_MW = faithfulness.first_words(random.orders_RW, sizes).reshape(-1, num_words)
    return Evidence(
        full_value=full_value,
        baseline_value=values[1],
        scores_W=scores_W,
        is_additive=is_additive,
        curves=faithfulness.ask_curves(answers, order_RW, sizes),
        random=random,
        random_curves=faithfulness.ask_curves(answers, random.orders_RW, sizes),
        left_out_W=faithfulness.leave_one_out(answers, full_value, num_words),
        present_MW=1 - first_MW,
        falls_M=full_value - answers(1 - first_MW),
    )


def measure(evidence: Evidence, scores_RW: Tensor, curves: Curves) -> Mapping[CheckName, Tensor]:
    """Return every metric (R,) of some maps; NaN where it is not defined."""
    full, positive = evidence.full_value, evidence.num_positive
    return {
        CheckName.COMPREHENSIVENESS: faithfulness.comprehensiveness(curves, full),
        CheckName.SUFFICIENCY: faithfulness.sufficiency(curves, full),
        CheckName.POSITIVE_COMPREHENSIVENESS: faithfulness.comprehensiveness(curves, full, up_to=positive),
        CheckName.POSITIVE_SUFFICIENCY: faithfulness.sufficiency(curves, full, up_to=positive),
        CheckName.LEAVE_ONE_OUT: tau_b_of_each(scores_RW, evidence.left_out_W),
        CheckName.INFIDELITY: relative_infidelity(
            scores_RW, evidence.present_MW, evidence.falls_M, scaled=not evidence.is_additive
        ),
    }


def check_against_noise(evidence: Evidence) -> tuple[Check, ...]:
    """Judge every metric of the map."""
    own = measure(evidence, evidence.scores_W[None], evidence.curves)
    random = measure(evidence, evidence.random.scores_RW, evidence.random_curves)
    return tuple(_check(evidence, name, float(own[name][0]), random[name]) for name in HIGHER_IS_BETTER)


def unjudged_metrics(reason: Reason, *, verdict: Verdict = Verdict.NOT_APPLICABLE) -> tuple[Check, ...]:
    """Return every metric, decided by one reason."""
    return tuple(unjudged(name, reason, verdict=verdict) for name in HIGHER_IS_BETTER)


def is_constant(scores_W: Tensor) -> bool:
    """Return whether all scores are the same but for rounding, which says nothing about any word."""
    return bool(scores_W.max() - scores_W.min() <= 1e-9 * scores_W.abs().max())


def _check(evidence: Evidence, name: CheckName, value: float, random_R: Tensor) -> Check:
    if float(evidence.falls_M.abs().max()) < NEGLIGIBLE:
        return unjudged(name, Reason.CONSTANT_TARGET)
    if name in _POSITIVE and not evidence.num_positive:
        return unjudged(name, Reason.NO_POSITIVE_WORDS)
    noise = noise_floor(value, random_R, higher_is_better=HIGHER_IS_BETTER[name])
    if _num_outcomes(evidence, name) < MIN_OUTCOMES:
        return replace(unjudged(name, Reason.TOO_FEW_WORDS, value=value), noise=noise)
    limits = INFIDELITY_LIMITS if name is CheckName.INFIDELITY else NOISE_LIMITS
    number = value if limits.quantity is Quantity.VALUE else noise.share_as_good
    return Check(
        name=name,
        verdict=limits.verdict(number),
        is_essential=name in ESSENTIAL,
        value=value,
        limits=limits,
        noise=noise,
    )


def _num_outcomes(evidence: Evidence, name: CheckName) -> float:
    """Return how many different maps chance could have dealt, as far as a metric can tell them apart."""
    if name is CheckName.INFIDELITY:
        return math.inf
    num_words, sizes = len(evidence.scores_W), evidence.curves.sizes_G
    if name is CheckName.LEAVE_ONE_OUT:
        return math.factorial(num_words)
    return faithfulness.num_orders(num_words, sizes, up_to=evidence.num_positive if name in _POSITIVE else None)
