"""The runtime on a real GPU. Every number is checked against CUDA's own allocator."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import pytest
import torch
from torch import Tensor, nn

from redheart_core.runtime.allocation import AllocationCounter
from redheart_core.runtime.devices import choose_device, list_devices, supports_bf16, supports_int8
from redheart_core.runtime.recovery import PieceSize, run_in_pieces
from redheart_core.runtime.residency import ResidencyManager
from redheart_core.runtime.stores import HostStore

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device"),
]
BLOCK_BYTES = 512
"""CUDA's allocator rounds every tensor up to this."""
NAMES = "abcd"


class Recurrent(nn.Module):
    """Four recurrent layers of 16 MiB each, called in order."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleDict({name: nn.GRU(832, 832, batch_first=True) for name in NAMES})

    def forward(self, values: Tensor) -> Tensor:
        for layer in self.layers.values():
            values, _ = layer(values)
        return values


def test_gpus_are_listed_with_their_memory_and_taken_by_default() -> None:
    gpus = [device for device in list_devices() if device.kind == "cuda"]
    assert len(gpus) == torch.cuda.device_count()
    assert all(0 < gpu.free_bytes <= gpu.total_bytes for gpu in gpus)
    assert choose_device().kind == "cuda"
    assert isinstance(supports_bf16("cuda:0"), bool)
    assert isinstance(supports_int8("cuda:0"), bool)


def test_the_counter_agrees_with_cudas_allocator() -> None:
    network = nn.Sequential(*(nn.Linear(512, 512, device="cuda") for _ in range(4)))
    inputs = torch.randn(256, 512, device="cuda")
    network(inputs).sum().backward()  # cuBLAS takes its workspace at the first call.
    network.zero_grad(set_to_none=True)
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    with AllocationCounter() as counter:
        network(inputs).sum().backward()
    measured = torch.cuda.max_memory_allocated() - before
    assert counter.peak_bytes == pytest.approx(measured, abs=64 * BLOCK_BYTES)


@pytest.mark.parametrize("prefetch", [True, False])
def test_residency_gives_the_same_numbers_within_its_budget(prefetch: bool) -> None:
    torch.manual_seed(0)
    network = Recurrent().eval()
    inputs = torch.randn(2, 16, 832, device="cuda")
    modules: dict[str, nn.Module] = dict(network.layers.items())
    store = HostStore(copy.deepcopy(modules), pin=True)
    with torch.inference_mode():
        expected = copy.deepcopy(network).to("cuda")(inputs)
    budget = 2 * store.nbytes("a")
    manager = ResidencyManager(device="cuda", budget_bytes=budget, store=store)
    for name, module in modules.items():
        manager.manage(name, module)
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    with manager.managed(tuple(NAMES), prefetch=prefetch), torch.inference_mode():
        for _ in range(3):
            assert torch.equal(network(inputs), expected)
    # Recurrent weights are copied once more into one block for cuDNN, one module at a time.
    assert torch.cuda.max_memory_allocated() - before <= budget + 2 * store.nbytes("a")


def test_work_that_runs_out_of_gpu_memory_is_finished_in_pieces() -> None:
    each = torch.cuda.mem_get_info()[0] // 3
    size = PieceSize()

    def work(items: Sequence[int]) -> list[int]:
        held = torch.empty(len(items), each, dtype=torch.uint8, device="cuda")
        return [item * held.shape[0] // len(items) for item in items]

    assert run_in_pieces(work, range(8), size=size) == list(range(8))
    assert size.items == 2
