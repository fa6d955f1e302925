"""What the trainer reports, when it ends, and that its rates are those that were planned."""

from __future__ import annotations

import math
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from redheart_core.errors import ConfigError, DataError
from redheart_core.model.network import RedHeartModel
from redheart_core.training.config import load_config
from redheart_core.training.evaluation import Metric
from redheart_core.training.happenings import EventKind
from redheart_core.training.sampling import Sampler
from redheart_core.training.schedule import planned_curve, planned_rate
from redheart_core.training.streams import BatchStream, Limits
from redheart_core.training.techniques.accumulation import AccumulationConfig
from redheart_core.training.techniques.early_stopping import EarlyStoppingConfig, patience_ran_out, watched_score
from redheart_core.training.techniques.precision import MixedPrecision
from redheart_core.training.techniques.r_drop import RDropConfig
from redheart_core.training.techniques.weight_average import AverageConfig
from redheart_core.training.trainer import Ending
from redheart_core.training.validation_watch import Validate
from tests.small_training import SHALLOW, STAGE, Recorder, small_config, small_items, small_tasks, small_trainer


def test_the_rate_of_every_step_is_the_planned_one_counted_in_optimiser_steps() -> None:
    config = small_config(SHALLOW, STAGE, accumulation=AccumulationConfig(micro_batches=2))
    small_trainer(config, recorder := Recorder()).run()
    assert [record.step for record in recorder.steps] == list(range(1, 19))
    assert [record.learning_rate for record in recorder.steps] == pytest.approx(list(planned_curve(config)))
    assert [record.planned_learning_rate for record in recorder.steps] == list(planned_curve(config))


def test_the_planned_curve_rises_and_falls_in_every_stage() -> None:
    curve = planned_curve(small_config(replace(STAGE, steps=10, warmup_steps=4), replace(STAGE, steps=5)))
    assert max(curve) == curve[3] == STAGE.learning_rate
    assert curve[0] == STAGE.learning_rate / 4
    assert curve[9] < curve[8] < curve[4]
    assert curve[10] == STAGE.learning_rate / 2
    with pytest.raises(ValueError, match="no step 16; the run has steps 1 to 15"):
        planned_rate(small_config(replace(STAGE, steps=10), replace(STAGE, steps=5)), 16)


def test_a_step_says_what_it_did() -> None:
    small_trainer(small_config(gradient_norms_every=2), recorder := Recorder()).run()
    first, second = recorder.steps[:2]
    assert first.loss == pytest.approx(sum(first.losses.values()))
    assert set(first.losses) == {"task", "recovery"}
    assert first.task in ("judged", "pairs")
    assert first.tokens > first.batch_size > 0
    assert first.epoch == pytest.approx(first.batch_size / 9)
    assert first.gradient_norms == {}
    assert second.gradient_norms["backbone.embedding"] > 0
    assert {"heads.bentham_head", "bridge.merge", "auxiliary"} & set(second.gradient_norms)


def test_a_loss_that_is_no_number_leaves_the_weights_of_the_step_before() -> None:
    trainer = small_trainer(small_config(), recorder := Recorder(2))
    trainer.run()
    before = {name: value.clone() for name, value in trainer.model.state_dict().items()}
    trainer.gradients._loss = lambda *_: torch.full((2,), math.nan, requires_grad=True)
    with pytest.raises(DataError, match=r"step 3: the loss of \w+ is nan"):
        trainer.run()
    after = trainer.model.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert len(recorder.steps) == 2
    assert recorder.events[-1].kind is EventKind.FAILED


def test_an_infinite_gradient_of_a_finite_loss_is_noticed_as_well() -> None:
    trainer = small_trainer(small_config(), Recorder())
    weight = trainer.model.backbone.embedding.token.weight

    def steep(*_: object) -> torch.Tensor:
        return torch.stack([(weight[0, 0] - weight[0, 0].detach()).abs().sqrt(), weight.new_zeros(())])

    trainer.gradients._loss = steep
    with pytest.raises(DataError, match=r"step 1: the gradient of \w+ has the length (nan|inf)"):
        trainer.run()


def _scores(*values: float) -> Validate:
    left = list(values)

    def validate(model: RedHeartModel) -> tuple[Metric, ...]:
        assert model is not None
        return (Metric(task="judged", name="accuracy", value=left.pop(0), baseline=0.5, num_rows=6),)

    return validate


def test_it_ends_when_validation_brings_nothing_more_and_keeps_the_best_weights() -> None:
    stopping = EarlyStoppingConfig(patience=2, noise_multiple=0.0)
    config = small_config(early_stopping=stopping, validate_every=2)
    trainer = small_trainer(config, recorder := Recorder(), validate=_scores(0.5, 0.8, 0.7, 0.6, 0.9, 0.9))
    assert trainer.run() is Ending.EARLY_STOPPED
    assert len(recorder.steps) == 8
    assert [record.step for record in recorder.validations] == [2, 4, 6, 8]
    assert recorder.details(EventKind.EARLY_STOP) == ["no progress since validation 2 of 4, 0.8000"]
    four = small_trainer(config, Recorder(4), validate=_scores(0.5, 0.8))
    four.run()
    kept, expected = trainer.model.state_dict(), four.model.state_dict()
    assert all(torch.equal(kept[name], expected[name]) for name in expected)


