"""From a passage to bars, rings and marked words."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redheart_core.inference.results import EmotionScore
from tests.fakes import HOSTILE, fake_model
from workbench.charts.emotions import emotions_chart, nuances_chart, vad_chart
from workbench.charts.theme import LIGHT, PART_PATTERNS
from workbench.copy import LANGUAGES, UiLanguage
from workbench.views.emotions import contributions, emotions_view, nuances_view, strongest_named, vad_view
from workbench.views.marks import Mark, MarkKind, emotion_marks, marked_html, segments

PASSAGE = "오늘 정말 힘든 하루였어요..."
UNIT = st.floats(min_value=0.0, max_value=1.0)


@given(UNIT, UNIT, UNIT)
def test_the_three_parts_add_up_to_the_score(rule: float, neural: float, cultural: float) -> None:
    emotion = EmotionScore(name="joy", score=0.0, rule=rule, neural=neural, cultural=cultural)
    assert sum(contributions(emotion)) == pytest.approx(0.3 * rule + 0.5 * neural + 0.2 * cultural)


@given(UNIT, UNIT)
def test_without_a_neural_part_the_other_two_share_its_weight(rule: float, cultural: float) -> None:
    emotion = EmotionScore(name="joy", score=0.0, rule=rule, neural=None, cultural=cultural)
    assert sum(contributions(emotion)) == pytest.approx((0.3 * rule + 0.2 * cultural) / 0.5)


@pytest.mark.parametrize("language", LANGUAGES)
def test_bars_match_the_scores_of_a_real_reading(language: UiLanguage) -> None:
    analysis = fake_model().analyze(PASSAGE)
    view = emotions_view(analysis.emotions, language)
    assert len(view.bars) <= 10
    for bar, emotion in zip(view.bars, analysis.emotions, strict=False):
        assert sum(bar.contributions) == pytest.approx(emotion.score)
    assert len(view.table.rows) == len(analysis.emotions)
    assert view.bars[0].label in view.text.title


def test_parts_are_told_apart_by_pattern_and_not_by_colour_alone() -> None:
    figure = emotions_chart(emotions_view(fake_model().analyze(PASSAGE).emotions, "en"), LIGHT)
    assert [trace.marker.pattern.shape for trace in figure.data] == list(PART_PATTERNS)


def test_at_least_one_emotion_is_named_even_when_all_are_weak() -> None:
    weak = [EmotionScore(name="joy", score=0.01, rule=0.0, neural=0.0, cultural=0.05)]
    assert strongest_named(weak, "en") == "joy 0.01"


def test_rings_of_the_sunburst_hold_together() -> None:
    view = nuances_view(fake_model().analyze(PASSAGE).nuances, "ko")
    ids = {sector.id for sector in view.sectors}
    assert all(sector.parent == "" or sector.parent in ids for sector in view.sectors)
    assert len(view.table.rows) == 112
    assert len(nuances_chart(view, LIGHT).data[0].ids) == len(view.sectors)


def test_the_three_dimensions_say_which_way_the_passage_leans() -> None:
    view = vad_view({"valence": 0.2, "arousal": 0.9, "dominance": 0.5}, "en")
    assert view.text.title == "It reads as unpleasant (0.20)"
    assert len(vad_chart(view, LIGHT).data) == 4


spans = st.lists(
    st.builds(
        Mark,
        start=st.integers(min_value=-3, max_value=60),
        end=st.integers(min_value=-3, max_value=70),
        kind=st.sampled_from(MarkKind),
        note=st.just("note"),
    ),
    max_size=8,
)


@given(st.text(max_size=60), spans)
def test_segments_joined_are_the_text(text: str, marks: list[Mark]) -> None:
    assert "".join(segment.text for segment in segments(text, marks)) == text


@given(st.text(max_size=60), spans)
def test_marked_text_holds_no_tag_of_its_own(text: str, marks: list[Mark]) -> None:
    rendered = marked_html(text, marks)
    inside = re.sub(r'</?(?:p|mark)(?: (?:class|title|dir)="[^"<>]*")*>', "", rendered)
    assert "<" not in inside
    assert inside == html.escape(text)
    assert "<script" not in marked_html(HOSTILE + text, marks)


def test_a_negated_feeling_is_marked_apart_from_an_affirmed_one() -> None:
    cues = [
        {"kind": "emotion", "start": 0, "end": 2, "negated": False},
        {"kind": "emotion", "start": 3, "end": 5, "negated": True},
        {"kind": "people", "start": 6, "end": 7, "negated": False},
    ]
    assert [mark.kind for mark in emotion_marks(cues, "ko")] == [MarkKind.RAISES, MarkKind.LOWERS]


def test_where_marks_overlap_the_first_kind_shows() -> None:
    marks = [
        Mark(start=0, end=4, kind=MarkKind.MODIFIES, note="m"),
        Mark(start=2, end=6, kind=MarkKind.RAISES, note="r"),
    ]
    assert [(s.text, s.kind) for s in segments("abcdefg", marks)] == [
        ("ab", MarkKind.MODIFIES),
        ("cd", MarkKind.RAISES),
        ("ef", MarkKind.RAISES),
        ("g", None),
    ]
