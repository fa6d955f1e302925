"""The file of decompositions that were really computed: references and numbers, no text.

The first line says which checkpoint's scores were decomposed and how; every other line is one text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from redheart_core.errors import DataError

FORMAT: Literal["redheart.surd-decompositions/1"] = "redheart.surd-decompositions/1"
FourShares = tuple[float, float, float, float]
"""Redundant, unique, synergistic and leaked share of the target's entropy."""


class Heading(BaseModel):
    """What all rows have in common."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    format: Literal["redheart.surd-decompositions/1"] = FORMAT
    checkpoint_sha256: str
    """Of the model whose realistic score was decomposed."""
    estimator: str
    """How, in words."""
    num_degenerate: int
    """Texts that were tried and could not be decomposed."""
    minutes: float


class Decomposition(BaseModel):
    """One text."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    source: str
    row: str
    sha256: str
    """Of the text."""
    language: str
    licence: str
    is_held_out: bool
    shares: FourShares
    """Corrected for bias."""
    plug_in: FourShares
    repeated: FourShares | None = None
    """Corrected shares of a second ensemble with other draws and alterations; of held-out texts."""
    num_texts: int
    """Different texts that were scored for it."""


class Decompositions(BaseModel):
    """A whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    heading: Heading
    rows: tuple[Decomposition, ...]

    def to_bytes(self) -> bytes:
        """Return the file; the same content gives the same bytes."""
        lines = [self.heading.model_dump_json(), *(row.model_dump_json() for row in self.rows)]
        return ("\n".join(lines) + "\n").encode()

    @property
    def sha256(self) -> str:
        """Hash of the file."""
        return hashlib.sha256(self.to_bytes()).hexdigest()


def write_decompositions(path: Path, found: Decompositions) -> None:
    """Write the file, put in place by one rename.

    Raises:
        DataError: It cannot be written.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_bytes(found.to_bytes())
        part.replace(path)
    except OSError as problem:
        raise DataError(f"{path}: cannot be written ({problem.strerror}). Choose another place.") from problem


def read_decompositions(path: Path) -> Decompositions:
    """Read the file.

    Raises:
        DataError: It cannot be read or is of another form; the message names the line.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        raise DataError(f"{path}: cannot be read ({problem}). Make it with redheart surd decompose.") from problem
    return Decompositions(heading=_heading(path, lines), rows=tuple(_rows(path, lines[1:])))


def _heading(path: Path, lines: list[str]) -> Heading:
    try:
        return Heading.model_validate_json(lines[0] if lines else "")
    except ValidationError as problem:
        raise DataError(
            f"{path}, line 1: not the heading of decompositions. Make it with redheart surd decompose."
        ) from (problem)


def _rows(path: Path, lines: Iterable[str]) -> Iterable[Decomposition]:
    for number, line in enumerate(lines, start=2):
        try:
            yield Decomposition.model_validate_json(line)
        except ValidationError as problem:
            raise DataError(f"{path}, line {number}: not a decomposition. Make the file again.") from problem
