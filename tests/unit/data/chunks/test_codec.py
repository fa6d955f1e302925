"""Rounding vectors to eight bits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from redheart_core.data.chunks.codec import RUN, Floats, dequantise, joined, quantise
from redheart_core.errors import DataError

largest = float(np.float32(9e29))
numbers = st.floats(width=32, min_value=-largest, max_value=largest)
shapes = hnp.array_shapes(min_dims=2, max_dims=2, max_side=40)


@settings(max_examples=60, deadline=None)
@given(hnp.arrays(np.float32, shapes, elements=numbers))
def test_a_number_moves_by_at_most_half_a_step(vectors_ND: Floats) -> None:
    rows = quantise(vectors_ND)
    error_ND = np.abs(dequantise(rows).astype(np.float64) - vectors_ND)
    assert (error_ND <= 0.5001 * rows.scales_NG.astype(np.float64) + 1e-37).all()
    largest_N1 = np.abs(vectors_ND).max(axis=1, keepdims=True).astype(np.float64)
    assert (error_ND <= largest_N1 / 253 + 1e-37).all()


@pytest.mark.parametrize("dimension", [1, RUN - 1, RUN, RUN + 1, 768])
def test_every_run_of_a_row_has_its_own_scale(dimension: int) -> None:
    vectors_ND = np.ones((3, dimension), dtype=np.float32)
    vectors_ND[:, RUN:] = 1000.0
    rows = quantise(vectors_ND)
    assert rows.scales_NG.shape == (3, -(-dimension // RUN))
    np.testing.assert_allclose(dequantise(rows), vectors_ND, rtol=1e-6)


def test_three_quarters_are_saved_at_768_numbers() -> None:
    vectors_ND = np.random.default_rng(0).normal(size=(1000, 768)).astype(np.float32)
    assert 1 - quantise(vectors_ND).num_bytes / vectors_ND.nbytes >= 0.74


def test_rows_do_not_depend_on_their_neighbours() -> None:
    vectors_ND = np.random.default_rng(0).normal(size=(7, 300)).astype(np.float32)
    whole, pieces = quantise(vectors_ND), joined(quantise(vectors_ND[:3]), quantise(vectors_ND[3:]))
    np.testing.assert_array_equal(whole.codes_ND, pieces.codes_ND)
    np.testing.assert_array_equal(whole.scales_NG, pieces.scales_NG)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 2e30])
def test_an_unsound_number_is_refused_with_its_row(bad: float) -> None:
    vectors_ND = np.zeros((4, 5), dtype=np.float32)
    vectors_ND[2, 3] = bad
    with pytest.raises(DataError, match="Row 2 of the 4 vectors"):
        quantise(vectors_ND)
