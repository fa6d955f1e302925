"""Emotion data: GoEmotions in English and Korean, KOTE, EmoBank."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import Literal

from redheart_core.data.rows import Dataset, EmotionRow, VadRow
from redheart_core.data.source import bad_row, parse_labels, read_csv, read_lines, require_file, require_varied
from redheart_core.vocabulary.emotions import GOEMOTIONS, KOTE


def read_goemotions(
    data_dir: Path, *, language: Literal["en", "ko"], part: Literal["train", "dev"]
) -> Dataset[EmotionRow]:
    """Read one part of GoEmotions. Row n is the same comment in both languages, and so is its group."""
    path = require_file(data_dir, f"goemotions_{language}/{part}.tsv")
    rows = tuple(
        _emotion_row(path, number, line, columns=(0, 1), num_labels=len(GOEMOTIONS), group=f"{part}-{number}")
        for number, line in enumerate(read_lines(path), start=1)
    )
    _require_varied_labels(f"goemotions_{language}", rows)
    return Dataset(name=f"goemotions_{language}", licence="Apache-2.0", files=(path,), rows=rows)


def read_kote(data_dir: Path) -> Dataset[EmotionRow]:
    """Read KOTE: native Korean comments with 44 emotions."""
    path = require_file(data_dir, "kote/val.tsv")
    rows = tuple(
        _emotion_row(path, number, line, columns=(1, 2), num_labels=len(KOTE), group=line.split("\t")[0])
        for number, line in enumerate(read_lines(path), start=1)
    )
    _require_varied_labels("kote", rows)
    return Dataset(name="kote", licence="MIT", files=(path,), rows=rows)


def read_emobank(data_dir: Path, *, part: Literal["train", "dev"]) -> Dataset[VadRow]:
    """Read the rows of EmoBank whose split column says ``part``; its test rows are never read."""
    path = require_file(data_dir, "emobank/emobank.csv")
    table = read_csv(path, columns=6)
    rows = tuple(
        _vad_row(path, number, fields)
        for number, fields in enumerate(table[1:], start=2)
        if fields[1] == part and fields[5].strip()
    )
    require_varied("emobank", (row.valence for row in rows))
    return Dataset(name="emobank", licence="CC-BY-SA-4.0", files=(path,), rows=rows)


def _emotion_row(
    path: Path, number: int, line: str, *, columns: tuple[int, int], num_labels: int, group: str
) -> EmotionRow:
    text_column, label_column = columns
    fields = line.split("\t")
    if len(fields) <= label_column:
        raise bad_row(path, number, f"has {len(fields)} columns, expected at least {label_column + 1}")
    labels = parse_labels(path, number, fields[label_column], num_labels)
    return EmotionRow(text=fields[text_column], labels=labels, group=group)


def _vad_row(path: Path, number: int, fields: list[str]) -> VadRow:
    try:
        valence, arousal, dominance = (float(field) for field in fields[2:5])
    except ValueError as error:
        raise bad_row(path, number, f"has a rating that is no number ({error})") from error
    if not all(1 <= rating <= 5 for rating in (valence, arousal, dominance)):
        raise bad_row(path, number, "has a rating outside 1 to 5")
    return VadRow(text=fields[5], valence=valence, arousal=arousal, dominance=dominance, group=fields[0])


def _require_varied_labels(name: str, rows: tuple[EmotionRow, ...]) -> None:
    require_varied(name, chain.from_iterable(row.labels for row in rows))
