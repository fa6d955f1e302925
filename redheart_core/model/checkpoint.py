"""Checkpoints: a folder with weights, configuration, tokenizer and model card that belong together.

The configuration is the commit: it names every other file with its hash, and it is replaced in one step after the
files it names are on the disk. Whoever is killed while saving leaves the old checkpoint or the new one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from torch import Tensor

from redheart_core.errors import CheckpointError
from redheart_core.model.ledger import meta_model
from redheart_core.model.manifest import Manifest, parse_manifest, render_manifest
from redheart_core.model.network import RedHeartModel
from redheart_core.model.shards import (
    NAME_DIGITS,
    STORED_DTYPES,
    ShardedParameters,
    StoredFile,
    check_file,
    flush,
    open_shards,
    plan_shards,
    put_in_place,
    write_shard,
)
from redheart_core.text.ngrams import NgramVocabulary
from redheart_core.text.tokenizer import Tokenizer

MANIFEST_FILE = "config.json"
OUR_FILES = ("model*.safetensors", "tokenizer*.json", "ngrams*.json", "MODEL_CARD*.md", ".*.partial")
"""Patterns of the names that saving uses."""
MAX_SHARD_BYTES = 512 * 1024**2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LoadedCheckpoint:
    """A checkpoint whose parts were checked against each other."""

    model: RedHeartModel
    """In evaluation mode."""
    tokenizer: Tokenizer
    manifest: Manifest
    sha256: str
    """Identifies weights, tokenizer and configuration together: the hash of the configuration file."""


def save_checkpoint(
    directory: Path,
    *,
    model: RedHeartModel,
    tokenizer_file: Path,
    manifest: Manifest,
    card: str,
    dtype: torch.dtype = torch.float16,
    max_shard_bytes: int = MAX_SHARD_BYTES,
    ngrams: NgramVocabulary | None = None,
) -> Manifest:
    """Write a checkpoint so that ``directory`` holds either the old or the new one, never a mixture.

    At most one shard is held in memory beside the model. The names of the files in ``manifest`` are filled in here.

    Raises:
        CheckpointError: Something cannot be written; the checkpoint that was there before stays.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        tokenizer = _write(directory, "tokenizer", ".json", tokenizer_file.read_bytes())
        shards = _write_shards(directory, model.state_dict(), dtype, max_shard_bytes)
        complete = manifest.with_files(
            stored_dtype=str(dtype).removeprefix("torch."),
            shards=shards,
            tokenizer=tokenizer,
            ngrams=None if ngrams is None else _write(directory, "ngrams", ".json", ngrams.to_bytes()),
            card=_write_card(directory, card, shards),
        )
        flush(directory)
        _commit(directory, complete)
        _remove_others(directory, complete)
    except (OSError, SafetensorError) as error:
        raise CheckpointError(
            f"{directory}: the checkpoint could not be written ({error}). What was there before is unchanged. "
            "Free some space or choose another folder, then save again."
        ) from error
    return complete


def load_checkpoint(directory: Path, *, dtype: torch.dtype = torch.float32, verify: bool = True) -> LoadedCheckpoint:
    """Load a checkpoint strictly, by memory-mapping.

    Args:
        directory: The folder.
        dtype: What the model computes with. Where the files hold that type nothing is copied.
        verify: Whether to read every byte once and compare the hashes; sizes are compared in any case.

    Raises:
        CheckpointError: Something is missing, altered, or does not belong; the message names file, problem, remedy.
    """
    _, manifest = read_manifest(directory)
    model = meta_model(manifest.model)
    checkpoint = load_parts(directory, model, verify=verify)
    with open_shards(directory, manifest.shards) as parameters:
        tensors = {name: tensor.to(dtype) for name, tensor in parameters.items()}
    model.load_state_dict(tensors, strict=True, assign=True)
    model.backbone.embedding.restore_positions()
    model.eval()
    return checkpoint


def load_parts(directory: Path, model: RedHeartModel, *, verify: bool = True) -> LoadedCheckpoint:
    """Check a checkpoint against a model built without storage, and load everything but the weights.

    Args:
        directory: The folder.
        model: Built from the configuration of that checkpoint; it is returned as it is.
        verify: See ``load_checkpoint``.

    Raises:
        CheckpointError: See ``load_checkpoint``.
    """
    manifest_bytes, manifest = read_manifest(directory)
    for shard in manifest.shards:
        check_file(directory, shard, content=verify)
    tokenizer = _load_tokenizer(directory, manifest)
    with open_shards(directory, manifest.shards) as parameters:
        _check_shapes(parameters, model.state_dict(), STORED_DTYPES[manifest.stored_dtype])
    sha256 = hashlib.sha256(manifest_bytes).hexdigest()
    return LoadedCheckpoint(model=model, tokenizer=tokenizer, manifest=manifest, sha256=sha256)


