"""What the machine does while a run goes on: processor, memory, disk, GPU, looked at every few seconds by a thread."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil
import torch

SAMPLE_EVERY_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSample:
    """One GPU."""

    name: str
    used_bytes: int
    """By everybody."""
    total_bytes: int
    allocated_bytes: int
    """By tensors of this process."""
    peak_bytes: int
    """Most that tensors of this process took so far."""
    busy_percent: float | None
    """None where the driver's library (the package nvidia-ml-py) is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The machine at one moment."""

    at_s: float
    cpu_percent: float
    """Of all cores, since the last sample."""
    process_cpu_percent: float
    """Of this process; 200 is two cores."""
    process_bytes: int
    """Resident memory of this process."""
    used_bytes: int
    total_bytes: int
    disk_free_bytes: int
    """Of the disk that holds the run."""
    disk_total_bytes: int
    devices: tuple[DeviceSample, ...] = ()


class Sampler:
    """Takes samples in a thread until closed. The first comes after one interval: a share needs a stretch of time."""

    def __init__(self, folder: Path, take: Callable[[Sample], None], *, now_s: Callable[[], float], every_s: float):
        self._folder, self._take, self._now_s, self._every_s = folder, take, now_s, every_s
        self._process = psutil.Process()
        self._process.cpu_percent()
        psutil.cpu_percent()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._work, name="telemetry", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop sampling and wait for the thread."""
        self._closing.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._closing.wait(self._every_s):
            # A sample that the system refuses is a gap in a curve, never the end of a training.
            with contextlib.suppress(OSError, psutil.Error, RuntimeError):
                self._take(self._sample())

    def _sample(self) -> Sample:
        memory, disk = psutil.virtual_memory(), psutil.disk_usage(str(self._folder))
        return Sample(
            at_s=self._now_s(),
            cpu_percent=psutil.cpu_percent(),
            process_cpu_percent=self._process.cpu_percent(),
            process_bytes=self._process.memory_info().rss,
            used_bytes=memory.total - memory.available,
            total_bytes=memory.total,
            disk_free_bytes=disk.free,
            disk_total_bytes=disk.total,
            devices=tuple(map(_device, range(torch.cuda.device_count()))) if _uses_gpu() else (),
        )


def _uses_gpu() -> bool:
    """Say whether this process uses a GPU: merely asking one how it is would take hundreds of MB of it."""
    return bool(torch.cuda.is_initialized())  # type: ignore[no-untyped-call]


def _device(index: int) -> DeviceSample:
    free_bytes, total_bytes = torch.cuda.mem_get_info(index)
    return DeviceSample(
        name=torch.cuda.get_device_name(index),
        used_bytes=total_bytes - free_bytes,
        total_bytes=total_bytes,
        allocated_bytes=torch.cuda.memory_allocated(index),
        peak_bytes=torch.cuda.max_memory_allocated(index),
        busy_percent=_busy_percent(index),
    )


def _busy_percent(index: int) -> float | None:
    try:
        return float(torch.cuda.utilization(index))
    except (ModuleNotFoundError, RuntimeError):
        return None
