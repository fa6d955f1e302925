"""What a person writes about a run: a note and tags, kept in the run's folder beside the record, not inside it.

The record has one writer, the trainer; a note may come from a page at any moment. A file of its own, replaced in one
step, needs neither a lock nor another version of the tables.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from redheart_core.errors import InputError, RunError
from redheart_core.runs.folder import RunFolder
from redheart_core.vocabulary.dilemma import clean_passage

MAX_NOTE_LENGTH = 2_000
MAX_TAGS = 8
MAX_TAG_LENGTH = 32
_FILE = "notes.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunNotes:
    """A note and tags, as typed. Nothing here is markup."""

    note: str = ""
    """Up to ``MAX_NOTE_LENGTH`` characters, lines allowed."""
    tags: tuple[str, ...] = ()
    """Up to ``MAX_TAGS``, each up to ``MAX_TAG_LENGTH`` characters on one line, none twice."""


NOTHING = RunNotes()


def clean_notes(note: str, tags: Iterable[str]) -> RunNotes:
    """Return what was typed in one form (``clean_passage``), without empty and repeated tags.

    Raises:
        InputError: Something is too long or has control characters, or there are too many tags.
    """
    text = clean_passage(note, what_en="note", what_ko="메모", limit=MAX_NOTE_LENGTH) if note.strip() else ""
    typed = [tag for tag in tags if tag.strip()]
    kept = tuple(dict.fromkeys(_clean_tag(tag) for tag in typed))
    if len(kept) > MAX_TAGS:
        raise InputError(
            code="too_many_tags",
            en=f"There are {len(kept)} tags; a run takes {MAX_TAGS}. Remove some.",
            ko=f"태그가 {len(kept)}개예요. 실행 하나에 {MAX_TAGS}개까지 달 수 있으니 몇 개를 지워 주세요.",
        )
    return RunNotes(note=text, tags=kept)


def read_notes(folder: RunFolder) -> RunNotes:
    """Return what is written about a run; nothing where there is no file or none that can be read.

    A note is a convenience: a damaged one must not hide the run.
    """
    try:
        content = json.loads(_path(folder).read_text(encoding="utf-8"))
        return clean_notes(str(content["note"]), map(str, content["tags"]))
    except (OSError, ValueError, TypeError, KeyError, InputError):
        return NOTHING


def write_notes(folder: RunFolder, notes: RunNotes) -> None:
    """Put a note and tags in place of what was there.

    Raises:
        RunError: The folder cannot be written to.
    """
    path = _path(folder)
    partial = path.with_name(f".{_FILE}.{os.getpid()}")
    try:
        partial.write_text(
            json.dumps({"note": notes.note, "tags": list(notes.tags)}, ensure_ascii=False), encoding="utf-8"
        )
        partial.replace(path)
    except OSError as error:
        raise RunError(f"{path}: the note cannot be written ({error.strerror}). Free some space.") from error


def _path(folder: RunFolder) -> Path:
    return folder.path / _FILE


def _clean_tag(tag: str) -> str:
    return " ".join(clean_passage(tag, what_en="tag", what_ko="태그", limit=MAX_TAG_LENGTH).split())
