"""Random populations, corrections, intervals and tests."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redheart_core.errors import ConfigError
from redheart_core.explain.surd import Coding, ReportSettings, SurdReport, TermKind, surd_report
from redheart_core.explain.surd.assess import assess, has_intervals
from redheart_core.explain.surd.calibration import calibrated_shares, expected_total
from redheart_core.explain.surd.draws import (
    Integers,
    main_effects,
    multinomial_tables,
    shuffled_tables,
    shuffled_target,
    unit_tables,
)
from redheart_core.explain.surd.interaction import Chance, interaction_of
from redheart_core.explain.surd.observations import Observations, observe
from redheart_core.explain.surd.replicates import Replicates, independent, resampled
from redheart_core.explain.surd.sets import source_sets
from redheart_core.explain.surd.significance import basic_intervals, holm, p_values
from redheart_core.explain.surd.table import table_information

QUICK = ReportSettings(num_bootstrap=100, num_surrogates=199)


def observed(seed: int, *, strength: float, samples: int = 1500, sources: int = 2) -> Observations:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(sources, samples))
    target = strength * values.sum(axis=0) + rng.normal(size=samples)
    return observe(target, list(values), coding=Coding(bins=3))


def test_shuffled_tables_keep_both_margins_and_have_the_mean_of_independence() -> None:
    counts = np.random.default_rng(0).integers(0, 9, size=(3, 2, 4))
    drawn = shuffled_tables(counts, 2000, np.random.default_rng(1))
    assert (drawn >= 0).all()
    np.testing.assert_array_equal(drawn.sum(axis=(1, 2)), np.tile(counts.sum(axis=(1, 2))[:, None], 2000))
    np.testing.assert_array_equal(drawn.sum(axis=0), np.tile(counts.sum(axis=0)[..., None], 2000))
    expected = counts.sum(axis=(1, 2))[:, None, None] * counts.sum(axis=0) / counts.sum()
    np.testing.assert_allclose(drawn.mean(axis=-1), expected, atol=0.15)


def test_units_are_drawn_whole() -> None:
    cells, units = np.array([0, 0, 0, 1, 2, 2]), np.array([0, 0, 0, 1, 2, 2])
    drawn = unit_tables(cells, units, (3,), 200, np.random.default_rng(0))
    assert set(drawn[0].tolist()) == {0, 3, 6, 9}
    assert (drawn[0] / 3 + drawn[1] + drawn[2] / 2 == 3).all()


def test_shuffling_units_keeps_their_targets_together() -> None:
    target, units = np.array([0, 0, 1, 1, 2, 2]), np.array([0, 0, 1, 1, 2, 2])
    for is_ordered in (True, False):
        shuffled = [
            shuffled_target(target, units, np.random.default_rng(seed), is_ordered=is_ordered) for seed in range(20)
        ]
        assert all((one[::2] == one[1::2]).all() and sorted(one) == target.tolist() for one in shuffled)
        assert len({tuple(one) for one in shuffled}) > 3


def test_inside_a_unit_only_an_order_in_time_is_kept() -> None:
    target, units = np.array([0, 1] * 6), np.repeat(np.arange(6), 2)
    kept = shuffled_target(target, units, np.random.default_rng(0), is_ordered=True)
    mixed = [shuffled_target(target, units, np.random.default_rng(seed), is_ordered=False) for seed in range(9)]
    assert kept.tolist() == target.tolist()
    assert all((one[::2] != one[1::2]).all() for one in mixed)
    assert len({tuple(one) for one in mixed}) > 5


def test_a_judgement_that_every_pair_has_both_ways_is_told_by_what_follows_it() -> None:
    rng = np.random.default_rng(0)
    label, units = np.tile([1, 0], 300), np.repeat(np.arange(300), 2)
    coding = Coding(bins=3)
    for strength, is_significant in ((1.0, True), (0.0, False)):
        case = observe(label, [strength * label + rng.normal(size=600)], coding=coding, units=units)
        assert assess(case, max_order=None, settings=QUICK).total.is_significant is is_significant


def test_main_effects_keep_each_pair_and_drop_the_xor() -> None:
    xor = np.zeros((2, 2, 2), dtype=np.int64)
    for first, second in np.ndindex(2, 2):
        xor[first ^ second, first, second] = 10
    np.testing.assert_allclose(main_effects(xor), np.full((2, 2, 2), 1 / 8))
    counts = np.random.default_rng(0).integers(1, 20, size=(3, 2, 3))
    fitted, shares = main_effects(counts), counts / counts.sum()
    for axes in ((1,), (2,), (0,)):
        np.testing.assert_allclose(fitted.sum(axis=axes), shares.sum(axis=axes), atol=1e-7)


def test_the_basic_interval_reflects_at_the_observed_value() -> None:
    replicates = np.linspace(0.9, 1.4, 501)
    drawn = np.stack([replicates, replicates - 0.8, np.linspace(0, 1, 501)])
    observed = np.array([1.0, 0.1, 0.0])
    low, high = basic_intervals(observed, drawn, level=0.9, origin_Q=observed)
    assert (low[0], high[0]) == pytest.approx((2 - 1.375, 2 - 0.925))
    assert low[1] == 0.0
    assert (low[2], high[2]) == (0.0, pytest.approx(0.9))


def test_p_values_count_the_observed_population_too() -> None:
    null = np.array([[0.1, 0.2, 0.3], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    assert p_values(np.array([0.2, 0.0, 0.5]), null) == pytest.approx([3 / 4, 1.0, 1 / 4])


def test_holm_multiplies_the_smallest_by_the_number_of_terms() -> None:
    assert holm(np.array([0.04, 0.01, 0.03, 1.0])) == pytest.approx([0.09, 0.04, 0.09, 1.0])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
@settings(deadline=None)
def test_holm_keeps_the_order_and_never_lowers(values: list[float]) -> None:
    raw = np.array(values)
    corrected = holm(raw)
    assert (corrected >= raw - 1e-15).all()
    assert (corrected <= 1).all()
    assert (np.diff(corrected[np.argsort(raw, kind="stable")]) >= 0).all()


def test_a_shuffled_target_is_not_significant_in_nine_of_ten_seeds() -> None:
    totals = [assess(observed(seed, strength=0.0), max_order=None, settings=QUICK).total for seed in range(100)]
    assert sum(not total.is_significant for total in totals) >= 90


def test_a_real_signal_is_significant_and_both_corrections_lower_it() -> None:
    report = assess(observed(0, strength=0.6), max_order=None, settings=QUICK)
    assert report.total.p_value == pytest.approx(1 / 200)
    assert max(report.total.null_subtracted, report.total.miller_madow) < report.total.plug_in
    assert report.total.null_subtracted == pytest.approx(report.total.miller_madow, abs=0.002)
    assert report.total.interval is not None
    assert report.total.interval.low < report.total.miller_madow < report.total.interval.high


def test_each_column_of_terms_adds_up_to_its_own_total() -> None:
    report = assess(observed(1, strength=0.4, sources=3), max_order=None, settings=QUICK)
    for column in ("plug_in", "miller_madow", "null_subtracted"):
        summed = sum(getattr(term, column) for term in report.terms)
        assert summed == pytest.approx(getattr(report.total, column), abs=1e-12)
    assert report.total.plug_in == pytest.approx(report.result.total, abs=1e-12)


def test_what_samples_show_on_average_is_known_without_drawing_any() -> None:
    rng = np.random.default_rng(0)
    shares = rng.dirichlet(np.full(64, 0.3)).reshape(4, 4, 4)
    for num_samples in (60, 400):
        drawn = multinomial_tables(shares, num_samples, 4000, rng)
        totals = _from_drawn(drawn).terms().total_R
        error = totals.std() / np.sqrt(totals.size)
        assert expected_total(shares, num_samples) == pytest.approx(totals.mean(), abs=5 * error)


def test_the_calibrated_population_shows_the_observed_total_on_average() -> None:
    rng = np.random.default_rng(1)
    shares = rng.dirichlet(np.full(64, 0.3)).reshape(4, 4, 4)
    counts = rng.multinomial(300, shares.ravel()).reshape(shares.shape)
    observed = counts / counts.sum()
    mixed = calibrated_shares(observed, main_effects(counts), 300)
    total = _from_drawn(counts[..., None]).terms().total_R[0]
    assert expected_total(mixed, 300) == pytest.approx(total, abs=1e-4)
    assert expected_total(observed, 300) > total + 0.03
    assert mixed.sum() == pytest.approx(1.0)


def test_main_effects_that_already_show_more_than_was_observed_are_drawn_from_as_they_are() -> None:
    counts = np.full((2, 2, 2), 5, dtype=np.int64)
    np.testing.assert_allclose(calibrated_shares(counts / 40, main_effects(counts), 40), 1 / 8)


def _from_drawn(tables: Integers) -> Replicates:
    sets = source_sets(tables.ndim - 2, None)
    mass = tables.reshape(tables.shape[0], -1, tables.shape[-1]).sum(axis=1)
    return Replicates(information_STR=table_information(tables, sets), target_TR=mass / mass.sum(axis=0), sets=sets)


def test_the_divergence_from_main_effects_is_the_bit_of_an_xor_and_nothing_for_a_copy() -> None:
    rng = np.random.default_rng(0)
    first, second = rng.integers(0, 2, size=(2, 4000))
    xor = interaction_of(observe(first ^ second, [first, second]), (1, 2), 99, rng)
    assert xor is not None
    assert xor.bits == pytest.approx(1.0, abs=0.01)
    assert xor.p_value == pytest.approx(1 / 100)
    copy = interaction_of(observe(first, [first, second]), (1, 2), 99, rng)
    assert copy is not None
    assert copy.bits == pytest.approx(0.0, abs=1e-6)
    assert copy.p_value == 1.0


def test_sets_whose_table_is_too_large_are_not_tested_for_interaction() -> None:
    rng = np.random.default_rng(0)
    case = observe(rng.normal(size=300), list(rng.normal(size=(3, 300))), coding=Coding(bins=16))
    assert interaction_of(case, (1, 2, 3), 999, rng) is None
    assert interaction_of(case, (1, 3), 19, rng) is not None


@pytest.mark.parametrize("freedom", [2, 8, 27])
def test_an_interaction_called_detectable_is_found_in_four_of_five_noncentral_draws(freedom: int) -> None:
    samples, rng = 1_000, np.random.default_rng(freedom)
    scale = 2.0 * samples * math.log(2.0)
    chance_R = rng.chisquare(freedom, size=20_000) / scale
    chance = Chance(
        mean=float(chance_R.mean()),
        deviation=float(chance_R.std()),
        num_samples=samples,
        ascending_R=tuple(np.sort(chance_R).tolist()),
    )
    threshold = float(np.quantile(chance_R, 0.95))
    assert replace(chance, ascending_R=chance.ascending_R[:18]).detectable(alpha=0.05, least_bits=0.0) is None
    for least in (0.0, 0.03):
        bits = chance.detectable(alpha=0.05, least_bits=least)
        assert bits is not None
        drawn_R = rng.noncentral_chisquare(freedom, scale * bits, size=20_000) / scale
        found_R = drawn_R >= max(threshold, chance.mean + least)
        assert float(found_R.mean()) == pytest.approx(0.8, abs=0.02)


def test_kinds_add_up_their_terms() -> None:
    report = assess(observed(1, strength=0.4, sources=3), max_order=None, settings=QUICK)
    assert [kind.kind for kind in report.kinds] == list(TermKind)
    for kind in report.kinds:
        terms = [term for term in report.terms if term.kind is kind.kind]
        assert kind.plug_in == pytest.approx(sum(term.plug_in for term in terms))
        assert kind.null_subtracted == pytest.approx(sum(term.null_subtracted for term in terms))
        assert kind.interval is not None


def test_an_interaction_is_found_and_a_plain_sum_is_not_called_one() -> None:
    found = {}
    for name, product in (("sum", 0.0), ("product", 1.0)):
        called = 0
        for seed in range(10):
            rng = np.random.default_rng(seed)
            first, second = rng.normal(size=(2, 3000))
            target = first + second + product * first * second + rng.normal(size=3000)
            case = observe(target, [first, second], coding=Coding(bins=3))
            terms = assess(case, max_order=None, settings=QUICK).terms
            synergy = next(term for term in terms if term.kind is TermKind.SYNERGISTIC)
            assert synergy.p_value <= 0.05
            called += synergy.is_interaction
        found[name] = called
    assert found["sum"] <= 1
    assert found["product"] >= 8


def test_the_same_seed_gives_the_same_report_and_another_seed_another() -> None:
    case = observed(0, strength=0.5)

    def report(seed: int) -> SurdReport:
        settings = ReportSettings(num_bootstrap=40, num_surrogates=39, seed=seed)
        return assess(case, max_order=None, settings=settings)

    assert report(3) == report(3)
    assert report(3).total.interval != report(4).total.interval


def test_tables_and_rows_draw_alike() -> None:
    """Whole units of one sample each are the plain case by another path."""
    plain = observed(0, strength=0.5, samples=400)
    single = Observations(
        target=plain.target, sources=plain.sources, binnings=plain.binnings, lags=plain.lags, units=np.arange(400)
    )
    sets = source_sets(2, None)
    means = [independent(case, sets, 300, np.random.default_rng(0)).terms().total_R.mean() for case in (plain, single)]
    assert means[0] == pytest.approx(means[1], rel=0.05)
    many = ReportSettings(num_bootstrap=1500, num_surrogates=19)
    reports = [assess(case, max_order=None, settings=many).total for case in (plain, single)]
    ends = [(total.interval.low, total.interval.high) for total in reports if total.interval is not None]
    assert ends[0] == pytest.approx(ends[1], abs=0.01)


def test_large_tables_are_resampled_by_rows() -> None:
    rng = np.random.default_rng(0)
    case = observe(rng.normal(size=300), list(rng.normal(size=(4, 300))), coding=Coding(bins=25), target_name="score")
    sets = source_sets(4, 1)
    boot = resampled(case, sets, 5, rng).drawn
    null = independent(case, sets, 5, rng)
    assert boot.information_STR.shape == null.information_STR.shape == (4, 25, 5)
    assert boot.target_TR.sum(axis=0) == pytest.approx(np.ones(5))
    assert null.target_TR == pytest.approx(np.tile(null.target_TR[:, :1], (1, 5)))


def test_repeating_every_case_narrows_the_interval_unless_units_say_so() -> None:
    rng = np.random.default_rng(0)
    source = rng.normal(size=400)
    target = source + rng.normal(size=400)
    repeated = [np.repeat(values, 10) for values in (target, source)]
    coding = Coding(bins=3)
    naive = assess(observe(repeated[0], [repeated[1]], coding=coding), max_order=None, settings=QUICK)
    honest = assess(
        observe(repeated[0], [repeated[1]], coding=coding, units=np.repeat(np.arange(400), 10)),
        max_order=None,
        settings=QUICK,
    )
    assert naive.total.interval is not None
    assert honest.total.interval is not None
    assert honest.total.interval.high - honest.total.interval.low > 2 * (
        naive.total.interval.high - naive.total.interval.low
    )


def test_too_few_samples_get_no_interval() -> None:
    few, enough = observed(0, strength=0.5, samples=100), observed(0, strength=0.5, samples=110)
    assert not has_intervals(few, source_sets(2, None))
    assert has_intervals(enough, source_sets(2, None))
    report = assess(few, max_order=None, settings=QUICK)
    assert report.total.interval is None
    assert all(term.interval is None for term in report.terms)
    assert report.leak_interval is None


def test_labels_that_another_sample_might_swap_are_flagged() -> None:
    rng = np.random.default_rng(0)
    first, second = rng.integers(0, 2, size=(2, 4000))
    flips = rng.random(size=(2, 4000)) < 0.05
    sources = [first, second ^ flips[0], second ^ flips[1]]
    close = assess(observe(first ^ second, sources), max_order=None, settings=QUICK).close_pairs
    assert [pair.keys for pair in close] == [((1, 2), (1, 3))]
    assert close[0].bits > 0.2
    clear = assess(observe(first ^ second, [first, second, sources[2]]), max_order=None, settings=QUICK)
    assert clear.close_pairs == ()


def test_the_report_shows_two_three_and_four_bins_and_is_plain_json() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=(3, 1000))
    report = surd_report(values[0] + values[1], {"care": values[1], "harm": values[2]}, settings=QUICK)
    assert [row.bins for row in report.sensitivity] == [2, 3, 4]
    four = report.sensitivity[2]
    assert four.total == pytest.approx(report.result.total)
    assert four.redundant + four.unique + four.synergistic == pytest.approx(four.total)
    content = report.to_dict()
    assert content["statistics"]["terms"][0]["kind"] == "unique"
    assert content["statistics"]["seed"] == 0
    assert content["sampling"]["sources"][0]["name"] == "care"


def test_enough_surrogates_are_drawn_for_holm_to_pass() -> None:
    assert ReportSettings().surrogates(11) == 999
    assert ReportSettings().surrogates(57) == 2280
    assert ReportSettings(num_surrogates=50).surrogates(57) == 50


@pytest.mark.parametrize("settings", [{"num_bootstrap": 5}, {"num_surrogates": 5}, {"level": 1.0}, {"alpha": 0.0}])
def test_impossible_settings_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match=r"at least 20 bootstrap|between 0 and 1"):
        ReportSettings(**settings)  # type: ignore[arg-type]


def test_progress_counts_every_random_population_and_can_end_the_work() -> None:
    values = np.random.default_rng(0).normal(size=(3, 400))
    told: list[tuple[int, int]] = []
    surd_report(values[0], list(values[1:]), settings=QUICK, report=lambda done, total: told.append((done, total)))
    assert told[-1] == (100 + 199 + 199, 100 + 199 + 199)
    assert [done for done, _ in told] == sorted({done for done, _ in told})

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        surd_report(values[0], list(values[1:]), settings=QUICK, report=stop)
