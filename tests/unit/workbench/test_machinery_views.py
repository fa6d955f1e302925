"""Recorded measurements on the model page: what the sentences, tables and figures say."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from redheart_core.measurements import Measurement, Scalar, load_measurement
from workbench.charts.memory_plan import memory_plan_chart
from workbench.charts.residency import residency_chart
from workbench.charts.speed import speed_chart
from workbench.charts.theme import LIGHT
from workbench.copy import LANGUAGES, UiLanguage, say
from workbench.views.compression import compression_view
from workbench.views.measured import GIB, checkpoint_sentence, decimal, source_sentence, worded_notes
from workbench.views.memory_plan import memory_plan_view
from workbench.views.precision import difference_view, speed_view
from workbench.views.reach import reach_view
from workbench.views.residency import holding_view, residency_view
from workbench.views.studies import study_view


def _measured(*rows: Mapping[str, Scalar], notes: tuple[str, ...] = (), **facts: Scalar) -> Measurement:
    return Measurement(
        command="redheart bench",
        machine="2 cores",
        date="2026-11-24",
        torch="2.13.0",
        rows=rows,
        facts=facts,
        notes=notes,
    )


def _speed() -> Measurement:
    sizes = {"weight_bytes": 2 * GIB, "resident_share": 1.1, "load_s": 2.0}
    slow = {"variant": "fp32", **sizes, "forward_ms": 900.0, "answer_ms": 1500.0}
    fast = {"variant": "bf16", **sizes, "forward_ms": 170.0, "answer_ms": 350.0}
    plain = {"variant": "plain transformer encoder, bf16", **sizes, "forward_ms": 700.0, "answer_ms": None}
    ends = {"answer_ms_low": 300.0, "answer_ms_high": 1600.0, "forward_ms_low": 650.0, "forward_ms_high": 800.0}
    return _measured(slow | ends, fast | ends, plain | ends, tokens=64)


def _residency() -> Measurement:
    moves = [("bentham", "brought_in", 1.0), ("regret", "prefetched", 2.0), ("bentham", "evicted", 1.0)]
    rows = [
        {"time_s": place / 10, "name": name, "action": action, "bytes": GIB, "resident_bytes_after": held * GIB}
        for place, (name, action, held) in enumerate(moves)
    ]
    return _measured(*rows, mode="medium", budget_bytes=2 * GIB, total_bytes=3 * GIB)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_fastest_variant_is_named_and_the_plain_encoder_has_one_pass_only(language: UiLanguage) -> None:
    view = speed_view(_speed(), language)
    assert "bf16" in view.text.title
    assert "350 ms" in view.text.title
    assert [dot.median_ms for dot in view.dots] == [1500.0, 350.0, 700.0]
    assert view.summary.rows[2][-1] == "–"
    figure = speed_chart(view, LIGHT)
    assert list(figure.data[0].x) == [1500.0, 350.0, 700.0]
    assert figure.layout.shapes[0].x0 == 500.0


def test_flipped_recommendations_are_said_only_where_there_are_recommendations() -> None:
    row = {
        "precision": "int8",
        "family": "kote",
        "mean_difference": 0.001,
        "max_difference": 0.02,
        "rank_correlation": 0.99,
    }
    trained = difference_view("compact", _measured(row, texts=500, int8_flipped_share=0.012), "en")
    untrained = difference_view("full", _measured(row, texts=500), "en")
    assert "int8 1.2%" in trained.finding
    assert "untrained" in untrained.finding
    assert trained.name != untrained.name


def test_a_plan_is_held_against_its_measurement() -> None:
    rows = [
        {"line": "weights", "place": "device", "planned_bytes": GIB, "measured_bytes": GIB},
        {"line": "average", "place": "host", "planned_bytes": 2 * GIB, "measured_bytes": None},
    ]
    facts = {"planned_peak_bytes": 3 * GIB, "measured_peak_bytes": 3.3 * GIB, "plan_error": -0.09}
    view = memory_plan_view(_measured(*rows, preset="full", batch=8, length=128, **facts), "en")
    assert "planned 3.00 GiB, measured 3.30 GiB (−9.0%)" in view.text.title
    assert view.bars[1].measured_gib is None
    figure = memory_plan_chart(view, LIGHT)
    assert list(figure.data[0].x) == [1.0, 2.0]
    assert list(figure.data[1].text) == [" 1.00", ""]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_timeline_counts_evictions_and_draws_both_directions(language: UiLanguage) -> None:
    view = residency_view(_residency(), language)
    assert "2.00 GiB" in view.text.title
    assert [move.comes_in for move in view.moves] == [True, True, False]
    assert view.table.rows[2][2] == say("machinery.residency.goes_out", language)
    line, coming, going = residency_chart(view, LIGHT).data
    assert list(line.y) == [1.0, 2.0, 1.0]
    assert len(coming.x) == 2
    assert len(going.x) == 1


def test_holding_a_part_is_held_against_holding_all() -> None:
    shared = {"resident_bytes": GIB, "waited_ms_per_query": 12.0}
    rows = [
        shared | {"variant": "heavy", "median_ms": 100.0, "ratio_to_heavy": 1.0},
        shared | {"variant": "medium", "median_ms": 170.0, "ratio_to_heavy": 1.7},
        shared | {"variant": "medium, fetched ahead", "median_ms": 150.0, "ratio_to_heavy": 1.5},
    ]
    view = holding_view(_measured(*rows), "en")
    assert "1.50 times" in view.finding
    assert view.summary.rows[2] == ("medium: fetched ahead", "150 ms", "× 1.50", "1.00 GiB", "12 ms")


def test_a_study_says_how_often_the_rule_is_used() -> None:
    shared = {"part": "merge", "metric": "metric", "unit": "loss", "comparison": "swap", "rule": "mean"}
    shared |= {"low": 0.05, "high": 0.15}
    rows = [
        shared | {"task": "all", "with_rule": 0.5, "learned": 0.4, "better": "learned"},
        shared | {"task": "kote", "with_rule": 0.5, "learned": 0.6, "better": "neither"},
    ]
    view = study_view("bridge_study", _measured(*rows, notes=("Trained with the learned part.",)), "en")
    assert "does better in 1 comparisons, the rule in 0, neither in 0" in view.finding
    assert view.summary.rows == (
        ("asynchronous merge (swapped)", "loss", "0.500", "0.400", "0.100 (0.050 – 0.150)", "learned"),
    )
    assert len(view.table.rows) == 2
    assert view.notes


@pytest.mark.parametrize(
    "name", ["ablation_compact", "bridge_study", "optimization_study", "compression", "reach_full"]
)
def test_what_a_shipped_measurement_says_of_itself_is_korean_on_korean_pages(name: str) -> None:
    measurement = load_measurement(name)
    assert measurement is not None
    worded = worded_notes(measurement.notes, "ko")
    assert len(worded) == len(measurement.notes) > 0
    assert all(any("가" <= letter <= "힣" for letter in note) for note in worded)
    assert worded_notes(measurement.notes, "en") == measurement.notes
    assert worded_notes(("Somebody's own.",), "ko") == ("Somebody's own.",)


def test_modules_that_were_missing_in_turn_share_a_line() -> None:
    shared = {
        "part": "recovery",
        "comparison": "reconstruction",
        "unit": "loss",
        "task": "all",
        "low": 0.0,
        "high": 0.1,
    }
    rows = [
        shared | {"missing": "a", "with_rule": 0.5, "learned": 0.1, "better": "learned"},
        shared | {"missing": "b", "with_rule": 0.3, "learned": 0.3, "better": "neither"},
    ]
    view = study_view("bridge_study", _measured(*rows), "en")
    assert view.summary.rows == (
        (
            "error recovery (reconstruction, mean over 2 modules)",
            "loss",
            "0.400",
            "0.200",
            "0.200",
            "learned in 1 of 2",
        ),
    )
    assert len(view.table.rows) == 2


def test_a_default_is_counted_only_where_a_row_decides() -> None:
    row = {"system": "averaging", "metric": "error", "unit": "share", "rule": 0.5, "learned": 0.25, "width": "narrow",
           "low": None, "high": None, "default": "rule", "decides": True}  # fmt: skip
    view = study_view("optimization_study", _measured(row, row | {"width": "wide", "decides": False}), "en")
    assert "used in 1 cases, the learned part in 0" in view.finding
    assert view.summary.rows[0] == ("averaging (narrow)", "error, share", "0.500", "0.250", "0.250", "rule")


def test_reach_counts_what_is_not_reached() -> None:
    row = {"module": "bridge", "tensors": 4, "reached_tensors": 3, "elements": 200, "reached_elements": 150}
    view = reach_view(_measured(row, preset="full", tensors=4, reached_tensors=3), "en")
    assert "3 of the 4 tensors of “full”; 1 are not reached" in view.finding
    assert view.summary.rows == (("bridge", "3 / 4", "75.0%"),)


def test_compression_shows_size_and_metric_before_and_after() -> None:
    row = {"phase": "pruning", "setting": "half", "metric": "accuracy", "parameters": 6.3e6, "trainable": None,
           "before": 0.75, "after": 0.74}  # fmt: skip
    view = compression_view(_measured(row, row | {"metric": "emobank: Pearson r, arousal"}), "ko")
    assert len(view.table.rows) == 2
    assert view.summary.rows == (("pruning: half", "accuracy", "6.30 M", "–", "0.750", "0.740"),)


@pytest.mark.parametrize(("value", "shown"), [(-0.0001, "0.000"), (-0.0006, "−0.001"), (0.5, "0.500"), (None, "–")])
def test_a_small_negative_number_is_no_negative_zero(value: float | None, shown: str) -> None:
    assert decimal(value, 3) == shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_measurement_names_its_day_and_machine(language: UiLanguage) -> None:
    sentence = source_sentence(_speed(), language)
    assert "2026-11-24" in sentence
    assert "2 cores" in sentence


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_of_another_checkpoint_are_called_so(language: UiLanguage) -> None:
    untold = _measured({"metric": "accuracy"})
    told = _measured({"metric": "accuracy", "checkpoint": "a" * 64}, {"metric": "loss"})
    same, other = (checkpoint_sentence(told, letter * 64, language) for letter in "ab")
    assert checkpoint_sentence(untold, "a" * 64, language) is None
    assert same is not None
    assert other is not None
    assert "aaaaaaaaaaaa" in other
    assert "aaaaaaaaaaaa" not in same
