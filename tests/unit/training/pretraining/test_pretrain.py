"""Pre-training: it learns, repeats itself, goes on where it stopped, and touches nothing but the backbone."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from redheart_core.errors import CheckpointError, ConfigError, DataError
from redheart_core.model.network import RedHeartModel
from redheart_core.model.presets import TINY
from redheart_core.text.tokenizer import CLS, SEP
from redheart_core.training.observer import SilentObserver, StepRecord
from redheart_core.training.pretraining.config import PretrainingConfig
from redheart_core.training.pretraining.heads import PretrainingHeads
from redheart_core.training.pretraining.run import PretrainingResult, pretrain
from redheart_core.training.pretraining.sequences import batches_from, pad

PHRASES = ([10, 11, 12, 13, 14, 15], [20, 21, 22, 23, 24], [30, 31, 32, 33, 34, 35, 36])
SEQUENCES = tuple((CLS, *PHRASES[n % 3], *PHRASES[(n // 3) % 3], SEP) for n in range(60))
CONFIG = PretrainingConfig(
    steps=60, warmup_steps=5, batch_tokens=512, max_tokens=32, learning_rate=1e-2, held_out_share=0.1, save_every=1000
)
DETECTING = replace(CONFIG, generator_width=8)


class Watcher(SilentObserver):
    """Keeps the steps and asks to stop after one of them."""

    def __init__(self, stop_after: int | None = None) -> None:
        self.steps: list[StepRecord] = []
        self.stop_after = stop_after

    def on_step(self, record: StepRecord) -> None:
        self.steps.append(record)

    def stop_requested(self) -> bool:
        return len(self.steps) == self.stop_after


def _model() -> RedHeartModel:
    torch.manual_seed(7)
    return RedHeartModel(TINY)


def _run(config: PretrainingConfig, **options) -> tuple[RedHeartModel, PretrainingResult]:
    model = _model()
    return model, pretrain(model, SEQUENCES, config, **({"seed": 3} | options))


@pytest.mark.parametrize("config", [CONFIG, DETECTING], ids=["masks", "detection"])
def test_the_loss_of_passages_that_it_never_saw_falls(config):
    watcher = Watcher()
    _, result = _run(config, observer=watcher)
    assert result.finished
    assert result.num_held_out == 6
    # Guessing blindly among 600 words costs about ln 600 = 6.4 nats.
    assert result.counts.held_out_loss_before > 5.0
    assert result.held_out_loss_after < 0.5 * result.counts.held_out_loss_before
    assert result.counts.tokens == sum(record.tokens for record in watcher.steps)
    assert result.tokens_per_s > 0


def test_every_part_of_the_loss_is_reported_and_only_the_backbone_changes():
    watcher = Watcher()
    model, _ = _run(replace(DETECTING, steps=10), observer=watcher)
    assert set(watcher.steps[-1].losses) == {"masked_language", "generator", "detection"}
    before, after = _model().state_dict(), model.state_dict()
    assert set(before) == set(after)
    moved = {name.split(".")[0] for name in before if not torch.equal(before[name], after[name])}
    assert moved == {"backbone"}


def test_logits_are_computed_at_hidden_tokens_only():
    heads = PretrainingHeads(TINY, CONFIG)
    rows: list[int] = []
    heads.guess.register_forward_hook(lambda module, inputs, output: rows.append(output.shape[0]))
    batch = pad(SEQUENCES[:9])
    loss = heads(_model().backbone, batch, torch.Generator().manual_seed(0))
    ordinary = [len(sequence) - 2 for sequence in SEQUENCES[:9]]
    assert rows == [loss.num_hidden] == [sum(max(1, round(0.15 * count)) for count in ordinary)]


@pytest.mark.parametrize("config", [CONFIG, DETECTING], ids=["masks", "detection"])
def test_one_seed_gives_the_same_bits_and_another_does_not(config):
    short = replace(config, steps=8)
    first, second, other = (_run(short, seed=seed)[0].state_dict() for seed in (3, 3, 4))
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not all(torch.equal(first[name], other[name]) for name in first)


def test_what_surrounds_it_draws_the_same_random_numbers_afterwards():
    _model()
    expected = torch.rand(3)
    model = _model()
    pretrain(model, SEQUENCES, replace(CONFIG, steps=6), seed=3)
    assert torch.equal(torch.rand(3), expected)


def test_a_stopped_run_goes_on_bit_for_bit(tmp_path: Path):
    config = replace(DETECTING, steps=20)
    whole = Watcher()
    expected, _ = _run(config, observer=whole)
    first, second = Watcher(stop_after=7), Watcher()
    _, stopped = _run(config, observer=first, state_dir=tmp_path)
    assert not stopped.finished
    model, result = _run(config, observer=second, state_dir=tmp_path)
    assert result.counts.steps == 20
    losses = [record.loss for record in (*first.steps, *second.steps)]
    assert losses == [record.loss for record in whole.steps]
    assert all(torch.equal(value, expected.state_dict()[name]) for name, value in model.state_dict().items())


def test_a_finished_run_is_not_run_again(tmp_path: Path):
    config = replace(CONFIG, steps=6)
    expected, _ = _run(config, state_dir=tmp_path)
    again = Watcher()
    model, result = _run(config, observer=again, state_dir=tmp_path)
    assert (again.steps, result.finished) == ([], True)
    assert all(torch.equal(value, expected.state_dict()[name]) for name, value in model.state_dict().items())


def test_a_state_of_another_run_or_a_damaged_one_is_refused(tmp_path: Path):
    _run(CONFIG, observer=Watcher(stop_after=2), state_dir=tmp_path)
    with pytest.raises(CheckpointError, match="another configuration or other texts"):
        _run(CONFIG, seed=4, state_dir=tmp_path)
    (weights,) = tmp_path.glob("*.safetensors")
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    with pytest.raises(CheckpointError, match="at least one byte was changed"):
        _run(CONFIG, state_dir=tmp_path)


def test_batches_from_a_step_on_are_those_of_the_whole_run():
    whole = batches_from(SEQUENCES, first_step=0, batch_tokens=100, seed=5)
    expected = [next(whole).ids_BT for _ in range(40)][25:]
    later = batches_from(SEQUENCES, first_step=25, batch_tokens=100, seed=5)
    assert all(torch.equal(next(later).ids_BT, ids_BT) for ids_BT in expected)


def test_an_epoch_holds_every_passage_once_within_the_batch_size():
    batches = batches_from(SEQUENCES, first_step=0, batch_tokens=100, seed=5)
    seen: list[tuple[int, ...]] = []
    while (batch := next(batches)).epoch < 1:
        assert batch.ids_BT.numel() <= 100
        rows = zip(batch.ids_BT, batch.mask_BT, strict=True)
        seen += [tuple(ids_T[mask_T].tolist()) for ids_T, mask_T in rows]
    assert sorted(seen) == sorted(SEQUENCES)


def test_a_loss_that_is_no_number_stops_it():
    model = _model()
    with torch.no_grad():
        model.backbone.embedding.token.weight.fill_(math.nan)
    with pytest.raises(DataError, match=r"step 1: the loss is nan\. Lower the learning rate"):
        pretrain(model, SEQUENCES, CONFIG, seed=0)


def test_a_model_elsewhere_is_refused():
    with torch.device("meta"):
        model = RedHeartModel(TINY)
    with pytest.raises(ConfigError, match="the model is on meta"):
        pretrain(model, SEQUENCES, CONFIG, seed=0)


def test_texts_without_tokens_and_impossible_settings_are_refused():
    with pytest.raises(DataError, match="1 passages with a token"):
        pretrain(_model(), [(CLS, SEP), SEQUENCES[0]], CONFIG, seed=0)
    with pytest.raises(ConfigError, match="warmup_steps is 60"):
        replace(CONFIG, warmup_steps=60)
    with pytest.raises(ConfigError, match="generator_width is 10"):
        replace(CONFIG, generator_width=10)
    with pytest.raises(ConfigError, match=r"masked_share is 0\b"):
        replace(CONFIG, masked_share=0)
