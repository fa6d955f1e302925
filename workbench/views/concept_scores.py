"""Towards which concepts an output rises over a set of texts: what is stated, and what had to be refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from redheart_core.explain.attribution.result import Unit
from redheart_core.explain.concepts.result import ConceptScore, ConceptScores
from redheart_core.explain.concepts.texts import shipped_concepts
from workbench.copy import UiLanguage, say
from workbench.views import numbers
from workbench.views.figure import FigureText, Table
from workbench.views.word_map import unit_name

Verdict = Literal["rises", "falls", "neither", "refused"]
VERDICTS: tuple[Verdict, ...] = ("rises", "falls", "neither", "refused")
_LEAST_P = 0.001


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptRow:
    """One concept as it is drawn."""

    label: str
    verdict: Verdict
    score: float | None
    """Share of texts, 0 to 1; None where the concept was refused."""
    deviation: float
    """Of the score over fits; 0 where the concept was refused."""
    note: str
    """Beside the mark: the corrected p-value, or that it was refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptsView:
    """Every concept that was tested."""

    text: FigureText
    sentence: str
    rows: tuple[ConceptRow, ...]
    random: tuple[float, float]
    """From where to where random concepts score: mean less and plus one deviation, within 0 and 1."""
    random_label: str
    verdict_labels: dict[Verdict, str]
    axis_label: str
    refusals: tuple[str, ...]
    """Why nothing is said of a concept, one sentence each."""
    table: Table


def concepts_view(found: ConceptScores, target: str, unit: Unit, language: UiLanguage) -> ConceptsView:
    """Lay out the scores.

    Args:
        found: What was measured.
        target: Name of the output in the reader's language.
        unit: Of the output.
        language: Of the reader.
    """
    rows = tuple(_row(one, language) for one in found.concepts)
    low, high = (found.random.mean + side * found.random.deviation for side in (-1, 1))
    return ConceptsView(
        text=_text(found, rows, target, language),
        sentence=_sentence(rows, target, language),
        rows=rows,
        random=(max(0.0, low), min(1.0, high)),
        random_label=say("concepts.chart.random", language),
        verdict_labels={verdict: say(f"concepts.verdict.{verdict}", language) for verdict in VERDICTS},
        axis_label=say("concepts.chart.axis", language),
        refusals=tuple(_refusal(one, language) for one in found.concepts if one.is_refused),
        table=_table(found, unit, language),
    )


def concept_label(name: str, language: UiLanguage) -> str:
    """Return what a concept is called."""
    return shipped_concepts()[name].labels[language]


def verdict_of(one: ConceptScore) -> Verdict:
    """Return what may be said of a concept."""
    if one.score is None:
        return "refused"
    if not one.is_significant:
        return "neither"
    return "rises" if one.score > 0.5 else "falls"


def p_text(value: float) -> str:
    """Write a p-value."""
    return f"p < {_LEAST_P}" if value < _LEAST_P else f"p = {numbers.short(value)}"


def _row(one: ConceptScore, language: UiLanguage) -> ConceptRow:
    note = say("concepts.chart.refused", language)
    if one.p_corrected is not None:
        note = p_text(one.p_corrected)
    return ConceptRow(
        label=concept_label(one.concept, language), verdict=verdict_of(one), score=one.score,
        deviation=one.deviation or 0.0, note=note,
    )  # fmt: skip


def _sentence(rows: tuple[ConceptRow, ...], target: str, language: UiLanguage) -> str:
    named = {verdict: ", ".join(row.label for row in rows if row.verdict == verdict) for verdict in VERDICTS}
    parts = [
        say(f"concepts.finding.{verdict}", language, target=target, concepts=named[verdict])
        for verdict in ("rises", "falls")
        if named[verdict]
    ]
    if not parts:
        parts = [say("concepts.finding.none", language, target=target, total=str(len(rows)))]
    if named["refused"]:
        parts.append(say("concepts.finding.refused", language, concepts=named["refused"]))
    return " ".join(parts)


def _text(found: ConceptScores, rows: tuple[ConceptRow, ...], target: str, language: UiLanguage) -> FigureText:
    count = sum(row.verdict in {"rises", "falls"} for row in rows)
    counts = {"count": str(count), "total": str(len(rows)), "target": target}
    described = "; ".join(_described(row) for row in rows)
    return FigureText(
        title=say("concepts.chart.title", language, **counts),
        subtitle=say("concepts.chart.subtitle", language, texts=str(found.num_texts), fits=str(found.num_fits)),
        alt=say("concepts.chart.alt", language, target=target, rows=described),
    )


def _described(row: ConceptRow) -> str:
    share = "" if row.score is None else f"{numbers.score(row.score)}, "
    return f"{row.label}: {share}{row.note}"


def _refusal(one: ConceptScore, language: UiLanguage) -> str:
    return say(
        "concepts.refusal", language, concept=concept_label(one.concept, language),
        accuracy=numbers.percent(one.held_out_accuracy), p=p_text(one.recognised_p),
    )  # fmt: skip


def _table(found: ConceptScores, unit: Unit, language: UiLanguage) -> Table:
    names = ("concept", "verdict", "score", "deviation", "slope", "p", "p_corrected", "accuracy", "recognised_p")
    columns = [say(f"concepts.column.{name}", language, unit=unit_name(unit, language)) for name in names]
    return Table(
        name="concepts",
        columns=tuple(columns),
        rows=tuple(
            (
                concept_label(one.concept, language), say(f"concepts.verdict.{verdict_of(one)}", language),
                one.score, one.deviation, one.mean_derivative, one.p_value, one.p_corrected,
                one.held_out_accuracy, one.recognised_p,
            )
            for one in found.concepts
        ),
    )  # fmt: skip


def short_table(view: ConceptsView, found: ConceptScores, language: UiLanguage) -> Table:
    """Return what belongs beside the figure: verdict, score, corrected p-value and accuracy, rounded."""
    names = ("concept", "verdict", "score", "p_corrected", "accuracy")
    return Table(
        name="concepts-short",
        columns=tuple(say(f"concepts.column.{name}", language) for name in names),
        rows=tuple(
            (
                row.label, view.verdict_labels[row.verdict], "–" if row.score is None else numbers.score(row.score),
                "–" if one.p_corrected is None else row.note, numbers.percent(one.held_out_accuracy),
            )
            for row, one in zip(view.rows, found.concepts, strict=True)
        ),
    )  # fmt: skip
