"""Bringing the files of the catalogue into the data folder: what is there and right is left alone."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from pathlib import Path, PurePosixPath

from redheart_core.data.catalogue import RAW, CatalogueEntry, CatalogueFile, FileState, verify_entry
from redheart_core.data.download import BLOCK_BYTES, Expected, download
from redheart_core.data.source import file_sha256
from redheart_core.errors import DataError

Progress = Callable[[str, int, int | None], None]
"""Told path, bytes so far, and bytes in all where they are known."""


class Outcome(StrEnum):
    """What became of one file."""

    PRESENT = "present"
    FETCHED = "fetched"
    BY_HAND = "by hand"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedFile:
    """One file of the catalogue after a try."""

    path: str
    outcome: Outcome
    detail: str = ""
    """Why it failed, or how to make it."""


def fetch_entry(
    entry: CatalogueEntry, data_dir: Path, *, base: str = RAW, progress: Progress = lambda *_: None
) -> Iterator[FetchedFile]:
    """Fetch what is missing or different of one data set; one file that fails does not stop the others.

    Args:
        entry: The data set.
        data_dir: Folder of the data sets.
        base: Serves repositories as ``RAW`` does.
        progress: Told how far a file is.
    """
    states = {verified.path: verified.state for verified in verify_entry(entry, data_dir)}
    wanted = [file for file in entry.files if states[file.path] is not FileState.SAME]
    for file in entry.files:
        if file not in wanted:
            yield FetchedFile(path=file.path, outcome=Outcome.PRESENT)
        elif file.by_hand:
            yield FetchedFile(path=file.path, outcome=Outcome.BY_HAND, detail=file.by_hand)
        elif file.upstream:
            yield _fetch_file(entry, file, data_dir, base, progress)
    for archive, members in groupby((file for file in wanted if file.archive), key=lambda file: file.archive):
        yield from _fetch_archive(entry, archive, tuple(members), data_dir, base, progress)


def _fetch_file(
    entry: CatalogueEntry, file: CatalogueFile, data_dir: Path, base: str, progress: Progress
) -> FetchedFile:
    expected = Expected(size_bytes=file.size_bytes, sha256=file.sha256)
    try:
        download(
            entry.url(file.upstream, base),
            data_dir / file.path,
            expected,
            lambda arrived: progress(file.path, arrived, file.size_bytes),
        )
    except DataError as error:
        return FetchedFile(path=file.path, outcome=Outcome.FAILED, detail=str(error))
    return FetchedFile(path=file.path, outcome=Outcome.FETCHED)


def _fetch_archive(
    entry: CatalogueEntry,
    archive: str,
    members: tuple[CatalogueFile, ...],
    data_dir: Path,
    base: str,
    progress: Progress,
) -> Iterator[FetchedFile]:
    packed = data_dir / entry.name / PurePosixPath(archive).name
    try:
        download(entry.url(archive, base), packed, Expected(), lambda arrived: progress(archive, arrived, None))
        for file in members:
            yield _unpack(packed, file, data_dir)
    except DataError as error:
        for file in members:
            yield FetchedFile(path=file.path, outcome=Outcome.FAILED, detail=str(error))
    packed.unlink(missing_ok=True)


def _unpack(packed: Path, file: CatalogueFile, data_dir: Path) -> FetchedFile:
    target = data_dir / file.path
    part = target.with_name(f"{target.name}.part")
    try:
        with zipfile.ZipFile(packed) as opened:
            _copy_member(opened, file, part)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        part.unlink(missing_ok=True)
        return FetchedFile(path=file.path, outcome=Outcome.FAILED, detail=f"{packed.name} is no whole zip ({error}).")
    except DataError as error:
        part.unlink(missing_ok=True)
        return FetchedFile(path=file.path, outcome=Outcome.FAILED, detail=str(error))
    part.replace(target)
    return FetchedFile(path=file.path, outcome=Outcome.FETCHED)


def _copy_member(opened: zipfile.ZipFile, file: CatalogueFile, part: Path) -> None:
    """Copy the one member of this name, never more bytes than it may have."""
    names = [name for name in opened.namelist() if PurePosixPath(name).name == file.name and "__MACOSX" not in name]
    if len(names) != 1:
        raise DataError(f"{opened.filename} has {len(names)} members named {file.name}, expected one.")
    size = 0
    with opened.open(names[0]) as source, part.open("wb") as stream:
        while (block := source.read(BLOCK_BYTES)) and size <= file.size_bytes:
            size += len(block)
            stream.write(block)
    found = file_sha256(part)
    if found != file.sha256:
        raise DataError(f"{names[0]} in {opened.filename} has the SHA-256 {found}, expected {file.sha256}.")
