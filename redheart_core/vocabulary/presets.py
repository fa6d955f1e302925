"""Preset dilemmas: one TOML file each, in a folder per language, checked like anything a person types."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redheart_core.errors import DataError, InputError
from redheart_core.vocabulary.dilemma import Dilemma, Option, Party
from redheart_core.vocabulary.language import Language

PRESET_LANGUAGES = (Language.KOREAN, Language.ENGLISH)
"""Languages that presets are written in, in the order in which they are listed."""

_TEXT_FIELDS = ("title", "source", "situation")
_FIELDS = frozenset({*_TEXT_FIELDS, "options", "tags", "parties"})
_PARTY_FIELDS = frozenset({"name", "count", "vulnerability"})
_TAG = re.compile(r"[a-z]+(-[a-z]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class PresetDilemma:
    """A ready-made dilemma to start from."""

    id: str
    """Language and file name, for instance ``ko-care-home``. Safe in a URL."""
    language: Language
    title: str
    source: str
    """Where the idea comes from, in the dilemma's language."""
    dilemma: Dilemma
    tags: tuple[str, ...]
    """Lower-case English words for grouping."""


def load_presets(directory: Path) -> tuple[PresetDilemma, ...]:
    """Read every ``{ko,en}/*.toml`` below ``directory``, Korean first, each language by file name.

    Raises:
        DataError: There is no preset to read, or a file cannot be used. The message names the file.
    """
    paths = [
        (language, path)
        for language in PRESET_LANGUAGES
        for path in sorted((directory / language.value).glob("*.toml"), key=lambda path: path.name)
    ]
    if not paths:
        raise DataError(f"There are no preset dilemmas in {directory}. Expected files such as ko/care-home.toml.")
    return tuple(load_preset(path, language) for language, path in paths)


def load_preset(path: Path, language: Language) -> PresetDilemma:
    """Read one preset written in ``language``.

    Raises:
        DataError: The file cannot be read or its content cannot be used. The message names the file.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        return _preset(f"{language.value}-{path.stem}", language, table)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, InputError, DataError) as problem:
        raise DataError(f"{path}: {problem}") from problem


def _preset(identifier: str, language: Language, table: Mapping[str, Any]) -> PresetDilemma:
    _check_fields("the preset", table, required=_FIELDS - {"parties"}, allowed=_FIELDS)
    title, source, situation = (_text(name, table[name]) for name in _TEXT_FIELDS)
    options = tuple(Option(name=_text("option", name)) for name in _list("options", table["options"]))
    parties = tuple(_party(entry) for entry in _list("parties", table.get("parties", [])))
    return PresetDilemma(
        id=identifier,
        language=language,
        title=title,
        source=source,
        dilemma=Dilemma(situation=situation, options=options, parties=parties),
        tags=tuple(_tag(tag) for tag in _list("tags", table["tags"])),
    )


def _check_fields(what: str, table: Mapping[str, Any], *, required: frozenset[str], allowed: frozenset[str]) -> None:
    missing, unknown = required - table.keys(), table.keys() - allowed
    if missing:
        raise DataError(f"{what} lacks {', '.join(sorted(missing))}.")
    if unknown:
        raise DataError(f"{what} has unknown fields: {', '.join(sorted(unknown))}.")


def _text(name: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise DataError(f"'{name}' must be a text that is not blank, not {value!r}.")
    return value.strip()


def _list(name: str, value: object) -> list[Any]:
    if not isinstance(value, list):
        raise DataError(f"'{name}' must be a list, not {value!r}.")
    return value


def _tag(value: object) -> str:
    if not isinstance(value, str) or not _TAG.fullmatch(value):
        raise DataError(f"A tag must be a lower-case English word, not {value!r}.")
    return value


def _party(entry: object) -> Party:
    if not isinstance(entry, dict):
        raise DataError(f"A party must be a table, not {entry!r}.")
    _check_fields("a party", entry, required=frozenset({"name"}), allowed=_PARTY_FIELDS)
    count, vulnerability = entry.get("count", 1), entry.get("vulnerability", 0.0)
    if isinstance(count, bool) or not isinstance(count, int):
        raise DataError(f"'count' must be a whole number, not {count!r}.")
    if isinstance(vulnerability, bool) or not isinstance(vulnerability, int | float):
        raise DataError(f"'vulnerability' must be a number, not {vulnerability!r}.")
    return Party(name=_text("name", entry["name"]), count=count, vulnerability=float(vulnerability))
