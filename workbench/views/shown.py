"""The options of an evaluation as they are shown: in the drawn order, each with a letter."""

from __future__ import annotations

from dataclasses import dataclass

from redheart_core.inference.results import DilemmaEvaluation, OptionEvaluation
from workbench.views.labels import letter, shorten
from workbench.views.order import shown_order

_SHORT = 44


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownOption:
    """One option with the letter that stands for it in figures."""

    letter: str
    name: str
    short: str
    """At most 44 columns wide; Hangul takes two."""
    evaluation: OptionEvaluation


def shown_options(evaluation: DilemmaEvaluation) -> tuple[ShownOption, ...]:
    """Return the evaluated options in the drawn order; none after a help notice."""
    if not evaluation.options:
        return ()
    order = shown_order(evaluation.dilemma)
    return tuple(
        ShownOption(
            letter=letter(position),
            name=evaluation.options[index].name,
            short=shorten(evaluation.options[index].name, _SHORT),
            evaluation=evaluation.options[index],
        )
        for position, index in enumerate(order.options)
    )
