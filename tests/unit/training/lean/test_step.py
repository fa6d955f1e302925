"""A lean step does what a plain one does, in the memory that was planned for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial

import pytest
import torch
from click.testing import CliRunner, Result

from redheart_core.cli import main
from redheart_core.errors import ConfigError
from redheart_core.model.network import RedHeartModel
from redheart_core.model.presets import TINY
from redheart_core.runtime.allocation import AllocationCounter
from redheart_core.runtime.plan import MemoryRequest, Place, plan_error, plan_memory
from redheart_core.training.batches import Batch
from redheart_core.training.lean.optimizer import AdamWConfig, EightBitAdamW, LeanOptimizer, OffloadedAdamW
from redheart_core.training.lean.plan import (
    AllOutputs,
    StateKind,
    StepShape,
    largest_fitting_batch,
    plain_request,
    reading_request,
    simulated_peak,
    training_request,
)
from redheart_core.training.lean.reach import TaskBatch
from redheart_core.training.lean.step import lean_step
from tests.checkpoints import random_tiny_model

CONFIG = AdamWConfig(learning_rate=1e-2)


def _task(seed: int = 0, length: int = 12, device: str = "cpu") -> TaskBatch:
    ids = torch.randint(5, TINY.vocabulary_size, (4, length), generator=torch.Generator().manual_seed(seed))
    batch = Batch(
        ids_RT=ids.to(device),
        mask_RT=torch.ones(4, length, dtype=torch.bool, device=device),
        segments_RT=torch.ones(4, length, dtype=torch.long, device=device),
        target_BK=torch.zeros(4, 1, device=device),
    )
    return TaskBatch(name=f"task {seed}", objective=AllOutputs(), batch=batch)


def _stepped(batches: list[TaskBatch], *, recompute: bool) -> RedHeartModel:
    model = random_tiny_model().train()
    optimizer = OffloadedAdamW(model.named_parameters(), CONFIG)
    torch.manual_seed(3)
    losses = lean_step(model, batches, optimizer, recompute=recompute)
    assert len(losses) == len(batches)
    return model


def _plainly(batches: list[TaskBatch]) -> RedHeartModel:
    model = random_tiny_model().train()
    groups = [
        {"params": [p for p in model.parameters() if (p.ndim >= 2) is matrix], "weight_decay": 0.01 * matrix}
        for matrix in (True, False)
    ]
    optimizer = torch.optim.AdamW(groups, lr=1e-2, betas=CONFIG.betas, foreach=False)
    torch.manual_seed(3)
    for task in batches:
        output = model(task.batch.ids_RT, task.batch.mask_RT, task.batch.segments_RT)
        loss = AllOutputs().other_loss(output.logits, task.batch.target_BK) + 0.1 * output.recovery_error
        torch.autograd.backward(loss / len(batches))
    optimizer.step()
    return model


@pytest.mark.parametrize("recompute", [False, True])
@pytest.mark.parametrize("count", [1, 3])
def test_a_lean_step_moves_the_weights_as_a_plain_one(recompute: bool, count: int) -> None:
    batches = [_task(seed) for seed in range(count)]
    plain = dict(_plainly(batches).named_parameters())
    for name, parameter in _stepped(batches, recompute=recompute).named_parameters():
        if not name.startswith("optimization."):
            torch.testing.assert_close(parameter, plain[name], rtol=1e-5, atol=1e-6)


def test_no_gradient_is_left_behind() -> None:
    for count in (1, 2):
        model = _stepped([_task(seed) for seed in range(count)], recompute=True)
        assert all(parameter.grad is None for parameter in model.parameters())


def _counted(shape: StepShape, length: int) -> AllocationCounter:
    model = random_tiny_model().to(torch.bfloat16).train()
    optimizer = EightBitAdamW(model.named_parameters(), CONFIG)
    counter = AllocationCounter()
    with counter:
        counter.track(model)
        counter.track(optimizer.device_tensors, category="optimizer")
        batches = [_task(seed, length) for seed in range(2 if shape.accumulates else 1)]
        lean_step(model, batches, optimizer, recompute=shape.recompute, booked=counter.category)
    return counter


@pytest.mark.parametrize("gathers", [False, True])
def test_the_simulation_predicts_what_is_counted(gathers: bool) -> None:
    shape = StepShape(state=StateKind.EIGHT_BIT, accumulates=gathers, recompute=gathers)
    simulated = simulated_peak(TINY, shape, batch=4, length=12).peak_bytes
    assert simulated == pytest.approx(_counted(shape, 12).peak_bytes, rel=0.03)


@pytest.mark.slow
@pytest.mark.parametrize("gathers", [False, True])
def test_the_plan_that_is_fitted_around_a_size_is_near_what_is_counted_there(gathers: bool) -> None:
    shape = StepShape(state=StateKind.EIGHT_BIT, accumulates=gathers, recompute=gathers)
    planned = plan_memory(training_request(TINY, shape, batch=4, length=12))
    assert abs(plan_error(planned, _counted(shape, 12).peak_bytes)) < 0.1


def test_offloaded_state_lies_on_the_host_and_gradients_are_planned_only_where_they_gather() -> None:
    alone, gathered = (
        training_request(
            TINY, StepShape(state=StateKind.OFFLOADED, accumulates=gathers), batch=4, length=12, fits_around=False
        )
        for gathers in (False, True)
    )
    parameters = sum(alone.parameters.values())
    assert parameters == sum(parameter.numel() for parameter in random_tiny_model().parameters())
    assert plan_memory(alone).total(Place.HOST) == 16 * parameters
    assert alone.gradient_bytes == 0.0
    assert gathered.gradient_bytes == 2.0


@pytest.mark.slow
def test_the_largest_batch_fits_and_twice_as_many_do_not() -> None:
    shape = StepShape()

    def request_of(batch: int) -> MemoryRequest:
        return training_request(TINY, shape, batch=batch, length=8)

    budget = 2_000_000
    largest = largest_fitting_batch(request_of, request_of(1), budget)
    assert simulated_peak(TINY, shape, batch=largest, length=8).peak_bytes <= 1.02 * budget
    assert simulated_peak(TINY, shape, batch=2 * largest, length=8).peak_bytes > budget


@pytest.mark.slow
def test_recomputing_lowers_the_plan() -> None:
    kept = training_request(TINY, StepShape(recompute=False), batch=8, length=16)
    recomputed = training_request(TINY, StepShape(), batch=8, length=16)
    assert recomputed.activations.predict(8, 16) < 0.7 * kept.activations.predict(8, 16)


@pytest.mark.parametrize(
    "request_of",
    [
        partial(reading_request, TINY),
        partial(training_request, TINY, StepShape(), fits_around=False),
        partial(plain_request, TINY, average=False),
    ],
)
def test_a_passage_longer_than_the_window_is_refused(request_of: Callable[..., MemoryRequest]) -> None:
    with pytest.raises(ConfigError, match="length is 64; tiny reads passages of 4 to 48 tokens"):
        request_of(batch=1, length=64)


def _plan(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["plan", "--preset", "tiny", "--length", "12", *arguments])


def test_the_command_adds_up_lines_by_place() -> None:
    result = _plan("--json")
    content = json.loads(result.stdout)
    assert result.exit_code == 0
    for place in ("device", "host"):
        lines = [line["bytes"] for line in content["lines"] if line["place"] == place]
        assert sum(lines) == content[f"{place}_bytes"] > 0
    assert content["fits"]
    assert content["largest_batch"] is None


@pytest.mark.slow
def test_the_largest_batch_is_searched_when_it_is_asked_for() -> None:
    content = json.loads(_plan("--largest", "--json").stdout)
    assert content["largest_batch"] > content["batch"]


def test_a_plan_that_does_not_fit_exits_with_one() -> None:
    result = _plan("--budget-gib", "0.0001")
    assert result.exit_code == 1
    assert "does not fit" in result.stdout


def test_reading_takes_no_gradients_and_no_state() -> None:
    content = json.loads(_plan("--mode", "read", "--json").stdout)
    assert {line["line"] for line in content["lines"]} == {"weights", "activations"}
    assert "state" not in content


@pytest.mark.gpu
@pytest.mark.parametrize("state", list(StateKind))
def test_the_plan_is_near_the_peak_of_a_real_device(state: StateKind) -> None:
    model = random_tiny_model().to(torch.bfloat16).cuda().train()
    build = EightBitAdamW if state is StateKind.EIGHT_BIT else OffloadedAdamW
    optimizer: LeanOptimizer = build(model.named_parameters(), CONFIG)
    counter = AllocationCounter()
    torch.cuda.reset_peak_memory_stats()
    with counter:
        counter.track(model)
        lean_step(model, [_task(device="cuda")], optimizer, booked=counter.category)
    assert torch.cuda.max_memory_allocated() >= counter.peak_bytes
    assert all(parameter.grad is None for parameter in model.parameters())
