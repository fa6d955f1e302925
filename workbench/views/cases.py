"""Labelled cases beside a text: which it is most like, which would move the output most, what people said of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from redheart_core.data.rows import JudgedRow
from redheart_core.explain.cases.influence import Influences, InfluentialCase
from redheart_core.explain.cases.nearest import SimilarCases
from workbench.copy import UiLanguage, say
from workbench.views import numbers
from workbench.views.figure import Table
from workbench.views.labels import shorten
from workbench.views.visible import visible_text

LEAST_CASES, MOST_CASES = 2, 1_000
_SHOWN = 5
_EXCERPT = 180
_YES_NO = frozenset({"yes", "no"})

EXAMPLE_FILE = "\n".join(
    json.dumps(row, ensure_ascii=False)
    for row in (
        {"text": "I told the whole story.", "context": "My friend asked me.", "label": True, "language": "en"},
        {"text": "약속을 어기고 거짓말을 했어요.", "label": False, "language": "ko"},
    )
)
"""A file in the schema of judged cases, to start from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledCases:
    """Cases that can be looked through."""

    source: str
    """Name of a data set, or ``file`` for a visitor's own."""
    rows: tuple[JudgedRow, ...]
    num_given: int
    """Cases of the source; at most ``MOST_CASES`` of them are taken, spread evenly."""
    num_bad: int
    """Rows that could not be used."""
    first_bad: str
    """The first of them with its reason; empty where there is none."""
    num_left_out: int
    """Cases that cannot be read, or speak of self-harm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CasesView:
    """What was found, in words and as tables."""

    sentence: str
    raising: Table
    lowering: Table
    influence_table: Table
    """Both, at full precision and full length."""
    nearest_sentence: str
    nearest: Table
    nearest_table: Table


def cases_note(cases: LabelledCases, language: UiLanguage) -> str:
    """Say how many cases there are, and what was left out of them."""
    parts = [say("cases.input.count", language, count=str(len(cases.rows)), given=numbers.count(cases.num_given))]
    if cases.num_left_out:
        parts.append(say("cases.input.left_out", language, count=str(cases.num_left_out)))
    if cases.num_bad:
        first = visible_text(cases.first_bad)
        parts.append(say("cases.input.bad", language, count=str(cases.num_bad), first=first))
    return " ".join(parts)


def cases_view(influences: Influences, similar: SimilarCases, target: str, language: UiLanguage) -> CasesView:
    """Lay out what was found.

    Args:
        influences: Cases that would move the output most.
        similar: Cases that the text is most like.
        target: Name of the output in the reader's language.
        language: Of the reader.
    """
    nearest_sentence, nearest, nearest_table = similar_view(similar, language)
    return CasesView(
        sentence=_sentence(influences, target, language),
        raising=_short(influences.raising, "raising", language),
        lowering=_short(influences.lowering, "lowering", language),
        influence_table=_full(influences, language),
        nearest_sentence=nearest_sentence,
        nearest=nearest,
        nearest_table=nearest_table,
    )


def similar_view(similar: SimilarCases, language: UiLanguage) -> tuple[str, Table, Table]:
    """Return a sentence on the nearest cases, a short table for the page, and a full one for files."""
    names = ("text", "label", "similarity")
    columns = tuple(say(f"cases.column.{name}", language) for name in names)
    counted = ", ".join(
        say("cases.nearest.label", language, label=_label(one.label, language), count=str(one.count))
        for one in similar.labels
    )
    sentence = say(
        "cases.nearest.finding", language, count=str(len(similar.cases)), total=numbers.count(similar.num_items),
        labels=counted or say("cases.nearest.no_label", language),
    )  # fmt: skip
    short = Table(
        name="nearest-short",
        columns=columns,
        rows=tuple(
            (_excerpt(case.text), _label(case.label, language), numbers.score(case.similarity))
            for case in similar.cases[:_SHOWN]
        ),
    )
    full = Table(
        name="nearest-cases",
        columns=columns,
        rows=tuple((visible_text(case.text), case.label, case.similarity) for case in similar.cases),
    )
    return sentence, short, full


def _sentence(influences: Influences, target: str, language: UiLanguage) -> str:
    strongest = [*influences.raising[:1], *influences.lowering[:1]]
    if not strongest:
        return say("cases.influence.none", language, target=target, total=numbers.count(influences.num_cases))
    top = max(strongest, key=lambda case: abs(case.influence))
    side = "raises" if top.influence > 0 else "lowers"
    return say(
        f"cases.influence.{side}", language, target=target, total=numbers.count(influences.num_cases),
        text=shorten(visible_text(top.text), 80), label=_yes_no(top.label, language),
    )  # fmt: skip


def _short(cases: Sequence[InfluentialCase], name: str, language: UiLanguage) -> Table:
    columns = tuple(say(f"cases.column.{key}", language) for key in ("text", "label", "influence", "likeness"))
    return Table(
        name=f"influence-{name}",
        columns=columns,
        rows=tuple(
            (
                _told(case, language), _yes_no(case.label, language), numbers.signed_short(case.influence),
                numbers.score(case.likeness),
            )
            for case in cases[:_SHOWN]
        ),
    )  # fmt: skip


def _told(case: InfluentialCase, language: UiLanguage) -> str:
    text = _excerpt(case.text)
    return say("cases.told", language, text=text, context=_excerpt(case.context)) if case.context else text


def _full(influences: Influences, language: UiLanguage) -> Table:
    keys = ("text", "context", "label", "influence", "likeness", "surprise", "row")
    return Table(
        name="influential-cases",
        columns=tuple(say(f"cases.column.{key}", language) for key in keys),
        rows=tuple(
            (
                visible_text(case.text), visible_text(case.context), _yes_no(case.label, language), case.influence,
                case.likeness, case.surprise, case.row + 1,
            )
            for case in (*influences.raising, *influences.lowering)
        ),
    )  # fmt: skip


def _excerpt(text: str) -> str:
    return shorten(visible_text(text), _EXCERPT)


def _label(label: str, language: UiLanguage) -> str:
    return say(f"cases.label.{label}", language) if label in _YES_NO else visible_text(label) or "–"


def _yes_no(label: bool, language: UiLanguage) -> str:
    return say(f"cases.label.{'yes' if label else 'no'}", language)
