"""Options × three views, with the independent band beside them."""

from __future__ import annotations

from dataclasses import dataclass

from redheart_core.inference.results import DilemmaEvaluation
from redheart_core.vocabulary.bentham import View
from workbench.copy import UiLanguage, say
from workbench.views import numbers
from workbench.views.figure import Cell, FigureText, Table
from workbench.views.labels import listing, view_name
from workbench.views.shown import ShownOption, shown_options


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRow:
    """One option's scores, all in [0, 1]."""

    label: str
    views: dict[View, float]
    band: tuple[float, float]
    """Inputs varying independently."""
    ethical: float
    interval: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoresView:
    """The figure of the three views."""

    text: FigureText
    rows: tuple[ScoreRow, ...]
    table: Table
    view_labels: dict[View, str]
    band_label: str
    score_label: str
    axis_label: str


def scores_view(evaluation: DilemmaEvaluation, language: UiLanguage) -> ScoresView:
    """Compare the options in the three views on one scale."""
    options = shown_options(evaluation)
    return ScoresView(
        text=_text(options, language),
        rows=tuple(_row(option) for option in options),
        table=_table(options, language),
        view_labels={view: view_name(view, language) for view in View},
        band_label=say("charts.scores.band", language),
        score_label=say("charts.scores.score", language),
        axis_label=say("charts.axis.score", language),
    )


def _row(option: ShownOption) -> ScoreRow:
    evaluation = option.evaluation
    return ScoreRow(
        label=f"{option.letter} · {option.short}",
        views=dict(evaluation.views),
        band=evaluation.independent_band,
        ethical=evaluation.ethical_score,
        interval=evaluation.interval,
    )


def _text(options: tuple[ShownOption, ...], language: UiLanguage) -> FigureText:
    leaders = {view: max(options, key=lambda o: (o.evaluation.views[view], o.name)).letter for view in View}
    if len(set(leaders.values())) == 1:
        key = "title_same" if len(options) == 2 else "title_highest"
        title = say(f"charts.scores.{key}", language, letter=leaders[View.REALISTIC])
    else:
        parts = [
            say("charts.scores.leader", language, view=view_name(view, language), letter=leaders[view]) for view in View
        ]
        title = say("charts.scores.title_differs", language, leaders=listing(parts, language))
    described = "; ".join(_described(option, language) for option in options)
    return FigureText(
        title=title,
        subtitle=say("charts.scores.subtitle", language),
        alt=say("charts.scores.alt", language, options=described),
    )


def _described(option: ShownOption, language: UiLanguage) -> str:
    views = option.evaluation.views
    return f"{option.letter}: " + ", ".join(
        f"{view_name(view, language)} {numbers.score(views[view])}" for view in View
    )


def _table(options: tuple[ShownOption, ...], language: UiLanguage) -> Table:
    keys = ("option", "score", "low", "high", "integrated", "band_low", "band_high")
    names = {key: say(f"charts.column.{key}", language) for key in keys}
    columns = (
        names["option"], names["score"], names["low"], names["high"],
        *(view_name(view, language) for view in View),
        names["integrated"], names["band_low"], names["band_high"],
    )  # fmt: skip
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            f"{o.letter} · {o.name}",
            o.evaluation.ethical_score,
            *o.evaluation.interval,
            *(o.evaluation.views[view] for view in View),
            o.evaluation.integrated,
            *o.evaluation.independent_band,
        )
        for o in options
    )
    return Table(name="three-views", columns=columns, rows=rows)


def scores_summary(evaluation: DilemmaEvaluation, language: UiLanguage) -> Table:
    """Return the same numbers with two digits, as a reader takes them in."""
    columns = (
        say("charts.column.option", language),
        say("charts.column.score_interval", language),
        say("charts.scores.band", language),
        *(view_name(view, language) for view in reversed(tuple(View))),
    )
    rows = tuple(
        (
            o.letter,
            numbers.interval(o.evaluation.ethical_score, *o.evaluation.interval),
            numbers.span(*o.evaluation.independent_band),
            *(numbers.score(o.evaluation.views[view]) for view in reversed(tuple(View))),
        )
        for o in shown_options(evaluation)
    )
    return Table(name="intervals", columns=columns, rows=rows)
