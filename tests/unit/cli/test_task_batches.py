"""Decompositions for a step without a trained model."""

from __future__ import annotations

from pathlib import Path

import pytest

from redheart_core.cli import task_batches
from redheart_core.data.rows import OutcomeRow

TOLD = "He stole the medicine and lied. It may save his sick child. The chemist was badly hurt in the struggle."


def test_passages_without_anything_to_decompose_are_left_out_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        OutcomeRow(told=told, consequence=consequence, moral=True, group=str(place))
        for place, (told, consequence) in enumerate([("It", "rains."), (TOLD, "He was sad."), (TOLD, "He cried.")])
    ]
    monkeypatch.setattr(task_batches, "read_outcomes", lambda data_dir: rows)
    found = task_batches.decomposed(Path("anywhere"), seed=0, wanted=1)
    assert [example.text for example in found.examples] == [f"{TOLD} He was sad."]
    assert found.num_degenerate == 1
