"""Sentences with which the calculation states its reasons, by key and language.

The templates are in ``data/reasons.toml``. A template is fixed text with named fields; what fills a field is
inserted as it stands, so a brace in a person's text is only a brace.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from string import Formatter
from typing import Any

from redheart_core.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonTemplate:
    """One sentence in both languages."""

    key: str
    ko: str
    en: str

    def __post_init__(self) -> None:
        """Refuse fields that are not plain names, and languages that differ in their fields."""
        korean, english = _fields(self.key, self.ko), _fields(self.key, self.en)
        if korean != english:
            raise ConfigError(
                f"'{self.key}' has the fields {sorted(korean)} in Korean but {sorted(english)} in English."
            )

    @property
    def fields(self) -> frozenset[str]:
        """Names that must be filled."""
        return _fields(self.key, self.en)


def _fields(key: str, template: str) -> frozenset[str]:
    names: set[str] = set()
    try:
        for _, name, specification, conversion in Formatter().parse(template):
            if name is None:
                continue
            if not name.isidentifier() or specification or conversion:
                raise ConfigError(f"'{key}' has the field '{{{name}}}'; only plain names are allowed.")
            names.add(name)
    except ValueError as problem:
        raise ConfigError(f"'{key}' is not a template: {problem}.") from problem
    return frozenset(names)


def parse_reasons(source: str) -> dict[str, ReasonTemplate]:
    """Read templates from the text of a TOML table; nested tables become dotted keys.

    Raises:
        ConfigError: The text is not TOML, a sentence lacks a language, or its fields are not as they must be.
    """
    try:
        table = tomllib.loads(source)
    except tomllib.TOMLDecodeError as problem:
        raise ConfigError(f"The table of reasons cannot be read: {problem}.") from problem
    return {template.key: template for template in _walk(table, "")}


def _walk(table: Mapping[str, Any], path: str) -> Iterator[ReasonTemplate]:
    for name, entry in table.items():
        key = f"{path}{name}"
        if not isinstance(entry, dict):
            raise ConfigError(f"'{key}' is not a table of sentences.")
        if entry.keys() == {"ko", "en"}:
            yield ReasonTemplate(key=key, ko=entry["ko"], en=entry["en"])
        elif entry.keys() & {"ko", "en"}:
            raise ConfigError(f"'{key}' must have exactly the languages ko and en; it has {sorted(entry)}.")
        else:
            yield from _walk(entry, f"{key}.")


REASONS: dict[str, ReasonTemplate] = parse_reasons(
    files("redheart_core.vocabulary").joinpath("data/reasons.toml").read_text(encoding="utf-8")
)
"""Every template by key, for instance ``layer.social.many``."""


def reason(key: str, language: str, /, **values: str) -> str:
    """Return the sentence of ``key`` in Korean for ``"ko"``, in English for anything else.

    Values that the sentence has no field for are left out: one call serves a whole group of keys, such as
    ``layer.social.*``, whose sentences need different parts of the same facts.

    Args:
        key: One of ``REASONS``.
        language: Language of the reader.
        values: Text for each field, already formatted. Inserted as it stands.

    Raises:
        KeyError: The key is unknown, or a field has no value.
    """
    template = REASONS.get(key)
    if template is None:
        raise KeyError(f"Unknown reason '{key}'. Known ones: {', '.join(REASONS)}.")
    missing = template.fields - values.keys()
    if missing:
        raise KeyError(f"The reason '{key}' needs a value for {', '.join(sorted(missing))}.")
    return (template.ko if language == "ko" else template.en).format(**values)
