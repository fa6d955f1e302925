"""Work that runs out of memory is finished in smaller pieces, completely and in order."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from redheart_core.errors import OutOfDeviceMemoryError
from redheart_core.runtime.allocation import AllocationCounter
from redheart_core.runtime.recovery import PieceSize, is_out_of_memory, run_in_pieces


class Device:
    """Squares numbers, at most ``room`` at once."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.finished: list[int] = []

    def __call__(self, piece: Sequence[int]) -> list[int]:
        if len(piece) > self.room:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        self.finished.extend(piece)
        return [item * item for item in piece]


@settings(max_examples=40)  # each failure sweeps the whole heap of the process that tests
@given(items=st.lists(st.integers(), max_size=60), room=st.integers(1, 70))
def test_everything_is_done_once_and_in_order(items: list[int], room: int) -> None:
    device = Device(room)
    assert run_in_pieces(device, items) == [item * item for item in items]
    assert device.finished == items


def test_shrinking_is_told_and_the_size_that_worked_is_remembered() -> None:
    told: list[tuple[int, int]] = []
    size = PieceSize()
    device = Device(room=5)
    run_in_pieces(device, range(16), size=size, on_shrink=lambda failed, now: told.append((failed, now)))
    assert told == [(16, 8), (8, 4)]
    assert size.items == 4
    run_in_pieces(device, range(16), size=size, on_shrink=lambda failed, now: told.append((failed, now)))
    assert len(told) == 2


def test_without_shortage_nothing_shrinks() -> None:
    size = PieceSize()
    assert run_in_pieces(Device(room=9), [1, 2, 3], size=size) == [1, 4, 9]
    assert size.items is None


def test_one_item_that_does_not_fit_is_an_error_with_a_remedy() -> None:
    with pytest.raises(OutOfDeviceMemoryError, match=r"Not even one item.*CUDA out of memory.*smaller preset"):
        run_in_pieces(Device(room=0), [1, 2, 3, 4])


def test_another_error_is_not_retried() -> None:
    calls = 0

    def broken(piece: Sequence[int]) -> list[int]:
        nonlocal calls
        calls += 1
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    with pytest.raises(RuntimeError, match="shapes"):
        run_in_pieces(broken, [1, 2])
    assert calls == 1


def test_a_wrong_number_of_results_is_refused() -> None:
    with pytest.raises(ValueError, match="1 results for 3 items"):
        run_in_pieces(lambda piece: piece[:1], [1, 2, 3])


def test_the_processors_real_allocation_failure_is_recognised() -> None:
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**58, dtype=torch.uint8)
    assert is_out_of_memory(caught.value)


@pytest.mark.parametrize("error", [RuntimeError("Storage size calculation overflowed"), ValueError(), MemoryError()])
def test_other_failures_are_not_taken_for_it(error: Exception) -> None:
    assert not is_out_of_memory(error)


def test_work_on_a_device_that_is_too_small_is_really_finished() -> None:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(8, 512), nn.GELU(), nn.Linear(512, 2))
    inputs = torch.randn(64, 8)
    with torch.inference_mode():
        whole = network(inputs)
    size = PieceSize()

    @torch.inference_mode()
    def work(rows: Sequence[int]) -> list[torch.Tensor]:
        return list(network(inputs[rows[0] : rows[-1] + 1]))

    # One layer of 64 rows takes 128 KiB, and GELU another: 64 KiB of room hold pieces of 8.
    with AllocationCounter(limit_bytes=64 * 1024):
        pieces = run_in_pieces(work, range(64), size=size)
    assert size.items == 8
    assert torch.allclose(torch.stack(pieces), whole, atol=1e-6)
