"""Real small trainings, recorded as any run is: the tiny model on a few sentences, validated on the same ones."""

from __future__ import annotations

import time
from dataclasses import asdict, replace
from pathlib import Path

import torch

from redheart_core.runs.attempts import write_facts
from redheart_core.runs.facts import RunFacts, flat_settings
from redheart_core.runs.folder import RunFolder, create_folder
from redheart_core.runs.recorder import recording
from redheart_core.training.config import TrainingConfig
from redheart_core.training.evaluation import Metric, measure, predict
from redheart_core.training.techniques.sweet_spots import SweetSpotsConfig
from tests.checkpoints import make_tiny_checkpoint
from tests.small_training import STAGE, small_config, small_items, small_tasks, small_trainer


def everything_on(steps: int) -> TrainingConfig:
    """Return a training in which every curve has something to show."""
    return small_config(
        replace(STAGE, steps=steps, warmup_steps=max(1, steps // 10)),
        validate_every=max(1, steps // 8),
        gradient_norms_every=2,
        sweet_spots=SweetSpotsConfig(patience=2, noise_multiple=0.0),
    )


def recorded_training(root: Path, name: str = "a run", *, steps: int = 24, rate: float = 1e-2) -> RunFolder:
    """Train and record; the run is completed, and a tiny checkpoint stands for the model that a real one writes."""
    config = everything_on(steps)
    config = replace(config, stages=tuple(replace(stage, learning_rate=rate) for stage in config.stages))
    folder = create_folder(root)
    text = as_toml(config)
    folder.config_file.write_text(text, encoding="utf-8")
    facts = RunFacts(
        name=name, created_s=time.time(), command="redheart train tiny.toml", config=text,
        settings=flat_settings(asdict(config)), seed=config.seed, planned_steps=config.steps, data_dir="data",
        out_dir=str(folder.checkpoint), num_threads=1,
    )  # fmt: skip
    write_facts(folder, facts)
    with recording(folder) as recorder:
        recorder.on_data({"sentences.tsv": "0" * 64})
        trainer = small_trainer(config, recorder, validate=validate)
        trainer.run()
        make_tiny_checkpoint(folder.checkpoint)
        recorder.on_saved(folder.checkpoint, trainer.step, validate(trainer.model))
    return folder


def validate(model: torch.nn.Module) -> tuple[Metric, ...]:
    """Measure both tasks as a run does."""
    items = small_items()
    return tuple(metric for task in small_tasks() for metric in measure(predict(model, task, items[task.name])))


def as_toml(config: TrainingConfig) -> str:
    """Return the configuration as a file that parses to it again."""
    lines = [f"{name} = {_value(value)}" for name, value in asdict(config).items() if _is_plain(value)]
    spots = config.sweet_spots
    assert spots is not None
    lines += ["[sweet_spots]", f"patience = {spots.patience}", f"noise_multiple = {spots.noise_multiple}"]
    for stage in config.stages:
        lines += ["[[stages]]", *(f"{name} = {_value(value)}" for name, value in asdict(stage).items())]
    return "\n".join(lines)


def _is_plain(value: object) -> bool:
    return isinstance(value, bool | int | float | str)


def _value(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else f'"{value}"' if isinstance(value, str) else str(value)
