"""A whole training: what is asked for happens, in its order, and nothing else does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from redheart_core.errors import CheckpointError, ConfigError, DataError
from redheart_core.model.network import RedHeartModel
from redheart_core.text.tokenizer import CLS, SEP
from redheart_core.training.config import TrainingConfig
from redheart_core.training.course import run_course
from redheart_core.training.crossover.candidates import CandidateFolder
from redheart_core.training.crossover.config import CrossoverConfig
from redheart_core.training.crossover.result_file import RESULT_FILE, read_result
from redheart_core.training.distributed import Workers
from redheart_core.training.happenings import EventKind
from redheart_core.training.held_out import mean_loss, spread_groups, with_fewer_rows
from redheart_core.training.modules import parameters_by_module
from redheart_core.training.pretraining.config import PretrainingConfig
from redheart_core.training.tasks import Example
from redheart_core.training.trainer import Ending, Trained
from tests.checkpoints import random_tiny_model
from tests.small_training import STAGE, Recorder, small_config, small_items, small_tasks

SEQUENCES = [(CLS, *range(10 + n % 5, 20), SEP) for n in range(20)]
PRETRAINING = PretrainingConfig(steps=4, warmup_steps=1, batch_tokens=128, max_tokens=16, held_out_share=0.2)
CROSSED = small_config(
    replace(STAGE, steps=8), save_every=2, crossover=CrossoverConfig(candidates=2), pretraining=PRETRAINING
)


def _held(model: RedHeartModel) -> float:
    return mean_loss(model, small_tasks(), small_items())


def _no_texts() -> list[tuple[int, ...]]:
    raise AssertionError("texts were asked for without pre-training")


def _run(
    config: TrainingConfig, folder: Path, recorder: Recorder, texts=lambda: SEQUENCES
) -> tuple[RedHeartModel, Trained]:
    torch.manual_seed(0)
    model = random_tiny_model()
    trained = run_course(
        model, small_tasks(), small_items(), config,
        sequences=texts, held_loss=_held, work_dir=folder, observer=recorder,
    )  # fmt: skip
    return model, trained


def test_pre_training_comes_first_and_crossover_last(tmp_path: Path):
    recorder = Recorder()
    model, trained = _run(CROSSED, tmp_path, recorder)
    assert trained == Trained(ending=Ending.FINISHED, steps_done=8)
    assert recorder.events[0].detail.startswith("pretraining: 4 steps")
    assert recorder.events[-1].kind is EventKind.CROSSOVER
    result = read_result(tmp_path / RESULT_FILE)
    assert result is not None
    assert set(result.origins) == set(parameters_by_module(model))
    assert result.loss == pytest.approx(_held(model))
    assert [record.step for record in recorder.steps] == list(range(1, 9))
    saved = CandidateFolder(tmp_path / "candidates", limit=2).saved()
    assert len(saved) == 2
    assert _held(model) <= min(each.validation_loss for each in saved if each.validation_loss is not None)


def test_a_damaged_result_of_a_crossover_is_named(tmp_path: Path):
    assert read_result(tmp_path / RESULT_FILE) is None
    (tmp_path / RESULT_FILE).write_text("[]")
    with pytest.raises(DataError, match="not the result of a crossover"):
        read_result(tmp_path / RESULT_FILE)


def test_without_their_tables_neither_happens(tmp_path: Path):
    recorder = Recorder()
    _run(replace(CROSSED, pretraining=None, crossover=None), tmp_path, recorder, texts=_no_texts)
    assert not any(event.kind is EventKind.CROSSOVER for event in recorder.events)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("table", ["pretraining", "crossover"])
def test_several_processes_are_refused_where_one_is_needed(table: str, tmp_path: Path):
    config = replace(CROSSED, **{"pretraining": None, "crossover": None, table: getattr(CROSSED, table)})
    with pytest.raises(ConfigError, match=f"{table} runs in one process, but there are 2"):
        run_course(
            random_tiny_model(), small_tasks(), small_items(), config,
            sequences=_no_texts, held_loss=_held, work_dir=tmp_path, workers=Workers(rank=0, size=2),
        )  # fmt: skip


def test_the_best_checkpoints_stay_whenever_they_were_saved(tmp_path: Path):
    folder = CandidateFolder(tmp_path, limit=2)
    for step, loss in ((1, 3.0), (2, 1.0), (3, 2.0), (4, 5.0)):
        folder.add(random_tiny_model(step), step=step, validation_loss=loss)
    assert [(each.step, each.validation_loss) for each in folder.saved()] == [(2, 1.0), (3, 2.0)]
    (second, _) = folder.candidates()
    weights = dict(random_tiny_model(2).named_parameters())
    assert all(torch.equal(second.weights[name], weight.detach()) for name, weight in weights.items())
    (tmp_path / "step-0000009.safetensors").write_bytes(b"no")
    with pytest.raises(CheckpointError, match=r"step-0000009\.safetensors: not a kept candidate"):
        folder.saved()


def test_fewer_rows_are_whole_groups_spread_over_the_file():
    examples = [Example(passages=(("x", ""),), target=(1.0,), group=str(n // 4)) for n in range(400)]
    groups = spread_groups(examples, 100)
    assert [group[0].group for group in groups] == [str(n) for n in range(0, 100, 4)]
    assert all(len(group) == 4 for group in groups)
    task = replace(small_tasks()[0], dev=tuple(examples))
    assert len(with_fewer_rows(task, 100).dev) == 100
    assert with_fewer_rows(task, 1000).dev == task.dev
