"""A small look at what the report promises; the whole of it is recorded and, marked slow, in ``tests/slow``."""

from __future__ import annotations

import pytest

from redheart_core.explain.surd import ReportSettings
from redheart_core.explain.surd.coverage import QUANTITIES, SIZES, measure, truth_of
from redheart_core.explain.surd.systems import JUST_DETECTABLE, SYSTEMS, with_interaction
from redheart_core.measurements import load_measurement

BY_NAME = {system.name: system for system in SYSTEMS}
SETTINGS = ReportSettings(num_bootstrap=100, num_surrogates=59)
RUNS = 30


@pytest.mark.parametrize(("name", "is_there"), [("main effects", False), ("interaction", True)])
def test_a_thousand_samples_cover_the_truth_and_tell_interaction_from_its_absence(name: str, is_there: bool) -> None:
    truth = truth_of(BY_NAME[name], num_samples=200_000)
    row = measure(BY_NAME[name], truth, 1_000, RUNS, SETTINGS)
    assert row["significant"] == 1.0
    assert float(str(row["covered_total"])) >= 0.7
    assert float(str(row["covered_synergistic"])) >= 0.7
    found = float(str(row["interaction_found"]))
    assert found >= 0.8 if is_there else found <= 0.2


def test_the_recorded_study_has_every_system_at_every_size() -> None:
    recorded = load_measurement("surd_coverage")
    assert recorded is not None
    assert {(row["system"], row["samples"]) for row in recorded.rows} == {
        (name, size) for name in (*BY_NAME, JUST_DETECTABLE) for size in SIZES
    }
    for row in recorded.rows:
        assert all(0.0 <= float(str(row[f"covered_{name}"])) <= 1.0 for name in (*QUANTITIES, "least_term"))


def test_a_system_is_given_just_the_interaction_that_was_asked_for() -> None:
    truth = truth_of(with_interaction(0.01), num_samples=200_000)
    assert truth.interaction == pytest.approx(0.01, abs=5e-4)
    assert truth_of(with_interaction(0.0), num_samples=200_000).interaction < 1e-4
