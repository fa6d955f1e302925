"""The memory plan: sums that can be done by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redheart_core.errors import ConfigError, OutOfDeviceMemoryError
from redheart_core.runtime.activations import ActivationProfile
from redheart_core.runtime.plan import Line, MemoryRequest, Place, largest_batch, plan_error, plan_memory

PARTS = {"backbone": 1000, "head": 200, "analyzer": 300}


def sizes(request: MemoryRequest) -> dict[tuple[str, str | None, str], int]:
    return {(line.name.value, line.part, line.place.value): line.bytes for line in plan_memory(request).lines}


def test_inference_takes_the_weights_and_one_line_each() -> None:
    request = MemoryRequest(parameters=PARTS, weight_bytes=2)
    assert sizes(request) == {
        ("weights", "backbone", "device"): 2000,
        ("weights", "head", "device"): 400,
        ("weights", "analyzer", "device"): 600,
    }


def test_absent_modules_wait_on_the_host_and_need_room_for_the_largest() -> None:
    request = MemoryRequest(parameters=PARTS, weight_bytes=2, absent=frozenset({"head", "analyzer"}))
    plan = plan_memory(request)
    assert (plan.device_bytes, plan.host_bytes) == (2000 + 600, 1000)
    assert sizes(request)["transfer", None, "device"] == 600


def test_training_states_are_counted_where_they_lie() -> None:
    request = MemoryRequest(
        parameters=PARTS,
        weight_bytes=2,
        gradient_bytes=2,
        optimizer_bytes=2.5,
        optimizer_place=Place.HOST,
        master_weight_bytes=4,
        master_weight_place=Place.HOST,
        average_bytes=2,
        average_place=Place.HOST,
        workspace_bytes=77,
    )
    plan = plan_memory(request)
    assert plan.device_bytes == 1500 * (2 + 2) + 77
    assert plan.host_bytes == 1500 * 2.5 + 1500 * 4 + 1500 * 2
    on_device = plan_memory(replace(request, optimizer_place=Place.DEVICE))
    assert on_device.device_bytes - plan.device_bytes == 3750


def test_checkpointing_keeps_one_segment_and_the_boundaries() -> None:
    profile = ActivationProfile(bytes_per_token=100.0)
    request = MemoryRequest(
        parameters={}, activations=profile, batch=2, length=10, segments=4, boundary_bytes_per_token=3.0
    )
    assert sizes(request) == {("activations", None, "device"): 500, ("boundaries", None, "device"): 2 * 10 * 3 * 4}
    assert sizes(replace(request, segments=1)) == {("activations", None, "device"): 2000}


def test_a_plan_fits_up_to_the_last_byte() -> None:
    plan = plan_memory(MemoryRequest(parameters={"all": 10}))
    assert plan.fits(40)
    assert not plan.fits(39)
    plan.require(40)


def test_a_plan_that_does_not_fit_names_sizes_and_remedy() -> None:
    request = MemoryRequest(parameters={"backbone": 2**29, "head": 2**27}, gradient_bytes=4.0)
    wanted = r"takes 5\.00 GiB, the budget is 4\.00 GiB.*gradients 2\.50.*weights of backbone 2\.00.*Lower the batch"
    with pytest.raises(OutOfDeviceMemoryError, match=wanted):
        plan_memory(request).require(4 * 2**30)


def test_the_error_is_a_share_of_what_was_measured() -> None:
    plan = plan_memory(MemoryRequest(parameters={"all": 30}))
    assert plan_error(plan, 100) == pytest.approx(0.2)
    assert plan_error(plan, 160) == pytest.approx(-0.25)


@given(per_token=st.floats(0.5, 50.0), length=st.integers(1, 64), budget=st.integers(0, 200_000))
def test_the_largest_batch_fits_and_the_next_does_not(per_token: float, length: int, budget: int) -> None:
    profile = ActivationProfile(fixed_bytes=100.0, bytes_per_token=per_token, bytes_per_token_pair=0.5)
    request = MemoryRequest(parameters={"all": 1000}, activations=profile, length=length)
    batch = largest_batch(request, budget)
    if batch:
        assert plan_memory(replace(request, batch=batch)).fits(budget)
    assert not plan_memory(replace(request, batch=batch + 1)).fits(budget)


def test_impossible_requests_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"at least 1, not 0, 1 and 1"):
        MemoryRequest(parameters=PARTS, batch=0)
    with pytest.raises(ConfigError, match=r"Unknown modules: tail\. The plan knows backbone, head, analyzer"):
        MemoryRequest(parameters=PARTS, absent=frozenset({"tail"}))


def test_lines_without_bytes_are_left_out() -> None:
    assert {line.name for line in plan_memory(MemoryRequest(parameters=PARTS)).lines} == {Line.WEIGHTS}
