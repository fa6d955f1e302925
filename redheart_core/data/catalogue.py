"""The catalogue: where each data set comes from, under which licence, and the hash of every file."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote

from redheart_core.data.licences import is_shippable
from redheart_core.data.source import file_sha256
from redheart_core.errors import DataError

RAW = "https://raw.githubusercontent.com"
"""Serves a file of a repository at a commit as ``RAW/OWNER/REPOSITORY/COMMIT/PATH``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueFile:
    """One file, as training reads it."""

    path: str
    """Below the data folder."""
    size_bytes: int
    sha256: str
    upstream: str = ""
    """Path in the repository where the same bytes lie; empty where they do not."""
    archive: str = ""
    """Path in the repository of the zip file that holds a member of this file's name."""
    by_hand: str = ""
    """How to make it, where nothing can be fetched as it is."""

    @property
    def name(self) -> str:
        """Last part of the path."""
        return PurePosixPath(self.path).name


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueEntry:
    """One data set."""

    name: str
    title: str
    licence: str
    repository: str
    """Owner and name on GitHub."""
    commit: str
    files: tuple[CatalogueFile, ...]
    note: str = ""

    @property
    def shippable(self) -> bool:
        """Whether weights trained on it may be shipped."""
        return is_shippable(self.licence)

    @property
    def size_bytes(self) -> int:
        """Of all files."""
        return sum(file.size_bytes for file in self.files)

    def url(self, upstream: str, base: str = RAW) -> str:
        """Return the address of a path of the repository at the recorded commit."""
        return f"{base}/{self.repository}/{self.commit}/{quote(upstream)}"


class FileState(StrEnum):
    """What stands in the data folder under a path of the catalogue."""

    SAME = "same"
    MISSING = "missing"
    OTHER = "other"
    """There is a file, with other content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedFile:
    """One file of the catalogue, looked at."""

    dataset: str
    path: str
    state: FileState
    expected_sha256: str
    found_sha256: str
    """Empty where the file is missing."""


@cache
def load_catalogue() -> tuple[CatalogueEntry, ...]:
    """Return every data set of ``catalogue.toml``."""
    source = files("redheart_core.data").joinpath("catalogue.toml").read_text(encoding="utf-8")
    return tuple(_entry(entry) for entry in tomllib.loads(source)["dataset"])


def choose_entries(names: Iterable[str]) -> tuple[CatalogueEntry, ...]:
    """Return the named data sets; for no names, all that weights may be shipped from.

    Raises:
        DataError: A name is not in the catalogue.
    """
    entries = {entry.name: entry for entry in load_catalogue()}
    wanted = tuple(names) or tuple(name for name, entry in entries.items() if entry.shippable)
    unknown = [name for name in wanted if name not in entries]
    if unknown:
        raise DataError(f"There is no data set {', '.join(unknown)}. Known are {', '.join(entries)}.")
    return tuple(entries[name] for name in wanted)


def verify_entry(entry: CatalogueEntry, data_dir: Path) -> tuple[VerifiedFile, ...]:
    """Compare every file of one data set with its recorded hash."""
    return tuple(_verify(entry.name, file, data_dir / file.path) for file in entry.files)


def _verify(dataset: str, file: CatalogueFile, path: Path) -> VerifiedFile:
    found = file_sha256(path) if path.is_file() else ""
    state = FileState.MISSING if not found else FileState.SAME if found == file.sha256 else FileState.OTHER
    return VerifiedFile(dataset=dataset, path=file.path, state=state, expected_sha256=file.sha256, found_sha256=found)


def _entry(entry: dict[str, Any]) -> CatalogueEntry:
    parts = tuple(
        CatalogueFile(size_bytes=file["bytes"], **{key: value for key, value in file.items() if key != "bytes"})
        for file in entry["file"]
    )
    return CatalogueEntry(files=parts, **{key: value for key, value in entry.items() if key != "file"})
