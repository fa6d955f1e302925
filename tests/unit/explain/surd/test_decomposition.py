"""Known gates, the properties every decomposition keeps, and what is refused."""

from __future__ import annotations

import math
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from redheart_core.errors import InputError
from redheart_core.explain.surd import SurdResult, decompose
from redheart_core.explain.surd.measure import measure_rows, measure_table, table_rows, to_result
from redheart_core.explain.surd.sets import source_sets

Floats = NDArray[np.float64]
TINY = 1e-12


@st.composite
def tables(draw: st.DrawFn, *, least: int = 1, most: int = 4) -> Floats:
    shape = tuple(draw(st.lists(st.integers(1, 3), min_size=least + 1, max_size=most + 1)))
    table: Floats = draw(arrays(np.float64, shape, elements=st.sampled_from([0.0, 0.0, 1.0, 2.0, 3.0, 7.0])))
    table.flat[0] += 1.0
    return table


def terms(result: SurdResult) -> list[float]:
    return [*result.redundant.values(), *result.unique.values(), *result.synergistic.values()]


def mutual_information(joint: Floats) -> float:
    """I(T; X) from three entropies, a path of its own."""

    def entropy(masses: Floats) -> float:
        shares = masses[masses > 0] / joint.sum()
        return -math.fsum((shares * np.log2(shares)).tolist())

    flat = joint.reshape(joint.shape[0], -1)
    return entropy(flat.sum(axis=1)) + entropy(flat.sum(axis=0)) - entropy(flat.ravel())


def assert_alike(one: SurdResult, other: SurdResult, tolerance: float = TINY) -> None:
    assert one.redundant == pytest.approx(other.redundant, abs=tolerance)
    assert one.unique == pytest.approx(other.unique, abs=tolerance)
    assert one.synergistic == pytest.approx(other.synergistic, abs=tolerance)


def gate(rule: Any, num_sources: int) -> NDArray[np.int64]:
    table = np.zeros((4, *(2,) * num_sources), dtype=np.int64)
    for bits in np.ndindex(*(2,) * num_sources):
        table[(int(rule(*bits)), *bits)] += 1
    return table


def test_and_shares_and_needs_both() -> None:
    result = decompose(gate(lambda a, b: a & b, 2))
    assert result.redundant[1, 2] == pytest.approx(0.3112781244591328, abs=1e-10)
    assert result.synergistic[1, 2] == pytest.approx(0.5, abs=1e-10)
    assert result.unique == pytest.approx({(1,): 0.0, (2,): 0.0}, abs=1e-10)
    assert result.leak == 0.0


def test_xor_is_known_only_together() -> None:
    result = decompose(gate(lambda a, b: a ^ b, 2))
    assert result.synergistic[1, 2] == pytest.approx(1.0, abs=1e-10)
    assert result.total == pytest.approx(1.0, abs=1e-10)


def test_a_copy_is_unique_and_a_duplicate_is_redundant() -> None:
    assert decompose(gate(lambda a, b: a, 2)).unique == pytest.approx({(1,): 1.0, (2,): 0.0}, abs=1e-10)
    duplicate = np.zeros((2, 2, 2))
    duplicate[0, 0, 0] = duplicate[1, 1, 1] = 1.0
    assert decompose(duplicate).redundant[1, 2] == pytest.approx(1.0, abs=1e-10)


def test_a_plain_sum_shows_synergy_which_is_not_interaction() -> None:
    result = decompose(gate(lambda a, b: a + b, 2))
    assert result.redundant[1, 2] == pytest.approx(0.5, abs=1e-10)
    assert result.synergistic[1, 2] == pytest.approx(1.0, abs=1e-10)


def test_a_copy_among_five_sources_stays_unique() -> None:
    """The published code gave synergy here: a pair that ties with a single was sorted before it."""
    rng = np.random.default_rng(3)
    for _ in range(50):
        sources = rng.dirichlet(np.full(32, 0.3)).reshape((2,) * 5)
        table = np.zeros((2, *sources.shape))
        table[0, 0], table[1, 1] = sources[0], sources[1]
        assert sum(decompose(table).synergistic.values()) == pytest.approx(0.0, abs=1e-10)


