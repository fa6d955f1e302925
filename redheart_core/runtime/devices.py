"""The devices of this machine, what memory they have left, and which number formats their hardware multiplies."""

from __future__ import annotations

import platform
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import psutil
import torch

from redheart_core.errors import DeviceError

AUTO = "auto"
CPU = "cpu"
CUDA = "cuda"
_CPU_BF16 = ("avx512_bf16", "amx_bf16", "bf16", "sve_bf16")
_CPU_INT8 = ("avx512_vnni", "avx_vnni", "amx_int8", "i8mm", "dot")
_CONTROL_GROUP = Path("/sys/fs/cgroup")
_INT8_TENSOR_CORES = (7, 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceInfo:
    """A processor with its memory."""

    name: str
    """As ``torch.device`` takes it: ``cpu``, ``cuda:0``."""
    kind: str
    """``cpu`` or ``cuda``."""
    total_bytes: int
    free_bytes: int
    """What could be allocated now. For the processor: what the operating system, or the container's limit, leaves."""
    description: str


def list_devices() -> tuple[DeviceInfo, ...]:
    """Return the processor and every CUDA device, with their memory at this moment."""
    return (_processor(), *(_cuda(index) for index in range(torch.cuda.device_count())))


def choose_device(name: str = AUTO) -> DeviceInfo:
    """Return the device of that name; ``auto`` is the CUDA device with most free memory, else the processor.

    Raises:
        DeviceError: There is no such device; the message lists those that exist.
    """
    known = list_devices()
    if name == AUTO:
        return max(known, key=lambda device: (device.kind == CUDA, device.free_bytes))
    wanted = f"{CUDA}:0" if name == CUDA else name
    for device in known:
        if device.name == wanted:
            return device
    names = ", ".join(device.name for device in known)
    raise DeviceError(f"There is no device '{name}'; this machine has {names}. Choose one of them or '{AUTO}'.")


def supports_bf16(device: str) -> bool:
    """Return whether the hardware multiplies bfloat16 itself; without it, bfloat16 is emulated and slower.

    Asked of ``torch.cpu.get_capabilities`` (AVX-512 BF16, AMX, Arm BF16) or of the CUDA device.
    """
    if torch.device(device).type == CUDA:
        with torch.cuda.device(device):
            return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return _has_any(_CPU_BF16)


def supports_int8(device: str) -> bool:
    """Return whether the hardware has 8-bit dot products (VNNI, AMX, Arm dot product, CUDA tensor cores)."""
    if torch.device(device).type == CUDA:
        return torch.cuda.get_device_capability(device) >= _INT8_TENSOR_CORES
    return _has_any(_CPU_INT8)


def _has_any(capabilities: Iterable[str]) -> bool:
    found = torch.cpu.get_capabilities()
    return any(found.get(name, False) for name in capabilities)


def _processor() -> DeviceInfo:
    memory = psutil.virtual_memory()
    total, free = limited_memory(memory.total, memory.available, _CONTROL_GROUP)
    model = torch.cpu.get_capabilities().get("cpu_name") or platform.processor() or platform.machine()
    cores = psutil.cpu_count(logical=False) or psutil.cpu_count() or 1
    described = f"{model}, {cores} cores, {torch.backends.cpu.get_cpu_capability()}"
    return DeviceInfo(name=CPU, kind=CPU, total_bytes=total, free_bytes=free, description=described)


def limited_memory(total_bytes: int, free_bytes: int, control_group: Path) -> tuple[int, int]:
    """Return total and free memory under a container's limit, which the operating system's own figures ignore.

    Args:
        total_bytes: Memory of the machine.
        free_bytes: What the machine has left.
        control_group: Folder of the control group (version 2); without a limit there, the figures stay.
    """
    limit, used = _number(control_group / "memory.max"), _number(control_group / "memory.current")
    if limit is None or used is None:
        return total_bytes, free_bytes
    reclaimable = _statistic(control_group / "memory.stat", "inactive_file")
    left = max(0, limit - max(0, used - reclaimable))
    return min(total_bytes, limit), min(free_bytes, left)


def _number(path: Path) -> int | None:
    try:
        text = path.read_text(encoding="ascii").strip()
    except OSError:
        return None
    return int(text) if text.isdigit() else None


def _statistic(path: Path, name: str) -> int:
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(f"{name} ")), 0)


def _cuda(index: int) -> DeviceInfo:
    free, total = torch.cuda.mem_get_info(index)
    properties = torch.cuda.get_device_properties(index)
    described = f"{properties.name}, compute capability {properties.major}.{properties.minor}"
    return DeviceInfo(name=f"{CUDA}:{index}", kind=CUDA, total_bytes=total, free_bytes=free, description=described)
