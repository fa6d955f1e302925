"""A multi-task training that takes milliseconds: the tiny preset on a few sentences."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import torch

from redheart_core.text.tokenizer import Tokenizer
from redheart_core.training.batches import Item, tokenize
from redheart_core.training.config import StageConfig, TrainingConfig
from redheart_core.training.happenings import EventKind
from redheart_core.training.objectives import JudgedObjective, PleasureObjective
from redheart_core.training.observer import Event, SilentObserver, StepRecord, ValidationRecord
from redheart_core.training.tasks import Example, Task
from redheart_core.training.trainer import Trainer
from redheart_core.vocabulary.reading import Family
from tests.checkpoints import random_tiny_model, tiny_tokenizer_bytes

GOOD = ("She kept her promise.", "The doctor helped the old man home.", "Tell the truth to the manager.")
BAD = ("I lied to my friend.", "I lied and felt guilty.", "Stay silent and keep the job.")
STAGE = StageConfig(steps=12, warmup_steps=2, batch_size=4, max_batch_tokens=4096, learning_rate=1e-2, shallow=False)
SHALLOW = replace(STAGE, steps=6, shallow=True)


class Recorder(SilentObserver):
    """Keeps everything it hears, and asks to stop after a given step."""

    def __init__(self, stop_after: int | None = None) -> None:
        self.steps: list[StepRecord] = []
        self.validations: list[ValidationRecord] = []
        self.events: list[Event] = []
        self._stop_after = stop_after

    def on_step(self, record: StepRecord) -> None:
        self.steps.append(record)

    def on_validation(self, record: ValidationRecord) -> None:
        self.validations.append(record)

    def on_event(self, event: Event) -> None:
        self.events.append(event)

    def stop_requested(self) -> bool:
        return self._stop_after is not None and self.steps[-1].step >= self._stop_after

    @property
    def losses(self) -> list[float]:
        return [record.loss for record in self.steps]

    def details(self, kind: EventKind) -> list[str]:
        return [event.detail for event in self.events if event.kind is kind]


def small_tasks() -> tuple[Task, ...]:
    """Return one task of judgements and one of pairs."""
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


@cache
def small_items() -> dict[str, tuple[Item, ...]]:
    """Return the tokenized examples of ``small_tasks``."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "tokenizer.json"
        path.write_bytes(tiny_tokenizer_bytes())
        tokenizer = Tokenizer.from_file(path)
        return {task.name: tokenize(task.train, tokenizer, max_tokens=48) for task in small_tasks()}


def small_config(*stages: StageConfig, **changes: Any) -> TrainingConfig:
    """Return a run of the given stages in which everything that is not named is off."""
    plain = TrainingConfig(
        preset="tiny",
        seed=0,
        readout_rate=1.0,
        weight_decay=0.05,
        gradient_clip=1.0,
        size_exponent=0.6,
        all_parts_share=0.4,
        other_part_share=0.2,
        log_every=1000,
        save_every=1000,
        stages=stages or (STAGE,),
    )
    return replace(plain, **changes)


def small_trainer(config: TrainingConfig, observer: Recorder | None = None, **options: Any) -> Trainer:
    """Return a trainer of the tiny model with fixed random weights and fixed chances."""
    torch.manual_seed(0)
    return Trainer(random_tiny_model(), small_tasks(), small_items(), config, observer=observer, **options)
