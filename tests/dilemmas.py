"""Real dilemmas for the tests: the shipped presets, then situations of DailyDilemmas."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from redheart_core.vocabulary.dilemma import Dilemma, Option
from redheart_core.vocabulary.presets import load_presets

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("REDHEART_DATA", ROOT.parent / "shared" / "data"))


def preset_dilemmas() -> list[tuple[str, Dilemma]]:
    """Return the shipped dilemmas by id."""
    return [(preset.id, preset.dilemma) for preset in load_presets(ROOT / "assets" / "dilemmas")]


def real_dilemmas(count: int) -> list[tuple[str, Dilemma]]:
    """Return ``count`` dilemmas by id; skip where the data is not at hand, fail where CI promises it."""
    found = preset_dilemmas()
    path = DATA / "daily_dilemmas" / "dilemma.csv"
    if not path.is_file():
        message = f"{path} is missing; set REDHEART_DATA to the folder of the data sets."
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if len(found) == count:
                break
            act = row["basic_situation"].rstrip(".")
            options = (Option(name=f"Yes, choose {act}."), Option(name=f"No, do nothing instead of {act}."))
            found.append((f"daily-{row['idx']}", Dilemma(situation=row["dilemma_situation"], options=options)))
    return found[:count]
