"""An attribution in words, bars and heat tables."""

import math
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redheart_core.explain.attribution.baselines import BASELINES
from redheart_core.explain.attribution.methods import METHODS
from redheart_core.explain.attribution.methods.method import Method
from redheart_core.explain.attribution.methods.options import option_specs
from redheart_core.measurements import Measurement
from redheart_core.vocabulary.reading import OUTPUTS, Family
from tests.attributions import hand_made, turned
from tests.fakes import HOSTILE
from workbench.charts.theme import DARK, LIGHT
from workbench.charts.top_words import top_words_chart
from workbench.charts.top_words_svg import top_words_svg
from workbench.charts.word_heat import word_heat_chart
from workbench.copy import LANGUAGES, UiLanguage, catalogue
from workbench.views import numbers
from workbench.views.attribution_lead import attribution_lead
from workbench.views.labels import family_name
from workbench.views.method_names import baseline_name, method_gloss, method_name
from workbench.views.targets import choice_label, contrast_name, label_source, output_name, surd_error
from workbench.views.top_words import ngram_share, top_words_view, word_labels, words_table
from workbench.views.word_heat import layers_heat, methods_heat


def test_the_sentence_names_what_raised_and_what_lowered_with_scores() -> None:
    lead = attribution_lead(hand_made("so very alone fine", [0.0, 0.2, 1.25, -0.5]), "sadness", "en")
    assert lead.sentence == (
        "What raised “sadness” most: “alone” (+1.2) and “very” (+0.20). What lowered it most: “fine” (−0.50)."
    )


def test_the_sentence_says_so_when_nothing_moved() -> None:
    lead = attribution_lead(hand_made("a b", [0.0, 0.0], rest=0.0), "sadness", "en")
    assert "No word raised" in lead.sentence
    assert "No word lowered" in lead.sentence
    assert lead.ngrams == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sentence_names_baseline_method_and_unit(language: UiLanguage) -> None:
    how = attribution_lead(hand_made(), "x", language).how
    assert baseline_name("pad", language) in how
    assert method_name("integrated_gradients", language) in how


def test_a_method_that_promises_no_sum_is_not_said_to_share_the_difference() -> None:
    lead = attribution_lead(hand_made(is_additive=False, method="saliency"), "x", "en")
    assert "do not add up" in lead.how


def test_the_bars_are_the_strongest_words_and_add_up_with_the_others() -> None:
    attribution = hand_made()
    view = top_words_view(attribution, "sadness", "en", shown=4)
    assert [bar.label for bar in view.bars[:4]] == ["My", "friend", "smiled", ","]
    assert math.isclose(sum(bar.score for bar in view.bars), attribution.total)


def test_words_that_occur_twice_are_counted() -> None:
    assert word_labels(hand_made("no no yes", [1.0, 1.0, 1.0])) == ("no (1)", "no (2)", "yes")


def test_half_of_every_word_comes_through_ngrams() -> None:
    assert ngram_share(hand_made()) == pytest.approx(0.5)
    assert ngram_share(hand_made("a", [0.0])) is None


def test_the_table_has_every_word_at_full_precision_and_what_belongs_to_none() -> None:
    table = words_table(hand_made("a b", [1 / 3, -1.0]), "en")
    assert [row[3] for row in table.rows] == [1 / 3, -1.0, 0.05]


def test_the_chart_draws_raising_words_to_the_right_and_lowering_ones_to_the_left() -> None:
    for colours in (LIGHT, DARK):
        chart = top_words_chart(top_words_view(hand_made("up down", [1.0, -2.0]), "x", "ko"), colours)
        assert list(chart.data[0].x)[:2] == [-2.0, 1.0]
        assert list(chart.data[0].marker.color)[:2] == [colours.lowers, colours.raises]
        assert chart.layout.xaxis.range[0] < -2.0
        assert chart.layout.xaxis.range[1] > 1.0


