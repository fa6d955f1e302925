"""Files of cases."""

from __future__ import annotations

from pathlib import Path

import pytest

from redheart_core.data.chunks.cases import Case
from redheart_core.data.chunks.source import count_cases, read_cases
from redheart_core.errors import DataError


def write(tmp_path: Path, name: str, content: str) -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    return path


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", '{"id": "x", "text": " 첫째 "}\n\n{"id": 7, "text": "second", "more": 1}\n'),
        ("a.csv", '\ufefftext,id\n첫째,x\n"second",7\n'),
    ],
)
def test_formats_say_the_same(tmp_path: Path, name: str, content: str) -> None:
    assert list(read_cases(write(tmp_path, name, content))) == [Case(id="x", text="첫째"), Case(id="7", text="second")]


def test_lines_and_rows_without_an_id_are_named_by_their_number(tmp_path: Path) -> None:
    assert [case.id for case in read_cases(write(tmp_path, "a.txt", "one\n\nthree\n"))] == ["1", "3"]
    assert [case.id for case in read_cases(write(tmp_path, "a.csv", "text\none\n"))] == ["1"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.jsonl", '{"text": "one"}\n{"text": 2}\n', 'row 2: no text under "text"'),
        ("a.jsonl", "nonsense\n", "row 1: not JSON"),
        ("a.jsonl", '{"text": "one", "id": [1]}\n', "row 1: an id that is neither"),
        ("a.jsonl", '{"id": "1", "text": "one"}\n{"id": 1, "text": "two"}\n', "the id '1' occurs twice"),
        ("a.csv", "words\none\n", 'no column "text"'),
        ("a.csv", "id,text\n1,one,two\n", "row 1: another number of columns"),
        ("a.csv", "id,text\n1\n", "row 1: another number of columns"),
        ("a.txt", "one\n\u200b\n", "row 2: The text is empty"),
        ("a.txt", "one\udcff\n", "not UTF-8"),
        ("a.txt", "\n", "no cases"),
        ("a.parquet", "x", "Known endings: .jsonl, .csv, .txt"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, name: str, content: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        count_cases(write(tmp_path, name, content))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none.txt: cannot be read"):
        count_cases(tmp_path / "none.txt")
