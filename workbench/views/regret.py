"""Seven kinds of regret in three views, for one option."""

from __future__ import annotations

from dataclasses import dataclass

from redheart_core.vocabulary.bentham import RegretType, View
from workbench.copy import UiLanguage, say
from workbench.views import numbers
from workbench.views.figure import FigureText, Table
from workbench.views.labels import regret_name, view_name
from workbench.views.shown import ShownOption


@dataclass(frozen=True, slots=True, kw_only=True)
class RegretView:
    """The 7 × 3 heat table, every value in [0, 1]."""

    text: FigureText
    row_labels: tuple[str, ...]
    column_labels: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]
    """One row per kind of regret, one column per view."""
    table: Table


def regret_view(option: ShownOption, language: UiLanguage) -> RegretView:
    """Lay out the 21 regrets of one option."""
    regret = option.evaluation.regret
    rows = tuple(regret_name(kind, language) for kind in RegretType)
    columns = tuple(view_name(view, language) for view in View)
    values = tuple(tuple(regret[kind][view] for view in View) for kind in RegretType)
    strongest = max(RegretType, key=lambda kind: regret[kind][View.REALISTIC])
    strength = numbers.score(regret[strongest][View.REALISTIC])
    name = regret_name(strongest, language)
    cells = "; ".join(
        f"{row}: {', '.join(numbers.score(value) for value in line)}" for row, line in zip(rows, values, strict=True)
    )
    return RegretView(
        text=FigureText(
            title=say("charts.regret.title", language, letter=option.letter, name=name, value=strength),
            subtitle=say("charts.regret.subtitle", language),
            alt=say("charts.regret.alt", language, letter=option.letter, cells=cells),
        ),
        row_labels=rows,
        column_labels=columns,
        values=values,
        table=Table(
            name="regret",
            columns=(say("charts.column.regret", language), *columns),
            rows=tuple((row, *line) for row, line in zip(rows, values, strict=True)),
        ),
    )
