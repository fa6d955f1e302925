"""How full memory is: the one number that batch sizes are decided on."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol

import psutil
import torch


class MemoryProbe(Protocol):
    """Measures memory."""

    def used_share(self) -> float:
        """Return the used part of what may be used; 1 is full."""


class ProcessMemory:
    """Resident memory of this process against a budget."""

    def __init__(self, budget_bytes: int) -> None:
        self._budget_bytes = budget_bytes
        self._process = psutil.Process(os.getpid())

    def used_share(self) -> float:
        """See ``MemoryProbe``."""
        return float(self._process.memory_info().rss) / self._budget_bytes


class DeviceMemory:
    """Highest memory allocated on a GPU since the last question, against what it has."""

    def __init__(self, device: torch.device) -> None:
        self._device = device

    def used_share(self) -> float:
        """See ``MemoryProbe``."""
        peak_bytes = torch.cuda.max_memory_allocated(self._device)
        torch.cuda.reset_peak_memory_stats(self._device)
        return peak_bytes / torch.cuda.get_device_properties(self._device).total_memory


def memory_probe(device: torch.device, *, budget_bytes: int | None) -> MemoryProbe:
    """Return the probe of a device. On a CPU the budget is, when left out, what the machine has."""
    if device.type == "cuda":
        return DeviceMemory(device)
    return ProcessMemory(budget_bytes or _machine_bytes())


def _machine_bytes() -> int:
    """Return the memory of the machine, or of the control group this process is confined to."""
    limit = Path("/sys/fs/cgroup/memory.max")
    total = int(psutil.virtual_memory().total)
    text = limit.read_text("utf-8").strip() if limit.is_file() else "max"
    return min(total, int(text)) if text.isdigit() else total
