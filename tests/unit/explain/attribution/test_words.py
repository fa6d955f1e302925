"""Words, and what belongs to them: nothing is lost between pieces, n-grams and words."""

from __future__ import annotations

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from redheart_core.explain.attribution.words import (
    ngram_occurrences,
    ngram_presence,
    ngram_shares,
    split_words,
    words_of_tokens,
)
from redheart_core.text.ngrams import NgramVocabulary, count_entries, crossed_pairs
from redheart_core.text.tokenizer import Encoding, Source
from redheart_core.vocabulary.dilemma import InputError, clean_passage

PASSAGES = st.text(alphabet="가나힘든하루 ab'c.,!😀\n", max_size=30)


def _encoding(text: str, context: str, vocabulary: NgramVocabulary) -> Encoding:
    """One token per character, between two special ones."""
    spans = [(0, 0), *((at, at + 1) for at in range(len(text))), (0, 0)]
    sources = [Source.SPECIAL, *[Source.TEXT] * len(text), Source.SPECIAL]
    return Encoding(
        ids=tuple(range(len(spans))),
        segments=(1,) * len(spans),
        spans=tuple(spans),
        sources=tuple(sources),
        truncated=False,
        ngrams=vocabulary.weigh(text, context),
    )


def _vocabulary(text: str, context: str) -> NgramVocabulary:
    entries = sorted({*count_entries(text, context), *crossed_pairs(text, context)})
    return NgramVocabulary(dict.fromkeys(entries, 1), num_documents=3)


def test_words_are_runs_of_letters_and_of_marks_in_the_order_of_reading() -> None:
    words = split_words("힘든 하루였어요...", "I can't.")
    assert [word.text for word in words] == ["I", "can't", ".", "힘든", "하루였어요", "..."]
    assert [word.source for word in words] == [Source.CONTEXT] * 3 + [Source.TEXT] * 3
    assert (words[4].start, words[4].end) == (3, 8)


def test_a_token_belongs_to_the_word_it_lies_in_a_blank_to_the_next_and_special_tokens_to_none() -> None:
    text = "ab c"
    encoding = _encoding(text, "", _vocabulary(text, ""))
    assert words_of_tokens(encoding, split_words(text)) == (None, 0, 0, 1, 1, None)


def test_the_pair_of_two_words_is_shared_by_their_letters() -> None:
    vocabulary = NgramVocabulary({"wab c": 1}, num_documents=3)
    (found,) = ngram_occurrences(_encoding("ab c", "", vocabulary), vocabulary, split_words("ab c"), text="ab c")
    assert dict(found.shares) == {0: 2 / 3, 1: 1 / 3}


def test_a_crossed_pair_is_half_of_either_word() -> None:
    vocabulary = NgramVocabulary({"xgreedy\ttook": 1}, num_documents=3)
    words = split_words("greedy", "she took it")
    encoding = _encoding("greedy", "she took it", vocabulary)
    (found,) = ngram_occurrences(encoding, vocabulary, words, text="greedy", context="she took it")
    assert dict(found.shares) == {1: 0.5, 3: 0.5}


def test_an_ngram_with_two_places_keeps_half_when_one_word_goes() -> None:
    vocabulary = NgramVocabulary({"wno": 1}, num_documents=3)
    words = split_words("no no yes")
    found = ngram_occurrences(_encoding("no no yes", "", vocabulary), vocabulary, words, text="no no yes")
    present_KW = torch.tensor([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0], [0.0, 0.0, 1.0]])
    assert ngram_presence(found, present_KW, num_ngrams=1)[:, 0].tolist() == [1.0, 0.5, 0.0]


@settings(deadline=None)
@given(text=PASSAGES, context=PASSAGES)
def test_every_known_ngram_is_shared_out_completely(text: str, context: str) -> None:
    try:
        text = clean_passage(text, what_en="text", what_ko="글")
    except InputError:
        return
    vocabulary = _vocabulary(text, context)
    encoding, words = _encoding(text, context, vocabulary), split_words(text, context)
    count = len(vocabulary)
    found = ngram_occurrences(encoding, vocabulary, words, text=text, context=context)
    shares_NW = ngram_shares(found, num_ngrams=count, num_words=len(words))
    torch.testing.assert_close(shares_NW.sum(dim=1), torch.ones(count, dtype=torch.float64))
    both_KW = torch.stack([torch.ones(len(words)), torch.zeros(len(words))])
    left_KN = ngram_presence(found, both_KW, num_ngrams=count)
    torch.testing.assert_close(left_KN, torch.tensor([[1.0], [0.0]]).expand(2, count))
