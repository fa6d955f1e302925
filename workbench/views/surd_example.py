"""The table that a reader without one can try: its file, and in words the rule by which it was drawn."""

from __future__ import annotations

from dataclasses import dataclass

from redheart_core.explain.surd.populations.example_table import (
    COLUMNS,
    KEPT,
    MIDDLE,
    NOISE,
    PER_HELP,
    ROWS,
    SEED,
    example_table,
)
from workbench.copy import UiLanguage, say
from workbench.views import numbers

FILE_NAME = "surd-example.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleTable:
    """What a reader gets and is told."""

    content: bytes
    text: str
    columns: tuple[str, ...]
    """One sentence for each column: what it is and how it was drawn."""
    expected: str
    """What a decomposition should find, as follows from the rule."""


def example_view(language: UiLanguage) -> ExampleTable:
    """Return the table with its columns named in the language of the reader."""
    values = {
        "kept": numbers.percent(KEPT), "middle": numbers.short(MIDDLE), "step": numbers.short(PER_HELP),
        "noise": numbers.short(NOISE),
    }  # fmt: skip
    return ExampleTable(
        content=example_table([say(f"surd.example.name.{name}", language) for name in COLUMNS]),
        text=say("surd.example.text", language, rows=numbers.count(ROWS), seed=str(SEED)),
        columns=tuple(_column(name, values, language) for name in COLUMNS),
        expected=say("surd.example.expected", language),
    )


def _column(name: str, values: dict[str, str], language: UiLanguage) -> str:
    used = {"effort": ("kept",), "approval": ("middle", "step", "noise")}.get(name, ())
    return say(f"surd.example.{name}", language, **{key: values[key] for key in used})
