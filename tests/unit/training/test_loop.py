"""The loop learns, repeats itself exactly, and stops at the first number that is none."""

from __future__ import annotations

import logging
import random
from dataclasses import replace

import pytest
import torch

from redheart_core.errors import DataError
from redheart_core.model.network import RedHeartModel
from redheart_core.text.tokenizer import Tokenizer
from redheart_core.training.batches import Item, tokenize
from redheart_core.training.card import render_card
from redheart_core.training.config import StageConfig, TrainingConfig, load_config
from redheart_core.training.evaluation import Metric, measure, predict
from redheart_core.training.loop import train
from redheart_core.training.objectives import JudgedObjective, PleasureObjective
from redheart_core.training.required import REQUIRED_PARTS
from redheart_core.training.sampling import draw_parts
from redheart_core.training.summary import RunSummary
from redheart_core.training.tasks import DataFile, Example, Task
from redheart_core.vocabulary.reading import Family
from tests.checkpoints import random_tiny_model, tiny_tokenizer_bytes

GOOD = ("She kept her promise.", "The doctor helped the old man home.", "Tell the truth to the manager.")
BAD = ("I lied to my friend.", "I lied and felt guilty.", "Stay silent and keep the job.")


def _tasks() -> tuple[Task, ...]:
    judged = tuple(
        Example(passages=((text, ""),), target=(label,), group=text)
        for texts, label in ((GOOD, 1.0), (BAD, 0.0))
        for text in texts
    )
    pairs = tuple(
        Example(passages=((good, ""), (bad, "")), target=(1.0,), group=good)
        for good, bad in zip(GOOD, BAD, strict=True)
    )
    objective = JudgedObjective(Family.REASONING, "acceptable")
    return (
        Task(name="judged", objective=objective, train=judged, dev=judged, files=()),
        Task(name="pairs", objective=PleasureObjective(), train=pairs, dev=pairs, files=()),
    )


@pytest.fixture(scope="module")
def items(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Item, ...]]:
    path = tmp_path_factory.mktemp("tokenizer") / "tokenizer.json"
    path.write_bytes(tiny_tokenizer_bytes())
    tokenizer = Tokenizer.from_file(path)
    return {task.name: tokenize(task.train, tokenizer, max_tokens=48) for task in _tasks()}


STAGE = StageConfig(steps=60, warmup_steps=5, batch_size=6, max_batch_tokens=4096, learning_rate=1e-2, shallow=False)
SHALLOW = replace(STAGE, steps=30, shallow=True)


def _config(*stages: StageConfig, seed: int = 0) -> TrainingConfig:
    return replace(
        load_config("compact"),
        preset="tiny",
        seed=seed,
        readout_rate=1.0,
        log_every=20,
        save_every=25,
        stages=stages or (STAGE,),
        emphasis={},
    )


def _trained(items: dict[str, tuple[Item, ...]], config: TrainingConfig) -> tuple[RedHeartModel, list[int]]:
    saved: list[int] = []
    torch.manual_seed(config.seed)
    model = random_tiny_model()
    train(model, _tasks(), items, config, save=saved.append)
    return model, saved


def test_a_few_sentences_are_learned(items: dict[str, tuple[Item, ...]]) -> None:
    model, saved = _trained(items, _config())
    for task in _tasks():
        for metric in measure(predict(model, task, items[task.name])):
            assert metric.value == 1.0
            assert metric.baseline == 0.5
    assert saved == [25, 50]


def test_a_shallow_stage_leaves_encoder_layers_and_analysers_alone(items: dict[str, tuple[Item, ...]]) -> None:
    before = random_tiny_model().state_dict()
    after = _trained(items, _config(SHALLOW))[0].state_dict()
    moved = {name for name in before if not torch.equal(before[name], after[name])}
    assert not any(name.startswith(("analyzers.", "backbone.encoder.")) for name in moved)
    assert {"backbone.embedding.token.weight", "heads.bentham_head.enter.weight"} <= moved


def test_stages_follow_each_other(items: dict[str, tuple[Item, ...]]) -> None:
    model, saved = _trained(items, _config(SHALLOW, STAGE))
    assert saved == [25, 50, 75]
    assert not torch.equal(
        model.state_dict()["backbone.encoder.0.up.weight"],
        random_tiny_model().state_dict()["backbone.encoder.0.up.weight"],
    )


def test_the_same_seed_gives_the_same_weights(items: dict[str, tuple[Item, ...]]) -> None:
    first, second = (_trained(items, _config(replace(STAGE, steps=12)))[0].state_dict() for _ in range(2))
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_another_seed_gives_other_weights(items: dict[str, tuple[Item, ...]]) -> None:
    first, second = (_trained(items, _config(replace(STAGE, steps=12), seed=seed))[0].state_dict() for seed in (1, 2))
    assert not all(torch.equal(first[name], second[name]) for name in first)


def test_a_loss_that_is_no_number_stops_the_run(items: dict[str, tuple[Item, ...]]) -> None:
    model = random_tiny_model()
    with torch.no_grad():
        model.backbone.embedding.token.weight.fill_(float("nan"))
    with pytest.raises(DataError, match=r"step 1: the loss of \w+ is nan\. Lower the learning rate"):
        train(model, _tasks(), items, _config(), save=lambda _: None)


def test_progress_names_every_task(items: dict[str, tuple[Item, ...]], caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        _trained(items, _config(replace(STAGE, steps=20)))
    assert "step 20/20" in caplog.text
    assert "judged=" in caplog.text
    assert "pairs=" in caplog.text


def test_the_modules_that_a_task_needs_always_run() -> None:
    random_state = random.Random(0)
    (_, pairs) = _tasks()
    needed = REQUIRED_PARTS[Family.HEDONIC] | REQUIRED_PARTS[Family.BENTHAM]
    drawn = [draw_parts(pairs, _config(), STAGE, random_state) for _ in range(50)]
    assert all(needed <= parts for parts in drawn)
    assert len(set(drawn)) > 3


def test_the_card_reports_the_run() -> None:
    file = DataFile(dataset="made_up", licence="MIT", name="made_up/train.csv", sha256="abc123")
    summary = RunSummary(
        config=_config(),
        command="python -m redheart_core.training --config tiny",
        metrics=(Metric(task="judged", name="accuracy", value=0.75, baseline=0.5, num_rows=6),),
        temperatures={Family.REASONING: 1.25},
        tasks=(replace(_tasks()[0], files=(file,)),),
        steps_done=60,
        best_step=None,
        timed="the whole run",
        minutes=1.0,
        hardware="two cores",
        num_parameters=39_508,
    )
    card = render_card(summary)
    for part in (
        "| judged | accuracy | 0.750 | 0.500 | 6 |",
        "| reasoning | 1.250 |",
        "| made_up/train.csv | MIT | `abc123` |",
        "`python -m redheart_core.training --config tiny`",
        "39,508 parameters",
        "CC-BY-SA 4.0",
    ):
        assert part in card
    assert "{{" not in card
