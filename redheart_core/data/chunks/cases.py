"""The cases of a chunk: identifier and text, packed as deflated JSON lines."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
LEVEL = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A passage that was encoded."""

    id: str
    text: str
    label: str = ""
    """What people said of it, as its source writes it; empty where it says nothing."""


def pack_cases(cases: Sequence[Case]) -> Bytes:
    """Return the packed cases; the same cases give the same bytes."""
    return np.frombuffer(zlib.compress(_lines(cases), LEVEL), dtype=np.uint8)


def unpack_cases(packed: Bytes) -> tuple[Case, ...]:
    """Return the cases. The bytes must have been checked: they are trusted to be ours."""
    lines = zlib.decompress(packed.tobytes()).decode().splitlines()
    return tuple(Case(id=row[0], text=row[1], label="".join(row[2:])) for row in map(json.loads, lines))


def cases_sha256(cases: Sequence[Case]) -> str:
    """Return a hash by which a rerun knows that a chunk already holds these cases."""
    return hashlib.sha256(_lines(cases)).hexdigest()


def _lines(cases: Sequence[Case]) -> bytes:
    """Write one JSON array per line. ASCII escapes keep characters that some programs take for line ends inside.

    A case without a label is written without one, as in stores that are older than labels.
    """
    rows = ([case.id, case.text, *([case.label] if case.label else [])] for case in cases)
    return "".join(f"{json.dumps(row)}\n" for row in rows).encode()
