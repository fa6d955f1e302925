"""What lies in memory on this machine at this moment."""

from __future__ import annotations

from collections.abc import Sequence

from redheart_core.inference.engine import RedHeart
from redheart_core.inference.leased import LeasedReader
from redheart_core.runtime.devices import DeviceInfo
from redheart_core.runtime.packed import held_bytes
from workbench.copy import UiLanguage, say
from workbench.views.measured import gib


def here_facts(model: RedHeart, devices: Sequence[DeviceInfo], language: UiLanguage) -> tuple[tuple[str, str], ...]:
    """Return names and values: the weights that are held, then every device with its free memory."""
    rows = [(say("machinery.here.weights", language), _weights(model, language))]
    for device in devices:
        memory = say("machinery.here.memory", language, total=gib(device.total_bytes), free=gib(device.free_bytes))
        rows.append((device.name, f"{device.description} · {memory}"))
    return tuple(rows)


def _weights(model: RedHeart, language: UiLanguage) -> str:
    reader = model.reader
    if not isinstance(reader, LeasedReader):
        return say("machinery.here.nothing", language)
    total = gib(held_bytes(reader.checkpoint.model))
    precision = str(model.precision)
    if reader.residency is None:
        return say("machinery.here.all", language, size=total, precision=precision)
    return say(
        "machinery.here.part",
        language,
        size=gib(reader.residency.resident_bytes),
        total=total,
        budget=gib(reader.residency.budget_bytes),
        precision=precision,
    )
