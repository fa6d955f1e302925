from collections import Counter
from pathlib import Path

import pytest

from redheart_core.errors import DataError
from redheart_core.text.word_list import SOURCES, count_words, frequent_words, write_word_list


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    for number, source in enumerate(SOURCES):
        path = tmp_path / source
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"Lied, lied; don’t café nicht {'boss ' * number}", encoding="utf-8")
    return tmp_path


def test_words_are_counted_in_lower_case_without_accented_ones(sources: Path) -> None:
    counts = count_words(sources)
    assert counts["lied"] == 2 * len(SOURCES)
    assert counts["don't"] == len(SOURCES)
    assert counts["boss"] == sum(range(len(SOURCES)))
    assert "caf" not in counts


def test_frequent_words_are_cut_by_count_and_sorted_by_letter() -> None:
    counts = Counter({"zebra": 5, "apple": 3, "nicht": 9, "x": 9, "mango": 3})
    assert frequent_words(counts, 2) == ["apple", "zebra"]


def test_writing_twice_gives_the_same_bytes(sources: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "a.txt", tmp_path / "b.txt"
    assert write_word_list(sources, first) == 3
    write_word_list(sources, second)
    assert first.read_bytes() == second.read_bytes() == b"boss\ndon't\nlied\n"


def test_missing_source_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"goemotions_en/train\.tsv"):
        count_words(tmp_path)
