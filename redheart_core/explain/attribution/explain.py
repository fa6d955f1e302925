"""From a passage to the function that is explained: the passage, its baseline, and what belongs to which word.

Dimensions: T tokens, N n-grams of passage and baseline.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from redheart_core.errors import ExplanationError
from redheart_core.explain.attribution.baselines import baseline_point
from redheart_core.explain.attribution.function import Explained, Inputs, Layout, Scalar
from redheart_core.explain.attribution.words import ngram_occurrences, split_words, words_of_tokens
from redheart_core.model.checkpoint import LoadedCheckpoint
from redheart_core.runtime.int8 import Int8GRU, Int8Linear
from redheart_core.runtime.packed import PackedLinear
from redheart_core.text.ngrams import NgramVector
from redheart_core.text.tokenizer import Encoding


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExplainedPassage:
    """A function, and the passage that it is near."""

    explained: Explained
    encoding: Encoding


def explain_passage(
    checkpoint: LoadedCheckpoint, scalar: Scalar, *, text: str, context: str, baseline: str
) -> ExplainedPassage:
    """Return a scalar near one passage. Whoever calls it holds the model's lease.

    Args:
        checkpoint: The model and its tokenizer.
        scalar: Of a target.
        text: Cleaned passage.
        context: What it is seen against; empty for none.
        baseline: One of ``baselines.single_baselines``.

    Raises:
        ExplanationError: The weights are not in float32.
    """
    require_float32(checkpoint.model)
    model = checkpoint.model
    encoding = checkpoint.tokenizer.encode(text, context=context, max_tokens=model.config.max_tokens)
    device = model.backbone.embedding.positions_TD.device
    with torch.no_grad():
        vectors_TD = model.backbone.embedding(torch.tensor(encoding.ids, device=device))
        against = baseline_point(checkpoint, encoding, vectors_TD, baseline)
    ids_N, passage_N, baseline_N = _joined(encoding.ngrams, against.ngrams)
    layout = _layout(checkpoint, encoding, ids_N, text=text, context=context)
    explained = Explained(
        model=model,
        scalar=scalar,
        layout=layout,
        passage=Inputs(vectors_TD=vectors_TD, ngrams_N=passage_N.to(device)),
        baseline=Inputs(vectors_TD=against.vectors_TD, ngrams_N=baseline_N.to(device)),
    )
    return ExplainedPassage(explained=explained, encoding=encoding)


def _layout(checkpoint: LoadedCheckpoint, encoding: Encoding, ids_N: Tensor, *, text: str, context: str) -> Layout:
    device = checkpoint.model.backbone.embedding.positions_TD.device
    vocabulary, words = checkpoint.tokenizer.ngrams, split_words(text, context)
    places = () if vocabulary is None else ngram_occurrences(encoding, vocabulary, words, text=text, context=context)
    return Layout(
        segments_T=torch.tensor(encoding.segments, device=device),
        ngram_ids_N=ids_N.to(device),
        words=words,
        token_words=words_of_tokens(encoding, words),
        occurrences=places,
    )


def require_float32(model: nn.Module) -> None:
    """Refuse weights through which no exact gradient goes.

    Raises:
        ExplanationError: A weight is packed, quantised or not in float32.
    """
    packed = any(isinstance(module, PackedLinear | Int8Linear | Int8GRU) for module in model.modules())
    others = {parameter.dtype for parameter in model.parameters()} - {torch.float32}
    if packed or others:
        found = "packed or 8-bit weights" if packed else ", ".join(sorted(map(str, others)))
        raise ExplanationError(
            f"Attribution needs weights in float32, and this model has {found}. Open it with precision fp32."
        )


def _joined(own: NgramVector | None, other: NgramVector | None) -> tuple[Tensor, Tensor, Tensor]:
    """Return ids, weights in the passage and weights in the baseline, (N,) each; those of the baseline alone follow."""
    mine, theirs = _weights(own), _weights(other)
    # One of no weight where there are none: nobody can take a gradient by nothing.
    ids = [*mine, *(found for found in theirs if found not in mine)] or [0]
    return (
        torch.tensor(ids, dtype=torch.long),
        torch.tensor([mine.get(found, 0.0) for found in ids], dtype=torch.float32),
        torch.tensor([theirs.get(found, 0.0) for found in ids], dtype=torch.float32),
    )


def _weights(ngrams: NgramVector | None) -> dict[int, float]:
    if ngrams is None:
        return {}
    return dict(zip(ngrams.ids.tolist(), ngrams.values.astype(np.float64).tolist(), strict=True))
