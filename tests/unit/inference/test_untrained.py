"""Untrained checkpoints: the same for the same seed, and silent."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from redheart_core import load_model
from redheart_core.errors import ConfigError
from redheart_core.inference.shipped import checkpoint_folder, shipped_folder
from redheart_core.inference.untrained import untrained_model, write_untrained_checkpoint
from redheart_core.model.checkpoint import load_checkpoint
from redheart_core.model.presets import TINY
from redheart_core.vocabulary.reading import READ_FAMILIES

ROOMY = replace(TINY, vocabulary_size=9_900)


def test_the_same_seed_draws_the_same_weights_and_leaves_the_generator_alone() -> None:
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    one, two, other = (untrained_model(TINY, seed=seed).state_dict() for seed in (1, 1, 2))
    assert torch.equal(torch.rand(1), expected)
    assert all(torch.equal(one[name], two[name]) for name in one)
    assert not torch.equal(one["backbone.embedding.token.weight"], other["backbone.embedding.token.weight"])


def test_it_is_kept_in_the_type_that_was_asked_for(tmp_path: Path) -> None:
    manifest = write_untrained_checkpoint(tmp_path / "tiny", ROOMY, seed=0, dtype=torch.bfloat16)
    assert manifest.stored_dtype == "bfloat16"
    loaded = load_checkpoint(tmp_path / "tiny", dtype=torch.bfloat16).model
    drawn = untrained_model(ROOMY, seed=0, dtype=torch.bfloat16).state_dict()
    assert all(torch.equal(value, drawn[name]) for name, value in loaded.state_dict().items())


def test_everything_it_would_say_is_refused(tmp_path: Path) -> None:
    write_untrained_checkpoint(tmp_path / "tiny", ROOMY, seed=0)
    model = load_model(tmp_path / "tiny")
    analysis = model.analyze("오늘 정말 힘든 하루였어요...")
    assert set(model.refused) == {family.value for family in READ_FAMILIES}
    assert {emotion.neural for emotion in analysis.emotions} == {None}
    assert analysis.confidence.value < load_model("compact").analyze("오늘 정말 힘든 하루였어요...").confidence.value


def test_a_shipped_checkpoint_is_meant_by_its_name_alone(tmp_path: Path) -> None:
    assert checkpoint_folder("compact") == shipped_folder("compact")
    elsewhere = tmp_path / "compact"
    assert checkpoint_folder(str(elsewhere)) == elsewhere
    assert checkpoint_folder("nothing of that name") == Path("nothing of that name")


def test_a_preset_without_room_for_the_tokenizer_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="room for 600"):
        write_untrained_checkpoint(tmp_path / "tiny", TINY, seed=0)
