"""Samples to states: bins, categories, edges, lags, units, reliability, refusals."""

from __future__ import annotations

import math
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redheart_core.errors import InputError
from redheart_core.explain.surd import BinKind, Coding, Reliability, from_samples, observe
from redheart_core.explain.surd.cover import covering, information_of_rows, shared_size
from redheart_core.explain.surd.measure import measure_rows, prefers_table, to_result
from redheart_core.explain.surd.rows import rows_information
from redheart_core.explain.surd.sampling import Sampling
from redheart_core.explain.surd.sets import source_sets

RNG = np.random.default_rng(7)
SOURCES = RNG.normal(size=(3, 4000))
TARGET = SOURCES[0] + SOURCES[1] * SOURCES[2]


def sampling(*arguments: Any, **options: Any) -> Sampling:
    found = from_samples(*arguments, **options).sampling
    assert found is not None
    return found


def test_three_sources_get_four_bins_and_four_sources_get_three() -> None:
    assert sampling(TARGET, list(SOURCES)).target.num_states == 4
    four = sampling(TARGET, [*SOURCES, RNG.normal(size=4000)])
    assert [source.num_states for source in four.sources] == [3, 3, 3, 3]
    assert four.target.masses == (1333, 1333, 1334)


def test_values_that_tie_at_a_quantile_stay_together() -> None:
    target = [0.0] * 70 + [1.0] * 20 + [2.0, 3.0, 4.0, 5.0, 6.0] * 2
    binning = sampling(target, [target], bins=4).target
    assert binning.masses == (70, 30)
    assert binning.edges == (1.0,)


def test_two_values_make_two_states_however_uneven() -> None:
    binning = sampling([0] * 95 + [1] * 5, [list(range(100))], bins=2).target
    assert (binning.kind, binning.categories, binning.masses) == (BinKind.CATEGORY, (0.0, 1.0), (95, 5))


def test_text_and_truth_values_are_categories_as_they_are() -> None:
    found = sampling([True, False] * 10, {"colour": ["red", "blue", "red", "green"] * 5})
    assert found.target.categories == (False, True)
    assert found.sources[0].categories == ("blue", "green", "red")
    assert found.sources[0].masses == (5, 5, 10)


def test_numbers_named_as_categories_are_not_binned() -> None:
    codes = list(range(10)) * 10
    assert sampling(codes, {"code": codes}, categorical=["code"]).sources[0].num_states == 10


def test_uniform_bins_follow_histogramdd() -> None:
    values = np.round(RNG.normal(size=(3, 500)), 1)
    observed = observe(values[0], list(values[1:]), coding=Coding(bins=7, method=BinKind.UNIFORM))
    np.testing.assert_array_equal(observed.table(), np.histogramdd(values.T, bins=7)[0])


def test_many_bins_are_searched_and_agree_with_few() -> None:
    values = np.round(RNG.normal(size=(2, 500)), 1)
    observed = observe(values[0], [values[1]], coding=Coding(bins=50, method=BinKind.UNIFORM))
    np.testing.assert_array_equal(observed.table(), np.histogramdd(values.T, bins=50)[0])


def test_edges_of_one_result_can_be_kept_for_another() -> None:
    first = sampling(TARGET, list(SOURCES))
    part = sampling(TARGET[:500], list(SOURCES[:, :500]), edges={"X1": first.sources[0].edges})
    assert part.sources[0].edges == first.sources[0].edges
    assert part.sources[1].edges != first.sources[1].edges


@given(st.lists(st.integers(-50, 50), min_size=20, max_size=60), st.integers(2, 5))
@settings(deadline=None)
def test_a_monotone_change_of_scale_changes_nothing(values: list[int], bins: int) -> None:
    plain, target = np.array(values, dtype=float), np.arange(len(values)) % 3
    stretched = from_samples(target, [np.exp(plain / 10)], bins=bins)
    assert stretched.unique == from_samples(target, [plain], bins=bins).unique


def test_a_constant_source_knows_nothing() -> None:
    result = from_samples(TARGET, [SOURCES[0], np.ones(4000)])
    assert result.unique[(2,)] == 0.0
    assert result.redundant[1, 2] == 0.0


def test_a_lag_looks_into_the_past_of_the_source() -> None:
    source = RNG.integers(0, 2, size=500)
    target = np.concatenate([[0, 0], source[:-2]])
    result = from_samples(target, [source], lags=[2])
    assert result.leak == pytest.approx(0.0, abs=1e-12)
    assert result.sampling is not None
    assert result.sampling.num_samples == 498
    assert from_samples(target, [source]).total < 0.02


def test_a_lag_never_looks_into_another_unit() -> None:
    units = np.repeat(["a", "b"], 5)
    observed = observe([0, 1] * 5, [list(range(10))], coding=Coding(lags=[1], bins=10), units=units)
    assert observed.num_samples == 8
    assert observed.binnings[1].categories == (0.0, 1.0, 2.0, 3.0, 5.0, 6.0, 7.0, 8.0)


