"""Seven kinds of regret in three views: 21 numbers per option, each in [0, 1] (system.md, section 5).

With S_v the option's score and B_v the best other option's score in view v, a the option's agency (1 - omission):

    action       a · (1 - S_v)                   having acted, how much good is missing
    inaction     (1 - a) · (1 - S_v)             having stood by, how much good is missing
    timing       (1 - S_v) · |urgency - propinquity|   acting too late for what presses, or too early for what does not
    choice       max(0, B_v - S_v)               value forgone against the best other option
    moral        1 - D_v                         D_v the deontological lens, moved by its deviation; 0 if absent
    social       external cost, moved by its deviation
    anticipated  S_optimistic - S_v              how far the view falls short of everything going well
"""

from __future__ import annotations

from collections.abc import Mapping

from redheart_core.reasoning.evidence import clip
from redheart_core.vocabulary.bentham import RegretType, View

VIEW_SIGN = {View.OPTIMISTIC: 1.0, View.REALISTIC: 0.0, View.PESSIMISTIC: -1.0}

RegretTable = dict[str, dict[str, float]]


def best_alternative(*, views: Mapping[str, Mapping[str, float]], option: str) -> dict[str, float]:
    """Return the highest score of the other options, view by view."""
    others = [by_view for name, by_view in views.items() if name != option]
    return {view.value: max(other[view.value] for other in others) for view in View}


def regret_base(
    *,
    views: Mapping[str, float],
    best_other: Mapping[str, float],
    omission: float,
    urgency: float,
    propinquity: float,
    external_cost: float,
    external_deviation: float,
    deontological: float | None,
    deontological_deviation: float,
) -> RegretTable:
    """Return the 21 regrets by their formulas (module docstring)."""
    table: RegretTable = {kind.value: {} for kind in RegretType}
    for view in View:
        score, sign = views[view.value], VIEW_SIGN[view]
        missing = 1.0 - score
        duty = 1.0 if deontological is None else clip(deontological + sign * deontological_deviation)
        values = {
            RegretType.ACTION: (1.0 - omission) * missing,
            RegretType.INACTION: omission * missing,
            RegretType.TIMING: missing * abs(urgency - propinquity),
            RegretType.CHOICE: max(0.0, best_other[view.value] - score),
            RegretType.MORAL: 1.0 - duty,
            RegretType.SOCIAL: clip(external_cost - sign * external_deviation),
            RegretType.ANTICIPATED: max(0.0, views[View.OPTIMISTIC.value] - score),
        }
        for kind, value in values.items():
            table[kind.value][view.value] = value
    return table


def adjusted_regret(*, base: RegretTable, adjustments: Mapping[str, float] | None) -> RegretTable:
    """Return base + bounded adjustment in [0, 1]; outputs that were refused change nothing."""
    known = adjustments or {}
    return {
        kind: {view: clip(value + known.get(f"{kind}.{view}", 0.0)) for view, value in by_view.items()}
        for kind, by_view in base.items()
    }
