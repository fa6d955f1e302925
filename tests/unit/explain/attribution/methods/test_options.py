"""Options are checked before anything runs, and refusals say what is possible."""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
import pytest
import torch

from redheart_core.errors import ExplanationError
from redheart_core.explain.attribution.methods import METHODS, method_named
from redheart_core.explain.attribution.methods.input_x_gradient import InputXGradient
from redheart_core.explain.attribution.methods.options import make_options, option, option_pairs, option_specs
from redheart_core.explain.attribution.methods.seeding import seeded


@dataclass(frozen=True, slots=True, kw_only=True)
class _Options:
    steps: int = option(50, low=1, high=100)
    rule: str = option("gauss", choices=("gauss", "riemann"))
    noise: float = option(0.0, low=0.0)
    sign: bool = option(True)


class _Method(InputXGradient):
    name = "made_up"
    options_type = _Options


def test_options_are_described_in_the_order_of_their_fields() -> None:
    specs = option_specs(_Method())
    assert [spec.name for spec in specs] == ["steps", "rule", "noise", "sign"]
    assert (specs[0].kind, specs[0].default, specs[0].low, specs[0].high) == (int, 50, 1, 100)
    assert specs[1].choices == ("gauss", "riemann")


def test_options_that_are_not_chosen_keep_their_defaults_and_pairs_are_sorted() -> None:
    options = make_options(_Method(), {"steps": 7, "noise": 1})
    assert option_pairs(options) == (("noise", 1.0), ("rule", "gauss"), ("sign", True), ("steps", 7))


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({"width": 3}, "made_up has no option 'width'. Its options: steps, rule, noise, sign."),
        ({"steps": True}, "Option steps of made_up is True, but must be a int, such as 50."),
        ({"steps": 0}, "Option steps of made_up is 0, but must lie from 1 to 100."),
        ({"noise": float("nan")}, "Option noise of made_up is nan, but must lie from 0.0 to None."),
        ({"rule": "simpson"}, "Option rule of made_up is 'simpson', but must be one of gauss, riemann."),
    ],
)
def test_an_impossible_option_is_refused_with_what_is_possible(chosen: dict[str, object], message: str) -> None:
    with pytest.raises(ExplanationError) as refused:
        make_options(_Method(), chosen)  # type: ignore[arg-type]
    assert str(refused.value) == message


def test_an_unknown_method_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ExplanationError, match=r"no method 'tarot'\. Known methods: .*input_x_gradient"):
        method_named("tarot")
    assert all(method_named(name).name == name for name in METHODS)


def test_seeded_draws_repeat_and_the_global_generators_go_on_as_if_nothing_had_been() -> None:
    def draws() -> tuple[float, float, float]:
        return random.random(), float(np.random.rand()), float(torch.rand(1))

    with seeded(5):
        first = draws()
    before = (random.getstate(), np.random.get_state()[1].tolist(), torch.random.get_rng_state())  # type: ignore[index,union-attr]
    with seeded(5):
        second = draws()
    after = (random.getstate(), np.random.get_state()[1].tolist(), torch.random.get_rng_state())  # type: ignore[index,union-attr]
    assert first == second
    assert before[:2] == after[:2]
    assert torch.equal(before[2], after[2])
