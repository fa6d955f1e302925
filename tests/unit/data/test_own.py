"""A person's own data: the schemas, every bad row named, and nothing but a DataError for what cannot be read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from redheart_core.data.own import Kind, check_own, read_own
from redheart_core.data.rows import EmotionRow, JudgedRow, PairRow, RatingRow
from redheart_core.errors import DataError


def _file(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


def test_emotions_are_read_from_csv_by_name(tmp_path: Path) -> None:
    rows = "text,labels,language,group\nI won!,joy;excitement,en,day 1\nShe left.,sadness,,\n"
    first, second = read_own(_file(tmp_path, "mine.csv", rows), Kind.EMOTIONS)
    assert isinstance(first, EmotionRow)
    assert (first.text, first.labels, first.group) == ("I won!", (13, 17), "day 1")
    assert second.group == "She left.", "without a group, equal texts make one"


def test_korean_emotions_and_json_lines_are_read(tmp_path: Path) -> None:
    rows = [{"text": "고마워", "labels": ["고마움", "기쁨"]}, {"text": "슬퍼", "labels": ["슬픔"]}]
    first, _ = read_own(_file(tmp_path, "mine.jsonl", "\n".join(map(json.dumps, rows))), Kind.EMOTIONS_KO)
    assert isinstance(first, EmotionRow)
    assert first.labels == (4, 42)


def test_judged_ratings_and_pairs_are_read(tmp_path: Path) -> None:
    judged = "text,context,label\nI was ill.,Could you come?,yes\nI slept.,Could you come?,no\n"
    first, second = read_own(_file(tmp_path, "judged.csv", judged), Kind.JUDGED)
    assert isinstance(first, JudgedRow)
    assert (first.label, first.group) == (True, second.group)
    rated, _ = read_own(_file(tmp_path, "rated.csv", "text,rating\nFine.,4.5\nBad.,1\n"), Kind.RATING)
    assert rated == RatingRow(text="Fine.", rating=4.5, group="Fine.")
    (pair,) = read_own(_file(tmp_path, "pairs.csv", "better,worse\ncake,mud\n"), Kind.PAIR)
    assert pair == PairRow(better="cake", worse="mud", group="cake")


def test_every_bad_row_is_named_with_what_it_gave(tmp_path: Path) -> None:
    rows = "text,labels\nfine,joy\nodd,gladness\n,joy\nshort\nsad,sadness\n"
    check = check_own(_file(tmp_path, "mine.csv", rows), Kind.EMOTIONS)
    assert [problem.row for problem in check.dataset.problems] == [3, 4, 5]
    assert "has labels.0: Input should be 'admiration'" in check.dataset.problems[0].why
    assert "gladness" in check.dataset.problems[0].why
    assert check.dataset.problems[2].why == "has 1 columns, expected 2"
    assert "3 of 5 rows cannot be used" in check.refusal
    assert len(check.dataset) == 2


@pytest.mark.parametrize(
    ("kind", "content", "problem"),
    [
        (Kind.RATING, "text,rating\na,3\nb,3\n", "A constant target"),
        (Kind.RATING, "text,rating\na,3\nb,6\n", "less than or equal to 5"),
        (Kind.RATING, "text,rating\na,3\nb,nan\n", "finite number"),
        (Kind.JUDGED, "text,label\na,yes\nb,perhaps\n", "valid boolean"),
        (Kind.JUDGED, "text,label,colour\na,yes,red\n", "colour: Extra inputs are not permitted"),
        (Kind.PAIR, "better,worse\na,a\n", "has two equal passages"),
        (Kind.PAIR, "better\na\n", "worse: Field required"),
        (Kind.PAIR, "better,worse,language\na,b,fr\n", "language: Input should be 'ko', 'en' or ''"),
    ],
)
def test_what_training_would_refuse_is_refused(tmp_path: Path, kind: Kind, content: str, problem: str) -> None:
    with pytest.raises(DataError, match=problem):
        read_own(_file(tmp_path, "mine.csv", content), kind)


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("mine.xlsx", "", "neither .csv nor .jsonl"),
        ("mine.csv", "", "Name every column once"),
        ("mine.csv", "text,text\na,b\n", "Name every column once"),
    ],
)
def test_a_file_that_cannot_be_read_at_all_is_an_error(tmp_path: Path, name: str, content: str, problem: str) -> None:
    with pytest.raises(DataError, match=problem):
        check_own(_file(tmp_path, name, content), Kind.JUDGED)


def test_without_a_licence_nothing_is_shipped(tmp_path: Path) -> None:
    path = _file(tmp_path, "pairs.csv", "better,worse\ncake,mud\n")
    assert not read_own(path, Kind.PAIR).shippable
    assert read_own(path, Kind.PAIR, licence="CC0-1.0").shippable


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.just("\ud800"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=4,
)
FIELDS = st.sampled_from(["text", "labels", "rating", "label", "better", "worse", "context", "group", "language", "x"])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.dictionaries(FIELDS, JSON, max_size=6), max_size=4), kind=st.sampled_from(list(Kind)))
def test_any_json_gives_rows_or_problems(tmp_path: Path, rows: list[dict[str, object]], kind: Kind) -> None:
    check = check_own(_file(tmp_path, "mine.jsonl", "\n".join(json.dumps(row) for row in rows)), kind)
    assert len(check.dataset) + len(check.dataset.problems) == max(1, len(rows))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.text(max_size=60), kind=st.sampled_from(list(Kind)))
def test_any_csv_gives_rows_or_a_data_error(tmp_path: Path, content: str, kind: Kind) -> None:
    path = tmp_path / "mine.csv"
    path.write_bytes(f"text,label\n{content}".encode("utf-8", "replace"))
    try:
        check = check_own(path, kind)
    except DataError:
        return
    assert check.refusal or len(check.dataset)