def test_a_chart_of_hostile_words_holds_no_tag() -> None:
    chart = top_words_chart(top_words_view(hand_made(HOSTILE), HOSTILE, "en"), LIGHT)
    assert "<b>" not in "".join(chart.layout.yaxis.ticktext)


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=30), st.text(max_size=20))
def test_the_drawing_for_papers_is_well_formed_whatever_the_words(text: str, target: str) -> None:
    attribution = hand_made(f"word {text}".replace("\x00", ""))
    target = "".join(c for c in target if c.isprintable())
    root = ET.fromstring(top_words_svg(top_words_view(attribution, target, "en"), "footer & more"))
    assert root.tag.endswith("svg")
    assert not [e for e in root.iter() if e.tag.split("}")[-1] in {"script", "image", "foreignObject", "a"}]


def test_methods_beside_each_other_count_who_agrees_on_the_first_word() -> None:
    first = hand_made("up down", [2.0, -1.0])
    view = methods_heat([first, turned(first, "occlusion")], "x", "en")
    assert view.text.title == "2 of 2 methods put “up” first"
    assert view.shades == ((1.0, -1.0), (-0.5, 0.5))
    assert view.table.rows == (("up", 2.0, -2.0), ("down", -1.0, 1.0))
    chart = word_heat_chart(view, LIGHT)
    assert (chart.data[0].zmin, chart.data[0].zmax) == (-1.0, 1.0)


def test_layers_are_columns_in_order() -> None:
    view = layers_heat(hand_made("up down", [2.0, -1.0]), ["1", "2"], [[0.0, 0.0], [1.0, -4.0]], "x", "ko")
    assert view.column_labels == ("1", "2")
    assert view.shades == ((0.0, 0.25), (0.0, -1.0))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("family", list(Family))
def test_every_declared_output_has_a_name_a_family_and_a_source(family: Family, language: UiLanguage) -> None:
    first = "emotion" if family is Family.GOEMOTIONS else family.value
    for name in OUTPUTS[family]:
        target = f"{first}/{name}"
        assert output_name(target, language) not in {"", target}
        assert choice_label(target, language).endswith(family_name(family.value, language))
        assert len(label_source(target, language)) > 20


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("beats", [True, False])
def test_the_error_of_the_surd_estimate_is_told_with_what_it_must_beat(language: UiLanguage, beats: bool) -> None:
    row = {
        "output": "all four",
        "root_mean_square": 0.1,
        "constant": 0.12,
        "standard_error": 0.07,
        "beats_constant": beats,
    }
    found = Measurement(command="c", machine="m", date="2026-11-25", torch="2", rows=(row,), facts={"num_held_out": 61})
    told = surd_error(found, language)
    assert all(number in told for number in ("61", "0.100", "0.120"))
    assert ("0.070" in told) is beats
    assert surd_error(None, language) == ""
    assert "estimate" in choice_label("surd/leak", "en")
    assert "추정" in choice_label("surd/leak", "ko")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("method", METHODS.values(), ids=lambda method: method.name)
def test_every_method_and_each_of_its_options_has_words(method: Method, language: UiLanguage) -> None:
    assert f"attribution.method.{method.name}" in catalogue()
    assert method_gloss(method.name, language)
    for spec in option_specs(method):
        assert f"attribution.option.{spec.name}" in catalogue()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_baseline_has_a_name_and_a_text_of_ones_own_is_not_repeated(language: UiLanguage) -> None:
    assert all(baseline_name(name, language) != name for name in BASELINES)
    assert baseline_name("text:<b>secret</b>", language) == baseline_name("text", language)


def test_a_contrast_names_both_sides() -> None:
    assert contrast_name("emotion/joy", "emotion/sadness", "en") == "joy rather than sadness"
    assert contrast_name("emotion/joy", None, "en") == "joy"
    assert output_name("nothing/at all", "en") == "nothing/at all"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (1.25, "+1.2"),
        (-0.00312, "−0.0031"),
        (1234.0, "+1,234"),
        (1e-9, "0"),
        (-12.6, "−13"),
        (9.99, "+10.0"),
    ],
)
def test_numbers_of_any_size_keep_two_digits(value: float, text: str) -> None:
    assert numbers.signed_short(value) == text
