"""One report of all checks: a right map passes, a broken one never does."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
import torch

from redheart_core.errors import ExplanationError
from redheart_core.explain.attribution.function import Explained
from redheart_core.explain.attribution.methods.method import Cancelled, Report, unreported
from redheart_core.explain.attribution.trust.assess import assess
from redheart_core.explain.attribution.trust.plan import (
    ON_REQUEST,
    TrustSettings,
    planned_checks,
    planned_evaluations,
)
from redheart_core.explain.attribution.trust.questions import Progress
from redheart_core.explain.attribution.trust.report import TrustReport
from redheart_core.explain.attribution.trust.subject import Subject
from redheart_core.explain.attribution.trust.verdict import CheckName, Reason, Verdict
from tests.checkpoints import random_tiny_model
from tests.toy_explained import ToyExplained, linear_answer, toy_explained

NUM_WORDS = 10
Scores = tuple[float, ...]


def _right(explained: Explained, report: Report) -> Scores:
    """Return the token and the n-gram of each word."""
    assert isinstance(explained, ToyExplained)
    tokens_T, ngrams_N = linear_answer(explained)
    report(1, 1)
    return tuple((tokens_T[1:-1] + ngrams_N).tolist())


def _subject(num_words: int = NUM_WORDS, seed: int = 2) -> Subject:
    explained = replace(toy_explained(num_words=num_words, seed=seed), model=random_tiny_model())
    explained.passage.ngrams_N[-1] = 0  # it lies in two words; without it each word stands for itself
    return Subject(
        method="right",
        baseline="drawn",
        explained=(explained,),
        scores=_right(explained, unreported),
        rest=0.0,
        is_additive=True,
        run=_right,
        run_cost=1,
    )


def _broken(break_scores: Callable[[Scores], Sequence[float]], *, is_additive: bool = True) -> TrustReport:
    subject = _subject()
    return assess(replace(subject, scores=tuple(break_scores(subject.scores)), is_additive=is_additive))


def test_a_right_map_passes_every_check_that_always_runs() -> None:
    report = assess(_subject())
    assert report.verdict is Verdict.GOOD
    quick = [check for check in report.checks if check.reason is not Reason.NOT_ASKED]
    assert {check.verdict for check in quick} == {Verdict.GOOD}
    assert report.check(CheckName.COMPLETENESS).value == pytest.approx(0, abs=1e-6)
    assert report.check(CheckName.LEAVE_ONE_OUT).value == pytest.approx(1)
    assert [check.name for check in report.checks] == list(CheckName)


def _rotated(scores: Scores) -> Scores:
    return (*scores[3:], *scores[:3])


@pytest.mark.parametrize("is_additive", [True, False])
@pytest.mark.parametrize(
    "break_scores",
    [_rotated, lambda scores: [-score for score in scores]],
    ids=["dealt to other words", "signs turned"],
)
def test_a_map_of_the_wrong_words_or_sides_fails(
    break_scores: Callable[[Scores], Sequence[float]], is_additive: bool
) -> None:
    report = _broken(break_scores, is_additive=is_additive)
    assert report.verdict is Verdict.FAILED
    assert report.check(CheckName.COMPREHENSIVENESS).verdict is Verdict.FAILED


def test_a_map_of_twice_the_size_fails_where_a_sum_was_promised() -> None:
    def doubled(scores: Scores) -> Scores:
        return tuple(2 * score for score in scores)

    assert _broken(doubled).verdict is Verdict.FAILED
    assert _broken(doubled).check(CheckName.COMPLETENESS).value == pytest.approx(1)
    assert _broken(doubled, is_additive=False).verdict is Verdict.GOOD


@pytest.mark.parametrize("is_additive", [True, False])
def test_a_constant_map_is_no_pass_even_where_it_adds_up(is_additive: bool) -> None:
    report = _broken(lambda scores: [math.fsum(scores) / len(scores)] * len(scores), is_additive=is_additive)
    assert report.verdict is Verdict.FAILED
    assert report.check(CheckName.COMPREHENSIVENESS).reason is Reason.CONSTANT_SCORES


def test_a_map_with_a_hole_fails() -> None:
    report = _broken(lambda scores: [math.nan, *scores[1:]])
    assert report.verdict is Verdict.FAILED
    assert report.check(CheckName.LEAVE_ONE_OUT).reason is Reason.NOT_FINITE


@pytest.mark.parametrize("is_additive", [True, False])
def test_shuffled_maps_fail_but_for_the_luck_that_is_stated(is_additive: bool) -> None:
    subject = replace(_subject(), is_additive=is_additive)
    verdicts = []
    for seed in range(20):
        order = torch.randperm(NUM_WORDS, generator=torch.Generator().manual_seed(seed)).tolist()
        verdicts.append(assess(replace(subject, scores=tuple(subject.scores[word] for word in order))).verdict)
    assert Verdict.GOOD not in verdicts
    assert verdicts.count(Verdict.FAILED) >= 16


def test_one_word_is_judged_by_its_sum_alone() -> None:
    report = assess(_subject(num_words=1))
    assert report.check(CheckName.COMPREHENSIVENESS).reason is Reason.TOO_FEW_WORDS
    assert report.curve == ()
    assert report.verdict is Verdict.GOOD
    assert assess(replace(_subject(num_words=1), is_additive=False)).verdict is Verdict.NOT_APPLICABLE


def test_the_curve_of_a_right_map_is_steeper_than_those_of_random_ones() -> None:
    report = assess(_subject())
    assert [point.num_words for point in report.curve] == [1, 3, 5, 7, 9]
    for point in report.curve:
        assert point.without <= point.without_low < point.without_high
        assert point.only >= point.only_high > point.only_low


def test_progress_rises_to_the_planned_total_and_can_stop_it() -> None:
    subject, asked = _subject(), frozenset(ON_REQUEST)
    seen: list[tuple[int, int]] = []
    scalars = {"other": subject.explained[0].scalar}
    report = assess(subject, asked=asked, other_targets=scalars, report=lambda done, total: seen.append((done, total)))
    planned = planned_evaluations(subject, TrustSettings(), asked)
    assert {total for _, total in seen} == {planned}
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert report.num_evaluations <= planned
    assert seen[-1][0] <= planned

    def stop(done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        assess(subject, report=stop)


def test_the_plan_names_every_check_and_its_cost_before_it_runs() -> None:
    plan = {planned.name: planned for planned in planned_checks(_subject(), TrustSettings())}
    assert list(plan) == list(CheckName)
    assert {name for name, planned in plan.items() if not planned.is_quick} == set(ON_REQUEST)
    assert plan[CheckName.LEAVE_ONE_OUT].num_evaluations == NUM_WORDS
    assert plan[CheckName.MAX_SENSITIVITY].num_evaluations == 8
    assert plan[CheckName.RANDOMISATION].num_evaluations == 5 + 2


def test_a_method_that_ignores_model_and_target_fails_on_request() -> None:
    subject = _subject()
    report = assess(subject, asked=frozenset(ON_REQUEST), other_targets={"other": subject.explained[0].scalar})
    assert report.check(CheckName.RANDOMISATION).verdict is Verdict.FAILED
    assert report.check(CheckName.RANDOM_TARGET).verdict is Verdict.FAILED
    assert report.check(CheckName.MAX_SENSITIVITY).verdict is Verdict.GOOD
    assert report.verdict is Verdict.FAILED
    assert [step.tau for step in report.cascade] == [1] * 5


def test_several_baselines_are_one_mean_function() -> None:
    first, second = _subject(), _subject()
    far = replace(second.explained[0].baseline, vectors_TD=3 * second.explained[0].baseline.vectors_TD)
    far.vectors_TD[[0, -1]] = second.explained[0].passage.vectors_TD[[0, -1]]
    both = (first.explained[0], replace(second.explained[0], baseline=far))
    subject = replace(first, explained=both)
    scores = subject.repeat(lambda explained: explained, Progress(unreported, 2))
    report = assess(replace(subject, scores=tuple(scores.tolist())))
    assert report.check(CheckName.COMPLETENESS).value == pytest.approx(0, abs=1e-6)
    assert report.baseline_value == pytest.approx(sum(each.baseline_value for each in both) / 2)
    assert report.verdict is Verdict.GOOD


def test_other_maps_are_compared_under_their_names() -> None:
    subject = _subject()
    other = {"other": [-score for score in subject.scores]}
    report = assess(subject, method_maps=other, baseline_maps=other)
    assert [(pair.first, pair.second, pair.tau) for pair in report.agreements] == [("right", "other", -1)]
    assert report.baseline_strip is not None
    assert report.baseline_strip.reference == "drawn"
    assert report.verdict is Verdict.DOUBTFUL


def test_a_report_is_json() -> None:
    values = json.loads(json.dumps(assess(_subject()).to_dict(), allow_nan=False))
    assert values["verdict"] == "good"
    assert [check["name"] for check in values["checks"]] == [name.value for name in CheckName]
    assert values["checks"][1]["limits"]["quantity"] == "share_of_random"


def test_wrong_requests_are_refused() -> None:
    with pytest.raises(ExplanationError, match="completeness always runs"):
        assess(_subject(), asked={CheckName.COMPLETENESS})
    with pytest.raises(ExplanationError, match="needs at least one other output"):
        assess(_subject(), asked={CheckName.RANDOM_TARGET})
    with pytest.raises(ExplanationError, match="at least 40 random maps"):
        TrustSettings(num_maps=20)
    with pytest.raises(ExplanationError, match="must be positive"):
        TrustSettings(num_models=0)
