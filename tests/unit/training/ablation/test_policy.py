"""The table of an ablation: paired, signed the right way round, and honest about three seeds."""

from __future__ import annotations

from pathlib import Path

import pytest

from redheart_core.errors import DataError
from redheart_core.measurements import recorded, save_measurement
from redheart_core.training.ablation.policy import (
    ALL_TASKS,
    BASE,
    MEASUREMENT,
    Cell,
    Verdict,
    cell_names,
    recommended,
    scalars,
    table,
)

SEED_LUCK = {0: 0.00, 1: 0.10, 2: -0.05}
"""Far larger than any effect below: only pairing by seed can see those."""


def _cell(variant: str, seed: int, effect: float = 0.0, seconds: float = 10.0) -> Cell:
    scores = {"kote": 0.4 + SEED_LUCK[seed] + effect, "justice": 0.5 + SEED_LUCK[seed]}
    return Cell(variant=variant, seed=seed, scores=scores, loss=1.0, examples=100, steps=10, seconds=seconds, events=())


def _cells(technique: str, effects: tuple[float, ...]) -> list[Cell]:
    cells = [_cell(BASE, seed) for seed in SEED_LUCK]
    return cells + [_cell(technique, seed, effect, 20.0) for seed, effect in enumerate(effects)]


def test_a_steady_effect_shows_through_the_luck_of_seeds():
    rows = {row.task: row for row in table(_cells("average", (0.020, 0.022, 0.024)), on_in_base=frozenset())}
    assert set(rows) == {ALL_TASKS, "kote", "justice"}
    assert rows["kote"].difference == pytest.approx(0.022)
    assert rows[ALL_TASKS].difference == pytest.approx(0.011)
    assert rows[ALL_TASKS].verdict is rows["kote"].verdict is Verdict.HELPS
    assert rows["justice"].verdict is Verdict.UNDECIDED
    assert rows[ALL_TASKS].seconds_ratio == 2.0
    assert rows[ALL_TASKS].num_seeds == 3


def test_an_effect_that_changes_sign_is_undecided():
    (row, *_) = table(_cells("r_drop", (0.03, -0.02, 0.03)), on_in_base=frozenset())
    assert row.verdict is Verdict.UNDECIDED
    assert row.low < 0 < row.high


def test_a_technique_of_the_base_is_judged_by_what_is_lost_without_it():
    (row, *_) = table(_cells("average", (0.020, 0.022, 0.024)), on_in_base=frozenset({"average"}))
    assert row.difference == pytest.approx(-0.011)
    assert row.verdict is Verdict.HURTS
    assert row.off > row.on
    assert row.seconds_ratio == 0.5


def test_a_technique_that_changed_nothing_is_said_not_to_have_acted():
    (row, *_) = table(_cells("average", (0.0, 0.0, 0.0)), on_in_base=frozenset())
    assert not row.acted
    (row, *_) = table(_cells("average", (0.1, 0.1, 0.2)), on_in_base=frozenset())
    assert row.acted


def test_one_seed_says_nothing():
    assert table([_cell(BASE, 0), _cell("average", 0, 0.1)], on_in_base=frozenset()) == ()


def test_a_seed_is_finished_before_the_next_one_starts():
    assert cell_names(["a", "b"], [5, 6]) == ((BASE, 5), ("a", 5), ("b", 5), (BASE, 6), ("a", 6), ("b", 6))


def test_the_recommendation_follows_from_the_recorded_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(recorded, "_FOLDER", tmp_path)
    assert recommended("average") is None
    rows = [
        *table(_cells("average", (0.020, 0.022, 0.024)), on_in_base=frozenset()),
        *table(_cells("r_drop", (0.03, -0.02, 0.03)), on_in_base=frozenset()),
    ]
    path = tmp_path / f"{MEASUREMENT}.json"
    save_measurement(path, command="redheart ablate", torch_version="2", rows=map(scalars, rows))
    assert recommended("average") is Verdict.HELPS
    assert recommended("r_drop") is Verdict.UNDECIDED
    assert recommended("unheard_of") is None
    save_measurement(path, command="redheart ablate", torch_version="2", rows=map(scalars, rows * 2))
    with pytest.raises(DataError, match="2 deciding rows for average"):
        recommended("average")
