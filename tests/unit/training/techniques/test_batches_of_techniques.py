"""Accumulation, exhausted memory, dynamic sizes and mixed precision: what they do to the examples of a step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from redheart_core.errors import ConfigError, OutOfDeviceMemoryError
from redheart_core.training.batches import Item
from redheart_core.training.gradients import MicroBatch, plan_shares
from redheart_core.training.happenings import EventKind
from redheart_core.training.techniques.accumulation import AccumulationConfig
from redheart_core.training.techniques.dynamic_batch import DynamicBatchConfig, next_batch_size
from redheart_core.training.techniques.memory import ProcessMemory
from redheart_core.training.techniques.precision import MixedPrecision
from redheart_core.training.trainer import Trainer
from tests.checkpoints import random_tiny_model
from tests.small_training import STAGE, Recorder, small_config, small_items, small_tasks, small_trainer

ONE_PASS = replace(STAGE, steps=3, warmup_steps=1, batch_size=6)


def _judged_only(config: Any, recorder: Recorder) -> Trainer:
    """Return a trainer without anything random: every batch of six is the whole task, and nothing is dropped."""
    exact = replace(config, all_parts_share=1.0, precision=MixedPrecision.FP32)
    model = random_tiny_model()
    trainer = Trainer(model, small_tasks()[:1], small_items(), exact, observer=recorder)
    model.train = lambda *_: torch.nn.Module.train(model, mode=False)  # type: ignore[method-assign]
    return trainer


def _require_same_gradients(ours: Trainer, theirs: Trainer) -> None:
    """Compare the last step's gradients: Adam makes steps of rounding errors where a gradient is zero."""
    for (name, parameter), other in zip(ours.model.named_parameters(), theirs.model.parameters(), strict=True):
        assert (parameter.grad is None) == (other.grad is None), name
        if parameter.grad is not None:
            assert torch.allclose(parameter.grad, other.grad, atol=1e-4), name


def test_micro_batches_together_equal_the_big_batch() -> None:
    big = _judged_only(small_config(ONE_PASS), whole := Recorder())
    big.run()
    small = _judged_only(
        small_config(replace(ONE_PASS, batch_size=2), accumulation=AccumulationConfig(micro_batches=3)),
        parts := Recorder(),
    )
    small.run()
    assert [record.batch_size for record in parts.steps] == [record.batch_size for record in whole.steps] == [6, 6, 6]
    assert parts.losses == pytest.approx(whole.losses, rel=1e-4)
    _require_same_gradients(small, big)
    assert parts.details(EventKind.TECHNIQUE_ACTED) == [
        "precision: matrix products in fp32",
        "accumulation: 3 micro-batches made one step",
    ]


class _Small:
    """Memory in which only a few examples fit."""

    def __init__(self, run: Callable[..., torch.Tensor], fits: int) -> None:
        self._run, self._fits = run, fits

    def __call__(self, batch: Any, draw: Any) -> torch.Tensor:
        parts = self._run(batch, draw)
        if batch.target_BK.shape[0] > self._fits:
            # A real one dies in the middle of the backward pass, with some gradients filled already.
            torch.autograd.backward(parts.sum())
            raise torch.OutOfMemoryError("injected")
        return parts


def _confined(trainer: Trainer, fits: int) -> Trainer:
    trainer.gradients._loss = _Small(trainer.gradients._loss, fits)
    return trainer


def test_a_step_that_ran_out_of_memory_is_taken_on_the_same_examples() -> None:
    roomy = _judged_only(small_config(ONE_PASS), whole := Recorder())
    roomy.run()
    tight = _confined(_judged_only(small_config(ONE_PASS), parts := Recorder()), fits=2)
    tight.run()
    assert [record.batch_size for record in parts.steps] == [6, 6, 6]
    assert parts.losses == pytest.approx(whole.losses, rel=1e-4)
    assert tight.epoch == roomy.epoch
    _require_same_gradients(tight, roomy)
    assert parts.details(EventKind.OUT_OF_MEMORY) == [
        "6 examples did not fit; the step is taken again with 3",
        "3 examples did not fit; the step is taken again with 1",
    ]


def test_not_even_one_example_is_an_error() -> None:
    trainer = _confined(_judged_only(small_config(ONE_PASS), recorder := Recorder()), fits=0)
    with pytest.raises(OutOfDeviceMemoryError, match="Not even one example of judged fits"):
        trainer.run()
    assert recorder.steps == []
    assert len(recorder.details(EventKind.FAILED)) == 1


def test_without_recovery_the_first_failure_ends_the_run() -> None:
    trainer = _confined(_judged_only(small_config(ONE_PASS, recovers_memory=False), Recorder()), fits=2)
    with pytest.raises(torch.OutOfMemoryError, match="injected"):
        trainer.run()


