"""Sessions are threads that share a network: a method must answer there as it does alone, and leave nothing behind."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from redheart_core.explain.attribution.explain import explain_passage
from redheart_core.explain.attribution.function import Explained
from redheart_core.explain.attribution.layers import LayerMap, layer_map
from redheart_core.explain.attribution.methods import METHODS
from redheart_core.explain.attribution.methods.method import unreported
from redheart_core.explain.attribution.methods.options import make_options
from redheart_core.explain.attribution.result import Unit
from redheart_core.explain.attribution.targets import target_named
from redheart_core.inference.engine import load_model
from redheart_core.inference.leased import LeasedReader
from redheart_core.runtime.lease import lease
from redheart_core.runtime.precision import Precision
from tests.tiny_explained import tiny_explained, tiny_model

NUM_THREADS, NUM_CALLS = 4, 100
NUM_QUICK_CALLS = 3 * len(METHODS)
"""Every method on three passages: what runs with every change; the hundred calls are a slow test."""
QUICK: dict[str, dict[str, Any]] = {
    "integrated_gradients": {"steps": 3},
    "layer_integrated_gradients": {"steps": 2, "layer": "encoder.0"},
    "gradient_shap": {"samples": 2, "noise": 0.1},
    "shapley_sampling": {"permutations": 2},
    "kernel_shap": {"samples": 12},
    "lime": {"samples": 8},
    "layer_conductance": {"steps": 2},
    "neuron_conductance": {"steps": 2},
}
"""Options with which a call is short; the other methods have their defaults."""
TEXTS = ("I lied.", "So sad now.", "정말 미안해요.")
"""Short, because every method makes 500 calls on the shipped model."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Call:
    """One method on one passage."""

    method: str
    explained: Explained
    seed: int

    def __call__(self) -> bytes:
        """Return the numbers of the answer, every bit of them."""
        method = METHODS[self.method]
        options = make_options(method, QUICK.get(self.method, {}))
        with lease(self.explained.model):
            raw = method.run(self.explained, options, seed=self.seed, report=unreported)
        parts = [raw.token_scores_T, raw.ngram_scores_N, raw.word_scores_W, torch.tensor(raw.rest)]
        return b"".join(part.numpy().tobytes() for part in parts if part is not None)


def _calls(explained: Sequence[Explained], methods: Sequence[str], *, count: int) -> list[_Call]:
    return [
        _Call(method=methods[place % len(methods)], explained=explained[place % len(explained)], seed=place)
        for place in range(count)
    ]


def _in_threads(calls: Sequence[Callable[[], Any]]) -> Iterator[list[Any]]:
    """Yield the answers of each of four threads, all of which make every call, each in an order of its own."""

    def answers(thread: int) -> list[Any]:
        order = random.Random(thread).sample(range(len(calls)), len(calls))
        by_place = {place: calls[place]() for place in order}
        return [by_place[place] for place in range(len(calls))]

    with ThreadPoolExecutor(NUM_THREADS) as pool:
        yield from pool.map(answers, range(NUM_THREADS))


def _left_behind(models: Sequence[nn.Module], explained: Sequence[Explained]) -> list[str]:
    """Return what a method forgot to take away again: hooks, gradients, a wish for gradients."""
    found = [
        f"{type(module).__name__}.{kind}"
        for model in models
        for module in model.modules()
        for kind in ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
        if getattr(module, kind)
    ]
    found += [name for model in models for name, weight in model.named_parameters() if weight.grad is not None]
    points = [point for one in explained for point in (one.passage, one.baseline)]
    tensors = [tensor for point in points for tensor in (point.vectors_TD, point.ngrams_N)]
    return found + [str(tensor.shape) for tensor in tensors if tensor.requires_grad or tensor.grad is not None]


def _generators() -> tuple[Any, ...]:
    """Return the states of the generators that belong to the process."""
    return random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()


def test_four_threads_answer_as_one_and_leave_nothing_behind() -> None:
    models = tiny_model(), tiny_model()
    explained = [tiny_explained(models[seed % 2], num_words=3 + seed % 3, seed=seed) for seed in range(9)]
    assert [name for name in METHODS if METHODS[name].supports(explained[0]) is not None] == []
    calls = _calls(explained, list(METHODS), count=NUM_QUICK_CALLS)
    before = _generators()
    alone = [call() for call in calls]
    assert len(set(alone)) > NUM_QUICK_CALLS // 2, "calls that all answer alike would prove nothing"
    for answers in _in_threads(calls):
        assert answers == alone
    assert _generators() == before
    assert _left_behind(models, explained) == []


def test_layer_maps_of_four_threads_are_those_of_one() -> None:
    model = tiny_model()
    explained = [tiny_explained(model, seed=seed) for seed in range(3)]

    def map_of(one: Explained) -> LayerMap:
        with lease(model):
            return layer_map(one, num_steps=2)

    calls = [lambda one=one: map_of(one) for one in explained]
    alone = [call() for call in calls]
    assert all(answers == alone for answers in _in_threads(calls))
    assert _left_behind([model], explained) == []


@pytest.fixture(scope="module")
def shipped() -> list[Explained]:
    """Return an emotion of the shipped model near some texts."""
    reader = load_model("compact", precision=Precision.FP32).reader
    assert isinstance(reader, LeasedReader)
    scalar = target_named(reader.checkpoint.manifest, "emotion/sadness").scalar(Unit.LOGIT)
    return [
        explain_passage(reader.checkpoint, scalar, text=text, context="", baseline="pad").explained for text in TEXTS
    ]


@pytest.mark.slow
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("name", METHODS)
def test_a_hundred_calls_in_each_of_four_threads_answer_as_one_with_the_shipped_model(
    name: str, shipped: list[Explained]
) -> None:
    calls = _calls(shipped, [name], count=NUM_CALLS)
    before = _generators()
    alone = [call() for call in calls]
    for answers in _in_threads(calls):
        assert answers == alone
    assert _generators() == before
    assert _left_behind([one.model for one in shipped], shipped) == []
