"""Emotion data: GoEmotions in English and Korean, KOTE, EmoBank, and the empathy that news arouses.

``read_x`` takes the data folder, ``read_x_file`` any file in the same published format.
"""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import Literal

from redheart_core.data.directions import compare_ends, compare_labels
from redheart_core.data.fields import RowError, filled, parse_labels, parse_rating
from redheart_core.data.records import line_records, table_records
from redheart_core.data.rows import Dataset, EmotionRow, EmpathyRow, VadRow
from redheart_core.data.source import Parsed, checked_dataset, parse_rows, require_file
from redheart_core.vocabulary.emotions import GOEMOTIONS, KOTE

Part = Literal["train", "dev", "test"]


def read_goemotions(
    data_dir: Path, *, language: Literal["en", "ko"], part: Literal["train", "dev"]
) -> Dataset[EmotionRow]:
    """Read one part of GoEmotions. Row n is the same comment in both languages, and so is its group."""
    return read_goemotions_file(require_file(data_dir, f"goemotions_{language}/{part}.tsv"), language=language)


def read_goemotions_file(path: Path, *, language: Literal["en", "ko"]) -> Dataset[EmotionRow]:
    """Read a TSV of text and comma-separated label positions; the file's name and the row make the group."""

    def parse(number: int, fields: list[str]) -> EmotionRow:
        return emotion_row(fields, columns=(0, 1), num_labels=len(GOEMOTIONS), group=f"{path.stem}-{number}")

    parsed = parse_rows(path, line_records(path), parse)
    return _emotions(f"goemotions_{language}", "Apache-2.0", path, parsed, GOEMOTIONS)


def read_kote(data_dir: Path) -> Dataset[EmotionRow]:
    """Read KOTE: native Korean comments with 44 emotions."""
    return read_kote_file(require_file(data_dir, "kote/val.tsv"))


def read_kote_file(path: Path) -> Dataset[EmotionRow]:
    """Read a TSV of id, text and comma-separated label positions."""

    def parse(_: int, fields: list[str]) -> EmotionRow:
        return emotion_row(fields, columns=(1, 2), num_labels=len(KOTE), group=fields[0])

    return _emotions("kote", "MIT", path, parse_rows(path, line_records(path), parse), KOTE)


def read_emobank(data_dir: Path, *, part: Literal["train", "dev"]) -> Dataset[VadRow]:
    """Read the rows of EmoBank whose split column says ``part``; its test rows are never read."""
    return read_emobank_file(require_file(data_dir, "emobank/emobank.csv"), part=part)


def read_emobank_file(path: Path, *, part: Part) -> Dataset[VadRow]:
    """Read the rows of a CSV with the columns id, split, V, A, D, text whose split is ``part``."""
    records = table_records(path, columns=("split", "id", "V", "A", "D", "text"))
    wanted = ((number, row) for number, row in records if isinstance(row, RowError) or row[0] == part)
    parsed = parse_rows(path, wanted, vad_row)
    valence = compare_ends("emobank", ((row.text, (row.valence - 1) / 4) for row in parsed.rows))
    labels = (row.valence for row in parsed.rows)
    return checked_dataset("emobank", "CC-BY-SA-4.0", path, parsed, labels=labels, directions=(valence,))


def read_empathy(data_dir: Path) -> Dataset[EmpathyRow]:
    """Read reactions to news articles; those to one article share a group."""
    return read_empathy_file(require_file(data_dir, "empathic_reactions/messages.csv"))


def read_empathy_file(path: Path) -> Dataset[EmpathyRow]:
    """Read a CSV with the columns article_id, empathy, distress, essay."""
    records = table_records(path, columns=("article_id", "empathy", "distress", "essay"))
    parsed = parse_rows(path, records, _empathy_row)
    felt = compare_ends("empathic_reactions", ((row.text, (row.empathy - 1) / 6) for row in parsed.rows))
    labels = (row.empathy for row in parsed.rows)
    return checked_dataset("empathic_reactions", "CC-BY-4.0", path, parsed, labels=labels, directions=(felt,))


def emotion_row(fields: list[str], *, columns: tuple[int, int], num_labels: int, group: str) -> EmotionRow:
    """Parse a passage and comma-separated label positions, which stand in ``columns``.

    Raises:
        RowError: There is no text, or a label is no position below ``num_labels``.
    """
    text_column, label_column = columns
    if len(fields) <= label_column:
        raise RowError(f"has {len(fields)} columns, expected at least {label_column + 1}")
    labels = parse_labels(fields[label_column], num_labels)
    return EmotionRow(text=filled(fields[text_column]), labels=labels, group=group)


def vad_row(_: int, fields: list[str]) -> VadRow:
    """Parse split, id, valence, arousal, dominance, text.

    Raises:
        RowError: There is no text, or a rating is none from 1 to 5.
    """
    valence, arousal, dominance = (parse_rating(field, low=1, high=5) for field in fields[2:5])
    return VadRow(text=filled(fields[5]), valence=valence, arousal=arousal, dominance=dominance, group=fields[1])


def _emotions(
    name: str, licence: str, path: Path, parsed: Parsed[EmotionRow], vocabulary: tuple[str, ...]
) -> Dataset[EmotionRow]:
    texts = [row.text for row in parsed.rows]
    directions = compare_labels(name, texts, lambda place, label: vocabulary.index(label) in parsed.rows[place].labels)
    labels = chain.from_iterable(row.labels for row in parsed.rows)
    return checked_dataset(name, licence, path, parsed, labels=labels, directions=directions)


def _empathy_row(_: int, fields: list[str]) -> EmpathyRow:
    empathy, distress = (parse_rating(field, low=1, high=7) for field in fields[1:3])
    return EmpathyRow(text=filled(fields[3]), empathy=empathy, distress=distress, group=fields[0])
