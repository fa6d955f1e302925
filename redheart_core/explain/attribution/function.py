"""What is explained: one scalar output as a function of everything that a passage puts into the model.

A passage enters the model twice, as token vectors and as weighted n-grams. Both are inputs of the function, or an
attribution could never add up. Position and segment are constants: no word is responsible for standing somewhere.

Dimensions: K evaluations, T tokens, D width, N known n-grams of passage and baseline, W words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from redheart_core.explain.attribution.words import Occurrence, Word, ngram_presence
from redheart_core.model.network import RedHeartModel
from redheart_core.model.ngrams import NgramBatch
from redheart_core.vocabulary.reading import Family

Scalar = Callable[[Mapping[Family, Tensor]], Tensor]
"""From logits (K, C) by family, before temperature, to one number per evaluation, (K,)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CalculatedScalar:
    """A scalar that ends in plain arithmetic: it has slopes, but no rule by which a difference passes through it."""

    calculate: Scalar

    def __call__(self, logits: Mapping[Family, Tensor]) -> Tensor:
        """Return the scalar (K,)."""
        return self.calculate(logits)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Inputs:
    """One point in the space of inputs."""

    vectors_TD: Tensor
    """Token vectors without position and segment."""
    ngrams_N: Tensor
    """Weights of n-grams; empty where the model knows none."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layout:
    """What stays the same at every point: where tokens and n-grams stand and to which word they belong."""

    segments_T: Tensor
    ngram_ids_N: Tensor
    """Ids in the vocabulary; those of the baseline's text follow those of the passage."""
    words: tuple[Word, ...]
    token_words: tuple[int | None, ...]
    """Word of each token; None for special tokens, which are the same in passage and baseline."""
    occurrences: tuple[Occurrence, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Explained:
    """A scalar of the model near one passage. Whoever calls it holds the model's lease."""

    model: RedHeartModel
    scalar: Scalar
    layout: Layout
    passage: Inputs
    baseline: Inputs
    batch_size: int = 32
    """Most evaluations in one forward pass."""

    def __call__(self, vectors_KTD: Tensor, ngrams_KN: Tensor) -> Tensor:
        """Return the scalar (K,) at K points, in float32, differentiable in both arguments."""
        count, num_tokens = vectors_KTD.shape[:2]
        mask_KT = torch.ones(count, num_tokens, dtype=torch.bool, device=vectors_KTD.device)
        segments_KT = self.layout.segments_T.expand(count, -1)
        logits = self.model.forward_from_embeddings(vectors_KTD, mask_KT, segments_KT, self._ngrams(ngrams_KN)).logits
        # Some families read no n-grams; a gradient of zero is still a gradient.
        return self.scalar(logits) + 0.0 * ngrams_KN.sum(dim=1)

    def at_words(self, present_KW: Tensor) -> Tensor:
        """Return the scalar (K,) with only some words there, the others replaced by the baseline. No gradient.

        Args:
            present_KW: One where a word is there, zero where it is replaced. All ones is the passage, all zeros the
                baseline.
        """
        with torch.no_grad():
            pieces = [self(*self.with_words(part)) for part in torch.split(present_KW.float(), self.batch_size)]
        return torch.cat(pieces)

    def with_words(self, present_KW: Tensor) -> tuple[Tensor, Tensor]:
        """Return the points (K, T, D) and (K, N) at which only some words are there."""
        own_T = torch.tensor([-1 if word is None else word for word in self.layout.token_words])
        padded = torch.cat([present_KW, present_KW.new_ones(present_KW.shape[0], 1)], dim=1)
        keep_KT1 = padded[:, own_T][..., None].to(self.passage.vectors_TD)
        vectors_KTD = self.baseline.vectors_TD + keep_KT1 * (self.passage.vectors_TD - self.baseline.vectors_TD)
        count = self.passage.ngrams_N.shape[0]
        keep_KN = ngram_presence(self.layout.occurrences, present_KW, num_ngrams=count).to(self.passage.ngrams_N)
        # N-grams that only the baseline has come as the words go: there is no word that each belongs to.
        only_baseline_N = (self.passage.ngrams_N == 0) & (self.baseline.ngrams_N != 0)
        keep_KN = torch.where(only_baseline_N, present_KW.float().mean(dim=1, keepdim=True).to(keep_KN), keep_KN)
        ngrams_KN = self.baseline.ngrams_N + keep_KN * (self.passage.ngrams_N - self.baseline.ngrams_N)
        return vectors_KTD, ngrams_KN

    @property
    def target_value(self) -> float:
        """The scalar at the passage."""
        return self._value(self.passage)

    @property
    def baseline_value(self) -> float:
        """The scalar at the baseline."""
        return self._value(self.baseline)

    @property
    def num_words(self) -> int:
        """W."""
        return len(self.layout.words)

    def _value(self, point: Inputs) -> float:
        with torch.no_grad():
            return float(self(point.vectors_TD[None], point.ngrams_N[None])[0])

    def _ngrams(self, ngrams_KN: Tensor) -> NgramBatch | None:
        if self.model.ngrams is None:
            return None
        count, num_ngrams = ngrams_KN.shape
        return NgramBatch(
            ids_N=self.layout.ngram_ids_N.repeat(count),
            values_N=ngrams_KN.flatten(),
            passages_N=torch.arange(count, device=ngrams_KN.device).repeat_interleave(num_ngrams),
            num_passages=count,
        )


def to_words(layout: Layout, token_scores: Sequence[float], ngram_words: Sequence[float]) -> tuple[float, ...]:
    """Add up what tokens and n-grams give to each word, (W,)."""
    scores = list(ngram_words)
    for word, score in zip(layout.token_words, token_scores, strict=True):
        if word is not None:
            scores[word] += score
    return tuple(scores)
