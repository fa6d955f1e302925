"""Only what was looked at is deleted, only inside the folder of runs, and never what lives."""

from __future__ import annotations

from pathlib import Path

import pytest

from redheart_core.errors import RunError
from redheart_core.runs.deleting import delete_run, plan_deletion
from redheart_core.runs.folder import all_folders
from redheart_core.runs.recorder import recording
from redheart_core.runs.stopping import stop_run
from tests.unit.runs.launches import UNTIL_TOLD, launch
from tests.unit.runs.recorded import new_run

OUTSIDE = ("../../x", "; rm -rf /", ".", "", "x" * 300, "한글", "🌱", "20260131-094500-0a1b2c/..")


def test_what_was_looked_at_goes_and_nothing_else_does(tmp_path: Path) -> None:
    root = tmp_path / "runs"
    folder, other = new_run(root), new_run(root)
    planned = plan_deletion(root, folder.run_id)
    assert planned.num_files == sum(path.is_file() for path in folder.path.rglob("*"))
    assert planned.size_bytes > 1024**2
    delete_run(root, folder.run_id, planned.token)
    assert [run.run_id for run in all_folders(root)] == [other.run_id]
    assert not [path for path in root.iterdir() if folder.run_id in path.name]
    with pytest.raises(RunError, match="There is no run"):
        delete_run(root, folder.run_id, planned.token)


def test_a_token_is_void_for_another_run_and_once_the_run_changed(tmp_path: Path) -> None:
    folder, other = new_run(tmp_path), new_run(tmp_path)
    token = plan_deletion(tmp_path, folder.run_id).token
    with pytest.raises(RunError, match="not what was to be deleted"):
        delete_run(tmp_path, other.run_id, token)
    (folder.path / "log.txt").write_text("something happened")
    with pytest.raises(RunError, match="not what was to be deleted"):
        delete_run(tmp_path, folder.run_id, token)
    with pytest.raises(RunError, match="not what was to be deleted"):
        delete_run(tmp_path, folder.run_id, "")
    assert len(all_folders(tmp_path)) == 2


@pytest.mark.parametrize("name", OUTSIDE)
def test_what_a_person_types_is_no_path(tmp_path: Path, name: str) -> None:
    root = tmp_path / "a" / "runs"
    new_run(root)
    (tmp_path / "x").mkdir()
    with pytest.raises(RunError, match="no identifier of a run"):
        delete_run(root, name, "token")
    assert (tmp_path / "x").is_dir()
    assert len(all_folders(root)) == 1


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    root, elsewhere = tmp_path / "runs", new_run(tmp_path / "elsewhere")
    root.mkdir()
    (root / elsewhere.run_id).symlink_to(elsewhere.path)
    with pytest.raises(RunError, match="leads out"):
        plan_deletion(root, elsewhere.run_id)
    inside = new_run(root)
    (inside.path / "link").symlink_to(elsewhere.path)
    delete_run(root, inside.run_id, plan_deletion(root, inside.run_id).token)
    assert elsewhere.store.is_file()


def test_what_lives_is_not_deleted(tmp_path: Path) -> None:
    folder = new_run(tmp_path)
    with recording(folder), pytest.raises(RunError, match="is running"):
        plan_deletion(tmp_path, folder.run_id)
    waiting = launch(tmp_path / "more", UNTIL_TOLD)
    with pytest.raises(RunError, match=r"is (queued|starting)"):
        plan_deletion(tmp_path / "more", waiting.run_id)
    list(stop_run(waiting))
    delete_run(waiting.path.parent, waiting.run_id, plan_deletion(waiting.path.parent, waiting.run_id).token)


def test_a_damaged_run_may_go_and_a_model_outside_stays(tmp_path: Path) -> None:
    model = tmp_path / "model"
    model.mkdir()
    folder = new_run(tmp_path / "runs", out_dir=str(model))
    assert plan_deletion(tmp_path / "runs", folder.run_id).model_elsewhere == str(model)
    folder.store.write_bytes(b"broken")
    delete_run(folder.path.parent, folder.run_id, plan_deletion(folder.path.parent, folder.run_id).token)
    assert model.is_dir()
    assert not folder.path.exists()
