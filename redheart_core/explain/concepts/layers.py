"""Where in the model a concept is looked for, what stands there for a text, and how an output moves with it.

``pooled`` is what heads and integration read: the first state, mean and maximum side by side; what the analysers read
of the sequence stays as it is when it is moved. Every other layer is represented by its mean over the tokens, and a
mean moves along a direction when every token does, so everything behind the layer takes part. ``states`` is what the
backbone gives on, ``encoder.0`` the first encoder layer's output.

N-grams go past every layer: an output's linear part has no share in any of this.

Dimensions: T tokens, D width of the layer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from redheart_core.errors import ExplanationError
from redheart_core.explain.attribution.explain import require_float32
from redheart_core.explain.attribution.function import Scalar
from redheart_core.explain.concepts.direction import Floats
from redheart_core.model.checkpoint import LoadedCheckpoint
from redheart_core.model.network import RedHeartModel
from redheart_core.model.ngrams import NgramBatch, ngram_batch
from redheart_core.runtime.lease import lease
from redheart_core.text.tokenizer import Encoding
from redheart_core.vocabulary.dilemma import clean_passage

POOLED, STATES, ENCODER = "pooled", "states", "encoder"
Passage = tuple[str, str]
"""Text and context; the context may be empty."""
Tick = Callable[[], None]
"""Called after each passage."""


def no_tick() -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Pass:
    """One passage on its way through the model."""

    model: RedHeartModel
    ids_BT: Tensor
    segments_BT: Tensor
    ngrams: NgramBatch | None

    @property
    def mask_BT(self) -> Tensor:
        return torch.ones_like(self.ids_BT, dtype=torch.bool)

    def hidden(self, *, needs_gradient: bool) -> Tensor:
        vectors_BTD = self.model.backbone.embedding(self.ids_BT).detach().requires_grad_(needs_gradient)
        states_BTD: Tensor = self.model.backbone(vectors_BTD, self.mask_BT, self.segments_BT)
        return states_BTD


def layer_names(model: RedHeartModel) -> tuple[str, ...]:
    """Return every layer that can be asked for, the first one nearest to the text."""
    return (*(f"{ENCODER}.{place}" for place in range(len(model.backbone.encoder))), STATES, POOLED)


def activations(
    checkpoint: LoadedCheckpoint, passages: Sequence[Passage], layer: str, *, tick: Tick = no_tick
) -> Floats:
    """Return what stands in a layer for each passage, (N, D). Each is read alone, and ``tick`` called after it.

    Raises:
        ExplanationError: There is no such layer.
        InputError: A passage cannot be read.
    """
    _require_layer(checkpoint.model, layer)
    rows: list[Floats] = []
    for passage in passages:
        rows.append(_activation(_prepared(checkpoint, passage), layer))
        tick()
    return np.stack(rows)


def gradients(
    checkpoint: LoadedCheckpoint, passages: Sequence[Passage], layer: str, scalar: Scalar, *, tick: Tick = no_tick
) -> Floats:
    """Return how a scalar changes with each number of a layer, (N, D), in units of the scalar per unit of activation.

    Raises:
        ExplanationError: There is no such layer, or the weights have no gradients in this precision.
        InputError: A passage cannot be read.
    """
    _require_layer(checkpoint.model, layer)
    require_float32(checkpoint.model)
    rows: list[Floats] = []
    for passage in passages:
        rows.append(_gradient(_prepared(checkpoint, passage), layer, scalar))
        tick()
    return np.stack(rows)


def _activation(one: _Pass, layer: str) -> Floats:
    with lease(one.model), torch.no_grad(), _captured(one.model, layer) as seen:
        hidden_BTD = one.hidden(needs_gradient=False)
        if layer == POOLED:
            found = one.model.run_parts(hidden_BTD, one.mask_BT, parts=frozenset()).pooled_BP[0]
        else:
            found = (seen[0] if seen else hidden_BTD)[0].mean(dim=0)
    return _as_numpy(found)


def _gradient(one: _Pass, layer: str, scalar: Scalar) -> Floats:
    with lease(one.model), torch.enable_grad(), _captured(one.model, layer) as seen:
        hidden_BTD = one.hidden(needs_gradient=True)
        outputs = one.model.run_parts(hidden_BTD, one.mask_BT)
        value = scalar(one.model.finish(outputs, one.ngrams).logits).sum()
        moved = outputs.pooled_BP if layer == POOLED else seen[0] if seen else hidden_BTD
        slopes = torch.autograd.grad(value, moved)[0][0]
    return _as_numpy(slopes if layer == POOLED else slopes.sum(dim=0))


@contextmanager
def _captured(model: RedHeartModel, layer: str) -> Iterator[list[Tensor]]:
    """Keep the output of an encoder layer while the block runs; nothing for the other layers."""
    seen: list[Tensor] = []

    def keep(_module: nn.Module, _inputs: tuple[Tensor, ...], output: Tensor) -> None:
        seen.append(output)

    if not layer.startswith(ENCODER):
        yield seen
        return
    handle = model.backbone.encoder[int(layer.removeprefix(f"{ENCODER}."))].register_forward_hook(keep)
    try:
        yield seen
    finally:
        handle.remove()


def _prepared(checkpoint: LoadedCheckpoint, passage: Passage) -> _Pass:
    encoding = _encoded(checkpoint, passage)
    device = checkpoint.model.backbone.embedding.positions_TD.device
    return _Pass(
        model=checkpoint.model,
        ids_BT=torch.tensor([encoding.ids], device=device),
        segments_BT=torch.tensor([encoding.segments], device=device),
        ngrams=None if encoding.ngrams is None else ngram_batch([encoding.ngrams], device=device),
    )


def _encoded(checkpoint: LoadedCheckpoint, passage: Passage) -> Encoding:
    text = clean_passage(passage[0], what_en="text", what_ko="글")
    max_tokens = checkpoint.model.config.max_tokens
    return checkpoint.tokenizer.encode(text, context=passage[1], max_tokens=max_tokens)


def _require_layer(model: RedHeartModel, layer: str) -> None:
    if layer not in layer_names(model):
        raise ExplanationError(f"There is no layer {layer!r}. Known layers: {', '.join(layer_names(model))}.")


def _as_numpy(values: Tensor) -> Floats:
    return values.detach().cpu().double().numpy()
