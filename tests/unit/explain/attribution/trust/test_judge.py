"""From a real attribution to its report."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from redheart_core.errors import ExplanationError
from redheart_core.explain.attribution.attribute import attribute
from redheart_core.explain.attribution.methods import METHODS
from redheart_core.explain.attribution.request import AttributionRequest
from redheart_core.explain.attribution.result import Attribution
from redheart_core.explain.attribution.trust.judge import judge, plan
from redheart_core.explain.attribution.trust.plan import ON_REQUEST, TrustSettings
from redheart_core.explain.attribution.trust.verdict import CheckName, Reason, Verdict
from redheart_core.inference.engine import load_model
from redheart_core.inference.leased import LeasedReader
from redheart_core.model.reader import load_model_reader
from redheart_core.runtime.precision import Precision
from tests.checkpoints import make_tiny_checkpoint

REQUEST = AttributionRequest(text="I lied to my friend and felt guilty.", target="emotion/remorse")
FEW = TrustSettings(num_targets=2, num_models=1, num_perturbations=2)


@pytest.fixture(scope="module")
def compact() -> LeasedReader:
    reader = load_model("compact", precision=Precision.FP32).reader
    assert isinstance(reader, LeasedReader)
    return reader


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> LeasedReader:
    folder: Path = tmp_path_factory.mktemp("tiny")
    return LeasedReader(load_model_reader(make_tiny_checkpoint(folder)))


@pytest.fixture(scope="module")
def attribution(compact: LeasedReader) -> Attribution:
    return attribute(REQUEST, compact)


def test_a_real_map_does_not_fail_and_its_shuffle_does(compact: LeasedReader, attribution: Attribution) -> None:
    report = judge(attribution, compact)
    assert report.verdict is not Verdict.FAILED
    assert report.target_value == pytest.approx(attribution.target_value, abs=1e-5)
    assert report.check(CheckName.COMPREHENSIVENESS).verdict is Verdict.GOOD
    turned = replace(attribution, scores=tuple(reversed(attribution.scores)))
    assert judge(turned, compact).verdict is Verdict.FAILED


def test_every_check_runs_on_request_and_leaves_the_network_as_it_was(tiny: LeasedReader) -> None:
    model = tiny.checkpoint.model
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    made = attribute(replace(REQUEST, target="emotion/sadness", options={"steps": 4}), tiny)
    report = judge(made, tiny, asked=frozenset(ON_REQUEST), settings=FEW)
    assert all(report.check(name).value is not None for name in ON_REQUEST)
    assert report.cascade[-1].shuffled[-1] == "backbone"
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())
    assert all(parameter.grad is None for parameter in model.parameters())
    assert not any(module._forward_hooks or module._backward_hooks for module in model.modules())


def test_the_same_attribution_is_judged_alike(tiny: LeasedReader) -> None:
    made = attribute(replace(REQUEST, target="emotion/sadness", options={"steps": 4}), tiny)
    asked = {CheckName.RANDOMISATION, CheckName.MAX_SENSITIVITY}
    few = replace(FEW, num_perturbations=1)
    one, two = (judge(made, tiny, asked=asked, settings=few) for _ in range(2))
    assert one == two


def test_other_methods_and_baselines_are_compared(tiny: LeasedReader) -> None:
    request = replace(REQUEST, target="emotion/sadness", options={"steps": 4})
    made = attribute(request, tiny)
    methods = [made, attribute(replace(request, method="input_x_gradient", options={}), tiny)]
    baselines = [attribute(replace(request, baseline=name), tiny) for name in ("mask", "zero")]
    report = judge(made, tiny, by_method=methods, by_baseline=baselines)
    assert [(pair.first, pair.second) for pair in report.agreements] == [("integrated_gradients", "input_x_gradient")]
    assert report.baseline_strip is not None
    assert [row.baseline for row in report.baseline_strip.rows] == ["mask", "zero"]


def test_the_score_of_an_option_is_judged_on_the_scale_of_scores(tiny: LeasedReader) -> None:
    request = AttributionRequest(
        text="Tell the manager the truth.",
        context="Stay silent and keep the job?",
        target="option/score",
        options={"steps": 16},
    )
    made = attribute(request, tiny)
    report = judge(made, tiny, asked={CheckName.RANDOM_TARGET}, settings=FEW)
    assert report.target_value == pytest.approx(made.target_value, abs=1e-6)
    assert report.check(CheckName.COMPREHENSIVENESS).value is not None
    assert report.check(CheckName.RANDOM_TARGET).value is not None


@pytest.mark.parametrize("method", METHODS)
def test_every_method_is_judged(tiny: LeasedReader, method: str) -> None:
    made = attribute(AttributionRequest(text=REQUEST.text, target="emotion/sadness", method=method), tiny)
    report = judge(made, tiny)
    essential = [check for check in report.checks if check.is_essential and check.reason is not Reason.NOT_ASKED]
    assert all(check.value is not None for check in essential if check.name is not CheckName.COMPLETENESS)
    assert (report.check(CheckName.COMPLETENESS).reason is Reason.NOT_ADDITIVE) == (not METHODS[method].is_additive)
    assert report.num_evaluations <= sum(each.num_evaluations for each in plan(made, tiny) if each.is_quick)


def test_the_cost_is_known_before(tiny: LeasedReader) -> None:
    made = attribute(replace(REQUEST, target="emotion/sadness", options={"steps": 4}), tiny)
    costs = {planned.name: planned.num_evaluations for planned in plan(made, tiny, FEW)}
    assert costs[CheckName.RANDOM_TARGET] == 2 * 4
    assert costs[CheckName.MAX_SENSITIVITY] == 2 * 4


def test_another_checkpoint_or_text_is_refused(
    tiny: LeasedReader, compact: LeasedReader, attribution: Attribution
) -> None:
    with pytest.raises(ExplanationError, match=r"attribution is of checkpoint .* is loaded"):
        judge(attribution, tiny)
    other = replace(attribution, key=replace(attribution.key, text="Another text."))
    with pytest.raises(ExplanationError, match="Compare attributions of one target, unit and text"):
        judge(attribution, compact, by_method=[other])
