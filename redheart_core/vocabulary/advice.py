"""Reviewed recommendations for one passage, and the two notices. Chosen by rule, never generated.

The texts are in ``data/advice.toml``. They suggest something a person can do; they never say what is right.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from redheart_core.errors import ConfigError
from redheart_core.vocabulary.emotions import EMOTIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """One template, for the emotions that it answers."""

    id: str
    emotions: tuple[str, ...]
    """Names of the aligned table. Empty only for the template of abstention."""
    ko: str
    en: str

    def text(self, language: str) -> str:
        """Return the Korean text for ``"ko"``, the English one for anything else."""
        return self.ko if language == "ko" else self.en


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A fixed text that is shown as it stands."""

    ko: str
    en: str

    def text(self, language: str) -> str:
        """Return the Korean text for ``"ko"``, the English one for anything else."""
        return self.ko if language == "ko" else self.en


def check_advice(advice: Iterable[Advice]) -> tuple[Advice, ...]:
    """Return ``advice`` unchanged if every emotion but ``neutral`` stands in exactly one template.

    Raises:
        ConfigError: An emotion is unknown, missing or answered twice, or two templates share an id.
    """
    templates = tuple(advice)
    ids = [template.id for template in templates]
    answered = [emotion for template in templates for emotion in template.emotions]
    problems = {
        "Template ids used twice": {i for i in ids if ids.count(i) > 1},
        "Unknown emotions": set(answered) - set(EMOTIONS),
        "Emotions answered twice": {name for name in answered if answered.count(name) > 1},
        "Emotions without a template": set(EMOTIONS) - set(answered) - {"neutral"},
        "Emotions that no template may answer": {"neutral"} & set(answered),
    }
    found = [f"{what}: {', '.join(sorted(names))}." for what, names in problems.items() if names]
    if found:
        raise ConfigError(" ".join(found))
    return templates


def _read() -> dict[str, Any]:
    source = files("redheart_core.vocabulary").joinpath("data/advice.toml").read_text(encoding="utf-8")
    return tomllib.loads(source)


_TABLE = _read()

ADVICE: tuple[Advice, ...] = check_advice(
    Advice(**{**row, "emotions": tuple(row["emotions"])}) for row in _TABLE["advice"]
)
"""The templates in order of priority: between equally strong emotions, the earlier template is shown."""

NOTHING_STANDS_OUT = Advice(id="nothing-stands-out", emotions=(), **_TABLE["nothing_stands_out"])
"""The abstention: no emotion is clear enough to choose a template."""

HELP_NOTICE = Notice(**_TABLE["help_notice"])
"""For passages that speak of self-harm. It stands in place of any recommendation or ranking."""

HUMAN_NOTICE = Notice(**_TABLE["human_notice"])
"""One quiet line for decisions that touch health, law or safety."""

_BY_EMOTION: dict[str, Advice] = {emotion: advice for advice in ADVICE for emotion in advice.emotions}


def advice_for(emotion_name: str) -> Advice | None:
    """Return the template that answers an emotion, or None for ``neutral``.

    Raises:
        ValueError: The name is not in the aligned table of emotions.
    """
    if emotion_name not in EMOTIONS:
        raise ValueError(f"Unknown emotion '{emotion_name}'. Known ones: {', '.join(EMOTIONS)}.")
    return _BY_EMOTION.get(emotion_name)
