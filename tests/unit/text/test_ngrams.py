"""N-grams: known answers, places, and the length of each group."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from redheart_core.errors import CheckpointError
from redheart_core.text.ngrams import (
    GROUPS,
    NgramVocabulary,
    count_entries,
    crossed_pairs,
    occurrences,
    pair_places,
)


def test_words_pairs_and_letters_of_a_short_text_are_all_there() -> None:
    assert count_entries("Ah no") == Counter(
        ["wah", "wno", "wah no"] + ["l" + letters for letters in (" a", "ah", "h ", " ah", "ah ", " ah ")]
        + ["l" + letters for letters in (" n", "no", "o ", " no", "no ", " no ")]
    )  # fmt: skip


def test_a_context_has_entries_of_its_own() -> None:
    assert {entry[0] for entry in count_entries("", "가")} == {"W", "L"}


@given(st.text(max_size=60))
def test_places_and_counts_agree_and_every_place_holds_the_letters(text: str) -> None:
    found = list(occurrences(text))
    assert Counter(place.entry for place in found) == count_entries(text)
    for place in found:
        assert 0 <= place.start < place.end <= len(text)
        if place.entry[0] == "l":
            letters = "".join(c if len(c.lower()) != 1 else c.lower() for c in text[place.start : place.end])
            assert place.entry[1:].strip() in (letters, "") or place.entry[1:].strip(" ") in letters


def test_weights_follow_the_stated_formula() -> None:
    vocabulary = NgramVocabulary({"wgood": 9, "wbad": 1}, num_documents=99)
    vector = vocabulary.weigh("good good bad")
    raw = [(1 + math.log(2)) * (1 + math.log(100 / 10)), 1 + math.log(100 / 2)]
    np.testing.assert_allclose(vector.values, np.array(raw) / math.hypot(*raw), rtol=1e-6)
    assert vector.ids.tolist() == [0, 1]


@given(st.text(min_size=1, max_size=40), st.text(max_size=40))
def test_every_group_that_is_known_has_length_one(text: str, context: str) -> None:
    counts = [*count_entries(text, context), *crossed_pairs(text, context)]
    vocabulary = NgramVocabulary(dict.fromkeys(sorted(counts), 1), num_documents=3)
    vector = vocabulary.weigh(text, context)
    for group in GROUPS:
        inside = [entry[0] == group for entry in sorted(counts)]
        if any(inside):
            assert float(np.square(vector.values[inside]).sum()) == pytest.approx(1.0, rel=1e-5)


def test_crossed_pairs_put_a_word_of_the_text_before_one_of_the_context() -> None:
    assert crossed_pairs("Greedy, greedy", "He shared it") == {"xgreedy\the", "xgreedy\tshared", "xgreedy\tit"}
    assert crossed_pairs("greedy", "") == set()


def test_a_crossed_pair_is_known_only_where_both_words_stand() -> None:
    vocabulary = NgramVocabulary({"xgreedy\tshared": 4}, num_documents=9)
    assert vocabulary.has_crossed
    assert vocabulary.weigh("greedy", "he shared").values.tolist() == [1.0]
    assert len(vocabulary.weigh("shared", "greedy").ids) == 0
    assert len(vocabulary.weigh("greedy shared").ids) == 0


def test_the_places_of_a_crossed_pair_are_whole_words_of_either_side() -> None:
    assert pair_places("xan\tan", "An ant, an", "ban an") == ([(0, 2), (8, 10)], [(4, 6)])


def test_the_file_gives_the_vocabulary_back(tmp_path: Path) -> None:
    vocabulary = NgramVocabulary({"w힘들다": 3, 'l"ab': 2}, num_documents=10)
    path = tmp_path / "ngrams.json"
    path.write_bytes(vocabulary.to_bytes())
    again = NgramVocabulary.from_file(path)
    assert again.to_bytes() == vocabulary.to_bytes()
    assert again.entry(0) == "w힘들다"


@pytest.mark.parametrize("content", ["{", "[]", '{"entries": ["wa", "wa"], "documents": [1, 2], "num_documents": 3}'])
def test_a_damaged_file_is_refused_by_name(tmp_path: Path, content: str) -> None:
    path = tmp_path / "ngrams.json"
    path.write_text(content)
    with pytest.raises(CheckpointError, match=r"ngrams\.json.*Restore"):
        NgramVocabulary.from_file(path)
