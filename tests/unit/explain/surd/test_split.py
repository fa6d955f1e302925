"""The split of specific information into terms, on numbers set by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redheart_core.explain.surd.sets import source_sets
from redheart_core.explain.surd.split import running_maximum, split, tie_groups

SETS = source_sets(3, None)
ONE = np.ones((1, 1))


def information(*values: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Of 1, 2, 3, 12, 13, 23, 123 about a single target state."""
    return np.array(values)[:, None, None]


def test_steps_go_to_all_sources_that_are_not_yet_passed() -> None:
    terms = split(information(0.1, 0.3, 0.6, 0.6, 0.8, 0.9, 1.0), ONE, SETS)
    assert terms.common_MR[[0b111, 0b110, 0b100], 0] == pytest.approx([0.1, 0.2, 0.3])
    assert terms.synergy_SR[:, 0] == pytest.approx([0, 0, 0, 0, 0.2, 0.1, 0.1])


def test_a_near_tie_in_the_wrong_order_gives_all_to_the_first_key() -> None:
    nearly = information(0.0, 0.0, 0.0, 0.5 + 1e-13, 0.5, 0.2, 0.6)
    terms = split(nearly, ONE, SETS)
    assert terms.synergy_SR[4, 0] == 0.0
    assert terms.synergy_SR[3, 0] == pytest.approx(0.3)
    assert terms.total_R[0] == pytest.approx(0.6)
    assert tie_groups(nearly, ONE, SETS) == (((3, 4), pytest.approx(0.3)),)


def test_tied_sets_that_get_nothing_are_no_tie() -> None:
    assert tie_groups(information(0.5, 0.0, 0.0, 0.5, 0.5, 0.0, 0.5), ONE, SETS) == ()


def test_broken_monotonicity_is_mended_from_below() -> None:
    mended = running_maximum(information(0.4, -0.1, 0.0, 0.3, 0.7, -0.2, 0.5), SETS)
    assert mended[:, 0, 0] == pytest.approx([0.4, 0.0, 0.0, 0.4, 0.7, 0.4, 0.7])


@given(st.lists(st.floats(-1, 3), min_size=14, max_size=14))
@settings(deadline=None)
def test_replicates_do_not_mix(values: list[float]) -> None:
    two = np.array(values).reshape(7, 1, 2)
    both = split(two, np.ones((1, 2)), SETS)
    for replicate in range(2):
        alone = split(two[..., replicate : replicate + 1], ONE, SETS)
        np.testing.assert_array_equal(both.common_MR[:, replicate], alone.common_MR[:, 0])
        np.testing.assert_allclose(both.synergy_SR[:, replicate], alone.synergy_SR[:, 0], atol=1e-11)
