"""Data sets as labelled cases: what people said stays, and both readers take it."""

from __future__ import annotations

from pathlib import Path

import pytest

from redheart_core.data.chunks.source import read_cases
from redheart_core.data.labelled import labelled_records, write_labelled
from redheart_core.data.own import Kind, read_own
from redheart_core.data.rows import Dataset, EmotionRow, Grouped, JudgedRow, PairRow, StoryRow, TraitRow, VadRow
from redheart_core.errors import DataError
from redheart_core.vocabulary.emotions import GOEMOTIONS


def dataset(*rows: Grouped, name: str = "made up") -> Dataset[Grouped]:
    return Dataset(name=name, licence="MIT", files=(), rows=rows)


STORY = StoryRow(situation="A is in need.", moral_action="B helps A.", immoral_action="B laughs at A.", group="g")


def test_stories_are_two_judged_cases_that_both_readers_take(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    assert write_labelled(dataset(STORY), path) == 2
    assert [row for row in read_own(path, Kind.JUDGED)] == [
        JudgedRow(text="B helps A.", context="A is in need.", label=True, group="g"),
        JudgedRow(text="B laughs at A.", context="A is in need.", label=False, group="g"),
    ]
    assert [(case.text, case.label) for case in read_cases(path)] == [
        ("B helps A.", "true"),
        ("B laughs at A.", "false"),
    ]


def test_emotions_and_ratings_become_words() -> None:
    joy, fear = GOEMOTIONS.index("joy"), GOEMOTIONS.index("fear")
    row = EmotionRow(text="oh", labels=(joy, fear), group="g")
    assert list(labelled_records(dataset(row, name="goemotions_en"))) == [{"text": "oh", "label": "joy, fear"}]
    vad = VadRow(text="so", valence=3.25, arousal=2.0, dominance=3.0, group="g")
    assert next(labelled_records(dataset(vad)))["label"] == "valence 3.25, arousal 2, dominance 3"


def test_a_trait_is_judged_against_its_conduct() -> None:
    row = TraitRow(scenario="He gave all he had.", trait="generous", label=True, group="g")
    assert list(labelled_records(dataset(row))) == [
        {"text": "generous", "context": "He gave all he had.", "label": True, "group": "g"}
    ]


def test_comparisons_are_refused_and_leave_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    with pytest.raises(DataError, match="made up compares passages"):
        write_labelled(dataset(PairRow(better="a", worse="b", group="g")), path)
    assert not path.exists()


def test_a_limit_counts_cases(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    assert write_labelled(dataset(STORY, STORY), path, limit=3) == 3
    assert len(path.read_text().splitlines()) == 3
    with pytest.raises(DataError, match="cannot be written"):
        write_labelled(dataset(STORY), tmp_path / "none" / "cases.jsonl")
