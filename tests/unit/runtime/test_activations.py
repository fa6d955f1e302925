"""Activation memory found on the meta device, against known numbers and against real runs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from redheart_core.model.ledger import meta_model
from redheart_core.model.network import RedHeartModel
from redheart_core.model.presets import TINY
from redheart_core.runtime.activations import ActivationProfile, activation_profile, measured_peak
from redheart_core.runtime.plan import Line, MemoryRequest, plan_error, plan_memory

Run = Callable[[int, int], object]
SHORT = tuple((batch, length) for batch in (2, 8) for length in (8, 16, 24))


def test_a_linear_stack_takes_a_known_number_of_bytes_per_token() -> None:
    stack = nn.Sequential(nn.Linear(8, 16, bias=False), nn.Linear(16, 8, bias=False)).to("meta")
    profile = activation_profile(lambda batch, length: stack(torch.empty(batch, length, 8, device="meta")))
    assert profile.bytes_per_token == pytest.approx(4 * (8 + 16 + 8))
    assert profile.fixed_bytes == pytest.approx(0, abs=1e-6)
    assert profile.bytes_per_passage == pytest.approx(0, abs=1e-6)
    assert profile.bytes_per_token_pair == pytest.approx(0, abs=1e-6)
    assert profile.largest_error < 1e-9


def test_every_term_of_the_form_is_found() -> None:
    def run(batch: int, length: int) -> tuple[Tensor, ...]:
        shapes = ((1000,), (batch, 50), (batch, length, 7), (batch, length, length))
        return tuple(torch.empty(shape, device="meta") for shape in shapes)

    profile = activation_profile(run)
    assert profile.fixed_bytes == pytest.approx(4000)
    assert profile.bytes_per_passage == pytest.approx(200)
    assert profile.bytes_per_token == pytest.approx(28)
    assert profile.bytes_per_token_pair == pytest.approx(4)
    assert profile.predict(8, 100) == pytest.approx(4000 + 8 * 200 + 800 * 28 + 80_000 * 4)


def test_shapes_that_leave_a_term_open_are_refused() -> None:
    with pytest.raises(ValueError, match="vary batch"):
        activation_profile(lambda _batch, _length: None, shapes=[(1, 8), (1, 16), (1, 32), (1, 64)])


def test_a_prediction_is_never_negative() -> None:
    assert ActivationProfile(fixed_bytes=-100.0, bytes_per_token=1.0).predict(1, 8) == 0.0


def tiny_run(model: RedHeartModel, device: str, *, backward: bool) -> Run:
    def run(batch: int, length: int) -> None:
        with torch.device(device), torch.inference_mode(not backward):
            ids_BT = torch.ones(batch, length, dtype=torch.long)
            output = model(ids_BT, ids_BT.bool(), torch.zeros_like(ids_BT))
            if backward:
                torch.stack([logits.sum() for logits in output.logits.values()]).sum().backward()

    return run


def real_model() -> RedHeartModel:
    torch.manual_seed(0)
    return RedHeartModel(TINY).eval()


def test_the_inference_plan_of_a_model_is_within_one_percent_of_the_measured_peak() -> None:
    profile = activation_profile(tiny_run(meta_model(TINY).eval(), "meta", backward=False))
    measure = tiny_run(real_model(), "cpu", backward=False)
    for batch, length in ((1, 16), (3, 40), (8, 32), (16, 48)):
        assert profile.predict(batch, length) == pytest.approx(measured_peak(measure, batch, length), rel=0.01)


def test_the_training_plan_of_a_model_is_within_three_percent_of_the_measured_peak() -> None:
    simulated, model = meta_model(TINY).eval(), real_model()
    simulate, measure = tiny_run(simulated, "meta", backward=True), tiny_run(model, "cpu", backward=True)
    for run in (simulate, measure):
        run(1, 4)  # Makes the gradients, which the plan has a line for.
    parameters = {name: sum(weight.numel() for weight in part.parameters()) for name, part in model.named_children()}
    plan = plan_memory(
        MemoryRequest(
            parameters=parameters,
            gradient_bytes=4.0,
            activations=activation_profile(simulate, SHORT),
            batch=12,
            length=20,
        )
    )
    held = sum(line.bytes for line in plan.lines if line.name in (Line.WEIGHTS, Line.GRADIENTS))
    assert abs(plan_error(plan, held + measured_peak(measure, 12, 20))) < 0.03