def test_tied_pairs_give_to_the_first_key_and_say_so() -> None:
    table = np.zeros((2, 2, 2, 2))
    for first, second in np.ndindex(2, 2):
        table[first ^ second, first, second, second] = 1.0
    result = decompose(table)
    assert result.synergistic[1, 2] == pytest.approx(1.0, abs=1e-10)
    assert result.synergistic[1, 3] == 0.0
    assert [(tie.keys, tie.bits) for tie in result.ties] == [(((1, 2), (1, 3)), pytest.approx(1.0))]


def test_two_sources_equal_williams_and_beer() -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        joint = rng.dirichlet(np.full(36, 0.4)).reshape(4, 3, 3)
        expected = sum(
            weight * min(specific(joint, state, axis) for axis in (1, 2))
            for state, weight in enumerate(joint.sum(axis=(1, 2)))
        )
        assert decompose(joint).redundant[1, 2] == pytest.approx(expected, abs=1e-12)


def specific(joint: Floats, state: int, kept: int) -> float:
    """i(t; X) as Williams and Beer write it: the mean surprise about one state that one source removes."""
    pair = joint.sum(axis=3 - kept)
    total = 0.0
    for mass, source in zip(pair[state], pair.sum(axis=0), strict=True):
        if mass > 0:
            total += mass / pair[state].sum() * (math.log2(mass / source) - math.log2(pair[state].sum()))
    return total


@given(tables())
@settings(deadline=None)
def test_the_terms_add_up_to_the_mutual_information(table: Floats) -> None:
    result = decompose(table)
    assert result.total == pytest.approx(mutual_information(table), abs=TINY)
    assert math.fsum(terms(result)) == pytest.approx(result.total, abs=TINY)
    assert result.mutual_information[max(result.mutual_information, key=len)] == pytest.approx(result.total, abs=TINY)


@given(tables())
@settings(deadline=None)
def test_no_term_is_negative_and_the_leak_is_a_share(table: Floats) -> None:
    result = decompose(table)
    assert min(terms(result)) >= -TINY
    if np.count_nonzero(table.reshape(table.shape[0], -1).sum(axis=1)) > 1:
        assert result.leak is not None
        assert 0.0 <= result.leak <= 1.0
    else:
        assert result.leak is None


