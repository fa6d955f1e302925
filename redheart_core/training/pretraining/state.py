"""A pre-training that can go on later: weights, moments and what was counted, in two files written in safe order."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from pydantic import TypeAdapter, ValidationError
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.optim import Optimizer

from redheart_core.errors import CheckpointError
from redheart_core.model.shards import StoredFile, check_file, flush, write_shard

STATE_FILE = "pretraining.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What a pre-training has done so far."""

    steps: int = 0
    tokens: int = 0
    """Without padding."""
    seconds: float = 0.0
    """Of training steps alone."""
    held_out_loss_before: float
    """Nats per hidden token of passages that are not trained on, at the start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Saved:
    identity: str
    counts: Counts
    weights: StoredFile


def save_pretraining(
    directory: Path, modules: Mapping[str, nn.Module], optimizer: Optimizer, counts: Counts, *, identity: str
) -> None:
    """Write the state; the previous one stays valid until the new one is complete.

    Args:
        directory: Where both files go.
        modules: What is trained, by name.
        optimizer: Its moments are kept.
        counts: What was done.
        identity: Of configuration and texts; only the same may go on.
    """
    directory.mkdir(parents=True, exist_ok=True)
    weights = write_shard(directory, "pretraining", _tensors(modules, optimizer), torch.float32)
    saved = _Saved(identity=identity, counts=counts, weights=weights)
    partial = directory / f".{STATE_FILE}.partial"
    partial.write_text(json.dumps(asdict(saved), indent=1) + "\n", encoding="utf-8")
    flush(partial)
    partial.replace(directory / STATE_FILE)
    flush(directory)
    for other in directory.glob("pretraining-*.safetensors"):
        if other.name != weights.name:
            other.unlink()


def load_pretraining(
    directory: Path, modules: Mapping[str, nn.Module], optimizer: Optimizer, *, identity: str
) -> Counts | None:
    """Put a saved state back, or return None where there is none.

    Raises:
        CheckpointError: It is damaged, or belongs to another configuration or other texts.
    """
    path = directory / STATE_FILE
    if not path.exists():
        return None
    saved = _read(path)
    if saved.identity != identity:
        raise CheckpointError(
            f"{path}: this pre-training began with another configuration or other texts. Use another folder."
        )
    check_file(directory, saved.weights)
    tensors = load_file(directory / saved.weights.name)
    for name, module in modules.items():
        module.load_state_dict(_below(tensors, name))
    places = sorted({int(name.split("/")[1]) for name in tensors if name.startswith("moments/")})
    moments = {place: _below(tensors, f"moments/{place}") for place in places}
    optimizer.load_state_dict({**optimizer.state_dict(), "state": moments})
    return saved.counts


def _read(path: Path) -> _Saved:
    try:
        return TypeAdapter(_Saved).validate_json(path.read_bytes(), strict=False)
    except (OSError, ValidationError) as error:
        problem = " ".join(str(error).split())[:200]
        raise CheckpointError(
            f"{path}: not a saved pre-training ({problem}). Delete the folder to start anew."
        ) from error


def _tensors(modules: Mapping[str, nn.Module], optimizer: Optimizer) -> dict[str, Tensor]:
    tensors = {f"{name}/{key}": value for name, module in modules.items() for key, value in module.state_dict().items()}
    for place, moments in optimizer.state_dict()["state"].items():
        tensors |= {f"moments/{place}/{key}": value for key, value in moments.items()}
    return tensors


def _below(tensors: Mapping[str, Tensor], part: str) -> dict[str, Tensor]:
    return {name.removeprefix(f"{part}/"): value for name, value in tensors.items() if name.startswith(f"{part}/")}
