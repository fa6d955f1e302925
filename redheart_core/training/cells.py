"""Finished pieces of a long study on disk, so that it can be run in pieces and interrupted anywhere."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from redheart_core.errors import DataError
from redheart_core.model.shards import flush

Cell = TypeVar("Cell")


class CellFolder(Generic[Cell]):
    """One JSON file per finished piece.

    Args:
        directory: Where they lie.
        kind: The dataclass of a piece.
        identity: What all pieces depend on (configuration, data); a piece made with another is not found.
    """

    def __init__(self, directory: Path, kind: type[Cell], *, identity: str) -> None:
        self._directory, self._adapter = directory, TypeAdapter(kind)
        self._identity = hashlib.sha256(identity.encode()).hexdigest()[:12]

    def path(self, name: str) -> Path:
        """Return the file of a piece."""
        return self._directory / f"{re.sub(r'[^A-Za-z0-9_.+-]', '_', name)}-{self._identity}.json"

    def find(self, name: str) -> Cell | None:
        """Return a finished piece, or None.

        Raises:
            DataError: Its file is damaged.
        """
        path = self.path(name)
        if not path.exists():
            return None
        try:
            return self._adapter.validate_json(path.read_bytes(), strict=False)
        except ValidationError as error:
            problem = " ".join(str(error).split())[:200]
            raise DataError(f"{path}: not a finished piece of this study ({problem}). Delete it.") from error

    def get(self, name: str, make: Callable[[], Cell]) -> Cell:
        """Return a finished piece, or make and keep it."""
        found = self.find(name)
        if found is not None:
            return found
        made = make()
        self._directory.mkdir(parents=True, exist_ok=True)
        partial = self._directory / f".{self.path(name).name}.partial"
        partial.write_text(
            json.dumps(self._adapter.dump_python(made), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
        flush(partial)
        partial.replace(self.path(name))
        return made
