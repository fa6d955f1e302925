"""The allocation counter against numbers known in advance."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

from redheart_core.errors import OutOfDeviceMemoryError
from redheart_core.runtime.allocation import AllocationCounter

MIB = 1024 * 1024
NUMBERS = MIB // 4
"""float32 numbers in one MiB."""


@pytest.fixture(params=["cpu", "meta"])
def device(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_two_tensors_of_four_mib_one_freed(device: str) -> None:
    with AllocationCounter() as counter:
        first = torch.empty(4 * NUMBERS, device=device)
        second = torch.empty(4 * NUMBERS, device=device)
        assert counter.live_bytes == 8 * MIB
        del first
        assert (counter.live_bytes, counter.peak_bytes) == (4 * MIB, 8 * MIB)
        del second
    assert (counter.live_bytes, counter.peak_bytes) == (0, 8 * MIB)


def test_a_view_costs_nothing_and_keeps_its_storage_alive(device: str) -> None:
    with AllocationCounter() as counter:
        whole = torch.empty(2, NUMBERS, device=device)
        part = whole[0]
        assert counter.live_bytes == 2 * MIB
        del whole
        assert counter.live_bytes == 2 * MIB
        del part
        assert counter.live_bytes == 0


def test_a_tensor_made_from_python_numbers_counts() -> None:
    with AllocationCounter() as counter:
        numbers = torch.tensor([1.0, 2.0])
        assert counter.live_bytes == numbers.untyped_storage().nbytes() == 8


def test_what_was_there_before_counts_only_when_tracked(device: str) -> None:
    before = torch.empty(NUMBERS, device=device)
    with AllocationCounter() as counter:
        before.view(2, -1).add_(1.0)
        assert counter.peak_bytes == 0
        counter.track([before])
        counter.track([before])
        assert counter.live_bytes == MIB
    del before
    assert counter.live_bytes == 0


def test_a_module_is_tracked_with_its_buffers_and_gradients_once(device: str) -> None:
    module = nn.BatchNorm1d(8, device=device)
    module.weight.grad = torch.zeros_like(module.weight)
    counter = AllocationCounter()
    counter.track(module)
    assert counter.live_by_category == {"weights": 5 * 8 * 4 + 8}


def test_the_peak_says_what_it_consisted_of(device: str) -> None:
    with AllocationCounter() as counter:
        with counter.category("states"):
            states = torch.empty(NUMBERS, device=device)
        scratch = torch.empty(2 * NUMBERS, device=device)
        del scratch
        small = torch.empty(1, device=device)
    assert counter.peak_by_category == {"states": MIB, "other": 2 * MIB}
    assert counter.live_by_category == {"states": MIB, "other": 4}
    del states, small


def test_the_peak_can_start_anew(device: str) -> None:
    with AllocationCounter() as counter:
        large = torch.empty(4 * NUMBERS, device=device)
        del large
        counter.reset_peak()
        assert counter.peak_bytes == 0
        small = torch.empty(NUMBERS, device=device)
    assert counter.peak_bytes == MIB
    del small


def test_a_storage_that_grows_is_counted_at_its_new_size() -> None:
    with AllocationCounter() as counter:
        grown = torch.empty(NUMBERS)
        grown.resize_(3 * NUMBERS)
        assert counter.live_bytes == 3 * MIB
    del grown


def test_reused_addresses_are_not_confused() -> None:
    with AllocationCounter() as counter:
        for _ in range(200):
            torch.empty(NUMBERS).mul_(2.0)
        assert (counter.live_bytes, counter.peak_bytes) == (0, MIB)


def linear_stack(device: str) -> nn.Sequential:
    return nn.Sequential(*(nn.Linear(64, 64, bias=False, device=device) for _ in range(4)))


def test_forward_and_backward_of_a_linear_stack_have_the_known_peak(device: str) -> None:
    stack, inputs = linear_stack(device), torch.ones(32, 64, device=device)
    activation, weight = 32 * 64 * 4, 64 * 64 * 4
    with AllocationCounter() as counter:
        output = stack(inputs)
        assert counter.live_bytes == 4 * activation
        output.backward(torch.ones_like(output))
        del output
    # The first layer's gradient is due last: four weight gradients, and no activation is needed any more.
    assert counter.live_bytes == 4 * weight
    # Then held: the output, its given gradient, and the gradient of the first layer's output.
    assert counter.peak_bytes == 4 * weight + 3 * activation


def test_the_simulation_has_the_peak_of_the_measurement() -> None:
    peaks = []
    for device in ("cpu", "meta"):
        stack, inputs = linear_stack(device), torch.ones(32, 64, device=device)
        with AllocationCounter() as counter:
            counter.track(stack)
            nn.functional.gelu(stack(inputs)).square().mean().backward()
        peaks.append(counter.peak_bytes)
    assert peaks[0] == peaks[1] > 0


def test_checkpointing_lowers_the_peak(device: str) -> None:
    deep = nn.Sequential(*(nn.Sequential(nn.Linear(16, 16), nn.GELU(), nn.GELU()) for _ in range(8))).to(device)

    def peak(recompute: bool) -> int:
        deep.zero_grad(set_to_none=True)
        hidden = torch.ones(512, 16, device=device, requires_grad=True)
        with AllocationCounter() as counter:
            for block in deep:
                hidden = checkpoint(block, hidden, use_reentrant=False) if recompute else block(hidden)
            hidden.sum().backward()
        return counter.peak_bytes

    assert peak(recompute=True) < 0.6 * peak(recompute=False)


def test_a_simulated_device_refuses_what_it_cannot_hold_and_goes_on() -> None:
    with AllocationCounter(limit_bytes=3 * MIB) as counter:
        held = torch.empty(2 * NUMBERS)
        with pytest.raises(OutOfDeviceMemoryError, match=r"3,145,728 bytes, but 4,194,304 are wanted.*Lower the batch"):
            torch.empty(2 * NUMBERS)
        assert counter.live_bytes == 2 * MIB
        torch.empty(NUMBERS)
    assert counter.peak_bytes == 4 * MIB
    del held


def test_the_limit_also_holds_in_the_backward_pass() -> None:
    weight = torch.ones(4 * NUMBERS, requires_grad=True)
    with AllocationCounter(limit_bytes=6 * MIB):
        total = weight.square().sum()
        with pytest.raises(OutOfDeviceMemoryError):
            total.backward()