def test_patience_is_counted_from_the_last_progress() -> None:
    config = EarlyStoppingConfig(patience=2, noise_multiple=0.0)
    losses = [5.0, 4.0, 4.5, 3.0, 3.5, 3.2, 1.0]
    assert [patience_ran_out(losses[:count], config) for count in range(7)] == [False] * 6 + [True]


def test_errors_count_downwards_and_an_unknown_metric_is_named() -> None:
    metrics = (
        Metric(task="a", name="accuracy", value=0.75, baseline=0.5, num_rows=1),
        Metric(task="b", name="mean absolute error (lower is better)", value=0.25, baseline=0.5, num_rows=1),
    )
    assert watched_score(metrics, EarlyStoppingConfig()) == 0.25
    assert watched_score(metrics, EarlyStoppingConfig(task="b")) == -0.25
    with pytest.raises(ConfigError, match="watches task 'c', metric '', but validation gave: a: accuracy, b: mean"):
        watched_score(metrics, EarlyStoppingConfig(task="c"))


def test_early_stopping_without_validation_is_refused() -> None:
    with pytest.raises(ConfigError, match="early_stopping needs validations"):
        small_config(early_stopping=EarlyStoppingConfig())


def test_techniques_are_read_from_tables_and_absent_ones_are_off(tmp_path: Path) -> None:
    shipped = Path(str(files("redheart_core.training"))) / "configs/compact.toml"
    tables = "[average]\ndecay = 0.99\n[r_drop]\n[dynamic_batch]\nlargest = 512\n"
    path = tmp_path / "run.toml"
    text = shipped.read_text("utf-8").replace('precision = "auto"', 'precision = "fp32"')
    path.write_text(text + tables, encoding="utf-8")
    config = load_config(str(path))
    assert (config.average, config.r_drop) == (AverageConfig(decay=0.99), RDropConfig(alpha=1.0))
    assert config.precision is MixedPrecision.FP32
    assert config.label_smoothing is config.accumulation is None


@pytest.mark.parametrize(
    ("line", "problem"),
    [("[r_drop]\nbeta = 1", "r_drop: these keys are unknown or missing: beta"), ("[mixup]", "missing: mixup")],
)
def test_what_would_be_ignored_is_refused(line: str, problem: str, tmp_path: Path) -> None:
    shipped = Path(str(files("redheart_core.training"))) / "configs/compact.toml"
    path = tmp_path / "run.toml"
    path.write_text(f"{shipped.read_text('utf-8')}\n{line}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=problem):
        load_config(str(path))


@given(sizes=st.lists(st.sampled_from([2, 3, 4, 7]), min_size=1, max_size=12), smallest=st.integers(1, 3))
def test_a_stream_can_be_taken_up_anywhere(sizes: list[int], smallest: int) -> None:
    items = small_items()["judged"]
    stream = BatchStream(items, seed=1, name="judged", smallest=smallest)
    for size in sizes:
        assert len(stream.take(Limits(batch_size=size, max_batch_tokens=4096))) >= smallest
    other = BatchStream(items, seed=1, name="judged", smallest=smallest)
    other.restore(stream.place)
    for size in (3, 2, 5):
        limits = Limits(batch_size=size, max_batch_tokens=4096)
        assert list(map(id, other.take(limits))) == list(map(id, stream.take(limits)))


def test_passes_differ_and_each_sees_every_item_once() -> None:
    items = small_items()["judged"]
    stream = BatchStream(items, seed=1, name="judged")
    limits = Limits(batch_size=2, max_batch_tokens=4096)
    passes = [[id(item) for _ in range(3) for item in stream.take(limits)] for _ in range(4)]
    assert all(sorted(seen) == sorted(map(id, items)) for seen in passes)
    assert len({tuple(seen) for seen in passes}) > 1


def test_emphasis_on_a_task_that_is_not_there_is_mentioned(caplog: pytest.LogCaptureFixture) -> None:
    small_trainer(small_config(emphasis={"judged": 2.0, "jugded": 3.0}))
    assert "emphasis has no effect on tasks that are not there: jugded" in caplog.text


def test_tasks_are_drawn_by_size_and_emphasis_and_a_step_has_its_own_chance() -> None:
    config = small_config(size_exponent=1.0, emphasis={"pairs": 4.0})
    sampler = Sampler(small_tasks(), small_items(), config)
    drawn = [sampler.draw(step, STAGE) for step in range(1, 2001)]
    # Six judgements weigh 6, three pairs 3 x 4 = 12: two thirds, within four standard errors.
    assert sum(draw.task.name == "pairs" for draw in drawn) / 2000 == pytest.approx(2 / 3, abs=0.042)
    assert sampler.draw(17, STAGE) == drawn[16]