@given(st.integers(1, 3), st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_sorting_rows_counting_them_and_the_table_agree(num_sources: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 40, size=(num_sources + 1, 300)).astype(float)
    coding = Coding(bins=40, method=BinKind.UNIFORM)
    observed = observe(values[0], list(values[1:]), coding=coding)
    sets = source_sets(num_sources, None)
    by_rows = to_result(measure_rows(observed.rows(), sets))
    flat = np.histogramdd(values.T, bins=40)[0]
    shares = flat[flat > 0] / 300
    joint = -(shares * np.log2(shares)).sum()
    source = flat.sum(axis=0)[flat.sum(axis=0) > 0] / 300
    expected = by_rows.target_entropy - (source * np.log2(source)).sum() - joint
    assert by_rows.total == pytest.approx(expected, abs=1e-11)


@pytest.mark.parametrize(("num_sources", "order"), [(5, 2), (6, 3), (8, 2)])
def test_shared_tables_give_the_numbers_of_each_set_by_itself(num_sources: int, order: int) -> None:
    rng = np.random.default_rng(num_sources)
    values = rng.normal(size=(num_sources, 20_000)).round(1)
    rows = observe(values.sum(axis=0), list(values), coding=Coding(bins=3)).rows()
    sets = source_sets(num_sources, order)
    assert shared_size(rows, sets) is not None
    shared, alone = information_of_rows(rows, sets), rows_information(rows, sets)
    np.testing.assert_allclose(shared.information_ST, alone.information_ST, atol=1e-12)
    np.testing.assert_array_equal(shared.joint_ST, alone.joint_ST)
    np.testing.assert_array_equal(shared.occupied_S, alone.occupied_S)


def test_a_cover_holds_every_set_and_is_not_used_for_few_rows_or_whole_orders() -> None:
    tables = covering(8, 2, 3)
    assert {pair for table in tables for pair in combinations(table, 2)} == set(combinations(range(1, 9), 2))
    assert len(tables) < 28 / 2
    few = observe(TARGET[:200], list(SOURCES[:, :200])).rows()
    assert shared_size(few, source_sets(3, 2)) is None
    assert shared_size(observe(TARGET, list(SOURCES)).rows(), source_sets(3, 3)) is None


def test_large_tables_are_never_built() -> None:
    assert prefers_table((4, 4, 4, 4), 100_000, 7)
    assert not prefers_table((10,) * 9, 100_000, 255)


def test_enough_samples_are_green_few_amber_and_very_few_red() -> None:
    rng = np.random.default_rng(0)
    seen = {}
    for count in (100, 2_000, 200_000):
        sources = rng.normal(size=(3, count))
        seen[count] = sampling(sources[0] + sources[1] + 0.3 * sources[2], list(sources))
    assert [found.reliability for found in seen.values()] == [Reliability.RED, Reliability.AMBER, Reliability.GREEN]
    assert seen[200_000].warning("en") is None
    assert "0.068 bit" in (seen[2_000].warning("en") or "")
    assert "시너지와 누락 정보는 믿을 수 없어요" in (seen[100].warning("ko") or "")


def test_perturbations_of_few_scenarios_count_as_few_samples() -> None:
    units = np.arange(4000) // 400
    found = sampling(TARGET, list(SOURCES), units=units)
    assert (found.num_samples, found.num_units, found.reliability) == (4000, 10, Reliability.RED)


@pytest.mark.parametrize(
    ("target", "sources", "options", "code", "words"),
    [
        ([1.0], [[1.0]], {}, "surd_too_few", "1 sample is no population"),
        ([], [[]], {}, "surd_too_few", "0 sample"),
        ([1.0, 1.0, 1.0], [[1.0, 2.0, 3.0]], {}, "surd_constant_target", "target is the same in every sample"),
        ([1.0, math.nan], [[1.0, 2.0]], {}, "surd_missing_values", "1 of 2 values, first at row 2"),
        ([1.0, 2.0], [[math.inf, 2.0]], {}, "surd_missing_values", "X1 has missing"),
        (["a", None], [[1.0, 2.0]], {}, "surd_missing_values", "target has missing"),
        ([1.0, 2.0], [[1.0, 2.0, 3.0]], {}, "surd_lengths", "target has 2 samples but: X1 3"),
        ([1.0, 2.0], [[[1.0], [2.0]]], {}, "surd_variable_shape", r"X1 has shape \(2, 1\)"),
        ([1.0, 2.0], [], {}, "surd_sources", "0 sources"),
        ([1.0, 2.0], [[1.0, 2.0]], {"bins": 1}, "surd_bins", "1 bins"),
        ([1.0, 2.0], [[1.0, 2.0]], {"method": "equal"}, "surd_method", "no equal bins"),
        ([1.0, 2.0], [[1.0, 2.0]], {"lags": [-1]}, "surd_lags", "0 or more"),
        ([1.0, 2.0], [[1.0, 2.0]], {"lags": [2]}, "surd_too_few", "no population"),
        ([1.0, 2.0], [[1.0, 2.0]], {"categorical": ["Z"]}, "surd_unknown_variable", "Settings name Z"),
        ([1.0, 2.0], [[1.0, 2.0]], {"edges": {"X1": [2.0, 1.0]}}, "surd_edges", "must be finite and ascend"),
        ([1.0, 2.0], [[1.0, 2.0]], {"max_order": 2}, "surd_order", "between 1 and 1"),
        ([1.0, 2.0], [[1.0, 2.0]], {"units": [1]}, "surd_lengths", "units 1"),
        (list(range(300)), [list(range(300))], {"categorical": ["X1"]}, "surd_categories", "300 different"),
    ],
)
def test_what_cannot_be_decomposed_is_refused_in_both_languages(
    target: Any, sources: Any, options: dict[str, Any], code: str, words: str
) -> None:
    with pytest.raises(InputError, match=words) as problem:
        from_samples(target, sources, **options)
    assert problem.value.code == code
    assert problem.value.message("ko").endswith("요.")
