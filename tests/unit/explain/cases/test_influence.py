"""Influence against what a step of gradient descent really does, and in a model where it is known in closed form."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from redheart_core.data.rows import JudgedRow
from redheart_core.errors import ExplanationError
from redheart_core.explain.attribution.result import Unit
from redheart_core.explain.attribution.targets import output_targets
from redheart_core.explain.attribution.targets.target import OutputTarget
from redheart_core.explain.cases.influence import influential_cases
from redheart_core.explain.cases.readout import ReadoutPoint, readout_named, readouts
from redheart_core.model.checkpoint import LoadedCheckpoint, load_checkpoint
from redheart_core.vocabulary.reading import Family
from tests.checkpoints import SENTENCES, make_tiny_checkpoint

RATE = 1e-3
PASSAGE = SENTENCES[0]
CASES = tuple(
    JudgedRow(text=text, context="" if n % 2 else SENTENCES[3], label=n % 3 == 0, group=str(n))
    for n, text in enumerate(SENTENCES[1:])
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_checkpoint(tmp_path_factory.mktemp("tiny"))


def target(checkpoint: LoadedCheckpoint, name: str) -> OutputTarget:
    return output_targets(checkpoint.manifest)[name]


def logit(checkpoint: LoadedCheckpoint, name: str, text: str, context: str = "") -> Tensor:
    encoding = checkpoint.tokenizer.encode(text, context=context, max_tokens=checkpoint.model.config.max_tokens)
    ids_BT = torch.tensor([encoding.ids])
    mask_BT = torch.ones_like(ids_BT, dtype=torch.bool)
    logits = checkpoint.model(ids_BT, mask_BT, torch.tensor([encoding.segments])).logits
    return target(checkpoint, name).scalar(Unit.LOGIT)(logits)[0]


@pytest.mark.parametrize(
    ("name", "readout", "steepness"),
    [
        ("reasoning/acceptable", "auxiliary", 1.0),
        ("emotion/sadness", "emotion_head", 1.0),
        ("emotion/sadness", "emotion_analyzer", 1.0),
        ("hedonic/hedonic", "bentham_head", 2.0),
        ("bentham/intensity", "bentham_head", 2.0),
    ],
)
def test_influence_is_what_a_step_on_the_case_does(folder: Path, name: str, readout: str, steepness: float) -> None:
    checkpoint = load_checkpoint(folder)
    found = influential_cases(
        checkpoint, target(checkpoint, name), CASES, text=PASSAGE, readout=readout, count=len(CASES)
    )
    influences = {case.row: case.influence for case in (*found.raising, *found.lowering)}
    assert set(influences) == set(range(len(CASES)))
    before = float(logit(checkpoint, name, PASSAGE).detach())
    assert found.value == pytest.approx(before, abs=1e-6)
    module = readout_named(checkpoint.model, target(checkpoint, name).family, readout)[1]
    for row, case in enumerate(CASES):
        own = [module.weight, module.bias]
        loss = binary_cross_entropy_with_logits(
            steepness * logit(checkpoint, name, case.text, case.context), torch.tensor(float(case.label))
        )
        slopes = torch.autograd.grad(loss, own)
        with torch.no_grad():
            for parameter, slope in zip(own, slopes, strict=True):
                parameter -= RATE * slope
            after = float(logit(checkpoint, name, PASSAGE))
            for parameter, slope in zip(own, slopes, strict=True):
                parameter += RATE * slope
        assert influences[row] == pytest.approx((after - before) / RATE, rel=2e-2, abs=3e-3)


def test_in_a_linear_model_gradients_multiply_as_inputs_do() -> None:
    """f = w·x + b has the gradient (x, 1), so two gradients have the product x·z + 1."""
    x, z = np.array([1.0, 2.0, 0.5]), np.array([-1.0, 3.0, 4.0])
    one = ReadoutPoint(value=0.0, state_S=x, slope_C=np.array([1.0]))
    other = ReadoutPoint(value=0.0, state_S=z, slope_C=np.array([1.0]))
    assert one.product(other) == pytest.approx(x @ z + 1.0)
    assert one.product(ReadoutPoint(value=0.0, state_S=z, slope_C=np.array([-2.0]))) == pytest.approx(-2 * (x @ z + 1))


def test_a_copy_of_the_passage_is_the_case_that_is_most_alike(folder: Path) -> None:
    checkpoint = load_checkpoint(folder)
    planted = (*CASES, JudgedRow(text=PASSAGE, context="", label=True, group="copy"))
    found = influential_cases(
        checkpoint, target(checkpoint, "reasoning/acceptable"), planted, text=PASSAGE, count=len(planted)
    )
    every = {case.row: case for case in (*found.raising, *found.lowering)}
    assert max(every.values(), key=lambda case: case.likeness).row == len(CASES)
    copy = every[len(CASES)]
    assert copy.likeness == pytest.approx(1.0)
    assert copy.influence > 0
    assert 0 < copy.surprise < 1
    assert found.num_checkpoints == 1


def test_cases_are_ordered_and_counted(folder: Path) -> None:
    checkpoint = load_checkpoint(folder)
    told: list[tuple[int, int]] = []
    found = influential_cases(
        checkpoint,
        target(checkpoint, "reasoning/acceptable"),
        CASES,
        text=PASSAGE,
        count=2,
        report=lambda done, total: told.append((done, total)),
    )
    assert told == [(n + 1, len(CASES)) for n in range(len(CASES))]
    assert len(found.raising) <= 2
    assert all(case.influence > 0 for case in found.raising)
    assert all(case.influence < 0 for case in found.lowering)
    assert [case.influence for case in found.raising] == sorted((c.influence for c in found.raising), reverse=True)
    assert [case.influence for case in found.lowering] == sorted(c.influence for c in found.lowering)


def test_readouts_are_named_by_their_module_and_others_are_refused(folder: Path) -> None:
    checkpoint = load_checkpoint(folder)
    assert list(readouts(checkpoint.model, Family.GOEMOTIONS)) == ["emotion_head", "emotion_analyzer", "auxiliary"]
    assert list(readouts(checkpoint.model, Family.REASONING)) == ["auxiliary"]
    acceptable = target(checkpoint, "reasoning/acceptable")
    with pytest.raises(ExplanationError, match=r"no read-out 'emotion_head'. Known read-outs: auxiliary"):
        influential_cases(checkpoint, acceptable, CASES, text=PASSAGE, readout="emotion_head")
    with pytest.raises(ExplanationError, match="no labelled cases"):
        influential_cases(checkpoint, acceptable, (), text=PASSAGE)
    assert not any(module._forward_hooks for module in checkpoint.model.modules())
