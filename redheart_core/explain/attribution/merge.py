"""From what a method says about tokens and n-grams to what each word contributes.

Dimensions: T tokens, N n-grams, W words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from redheart_core.explain.attribution.function import Layout, to_words
from redheart_core.explain.attribution.methods.method import RawScores
from redheart_core.explain.attribution.words import ngram_shares


@dataclass(frozen=True, slots=True, kw_only=True)
class WordScores:
    """Scores by word and by token."""

    words: tuple[float, ...]
    """Tokens and n-grams together."""
    ngrams: tuple[float, ...]
    """The part of each word that comes through n-grams."""
    tokens: tuple[float, ...]
    rest: float
    """What belongs to no word."""


def by_word(layout: Layout, raw: RawScores) -> WordScores:
    """Share scores of tokens and n-grams among the words; what no word claims is the rest."""
    tokens = raw.token_scores_T.double().cpu()
    ngrams_N = raw.ngram_scores_N.double().cpu()
    is_special_T = torch.tensor([word is None for word in layout.token_words])
    shares_NW = ngram_shares(layout.occurrences, num_ngrams=len(ngrams_N), num_words=len(layout.words))
    unclaimed_N = shares_NW.sum(dim=1) == 0
    ngrams_W = (ngrams_N @ shares_NW).tolist()
    words = to_words(layout, tokens.tolist(), ngrams_W)
    if raw.word_scores_W is not None:
        words = tuple(one + other for one, other in zip(words, raw.word_scores_W.double().tolist(), strict=True))
    return WordScores(
        words=words,
        ngrams=tuple(ngrams_W),
        tokens=tuple(tokens.tolist()),
        rest=float(tokens[is_special_T].sum() + ngrams_N[unclaimed_N].sum()) + raw.rest,
    )


def mean_scores(several: Sequence[WordScores]) -> WordScores:
    """Return the plain mean of the scores against several baselines."""

    def mean(rows: Sequence[Sequence[float]]) -> tuple[float, ...]:
        return tuple(sum(column) / len(rows) for column in zip(*rows, strict=True))

    return WordScores(
        words=mean([one.words for one in several]),
        ngrams=mean([one.ngrams for one in several]),
        tokens=mean([one.tokens for one in several]),
        rest=sum(one.rest for one in several) / len(several),
    )
