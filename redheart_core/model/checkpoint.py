"""Checkpoints: a folder with weights, configuration, tokenizer and model card that belong together.

Weights are stored as float16 and computed with as float32. The configuration carries a hash of the stored weights
and of the tokenizer, so that a changed byte, or a file from another checkpoint, is found before anything is read.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from redheart_core.errors import CheckpointError
from redheart_core.model.manifest import Manifest, parse_manifest, render_manifest
from redheart_core.model.network import RedHeartModel
from redheart_core.text.tokenizer import Tokenizer

WEIGHTS_FILE = "model.safetensors"
MANIFEST_FILE = "config.json"
TOKENIZER_FILE = "tokenizer.json"
CARD_FILE = "MODEL_CARD.md"
FILES = (WEIGHTS_FILE, MANIFEST_FILE, TOKENIZER_FILE, CARD_FILE)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LoadedCheckpoint:
    """A checkpoint whose parts were checked against each other."""

    model: RedHeartModel
    """In evaluation mode, float32."""
    tokenizer: Tokenizer
    manifest: Manifest
    sha256: str
    """Identifies weights, tokenizer and configuration together: the hash of the configuration file."""


def save_checkpoint(
    directory: Path, *, model: RedHeartModel, tokenizer_file: Path, manifest: Manifest, card: str
) -> None:
    """Write a checkpoint so that ``directory`` holds either the old or the new one, never a mixture.

    ``manifest.parameters_sha256`` and ``manifest.tokenizer_sha256`` are filled in here.
    """
    weights = save(stored_parameters(model))
    complete = manifest.with_hashes(
        parameters_sha256=_sha256(weights), tokenizer_sha256=_sha256(tokenizer_file.read_bytes())
    )
    directory.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=directory.parent))
    staging.chmod(0o755)
    (staging / WEIGHTS_FILE).write_bytes(weights)
    (staging / MANIFEST_FILE).write_text(render_manifest(complete), encoding="utf-8")
    (staging / TOKENIZER_FILE).write_bytes(tokenizer_file.read_bytes())
    (staging / CARD_FILE).write_text(card, encoding="utf-8")
    _swap(staging, directory)


def load_checkpoint(directory: Path) -> LoadedCheckpoint:
    """Load a checkpoint strictly.

    Raises:
        CheckpointError: Something is missing, altered, or does not belong; the message names file, problem, remedy.
    """
    if not directory.is_dir():
        raise CheckpointError(f"{directory}: there is no such checkpoint folder. Give the path of a checkpoint.")
    manifest_bytes = _read(directory / MANIFEST_FILE)
    manifest = parse_manifest(directory / MANIFEST_FILE, manifest_bytes)
    weights = _read(directory / WEIGHTS_FILE)
    tokenizer = Tokenizer.from_file(directory / TOKENIZER_FILE)
    _check_tokenizer(directory, tokenizer, manifest)
    model = _build(directory / WEIGHTS_FILE, weights, manifest)
    return LoadedCheckpoint(model=model, tokenizer=tokenizer, manifest=manifest, sha256=_sha256(manifest_bytes))


def stored_parameters(model: RedHeartModel) -> dict[str, Tensor]:
    """Return the parameters as they are stored: float16, contiguous, by name."""
    return {name: value.detach().to(torch.float16).contiguous() for name, value in model.state_dict().items()}


def _build(path: Path, weights: bytes, manifest: Manifest) -> RedHeartModel:
    tensors = _tensors(path, weights)
    if _sha256(weights) != manifest.parameters_sha256:
        raise CheckpointError(
            f"{path}: the weights are not those that {MANIFEST_FILE} names: their parameter hash differs. "
            "Restore the file."
        )
    with torch.device("meta"):
        model = RedHeartModel(manifest.model)
    _check_keys(path, tensors, model.state_dict())
    model = model.to_empty(device="cpu")
    model.load_state_dict({name: tensor.float() for name, tensor in tensors.items()}, strict=True)
    model.backbone.embedding.restore_positions()
    return model.eval()


def _tensors(path: Path, weights: bytes) -> dict[str, Tensor]:
    try:
        return load(weights)
    except SafetensorError as error:
        raise CheckpointError(f"{path}: truncated or not a safetensors file ({error}). Restore the file.") from error


def _check_keys(path: Path, tensors: Mapping[str, Tensor], expected: Mapping[str, Tensor]) -> None:
    foreign, missing = sorted(set(tensors) - set(expected)), sorted(set(expected) - set(tensors))
    if foreign or missing:
        raise CheckpointError(
            f"{path}: {len(foreign)} parameters are foreign ({', '.join(foreign[:3])}) and {len(missing)} missing "
            f"({', '.join(missing[:3])}). Use the weights that belong to this configuration."
        )
    for name, tensor in tensors.items():
        if tensor.shape != expected[name].shape:
            raise CheckpointError(
                f"{path}: {name} has the shape {tuple(tensor.shape)}, the configuration wants "
                f"{tuple(expected[name].shape)}. Use the weights that belong to this configuration."
            )


def _check_tokenizer(directory: Path, tokenizer: Tokenizer, manifest: Manifest) -> None:
    path = directory / TOKENIZER_FILE
    if tokenizer.sha256 != manifest.tokenizer_sha256:
        raise CheckpointError(
            f"{path}: this is not the tokenizer that the weights were trained with: its hash differs. Restore it."
        )
    if tokenizer.vocabulary_size > manifest.model.vocabulary_size:
        raise CheckpointError(
            f"{path}: {tokenizer.vocabulary_size} entries, but the model has room for "
            f"{manifest.model.vocabulary_size}. Restore the checkpoint."
        )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CheckpointError(f"{path}: cannot be read ({error.strerror}). Restore the checkpoint.") from error


def _swap(staging: Path, directory: Path) -> None:
    retired = staging.with_name(f"{staging.name}-old")
    if directory.exists():
        directory.rename(retired)
    staging.rename(directory)
    shutil.rmtree(retired, ignore_errors=True)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
