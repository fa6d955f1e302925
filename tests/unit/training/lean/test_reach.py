"""Every parameter of the tiny model is reached by a multi-task step; a parameter that is not is named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
import torch
from torch import nn

from redheart_core.errors import DataError
from redheart_core.model.network import RedHeartModel
from redheart_core.model.presets import TINY
from redheart_core.text.tokenizer import Tokenizer
from redheart_core.training.batches import Item, tokenize
from redheart_core.training.lean.reach import ReachReport, TaskBatch, draw_batches, measure_reach
from redheart_core.training.lean.step_telemetry import step_telemetry
from redheart_core.training.objectives import (
    ChoiceObjective,
    EmotionObjective,
    JudgedObjective,
    Objective,
    PleasureObjective,
    PreferenceObjective,
    StoryObjective,
    VadObjective,
)
from redheart_core.training.proxy_objectives import (
    DECISION_TYPES,
    NuanceObjective,
    OutcomeObjective,
    RegretProxyObjective,
    SurdObjective,
)
from redheart_core.training.tasks import Example
from redheart_core.vocabulary.bentham import RegretType
from redheart_core.vocabulary.reading import OUTPUTS, Family
from tests.checkpoints import SENTENCES, tiny_tokenizer_bytes

Passages = list[tuple[tuple[str, str], ...]]
SINGLE: Passages = [((text, ""),) for text in SENTENCES]
AGAINST: Passages = [((text, other),) for text, other in zip(SENTENCES, reversed(SENTENCES), strict=True)]
PAIRS: Passages = [((text, ""), (other, "")) for text, other in zip(SENTENCES, reversed(SENTENCES), strict=True)]


@pytest.fixture(scope="module")
def batches(tmp_path_factory: pytest.TempPathFactory) -> tuple[TaskBatch, ...]:
    path = tmp_path_factory.mktemp("tokenizer") / "tokenizer.json"
    path.write_bytes(tiny_tokenizer_bytes())
    tokenizer = Tokenizer.from_file(path)

    def items(passages: Passages, target: Sequence[float]) -> tuple[Item, ...]:
        examples = [Example(passages=item, target=tuple(target), group=str(item)) for item in passages]
        return tokenize(examples, tokenizer, max_tokens=TINY.max_tokens)

    tasks = [
        (type(objective).__name__, objective, items(passages, target)) for objective, passages, target in _objectives()
    ]
    return draw_batches(tasks, num_passages=16, seed=0)


def _objectives() -> list[tuple[Objective, Passages, Sequence[float]]]:
    """Return one objective of every kind and family: outputs of one family share all weights but their own rows."""
    return [
        (EmotionObjective(Family.GOEMOTIONS), SINGLE, [*[0.0, 1.0] * 14, 1.0, 1.0]),
        (EmotionObjective(Family.KOTE), SINGLE, [*[0.0, 1.0] * 22, 1.0, 1.0]),
        *(
            (JudgedObjective(family, OUTPUTS[family][0]), AGAINST, [1.0])
            for family in (Family.REASONING, Family.SAFETY)
        ),
        (JudgedObjective(Family.CONDUCT, "blameless"), SINGLE, [1.0]),
        (JudgedObjective(Family.TRAIT, "shown"), AGAINST, [1.0]),
        (JudgedObjective(Family.CAUSAL, "states"), SINGLE, [1.0]),
        (PreferenceObjective(Family.CAUSAL, "cause"), PAIRS, [1.0]),
        (VadObjective(), SINGLE, [0.7, 0.6, 0.4]),
        (PleasureObjective(), PAIRS, [1.0]),
        (StoryObjective(), PAIRS, [1.0]),
        (ChoiceObjective(), PAIRS, [0.0, 1.0]),
        (NuanceObjective(), SINGLE, [1.0, *[0.0] * 111]),
        (OutcomeObjective(), SINGLE, [0.7]),
        (RegretProxyObjective(DECISION_TYPES), AGAINST, [1.0, 0.0, 0.3]),
        (RegretProxyObjective((RegretType.ANTICIPATED,)), SINGLE, [1.0]),
        (SurdObjective(), SINGLE, [0.1, 0.2, 0.3, 0.4]),
    ]


def _fresh(seed: int = 0) -> RedHeartModel:
    torch.manual_seed(seed)
    return RedHeartModel(TINY)


@pytest.fixture(scope="module")
def report(batches: tuple[TaskBatch, ...]) -> ReachReport:
    return measure_reach(_fresh(), batches, step_telemetry)


def test_every_parameter_of_a_fresh_model_is_reached(report: ReachReport) -> None:
    assert report.unreached == ()
    assert all(row.reached_tensors == row.tensors for row in report.modules)
    assert sum(row.elements for row in report.modules) == sum(parameter.numel() for parameter in _fresh().parameters())


def test_gradients_are_more_than_rounding_except_for_one_bias_without_effect(batches: tuple[TaskBatch, ...]) -> None:
    """In float64 rounding is 1e-16. The bias in front of the merge's softmax moves all scores alike, hence nothing."""
    exact = [replace(task, batch=replace(task.batch, target_BK=task.batch.target_BK.double())) for task in batches]
    report = measure_reach(_fresh().double(), exact, step_telemetry)
    without_effect = {"bridge.merge.score.2.bias"}
    assert set(report.faint) | set(report.unreached) <= without_effect


