"""The concepts that come with the package: short texts in Korean and English, and a pool of other texts beside them.

``data/NAME_LANGUAGE.txt`` has one text per line, ``data/concepts.toml`` names and definitions. The pool (``other``) is
of the same kind and length: pleasant, unpleasant and indifferent things that happen, none of them about a concept.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from redheart_core.errors import ExplanationError
from redheart_core.vocabulary.language import Language

POOL = "other"
EXAMPLES = "examples"
LANGUAGES = (Language.KOREAN, Language.ENGLISH)
_DATA = files("redheart_core.explain.concepts").joinpath("data")


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """Something that a text can be about."""

    name: str
    labels: Mapping[str, str]
    """What it is called, by language."""
    definitions: Mapping[str, str]
    """What its texts have in common, by language."""
    texts: Mapping[str, tuple[str, ...]]
    """By language."""


@cache
def shipped_concepts() -> Mapping[str, Concept]:
    """Return every concept of the package by name, in the order in which they are offered."""
    content = tomllib.loads(_DATA.joinpath("concepts.toml").read_text(encoding="utf-8"))
    return MappingProxyType(
        {
            name: Concept(name=name, labels=row["label"], definitions=row["definition"], texts=_texts(name))
            for name, row in content.items()
        }
    )


def concepts_named(names: Sequence[str]) -> tuple[Concept, ...]:
    """Return the concepts of those names; all of them where none is named.

    Raises:
        ExplanationError: There is none of a name.
    """
    known = shipped_concepts()
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ExplanationError(f"There is no concept {', '.join(unknown)}. Known concepts: {', '.join(known)}.")
    return tuple(known[name] for name in dict.fromkeys(names or known))


@cache
def shipped_pool() -> Mapping[str, tuple[str, ...]]:
    """Return the other texts by language."""
    return _texts(POOL)


@cache
def example_passages() -> Mapping[str, tuple[str, ...]]:
    """Return everyday passages by language, for who has no texts at hand; none is about a concept by intention."""
    return _texts(EXAMPLES)


def _texts(name: str) -> Mapping[str, tuple[str, ...]]:
    found = {
        language.value: tuple(_DATA.joinpath(f"{name}_{language.value}.txt").read_text(encoding="utf-8").splitlines())
        for language in LANGUAGES
    }
    return MappingProxyType(found)
