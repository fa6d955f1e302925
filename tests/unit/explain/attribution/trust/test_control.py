"""The noise floor: random maps lie in it, a map that knows the planted words lies above."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
import torch
from torch import Tensor

from redheart_core.explain.attribution.trust.control import noise_floor, random_maps
from redheart_core.explain.attribution.trust.evidence import Evidence, check_against_noise, gather
from redheart_core.explain.attribution.trust.verdict import Check, CheckName, Reason, Verdict

NUM_WORDS, PLANTED = 12, [2, 5, 9]
SEEDS = 40


def _generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def _planted(present_KW: Tensor) -> Tensor:
    """A model that cares for three words, a little for the others, and for two of them together."""
    weights_W = torch.linspace(-0.2, 0.2, NUM_WORDS, dtype=torch.float64)
    weights_W[PLANTED] = 1.5
    present_KW = present_KW.double()
    return torch.tanh(0.3 * present_KW @ weights_W) + 0.02 * present_KW[:, 0] * present_KW[:, 1]


def _evidence(scores_W: Tensor, *, seed: int = 0, is_additive: bool = False) -> Evidence:
    ends = (float(_planted(torch.ones(1, NUM_WORDS))), float(_planted(torch.zeros(1, NUM_WORDS))))
    return gather(
        _planted,
        ends,
        scores_W,
        is_additive=is_additive,
        num_points=6,
        num_maps=40,
        generator=_generator(seed),
    )


def _checks(scores_W: Tensor, *, seed: int = 0) -> Mapping[CheckName, Check]:
    return {check.name: check for check in check_against_noise(_evidence(scores_W, seed=seed))}


def _good_map() -> Tensor:
    return float(_planted(torch.ones(1, NUM_WORDS))) - _planted(1 - torch.eye(NUM_WORDS))


def test_the_map_of_planted_words_is_far_above_the_noise() -> None:
    checks = _checks(_good_map())
    assert {check.verdict for check in checks.values()} == {Verdict.GOOD}
    comprehensiveness = checks[CheckName.COMPREHENSIVENESS]
    assert comprehensiveness.noise is not None
    assert comprehensiveness.value is not None
    assert comprehensiveness.value > 1.5 * comprehensiveness.noise.mean
    assert comprehensiveness.value > comprehensiveness.noise.high


def test_a_random_map_stays_in_the_noise() -> None:
    outside: dict[CheckName, int] = {}
    for seed in range(SEEDS):
        scores_W = torch.randn(NUM_WORDS, generator=_generator(1000 + seed), dtype=torch.float64)
        for name, check in _checks(scores_W, seed=seed).items():
            assert check.noise is not None
            assert check.value is not None
            outside[name] = outside.get(name, 0) + check.noise.is_outside(check.value)
    assert len(outside) == 6
    assert max(outside.values()) <= 0.15 * SEEDS, outside


def test_a_map_with_its_signs_turned_fails_every_metric() -> None:
    for check in _checks(-_good_map()).values():
        assert check.verdict in {Verdict.FAILED, Verdict.NOT_APPLICABLE}, check


def test_random_maps_hold_the_same_scores() -> None:
    scores_W = torch.tensor([5.0, -1.0, 2.0, 0.0])
    maps = random_maps(scores_W, 40, _generator(0))
    assert maps.scores_RW.shape == (40, 4)
    assert torch.equal(maps.scores_RW.sort(dim=1).values, scores_W.sort().values.expand(40, -1))
    ordered_RW = maps.scores_RW.gather(1, maps.orders_RW)
    assert (ordered_RW.diff(dim=1) <= 0).all()
    assert len({tuple(row) for row in maps.scores_RW.tolist()}) > 10
    assert torch.equal(maps.orders_RW[20:], maps.orders_RW[:20].flip(1))
    assert torch.equal(random_maps(scores_W, 40, _generator(0)).scores_RW, maps.scores_RW)


@pytest.mark.parametrize(
    ("value", "higher_is_better", "share"), [(40.0, True, 1 / 41), (0.5, True, 40 / 41), (0.5, False, 2 / 41)]
)
def test_the_share_of_random_maps_counts_the_map_itself(value: float, higher_is_better: bool, share: float) -> None:
    floor = noise_floor(value, torch.arange(40, dtype=torch.float64), higher_is_better=higher_is_better)
    assert floor.share_as_good == pytest.approx(share)
    assert floor.mean == 19.5
    assert (floor.low, floor.high) == (0, 39)


def test_a_target_that_ignores_the_words_and_too_few_words_say_nothing() -> None:
    def constant(present_KW: Tensor) -> Tensor:
        return torch.full((present_KW.shape[0],), 0.7, dtype=torch.float64)

    def evidence(num_words: int) -> Evidence:
        scores_W = torch.arange(num_words, dtype=torch.float64) + 1
        answers = constant if num_words == 6 else lambda present_KW: present_KW.double().sum(dim=1)
        return gather(
            answers,
            (0.7, 0.7),
            scores_W,
            is_additive=True,
            num_points=6,
            num_maps=40,
            generator=_generator(0),
        )

    assert {check.reason for check in check_against_noise(evidence(6))} == {Reason.CONSTANT_TARGET}
    few = {check.name: check for check in check_against_noise(evidence(4))}
    assert few[CheckName.COMPREHENSIVENESS].reason is Reason.TOO_FEW_WORDS
    assert few[CheckName.COMPREHENSIVENESS].verdict is Verdict.NOT_APPLICABLE
