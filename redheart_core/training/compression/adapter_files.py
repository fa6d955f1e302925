"""Adapters on disk: a few megabytes beside the checkpoint that they belong to."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from redheart_core.errors import CheckpointError, ConfigError
from redheart_core.training.compression.lora import AdapterConfig, adapter_parameters, add_adapters
from redheart_core.training.compression.quantized_base import BaseStorage, quantize_frozen

WEIGHTS_FILE = "adapters.safetensors"
DESCRIPTION_FILE = "adapters.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterDescription:
    """What the adapters were trained on."""

    base_sha256: str
    """Hash of the checkpoint that they correct; on any other they mean nothing."""
    storage: BaseStorage
    """How its weights were kept while the adapters learned."""
    config: AdapterConfig


def save_adapters(directory: Path, model: nn.Module, description: AdapterDescription) -> None:
    """Write the adapters of ``model``."""
    directory.mkdir(parents=True, exist_ok=True)
    weights = {name: parameter.detach().contiguous() for name, parameter in adapter_parameters(model).items()}
    save_file(weights, directory / WEIGHTS_FILE)
    text = json.dumps(asdict(description), indent=2, sort_keys=True) + "\n"
    (directory / DESCRIPTION_FILE).write_text(text, encoding="utf-8")


def load_adapters(directory: Path, model: nn.Module, *, base_sha256: str) -> AdapterDescription:
    """Put the saved adapters on ``model``, which must be the checkpoint with the hash ``base_sha256``.

    Raises:
        CheckpointError: The files are missing or malformed, or belong to another checkpoint.
    """
    description = _description(directory / DESCRIPTION_FILE)
    if description.base_sha256 != base_sha256:
        raise CheckpointError(
            f"{directory}: these adapters belong to the checkpoint {description.base_sha256[:12]}…, "
            f"not to {base_sha256[:12]}…. Load that one first."
        )
    path = directory / WEIGHTS_FILE
    try:
        weights = load_file(path)
    except (OSError, SafetensorError) as error:
        raise CheckpointError(f"{path}: cannot be read ({error}). Train the adapters again.") from error
    add_adapters(model, description.config)
    quantize_frozen(model, description.storage)
    own = adapter_parameters(model)
    if {name: value.shape for name, value in own.items()} != {name: value.shape for name, value in weights.items()}:
        raise CheckpointError(f"{path}: these are not the layers that {DESCRIPTION_FILE} names. Restore both files.")
    for name, parameter in own.items():
        parameter.data.copy_(weights[name])
    return description


def _description(path: Path) -> AdapterDescription:
    try:
        return TypeAdapter(AdapterDescription).validate_json(path.read_bytes(), strict=False, extra="forbid")
    except (OSError, ValidationError, ConfigError) as error:
        problem = " ".join(str(error).split())[:200]
        raise CheckpointError(f"{path}: not a description of adapters: {problem}. Restore it.") from error
