"""The models of a run: found by name, never by path, and promoted only when they are whole."""

from pathlib import Path

import pytest

from redheart_core.errors import CheckpointError, RunError
from redheart_core.inference.engine import load_model
from redheart_core.model.checkpoint import load_checkpoint
from redheart_core.runs.folder import RunFolder
from redheart_core.runs.handover import best_of, find_model, models_of, promote
from tests.checkpoints import make_tiny_checkpoint
from tests.recorded_trainings import recorded_training
from tests.unit.runs.recorded import new_run


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return recorded_training(tmp_path / "runs", steps=8)


def test_a_run_knows_its_models_and_the_best(folder: RunFolder) -> None:
    (model,) = models_of(folder)
    assert model.is_best
    assert model.name == f"step-{model.step:08d}"
    assert model.score is not None
    assert find_model(folder.path.parent, folder.run_id, model.name) == best_of(folder) == model


@pytest.mark.parametrize("name", ["../checkpoint", "/etc", "step-1", "", "step-00000001/../../../.."])
def test_a_name_is_looked_up_and_never_a_path(folder: RunFolder, name: str) -> None:
    with pytest.raises(RunError, match="has no model"):
        find_model(folder.path.parent, folder.run_id, name)


def test_a_model_that_leads_elsewhere_is_not_one(folder: RunFolder, tmp_path: Path) -> None:
    outside = make_tiny_checkpoint(tmp_path / "outside")
    (folder.kept / "step-00000099").symlink_to(outside)
    assert [model.step for model in models_of(folder)] == [models_of(folder)[0].step]
    assert "step-00000099" not in {model.name for model in models_of(folder)}


def test_the_newest_stands_where_none_was_kept(tmp_path: Path) -> None:
    folder = new_run(tmp_path)
    assert not models_of(folder)
    with pytest.raises(RunError, match="no model yet"):
        best_of(folder)
    make_tiny_checkpoint(folder.checkpoint)
    assert [model.name for model in models_of(folder)] == ["checkpoint"]


def test_promoting_copies_what_was_read_whole_and_replaces_only_when_told(folder: RunFolder, tmp_path: Path) -> None:
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    loaded = promote(best_of(folder), "mine", shipped=shipped)
    assert load_checkpoint(shipped / "mine").sha256 == loaded.sha256
    with pytest.raises(RunError, match="--replace"):
        promote(best_of(folder), "mine", shipped=shipped)
    promote(best_of(folder), "mine", replace=True, shipped=shipped)
    assert [path.name for path in shipped.iterdir()] == ["mine"]
    for name in ("../mine", "", "A", ".hidden", "x" * 40, "rules"):
        with pytest.raises(RunError, match="cannot name a checkpoint"):
            promote(best_of(folder), name, shipped=shipped)


def test_a_promoted_model_is_opened_by_its_name(
    folder: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("redheart_core.inference.shipped.CHECKPOINTS", tmp_path)
    promoted = promote(best_of(folder), "mine", shipped=tmp_path)
    opened = load_model("mine")
    assert (opened.name, opened.checkpoint_sha256) == ("mine", promoted.sha256)


def test_a_damaged_model_is_not_promoted(folder: RunFolder, tmp_path: Path) -> None:
    model = best_of(folder)
    weights = next(model.path.glob("*.safetensors"))
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.unlink()
    weights.write_bytes(content)
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    with pytest.raises(CheckpointError):
        promote(model, "mine", shipped=shipped)
    assert not list(shipped.iterdir())
