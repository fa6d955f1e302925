"""The official files of each task as cases, every row in its place. A label of 1 is the good reading."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TypeVar

from redheart_core.data.causal import causal_row
from redheart_core.data.emotions import emotion_row, vad_row
from redheart_core.data.ethics import (
    BLOCK,
    SEPARATOR,
    VIRTUE_BLOCK,
    block_of,
    commonsense_row,
    deontology_row,
    justice_row,
    pair_row,
    trait_row,
)
from redheart_core.data.fields import JsonObject
from redheart_core.data.rows import EmotionRow, JudgedRow, StoryRow
from redheart_core.data.safety import kosbi_row, square_row
from redheart_core.data.stories import full_story_row, norm_actions_row
from redheart_core.errors import DataError
from redheart_core.text.words import HANGUL
from redheart_core.training.official import files
from redheart_core.training.official.cases import Case
from redheart_core.vocabulary.emotions import GOEMOTIONS, KOTE

Reader = Callable[[Path], tuple[Case, ...]]
Record = TypeVar("Record")
Row = TypeVar("Row")
_HEADERS = frozenset({"label", "baseline"})
"""First column of tables that are no list of pairs, or are one with a header that the official files lack."""
_HANGUL = re.compile(f"[{HANGUL}]")


def goemotions(*, korean: bool) -> Reader:
    """Return the reader of GoEmotions in one language: text, comma-separated ids, and perhaps a comment id."""
    shape = "a row of text, comma-separated emotion ids below 28 and perhaps a comment id, between tabs,"

    def read(path: Path) -> tuple[Case, ...]:
        rows = files.tab_rows(path, columns=(2, 3), shape=shape)
        _require_language(path, (row[0] for _, row in rows), korean=korean)
        return _emotions(path, rows, shape, columns=(0, 1), num_labels=len(GOEMOTIONS))

    return read


def kote(path: Path) -> tuple[Case, ...]:
    """Read KOTE: id, comment, comma-separated ids."""
    shape = "a row of id, text and comma-separated emotion ids below 44, between tabs,"
    rows = files.tab_rows(path, columns=(3,), shape=shape)
    return _emotions(path, rows, shape, columns=(1, 2), num_labels=len(KOTE))


def emobank(path: Path, part: str = "test") -> tuple[Case, ...]:
    """Read the rows of EmoBank whose split column says ``part``.

    Raises:
        DataError: The file has another shape, or no row of that part.
    """
    shape = "a table with the columns id, split, V, A, D, text, with ratings from 1 to 5,"
    rows = files.headed_rows(path, header=("id", "split", "v", "a", "d", "text"), shape=shape)
    wanted = [(number, [row[1], row[0], *row[2:]]) for number, row in rows if row[1] == part]
    if not wanted:
        found = ", ".join(sorted({row[1] for _, row in rows}))
        raise DataError(f"{path} has no row of the part {part!r}; its split column says: {found}. Choose one of them.")
    parsed = _parsed(path, wanted, shape, vad_row)
    return tuple(_alone(number, row.text, "", (row.valence, row.arousal, row.dominance)) for number, row in parsed)


def justice(path: Path) -> tuple[Case, ...]:
    """Read ETHICS justice: 1 = reasonable; four consecutive rows are a group."""
    shape = "a table with the columns label, scenario"
    rows = files.headed_rows(path, header=("label", "scenario"), shape=shape)
    _refuse_separator(path, rows, shape)
    return _judged(_parsed(path, rows, shape, lambda number, row: justice_row(row, block_of(number, BLOCK))))


def deontology(path: Path) -> tuple[Case, ...]:
    """Read ETHICS deontology: an excuse for a scenario, 1 = reasonable; four consecutive rows are a group."""
    shape = "a table with the columns label, scenario, excuse"
    rows = files.headed_rows(path, header=("label", "scenario", "excuse"), shape=shape)
    return _judged(_parsed(path, rows, shape, lambda number, row: deontology_row(row, block_of(number, BLOCK))))


def virtue(path: Path) -> tuple[Case, ...]:
    """Read ETHICS virtue: is the trait (text) shown by the scenario (context)? Five consecutive rows are a group."""
    shape = "a table with the columns label, scenario, the scenario written as 'conduct [SEP] trait',"
    rows = files.headed_rows(path, header=("label", "scenario"), shape=shape)
    parsed = _parsed(path, rows, shape, lambda number, row: trait_row(row, block_of(number, VIRTUE_BLOCK)))
    return tuple(_alone(row.group, row.trait, row.scenario, (float(row.label),)) for _, row in parsed)


def commonsense(path: Path) -> tuple[Case, ...]:
    """Read ETHICS commonsense. The file says 1 for wrong; here 1 is acceptable."""
    shape = "a table with the columns label, input"
    rows = files.headed_rows(path, header=("label", "input"), more=("is_short", "edited"), shape=shape)
    return _judged(_parsed(path, rows, shape, lambda number, row: commonsense_row(row[:2], str(number))))


def utilitarianism(path: Path) -> tuple[Case, ...]:
    """Read ETHICS utilitarianism: pairs without a header, the first the more pleasant."""
    shape = "a row of two passages, without a header,"
    rows = files.csv_rows(path, columns=(2,), shape=shape)
    for number, row in rows:
        if "\t" in "".join(row) or row[0].strip().lower() in _HEADERS:
            raise files.misfit(path, number, row, shape)
    return tuple(_pair(number, row.better, row.worse) for number, row in _parsed(path, rows, shape, pair_row))


def moral_stories(path: Path) -> tuple[Case, ...]:
    """Read Moral Stories, bare actions or full stories; the first action is the moral one."""
    shape = "a JSON object with ID, moral_action and immoral_action, in full stories also situation and intention,"
    rows = files.json_lines(path, keys=("ID", "moral_action", "immoral_action"), shape=shape)

    def parse(number: int, row: JsonObject) -> StoryRow:
        return full_story_row(number, row) if "situation" in row else norm_actions_row(number, row)

    return tuple(
        _pair(row.group, row.moral_action, row.immoral_action, context=row.situation)
        for _, row in _parsed(path, rows, shape, parse)
    )


def e_care(path: Path) -> tuple[Case, ...]:
    """Read e-CARE: which of two hypotheses is the cause, or the effect, of the premise."""
    shape = "a JSON object with premise, ask-for (cause or effect), hypothesis1, hypothesis2 and label (0 or 1)"
    keys = ("premise", "ask-for", "hypothesis1", "hypothesis2", "label")
    rows = files.json_lines(path, keys=keys, shape=shape)
    return tuple(
        Case(
            passages=((row.hypotheses[0], row.premise), (row.hypotheses[1], row.premise)),
            labels=(1.0 - row.correct,),
            group=str(number),
            output=row.asks.value,
        )
        for number, row in _parsed(path, rows, shape, causal_row)
    )


def korean_safety(path: Path) -> tuple[Case, ...]:
    """Read KoSBi (is the sentence unsafe in its context?) or the questions of SQuARe (is it sensitive?)."""
    shape = (
        "a JSON list of objects with context, sentence and sentence_label (KoSBi), or question and sensitive? (SQuARe),"
    )
    rows = files.json_list(path, shape=shape)
    parse, output = (square_row, "sensitive") if "sensitive?" in rows[0][1] else (kosbi_row, "unsafe")
    return tuple(
        _alone(number, row.text.strip(), row.context.strip(), (float(row.label),), output=output)
        for number, row in _parsed(path, rows, shape, lambda _, record: parse(record))
    )


def _parsed(
    path: Path, records: Iterable[tuple[int, Record]], shape: str, parse: Callable[[int, Record], Row]
) -> list[tuple[int, Row]]:
    return [
        (number, files.strictly(path, number, record, shape, partial(parse, number, record)))
        for number, record in records
    ]


def _emotions(
    path: Path, rows: Iterable[tuple[int, list[str]]], shape: str, *, columns: tuple[int, int], num_labels: int
) -> tuple[Case, ...]:
    def parse(number: int, row: list[str]) -> EmotionRow:
        return emotion_row(row, columns=columns, num_labels=num_labels, group=str(number))

    return tuple(
        _alone(number, row.text, "", tuple(float(place in row.labels) for place in range(num_labels)))
        for number, row in _parsed(path, rows, shape, parse)
    )


def _judged(parsed: Iterable[tuple[int, JudgedRow]]) -> tuple[Case, ...]:
    return tuple(_alone(row.group, row.text, row.context, (float(row.label),)) for _, row in parsed)


def _alone(group: int | str, text: str, context: str, labels: tuple[float, ...], *, output: str = "") -> Case:
    return Case(passages=((text, context),), labels=labels, group=str(group), output=output)


def _pair(group: int | str, first: str, second: str, *, context: str = "") -> Case:
    return Case(passages=((first, context), (second, context)), labels=(1.0,), group=str(group))


def _require_language(path: Path, texts: Iterable[str], *, korean: bool) -> None:
    """The two languages of GoEmotions have files of one shape: only the letters tell them apart."""
    with_hangul = [bool(_HANGUL.search(text)) for text in texts]
    share = sum(with_hangul) / len(with_hangul)
    if (share >= 0.5) != korean:
        wanted, other = ("Korean", "goemotions_en") if korean else ("English", "goemotions_ko")
        raise DataError(
            f"{path}: {share:.0%} of its rows have Korean letters, but {wanted} text is expected. Did you mean {other}?"
        )


def _refuse_separator(path: Path, rows: list[tuple[int, list[str]]], shape: str) -> None:
    """A virtue file has the same columns; its separator gives it away."""
    for number, row in rows[:20]:
        if SEPARATOR in row[1]:
            raise files.misfit(path, number, row, f"{shape} without [SEP] (that is the virtue task)")