def test_only_what_stands_behind_the_identity_start_waits_for_the_second_step(report: ReachReport) -> None:
    assert report.unreached_at_start
    assert all(name.startswith(("backbone.encoder.", "backbone.conditioning.")) for name in report.unreached_at_start)


def test_only_rows_of_tokens_that_occurred_are_touched(report: ReachReport, batches: tuple[TaskBatch, ...]) -> None:
    tokens = {token for task in batches for token in task.batch.ids_RT[task.batch.mask_RT].tolist()}
    (token, segment) = report.embeddings
    assert (token.name, token.rows, token.touched_rows) == ("backbone.embedding.token", 600, len(tokens))
    assert (segment.rows, segment.touched_rows) == (2, 2)


def test_the_state_has_the_same_keys_and_shapes_afterwards(report: ReachReport) -> None:
    assert report.state_is_stable


def test_a_parameter_that_appears_in_the_forward_pass_is_noticed(batches: tuple[TaskBatch, ...]) -> None:
    model = _fresh()
    plain = model.auxiliary.forward

    def growing(merged_BW: torch.Tensor, pooled_BP: torch.Tensor) -> dict[Family, torch.Tensor]:
        if not hasattr(model.auxiliary, "late"):
            model.auxiliary.late = nn.Parameter(torch.zeros(1))
        return plain(merged_BW, pooled_BP)

    model.auxiliary.forward = growing  # type: ignore[method-assign]
    report = measure_reach(model, batches[:1], step_telemetry)
    assert not report.state_is_stable
    assert "auxiliary.late" in report.unreached


def test_outputs_without_a_task_are_named(batches: tuple[TaskBatch, ...]) -> None:
    labelled = [task for task in batches if not isinstance(task.objective, SurdObjective)]
    unreached = measure_reach(_fresh(), labelled, step_telemetry).unreached
    assert "heads.surd_head.readouts.surd.weight" in unreached
    assert "analyzers.surd_analyzer.network.answer_QW" in unreached
    assert all("surd" in name for name in unreached)


def test_telemetry_can_be_handed_in(batches: tuple[TaskBatch, ...], report: ReachReport) -> None:
    telemetry = step_telemetry(report.record)
    blind = replace(telemetry, curve_BSF=torch.zeros_like(telemetry.curve_BSF))
    seeing, blinded = (set(measure_reach(_fresh(), batches[:1], each).unreached) for each in (telemetry, blind))
    assert blinded - seeing == {"optimization.sweet_spot.recurrent.weight_ih_l0"}


def test_the_record_counts_more_than_weights_and_gradients(report: ReachReport) -> None:
    assert all(task.peak_bytes > 0.5 * report.record.static_bytes for task in report.record.before)
    assert all(task.peak_bytes > report.record.static_bytes for task in report.record.after)
    assert all(after > 0 for _, after in report.record.gradient_norms[:3])


def test_a_loss_that_is_no_number_is_refused(batches: tuple[TaskBatch, ...]) -> None:
    model = _fresh()
    with torch.no_grad():
        model.backbone.embedding.token.weight.fill_(float("nan"))
    with pytest.raises(DataError, match="The loss of EmotionObjective is nan"):
        measure_reach(model, batches, step_telemetry)
