"""The official files of each task as cases, every row in its place. A label of 1 is the good reading."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from redheart_core.errors import DataError
from redheart_core.text.words import HANGUL
from redheart_core.training.official import files
from redheart_core.training.official.cases import Case
from redheart_core.vocabulary.emotions import GOEMOTIONS, KOTE

Reader = Callable[[Path], tuple[Case, ...]]
SEPARATOR = "[SEP]"
_HEADERS = frozenset({"label", "baseline"})
"""First column of tables that are no list of pairs, or are one with a header that the official files lack."""
_HANGUL = re.compile(f"[{HANGUL}]")


def goemotions(*, korean: bool) -> Reader:
    """Return the reader of GoEmotions in one language: text, comma-separated ids, and perhaps a comment id."""
    shape = "a row of text, comma-separated emotion ids below 28 and perhaps a comment id, between tabs,"

    def read(path: Path) -> tuple[Case, ...]:
        rows = files.tab_rows(path, columns=(2, 3), shape=shape)
        _require_language(path, (row[0] for _, row in rows), korean=korean)
        return tuple(
            _alone(number, row[0], "", files.category_labels(path, number, row[1], len(GOEMOTIONS), shape))
            for number, row in rows
        )

    return read


def kote(path: Path) -> tuple[Case, ...]:
    """Read KOTE: id, comment, comma-separated ids."""
    shape = "a row of id, text and comma-separated emotion ids below 44, between tabs,"
    return tuple(
        _alone(number, row[1], "", files.category_labels(path, number, row[2], len(KOTE), shape))
        for number, row in files.tab_rows(path, columns=(3,), shape=shape)
    )


def emobank(path: Path, part: str = "test") -> tuple[Case, ...]:
    """Read the rows of EmoBank whose split column says ``part``.

    Raises:
        DataError: The file has another shape, or no row of that part.
    """
    shape = "a table with the columns id, split, V, A, D, text"
    rows = files.headed_rows(path, header=("id", "split", "v", "a", "d", "text"), shape=shape)
    wanted = [(number, row) for number, row in rows if row[1] == part]
    if not wanted:
        found = ", ".join(sorted({row[1] for _, row in rows}))
        raise DataError(f"{path} has no row of the part {part!r}; its split column says: {found}. Choose one of them.")
    return tuple(_alone(number, row[5], "", _ratings(path, number, row[2:5], shape)) for number, row in wanted)


def justice(path: Path) -> tuple[Case, ...]:
    """Read ETHICS justice: 1 = reasonable; four consecutive rows are a group."""
    shape = "a table with the columns label, scenario"
    rows = files.headed_rows(path, header=("label", "scenario"), shape=shape)
    _refuse_separator(path, rows, shape)
    return tuple(
        _alone(place // 4, row[1].strip(), "", (files.flag(path, number, row[0], shape),))
        for place, (number, row) in enumerate(rows)
    )


def deontology(path: Path) -> tuple[Case, ...]:
    """Read ETHICS deontology: an excuse for a scenario, 1 = reasonable; four consecutive rows are a group."""
    shape = "a table with the columns label, scenario, excuse"
    return tuple(
        _alone(place // 4, row[2].strip(), row[1].strip(), (files.flag(path, number, row[0], shape),))
        for place, (number, row) in enumerate(
            files.headed_rows(path, header=("label", "scenario", "excuse"), shape=shape)
        )
    )


def virtue(path: Path) -> tuple[Case, ...]:
    """Read ETHICS virtue: is the trait (text) shown by the scenario (context)? Five consecutive rows are a group."""
    shape = "a table with the columns label, scenario, the scenario written as 'conduct [SEP] trait',"
    cases = []
    for place, (number, row) in enumerate(files.headed_rows(path, header=("label", "scenario"), shape=shape)):
        scenario, separator, trait = row[1].partition(SEPARATOR)
        if not separator:
            raise files.misfit(path, number, row, shape)
        cases.append(_alone(place // 5, trait.strip(), scenario.strip(), (files.flag(path, number, row[0], shape),)))
    return tuple(cases)


def commonsense(path: Path) -> tuple[Case, ...]:
    """Read ETHICS commonsense. The file says 1 for wrong; here 1 is acceptable."""
    shape = "a table with the columns label, input"
    return tuple(
        _alone(number, row[1].strip(), "", (1.0 - files.flag(path, number, row[0], shape),))
        for number, row in files.headed_rows(path, header=("label", "input"), more=("is_short", "edited"), shape=shape)
    )


def utilitarianism(path: Path) -> tuple[Case, ...]:
    """Read ETHICS utilitarianism: pairs without a header, the first the more pleasant."""
    shape = "a row of two passages, without a header,"
    rows = files.csv_rows(path, columns=(2,), shape=shape)
    for number, row in rows:
        if "\t" in "".join(row) or row[0].strip().lower() in _HEADERS:
            raise files.misfit(path, number, row, shape)
    return tuple(_pair(str(number), row[0].strip(), row[1].strip()) for number, row in rows)


def moral_stories(path: Path) -> tuple[Case, ...]:
    """Read Moral Stories, bare actions or full stories; the first action is the moral one."""
    shape = "a JSON object with ID, moral_action and immoral_action"
    rows = files.json_lines(path, keys=("ID", "moral_action", "immoral_action"), shape=shape)
    return tuple(
        _pair(
            str(row["ID"]),
            str(row["moral_action"]).strip(),
            str(row["immoral_action"]).strip(),
            context=" ".join(str(row[key]).strip() for key in ("situation", "intention") if row.get(key)),
        )
        for _, row in rows
    )


def e_care(path: Path) -> tuple[Case, ...]:
    """Read e-CARE: which of two hypotheses is the cause, or the effect, of the premise."""
    shape = "a JSON object with premise, ask-for (cause or effect), hypothesis1, hypothesis2 and label (0 or 1)"
    keys = ("premise", "ask-for", "hypothesis1", "hypothesis2", "label")
    cases = []
    for number, row in files.json_lines(path, keys=keys, shape=shape):
        if row["ask-for"] not in ("cause", "effect"):
            raise files.misfit(path, number, row, shape)
        premise, first, second = (str(row[key]).strip() for key in ("premise", "hypothesis1", "hypothesis2"))
        right = 1.0 - files.flag(path, number, row["label"], shape)
        passages = ((first, premise), (second, premise))
        cases.append(Case(passages=passages, labels=(right,), group=str(number), output=row["ask-for"]))
    return tuple(cases)


def korean_safety(path: Path) -> tuple[Case, ...]:
    """Read KoSBi (is the sentence unsafe in its context?) or the questions of SQuARe (is it sensitive?)."""
    shape = (
        "a JSON list of objects with context, sentence and sentence_label (KoSBi), or question and sensitive? (SQuARe),"
    )
    rows = files.json_list(path, shape=shape)
    to_case = _square_case if "sensitive?" in rows[0][1] else _kosbi_case
    return tuple(to_case(path, number, row, shape) for number, row in rows)


def _kosbi_case(path: Path, number: int, row: dict[str, object], shape: str) -> Case:
    if row.get("sentence_label") not in ("safe", "unsafe") or not {"sentence", "context"} <= set(row):
        raise files.misfit(path, number, row, shape)
    passage = (str(row["sentence"]).strip(), str(row["context"]).strip())
    unsafe = float(row["sentence_label"] == "unsafe")
    return Case(passages=(passage,), labels=(unsafe,), group=str(number), output="unsafe")


def _square_case(path: Path, number: int, row: dict[str, object], shape: str) -> Case:
    if not {"question", "sensitive?"} <= set(row):
        raise files.misfit(path, number, row, shape)
    passage = (str(row["question"]).strip(), "")
    label = files.flag(path, number, row["sensitive?"], shape)
    return Case(passages=(passage,), labels=(label,), group=str(number), output="sensitive")


def _alone(group: int, text: str, context: str, labels: tuple[float, ...]) -> Case:
    return Case(passages=((text, context),), labels=labels, group=str(group))


def _pair(group: str, first: str, second: str, *, context: str = "") -> Case:
    return Case(passages=((first, context), (second, context)), labels=(1.0,), group=group)


def _ratings(path: Path, number: int, fields: list[str], shape: str) -> tuple[float, ...]:
    try:
        ratings = tuple(float(field) for field in fields)
    except ValueError as error:
        raise files.misfit(path, number, f"ratings {fields}", shape) from error
    if not all(1.0 <= rating <= 5.0 for rating in ratings):
        raise files.misfit(path, number, f"ratings {fields}", f"{shape} with ratings from 1 to 5")
    return ratings


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
