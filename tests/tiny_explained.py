"""A scalar of the tiny network near a passage of random token vectors, for tests that look inside the network.

Dimensions: T tokens, D width, N n-grams.
"""

from __future__ import annotations

import torch

from redheart_core.explain.attribution.function import Explained, Inputs, Layout
from redheart_core.explain.attribution.words import Occurrence, Word
from redheart_core.model.config import NgramConfig, NgramTableConfig
from redheart_core.model.network import RedHeartModel
from redheart_core.model.ngrams import NgramPart
from redheart_core.text.tokenizer import Source
from redheart_core.vocabulary.reading import Family
from tests.checkpoints import random_tiny_model

NUM_NGRAMS = 3


def tiny_model() -> RedHeartModel:
    """Return the tiny network with random weights and a linear part of three n-grams."""
    model = random_tiny_model()
    table = NgramTableConfig(families=(Family.GOEMOTIONS,), first=0, count=NUM_NGRAMS)
    part = NgramPart(NgramConfig(num_ngrams=NUM_NGRAMS, tables=(table,)))
    generator = torch.Generator().manual_seed(1)
    for parameter in part.parameters():
        parameter.data = torch.randn(parameter.shape, generator=generator)
    model.take_linear_part(part)
    return model.requires_grad_(False).eval()


def tiny_explained(
    model: RedHeartModel | None = None, *, num_words: int = 5, seed: int = 0, batch_size: int = 32
) -> Explained:
    """Return an emotion's logit near a passage of ``num_words`` words, a token each, between two special tokens."""
    model = model or tiny_model()
    generator = torch.Generator().manual_seed(seed)
    width = model.config.backbone.d_model

    def drawn(*shape: int) -> torch.Tensor:
        return torch.randn(*shape, generator=generator)

    baseline_TD, passage_TD = drawn(num_words + 2, width), drawn(num_words + 2, width)
    passage_TD[[0, -1]] = baseline_TD[[0, -1]]
    return Explained(
        model=model,
        scalar=lambda logits: logits[Family.GOEMOTIONS][:, 4],
        layout=Layout(
            segments_T=torch.ones(num_words + 2, dtype=torch.long),
            ngram_ids_N=torch.arange(NUM_NGRAMS),
            words=tuple(
                Word(text=f"w{place}", start=3 * place, end=3 * place + 2, source=Source.TEXT)
                for place in range(num_words)
            ),
            token_words=(None, *range(num_words), None),
            occurrences=tuple(Occurrence(ngram=place, shares=((place, 1.0),)) for place in range(NUM_NGRAMS)),
        ),
        passage=Inputs(vectors_TD=passage_TD, ngrams_N=drawn(NUM_NGRAMS).abs()),
        baseline=Inputs(vectors_TD=baseline_TD, ngrams_N=torch.zeros(NUM_NGRAMS)),
        batch_size=batch_size,
    )
