"""Modules come and go within a budget, and the numbers do not notice."""

from __future__ import annotations

import copy
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from redheart_core.errors import CheckpointError, ConfigError, OutOfDeviceMemoryError
from redheart_core.model.network import RedHeartModel
from redheart_core.model.presets import TINY
from redheart_core.runtime.lease import lease
from redheart_core.runtime.modes import MODES, Mode, residency_for
from redheart_core.runtime.residency import ResidencyManager
from redheart_core.runtime.stores import HostStore, MappedStore, ModuleStore
from redheart_core.runtime.timeline import Action, ResidencyEvent

LAYER_BYTES = 4 * (8 * 8 + 8)


class Stack(nn.Module):
    """Four equal layers, called in order."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleDict({name: nn.Linear(8, 8) for name in "abcd"})

    def forward(self, values: Tensor) -> Tensor:
        for layer in self.layers.values():
            values = torch.tanh(layer(values))
        return values


@pytest.fixture
def stack() -> Stack:
    torch.manual_seed(0)
    return Stack().eval()


def managing(stack: Stack, *, room: int, pinned: str = "", store: ModuleStore | None = None) -> ResidencyManager:
    modules = dict(stack.layers.items())
    manager = ResidencyManager(
        device="cpu", budget_bytes=room * LAYER_BYTES, store=store or HostStore(copy.deepcopy(modules))
    )
    for name, module in modules.items():
        manager.manage(name, module, pinned=name in pinned)
    return manager


def moves(events: tuple[ResidencyEvent, ...]) -> list[tuple[str, str]]:
    return [(event.action.value, event.name) for event in events]


INPUTS = torch.linspace(-1, 1, 16).view(2, 8)


@pytest.mark.parametrize("prefetch", [True, False])
@pytest.mark.parametrize("room", [1, 2, 3, 4])
def test_the_numbers_are_the_same_under_any_budget(stack: Stack, room: int, prefetch: bool) -> None:
    expected = stack(INPUTS)
    manager = managing(stack, room=room)
    with manager.managed("abcd", prefetch=prefetch):
        for _ in range(3):
            assert torch.equal(stack(INPUTS), expected)
    assert max((event.resident_bytes_after for event in manager.events[4 - room :]), default=0) <= room * LAYER_BYTES


def test_a_module_that_is_not_resident_has_no_storage(stack: Stack) -> None:
    manager = managing(stack, room=2)
    on_meta = {name for name, layer in stack.layers.items() if next(layer.parameters()).is_meta}
    assert on_meta == set("abcd") - set(manager.resident_names)
    assert len(manager.resident_names) == 2
    assert manager.resident_bytes == 2 * LAYER_BYTES


def test_oldest_goes_when_room_is_needed_and_pinned_stays(stack: Stack) -> None:
    manager = managing(stack, room=2, pinned="a")
    with manager.managed():
        stack(INPUTS)
    assert moves(manager.events)[-4:] == [
        ("evicted", "b"),
        ("brought_in", "c"),
        ("evicted", "c"),
        ("brought_in", "d"),
    ]
    assert manager.resident_names == ("a", "d")


def test_the_next_module_is_fetched_while_this_one_calculates(stack: Stack) -> None:
    manager = managing(stack, room=2)
    with manager.managed("abcd"):
        stack(INPUTS)
        stack(INPUTS)
    actions = moves(manager.events)
    assert ("prefetched", "d") in actions
    assert actions.index(("prefetched", "d")) < actions.index(("arrived", "d"))
    assert ("brought_in", "d") not in actions


def test_prefetching_never_displaces_the_module_in_use(stack: Stack) -> None:
    manager = managing(stack, room=1)
    with manager.managed("abcd"):
        stack(INPUTS)
    assert not any(event.action is Action.PREFETCHED for event in manager.events)


def test_what_was_fetched_in_vain_is_let_go_at_the_end(stack: Stack) -> None:
    manager = managing(stack, room=2)
    with manager.managed("abcd"):
        manager.bring_in("b")
        manager.bring_in("c")
    assert manager.resident_bytes == sum(LAYER_BYTES for _ in manager.resident_names)


def test_the_hooks_come_off_also_after_an_error(stack: Stack) -> None:
    manager = managing(stack, room=4)
    with pytest.raises(KeyError), manager.managed():
        raise KeyError
    assert not any(part._forward_pre_hooks for part in stack.modules())


def test_a_block_inside_a_block_changes_nothing(stack: Stack) -> None:
    manager = managing(stack, room=2)
    with manager.managed("abcd"):
        with manager.managed():
            stack(INPUTS)
        assert [len(layer._forward_pre_hooks) for layer in stack.layers.values()] == [1, 1, 1, 1]
        stack(INPUTS)
    assert ("arrived", "d") in moves(manager.events)[-8:]
    assert not any(part._forward_pre_hooks for part in stack.modules())


def test_a_part_that_is_called_alone_brings_in_the_whole() -> None:
    blocks = {name: nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4)) for name in "ab"}
    manager = ResidencyManager(device="cpu", budget_bytes=4 * 40, store=HostStore(copy.deepcopy(blocks)))
    for name, block in blocks.items():
        manager.manage(name, block)
    expected = [blocks["b"][1](torch.ones(4)).tolist()]
    with manager.managed():
        blocks["a"](torch.ones(4))
        assert manager.resident_names == ("a",)
        assert [blocks["b"][1](torch.ones(4)).tolist()] == expected


def test_events_tell_sizes_and_what_is_resident_afterwards(stack: Stack) -> None:
    manager = managing(stack, room=1)
    with manager.managed():
        stack(INPUTS)
    assert all(event.bytes == LAYER_BYTES for event in manager.events)
    times = [event.time_s for event in manager.events]
    assert times == sorted(times)
    resident = LAYER_BYTES
    for event in manager.events[-4:]:
        resident += -LAYER_BYTES if event.action is Action.EVICTED else LAYER_BYTES
        assert event.resident_bytes_after in (0, LAYER_BYTES)
    assert resident == LAYER_BYTES


def test_the_log_is_bounded(stack: Stack) -> None:
    modules = dict(stack.layers.items())
    manager = ResidencyManager(
        device="cpu", budget_bytes=LAYER_BYTES, store=HostStore(copy.deepcopy(modules)), max_events=5
    )
    for name, module in modules.items():
        manager.manage(name, module)
    with manager.managed():
        for _ in range(4):
            stack(INPUTS)
    assert len(manager.events) == 5


def test_a_budget_too_small_for_pinned_and_largest_is_refused_with_the_sizes(stack: Stack) -> None:
    with pytest.raises(OutOfDeviceMemoryError, match=r"cannot hold .* of pinned modules and .* for 'b'.*Raise it to"):
        managing(stack, room=1, pinned="a")


def test_parameters_keep_whether_they_learn_and_can_learn_after_inference_mode(stack: Stack) -> None:
    stack.layers["a"].requires_grad_(False)
    manager = managing(stack, room=1)
    with manager.managed(), torch.inference_mode():
        stack(INPUTS)
    manager.bring_in("a")
    assert not any(weight.requires_grad or weight.is_inference() for weight in stack.layers["a"].parameters())
    manager.bring_in("b")
    stack.layers["b"](INPUTS).sum().backward()
    assert all(weight.grad is not None for weight in stack.layers["b"].parameters())


def test_weights_of_another_module_are_refused(stack: Stack) -> None:
    others: Mapping[str, nn.Module] = {name: nn.Linear(8, 8, bias=False) for name in "abcd"}
    manager = managing(stack, room=4, store=HostStore(others))
    manager.evict("a")
    with pytest.raises(CheckpointError, match=r"stored for 'a' are another module's: they differ in bias"):
        manager.bring_in("a")
    assert "a" not in manager.resident_names


def test_a_type_that_differs_is_refused(stack: Stack) -> None:
    manager = managing(stack, room=4, store=HostStore({name: nn.Linear(8, 8).half() for name in "abcd"}))
    manager.evict("a")
    with pytest.raises(CheckpointError, match=r"a\.weight is stored as \(8, 8\) torch\.float16, the module wants"):
        manager.bring_in("a")


def test_shared_parameters_and_unknown_names_are_refused(stack: Stack) -> None:
    manager = managing(stack, room=4)
    with pytest.raises(ConfigError, match="managed already"):
        manager.manage("a", nn.Linear(8, 8))
    with pytest.raises(ConfigError, match="Not managed: z"), manager.managed("az"):
        pass
    tied = ResidencyManager(device="cpu", budget_bytes=10**6, store=HostStore({"one": stack, "two": stack}))
    tied.manage("one", stack)
    with pytest.raises(ConfigError, match="shares parameters"):
        tied.manage("two", stack.layers["a"])


def test_an_unsaved_buffer_without_storage_is_refused() -> None:
    model = RedHeartModel(TINY)
    with torch.device("meta"):
        hollow = RedHeartModel(TINY)
    manager = ResidencyManager(device="cpu", budget_bytes=10**9, store=HostStore({"backbone": model.backbone}))
    with pytest.raises(ConfigError, match=r"'positions_TD'.*has no storage"):
        manager.manage("backbone", hollow.backbone)
    hollow.load_state_dict(model.state_dict(), assign=True)
    hollow.backbone.embedding.restore_positions()
    manager.manage("backbone", hollow.backbone)
    manager.evict("backbone")
    manager.bring_in("backbone")
    ids_BT = torch.arange(6)[None]
    wanted = model.backbone(model.backbone.embedding(ids_BT), ids_BT >= 0, torch.zeros_like(ids_BT))
    got = hollow.backbone(hollow.backbone.embedding(ids_BT), ids_BT >= 0, torch.zeros_like(ids_BT))
    assert torch.equal(got, wanted)


def parts_of(model: RedHeartModel) -> dict[str, nn.Module]:
    grouped = {
        f"{group}.{name}": part for group in ("heads", "analyzers") for name, part in getattr(model, group).items()
    }
    return {"backbone": model.backbone, **grouped, "bridge": model.bridge, "auxiliary": model.auxiliary}


@pytest.mark.parametrize("prefetch", [True, False])
def test_a_model_read_from_mapped_files_in_medium_mode_gives_the_same_numbers(tmp_path: Path, prefetch: bool) -> None:
    torch.manual_seed(0)
    model = RedHeartModel(TINY).eval()
    save_file(model.state_dict(), tmp_path / "model.safetensors")
    store = MappedStore([tmp_path / "model.safetensors"])
    ids_BT = torch.arange(40).view(2, 20)
    inputs = (ids_BT, torch.ones_like(ids_BT, dtype=torch.bool), torch.zeros_like(ids_BT))
    with torch.inference_mode():
        expected = model(*inputs).logits
    modules = parts_of(model)
    pinned = sum(store.nbytes(name) for name in modules if MODES[Mode.MEDIUM].keeps(name))
    largest = max(store.nbytes(name) for name in modules if not MODES[Mode.MEDIUM].keeps(name))
    settings = MODES[Mode.MEDIUM].with_budget((pinned + 2 * largest) / 2**30)
    manager = residency_for(settings, modules, device="cpu", store=store)
    num_events = len(manager.events)
    with manager.managed(tuple(modules), prefetch=prefetch), torch.inference_mode():
        for _ in range(2):
            got = model(*inputs).logits
            assert all(torch.equal(got[family], expected[family]) for family in expected)
    assert {"backbone", "heads.emotion_head"} <= set(manager.resident_names)
    assert any(event.action is Action.EVICTED for event in manager.events)
    assert max(event.resident_bytes_after for event in manager.events[num_events:]) <= settings.budget_bytes


def test_heavy_mode_keeps_everything_and_says_when_it_cannot(tmp_path: Path) -> None:
    model = RedHeartModel(TINY).eval()
    modules = parts_of(model)
    manager = residency_for(MODES[Mode.HEAVY], modules, device="cpu", store=HostStore(modules))
    assert set(manager.resident_names) == set(modules)
    with pytest.raises(OutOfDeviceMemoryError, match="pin fewer modules"):
        residency_for(MODES[Mode.HEAVY].with_budget(1e-6), modules, device="cpu", store=HostStore(modules))


def test_a_mode_needs_a_positive_budget() -> None:
    with pytest.raises(ConfigError, match=r"light has a budget of 0\.0 GiB"):
        MODES[Mode.LIGHT].with_budget(0.0)


class _Failing:
    """A store whose files vanish."""

    def __init__(self, store: ModuleStore) -> None:
        self.store = store
        self.broken = threading.Event()

    def load(self, name: str) -> Mapping[str, Tensor]:
        if self.broken.is_set():
            raise CheckpointError("The file is gone.")
        return self.store.load(name)

    def nbytes(self, name: str) -> int:
        return self.store.nbytes(name)


def test_a_failed_load_is_reported_and_the_next_try_succeeds(stack: Stack) -> None:
    store = _Failing(HostStore(copy.deepcopy(dict(stack.layers.items()))))
    expected = stack(INPUTS)
    manager = managing(stack, room=2, store=store)
    with manager.managed("abcd"):
        store.broken.set()
        with pytest.raises(CheckpointError, match="gone"):
            stack(INPUTS)
        store.broken.clear()
        assert torch.equal(stack(INPUTS), expected)


def test_threads_that_lease_a_managed_network_get_the_sequential_numbers(stack: Stack) -> None:
    inputs = [INPUTS * index for index in range(8)]
    expected = [stack(each) for each in inputs]
    manager = managing(stack, room=2)
    got: dict[tuple[int, int], Tensor] = {}

    def read(index: int) -> None:
        for repeat in range(10):
            with lease(stack):
                got[index, repeat] = stack(inputs[index])

    with manager.managed("abcd"):
        threads = [threading.Thread(target=read, args=(index,)) for index in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(got) == 80
    assert all(torch.equal(got[index, repeat], expected[index]) for index, repeat in got)
