"""Nothing is lost on the way from tokens and n-grams to words."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from redheart_core.explain.attribution.merge import by_word, mean_scores
from redheart_core.explain.attribution.methods.method import RawScores
from tests.toy_explained import toy_explained

NUMBERS = st.floats(-1e3, 1e3)


@settings(deadline=None)
@given(
    tokens=st.lists(NUMBERS, min_size=6, max_size=6),
    ngrams=st.lists(NUMBERS, min_size=4, max_size=4),
    rest=NUMBERS,
)
def test_words_and_rest_sum_to_what_the_method_gave(tokens: list[float], ngrams: list[float], rest: float) -> None:
    raw = RawScores(
        token_scores_T=torch.tensor(tokens, dtype=torch.float64),
        ngram_scores_N=torch.tensor(ngrams, dtype=torch.float64),
        rest=rest,
        num_evaluations=1,
    )
    found = by_word(toy_explained().layout, raw)
    assert sum(found.words) + found.rest == pytest.approx(sum(tokens) + sum(ngrams) + rest, abs=1e-6)
    assert found.words[2] == pytest.approx(tokens[3] + ngrams[2] + ngrams[3] / 2)
    assert found.rest == pytest.approx(tokens[0] + tokens[-1] + rest)


def test_scores_of_words_come_beside_tokens_and_ngrams() -> None:
    layout = toy_explained().layout
    raw = RawScores(
        token_scores_T=torch.zeros(6),
        ngram_scores_N=torch.zeros(4),
        word_scores_W=torch.tensor([1.0, 2.0, 3.0, 4.0]),
        num_evaluations=1,
    )
    found = by_word(layout, raw)
    assert found.words == (1.0, 2.0, 3.0, 4.0)
    assert set(found.ngrams) | set(found.tokens) == {0.0}
    assert mean_scores([found, found]) == found
