"""One JSON file per measurement in ``data/``: the command that repeats it, the machine, the date, rows of numbers."""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import TypeAlias

from pydantic import TypeAdapter, ValidationError

from redheart_core.errors import DataError

Scalar: TypeAlias = str | int | float | bool | None
_FOLDER = Path(str(files("redheart_core.measurements"))) / "data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """What was measured, and how to measure it again."""

    command: str
    machine: str
    date: str
    """ISO date."""
    torch: str
    notes: tuple[str, ...] = ()
    """What a reader must know before comparing the numbers."""
    facts: Mapping[str, Scalar] = field(default_factory=dict)
    """Numbers about the whole measurement: seed, size, limits."""
    rows: tuple[Mapping[str, Scalar], ...]

    def __post_init__(self) -> None:
        date = datetime.date.fromisoformat(self.date)
        if not (self.rows and self.command and date):
            raise ValueError("A measurement needs a command, a date and at least one row.")


def recorded_names() -> tuple[str, ...]:
    """Return the names of the recorded measurements."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.json")))


def load_measurement(name: str) -> Measurement | None:
    """Read a recorded measurement, or return None where it has not been made.

    Raises:
        DataError: The file is damaged.
    """
    if name not in recorded_names():
        return None
    path = _FOLDER / f"{name}.json"
    return parse_measurement(path.read_bytes(), name=path.name)


def parse_measurement(content: bytes, *, name: str) -> Measurement:
    """Read a measurement as ``save_measurement`` writes it; ``name`` is for messages.

    Raises:
        DataError: It is none.
    """
    try:
        return TypeAdapter(Measurement).validate_json(content, strict=False)
    except ValidationError as error:
        problem = " ".join(str(error).split())[:200]
        raise DataError(f"{name}: not a recorded measurement: {problem}. Restore it or measure again.") from error


def save_measurement(
    path: Path,
    *,
    command: str,
    torch_version: str,
    rows: Iterable[Mapping[str, Scalar]],
    facts: Mapping[str, Scalar] | None = None,
    notes: Iterable[str] = (),
) -> Measurement:
    """Write a measurement made now, on this machine, and return it."""
    measurement = Measurement(
        command=command,
        machine=this_machine(),
        date=datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        torch=torch_version,
        notes=tuple(notes),
        facts=dict(facts or {}),
        rows=tuple(rows),
    )
    content = json.dumps(asdict(measurement), ensure_ascii=False, indent=1)
    path.write_text(content + "\n", encoding="utf-8")
    return measurement


def this_machine() -> str:
    """Describe the processor as the operating system names it, with the number of usable cores."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{os.cpu_count()} cores, {names[0] if names else 'unnamed processor'}"
