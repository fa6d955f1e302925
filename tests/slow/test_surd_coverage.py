"""Nominal 90 % intervals and the test of interaction over many draws of every system: some minutes."""

from __future__ import annotations

import pytest

from redheart_core.explain.surd.coverage import SETTINGS, SIZES, SYSTEMS, System, measure, truth_of

RUNS = 100
LEAST, MOST = 0.80, 0.99
CHANCE = 0.08
"""Two binomial standard errors of a share near 0.8 in a hundred runs."""
INTERACTING = ("signal", "interaction", "two summed and multiplied")
ADDITIVE = ("independent", "sum", "pairs", "main effects", "two summed")


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("system", SYSTEMS, ids=[system.name for system in SYSTEMS])
def test_intervals_cover_and_interaction_is_told_from_its_absence(system: System) -> None:
    truth = truth_of(system)
    for size in SIZES:
        row = measure(system, truth, size, RUNS, SETTINGS)
        for name in ("total", "synergistic"):
            covered = float(str(row[f"covered_{name}"]))
            # Where nothing is there to be told, an interval that starts at 0 always holds it.
            assert LEAST - CHANCE <= covered <= (1.0 if system.name == "independent" else MOST), (size, name)
        found = float(str(row["interaction_found"]))
        assert system.name not in INTERACTING or found >= 0.8, size
        assert system.name not in ADDITIVE or found <= 0.1 + CHANCE, size
