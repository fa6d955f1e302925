"""The recorded study of completeness: shares are counted over all attributions, and the rest is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from redheart_core.explain.attribution.trust.completeness import Completeness
from redheart_core.explain.attribution.trust.study import (
    TARGETS,
    Outcome,
    StudyText,
    flagged_rows,
    run_study,
    study_texts,
    summary_rows,
)
from redheart_core.inference.leased import LeasedReader
from redheart_core.measurements import load_measurement
from redheart_core.model.reader import load_model_reader
from tests.checkpoints import make_tiny_checkpoint
from tests.datasets import write_small_data


def _outcome(target: str, error: float, difference: float = 1.0, place: int = 0) -> Outcome:
    sides = Completeness(total=difference + error, target_value=difference, baseline_value=0.0, is_additive=True)
    return Outcome(text=StudyText(source="made up", place=place, text="x"), target=target, sides=sides)


OUTCOMES = [
    _outcome("a", 0.001),
    _outcome("a", 0.03, place=1),
    _outcome("b", -0.2, place=2),
    _outcome("b", 0.0001, difference=0.0005),
]


def test_shares_are_of_all_attributions() -> None:
    everything, first, second = summary_rows(OUTCOMES)
    assert everything["attributions"] == 4
    assert (everything["within_1_percent"], everything["within_5_percent"]) == (0.25, 0.5)
    assert (everything["not_stated"], everything["flagged"]) == (0.25, 0.5)
    assert everything["largest_relative_error"] == pytest.approx(0.2)
    assert (first["within_1_percent"], second["within_1_percent"]) == (0.5, 0.0)


def test_every_attribution_that_is_not_good_is_named() -> None:
    rows = flagged_rows(OUTCOMES)
    assert [(row["target"], row["place"], row["verdict"]) for row in rows] == [
        ("b", 2, "failed"),
        ("a", 1, "doubtful"),
    ]


def test_texts_are_real_ones_of_both_languages(tmp_path: Path) -> None:
    texts = study_texts(write_small_data(tmp_path), 5)
    assert [text.source for text in texts] == ["goemotions_en/dev"] * 2 + ["kote"] * 3
    assert len({text.text for text in texts}) == 5


def test_the_study_asks_every_target_of_every_text(tmp_path: Path) -> None:
    reader = LeasedReader(load_model_reader(make_tiny_checkpoint(tmp_path)))
    texts = [StudyText(source="made up", place=place, text=text) for place, text in enumerate(("I lied.", "Thanks!"))]
    outcomes = list(run_study(reader, texts, ("emotion/joy", "hedonic/hedonic")))
    assert [(each.text.place, each.target) for each in outcomes] == [
        (0, "emotion/joy"),
        (0, "hedonic/hedonic"),
        (1, "emotion/joy"),
        (1, "hedonic/hedonic"),
    ]


@pytest.mark.skipif(load_measurement("attribution_completeness") is None, reason="not measured yet")
def test_the_recorded_study_reaches_its_goal_and_names_the_rest() -> None:
    measurement = load_measurement("attribution_completeness")
    assert measurement is not None
    everything = measurement.rows[0]
    assert everything["attributions"] == 100 * len(TARGETS)
    within, flagged = everything["within_1_percent"], everything["flagged"]
    assert isinstance(within, float)
    assert isinstance(flagged, float)
    assert within >= 0.95
    assert round(flagged * 100 * len(TARGETS)) == sum(row["kind"] == "flagged" for row in measurement.rows)
