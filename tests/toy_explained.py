"""Functions with known answers in the place of the model, for tests of attribution.

Dimensions: K evaluations, T tokens, D width, N n-grams.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from redheart_core.explain.attribution.function import Explained, Inputs, Layout
from redheart_core.explain.attribution.words import Occurrence, Word
from redheart_core.model.network import RedHeartModel
from redheart_core.text.tokenizer import Source
from redheart_core.vocabulary.reading import Family

Toy = Callable[[Tensor, Tensor], Tensor]
"""From (K, T, D) and (K, N) to (K,)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ToyExplained(Explained):
    """``Explained`` with a function of one's own where the model would be."""

    toy: Toy

    def __call__(self, vectors_KTD: Tensor, ngrams_KN: Tensor) -> Tensor:
        return self.toy(vectors_KTD, ngrams_KN)


class LinearToy(nn.Module):
    """A weighted sum of everything: every additive method must give weight times (input minus baseline)."""

    def __init__(self, weights_TD: Tensor, weights_N: Tensor) -> None:
        super().__init__()
        self.weights_TD, self.weights_N = weights_TD, weights_N

    def forward(self, vectors_KTD: Tensor, ngrams_KN: Tensor) -> Tensor:
        return (vectors_KTD * self.weights_TD).sum(dim=(1, 2)) + ngrams_KN @ self.weights_N + 0.25


class PlantedToy(nn.Module):
    """Only one word counts: its vector's first number, squashed."""

    def __init__(self, word: int) -> None:
        super().__init__()
        self.token = word + 1

    def forward(self, vectors_KTD: Tensor, ngrams_KN: Tensor) -> Tensor:
        return torch.tanh(vectors_KTD[:, self.token, 0]) + 0.0 * ngrams_KN.sum(dim=1)


class LayeredToy(nn.Module):
    """A ``LinearToy`` behind a layer that can be hooked, where hidden states are the token vectors."""

    def __init__(self, answer: LinearToy) -> None:
        super().__init__()
        self.backbone = nn.Identity()
        self.answer = answer

    def forward(self, vectors_KTD: Tensor, ngrams_KN: Tensor) -> Tensor:
        states_KTD: Tensor = self.backbone(vectors_KTD)
        values_K: Tensor = self.answer(states_KTD, ngrams_KN)
        return values_K


def toy_explained(
    toy: Toy | None = None, *, num_words: int = 4, width: int = 3, seed: int = 0, batch_size: int = 32
) -> ToyExplained:
    """Return a function of ``num_words`` tokens between two special ones, and of one n-gram for each word.

    Words are "w0", "w1", ... with a token each; the last n-gram lies half in the last word and half in the one before.
    Numbers are float64, so that known answers hold to 1e-6 and beyond. Without ``toy`` it is a ``LinearToy``. A toy
    that is a module is the model, too, for methods that look into its layers.
    """
    generator = torch.Generator().manual_seed(seed)

    def drawn(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    passage = Inputs(vectors_TD=drawn(num_words + 2, width), ngrams_N=drawn(num_words).abs())
    baseline_TD = drawn(num_words + 2, width)
    baseline_TD[[0, -1]] = passage.vectors_TD[[0, -1]]
    return ToyExplained(
        model=cast(RedHeartModel, toy.eval() if isinstance(toy, nn.Module) else nn.Module().eval()),
        scalar=_no_scalar,
        layout=_layout(num_words),
        passage=passage,
        baseline=Inputs(vectors_TD=baseline_TD, ngrams_N=torch.zeros(num_words, dtype=torch.float64)),
        batch_size=batch_size,
        toy=toy or LinearToy(drawn(num_words + 2, width), drawn(num_words)),
    )


def linear_answer(explained: ToyExplained) -> tuple[Tensor, Tensor]:
    """Return what each token (T,) and each n-gram (N,) of a ``LinearToy`` contributes."""
    toy, passage, baseline = explained.toy, explained.passage, explained.baseline
    toy = toy.answer if isinstance(toy, LayeredToy) else toy
    assert isinstance(toy, LinearToy)
    tokens_T = ((passage.vectors_TD - baseline.vectors_TD) * toy.weights_TD).sum(dim=-1)
    return tokens_T, (passage.ngrams_N - baseline.ngrams_N) * toy.weights_N


def _layout(num_words: int) -> Layout:
    words = tuple(
        Word(text=f"w{place}", start=3 * place, end=3 * place + 2, source=Source.TEXT) for place in range(num_words)
    )
    last = num_words - 1
    shared = ((last - 1, 0.5), (last, 0.5)) if last else ((0, 1.0),)
    return Layout(
        segments_T=torch.ones(num_words + 2, dtype=torch.long),
        ngram_ids_N=torch.arange(num_words),
        words=words,
        token_words=(None, *range(num_words), None),
        occurrences=(
            *(Occurrence(ngram=place, shares=((place, 1.0),)) for place in range(last)),
            Occurrence(ngram=last, shares=shared),
        ),
    )


def _no_scalar(logits: Mapping[Family, Tensor]) -> Tensor:
    raise AssertionError("A toy has no logits.")
