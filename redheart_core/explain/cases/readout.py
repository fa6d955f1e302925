"""A read-out of the model at one passage: what it reads, and how a scalar of the answers depends on what it says.

A scalar is linear in the weights of a read-out, because nothing behind it reads its logits. So the two parts here say
exactly how the scalar would change with these weights, however far they move.

Dimensions: S width of a state, C outputs of a family.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from redheart_core.errors import ExplanationError
from redheart_core.explain.attribution.explain import require_float32
from redheart_core.explain.attribution.function import Scalar
from redheart_core.model.checkpoint import LoadedCheckpoint
from redheart_core.model.layers import Readout
from redheart_core.model.network import RedHeartModel
from redheart_core.model.ngrams import ngram_batch
from redheart_core.runtime.lease import lease
from redheart_core.vocabulary.reading import Family

Floats = NDArray[np.float64]
_PLACE = "readouts"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReadoutPoint:
    """One passage."""

    value: float
    """The scalar."""
    state_S: Floats
    """What the read-out reads."""
    slope_C: Floats
    """Change of the scalar per unit of each of the read-out's logits."""

    def product(self, other: ReadoutPoint) -> float:
        """Return the product of the scalar's two gradients in weights and bias of the read-out."""
        return float((self.slope_C @ other.slope_C) * (self.state_S @ other.state_S + 1.0))


def readouts(model: RedHeartModel, family: Family) -> dict[str, Readout]:
    """Return the read-outs of a family by the module they belong to, heads first."""
    found: dict[str, Readout] = {}
    for path, module in model.named_modules():
        owner, _, last = path.rpartition(f".{_PLACE}.")
        if isinstance(module, Readout) and last == family.value:
            found[owner.rpartition(".")[2]] = module
    return found


def readout_named(model: RedHeartModel, family: Family, name: str | None) -> tuple[str, Readout]:
    """Return a read-out with its name; the first where none is named.

    Raises:
        ExplanationError: The family has none of that name.
    """
    known = readouts(model, family)
    chosen = name or next(iter(known), "")
    if chosen not in known:
        raise ExplanationError(f"{family.value} has no read-out {chosen!r}. Known read-outs: {', '.join(known)}.")
    return chosen, known[chosen]


def readout_point(
    checkpoint: LoadedCheckpoint, readout: Readout, scalar: Scalar, *, text: str, context: str = ""
) -> ReadoutPoint:
    """Read one passage, alone, and keep what is needed of its read-out.

    Raises:
        ExplanationError: The scalar does not depend on this read-out, or the weights are not in float32.
    """
    model = checkpoint.model
    require_float32(model)
    encoding = checkpoint.tokenizer.encode(text, context=context, max_tokens=model.config.max_tokens)
    device = model.backbone.embedding.positions_TD.device
    ids_BT = torch.tensor([encoding.ids], device=device)
    mask_BT = torch.ones_like(ids_BT, dtype=torch.bool)
    ngrams = None if encoding.ngrams is None else ngram_batch([encoding.ngrams], device=device)
    with lease(model), torch.enable_grad(), _watched(readout) as seen:
        logits = model(ids_BT, mask_BT, torch.tensor([encoding.segments], device=device), ngrams).logits
        value = scalar(logits).sum()
        state_BS, said_BC = seen[0]
        slope_BC = torch.autograd.grad(value, said_BC, allow_unused=True)[0] if value.requires_grad else None
    if slope_BC is None:
        raise ExplanationError("The target does not depend on this read-out. Name one of the target's own family.")
    return ReadoutPoint(value=float(value.detach()), state_S=_as_numpy(state_BS[0]), slope_C=_as_numpy(slope_BC[0]))


@contextmanager
def _watched(readout: Readout) -> Iterator[list[tuple[Tensor, Tensor]]]:
    """Keep what a read-out reads and says while the block runs; the graph begins at what it says."""
    seen: list[tuple[Tensor, Tensor]] = []

    def keep(_module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> Tensor:
        said = output.detach().requires_grad_()
        seen.append((inputs[0], said))
        return said

    handle = readout.register_forward_hook(keep)
    try:
        yield seen
    finally:
        handle.remove()


def _as_numpy(values: Tensor) -> Floats:
    return values.detach().cpu().double().numpy()
