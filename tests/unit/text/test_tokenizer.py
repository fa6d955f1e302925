"""Tokens: their spans lie where they say, nothing is unknown, special tokens cannot be typed."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redheart_core.text.tokenizer import CLS, SEP, UNK, WORD_START, Source, Tokenizer, build_tokenizer
from tests.checkpoints import SENTENCES, tiny_tokenizer_bytes


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    path = tmp_path_factory.mktemp("tokenizer") / "tokenizer.json"
    path.write_bytes(tiny_tokenizer_bytes())
    return Tokenizer.from_file(path)


def test_a_passage_is_framed_by_special_tokens(tokenizer: Tokenizer) -> None:
    encoding = tokenizer.encode("promise")
    assert (encoding.ids[0], encoding.ids[-1]) == (CLS, SEP)
    assert set(encoding.sources[1:-1]) == {Source.TEXT}
    assert encoding.segments == (0, *[1] * (len(encoding.ids) - 1))


def test_a_context_comes_first_in_its_own_segment(tokenizer: Tokenizer) -> None:
    encoding = tokenizer.encode("stay silent", context="the doctor")
    assert encoding.ids.count(SEP) == 2
    by_segment = {
        segment: {source for source, own in zip(encoding.sources, encoding.segments, strict=True) if own == segment}
        for segment in (0, 1)
    }
    assert by_segment == {0: {Source.SPECIAL, Source.CONTEXT}, 1: {Source.SPECIAL, Source.TEXT}}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_spans_slice_the_words_they_stand_for(tokenizer: Tokenizer, sentence: str) -> None:
    encoding = tokenizer.encode(sentence)
    for token_id, (start, end) in list(zip(encoding.ids, encoding.spans, strict=True))[1:-1]:
        entry = tokenizer.token(token_id).removeprefix(WORD_START)
        assert entry.startswith("<0x") or sentence[start:end].lower() == entry


@given(text=st.text(max_size=80), context=st.text(max_size=40))
def test_spans_lie_inside_their_source_in_order(tokenizer: Tokenizer, text: str, context: str) -> None:
    encoding = tokenizer.encode(text, context=context)
    for source, passage in ((Source.TEXT, text), (Source.CONTEXT, context)):
        spans = [span for span, own in zip(encoding.spans, encoding.sources, strict=True) if own is source]
        assert all(0 <= start <= end <= len(passage) for start, end in spans)
        assert all(before[1] <= after[1] for before, after in pairwise(spans))
    assert UNK not in encoding.ids


@given(text=st.text(alphabet=st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=60))
def test_every_visible_character_is_inside_some_span(tokenizer: Tokenizer, text: str) -> None:
    encoding = tokenizer.encode(text, max_tokens=2_000)
    covered = {place for start, end in encoding.spans for place in range(start, end)}
    assert covered == set(range(len(text)))


@given(text=st.text(max_size=400), context=st.text(max_size=400), room=st.integers(min_value=8, max_value=60))
def test_the_window_is_never_exceeded(tokenizer: Tokenizer, text: str, context: str, room: int) -> None:
    encoding = tokenizer.encode(text, context=context, max_tokens=room)
    whole = tokenizer.encode(text, context=context, max_tokens=10_000)
    assert len(encoding.ids) <= room
    assert encoding.truncated == (len(whole.ids) > room)


def test_truncation_keeps_both_ends_of_context_and_text(tokenizer: Tokenizer) -> None:
    text = "a " + "promise " * 50 + "z"
    context = "b " + "doctor " * 50 + "y"
    encoding = tokenizer.encode(text, context=context, max_tokens=24)
    assert encoding.truncated
    for source, passage in ((Source.TEXT, text), (Source.CONTEXT, context)):
        spans = [span for span, own in zip(encoding.spans, encoding.sources, strict=True) if own is source]
        assert (spans[0][0], spans[-1][1]) == (0, len(passage))


def test_special_tokens_and_bytes_cannot_be_typed(tokenizer: Tokenizer) -> None:
    encoding = tokenizer.encode("[SEP] [CLS] <0x41>")
    assert encoding.ids.count(SEP) == 1
    assert encoding.ids.count(CLS) == 1
    assert not any(tokenizer.token(token_id) == "<0x41>" for token_id in encoding.ids)


def test_case_and_width_do_not_matter(tokenizer: Tokenizer) -> None:
    assert tokenizer.encode("PROMISE").ids == tokenizer.encode("promise").ids == tokenizer.encode("ｐromise").ids


def test_encoding_many_is_encoding_each(tokenizer: Tokenizer) -> None:
    pairs = [(text, SENTENCES[0]) for text in SENTENCES]
    each = [tokenizer.encode(text, context=context) for text, context in pairs]
    assert tokenizer.encode_many(pairs) == each


def test_two_trainings_write_the_same_bytes(tmp_path: Path) -> None:
    texts = [f"{sentence} {chr(0xAC00 + place)}" for place, sentence in enumerate(SENTENCES * 20)]
    for name in ("one", "two"):
        build_tokenizer(texts, tmp_path / name, vocabulary_size=500)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_an_alphabet_larger_than_the_vocabulary_is_spelt_in_bytes(tmp_path: Path) -> None:
    syllables = [chr(0xAC00 + 28 * number) for number in range(399)]
    build_tokenizer([" ".join(syllables), *syllables[:50] * 9], tmp_path / "small.json", vocabulary_size=600)
    tokenizer = Tokenizer.from_file(tmp_path / "small.json")
    (encoding,) = tokenizer.encode_many([("".join(syllables[:60]), "")], max_tokens=512)
    assert max(encoding.ids) < 600
    assert {source for source in encoding.sources if source is not Source.SPECIAL} == {Source.TEXT}
