"""Recorded measurements: every shipped one can be read and repeated; damaged ones are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from redheart_core.errors import DataError
from redheart_core.measurements import load_measurement, recorded, recorded_names, save_measurement


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(recorded, "_FOLDER", tmp_path)
    return tmp_path


def test_what_is_saved_is_read_again(folder: Path) -> None:
    made = save_measurement(
        folder / "speed.json",
        command="redheart bench",
        torch_version="2",
        rows=[{"name": "a", "ms": 1.5}],
        facts={"n": 3},
    )
    assert recorded_names() == ("speed",)
    assert load_measurement("speed") == made
    assert load_measurement("other") is None


@pytest.mark.parametrize("content", ["{", '{"rows": []}'])
def test_a_damaged_measurement_is_refused_by_name(folder: Path, content: str) -> None:
    (folder / "speed.json").write_text(content)
    with pytest.raises(DataError, match=r"speed\.json: not a recorded measurement"):
        load_measurement("speed")


@pytest.mark.parametrize("name", recorded_names())
def test_every_recorded_measurement_says_how_to_repeat_it(name: str) -> None:
    measurement = load_measurement(name)
    assert measurement is not None
    assert measurement.command.startswith(("redheart ", "python "))
