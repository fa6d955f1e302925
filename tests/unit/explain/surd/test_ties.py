"""Source sets that samples cannot tell apart: found, made alike, and left open in the intervals."""

from __future__ import annotations

import numpy as np
import pytest

from redheart_core.explain.surd import Coding, ReportSettings, TermKind
from redheart_core.explain.surd.assess import assess
from redheart_core.explain.surd.observations import Observations, observe
from redheart_core.explain.surd.replicates import Replicates, resampled
from redheart_core.explain.surd.samples import measure_observations
from redheart_core.explain.surd.sets import source_sets
from redheart_core.explain.surd.ties import TiedSets, first_and_last, made_alike, open_labels, tied_sets

QUICK = ReportSettings(num_bootstrap=100, num_surrogates=19)


def groups_of(observations: Observations) -> tuple[TiedSets, ...]:
    measured = measure_observations(observations, max_order=None)
    drawn = resampled(observations, measured.sets, 100, np.random.default_rng(0)).drawn
    return tied_sets(measured, drawn.information_STR, observations.num_units)


def summed(*weights: float, samples: int = 5_000) -> Observations:
    rng = np.random.default_rng(0)
    values = rng.normal(size=(len(weights), samples))
    target = np.array(weights) @ values + rng.normal(size=samples)
    return observe(target, list(values), coding=Coding(bins=3))


def xor_with_a_twin() -> Observations:
    first, second = np.random.default_rng(0).integers(0, 2, size=(2, 4_000))
    return observe(first ^ second, [first, second, second])


def test_equal_sources_are_tied_about_every_state_and_a_far_weaker_one_about_none() -> None:
    equal = [group for group in groups_of(summed(1.0, 1.0)) if len(group.members) == 2]
    assert [(group.state, set(group.members), group.bits) for group in equal] == [(t, {0, 1}, 0.0) for t in range(3)]
    assert groups_of(summed(1.0, 0.3)) == ()


def test_sets_are_let_go_of_as_samples_come_in() -> None:
    few, many = (groups_of(summed(1.0, 0.8, samples=samples)) for samples in (500, 50_000))
    assert len(few) == 3
    assert many == ()


def test_moved_sets_share_the_mean_of_their_group_and_others_stay() -> None:
    information = np.array([[0.1, 0.4], [0.3, 0.5], [0.8, 0.9]])
    moved = information + made_alike(information, [TiedSets(state=0, members=(0, 1), bits=0.0)])
    np.testing.assert_allclose(moved, [[0.2, 0.4], [0.2, 0.5], [0.8, 0.9]])


def test_twins_have_open_labels_and_a_trifle_has_not() -> None:
    groups = groups_of(xor_with_a_twin())
    keys = source_sets(3, None).keys
    assert [keys[place] for place in open_labels(groups, total=1.0)] == [(1, 2), (1, 3)]
    assert open_labels([TiedSets(state=0, members=(3, 4), bits=0.009)], total=1.0) == ()


def test_passed_first_a_set_takes_the_whole_step_and_passed_last_none() -> None:
    sets = source_sets(3, None)
    information = np.array([0.1, 0.2, 0.0, 0.5, 0.7, 0.4, 0.9])[:, None, None]
    population = Replicates(information_STR=information, target_TR=np.ones((1, 1)), sets=sets)
    tied = [TiedSets(state=0, members=(3, 4), bits=0.5)]
    assert first_and_last(population, 3, tied)[:, 0] == pytest.approx([0.1, 0.0])  # one set lies below, at 0.4
    assert first_and_last(population, 4, tied)[:, 0] == pytest.approx([0.3, 0.0])


def test_without_ties_a_synergy_is_what_the_split_says() -> None:
    sets = source_sets(4, None)
    rng = np.random.default_rng(0)
    population = Replicates(
        information_STR=rng.random((len(sets.keys), 3, 20)), target_TR=rng.dirichlet(np.ones(3), size=20).T, sets=sets
    )
    expected = population.terms().synergy_SR
    for place in range(sets.num_singles, len(sets.keys)):
        for term_R in first_and_last(population, place, ()):
            np.testing.assert_allclose(term_R, expected[place], atol=1e-12)


def test_the_interval_of_a_twin_covers_both_names_of_the_bit() -> None:
    report = assess(xor_with_a_twin(), max_order=None, settings=QUICK)
    intervals = {term.key: term.interval for term in report.terms if term.kind is TermKind.SYNERGISTIC}
    for key in ((1, 2), (1, 3)):
        interval = intervals[key]
        assert interval is not None
        assert interval.low == pytest.approx(0.0, abs=1e-3)
        assert interval.high == pytest.approx(1.0, abs=0.01)
    assert report.kinds[2].interval is not None
    assert report.kinds[2].interval.low > 0.99


def test_equal_sources_have_no_unique_information_for_certain() -> None:
    """The larger of two equal numbers less the other is never below 0; its interval has to reach down to 0."""
    uniques = [term for term in assess(summed(1.0, 1.0), max_order=None, settings=QUICK).terms if len(term.key) == 1]
    assert max(term.plug_in for term in uniques) > 0.001
    assert all(term.interval is not None and term.interval.low == 0.0 for term in uniques)
