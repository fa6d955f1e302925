"""Every text of the interface by key, read once from ``data/*.toml``.

A key is the file's name and the path of the table in it, for instance ``dilemma.input.situation``. Both languages
of one key use the same named fields, so that a sentence cannot be complete in one language only.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any, Literal

from redheart_core.errors import ConfigError

UiLanguage = Literal["ko", "en"]
LANGUAGES: tuple[UiLanguage, ...] = ("ko", "en")


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyText:
    """One text in both languages."""

    key: str
    ko: str
    en: str

    def __post_init__(self) -> None:
        """Refuse an empty text and languages that differ in their fields."""
        if not (self.ko.strip() and self.en.strip()):
            raise ConfigError(f"The text '{self.key}' is empty in one language.")
        if fields(self.ko) != fields(self.en):
            raise ConfigError(
                f"The text '{self.key}' has the fields {sorted(fields(self.ko))} in Korean "
                f"but {sorted(fields(self.en))} in English."
            )


def fields(template: str) -> frozenset[str]:
    """Return the names of the fields of a template."""
    return frozenset(name for _, name, _, _ in Formatter().parse(template) if name is not None)


def parse_copy(prefix: str, source: str) -> dict[str, CopyText]:
    """Read texts from a TOML table.

    Raises:
        ConfigError: The text is not TOML, an entry lacks a language, or its fields differ.
    """
    try:
        table = tomllib.loads(source)
    except tomllib.TOMLDecodeError as problem:
        raise ConfigError(f"The texts '{prefix}' cannot be read: {problem}.") from problem
    return {text.key: text for text in _walk(table, prefix)}


def _walk(table: Mapping[str, Any], path: str) -> Iterator[CopyText]:
    for name, entry in table.items():
        key = f"{path}.{name}"
        if not isinstance(entry, dict):
            raise ConfigError(f"'{key}' is not a table of texts.")
        if entry.keys() == {"ko", "en"} and all(isinstance(text, str) for text in entry.values()):
            yield CopyText(key=key, ko=entry["ko"], en=entry["en"])
        elif entry.keys() & {"ko", "en"}:
            raise ConfigError(f"'{key}' must have exactly the languages ko and en; it has {sorted(entry)}.")
        else:
            yield from _walk(entry, key)


@cache
def catalogue() -> Mapping[str, CopyText]:
    """Return every text of the interface by key."""
    folder = files("workbench.copy").joinpath("data")
    texts: dict[str, CopyText] = {}
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".toml"):
            texts.update(parse_copy(entry.name.removesuffix(".toml"), entry.read_text(encoding="utf-8")))
    return texts


def say(key: str, language: UiLanguage, /, **values: str) -> str:
    """Return the text of ``key`` for a reader of ``language``. Values are inserted as they stand.

    Raises:
        KeyError: The key is unknown, or a field has no value.
    """
    text = catalogue().get(key)
    if text is None:
        raise KeyError(f"Unknown text '{key}'.")
    return (text.ko if language == "ko" else text.en).format(**values)
