"""A whole run on small made-up files: data folder in, checkpoint out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from redheart_core.data import splits
from redheart_core.inference.shipped import shipped_folder
from redheart_core.model.checkpoint import load_checkpoint, read_manifest, tokenizer_path
from redheart_core.model.reader import load_model_reader
from redheart_core.training.config import StageConfig, TrainingConfig, load_config
from redheart_core.training.corpus_tokenizer import train_tokenizer
from redheart_core.training.run import TRAINED_OUTPUTS, run_training
from redheart_core.training.tasks import load_tasks
from redheart_core.training.techniques.early_stopping import EarlyStoppingConfig, watched_score
from redheart_core.vocabulary.reading import QUESTIONS
from tests.datasets import require_data, write_small_data
from tests.small_training import Recorder

STAGE = StageConfig(steps=15, warmup_steps=3, batch_size=8, max_batch_tokens=4096, learning_rate=1e-3, shallow=True)
CONFIG: TrainingConfig = replace(
    load_config("compact"),
    preset="tiny",
    log_every=10,
    save_every=20,
    stages=(STAGE, replace(STAGE, shallow=False)),
)


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(splits, "HARD_ROWS", {})
    return write_small_data(tmp_path / "data")


def test_a_run_ends_in_a_checkpoint_that_reads(data_dir: Path, tmp_path: Path) -> None:
    summary = run_training(CONFIG, data_dir=data_dir, out_dir=tmp_path / "tiny", command="run")
    checkpoint = load_checkpoint(tmp_path / "tiny")
    assert summary is not None
    assert checkpoint.manifest.provenance.steps == summary.steps_done == 30
    assert checkpoint.manifest.trained_outputs == TRAINED_OUTPUTS
    assert checkpoint.manifest.temperatures == summary.temperatures
    assert "kote/val.tsv" in checkpoint.manifest.provenance.data_sha256
    assert (
        set(load_model_reader(tmp_path / "tiny").read("오늘 기분이 좋아요").families)
        == set(TRAINED_OUTPUTS) - QUESTIONS
    )
    card = (tmp_path / "tiny" / read_manifest(tmp_path / "tiny")[1].card).read_text("utf-8")
    assert "30 of 30 steps" in card
    assert "| kote | macro-F1" in card


def test_a_run_that_ends_early_tells_the_steps_it_really_took(data_dir: Path, tmp_path: Path) -> None:
    """With such noise nothing counts as progress, so that patience runs out at the third validation."""
    stopping = EarlyStoppingConfig(patience=2, noise_multiple=1e9)
    config = replace(CONFIG, early_stopping=stopping, validate_every=4, validation_rows=3, linear=None)
    recorder, saved = Recorder(), list[int]()
    summary = run_training(
        config, data_dir=data_dir, out_dir=tmp_path / "tiny", command="run", observer=recorder,
        on_saved=lambda step, _: saved.append(step),
    )  # fmt: skip
    assert summary is not None
    assert summary.steps_done == recorder.steps[-1].step == 12
    assert saved == [12]
    assert load_checkpoint(tmp_path / "tiny").manifest.provenance.steps == 12
    best = max(recorder.validations, key=lambda each: watched_score(each.metrics, stopping)).step
    assert summary.best_step == best
    card = (tmp_path / "tiny" / read_manifest(tmp_path / "tiny")[1].card).read_text("utf-8")
    assert f"12 of 30 steps (weights of the validation after step {best})" in card
    assert "up to 3 development rows of each task (at least one group), drawn by the seed" in card
    dev_rows = {task.name: len(task.dev) for task in load_tasks(data_dir)}
    for metric, final in zip(recorder.validations[0].metrics, summary.metrics, strict=True):
        assert metric.task == final.task
        left = dev_rows[metric.task] - metric.num_rows
        assert left > 0
        assert final.num_rows in (left, 2 * left)  # a handful, of which no two halves can be made, is measured twice


def test_two_runs_give_the_same_weights(data_dir: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        run_training(CONFIG, data_dir=data_dir, out_dir=tmp_path / name, command="run")
    assert read_manifest(tmp_path / "one")[1].shards == read_manifest(tmp_path / "two")[1].shards


def test_an_emotion_row_teaches_the_sign_of_its_feeling(data_dir: Path) -> None:
    (english, *_) = load_tasks(data_dir)
    by_word = {example.passages[0][0].split()[-2]: example.target[-2:] for example in english.train}
    assert by_word == {"glad": (1.0, 1.0), "sad": (0.0, 1.0), "angry": (0.0, 1.0), "calm": (0.5, 1.0)}


def test_the_shipped_tokenizer_is_what_the_data_give(tmp_path: Path) -> None:
    shipped = shipped_folder("compact")
    train_tokenizer(require_data(), tmp_path / "tokenizer.json")
    own = tokenizer_path(shipped, read_manifest(shipped)[1])
    assert (tmp_path / "tokenizer.json").read_bytes() == own.read_bytes()
