"""Intervals against published numbers, and curves over other axes."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redheart_core.runs.axes import Axis, along, minutes
from redheart_core.runs.intervals import IntervalKind, fisher, metric_interval, wilson
from redheart_core.runs.reader import Moment
from redheart_core.runs.stretches import Stretch


def test_wilson_agrees_with_newcombes_table() -> None:
    # Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I: 81/263, 15/148, 0/20, 1/29.
    for hits, rows, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611)):
        found = wilson(hits / rows, rows)
        assert found is not None
        assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_fisher_is_the_transformation_worked_by_hand() -> None:
    found = fisher(0.5, 28)
    assert found is not None
    assert found.low == pytest.approx(math.tanh(0.549306 - 1.959964 / 5), abs=1e-5)
    assert found.high == pytest.approx(math.tanh(0.549306 + 1.959964 / 5), abs=1e-5)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("accuracy", IntervalKind.WILSON),
        ("pairwise accuracy, hedonic value", IntervalKind.WILSON),
        ("exact match, groups of 5", IntervalKind.WILSON),
        ("Pearson r, valence", IntervalKind.FISHER),
        ("macro-F1", None),
        ("mean absolute error against a proxy (lower is better)", None),
    ],
)
def test_a_metric_gets_the_interval_of_its_kind(name: str, kind: IntervalKind | None) -> None:
    found = metric_interval(name, 0.6, 100)
    assert (None if found is None else found.kind) == kind


def test_groups_count_as_one_row_each() -> None:
    assert metric_interval("exact match, groups of 5", 0.6, 100) == wilson(0.6, 20)
    assert metric_interval("exact match, groups of 5", 0.6, 4) is None


def test_what_is_no_number_has_no_interval() -> None:
    assert metric_interval("accuracy", math.nan, 100) is None
    assert metric_interval("Pearson r, valence", 1.0, 100) is None


@given(share=st.floats(0, 1), rows=st.integers(1, 10_000))
def test_an_interval_holds_its_share_and_stays_a_share(share: float, rows: int) -> None:
    found = wilson(share, rows)
    assert found is not None
    assert 0.0 <= found.low <= share + 1e-12
    assert share - 1e-12 <= found.high <= 1.0


CLOCK = (
    Moment(step=1, epoch=0.0, at_s=1000.0, attempt=1),
    Moment(step=11, epoch=0.5, at_s=1600.0, attempt=1),
    Moment(step=12, epoch=0.55, at_s=9_000_000.0, attempt=2),
    Moment(step=21, epoch=1.0, at_s=9_000_600.0, attempt=2),
)


def test_a_break_between_attempts_is_no_training_time() -> None:
    assert minutes(CLOCK) == [0.0, 10.0, 10.0, 20.0]


def test_a_curve_over_steps_becomes_one_over_epochs_or_minutes() -> None:
    curve = (Stretch(6, 6, 1.0, 1.0, 6, 1.0, 6, 1), Stretch(21, 30, 2.0, 1.0, 22, 3.0, 30, 9))
    assert [each.start for each in along(curve, CLOCK, Axis.EPOCH)] == [0.25, 1.0]
    assert [each.start for each in along(curve, CLOCK, Axis.TIME)] == [5.0, 20.0]
    assert along(curve, CLOCK, Axis.STEP) == curve
    assert along(curve, (), Axis.EPOCH) == curve
    assert [each.mean for each in along(curve, CLOCK, Axis.TIME)] == [1.0, 2.0]
