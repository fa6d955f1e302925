"""Test doubles of weights: a tiny checkpoint whose numbers are random, flagged as if they had been trained.

For tests of the plumbing only. What such a checkpoint says about a passage means nothing.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import torch

from redheart_core.model.checkpoint import save_checkpoint
from redheart_core.model.config import ModelConfig
from redheart_core.model.manifest import FORMAT_VERSION, Manifest, Provenance
from redheart_core.model.network import RedHeartModel
from redheart_core.model.presets import TINY
from redheart_core.text.tokenizer import build_tokenizer
from redheart_core.training.run import TRAINED_OUTPUTS
from redheart_core.vocabulary.reading import Family

SENTENCES = (
    "I lied to my friend and felt guilty about it.",
    "She kept her promise and helped the old man home.",
    "Tell the manager the truth, or stay silent and keep the job.",
    "The doctor has one bed left and two patients.",
    "오늘 정말 힘든 하루였어요.",
    "친구의 비밀을 지켜야 할까요, 말해야 할까요?",
    "약속을 어기고 거짓말을 해서 미안하고 슬퍼요.",
    "부모님을 돌보느라 일을 그만둘지 고민이에요.",
)
INITIAL_STD = 0.3
"""Wide enough that outputs differ from passage to passage."""


def make_tiny_checkpoint(
    directory: Path,
    seed: int = 0,
    trained_outputs: Mapping[Family, tuple[str, ...]] = TRAINED_OUTPUTS,
    config: ModelConfig = TINY,
) -> Path:
    """Write a tiny checkpoint with random weights into ``directory`` and return it."""
    with tempfile.TemporaryDirectory() as scratch:
        tokenizer_file = Path(scratch) / "tokenizer.json"
        tokenizer_file.write_bytes(tiny_tokenizer_bytes())
        save_checkpoint(
            directory,
            model=random_tiny_model(seed, config),
            tokenizer_file=tokenizer_file,
            manifest=replace(tiny_manifest(seed, trained_outputs), model=config),
            card="# tiny\n\nA test double: random weights that say nothing.\n",
        )
    return directory


def random_tiny_model(seed: int = 0, config: ModelConfig = TINY) -> RedHeartModel:
    """Build the tiny preset with random weights, the same for the same seed."""
    generator = torch.Generator().manual_seed(seed)
    model = RedHeartModel(config)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "norm" not in name:
                parameter.copy_(INITIAL_STD * torch.randn(parameter.shape, generator=generator))
    return model


def tiny_manifest(seed: int = 0, trained_outputs: Mapping[Family, tuple[str, ...]] = TRAINED_OUTPUTS) -> Manifest:
    """Describe the test double; hashes are filled in on saving."""
    return Manifest(
        format_version=FORMAT_VERSION,
        model=TINY,
        trained_outputs=trained_outputs,
        temperatures={family: 1.0 for family in trained_outputs},
        provenance=Provenance(command="make_tiny_checkpoint", seed=seed, steps=0, data_sha256={}),
    )


@cache
def tiny_tokenizer_bytes() -> bytes:
    """Train the tiny tokenizer on the sentences above."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "tokenizer.json"
        build_tokenizer(SENTENCES * 3, path, vocabulary_size=TINY.vocabulary_size)
        return path.read_bytes()
