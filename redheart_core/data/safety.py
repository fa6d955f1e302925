"""Korean safety: KoSBi's sentences (unsafe against a group of people or not) and SQuARe's sensitive questions.

``read_x`` takes the data folder, ``read_x_file`` any file in the same published format. Both data sets carry a machine
translation beside the Korean; a row has the same group in both languages. Only the validation files are to be had here.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from redheart_core.data.directions import require_agreement
from redheart_core.data.fields import JsonObject, RowError, filled, parse_flag, texts
from redheart_core.data.records import json_records
from redheart_core.data.rows import Dataset, SafetyRow
from redheart_core.data.source import Parsed, checked_dataset, parse_rows, require_file

LICENCE = "MIT"
Language = Literal["ko", "en"]


def read_kosbi(data_dir: Path, *, language: Language = "ko") -> Dataset[SafetyRow]:
    """Read sentences after a context; true means unsafe. Sentences after one context share a group."""
    return read_kosbi_file(require_file(data_dir, "korean_safety/kosbi_valid.json"), language=language)


def read_kosbi_file(path: Path, *, language: Language = "ko") -> Dataset[SafetyRow]:
    """Read a JSON list with context, sentence, sentence_label (safe, unsafe) and demographic_category."""

    def parse(_: int, row: JsonObject) -> SafetyRow:
        texts(row, "demographic_category")
        return kosbi_row(row, language=language)

    # A reason is given where, and only where, a sentence is unsafe.
    require_agreement("kosbi", _agreements(path, "sentence_sub_label", "sentence_label", "unsafe"))
    return _safety("kosbi", path, language, parse_rows(path, json_records(path), parse))


def read_square(data_dir: Path, *, language: Language = "ko") -> Dataset[SafetyRow]:
    """Read questions; true means sensitive (96 % are)."""
    return read_square_file(require_file(data_dir, "korean_safety/square_question_valid.json"), language=language)


def read_square_file(path: Path, *, language: Language = "ko") -> Dataset[SafetyRow]:
    """Read a JSON list with question, sensitive? (0, 1) and category (null where not sensitive)."""

    def parse(_: int, row: JsonObject) -> SafetyRow:
        return square_row(row, language=language)

    # A question has a category where, and only where, it is sensitive.
    require_agreement("square_questions", _agreements(path, "category", "sensitive?", 1))
    return _safety("square_questions", path, language, parse_rows(path, json_records(path), parse))


def read_safety_file(path: Path, *, language: Language = "ko") -> Dataset[SafetyRow]:
    """Read either kind of file, told apart by whether the first row is a question; see ``Dataset.name``."""
    _, first = next(json_records(path), (0, RowError("is not there")))
    is_question = not isinstance(first, RowError) and "question" in first
    return read_square_file(path, language=language) if is_question else read_kosbi_file(path, language=language)


def kosbi_row(row: JsonObject, *, language: Language = "ko") -> SafetyRow:
    """Parse context, sentence and sentence_label, perhaps with a demographic_category.

    Raises:
        RowError: A text is missing, or the label is neither safe nor unsafe.
    """
    suffix = _suffix(language)
    context, sentence, original = texts(row, f"context{suffix}", f"sentence{suffix}", "context")
    (label,) = texts(row, "sentence_label")
    if label not in ("safe", "unsafe"):
        raise RowError(f"has the sentence_label {label[:40]!r}, expected safe or unsafe")
    category = _category(row, "demographic_category")
    return SafetyRow(text=sentence, context=context, label=label == "unsafe", category=category, group=original.strip())


def square_row(row: JsonObject, *, language: Language = "ko") -> SafetyRow:
    """Parse question and sensitive?, perhaps with a category.

    Raises:
        RowError: The question is missing, or the label is neither 0 nor 1.
    """
    question, original = texts(row, f"question{_suffix(language)}", "question")
    sensitive, category = parse_flag(row.get("sensitive?")), _category(row, "category")
    return SafetyRow(text=question, context="", label=sensitive, category=category, group=original.strip())


def _category(row: JsonObject, key: str) -> str:
    category = row.get(key)
    return filled(category) if isinstance(category, str) else ""


def _agreements(path: Path, reason: str, label: str, positive: object) -> Iterator[bool]:
    for _, row in json_records(path):
        if not isinstance(row, RowError) and reason in row:
            yield (row[reason] is not None) == (row.get(label) == positive)


def _safety(name: str, path: Path, language: Language, parsed: Parsed[SafetyRow]) -> Dataset[SafetyRow]:
    labels = (row.label for row in parsed.rows)
    return checked_dataset(f"{name}{_suffix(language)}", LICENCE, path, parsed, labels=labels)


def _suffix(language: Language) -> str:
    return "" if language == "ko" else "_en"
