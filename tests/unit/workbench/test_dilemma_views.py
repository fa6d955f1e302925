"""From an evaluation to sentences and figures."""

import json
from dataclasses import replace
from typing import Any

import plotly.graph_objects as go
import pytest

from redheart_core.inference.results import DilemmaEvaluation
from redheart_core.vocabulary.bentham import Layer, RegretType, Variable, View
from tests.fakes import HOSTILE, fake_model, hostile_dilemma, ward_dilemma
from workbench.charts.layers import layers_chart
from workbench.charts.regret import regret_chart
from workbench.charts.scores import scores_chart
from workbench.charts.theme import DARK, LIGHT, literal, palette
from workbench.charts.variables import variables_chart
from workbench.copy import LANGUAGES, UiLanguage
from workbench.views import numbers
from workbench.views.layers import layers_view
from workbench.views.people import lenses_table, parties_table, reasons_table
from workbench.views.regret import regret_view
from workbench.views.scores import scores_summary, scores_view
from workbench.views.shown import shown_options
from workbench.views.tradeoff import intervals_overlap, tradeoff_view
from workbench.views.trust import credences_sentence, trust_view, weights_sentence
from workbench.views.variables import variables_view


@pytest.fixture(scope="module")
def evaluation() -> DilemmaEvaluation:
    return fake_model().evaluate_ethics(ward_dilemma(), language="en")


def with_scores(evaluation: DilemmaEvaluation, *scores: tuple[float, float, float]) -> DilemmaEvaluation:
    options = tuple(
        replace(option, ethical_score=score, interval=(low, high))
        for option, (score, low, high) in zip(evaluation.options, scores, strict=True)
    )
    return replace(evaluation, options=options)


def charts(evaluation: DilemmaEvaluation, language: UiLanguage) -> list[go.Figure]:
    first = shown_options(evaluation)[0]
    return [
        scores_chart(scores_view(evaluation, language), LIGHT),
        variables_chart(variables_view(evaluation, language), DARK),
        layers_chart(layers_view(first, language), LIGHT),
        regret_chart(regret_view(first, language), DARK),
    ]


def test_the_first_sentence_quotes_intervals_and_says_whether_they_overlap(evaluation: DilemmaEvaluation) -> None:
    close = tradeoff_view(with_scores(evaluation, (0.6, 0.4, 0.8), (0.5, 0.3, 0.7)), "en")
    assert "0.60 (0.40–0.80)" in close.uncertainty
    assert "the intervals overlap" in close.uncertainty
    apart = tradeoff_view(with_scores(evaluation, (0.8, 0.75, 0.85), (0.2, 0.15, 0.25)), "en")
    assert "does not overlap" in apart.uncertainty


def test_touching_intervals_overlap(evaluation: DilemmaEvaluation) -> None:
    touching = with_scores(evaluation, (0.6, 0.5, 0.7), (0.4, 0.3, 0.5))
    assert intervals_overlap(shown_options(touching))


def test_less_harm_to_others_speaks_for_an_option(evaluation: DilemmaEvaluation) -> None:
    first, second = evaluation.options
    harmless = replace(first, variables={**first.variables, Variable.EXTERNAL_COST: 0.0})
    harmful = replace(second, variables={**second.variables, Variable.EXTERNAL_COST: 0.9})
    view = tradeoff_view(replace(evaluation, options=(harmless, harmful)), "en")
    cases = {case.name: case for case in view.cases}
    assert any("Less harm falls on others: 0.00 against 0.90" in claim for claim in cases[first.name].speaks_for)
    assert any("More harm falls on others" in claim for claim in cases[second.name].speaks_against)


