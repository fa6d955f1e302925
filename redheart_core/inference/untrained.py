"""Checkpoints of models that nobody trained: their size and speed are real, what they would say is refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from redheart_core.errors import ConfigError
from redheart_core.inference.shipped import shipped_folder
from redheart_core.model.checkpoint import read_manifest, save_checkpoint, tokenizer_path
from redheart_core.model.config import ModelConfig
from redheart_core.model.manifest import FORMAT_VERSION, Manifest, Provenance
from redheart_core.model.network import RedHeartModel
from redheart_core.text.tokenizer import Tokenizer

CARD = """# Red Heart `{preset}`, untrained

Weights as they were drawn from seed {seed}. Every output is refused when it is read: this checkpoint serves
measurements of size and speed, and as the start of a training.
"""


def untrained_model(config: ModelConfig, *, seed: int, dtype: torch.dtype = torch.float32) -> RedHeartModel:
    """Build a model with freshly drawn weights, the same for the same seed and type, in evaluation mode."""
    with torch.random.fork_rng(devices=[]), _default_dtype(dtype):
        torch.manual_seed(seed)
        return RedHeartModel(config).eval()


def write_untrained_checkpoint(
    directory: Path, config: ModelConfig, *, seed: int, dtype: torch.dtype = torch.bfloat16
) -> Manifest:
    """Write a checkpoint whose outputs are all refused, with the tokenizer of the shipped one.

    Raises:
        ConfigError: The model has no room for the tokenizer.
        CheckpointError: The disk is full or refuses.
    """
    tokenizer_file = _shipped_tokenizer()
    entries = Tokenizer.from_file(tokenizer_file).vocabulary_size
    if entries > config.vocabulary_size:
        raise ConfigError(
            f"The tokenizer has {entries:,} entries, the preset {config.preset!r} room for {config.vocabulary_size:,}. "
            "Choose a larger preset."
        )
    manifest = Manifest(
        format_version=FORMAT_VERSION,
        model=config,
        trained_outputs={},
        temperatures={},
        provenance=Provenance(
            command=f"redheart checkpoint init --preset {config.preset} --seed {seed}",
            seed=seed,
            steps=0,
            data_sha256={},
        ),
    )
    return save_checkpoint(
        directory,
        model=untrained_model(config, seed=seed, dtype=dtype),
        tokenizer_file=tokenizer_file,
        manifest=manifest,
        card=CARD.format(preset=config.preset, seed=seed),
        dtype=dtype,
    )


def _shipped_tokenizer() -> Path:
    folder = shipped_folder("compact")
    return tokenizer_path(folder, read_manifest(folder)[1])


@contextmanager
def _default_dtype(dtype: torch.dtype) -> Iterator[None]:
    """Draw weights in the type they are kept in: a large model would otherwise need twice the memory for a moment."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        yield
    finally:
        torch.set_default_dtype(before)
