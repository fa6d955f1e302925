"""One training run from data folder to checkpoint."""

from __future__ import annotations

import logging
import math
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path

import torch

from redheart_core.data.corpus import shippable_texts
from redheart_core.model.network import RedHeartModel
from redheart_core.model.presets import preset
from redheart_core.text.tokenizer import Tokenizer, build_tokenizer
from redheart_core.training.batches import Item, tokenize
from redheart_core.training.checkpoint_writer import CheckpointWriter, OnSaved
from redheart_core.training.config import TrainingConfig
from redheart_core.training.course import run_course
from redheart_core.training.distributed import ALONE, Workers
from redheart_core.training.evaluation import Metric, measure, predict
from redheart_core.training.held_out import Parted, mean_loss, part_development, spread_groups, with_fewer_rows
from redheart_core.training.objectives import REGRET_PROXIES
from redheart_core.training.observer import Observer
from redheart_core.training.pretraining.sequences import encode_texts
from redheart_core.training.starting_model import build_model, start_at_base_rates
from redheart_core.training.summary import RunSummary
from redheart_core.training.supervision import load_supervision
from redheart_core.training.tasks import Example, Task, load_tasks, teachable
from redheart_core.training.techniques.precision import on_device
from redheart_core.training.trainer import CPU, Ending
from redheart_core.vocabulary.reading import OUTPUTS, Family

logger = logging.getLogger(__name__)

TRAINED_OUTPUTS: dict[Family, tuple[str, ...]] = {
    Family.GOEMOTIONS: OUTPUTS[Family.GOEMOTIONS],
    Family.KOTE: OUTPUTS[Family.KOTE],
    Family.VAD: OUTPUTS[Family.VAD],
    Family.HEDONIC: OUTPUTS[Family.HEDONIC],
    Family.BENTHAM: OUTPUTS[Family.BENTHAM],
    Family.REASONING: OUTPUTS[Family.REASONING],
    Family.REGRET: REGRET_PROXIES,
    Family.CONDUCT: OUTPUTS[Family.CONDUCT],
    Family.TRAIT: OUTPUTS[Family.TRAIT],
    Family.CAUSAL: OUTPUTS[Family.CAUSAL],
    Family.SAFETY: OUTPUTS[Family.SAFETY],
}
"""What the tasks of ``load_tasks`` teach."""


OnData = Callable[[Mapping[str, str]], object]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Start:
    """What there is before the first step."""

    tasks: tuple[Task, ...]
    choosing: tuple[Task, ...]
    """With the development rows that validations and crossover look at; none where there is neither."""
    judging: tuple[Task, ...]
    """With the development rows that everything else is fitted and measured on."""
    tokenizer: Tokenizer
    tokenizer_file: Path
    model: RedHeartModel


def run_training(
    config: TrainingConfig,
    *,
    data_dir: Path,
    out_dir: Path,
    command: str,
    observer: Observer | None = None,
    state_dir: Path | None = None,
    on_data: OnData | None = None,
    on_saved: OnSaved | None = None,
    workers: Workers = ALONE,
) -> RunSummary | None:
    """Train a model and write its checkpoint to ``out_dir``, now and then and at the end.

    Args:
        config: The run.
        data_dir: Folder of the data sets.
        out_dir: Folder of the checkpoint.
        command: How the run was started, for the card.
        observer: Hears of every step; may ask to stop.
        state_dir: Where states are kept to go on from. A state that lies there is gone on from.
        on_data: Called with the SHA-256 of every file that is learned from, before anything is learned.
        on_saved: Called with the steps done and the metrics whenever the checkpoint was written.
        workers: The processes that train together. A sharded model is saved only at the end.

    Returns:
        What was reached; None where the observer asked to stop and the state was kept instead, and in all processes
        but the one that records.

    Raises:
        DataError: A data set is missing or malformed, or the loss is not finite.
        ConfigError: The preset is unknown.
        CheckpointError: The state to go on from is damaged, or checkpoint or state cannot be written.
    """
    started_s = time.monotonic()
    config = replace(config, precision=on_device(config.precision, CPU))
    with tempfile.TemporaryDirectory() as scratch:
        start = _prepare(config, data_dir, Path(scratch), on_data)
        writer = CheckpointWriter(
            config=config,
            tasks=start.judging,
            trained_outputs=_trained_outputs(config),
            tokenizer_file=start.tokenizer_file,
            out_dir=out_dir,
            command=command,
            on_saved=on_saved,
            started_s=started_s,
        )
        trained = run_course(
            start.model,
            start.tasks,
            {task.name: _tokenized(start, task.train) for task in start.tasks},
            config,
            sequences=lambda: _texts_as_ids(config, data_dir, start.tokenizer),
            held_loss=_held_loss(config, start),
            work_dir=Path(scratch) if state_dir is None else state_dir,
            keeps_state=state_dir is not None,
            observer=observer,
            validate=partial(_measured, start.choosing, _dev_items(start, start.choosing)),
            save=None if workers.is_sharded else partial(writer.on_the_way, start.model),
            workers=workers,
        )
        model = workers.whole(start.model)
        if trained.ending is Ending.STOPPED or not workers.records:
            return None
        return writer.at_the_end(model, trained)