def test_options_that_measure_the_same_have_nothing_said_for_or_against_them(evaluation: DilemmaEvaluation) -> None:
    twin = replace(evaluation.options[0], name=evaluation.options[1].name)
    view = tradeoff_view(replace(evaluation, options=(evaluation.options[0], twin)), "en")
    assert view.sentence == "On what is measured, the options hardly differ."
    assert all(not case.speaks_for and not case.speaks_against for case in view.cases)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_trade_off_names_no_winner(evaluation: DilemmaEvaluation, language: UiLanguage) -> None:
    view = tradeoff_view(evaluation, language)
    spoken = " ".join([view.sentence, view.uncertainty, view.source])
    assert not any(word in spoken.lower() for word in ("right", "wrong", "should", "best", "옳", "그르", "해야"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_scores_share_one_axis_from_zero_to_one(evaluation: DilemmaEvaluation, language: UiLanguage) -> None:
    for figure in charts(evaluation, language)[:3]:
        assert tuple(figure.layout.xaxis.range) == (-0.02, 1.02)
        assert tuple(figure.layout.xaxis.tickvals) == (0, 0.25, 0.5, 0.75, 1)


def test_the_title_of_the_views_says_the_finding(evaluation: DilemmaEvaluation) -> None:
    first, second = evaluation.options
    low, high = dict.fromkeys(View, 0.2), dict.fromkeys(View, 0.8)
    same = replace(evaluation, options=(replace(first, views=high), replace(second, views=low)))
    leader = next(option.letter for option in shown_options(same) if option.name == first.name)
    assert scores_view(same, "en").text.title == f"{leader} scores higher in every view"
    mixed = {**high, View.PESSIMISTIC: 0.1}
    differs = replace(evaluation, options=(replace(first, views=mixed), replace(second, views=low)))
    assert scores_view(differs, "en").text.title.startswith("It depends on the view")


def test_figures_and_tables_hold_the_numbers_of_the_evaluation(evaluation: DilemmaEvaluation) -> None:
    options = shown_options(evaluation)
    scores = scores_view(evaluation, "en")
    assert [row[1] for row in scores.table.rows] == [option.evaluation.ethical_score for option in options]
    assert scores_summary(evaluation, "en").rows[0][0] == "A"
    assert len(variables_view(evaluation, "en").table.rows) == len(Variable) * len(options)
    layers = layers_view(options[0], "en")
    assert len(layers.bars) == len(Layer)
    assert layers.base + sum(bar.change for bar in layers.bars) == pytest.approx(layers.final)
    regret = regret_view(options[0], "en")
    assert len(regret.values) == len(RegretType)
    assert all(len(line) == len(View) for line in regret.values)


def test_the_alternative_text_holds_the_values(evaluation: DilemmaEvaluation) -> None:
    alt = scores_view(evaluation, "en").text.alt
    for option in shown_options(evaluation):
        for view in View:
            assert numbers.score(option.evaluation.views[view]) in alt


def test_small_tables_cover_parties_theories_and_reasons(evaluation: DilemmaEvaluation) -> None:
    assert {row[0] for row in parties_table(evaluation, "ko").rows} == {p.name for p in ward_dilemma().parties}
    assert [row[1] for row in lenses_table(evaluation, "en").rows] == ["50%", "30%", "20%"]
    assert len(reasons_table(evaluation, "en").rows) == 2 * 4


def test_a_theory_without_evidence_says_so(evaluation: DilemmaEvaluation) -> None:
    silent = fake_model(()).evaluate_ethics(ward_dilemma(), language="en")
    cells = [cell for row in lenses_table(silent, "en").rows for cell in row]
    assert "no evidence" in cells


def test_trust_names_what_was_refused_and_marks_the_parts() -> None:
    silent = fake_model(()).evaluate_ethics(ward_dilemma(), language="en")
    view = trust_view(silent.confidence, silent.refused, "en")
    assert "Korean emotion categories (KOTE)" in view.refused
    assert {part.mark for part in view.parts} <= {"✓", "~", "✗"}


def test_default_and_own_weights_are_told_apart(evaluation: DilemmaEvaluation) -> None:
    assert "default" in weights_sentence(evaluation.view_weights, "en")
    own = dict(zip(View, (0.0, 1.0, 0.0), strict=True))
    assert "you set" in weights_sentence(own, "en")
    assert "기본값" in credences_sentence(evaluation.credences, "ko")


def all_texts(figure: go.Figure) -> list[str]:
    """Return every string of a figure's JSON."""

    def walk(value: Any) -> list[str]:
        if isinstance(value, dict):
            return [text for item in value.values() for text in walk(item)]
        if isinstance(value, list):
            return [text for item in value for text in walk(item)]
        return [value] if isinstance(value, str) else []

    return walk(json.loads(figure.to_json()))


def test_what_a_person_typed_stays_text_in_every_figure() -> None:
    evaluation = fake_model().evaluate_ethics(hostile_dilemma(), language="en")
    texts = [text for figure in charts(evaluation, "en") for text in all_texts(figure)]
    assert any("&lt;script&gt;" in text for text in texts)
    assert not any("<script" in text or "<b>b" in text or "<a" in text for text in texts)


def test_literal_text_has_no_markup_left() -> None:
    assert literal("<b>&amp;</b>") == "&lt;b&gt;&amp;amp;&lt;/b&gt;"
    assert "<" not in literal(HOSTILE)


def test_meaning_keeps_its_colour_in_light_and_dark() -> None:
    assert palette("light").lowers == palette("dark").lowers
    assert palette("light").paper != palette("dark").paper
