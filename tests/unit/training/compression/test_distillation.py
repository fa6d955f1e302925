"""A student is scored against its teacher, learns from what it said, and never mistakes whose answers it reads."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
from torch import Tensor

from redheart_core.errors import CheckpointError, ConfigError, DataError
from redheart_core.model.network import RedHeartModel
from redheart_core.model.outputs import to_output_scale
from redheart_core.model.presets import TINY
from redheart_core.text.tokenizer import Encoding, Tokenizer
from redheart_core.training.batches import Item, tokenize
from redheart_core.training.compression.agreement import measure_agreement, student_logits
from redheart_core.training.compression.distillation import (
    DistillationWeights,
    constant_divergences,
    divergence,
    odds,
    soft_loss,
    unexplained,
)
from redheart_core.training.compression.student import StudentConfig, numbered, teach
from redheart_core.training.compression.teacher import Teacher, ask, open_teacher
from redheart_core.training.compression.teacher_outputs import (
    TeacherOutputs,
    load_outputs,
    passages_sha256,
    save_outputs,
)
from redheart_core.training.objectives import StoryObjective
from redheart_core.training.tasks import Example, Task
from redheart_core.vocabulary.reading import OUTPUTS, Family
from tests.checkpoints import SENTENCES, make_tiny_checkpoint, random_tiny_model, tiny_tokenizer_bytes

SIGNED = (Family.HEDONIC, Family.BENTHAM, Family.REGRET)
EXAMPLES = tuple(
    Example(passages=((first, ""), (second, "")), target=(1.0,), group=first)
    for first, second in zip(SENTENCES[:4], SENTENCES[4:], strict=True)
)
TASK = Task(name="made_up", objective=StoryObjective(), train=EXAMPLES, dev=EXAMPLES, files=())


def _logits(seed: int = 0, rows: int = 12) -> dict[Family, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return {family: torch.randn(rows, len(names), generator=generator) for family, names in OUTPUTS.items()}


@pytest.fixture(scope="module")
def items(tmp_path_factory: pytest.TempPathFactory) -> tuple[Item, ...]:
    path = tmp_path_factory.mktemp("tokenizer") / "tokenizer.json"
    path.write_bytes(tiny_tokenizer_bytes())
    return tokenize(EXAMPLES, Tokenizer.from_file(path), max_tokens=48)


def _passages(items: tuple[Item, ...]) -> list[Encoding]:
    return [encoding for item in items for encoding in item.encodings]


@pytest.fixture(scope="module")
def teacher(tmp_path_factory: pytest.TempPathFactory) -> Teacher:
    return open_teacher(str(make_tiny_checkpoint(tmp_path_factory.mktemp("teacher") / "tiny")), seed=0)


@pytest.mark.parametrize("family", list(Family))
@pytest.mark.parametrize("temperature", [1.0, 3.0])
def test_softened_odds_are_those_of_the_declared_output(family: Family, temperature: float) -> None:
    logits = torch.linspace(-4, 4, 9)
    probability = torch.sigmoid(odds(family, logits, temperature))
    output = to_output_scale(family, logits, temperature)
    expected = 0.5 + 0.5 * output / output.abs().max() * torch.tanh(4 / torch.tensor(temperature))
    torch.testing.assert_close(probability, expected if family in SIGNED else output)


def test_the_divergence_is_that_of_two_coins() -> None:
    student, teacher = torch.tensor(0.3), torch.tensor(-1.2)
    p, q = torch.sigmoid(teacher), torch.sigmoid(student)
    expected = p * (p / q).log() + (1 - p) * ((1 - p) / (1 - q)).log()
    torch.testing.assert_close(divergence(student, teacher), expected)
    assert divergence(teacher, teacher) == 0


def test_the_teacher_misses_nothing_and_its_mean_misses_everything() -> None:
    said = _logits()
    constants = constant_divergences(said, 2.0)
    assert set(constants) == set(Family)
    assert all(share == 0 for share in unexplained(said, said, constants, 2.0).values())
    means = {}
    for family, logits_NC in said.items():
        scale = 2.0 if family in SIGNED else 1.0
        mean_C = torch.sigmoid(scale * logits_NC / 2.0).mean(dim=0)
        means[family] = (torch.logit(mean_C) * 2.0 / scale).expand_as(logits_NC)
    assert all(
        float(share) == pytest.approx(1.0, abs=1e-4) for share in unexplained(means, said, constants, 2.0).values()
    )
    assert all(float(share) > 1 for share in unexplained(_logits(1), said, constants, 2.0).values())


def test_the_loss_is_smallest_at_the_teacher() -> None:
    said = _logits()
    own = {family: values.clone().requires_grad_() for family, values in said.items()}
    loss = soft_loss(own, said, constant_divergences(said, 2.0), 2.0)
    torch.autograd.backward(loss)
    assert loss == 0
    assert all(values.grad is not None and values.grad.abs().max() < 1e-6 for values in own.values())


def test_a_family_that_always_says_the_same_is_left_out() -> None:
    said = _logits() | {Family.VAD: torch.ones(12, 3)}
    assert set(constant_divergences(said, 1.0)) == set(Family) - {Family.VAD}


@pytest.mark.parametrize("broken", [{"temperature": 0.0}, {"hard": -1.0}, {"soft": 0.0}])
def test_weights_that_teach_nothing_are_refused(broken: Mapping[str, float]) -> None:
    with pytest.raises(ConfigError, match=r"temperature is|All weights are 0"):
        DistillationWeights(**broken)


def test_answers_are_those_of_the_model_in_the_order_of_the_passages(teacher: Teacher, items: tuple[Item, ...]) -> None:
    passages = _passages(items)
    outputs = ask(teacher, passages, dtype=torch.float32)
    own = student_logits(teacher.load(), passages)
    assert set(outputs.logits) == set(teacher.families)
    for family in teacher.families:
        torch.testing.assert_close(outputs.logits[family], own[family], atol=1e-5, rtol=1e-5)
    assert outputs.hidden_ND.shape == (len(passages), TINY.backbone.d_model)


def test_kept_answers_come_back(tmp_path: Path, teacher: Teacher, items: tuple[Item, ...]) -> None:
    path, passages = tmp_path / "kept" / "said.safetensors", _passages(items)
    outputs = ask(teacher, passages, dtype=torch.float32)
    save_outputs(path, outputs)
    loaded = load_outputs(path, teacher_sha256=teacher.sha256, passages_sha256=passages_sha256(passages))
    assert all(torch.equal(loaded.logits[family], outputs.logits[family]) for family in teacher.families)
    torch.testing.assert_close(loaded.hidden_ND, outputs.hidden_ND, atol=1e-2, rtol=1e-2)


def test_answers_of_another_teacher_or_about_other_passages_are_refused(
    tmp_path: Path, teacher: Teacher, items: tuple[Item, ...]
) -> None:
    path, passages = tmp_path / "said.safetensors", _passages(items)
    save_outputs(path, ask(teacher, passages, dtype=torch.float32))
    with pytest.raises(CheckpointError, match=r"kept for another run \(teacher_sha256 differs\)"):
        load_outputs(path, teacher_sha256="b" * 64, passages_sha256=passages_sha256(passages))
    with pytest.raises(CheckpointError, match=r"kept for another run \(passages_sha256 differs\)"):
        load_outputs(path, teacher_sha256=teacher.sha256, passages_sha256=passages_sha256(passages[1:]))
    path.write_bytes(b"short")
    with pytest.raises(CheckpointError, match="cannot be read"):
        load_outputs(path, teacher_sha256=teacher.sha256, passages_sha256=passages_sha256(passages))


def test_a_preset_without_weights_is_an_untrained_teacher_of_everything() -> None:
    first, again, other = (open_teacher("tiny", seed=seed) for seed in (1, 1, 2))
    assert not first.is_trained
    assert first.families == tuple(Family)
    assert first.sha256 == again.sha256 != other.sha256
    weight = "heads.surd_head.enter.weight"
    assert torch.equal(first.load().state_dict()[weight], again.load().state_dict()[weight])


def test_numbers_follow_the_passages_of_a_batch(items: tuple[Item, ...]) -> None:
    assert [item.target for item in numbered(items, 10)][:3] == [(1.0, 10, 11), (1.0, 12, 13), (1.0, 14, 15)]


def _taught(
    teacher: Teacher, items: tuple[Item, ...], weights: DistillationWeights, steps: int = 150
) -> tuple[RedHeartModel, TeacherOutputs]:
    outputs = ask(teacher, _passages(items), dtype=torch.float32)
    torch.manual_seed(1)
    student = RedHeartModel(TINY)
    learning = StudentConfig(weights=weights, steps=steps, batch_size=16, learning_rate=1e-2, seed=0)
    teach(student, [TASK], {TASK.name: numbered(items, 0)}, outputs, learning)
    return student, outputs


def test_a_student_learns_what_its_teacher_says(teacher: Teacher, items: tuple[Item, ...]) -> None:
    passages = _passages(items)
    torch.manual_seed(1)
    fresh = RedHeartModel(TINY)
    student, outputs = _taught(teacher, items, DistillationWeights(hidden=0.1))
    before, after = (measure_agreement(model, passages, outputs, temperature=2.0) for model in (fresh, student))
    assert before.unexplained > 1
    assert after.unexplained < 0.5
    assert after.correlation > max(0.7, before.correlation)
    assert after.mean_difference < before.mean_difference


def test_labels_alone_teach_only_their_own_output(teacher: Teacher, items: tuple[Item, ...]) -> None:
    student, outputs = _taught(teacher, items, DistillationWeights(soft=0.0, hard=1.0))
    logits = student_logits(student, _passages(items))[Family.REASONING]
    assert (torch.sigmoid(logits[::2, 0]) > 0.9).all()
    assert (torch.sigmoid(logits[1::2, 0]) < 0.1).all()
    assert measure_agreement(student, _passages(items), outputs, temperature=2.0).unexplained > 0.9


def test_lessons_repeat_exactly(teacher: Teacher, items: tuple[Item, ...]) -> None:
    weights = DistillationWeights(hard=0.5, hidden=0.5)
    first, second = (_taught(teacher, items, weights, steps=4)[0].state_dict() for _ in range(2))
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_a_teacher_that_says_nothing_is_refused(teacher: Teacher, items: tuple[Item, ...]) -> None:
    outputs = TeacherOutputs(
        teacher_sha256=teacher.sha256,
        passages_sha256="",
        logits={Family.VAD: torch.zeros(16, 3)},
        hidden_ND=torch.zeros(16, 16),
    )
    learning = StudentConfig(weights=DistillationWeights(), steps=2, batch_size=16, learning_rate=1e-2, seed=0)
    with pytest.raises(DataError, match="says the same about every passage"):
        teach(random_tiny_model(), [TASK], {TASK.name: numbered(items, 0)}, outputs, learning)
