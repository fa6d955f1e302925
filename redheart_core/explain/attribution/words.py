"""Words of a passage, and which token and which n-gram belongs to which of them.

Models read subword pieces and n-grams; people read words. A word is a run of letters and digits (in Korean an eojeol
without its punctuation), and punctuation marks that stand together are one as well. Scores move from pieces and n-grams
to words by character offsets, so nothing is lost on the way.

Dimensions: T tokens, N known n-grams of the passage, W words.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from redheart_core.text.ngrams import CROSSED, NgramVocabulary, occurrences, pair_places
from redheart_core.text.tokenizer import Encoding, Source

_WORD = re.compile(r"\w+(?:['\u2019]\w+)*|[^\w\s]+")
Span = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word with its place."""

    text: str
    start: int
    """Offset of its first character in its own source."""
    end: int
    source: Source
    """CONTEXT or TEXT."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One place of a known n-gram, as the words it touches."""

    ngram: int
    """Position among the passage's n-grams (0 to N - 1), not its id in the vocabulary."""
    shares: tuple[tuple[int, float], ...]
    """(word, share of the occurrence's characters that lie in it); the shares sum to one."""


def split_words(text: str, context: str = "") -> tuple[Word, ...]:
    """Return the words of the context, then those of the text."""
    return (*_words(context, Source.CONTEXT), *_words(text, Source.TEXT))


def words_of_tokens(encoding: Encoding, words: Sequence[Word]) -> tuple[int | None, ...]:
    """Return the word of each token, (T,): the one that shares most characters with it; None for special tokens.

    A token of nothing but blanks goes with the word that follows it, or with the last one.
    """
    by_source = _by_source(words)
    return tuple(
        None if source is Source.SPECIAL else _word_of(span, by_source[source])
        for span, source in zip(encoding.spans, encoding.sources, strict=True)
    )


def ngram_occurrences(
    encoding: Encoding, vocabulary: NgramVocabulary, words: Sequence[Word], *, text: str, context: str = ""
) -> tuple[Occurrence, ...]:
    """Return every place of every known n-gram of the passage.

    The parts of an n-gram that lie between words belong to the words it touches. A crossed pair has one occurrence for
    each combination of a place in the text with one in the context, half of it in either.
    """
    if encoding.ngrams is None:
        return ()
    by_source = _by_source(words)
    places = _places(text, context)
    found: list[Occurrence] = []
    for position, ngram_id in enumerate(encoding.ngrams.ids.tolist()):
        entry = vocabulary.entry(ngram_id)
        if entry[0] == CROSSED:
            ours, theirs = pair_places(entry, text, context)
            groups = [[(one, Source.TEXT), (other, Source.CONTEXT)] for one in ours for other in theirs]
        else:
            groups = [[place] for place in places[entry]]
        found += [Occurrence(ngram=position, shares=_shares(group, by_source)) for group in groups]
    return tuple(found)


def ngram_shares(found: Sequence[Occurrence], *, num_ngrams: int, num_words: int) -> Tensor:
    """Return which part of each n-gram lies in each word, (N, W): occurrences count alike, rows sum to one."""
    shares_NW = torch.zeros(num_ngrams, num_words, dtype=torch.float64)
    for occurrence in found:
        for word, share in occurrence.shares:
            shares_NW[occurrence.ngram, word] += share
    return shares_NW / shares_NW.sum(dim=1, keepdim=True).clamp(min=1e-12)


def ngram_presence(found: Sequence[Occurrence], present_KW: Tensor, *, num_ngrams: int) -> Tensor:
    """Return which part of each n-gram is left when only some words are there, (K, N).

    An occurrence is there as long as all of its words are; an n-gram with several occurrences loses its weight in
    proportion.

    Args:
        found: Of ``ngram_occurrences``.
        present_KW: One where a word is there, zero where it is not.
        num_ngrams: N.
    """
    left_KN = present_KW.new_zeros(present_KW.shape[0], num_ngrams)
    total_N = present_KW.new_zeros(num_ngrams)
    for occurrence in found:
        touched = [word for word, _ in occurrence.shares]
        left_KN[:, occurrence.ngram] += present_KW[:, touched].prod(dim=1)
        total_N[occurrence.ngram] += 1
    return left_KN / total_N.clamp(min=1)


def _words(passage: str, source: Source) -> Iterator[Word]:
    for found in _WORD.finditer(passage):
        yield Word(text=found[0], start=found.start(), end=found.end(), source=source)


def _by_source(words: Sequence[Word]) -> dict[Source, list[tuple[int, Span]]]:
    placed: dict[Source, list[tuple[int, Span]]] = defaultdict(list)
    for place, word in enumerate(words):
        placed[word.source].append((place, (word.start, word.end)))
    return placed


def _places(text: str, context: str) -> dict[str, list[tuple[Span, Source]]]:
    places: dict[str, list[tuple[Span, Source]]] = defaultdict(list)
    for source, passage in ((Source.TEXT, text), (Source.CONTEXT, context)):
        for place in occurrences(passage, of_context=source is Source.CONTEXT):
            places[place.entry].append(((place.start, place.end), source))
    return places


def _shares(
    group: Sequence[tuple[Span, Source]], by_source: dict[Source, list[tuple[int, Span]]]
) -> tuple[tuple[int, float], ...]:
    shares: dict[int, float] = defaultdict(float)
    for span, source in group:
        touched = _touched(span, by_source[source])
        total = sum(count for _, count in touched)
        for word, count in touched:
            shares[word] += count / total / len(group)
    return tuple(sorted(shares.items()))


def _word_of(span: Span, placed: Sequence[tuple[int, Span]]) -> int | None:
    touched = _touched(span, placed)
    if touched:
        return max(touched, key=lambda pair: (pair[1], -pair[0]))[0]
    following = [word for word, (first, _) in placed if first >= span[0]]
    return next(iter(following or [word for word, _ in placed[-1:]]), None)


def _touched(span: Span, placed: Sequence[tuple[int, Span]]) -> list[tuple[int, int]]:
    """Return (word, characters shared with ``span``) for every word that shares some."""
    start, end = span
    overlaps = ((word, min(end, last) - max(start, first)) for word, (first, last) in placed)
    return [(word, count) for word, count in overlaps if count > 0]
