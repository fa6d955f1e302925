"""Nominal 90 % intervals and the test of interaction over many draws of every system: some minutes."""

from __future__ import annotations

import pytest

from redheart_core.explain.surd.coverage import QUANTITIES, SETTINGS, SIZES, just_detectable, measure, truth_of
from redheart_core.explain.surd.systems import SYSTEMS, System

RUNS = 100
LEAST, MOST = 0.80, 0.97
CHANCE = 0.08
"""Two binomial standard errors of a share near 0.8 in a hundred runs."""
POWER_CHANCE = 0.06
"""Three standard errors of a share of 0.8 in four hundred runs."""
NOTHING = 1e-3
"""Bits. Where sources tell nothing at all, intervals start at 0 and so hold it as often as they like."""
INTERACTING = ("signal", "interaction", "two summed and multiplied")
ADDITIVE = ("independent", "sum", "pairs", "main effects", "two summed")


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("system", SYSTEMS, ids=[system.name for system in SYSTEMS])
def test_intervals_cover_and_interaction_is_told_from_its_absence(system: System) -> None:
    truth = truth_of(system)
    for size in SIZES:
        row = measure(system, truth, size, RUNS, SETTINGS)
        for name in QUANTITIES:
            covered = float(str(row[f"covered_{name}"]))
            most = 1.0 if truth.values["total"] < NOTHING else MOST
            assert LEAST - CHANCE <= covered <= most + CHANCE, (size, name)
        assert float(str(row["covered_least_term"])) >= LEAST - CHANCE, (size, row["least_covered_term"])
        found = float(str(row["interaction_found"]))
        assert system.name not in INTERACTING or found >= 0.8, size
        assert system.name not in ADDITIVE or found <= 0.1 + CHANCE, size


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("size", SIZES)
def test_an_interaction_of_the_size_that_reports_name_is_found_in_four_of_five(size: int) -> None:
    system = just_detectable(size, SETTINGS)
    row = measure(system, truth_of(system), size, 4 * RUNS, SETTINGS)
    assert float(str(row["interaction_found"])) == pytest.approx(0.8, abs=POWER_CHANCE)