@given(tables(), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_relabelling_states_changes_nothing(table: Floats, random: Any) -> None:
    shuffled = table
    for axis, size in enumerate(table.shape):
        shuffled = np.take(shuffled, random.sample(range(size), size), axis=axis)
    assert_alike(decompose(shuffled), decompose(table), 1e-11)


@given(tables(least=2), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_permuting_sources_permutes_the_keys_only(table: Floats, random: Any) -> None:
    order = random.sample(range(1, table.ndim), table.ndim - 1)
    moved, plain = decompose(table.transpose(0, *order)), decompose(table)
    renamed = {tuple(sorted(order[source - 1] for source in key)): bits for key, bits in moved.redundant.items()}
    assert renamed == pytest.approx(plain.redundant, abs=1e-11)
    assert {(order[key[0] - 1],): bits for key, bits in moved.unique.items()} == pytest.approx(plain.unique, abs=1e-11)
    if not plain.ties:
        labels = {tuple(sorted(order[s - 1] for s in key)): bits for key, bits in moved.synergistic.items()}
        assert labels == pytest.approx(plain.synergistic, abs=1e-11)


@given(tables(most=3))
@settings(deadline=None)
def test_duplicating_a_source_moves_its_unique_term_into_redundancy(table: Floats) -> None:
    doubled = np.zeros((*table.shape, table.shape[1]))
    for state in range(table.shape[1]):
        doubled[:, state, ..., state] = table[:, state]
    one, two = decompose(table), decompose(doubled)
    copy = table.ndim
    assert two.unique[(1,)] == pytest.approx(0.0, abs=TINY)
    assert two.redundant[1, copy] == pytest.approx(one.unique[(1,)], abs=1e-11)
    assert two.total == pytest.approx(one.total, abs=TINY)


@given(tables(most=3), st.integers(1, 3))
@settings(deadline=None)
def test_a_source_that_knows_nothing_leaves_all_else(table: Floats, states: int) -> None:
    """Independent with two or three states, constant with one."""
    one, two = decompose(table), decompose(table[..., None] * np.arange(1.0, states + 1))
    last = table.ndim
    shared = {key[:-1]: bits for key, bits in two.redundant.items() if last in key}
    # The newcomer is the first to be passed: all that is redundant or unique moves to the sets without it.
    assert shared == pytest.approx(dict.fromkeys(shared, 0.0), abs=1e-11)
    for key, bits in {**one.redundant, **one.unique}.items():
        assert {**two.redundant, **two.unique}[key] == pytest.approx(bits, abs=1e-11)
    assert sum(two.synergistic.values()) == pytest.approx(sum(one.synergistic.values()), abs=1e-11)
    assert two.leak == (None if one.leak is None else pytest.approx(one.leak, abs=1e-11))


@given(tables())
@settings(deadline=None)
def test_merging_target_states_never_raises_the_total(table: Floats) -> None:
    merged = np.concatenate([table[:-2], table[-2:].sum(axis=0, keepdims=True)])
    assert decompose(merged).total <= decompose(table).total + TINY


@given(tables(), st.sampled_from([0.001, 0.5, 3.0, 1e6]))
@settings(deadline=None)
def test_scaling_the_counts_changes_nothing(table: Floats, scale: float) -> None:
    assert_alike(decompose(table * scale), decompose(table), 1e-11)


@given(tables())
@settings(deadline=None)
def test_the_input_is_untouched(table: Floats) -> None:
    before = table.copy()
    decompose(table)
    np.testing.assert_array_equal(table, before)


@given(tables())
@settings(max_examples=60, deadline=None)
def test_the_path_over_rows_gives_the_numbers_of_the_table(table: Floats) -> None:
    sets = source_sets(table.ndim - 1, None)
    by_table, by_rows = measure_table(table, sets), measure_rows(table_rows(table), sets)
    assert_alike(to_result(by_rows), to_result(by_table), 1e-11)
    np.testing.assert_array_equal(by_rows.joint_ST, by_table.joint_ST)
    np.testing.assert_array_equal(by_rows.occupied_S, by_table.occupied_S)


@given(tables(least=2))
@settings(deadline=None)
def test_a_cut_order_keeps_redundancy_and_stops_at_the_best_set(table: Floats) -> None:
    whole, cut = decompose(table), decompose(table, max_order=table.ndim - 2)
    assert cut.redundant == pytest.approx(whole.redundant, abs=TINY)
    assert cut.unique == pytest.approx(whole.unique, abs=TINY)
    assert cut.total <= whole.total + TINY
    assert max(map(len, cut.mutual_information)) == table.ndim - 2


def test_every_key_is_present_even_where_nothing_is_shared() -> None:
    result = decompose(np.ones((2, 2, 2, 2)))
    pairs_and_more = [key for size in (2, 3) for key in combinations((1, 2, 3), size)]
    assert list(result.redundant) == list(result.synergistic) == pairs_and_more
    assert result.to_dict()["synergistic"]["1,2,3"] == 0.0


def test_a_target_without_entropy_has_no_leak() -> None:
    result = decompose(np.ones((1, 3, 3)))
    assert result.leak is None
    assert result.total == 0.0


@pytest.mark.parametrize(
    ("table", "code", "words"),
    [
        ([1.0, 2.0], "surd_table_shape", "at least one source axis"),
        (np.empty((0, 2)), "surd_table_shape", r"\(0, 2\)"),
        ([[1.0, -1.0], [1.0, 1.0]], "surd_table_values", "negative"),
        ([[1.0, math.nan], [1.0, 1.0]], "surd_table_values", "missing"),
        (np.zeros((2, 2)), "surd_table_empty", "nothing to decompose"),
        ([["a", "b"]], "surd_table_type", "real numbers"),
        ([[1.0], [1.0, 2.0]], "surd_table_type", "real numbers"),
        (np.ones((1,) * 14), "surd_sources", "13 sources"),
    ],
)
def test_what_is_no_table_is_refused_in_both_languages(table: Any, code: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as problem:
        decompose(table)
    assert problem.value.code == code
    assert problem.value.message("ko").endswith("요.")


@pytest.mark.parametrize("order", [0, 3])
def test_an_order_out_of_range_is_refused(order: int) -> None:
    with pytest.raises(InputError, match=f"The highest order is {order}") as problem:
        decompose(np.ones((2, 2, 2)), max_order=order)
    assert "최대 차수" in problem.value.message("ko")
