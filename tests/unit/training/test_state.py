"""A resumed training goes on bit for bit, and a state that was not written whole is never read."""

from __future__ import annotations

import errno
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
import torch

from redheart_core.errors import CheckpointError
from redheart_core.training import state as state_module
from redheart_core.training.config import TrainingConfig
from redheart_core.training.evaluation import Metric
from redheart_core.training.happenings import EventKind
from redheart_core.training.loop import train
from redheart_core.training.observer import GivenUp
from redheart_core.training.state import load_state, read_snapshot, save_state
from redheart_core.training.techniques.accumulation import AccumulationConfig
from redheart_core.training.techniques.dynamic_batch import DynamicBatchConfig
from redheart_core.training.techniques.early_stopping import EarlyStoppingConfig
from redheart_core.training.techniques.label_smoothing import LabelSmoothingConfig
from redheart_core.training.techniques.layer_rates import LayerRatesConfig
from redheart_core.training.techniques.r_drop import RDropConfig
from redheart_core.training.techniques.weight_average import AverageConfig
from redheart_core.training.trainer import Ending, Trainer
from tests.checkpoints import random_tiny_model
from tests.small_training import SHALLOW, STAGE, Recorder, small_config, small_items, small_tasks, small_trainer

EVERYTHING = small_config(
    replace(SHALLOW, steps=4),
    replace(STAGE, steps=4),
    average=AverageConfig(decay=0.9),
    accumulation=AccumulationConfig(micro_batches=2),
    r_drop=RDropConfig(),
    label_smoothing=LabelSmoothingConfig(),
    layer_rates=LayerRatesConfig(),
    dynamic_batch=DynamicBatchConfig(check_every=2),
    early_stopping=EarlyStoppingConfig(patience=9),
    validate_every=3,
)


class _Swinging:
    """Memory that fills and empties with the steps of a trainer."""

    def __init__(self) -> None:
        self.trainer: Trainer | None = None

    def used_share(self) -> float:
        assert self.trainer is not None
        return 0.9 if self.trainer.step % 4 else 0.1


def _first_weight(model: torch.nn.Module) -> tuple[Metric, ...]:
    value = float(next(model.parameters()).detach().sum())
    return (Metric(task="judged", name="first weight", value=value, baseline=0.0, num_rows=1),)


def _trainer(config: TrainingConfig, recorder: Recorder, **options: Any) -> Trainer:
    probe = _Swinging()
    trainer = small_trainer(config, recorder, validate=_first_weight, probe=probe, **options)
    probe.trainer = trainer
    return trainer


@cache
def _uninterrupted() -> tuple[Trainer, Recorder]:
    trainer = _trainer(EVERYTHING, recorder := Recorder())
    assert trainer.run() is Ending.FINISHED
    return trainer, recorder


@pytest.mark.parametrize("stop_after", [3, 4, 5])
def test_a_resumed_run_equals_an_uninterrupted_one(stop_after: int, tmp_path: Path) -> None:
    straight, whole = _uninterrupted()
    before, after = Recorder(stop_after), Recorder()
    path = tmp_path / "state.safetensors"
    stopped = _trainer(EVERYTHING, before, keep_state=lambda trainer: save_state(path, trainer))
    assert stopped.run() is Ending.STOPPED
    torch.manual_seed(99)
    resumed = _trainer(EVERYTHING, after)
    load_state(path, resumed)
    assert resumed.run() is Ending.FINISHED

    assert before.losses + after.losses == whole.losses
    assert [record.batch_size for record in before.steps + after.steps] == [item.batch_size for item in whole.steps]
    assert before.validations + after.validations == whole.validations
    assert resumed.epoch == straight.epoch
    ours, theirs = resumed.model.state_dict(), straight.model.state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


class _Impatient(Recorder):
    """Gives up in the middle of the work that may be given up, when it is begun for the given time."""

    def __init__(self, begun: int) -> None:
        super().__init__()
        self._left = begun

    @contextmanager
    def may_be_given_up(self) -> Iterator[None]:
        self._left -= 1
        if self._left:
            yield
            return
        # In the middle: of a backward pass where there is one, else of what is done without gradients.
        with torch.autograd.graph.saved_tensors_hooks(lambda saved: saved, _give_up):
            yield
        raise GivenUp


def _give_up(_: torch.Tensor) -> torch.Tensor:
    raise GivenUp


