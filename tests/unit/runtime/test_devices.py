"""The devices of this machine, with and without a container's limit."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest
import torch

from redheart_core.errors import DeviceError
from redheart_core.runtime import devices
from redheart_core.runtime.devices import choose_device, limited_memory, list_devices, supports_bf16, supports_int8


def test_the_processor_is_always_listed_first_with_real_memory() -> None:
    processor = list_devices()[0]
    assert (processor.name, processor.kind) == ("cpu", "cpu")
    assert 0 < processor.free_bytes <= processor.total_bytes <= psutil.virtual_memory().total
    assert torch.backends.cpu.get_cpu_capability() in processor.description


def test_auto_takes_a_device_that_exists() -> None:
    assert choose_device().name in {device.name for device in list_devices()}


def test_an_unknown_device_is_answered_with_the_known_ones() -> None:
    with pytest.raises(DeviceError, match=r"no device 'cuda:97'; this machine has cpu.*Choose one"):
        choose_device("cuda:97")


def test_auto_prefers_the_gpu_with_most_free_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def device(name: str, free: int) -> devices.DeviceInfo:
        return devices.DeviceInfo(
            name=name, kind=name[:4].strip(":"), total_bytes=99, free_bytes=free, description=name
        )

    listed = (device("cpu", 90), device("cuda:0", 10), device("cuda:1", 20))
    monkeypatch.setattr(devices, "list_devices", lambda: listed)
    assert choose_device("auto").name == "cuda:1"
    assert choose_device("cuda").name == "cuda:0"
    assert choose_device("cpu").name == "cpu"


@pytest.mark.parametrize(
    ("capability", "bf16", "int8"),
    [
        ("avx512_bf16", True, False),
        ("amx_bf16", True, False),
        ("bf16", True, False),
        ("avx512_vnni", False, True),
        ("dot", False, True),
        ("avx2", False, False),
    ],
)
def test_native_formats_follow_the_processors_capabilities(
    monkeypatch: pytest.MonkeyPatch, capability: str, bf16: bool, int8: bool
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {capability: True, "avx512_f": True})
    assert (supports_bf16("cpu"), supports_int8("cpu")) == (bf16, int8)


def test_a_containers_limit_bounds_total_and_free_memory(tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text("1000\n")
    (tmp_path / "memory.current").write_text("700\n")
    (tmp_path / "memory.stat").write_text("anon 500\ninactive_file 150\n")
    assert limited_memory(8000, 4000, tmp_path) == (1000, 450)
    assert limited_memory(8000, 400, tmp_path) == (1000, 400)


def test_without_a_limit_the_machines_figures_stay(tmp_path: Path) -> None:
    assert limited_memory(8000, 4000, tmp_path / "missing") == (8000, 4000)
    (tmp_path / "memory.max").write_text("max\n")
    (tmp_path / "memory.current").write_text("700\n")
    assert limited_memory(8000, 4000, tmp_path) == (8000, 4000)