def test_another_error_is_not_taken_for_exhausted_memory() -> None:
    trainer = _judged_only(small_config(ONE_PASS), Recorder())

    def broken(*_: object) -> torch.Tensor:
        raise RuntimeError("shapes do not match")

    trainer.gradients._loss = broken
    with pytest.raises(RuntimeError, match="shapes do not match"):
        trainer.run()


@given(sizes=st.lists(st.integers(1, 40), min_size=1, max_size=5), most=st.integers(1, 50) | st.none())
def test_shares_lose_nothing_and_weigh_one(sizes: list[int], most: int | None) -> None:
    item = small_items()["judged"][0]
    micro_batches = [MicroBatch(items=[item] * size) for size in sizes]
    shares = plan_shares(micro_batches, most)
    assert sum(len(share.items) for share in shares) == sum(sizes)
    assert sum(share.weight for share in shares) == pytest.approx(1.0)
    assert most is None or all(len(share.items) <= most for share in shares)


@pytest.mark.parametrize(
    ("current", "used", "expected"),
    [(32, 0.86, 16), (32, 0.85, 32), (32, 0.60, 32), (32, 0.59, 64), (1, 0.99, 1), (128, 0.01, 128), (100, 0.1, 128)],
)
def test_the_thresholds_of_the_documents(current: int, used: float, expected: int) -> None:
    assert next_batch_size(current, used, DynamicBatchConfig()) == expected


class _Scripted:
    def __init__(self, *shares: float) -> None:
        self._shares = list(shares)

    def used_share(self) -> float:
        return self._shares.pop(0)


def test_batches_grow_and_shrink_with_memory_and_every_example_is_still_seen_once_per_pass() -> None:
    seen: list[tuple[Item, ...]] = []
    config = small_config(
        replace(STAGE, steps=6, batch_size=2), dynamic_batch=DynamicBatchConfig(smallest=1, largest=4, check_every=1)
    )
    trainer = Trainer(
        random_tiny_model(),
        small_tasks()[:1],
        small_items(),
        config,
        observer=(recorder := Recorder()),
        probe=_Scripted(0.5, 0.7, 0.9, 0.9, 0.7, 0.7),
    )
    take = trainer.streams["judged"].take
    trainer.streams["judged"].take = lambda limits: seen.append(tuple(take(limits))) or seen[-1]  # type: ignore[method-assign, func-returns-value]
    trainer.run()
    assert [record.batch_size for record in recorder.steps] == [2, 4, 4, 2, 1, 1]
    assert sorted(map(id, seen[0] + seen[1])) == sorted(map(id, small_items()["judged"]))
    assert recorder.details(EventKind.BATCH_RESIZED)[0] == "2 became 4 with 50% of memory in use"


def test_a_budget_smaller_than_the_process_shrinks_its_batches() -> None:
    assert ProcessMemory(2**20).used_share() > 1.0
    config = small_config(dynamic_batch=DynamicBatchConfig(check_every=2, budget_mib=1))
    trainer = small_trainer(config, recorder := Recorder())
    trainer.run()
    assert trainer.batch_size == 1
    assert len(recorder.details(EventKind.BATCH_RESIZED)) == 2


def test_a_stage_must_start_within_the_bounds() -> None:
    with pytest.raises(ConfigError, match=r"starts with a batch_size of 256, .* between 1 and 128"):
        small_config(replace(STAGE, batch_size=256), dynamic_batch=DynamicBatchConfig())


def test_products_are_rounded_in_bf16_and_not_in_fp32() -> None:
    losses = {}
    for precision in (MixedPrecision.FP32, MixedPrecision.BF16):
        small_trainer(small_config(ONE_PASS, precision=precision), recorder := Recorder()).run()
        losses[precision] = recorder.losses[0]
    assert losses[MixedPrecision.BF16] != losses[MixedPrecision.FP32]
    assert losses[MixedPrecision.BF16] == pytest.approx(losses[MixedPrecision.FP32], rel=0.05)


@pytest.mark.parametrize(("native", "chosen"), [(True, MixedPrecision.BF16), (False, MixedPrecision.FP32)])
def test_auto_is_bf16_only_where_the_hardware_multiplies_it(
    native: bool, chosen: MixedPrecision, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("redheart_core.training.techniques.precision.supports_bf16", lambda device: native)
    trainer = small_trainer(small_config(ONE_PASS, precision=MixedPrecision.AUTO), recorder := Recorder())
    trainer.run()
    assert trainer.config.precision is chosen
    assert f"precision: matrix products in {chosen.value}" in recorder.details(EventKind.TECHNIQUE_ACTED)


def test_fp16_needs_a_gpu() -> None:
    with pytest.raises(ConfigError, match="fp16 needs a CUDA GPU, and the training runs on cpu"):
        small_trainer(small_config(precision=MixedPrecision.FP16))
