"""What follows a training can be done again: the same recipe gives the same, another leaves the network as it was."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from redheart_core.data import splits
from redheart_core.errors import ConfigError
from redheart_core.model.checkpoint import load_checkpoint, read_manifest
from redheart_core.training.config import StageConfig, load_config
from redheart_core.training.refinishing import finish_again
from redheart_core.training.run import run_training
from redheart_core.vocabulary.reading import Family
from tests.datasets import write_small_data

STAGE = StageConfig(steps=8, warmup_steps=2, batch_size=8, max_batch_tokens=4096, learning_rate=1e-3, shallow=False)
CONFIG = replace(load_config("compact"), preset="tiny", save_every=20, stages=(STAGE,))


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(splits, "HARD_ROWS", {})
    return write_small_data(tmp_path / "data")


def test_another_recipe_changes_what_follows_and_never_the_network(data_dir: Path, tmp_path: Path) -> None:
    trained, finished = tmp_path / "trained", tmp_path / "finished"
    run_training(CONFIG, data_dir=data_dir, out_dir=trained, command="redheart train tiny")
    assert CONFIG.linear is not None
    stronger = replace(CONFIG, linear=replace(CONFIG.linear, strength=9.0, strengths={}, alone=("safety",)))
    finish_again(trained, stronger, data_dir=data_dir, out_dir=finished, command="finish")
    before, after = (load_checkpoint(folder).model.state_dict() for folder in (trained, finished))
    network = [name for name in before if not name.startswith("ngrams.")]
    assert all(torch.equal(before[name], after[name]) for name in network)
    assert any(not torch.equal(before[name], after[name]) for name in before if name not in network)
    for table in load_checkpoint(finished).model.ngrams.each_table():  # type: ignore[union-attr]
        scales = torch.split(table.network_scale, table.widths)
        for family, scale in zip(table.families, scales, strict=True):
            assert bool(scale.any()) is (family is not Family.SAFETY)
    provenance = read_manifest(finished)[1].provenance
    assert (provenance.command, provenance.steps) == ("redheart train tiny, then finish", 8)


def test_the_same_recipe_gives_the_same_n_grams_and_writes_over_its_own_folder(data_dir: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    run_training(CONFIG, data_dir=data_dir, out_dir=folder, command="train")
    ngrams = read_manifest(folder)[1].ngrams
    finish_again(folder, CONFIG, data_dir=data_dir, out_dir=folder, command="finish")
    assert read_manifest(folder)[1].ngrams == ngrams
    load_checkpoint(folder)


@pytest.mark.parametrize(
    ("change", "problem"), [({"preset": "compact"}, "preset is tiny"), ({"seed": 3}, "seed is 20")]
)
def test_a_recipe_of_another_network_is_refused(
    change: dict[str, object], problem: str, data_dir: Path, tmp_path: Path
) -> None:
    run_training(replace(CONFIG, linear=None), data_dir=data_dir, out_dir=tmp_path / "model", command="train")
    with pytest.raises(ConfigError, match=problem):
        finish_again(
            tmp_path / "model",
            replace(CONFIG, **change),  # type: ignore[arg-type]
            data_dir=data_dir,
            out_dir=tmp_path / "out",
            command="finish",
        )
