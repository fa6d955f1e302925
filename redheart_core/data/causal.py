"""Causal data: e-CARE's questions about causes and effects, and news sentences that do or do not state a cause.

``read_x`` takes the data folder, ``read_x_file`` any file in the same published format.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from redheart_core.data.directions import compare_ends, require_agreement
from redheart_core.data.fields import JsonObject, RowError, filled, parse_flag, texts
from redheart_core.data.records import jsonl_records, table_records
from redheart_core.data.rows import CausalRow, Dataset, JudgedRow, Question
from redheart_core.data.source import checked_dataset, parse_rows, require_file

_LONG_WORD = re.compile(r"\w{4,}")


def read_e_care(data_dir: Path) -> Dataset[CausalRow]:
    """Read the causal questions for training. Questions about one premise share a group."""
    return read_e_care_file(require_file(data_dir, "e_care/causal_train.jsonl"))


def read_e_care_file(path: Path) -> Dataset[CausalRow]:
    """Read JSON lines with premise, ask-for, hypothesis1, hypothesis2 and label (0: the first is right)."""
    parsed = parse_rows(path, jsonl_records(path), causal_row)
    require_agreement("e_care", (shared[0] > shared[1] for row in parsed.rows if len(set(shared := _shared(row))) == 2))
    return checked_dataset("e_care", "MIT", path, parsed, labels=(row.correct for row in parsed.rows))


def read_causal_news(data_dir: Path, *, part: Literal["train", "dev"]) -> Dataset[JudgedRow]:
    """Read news sentences; true means that the sentence states a causal relation."""
    return read_causal_news_file(require_file(data_dir, f"causal_news/{part}_subtask1.csv"))


def read_causal_news_file(path: Path) -> Dataset[JudgedRow]:
    """Read a CSV with the columns text and label; its document ids are gone, so each sentence is its own group."""
    parsed = parse_rows(path, table_records(path, columns=("text", "label")), _sentence)
    stated = compare_ends("causal_news", ((row.text, row.label) for row in parsed.rows))
    labels = (row.label for row in parsed.rows)
    return checked_dataset("causal_news", "CC0-1.0", path, parsed, labels=labels, directions=(stated,))


def causal_row(_: int, row: JsonObject) -> CausalRow:
    """Parse premise, ask-for, hypothesis1, hypothesis2, label.

    Raises:
        RowError: A text is missing, it asks for neither cause nor effect, or the label is neither 0 nor 1.
    """
    premise, asks, first, second = texts(row, "premise", "ask-for", "hypothesis1", "hypothesis2")
    if asks not in tuple(Question):
        raise RowError(f"asks for {asks[:40]!r}, expected cause or effect")
    return CausalRow(
        premise=premise.strip(),
        asks=Question(asks),
        hypotheses=(first.strip(), second.strip()),
        correct=int(parse_flag(row.get("label"))),
        group=premise.strip().lower(),
    )


def _shared(row: CausalRow) -> tuple[int, int]:
    """Count long words that the right and the wrong hypothesis share with the premise.

    Where the counts differ, the right one shares more in 3,871 of 5,280 training questions.
    """
    premise, first, second = (set(_LONG_WORD.findall(text.lower())) for text in (row.premise, *row.hypotheses))
    counts = len(premise & first), len(premise & second)
    return counts if row.correct == 0 else counts[::-1]


def _sentence(_: int, fields: list[str]) -> JudgedRow:
    text = filled(fields[0]).strip()
    return JudgedRow(text=text, context="", label=parse_flag(fields[1]), group=text)
