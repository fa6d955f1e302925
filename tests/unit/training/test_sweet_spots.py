"""Each module stops at its own sweet spot, stays as it was from there on, and a resumed run agrees."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from redheart_core.errors import ConfigError
from redheart_core.training.evaluation import Metric
from redheart_core.training.happenings import EventKind
from redheart_core.training.modules import parameters_by_module
from redheart_core.training.state import load_state, save_state
from redheart_core.training.techniques.sweet_spots import (
    SweetSpotsConfig,
    find_marks,
    module_curve,
    served_tasks,
    task_scores,
)
from redheart_core.training.trainer import Ending, Trainer
from tests.small_training import STAGE, Recorder, small_config, small_tasks, small_trainer

CONFIG = SweetSpotsConfig(patience=2, noise_multiple=0.0)
JUDGE_ONLY, PAIRS_ONLY, BOTH = (
    "analyzers.counterfactual_reasoner",
    "analyzers.bentham_calculator",
    "heads.bentham_head",
)
FROZEN_FROM = 3
"""Validation at which a constant curve runs out of a patience of two."""


def _metric(task: str, value: float, name: str = "accuracy") -> Metric:
    return Metric(task=task, name=name, value=value, baseline=0.0, num_rows=1)


class _Scripted:
    """Validations in which one task stands still and the other improves."""

    def __init__(self, step: float = 0.01) -> None:
        self.count, self.step = 0, step
        self.weights: list[dict[str, torch.Tensor]] = []

    def __call__(self, model: torch.nn.Module) -> tuple[Metric, ...]:
        self.count += 1
        self.weights.append({name: value.detach().clone() for name, value in model.named_parameters()})
        return _metric("judged", 0.5), _metric("pairs", 0.5 + self.step * self.count)


def _config(steps: int = 6):
    return small_config(replace(STAGE, steps=steps, warmup_steps=1), sweet_spots=CONFIG, validate_every=1)


def _moved(before: dict[str, torch.Tensor], after: dict[str, torch.Tensor], module: str) -> bool:
    return any(not torch.equal(before[name], after[name]) for name in before if name.startswith(f"{module}."))


def test_parts_serve_the_tasks_that_need_them_and_everything_else_serves_all():
    modules = (JUDGE_ONLY, PAIRS_ONLY, BOTH, "analyzers.surd_analyzer", "bridge", "backbone.encoder.0")
    assert served_tasks(modules, small_tasks()) == {
        JUDGE_ONLY: ("judged",),
        PAIRS_ONLY: ("pairs",),
        BOTH: ("judged", "pairs"),
        "analyzers.surd_analyzer": (),
        "bridge": ("judged", "pairs"),
        "backbone.encoder.0": ("judged", "pairs"),
    }


def test_errors_count_negative_and_a_task_is_the_mean_of_its_metrics():
    metrics = [
        _metric("a", 0.5),
        _metric("a", 0.7, "exact match"),
        _metric("b", 0.2, "mean absolute error (lower is better)"),
    ]
    assert task_scores(metrics) == pytest.approx({"a": 0.6, "b": -0.2})
    with pytest.raises(ConfigError, match="none of the tasks c"):
        module_curve([{"a": 1.0}], ["c"])


def test_each_curve_is_marked_where_its_own_patience_ran_out():
    scores = [{"a": a, "b": b} for a, b in [(1.0, 1.0), (3.0, 2.0), (2.0, 3.0), (2.0, 4.0), (2.0, 5.0)]]
    marks = find_marks(scores, {"one": ["a"], "two": ["b"], "none": []}, CONFIG)
    assert set(marks) == {"one"}
    assert (marks["one"].best, marks["one"].frozen_at, marks["one"].best_score) == (1, 3, 3.0)
    assert find_marks(scores[:3], {"one": ["a"]}, CONFIG) == {}


def test_a_module_that_is_done_no_longer_moves_while_others_do():
    recorder, scripted = Recorder(), _Scripted()
    trainer = small_trainer(_config(), recorder, validate=scripted)
    assert trainer.run() is Ending.FINISHED
    marked = [event.detail for event in recorder.events if event.kind is EventKind.SWEET_SPOT]
    assert [detail.split()[0] for detail in marked] == [JUDGE_ONLY]
    assert _moved(scripted.weights[0], scripted.weights[FROZEN_FROM - 1], JUDGE_ONLY)
    assert not _moved(scripted.weights[FROZEN_FROM - 1], scripted.weights[-1], JUDGE_ONLY)
    assert _moved(scripted.weights[FROZEN_FROM - 1], scripted.weights[-1], BOTH)


def test_a_run_ends_when_no_module_is_left_to_learn():
    recorder = Recorder()
    trainer = small_trainer(_config(steps=20), recorder, validate=_Scripted(step=0.0))
    assert trainer.run() is Ending.EARLY_STOPPED
    assert trainer.step == FROZEN_FROM
    assert "any module's sweet spot" in recorder.events[-2].detail


def test_a_resumed_run_keeps_frozen_modules_frozen_bit_for_bit(tmp_path: Path):
    torch.manual_seed(3)
    whole = small_trainer(_config(), Recorder(), validate=_Scripted())
    whole.run()
    torch.manual_seed(3)
    path = tmp_path / "state"
    scripted = _Scripted()

    def keep(trainer: Trainer) -> None:
        save_state(path, trainer)

    small_trainer(_config(), Recorder(4), validate=scripted, keep_state=keep).run()
    resumed = small_trainer(_config(), Recorder(), validate=scripted)
    load_state(path, resumed)
    frozen = {name for name, parameter in resumed.model.named_parameters() if not parameter.requires_grad}
    assert frozen == set(parameters_by_module(resumed.model)[JUDGE_ONLY])
    resumed.run()
    expected = whole.model.state_dict()
    assert all(torch.equal(value, expected[name]) for name, value in resumed.model.state_dict().items())


def test_it_needs_validations_and_sensible_numbers():
    with pytest.raises(ConfigError, match="sweet_spots needs validations"):
        small_config(sweet_spots=CONFIG)
    with pytest.raises(ConfigError, match="patience is 0"):
        SweetSpotsConfig(patience=0)
