"""The score of an option as a target: the pipeline's own number, with a slope in what the model says."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest

from redheart_core.errors import ExplanationError, InputError
from redheart_core.explain.attribution.attribute import attribute
from redheart_core.explain.attribution.contrast import CONTRAST_METHODS, Part, contrast_options
from redheart_core.explain.attribution.request import AttributionRequest
from redheart_core.explain.attribution.result import OptionCase, Unit
from redheart_core.explain.attribution.trust.contrast import contrast_sides, judge_contrast
from redheart_core.explain.attribution.trust.verdict import Verdict
from redheart_core.inference.engine import RedHeart, load_model
from redheart_core.inference.leased import LeasedReader
from redheart_core.runtime.precision import Precision
from redheart_core.text.tokenizer import Source
from redheart_core.vocabulary.bentham import View
from redheart_core.vocabulary.dilemma import Dilemma, Option, Party

SITUATION = "The doctor has one bed left and two patients, a child and an old man."
OPTIONS = ("Give the bed to the child.", "Send both away and lie to their families.")
PARTIES = (Party(name="the child", vulnerability=0.8), Party(name="patients", count=2))
WEIGHTS = (0.5, 0.25, 0.25)
TEXT = Source.TEXT


@pytest.fixture(scope="module")
def model() -> RedHeart:
    return load_model("compact", precision=Precision.FP32)


def _asked(option: str, case: OptionCase | None = None) -> AttributionRequest:
    return AttributionRequest(text=option, context=SITUATION, target="option/score", options={"steps": 4}, case=case)


def _reader(model: RedHeart) -> LeasedReader:
    return cast(LeasedReader, model.reader)


@pytest.mark.parametrize(
    "case", [OptionCase(), OptionCase(parties=PARTIES), OptionCase(parties=PARTIES, view_weights=WEIGHTS)]
)
def test_the_target_is_the_score_of_the_evaluation(model: RedHeart, case: OptionCase) -> None:
    question = Dilemma(situation=SITUATION, options=tuple(Option(name=o) for o in OPTIONS), parties=case.parties)
    evaluation = model.evaluate_ethics(question, view_weights=dict(zip(View, case.view_weights, strict=True)))
    for option in evaluation.options:
        found = attribute(_asked(option.name, case), _reader(model))
        assert found.target_value == pytest.approx(option.integrated, abs=1e-6)
        assert found.key.unit is Unit.OUTPUT


def test_scores_of_words_sum_to_the_score_minus_the_baselines(model: RedHeart) -> None:
    found = attribute(replace(_asked(OPTIONS[1]), options={"steps": 64}), _reader(model))
    assert abs(found.difference) > 0.01
    assert found.total == pytest.approx(found.difference, rel=0.03)


def test_what_makes_no_sense_is_refused(model: RedHeart) -> None:
    with pytest.raises(ExplanationError, match="Give the situation as context"):
        attribute(replace(_asked(OPTIONS[0]), context=""), _reader(model))
    with pytest.raises(ExplanationError, match=r"option/score cannot be counted in logit\. Possible: output\."):
        attribute(replace(_asked(OPTIONS[0]), unit=Unit.LOGIT), _reader(model))
    with pytest.raises(ExplanationError, match="play no part in emotion/joy"):
        attribute(replace(_asked(OPTIONS[0], OptionCase()), target="emotion/joy"), _reader(model))
    with pytest.raises(InputError, match="view weights"):
        attribute(_asked(OPTIONS[0], OptionCase(view_weights=(1.0, 1.0, 1.0))), _reader(model))


def test_an_option_that_speaks_of_self_harm_has_no_score_to_explain(model: RedHeart) -> None:
    with pytest.raises(ExplanationError, match="self-harm"):
        attribute(_asked("Kill myself tonight."), _reader(model))


def test_the_difference_of_two_options_is_shared_among_the_words_of_both(model: RedHeart) -> None:
    asked = replace(_asked(OPTIONS[0]), options={"steps": 64})
    found = contrast_options(asked, OPTIONS[1], _reader(model))
    assert found.target_value == pytest.approx(found.first.target_value - found.second.target_value)
    assert sum(one.score for one in found.words) + found.rest == pytest.approx(found.total, abs=1e-9)
    assert found.total == pytest.approx(found.target_value - found.baseline_value, abs=0.02)
    second = [one for one in found.words if one.part is Part.SECOND]
    assert [one.word.text for one in second][:3] == ["Send", "both", "away"]
    own = [score for word, score in zip(found.second.words, found.second.scores, strict=True) if word.source is TEXT]
    assert [one.score for one in second] == [-score for score in own]
    assert set(found.to_dict()) >= {"situation", "first_option", "second_option", "first", "second", "sum"}


def test_an_option_against_itself_makes_no_difference(model: RedHeart) -> None:
    found = contrast_options(_asked(OPTIONS[0]), OPTIONS[0], _reader(model))
    assert found.target_value == found.total == 0.0
    assert {one.score for one in found.words if one.part is Part.SITUATION} == {0.0}


def test_only_scores_that_sum_are_subtracted(model: RedHeart) -> None:
    with pytest.raises(ExplanationError, match=r"The scores of saliency do not sum.*Use integrated_gradients"):
        contrast_options(replace(_asked(OPTIONS[0]), method="saliency"), OPTIONS[1], _reader(model))
    with pytest.raises(ExplanationError, match="Two options are compared by option/score, not emotion/joy"):
        contrast_options(replace(_asked(OPTIONS[0]), target="emotion/joy"), OPTIONS[1], _reader(model))


def test_deep_lift_has_no_rule_for_how_a_score_is_calculated(model: RedHeart) -> None:
    assert "deep_lift" not in CONTRAST_METHODS
    with pytest.raises(ExplanationError, match="no rule for differences"):
        attribute(replace(_asked(OPTIONS[0]), method="deep_lift", options={}), _reader(model))


def test_a_contrast_is_no_better_than_the_worst_of_its_sum_and_its_maps(model: RedHeart) -> None:
    found = contrast_options(_asked(OPTIONS[0]), OPTIONS[1], _reader(model))
    told: list[tuple[int, int]] = []
    trust = judge_contrast(found, _reader(model), report=lambda done, total: told.append((done, total)))
    (total,) = {total for _, total in told}
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert total / 2 < told[-1][0] <= total
    assert trust.sides == contrast_sides(found)
    off = replace(found, second=replace(found.second, rest=found.second.rest + 1.0))
    wrong = replace(trust, sides=contrast_sides(off))
    assert wrong.sum_check.verdict is wrong.verdict is Verdict.FAILED
    assert trust.verdict in {trust.sum_check.verdict, trust.first.verdict, trust.second.verdict}
