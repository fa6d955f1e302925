"""Causal data: e-CARE's questions about causes and effects, and news sentences that do or do not state a cause.

``read_x`` takes the data folder, ``read_x_file`` any file in the same published format.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from redheart_core.data.rows import CausalRow, Dataset, JudgedRow, Question
from redheart_core.data.source import (
    JsonObject,
    RowError,
    filled,
    jsonl_records,
    parse_flag,
    parse_rows,
    require_file,
    require_varied,
    table_records,
    texts,
)


def read_e_care(data_dir: Path) -> Dataset[CausalRow]:
    """Read the causal questions for training. Questions about one premise share a group."""
    return read_e_care_file(require_file(data_dir, "e_care/causal_train.jsonl"))


def read_e_care_file(path: Path) -> Dataset[CausalRow]:
    """Read JSON lines with premise, ask-for, hypothesis1, hypothesis2 and label (0: the first is right)."""
    parsed = parse_rows(path, jsonl_records(path), _question)
    require_varied("e_care", (row.correct for row in parsed.rows))
    return Dataset(name="e_care", licence="MIT", files=(path,), rows=parsed.rows, problems=parsed.problems)


def read_causal_news(data_dir: Path, *, part: Literal["train", "dev"]) -> Dataset[JudgedRow]:
    """Read news sentences; true means that the sentence states a causal relation."""
    return read_causal_news_file(require_file(data_dir, f"causal_news/{part}_subtask1.csv"))


def read_causal_news_file(path: Path) -> Dataset[JudgedRow]:
    """Read a CSV with the columns text and label; its document ids are gone, so each sentence is its own group."""
    parsed = parse_rows(path, table_records(path, columns=("text", "label")), _sentence)
    require_varied("causal_news", (row.label for row in parsed.rows))
    return Dataset(name="causal_news", licence="CC0-1.0", files=(path,), rows=parsed.rows, problems=parsed.problems)


def _question(_: int, row: JsonObject) -> CausalRow:
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


def _sentence(_: int, fields: list[str]) -> JudgedRow:
    text = filled(fields[0]).strip()
    return JudgedRow(text=text, context="", label=parse_flag(fields[1]), group=text)
