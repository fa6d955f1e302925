"""A lease serialises whoever hooks the same module."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable

import torch
from torch import Tensor, nn

from redheart_core.runtime.lease import is_leased, lease


def in_threads(number: int, work: Callable[[int], None]) -> None:
    threads = [threading.Thread(target=work, args=(index,)) for index in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def hooked_gradient(module: nn.Module, index: int) -> tuple[float, float]:
    """Return what a hook captured and the gradient of the weight; both are shared state of the module."""
    seen: list[Tensor] = []
    handle = module.register_forward_hook(lambda _module, _inputs, output: seen.append(output.detach()))
    module.zero_grad(set_to_none=True)
    module(torch.full((1, 4), float(index))).sum().backward()
    handle.remove()
    assert len(seen) == 1, "another thread's forward pass reached this hook"
    gradient = next(module.parameters()).grad
    assert gradient is not None
    return float(seen[0].sum()), float(gradient.sum())


def test_eight_threads_that_hook_one_module_get_the_sequential_results() -> None:
    torch.manual_seed(0)
    module = nn.Linear(4, 4)
    expected = [hooked_gradient(module, index) for index in range(8)]
    got: dict[tuple[int, int], tuple[float, float]] = {}

    def work(index: int) -> None:
        for repeat in range(20):
            with lease(module):
                got[index, repeat] = hooked_gradient(module, index)

    in_threads(8, work)
    assert len(got) == 160
    assert all(got[index, repeat] == expected[index] for index, repeat in got)


def test_the_same_thread_may_lease_again() -> None:
    module = nn.Linear(1, 1)
    with lease(module), lease(module):
        assert not is_leased(module)


def test_another_thread_waits_and_another_module_does_not_matter() -> None:
    module, other = nn.Linear(1, 1), nn.Linear(1, 1)
    seen: list[tuple[bool, bool]] = []
    with lease(module):
        in_threads(1, lambda _: seen.append((is_leased(module), is_leased(other))))
    in_threads(1, lambda _: seen.append((is_leased(module), is_leased(other))))
    assert seen == [(True, False), (False, False)]


def test_the_lock_does_not_keep_the_module_alive() -> None:
    module = nn.Linear(1, 1)
    with lease(module):
        pass
    alive = weakref.ref(module)
    del module
    gc.collect()
    assert alive() is None


def test_an_error_inside_ends_the_lease() -> None:
    module = nn.Linear(1, 1)
    try:
        with lease(module):
            raise ValueError
    except ValueError:
        pass
    seen: list[bool] = []
    in_threads(1, lambda _: seen.append(is_leased(module)))
    assert seen == [False]
