"""Adapters change nothing before they learn, train nothing but themselves, and merge into what they computed."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from redheart_core.errors import CheckpointError, ConfigError
from redheart_core.model.network import RedHeartModel
from redheart_core.model.presets import TINY
from redheart_core.training.compression.adapter_count import count_adapters, count_for
from redheart_core.training.compression.adapter_files import AdapterDescription, load_adapters, save_adapters
from redheart_core.training.compression.finetuning import trainable_parameters
from redheart_core.training.compression.lora import (
    EVERY_LINEAR,
    AdapterConfig,
    adapted_layers,
    add_adapters,
    merge_adapters,
)
from redheart_core.training.compression.quantized_base import BaseStorage
from redheart_core.vocabulary.reading import Family
from tests.checkpoints import random_tiny_model

IDS = torch.arange(5, 21).view(2, 8)
MASK, SEGMENTS = torch.ones(2, 8, dtype=torch.bool), torch.zeros(2, 8, dtype=torch.long)
CONFIG = AdapterConfig(rank=2, alpha=4.0)


def _answer(model: RedHeartModel) -> Tensor:
    with torch.inference_mode():
        logits = model.eval()(IDS, MASK, SEGMENTS).logits
    return torch.cat([logits[family] for family in Family], dim=1)


def _learn(model: RedHeartModel) -> None:
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.SGD(parameters, lr=0.1)
    for _ in range(3):
        output = model.train()(IDS, MASK, SEGMENTS)
        torch.autograd.backward(torch.stack([logits.square().mean() for logits in output.logits.values()]).sum())
        optimizer.step()
        optimizer.zero_grad()


def _adapted() -> RedHeartModel:
    model = random_tiny_model()
    torch.manual_seed(0)
    add_adapters(model, CONFIG)
    return model


def test_new_adapters_change_no_bit() -> None:
    # Frozen as well: the recurrent network runs another kernel, with other roundings, while its weights can be trained.
    assert torch.equal(_answer(_adapted()), _answer(random_tiny_model().requires_grad_(requires_grad=False)))


def test_only_the_adapters_learn() -> None:
    before, model = random_tiny_model().state_dict(), _adapted()
    _learn(model)
    after = {name.replace(".base.", "."): value for name, value in model.state_dict().items()}
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert all(layer.up_OR.abs().max() > 0 for path, layer in adapted_layers(model) if path.startswith("heads."))
    assert not torch.equal(_answer(model), _answer(random_tiny_model()))


def test_merging_leaves_the_old_shape_and_the_learned_answer() -> None:
    model = _adapted()
    _learn(model)
    learned = _answer(model)
    merge_adapters(model)
    assert list(model.state_dict()) == list(random_tiny_model().state_dict())
    assert all(parameter.requires_grad for parameter in model.parameters())
    torch.testing.assert_close(_answer(model), learned, atol=1e-5, rtol=1e-5)


def test_attention_and_feedforward_are_adapted_and_readouts_are_not() -> None:
    paths = add_adapters(random_tiny_model(), CONFIG)
    assert "backbone.encoder.1.attention.key_value" in paths
    assert "heads.regret_head.layers.0.down" in paths
    assert not any("readouts" in path or path.startswith("optimization") for path in paths)


def test_the_count_is_what_is_trained() -> None:
    for targets in (CONFIG.targets, EVERY_LINEAR, ("*.attention.query",)):
        config = AdapterConfig(rank=3, targets=targets)
        model = random_tiny_model()
        paths = add_adapters(model, config)
        count = count_adapters(TINY, config)
        assert (count.trainable, count.num_layers) == (trainable_parameters(model), len(paths))
        assert count.base == sum(parameter.numel() for parameter in random_tiny_model().parameters())
        assert count.share == count.trainable / count.base


def test_a_rank_is_found_for_a_wanted_size() -> None:
    one = count_adapters(TINY, AdapterConfig(rank=1))
    found = count_for(TINY, AdapterConfig(), trainable=5 * one.trainable + 1)
    assert (found.adapters.rank, found.trainable) == (5, 5 * one.trainable)


def test_a_target_that_matches_nothing_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"target '\*\.atention\.query' matches no linear layer\. Paths look like b"):
        add_adapters(random_tiny_model(), AdapterConfig(targets=("*.up", "*.atention.query")))


@pytest.mark.parametrize("broken", [{"rank": 0}, {"alpha": 0.0}, {"dropout": 1.0}])
def test_impossible_adapters_are_refused(broken: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match="need a rank of at least one"):
        AdapterConfig(**broken)  # type: ignore[arg-type]


def _saved(directory: Path) -> RedHeartModel:
    model = _adapted()
    _learn(model)
    save_adapters(directory, model, AdapterDescription(base_sha256="a" * 64, storage=BaseStorage.FP32, config=CONFIG))
    return model


def test_saved_adapters_come_back(tmp_path: Path) -> None:
    learned = _answer(_saved(tmp_path))
    model = random_tiny_model()
    assert load_adapters(tmp_path, model, base_sha256="a" * 64).config == CONFIG
    assert torch.equal(_answer(model), learned)


def test_adapters_of_another_checkpoint_are_refused(tmp_path: Path) -> None:
    _saved(tmp_path)
    with pytest.raises(CheckpointError, match=r"belong to the checkpoint aaaaaaaaaaaa…, not to bbbbbbbbbbbb…"):
        load_adapters(tmp_path, random_tiny_model(), base_sha256="b" * 64)


def test_damaged_adapter_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"adapters\.json: not a description"):
        load_adapters(tmp_path, random_tiny_model(), base_sha256="a" * 64)
    _saved(tmp_path)
    (tmp_path / "adapters.safetensors").write_bytes(b"short")
    with pytest.raises(CheckpointError, match=r"adapters\.safetensors: cannot be read"):
        load_adapters(tmp_path, random_tiny_model(), base_sha256="a" * 64)
