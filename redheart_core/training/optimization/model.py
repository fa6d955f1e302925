"""The small model that telemetry is recorded on, its data, and its layers from the embedding to the outputs.

Dimensions: V vocabulary, D width of a trained embedding, W width of the small model.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import torch
from torch import Tensor, nn

from redheart_core.model.config import ModelConfig
from redheart_core.model.network import Part, RedHeartModel
from redheart_core.model.presets import TINY
from redheart_core.text.tokenizer import Tokenizer
from redheart_core.training.batches import Batch, Item, collate, cut, endless_batches, tokenize
from redheart_core.training.objectives import Objective, total_loss
from redheart_core.training.optimization.telemetry import RunSpec
from redheart_core.training.required import RECOVERY_WEIGHT, REQUIRED_PARTS
from redheart_core.training.tasks import Task

MAX_TOKENS = 48
WIDTH = 32
NUM_HELD = 192
"""Validation examples, and as many others to check choices with."""
GROUPS = ("embedding", "encoder_0", "encoder_1", "projection", "parts", "joint")
"""Layers in the sense of crossover and learning rates, by depth."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RunData:
    """What one run reads."""

    objective: Objective
    parts: frozenset[Part]
    train: tuple[Item, ...]
    validation: tuple[Batch, ...]
    check: tuple[Batch, ...]

    def batches(self, *, batch_size: int, seed: int) -> Iterator[Batch]:
        """Yield training batches for ever."""
        state = random.Random(seed)
        return endless_batches(self.train, batch_size=batch_size, max_batch_tokens=8192, random_state=state)


def run_data(spec: RunSpec, task: Task, tokenizer: Tokenizer) -> RunData:
    """Draw a run's examples: the held ones are the same for every run of a task."""
    train = random.Random(spec.seed).sample(task.train, min(spec.num_examples, len(task.train)))
    held = random.Random(0).sample(task.dev, 2 * NUM_HELD)
    parts = frozenset[Part]().union(*(REQUIRED_PARTS[family] for family in task.objective.families))
    return RunData(
        objective=task.objective,
        parts=parts,
        train=tokenize(train, tokenizer, max_tokens=MAX_TOKENS),
        validation=_held(tokenize(held[:NUM_HELD], tokenizer, max_tokens=MAX_TOKENS)),
        check=_held(tokenize(held[NUM_HELD:], tokenizer, max_tokens=MAX_TOKENS)),
    )


def run_model(spec: RunSpec, table_VD: Tensor) -> RedHeartModel:
    """Build the model of a run: the architecture of every preset, narrow, with a given embedding."""
    torch.manual_seed(spec.seed)
    model = RedHeartModel(telemetry_config(table_VD.shape[0], width=table_VD.shape[1], dropout=spec.dropout))
    put_weights(model, {**weights_of(model), "backbone.embedding.token.weight": table_VD})
    return model


def narrow_embedding(table_VD: Tensor, *, width: int = WIDTH) -> Tensor:
    """Return the first principal components of a trained embedding, at the size of a new one.

    From random vectors the short runs would learn nothing, and their curves would be noise.
    """
    torch.manual_seed(0)
    centred_VD = table_VD.float() - table_VD.float().mean(dim=0)
    left_VW, strength_W, _ = torch.svd_lowrank(centred_VD, q=width + 8, niter=4)
    narrow_VW = (left_VW * strength_W)[:, :width]
    return narrow_VW / narrow_VW.std() / math.sqrt(width)


def telemetry_config(vocabulary_size: int, *, width: int = WIDTH, dropout: float = 0.0) -> ModelConfig:
    """Return a config between ``tiny`` and ``compact``, about 0.4 M parameters at width 32."""
    return replace(
        TINY,
        preset="telemetry",
        vocabulary_size=vocabulary_size,
        max_tokens=MAX_TOKENS,
        optimization=None,
        backbone=replace(TINY.backbone, d_model=width, feedforward_width=2 * width, dropout=dropout),
        bentham_calculator=replace(TINY.bentham_calculator, num_layers=1),
        emotion_analyzer=replace(TINY.emotion_analyzer, num_gru_layers=1, segment_tokens=8),
    )


def layer_groups(model: RedHeartModel) -> dict[str, dict[str, nn.Parameter]]:
    """Return each layer's parameters by name; every parameter is in exactly one of ``GROUPS``."""
    groups: dict[str, dict[str, nn.Parameter]] = {name: {} for name in GROUPS}
    for name, parameter in model.named_parameters():
        groups[_group_of(name)][name] = parameter
    return groups


def _group_of(name: str) -> str:
    if name.startswith("backbone.embedding"):
        return "embedding"
    if name.startswith("backbone.encoder."):
        return f"encoder_{name.split('.')[2]}"
    if name.startswith("backbone."):
        return "projection"
    return "parts" if name.startswith(("heads.", "analyzers.")) else "joint"


def depth_of(group: str) -> float:
    """Return 0 for the embedding, 1 for the outputs."""
    return GROUPS.index(group) / (len(GROUPS) - 1)


def batch_loss(model: RedHeartModel, data: RunData, batch: Batch) -> Tensor:
    """Return what a step minimises."""
    output = model(batch.ids_RT, batch.mask_RT, batch.segments_RT, parts=data.parts)
    recovery_error: Tensor = output.recovery_error
    return total_loss(data.objective, output.logits, batch.target_BK) + RECOVERY_WEIGHT * recovery_error


def held_loss(model: RedHeartModel, data: RunData, batches: Sequence[Batch]) -> float:
    """Return the mean loss over held examples, without dropout."""
    model.eval()
    total, count = 0.0, 0
    with torch.inference_mode():
        for batch in batches:
            output = model(batch.ids_RT, batch.mask_RT, batch.segments_RT, parts=data.parts)
            size = batch.target_BK.shape[0]
            total += size * float(total_loss(data.objective, output.logits, batch.target_BK))
            count += size
    model.train()
    return total / count


def _held(items: Sequence[Item]) -> tuple[Batch, ...]:
    ordered = sorted(items, key=lambda item: item.num_tokens)
    return tuple(map(collate, cut(ordered, batch_size=128, max_batch_tokens=8192)))


def norm(tensors: Sequence[Tensor]) -> float:
    """Return the common length of several tensors."""
    return float(torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(tensor) for tensor in tensors])))


def gradients(model: nn.Module) -> list[Tensor]:
    """Return the gradients that there are."""
    return [parameter.grad for parameter in model.parameters() if parameter.grad is not None]


def weights_of(model: nn.Module) -> dict[str, Tensor]:
    """Return a copy of the weights by name."""
    return {name: parameter.detach().clone() for name, parameter in model.named_parameters()}


def put_weights(model: nn.Module, weights: dict[str, Tensor]) -> None:
    """Copy weights into a model."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(weights[name])


def all_tensors(groups: dict[str, dict[str, nn.Parameter]]) -> list[nn.Parameter]:
    """Return the parameters of all groups."""
    return list(chain.from_iterable(group.values() for group in groups.values()))
