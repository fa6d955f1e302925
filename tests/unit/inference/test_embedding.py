"""Vectors of passages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from redheart_core.errors import CheckpointError, InputError
from redheart_core.inference.embedding import encoder_identity, open_encoder
from redheart_core.model.checkpoint import load_checkpoint
from redheart_core.model.presets import TINY
from tests.checkpoints import SENTENCES, make_tiny_checkpoint


def test_a_vector_is_what_the_heads_read(tmp_path: Path) -> None:
    checkpoint = load_checkpoint(make_tiny_checkpoint(tmp_path / "tiny"))
    encoder = open_encoder(str(tmp_path / "tiny"))
    assert encoder.identity == encoder_identity(tmp_path / "tiny")
    assert encoder.identity.checkpoint_sha256 == checkpoint.sha256
    seen: list[torch.Tensor] = []
    head = checkpoint.model.heads["emotion_head"]
    head.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    encoding = checkpoint.tokenizer.encode(SENTENCES[0], max_tokens=TINY.max_tokens)
    ids_BT = torch.tensor([encoding.ids])
    with torch.inference_mode():
        checkpoint.model(ids_BT, torch.ones_like(ids_BT, dtype=torch.bool), torch.tensor([encoding.segments]))
    vector = encoder.embed(SENTENCES[0])
    np.testing.assert_array_equal(vector, seen[0][0].numpy())
    assert vector.shape == (encoder.identity.dimension,)
    assert vector.dtype == np.float32


def test_a_vector_does_not_depend_on_what_was_read_before(tmp_path: Path) -> None:
    encoder = open_encoder(str(make_tiny_checkpoint(tmp_path)))
    alone = encoder.embed(SENTENCES[3])
    for sentence in SENTENCES:
        encoder.embed(sentence)
    np.testing.assert_array_equal(encoder.embed(f"  {SENTENCES[3]}\n"), alone)
    assert not np.array_equal(encoder.embed(SENTENCES[3], context=SENTENCES[0]), alone)


def test_other_weights_are_another_encoder(tmp_path: Path) -> None:
    first, second = (make_tiny_checkpoint(tmp_path / str(seed), seed=seed) for seed in (0, 1))
    assert encoder_identity(first).sha256 != encoder_identity(second).sha256
    assert encoder_identity(first).sha256 != encoder_identity(first, precision="bf16").sha256


def test_an_untrained_checkpoint_makes_no_vectors(tmp_path: Path) -> None:
    make_tiny_checkpoint(tmp_path, trained_outputs={})
    with pytest.raises(CheckpointError, match="never trained"):
        open_encoder(str(tmp_path))


def test_an_empty_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="empty"):
        open_encoder(str(make_tiny_checkpoint(tmp_path))).embed(" \n")
