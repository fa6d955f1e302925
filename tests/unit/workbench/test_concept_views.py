"""Concepts as they are shown: what is stated, what is refused, and the marks of either."""

from __future__ import annotations

import pytest

from redheart_core.explain.attribution.result import Unit
from redheart_core.explain.concepts.result import ConceptScore, ConceptScores, RandomScores
from workbench.charts.concept_scores import concepts_chart
from workbench.charts.theme import LIGHT
from workbench.copy import LANGUAGES, UiLanguage
from workbench.views.concept_scores import concepts_view, p_text, short_table, verdict_of


def measured(concept: str, score: float, p: float) -> ConceptScore:
    return ConceptScore(
        concept=concept, held_out_accuracy=0.8, recognised_p=0.001, is_refused=False, score=score, deviation=0.1,
        mean_derivative=0.02, p_value=p / 6, p_corrected=p, is_significant=p < 0.05,
    )  # fmt: skip


REFUSED = ConceptScore(concept="loyalty", held_out_accuracy=0.52, recognised_p=0.3, is_refused=True)


def scores(*concepts: ConceptScore) -> ConceptScores:
    return ConceptScores(
        concepts=concepts, random=RandomScores(mean=0.5, deviation=0.6), num_texts=24, num_fits=30, level=0.05, seed=0
    )


FOUND = scores(
    measured("harm", 0.1, 0.0001), measured("consent", 0.9, 0.03), measured("promise", 0.95, 0.4), REFUSED
)  # fmt: skip


def test_verdicts_follow_the_corrected_p_and_the_side() -> None:
    assert [verdict_of(one) for one in FOUND.concepts] == ["falls", "rises", "neither", "refused"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sentence_states_what_is_significant_and_names_what_is_refused(language: UiLanguage) -> None:
    view = concepts_view(FOUND, "sadness", Unit.LOGIT, language)
    harm, consent, promise, loyalty = (row.label for row in view.rows)
    assert harm in view.sentence
    assert consent in view.sentence
    assert loyalty in view.sentence
    assert promise not in view.sentence
    assert len(view.refusals) == 1
    assert "52%" in view.refusals[0]
    assert "2" in view.text.title
    assert "4" in view.text.title
    assert view.random == (0.0, 1.0)


def test_nothing_significant_is_said_as_such() -> None:
    view = concepts_view(scores(measured("harm", 0.9, 0.5)), "sadness", Unit.LOGIT, "en")
    assert view.sentence == "“sadness” moves with none of the 1 concepts more than chance would have it."


def test_the_table_has_every_number_and_nothing_for_what_is_refused() -> None:
    table = concepts_view(FOUND, "sadness", Unit.LOGIT, "en").table
    assert table.rows[0] == ("harm", "falls", 0.1, 0.1, 0.02, 0.0001 / 6, 0.0001, 0.8, 0.001)
    assert table.rows[3] == ("loyalty", "refused", None, None, None, None, None, 0.52, 0.3)
    short = short_table(concepts_view(FOUND, "sadness", Unit.LOGIT, "en"), FOUND, "en")
    assert short.rows[0] == ("harm", "falls", "0.10", "p < 0.001", "80%")
    assert short.rows[3] == ("loyalty", "refused", "–", "–", "52%")


def test_a_refused_concept_has_its_word_and_no_mark() -> None:
    figure = concepts_chart(concepts_view(FOUND, "sadness", Unit.LOGIT, "en"), LIGHT)
    marks = [trace for trace in figure.data if trace.mode == "markers"]
    assert sorted(trace.name for trace in marks) == ["falls", "not beyond chance", "rises"]
    assert [note.text for note in figure.layout.annotations] == ["p &lt; 0.001", "p = 0.030", "p = 0.40", "refused"]


def test_no_bar_leaves_the_range_of_a_share() -> None:
    figure = concepts_chart(concepts_view(FOUND, "sadness", Unit.LOGIT, "en"), LIGHT)
    ends = {
        trace.name: (trace.x[0] - trace.error_x.arrayminus[0], trace.x[0] + trace.error_x.array[0])
        for trace in figure.data
        if trace.mode == "markers"
    }
    assert ends["falls"] == pytest.approx((0.0, 0.2))
    assert ends["not beyond chance"] == pytest.approx((0.85, 1.0))


@pytest.mark.parametrize(("value", "written"), [(0.5, "p = 0.50"), (0.0004, "p < 0.001"), (1.0, "p = 1.0")])
def test_p_values_are_short(value: float, written: str) -> None:
    assert p_text(value) == written