def read_manifest(directory: Path) -> tuple[bytes, Manifest]:
    """Return the bytes of the configuration and what they say.

    Raises:
        CheckpointError: There is no checkpoint, or its configuration is damaged.
    """
    if not directory.is_dir():
        raise CheckpointError(f"{directory}: there is no such checkpoint folder. Give the path of a checkpoint.")
    path = directory / MANIFEST_FILE
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CheckpointError(
            f"{path}: cannot be read ({error.strerror}). Restore the checkpoint; a folder without this file holds none."
        ) from error
    return content, parse_manifest(path, content)


def tokenizer_path(directory: Path, manifest: Manifest) -> Path:
    """Return the file of a saved checkpoint's tokenizer; its name is the manifest's to give."""
    assert manifest.tokenizer is not None  # parse_manifest refuses a manifest without one
    return directory / manifest.tokenizer.name


def _write_shards(
    directory: Path, parameters: Mapping[str, Tensor], dtype: torch.dtype, max_bytes: int
) -> tuple[StoredFile, ...]:
    sizes = {name: tensor.numel() * dtype.itemsize for name, tensor in parameters.items()}
    plan = plan_shards(sizes, max_bytes)
    return tuple(
        write_shard(
            directory, f"model-{number:02d}-of-{len(plan):02d}", {name: parameters[name] for name in members}, dtype
        )
        for number, members in enumerate(plan, start=1)
    )


def _write(directory: Path, stem: str, suffix: str, content: bytes) -> StoredFile:
    partial = directory / f".{stem}.partial"
    partial.write_bytes(content)
    return put_in_place(partial, stem, suffix)


def _write_card(directory: Path, card: str, shards: tuple[StoredFile, ...]) -> str:
    """Name the card for the weights it describes: its words are not part of the checkpoint's identity."""
    weights = hashlib.sha256("".join(shard.sha256 for shard in shards).encode()).hexdigest()
    path = directory / f"MODEL_CARD-{weights[:NAME_DIGITS]}.md"
    partial = directory / ".MODEL_CARD.partial"
    partial.write_text(card, encoding="utf-8")
    flush(partial)
    partial.replace(path)
    return path.name


def _commit(directory: Path, manifest: Manifest) -> None:
    partial = directory / f".{MANIFEST_FILE}.partial"
    partial.write_text(render_manifest(manifest), encoding="utf-8")
    flush(partial)
    partial.replace(directory / MANIFEST_FILE)
    flush(directory)


def _remove_others(directory: Path, manifest: Manifest) -> None:
    """Delete what an earlier or a broken-off save left. Files of other kinds are not ours to delete."""
    ours = (path for pattern in OUR_FILES for path in directory.glob(pattern))
    for path in ours:
        if path.name not in manifest.file_names:
            path.unlink()


def _check_shapes(parameters: ShardedParameters, expected: Mapping[str, Tensor], dtype: torch.dtype) -> None:
    foreign, missing = sorted(set(parameters) - set(expected)), sorted(set(expected) - set(parameters))
    if foreign or missing:
        raise CheckpointError(
            f"{parameters.path_of(next(iter(parameters)))}: {len(foreign)} parameters are foreign "
            f"({', '.join(foreign[:3])}) and {len(missing)} missing ({', '.join(missing[:3])}). "
            "Use the weights that belong to this configuration."
        )
    for name, tensor in parameters.items():
        if tensor.shape != expected[name].shape or tensor.dtype != dtype:
            raise CheckpointError(
                f"{parameters.path_of(name)}: {name} has the shape {tuple(tensor.shape)} and is {tensor.dtype}, the "
                f"configuration wants {tuple(expected[name].shape)} and {dtype}. "
                "Use the weights that belong to this configuration."
            )


def _load_tokenizer(directory: Path, manifest: Manifest) -> Tokenizer:
    path = tokenizer_path(directory, manifest)
    assert manifest.tokenizer is not None  # as above
    check_file(directory, manifest.tokenizer)
    tokenizer = Tokenizer.from_file(path, _load_ngrams(directory, manifest))
    if tokenizer.vocabulary_size > manifest.model.vocabulary_size:
        raise CheckpointError(
            f"{path}: {tokenizer.vocabulary_size} entries, but the model has room for "
            f"{manifest.model.vocabulary_size}. Restore the checkpoint."
        )
    return tokenizer


def _load_ngrams(directory: Path, manifest: Manifest) -> NgramVocabulary | None:
    if manifest.ngrams is None or manifest.model.ngrams is None:
        return None
    check_file(directory, manifest.ngrams)
    path = directory / manifest.ngrams.name
    vocabulary = NgramVocabulary.from_file(path)
    if len(vocabulary) != manifest.model.ngrams.num_ngrams:
        raise CheckpointError(
            f"{path}: {len(vocabulary)} n-grams, the model has weights for {manifest.model.ngrams.num_ngrams}. "
            "Restore the checkpoint."
        )
    return vocabulary
