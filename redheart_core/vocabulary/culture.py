"""Named cultural profiles: which concepts they read and which emotions each concept moves.

The table is ``data/cultures.toml``, meant to be read and edited by people. Every move is a stated choice with
a reason; none is measured on data.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from redheart_core.errors import ConfigError
from redheart_core.vocabulary.emotions import EMOTIONS

MAX_SHIFT = 0.5
"""Largest size of one move, in the units of an emotion score."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """How one concept shifts one emotion."""

    emotion: str
    """Name in the aligned table of emotions."""
    shift: float
    """Signed shift of the cultural part, in [-0.5, 0.5], never 0."""
    reason_en: str
    reason_ko: str

    def __post_init__(self) -> None:
        """Refuse emotions outside the table and shifts outside the bound."""
        if self.emotion not in EMOTIONS:
            raise ConfigError(f"Unknown emotion '{self.emotion}'. Known ones: {', '.join(EMOTIONS)}.")
        if not (math.isfinite(self.shift) and 0.0 < abs(self.shift) <= MAX_SHIFT):
            raise ConfigError(
                f"The shift of '{self.emotion}' is {self.shift}; it must be in [-{MAX_SHIFT}, {MAX_SHIFT}] and not 0."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """A word of one culture for a feeling or a relation between people."""

    name: str
    """Identifier; the ``entry`` of a culture cue in a passage."""
    english: str
    korean: str
    description_en: str
    description_ko: str
    sources: tuple[str, ...]
    """Plain references, at least one."""
    moves: tuple[Move, ...]
    """At most one per emotion."""

    def __post_init__(self) -> None:
        """Refuse a concept without a source and two moves of one emotion."""
        if not self.sources:
            raise ConfigError(f"The concept '{self.name}' names no source. Please add one.")
        moved = [move.emotion for move in self.moves]
        twice = sorted({emotion for emotion in moved if moved.count(emotion) > 1})
        if twice:
            raise ConfigError(f"The concept '{self.name}' moves {', '.join(twice)} more than once. Merge the moves.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A named cultural reading of a passage."""

    name: str
    english: str
    korean: str
    description_en: str
    description_ko: str
    concepts: tuple[Concept, ...]
    """Empty for the neutral profile."""


def parse_profiles(source: str) -> dict[str, Profile]:
    """Read profiles from the text of a TOML table.

    Raises:
        ConfigError: The text is not TOML, a field is missing or unknown, or a value is refused by its type.
    """
    try:
        table = tomllib.loads(source)
        return {name: _profile(name, fields) for name, fields in table.items()}
    except (tomllib.TOMLDecodeError, TypeError, KeyError, AttributeError) as problem:
        raise ConfigError(f"The table of cultural profiles cannot be read: {problem}.") from problem


def _profile(name: str, fields: Mapping[str, Any]) -> Profile:
    concepts = tuple(_concept(entry) for entry in fields.get("concepts", ()))
    plain = {key: value for key, value in fields.items() if key != "concepts"}
    return Profile(name=name, concepts=concepts, **plain)


def _concept(fields: Mapping[str, Any]) -> Concept:
    moves = tuple(Move(**move) for move in fields["moves"])
    plain = {key: value for key, value in fields.items() if key not in {"moves", "sources"}}
    return Concept(moves=moves, sources=tuple(fields["sources"]), **plain)


def _load() -> dict[str, Profile]:
    return parse_profiles(files("redheart_core.vocabulary").joinpath("data/cultures.toml").read_text(encoding="utf-8"))


PROFILES: dict[str, Profile] = _load()
"""The profiles by name: ``neutral`` and ``korean``."""
