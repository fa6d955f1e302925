"""One of everything that can happen in a run, with made-up numbers, and what of a text is English."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Any, get_type_hints

from redheart_core.training.happenings import HAPPENINGS, GroupRate, Happening, Origin

IDENTIFIERS = ("heads.bentham_head", "step-300", "bf16", "state.safetensors", "R-Drop")
"""Names of things, the same in every language."""
EXAMPLES: dict[type, Any] = {
    int: 1234,
    float: 0.25,
    str: "heads.bentham_head",
    tuple[GroupRate, ...]: (GroupRate("outputs, readouts, matrices", 0.5, 0.01, 3, 4567),),
    tuple[Origin, ...]: (Origin("heads.bentham_head", "step-300"),),
}


def example(name: str) -> Happening:
    """Return a happening with made-up numbers in every field."""
    kind = HAPPENINGS[name]
    hints = get_type_hints(kind)
    return kind(**{each.name: EXAMPLES[hints[each.name]] for each in fields(kind)})


def english_words(text: str) -> list[str]:
    for name in IDENTIFIERS:
        text = text.replace(name, "")
    return re.findall(r"[A-Za-z]{3,}", text)