@pytest.mark.parametrize(("begun", "step"), [(1, 0), (3, 2), (4, 3), (6, 5)])
def test_a_run_that_was_given_up_in_the_middle_of_a_step_or_a_validation_equals_another(
    begun: int, step: int, tmp_path: Path
) -> None:
    straight, whole = _uninterrupted()
    path = tmp_path / "state.safetensors"
    before, after = _Impatient(begun), Recorder()
    stopped = _trainer(EVERYTHING, before, keep_state=lambda trainer: save_state(path, trainer))
    assert stopped.run() is Ending.STOPPED
    assert "at once" in before.details(EventKind.STOPPED)[0]
    assert stopped.step == step
    torch.manual_seed(99)
    resumed = _trainer(EVERYTHING, after)
    load_state(path, resumed)
    assert resumed.run() is Ending.FINISHED

    assert before.losses + after.losses == whole.losses
    assert before.validations + after.validations == whole.validations
    ours, theirs = resumed.model.state_dict(), straight.model.state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


def test_the_middle_of_a_pass_is_where_it_goes_on(tmp_path: Path) -> None:
    trainer = small_trainer(small_config(replace(STAGE, batch_size=2)), Recorder(3))
    trainer.run()
    taken = {name: stream.place for name, stream in trainer.streams.items()}
    save_state(tmp_path / "state", trainer)
    resumed = small_trainer(trainer.config)
    load_state(tmp_path / "state", resumed)
    assert any(place.cuts[-1].taken for place in taken.values() if place.cuts)
    assert {name: stream.place for name, stream in resumed.streams.items()} == taken


def _saved(tmp_path: Path, config: TrainingConfig | None = None) -> tuple[Path, Trainer]:
    trainer = small_trainer(config or small_config(), Recorder(2))
    trainer.run()
    save_state(tmp_path / "state", trainer)
    return tmp_path / "state", trainer


def test_a_flipped_byte_is_noticed(tmp_path: Path) -> None:
    path, trainer = _saved(tmp_path)
    content = bytearray(path.read_bytes())
    content[-40] ^= 1
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match="changed or damaged since it was saved"):
        load_state(path, small_trainer(trainer.config))


def test_a_truncated_or_missing_state_is_refused(tmp_path: Path) -> None:
    path, trainer = _saved(tmp_path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(CheckpointError, match="no state can be read"):
        load_state(path, small_trainer(trainer.config))
    with pytest.raises(CheckpointError, match="no state can be read"):
        load_state(tmp_path / "none", small_trainer(trainer.config))


def test_a_full_disk_leaves_the_last_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, trainer = _saved(tmp_path)
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(state_module, "flush", full)
    with pytest.raises(CheckpointError, match="No space left on device"):
        save_state(path, trainer)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_another_configuration_is_refused_by_name(tmp_path: Path) -> None:
    path, _ = _saved(tmp_path)
    with pytest.raises(CheckpointError, match="another configuration: seed, weight_decay differ"):
        load_state(path, small_trainer(small_config(seed=1, weight_decay=0.1)))


def test_what_only_tells_more_often_is_no_other_configuration(tmp_path: Path) -> None:
    path, _ = _saved(tmp_path)
    resumed = small_trainer(small_config(gradient_norms_every=1, log_every=7))
    load_state(path, resumed)
    assert resumed.step == 2


def test_other_data_are_refused(tmp_path: Path) -> None:
    path, trainer = _saved(tmp_path)
    fewer = small_items() | {"judged": small_items()["judged"][:4]}
    with pytest.raises(CheckpointError, match=r"other data: it was trained on .*6.*there are .*4"):
        load_state(path, Trainer(random_tiny_model(), small_tasks(), fewer, trainer.config))


def test_the_state_holds_what_is_needed_and_no_pickle(tmp_path: Path) -> None:
    path, _ = _saved(tmp_path, replace(EVERYTHING, dynamic_batch=None, early_stopping=None))
    snapshot = read_snapshot(path)
    parts = {name.partition("/")[0] for name in snapshot.tensors}
    assert parts == {"model", "optimizer", "average", "random"}
    assert json.loads(json.dumps(snapshot.values))["step"] == 2
    assert b"PK\x03\x04" not in path.read_bytes()


def test_train_goes_on_from_a_state(tmp_path: Path) -> None:
    path, config = tmp_path / "state", small_config(replace(STAGE, steps=4))
    small_trainer(config, whole := Recorder()).run()
    arguments = (small_tasks(), small_items(), config)
    torch.manual_seed(0)
    train(random_tiny_model(), *arguments, observer=Recorder(2), keep_state=lambda trainer: save_state(path, trainer))
    train(random_tiny_model(), *arguments, observer=(rest := Recorder()), prepare=partial(load_state, path))
    assert rest.losses == whole.losses[2:]
