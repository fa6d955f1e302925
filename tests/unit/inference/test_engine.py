"""The two questions end to end, by the rules alone and with a neural part."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from redheart_core import Dilemma, InputError, Option, Party, RedHeart, load_model, verify_trace
from redheart_core.errors import CheckpointError
from redheart_core.inference.text_json import to_json
from redheart_core.vocabulary.bentham import Layer, Lens, RegretType, Variable, View
from redheart_core.vocabulary.emotions import EMOTIONS
from redheart_core.vocabulary.reading import READ_FAMILIES
from tests.checkpoints import make_tiny_checkpoint
from tests.dilemmas import preset_dilemmas

TROLLEY = Dilemma(
    situation="A runaway tram is going to kill five workers on the track.",
    options=(
        Option(name="Pull the switch, which saves the five and kills one person."),
        Option(name="Do nothing and let the five workers die."),
    ),
    parties=(Party(name="workers", count=5, vulnerability=0.6),),
)
KOREAN = Dilemma(
    situation="회사에서 상사의 비리를 알게 됐어요. 신고하면 불이익을 받을 수 있어요.",
    options=(Option(name="감사실에 사실대로 신고한다."), Option(name="모른 척하고 침묵한다.")),
)


@pytest.fixture(scope="module")
def rules() -> RedHeart:
    return load_model("rules")


@pytest.fixture(scope="module", params=["rules", "tiny", "compact"])
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> RedHeart:
    if request.param == "tiny":
        return load_model(make_tiny_checkpoint(tmp_path_factory.mktemp("checkpoint") / "tiny"))
    return load_model(request.param)


@pytest.mark.parametrize("text", ["오늘 정말 힘든 하루였어요...", "I am exhausted and sad, but not angry."])
def test_every_emotion_is_the_weighted_sum_of_its_parts(model: RedHeart, text: str) -> None:
    result = model.analyze(text)
    assert {emotion.name for emotion in result.emotions} == set(EMOTIONS)
    for emotion in result.emotions:
        if emotion.neural is None:
            expected = (0.3 * emotion.rule + 0.2 * emotion.cultural) / 0.5
        else:
            expected = 0.3 * emotion.rule + 0.5 * emotion.neural + 0.2 * emotion.cultural
        assert emotion.score == pytest.approx(expected, abs=1e-9)
    assert [e.score for e in result.emotions] == sorted((e.score for e in result.emotions), reverse=True)


@pytest.mark.parametrize("name", ["rules", "compact"])
def test_a_hard_day_reads_as_fatigue_and_sadness(name: str) -> None:
    result = load_model(name).analyze("오늘 정말 힘든 하루였어요...")
    assert {"fatigue", "sadness"} <= {emotion.name for emotion in result.emotions[:3]}
    assert result.recommendation.reason == "충분한 휴식이 필요해 보입니다"


def test_the_answer_to_a_dilemma_has_everything_the_contract_names(model: RedHeart) -> None:
    content = model.evaluate_ethics(TROLLEY).to_dict()
    assert {"recommendation", "confidence", "affected_parties", "long_term_impact", "calculation_trace"} <= set(content)
    assert {"option", "abstained", "reason"} <= set(content["recommendation"])
    for option in content["options"]:
        assert set(option["variables"]) == {v.value for v in Variable}
        assert set(option["layers"]) == {layer.value for layer in Layer}
        assert set(option["views"]) == {view.value for view in View}
        assert set(option["reasoning"]) == {lens.value for lens in Lens}
        assert {kind: set(by_view) for kind, by_view in option["regret"].items()} == {
            kind.value: {view.value for view in View} for kind in RegretType
        }
        low, high = option["interval"]
        assert 0.0 <= low <= option["ethical_score"] <= high <= 1.0
        expected = 0.2 * option["views"]["optimistic"] + 0.6 * option["views"]["realistic"]
        expected += 0.2 * option["views"]["pessimistic"]
        assert option["integrated"] == pytest.approx(expected, abs=1e-9)


def test_the_three_views_differ_on_every_preset(model: RedHeart) -> None:
    for identifier, dilemma in preset_dilemmas():
        for option in model.evaluate_ethics(dilemma).options:
            assert option.views[View.PESSIMISTIC] < option.views[View.REALISTIC] < option.views[View.OPTIMISTIC], (
                identifier
            )


def test_swapping_the_options_changes_nothing_but_their_order(model: RedHeart) -> None:
    swapped = Dilemma(situation=TROLLEY.situation, options=TROLLEY.options[::-1], parties=TROLLEY.parties)
    first, second = _without_order(model.evaluate_ethics(TROLLEY)), _without_order(model.evaluate_ethics(swapped))
    assert first == second


def _without_order(result: Any) -> dict[str, Any]:
    content: dict[str, Any] = result.to_dict()
    del content["calculation_trace"]
    content["options"] = {option["name"]: option for option in content["options"]}
    content["long_term_impact"] = {impact["option"]: impact for impact in content["long_term_impact"]}
    return content


def test_the_same_question_gives_the_same_bytes_in_eight_threads(model: RedHeart) -> None:
    expected = to_json(model.evaluate_ethics(KOREAN).to_dict())
    answers: list[str] = []

    def ask() -> None:
        answers.append(to_json(model.evaluate_ethics(KOREAN).to_dict()))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [expected] * 8


def test_an_answer_does_not_depend_on_what_was_asked_before(rules: RedHeart) -> None:
    fresh = to_json(rules.evaluate_ethics(KOREAN).to_dict())
    rules.evaluate_ethics(TROLLEY)
    rules.analyze("I am so happy!")
    assert to_json(rules.evaluate_ethics(KOREAN).to_dict()) == fresh


def test_the_language_of_the_sentences_changes_no_number(rules: RedHeart) -> None:
    korean, english = rules.evaluate_ethics(TROLLEY, language="ko"), rules.evaluate_ethics(TROLLEY, language="en")
    assert [o.ethical_score for o in korean.options] == [o.ethical_score for o in english.options]
    assert korean.options[0].lens_reasons != english.options[0].lens_reasons
    assert korean.trace.steps == english.trace.steps


def test_without_a_neural_part_its_share_is_absent_and_confidence_falls(rules: RedHeart) -> None:
    result = rules.analyze("I am exhausted and sad.")
    assert all(emotion.neural is None for emotion in result.emotions)
    assert set(result.refused) == {family.value for family in READ_FAMILIES}
    assert result.vad is None
    assert result.confidence.parts["completeness"] < 0.5
    assert rules.evaluate_ethics(TROLLEY).options[0].variable_parts[Variable.INTENSITY][1] is None


def test_adding_harm_to_an_option_never_raises_its_rule_score(rules: RedHeart) -> None:
    def score(option: str) -> float:
        dilemma = Dilemma(
            situation=TROLLEY.situation, options=(Option(name=option), Option(name="Wait for the engineer."))
        )
        return rules.evaluate_ethics(dilemma).options[0].ethical_score

    plain = score("Pull the switch.")
    assert score("Pull the switch, which injures a passer-by.") < plain
    assert score("Pull the switch, which kills a passer-by and injures a child.") < plain


@pytest.mark.parametrize(
    ("text", "language"),
    [("요즘 너무 힘들어서 죽고 싶다는 생각을 해요.", "ko"), ("I want to kill myself.", "en")],
)
def test_self_harm_gets_a_help_notice_and_no_ranking(model: RedHeart, text: str, language: str) -> None:
    passage = model.analyze(text)
    assert passage.help_notice
    assert passage.recommendation.code == "self_harm"
    assert passage.recommendation.abstained
    dilemma = Dilemma(situation=text, options=KOREAN.options if language == "ko" else TROLLEY.options)
    result = model.evaluate_ethics(dilemma)
    assert result.help_notice
    assert result.options == result.affected_parties == result.counterfactuals == ()
    assert result.recommendation.option is None
    assert not any("score" in step.id or step.id == "verdict" for step in result.trace.steps)
    assert verify_trace(result.to_dict(), model).valid


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        (" \n\t ", "empty"),
        ("가" * 20_001, "too_long"),
        ("슬퍼요\x07", "control_characters"),
        ("😀😀😀", "no_words"),
        ("Je suis très triste aujourd'hui parce que mon ami est parti.", "unsupported_language"),
        ("今日はとても悲しいです。", "unsupported_language"),
    ],
)
def test_unusable_passages_are_refused_in_both_languages(rules: RedHeart, text: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        rules.analyze(text)
    assert caught.value.code == code
    assert caught.value.message("ko") != caught.value.message("en")


def test_direction_marks_are_dropped_before_reading(rules: RedHeart) -> None:
    assert rules.analyze("I am \u202esad\u202c.").text == "I am sad."


def test_markup_is_read_as_text(rules: RedHeart) -> None:
    text = "<script>alert(1)</script> I am **sad** :red[and] $x^2$ tired."
    assert rules.analyze(text).text == text


def test_unknown_profiles_and_impossible_shares_are_refused(rules: RedHeart) -> None:
    with pytest.raises(InputError, match="no cultural profile"):
        rules.analyze("I am sad.", profile="martian")
    shares = {Lens.UTILITARIAN: 0.5, Lens.DEONTOLOGICAL: 0.5, Lens.VIRTUE_ETHICS: 0.5}
    with pytest.raises(InputError, match="together they must make 1"):
        rules.evaluate_ethics(TROLLEY, credences=shares)
    shares = {Lens.UTILITARIAN: 0.0, Lens.DEONTOLOGICAL: 0.5, Lens.VIRTUE_ETHICS: 0.5}
    with pytest.raises(InputError, match="utilitarian credence is 0"):
        rules.evaluate_ethics(TROLLEY, credences=shares)


def test_a_missing_checkpoint_is_named_with_its_remedy(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="there is no such checkpoint folder"):
        load_model(tmp_path / "nowhere")
    with pytest.raises(CheckpointError, match="No trained weights are shipped for the preset 'tiny'"):
        load_model("tiny")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=200), st.text(max_size=60), st.text(max_size=60))
def test_any_text_is_either_answered_or_refused_with_a_message(
    rules: RedHeart, situation: str, first: str, second: str
) -> None:
    try:
        dilemma = Dilemma(situation=situation, options=(Option(name=first), Option(name=second)))
        content = rules.evaluate_ethics(dilemma).to_dict()
    except InputError as problem:
        content = {"ko": problem.message("ko"), "en": problem.message("en")}
    assert all(to_json(content)), content
    assert content.get("options") is not None or (content["ko"] and content["en"])
