"""``redheart bench`` on the shipped model: every variant, timed in turns, with ratios taken within rounds."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from redheart_core.inference.speed import Load, Pass, SpeedRow, Variant, paired_ratio

ROOT = Path(__file__).parents[3]
LOAD = Load(parameters=10, weight_bytes=20, load_s=0.1, resident_bytes=30)


def _row(*milliseconds: float) -> SpeedRow:
    passes = tuple(Pass(forward_ms=value, answer_ms=2 * value) for value in milliseconds)
    return SpeedRow(variant=Variant.FP32, load=LOAD, passes=passes, throughput=None)


def test_ratios_are_taken_within_a_round_so_that_a_slow_moment_slows_both() -> None:
    slow, fast = _row(30.0, 300.0, 33.0), _row(10.0, 100.0, 11.0)
    assert paired_ratio(slow, fast) == pytest.approx(3.0)
    assert fast.forward_ms == 11.0
    assert fast.answer_ms == 22.0
    assert fast.resident_share == 1.5


def test_every_variant_is_loaded_and_timed(tmp_path: Path) -> None:
    saved = tmp_path / "speed.json"
    words = ["bench", "--preset", "compact", "--tokens", "8", "--rounds", "3", "--batch", "2", "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "redheart_core", *words, "--threads", "1", "--save", str(saved)],
        capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    rows = json.loads(done.stdout)["rows"]
    assert [row["variant"] for row in rows] == [variant.value for variant in Variant]
    assert all(row["forward_ms"] > 0 and row["weight_bytes"] > 0 and row["passages_per_s"] > 0 for row in rows)
    assert [row["answer_ms"] is None for row in rows] == [False, False, False, True]
    assert json.loads(saved.read_text())["rows"] == rows