def _prepare(config: TrainingConfig, data_dir: Path, scratch: Path, on_data: OnData | None) -> _Start:
    torch.manual_seed(config.seed)
    model_config = preset(config.preset)
    tasks = teachable(load_tasks(data_dir) + (load_supervision(data_dir) if config.proxies else ()), model_config)
    tasks = tasks if config.max_rows is None else tuple(_with_few_rows(task, config.max_rows) for task in tasks)
    if on_data is not None:
        on_data({file.name: file.sha256 for task in tasks for file in task.files})
    _log_label_statistics(tasks)
    tokenizer_file = scratch / "tokenizer.json"
    texts = _some_texts(config, data_dir)
    build_tokenizer(texts, tokenizer_file, vocabulary_size=model_config.vocabulary_size)
    tokenizer = Tokenizer.from_file(tokenizer_file)
    model = build_model(config, tokenizer, texts)
    start_at_base_rates(model, tasks)
    parted = _parted(config, tasks)
    return _Start(
        tasks=tasks,
        choosing=parted.choosing,
        judging=parted.judging,
        tokenizer=tokenizer,
        tokenizer_file=tokenizer_file,
        model=model,
    )


def _with_few_rows(task: Task, limit: int) -> Task:
    few = spread_groups(task.train, limit)
    return replace(with_fewer_rows(task, limit), train=tuple(chain.from_iterable(few)))


def _some_texts(config: TrainingConfig, data_dir: Path) -> tuple[str, ...]:
    texts = shippable_texts(data_dir)
    return texts if config.max_texts is None else texts[:: max(1, round(len(texts) / config.max_texts))]


def _parted(config: TrainingConfig, tasks: tuple[Task, ...]) -> Parted:
    """Set rows aside to choose on, where something is chosen."""
    if config.validate_every is None and config.crossover is None:
        return Parted(choosing=(), judging=tasks)
    parted = part_development(tasks, config.validation_rows, seed=config.seed)
    for task, other in zip(parted.choosing, parted.judging, strict=True):
        logger.info("%s: %d development rows to choose on, %d to judge", task.name, len(task.dev), len(other.dev))
    return parted


def _trained_outputs(config: TrainingConfig) -> dict[Family, tuple[str, ...]]:
    known = preset(config.preset).families
    return {family: names for family, names in TRAINED_OUTPUTS.items() if family in known}


def _texts_as_ids(config: TrainingConfig, data_dir: Path, tokenizer: Tokenizer) -> tuple[tuple[int, ...], ...]:
    assert config.pretraining is not None, "asked for without pre-training"
    return encode_texts(_some_texts(config, data_dir), tokenizer, max_tokens=config.pretraining.max_tokens)


def _held_loss(config: TrainingConfig, start: _Start) -> Callable[[RedHeartModel], float]:
    """Return what crossover chooses by: the mean loss on some development rows of each task."""
    if config.crossover is None:
        return lambda own: math.nan
    fewer = [with_fewer_rows(task, config.crossover.rows) for task in start.choosing]
    items = _dev_items(start, fewer)
    return lambda own: mean_loss(own, fewer, items)


def _dev_items(start: _Start, tasks: Sequence[Task]) -> dict[str, tuple[Item, ...]]:
    return {task.name: _tokenized(start, task.dev) for task in tasks}


def _tokenized(start: _Start, examples: Sequence[Example]) -> tuple[Item, ...]:
    return tokenize(examples, start.tokenizer, max_tokens=start.model.config.max_tokens)


def _measured(
    tasks: Sequence[Task], dev_items: Mapping[str, Sequence[Item]], model: RedHeartModel
) -> tuple[Metric, ...]:
    return tuple(chain.from_iterable(measure(predict(model, task, dev_items[task.name])) for task in tasks))


def _log_label_statistics(tasks: Sequence[Task]) -> None:
    for task in tasks:
        columns = list(zip(*(example.target for example in task.train), strict=True))
        means = " ".join(f"{sum(column) / len(column):.3f}" for column in columns[:6])
        logger.info("%s: %d train, %d dev, mean of targets %s", task.name, len(task.train), len(task.dev), means)
