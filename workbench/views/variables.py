"""Bentham's ten variables, the options side by side."""

from __future__ import annotations

from dataclasses import dataclass

from redheart_core.inference.results import DilemmaEvaluation
from redheart_core.vocabulary.bentham import VARIABLES, Direction, Variable
from workbench.copy import UiLanguage, say
from workbench.views import numbers
from workbench.views.figure import Cell, FigureText, Table
from workbench.views.labels import variable_gloss, variable_name
from workbench.views.shown import ShownOption, shown_options

_MARKS = {Direction.WITH_HEDONIC: "×", Direction.RAISES: "+", Direction.LOWERS: "−"}


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableDot:
    """One option's value of one variable, in [0, 1], with its standard deviation."""

    letter: str
    value: float
    deviation: float


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableRow:
    """One variable."""

    label: str
    """Name and the mark of its direction."""
    gloss: str
    dots: tuple[VariableDot, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VariablesView:
    """The figure of the ten variables."""

    text: FigureText
    rows: tuple[VariableRow, ...]
    table: Table
    axis_label: str
    deviation_label: str


def variables_view(evaluation: DilemmaEvaluation, language: UiLanguage) -> VariablesView:
    """Compare the options variable by variable."""
    options = shown_options(evaluation)
    return VariablesView(
        text=_text(options, language),
        rows=tuple(_row(variable, options, language) for variable in Variable),
        table=_table(options, language),
        axis_label=say("charts.axis.variable", language),
        deviation_label=say("charts.variables.deviation", language),
    )


def _row(variable: Variable, options: tuple[ShownOption, ...], language: UiLanguage) -> VariableRow:
    mark = _MARKS[VARIABLES[variable].direction]
    return VariableRow(
        label=f"{variable_name(variable, language)} {mark}",
        gloss=variable_gloss(variable, language),
        dots=tuple(
            VariableDot(
                letter=o.letter,
                value=o.evaluation.variables[variable],
                deviation=o.evaluation.deviations.get(variable.value, 0.0),
            )
            for o in options
        ),
    )


def _spread(variable: Variable, options: tuple[ShownOption, ...]) -> float:
    values = [o.evaluation.variables[variable] for o in options]
    return max(values) - min(values)


def _text(options: tuple[ShownOption, ...], language: UiLanguage) -> FigureText:
    widest = max(Variable, key=lambda variable: _spread(variable, options))
    values = ", ".join(f"{o.letter} {numbers.score(o.evaluation.variables[widest])}" for o in options)
    key = "title" if _spread(widest, options) >= 0.005 else "title_equal"
    title = say(f"charts.variables.{key}", language, name=variable_name(widest, language), values=values)
    lines = "; ".join(
        f"{variable_name(v, language)}: "
        + ", ".join(f"{o.letter} {numbers.score(o.evaluation.variables[v])}" for o in options)
        for v in Variable
    )
    return FigureText(
        title=title,
        subtitle=say("charts.variables.subtitle", language),
        alt=say("charts.variables.alt", language, values=lines),
    )


def _table(options: tuple[ShownOption, ...], language: UiLanguage) -> Table:
    keys = ("variable", "option", "value", "base", "adjustment", "deviation")
    columns = tuple(say(f"charts.column.{key}", language) for key in keys)
    rows: list[tuple[Cell, ...]] = []
    for variable in Variable:
        for option in options:
            base, adjustment = option.evaluation.variable_parts[variable]
            rows.append(
                (
                    variable_name(variable, language),
                    f"{option.letter} · {option.name}",
                    option.evaluation.variables[variable],
                    base,
                    adjustment,
                    option.evaluation.deviations.get(variable.value),
                )
            )
    return Table(name="variables", columns=columns, rows=tuple(rows))
