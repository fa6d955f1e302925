"""One training run from data folder to checkpoint."""

from __future__ import annotations

import logging
import math
import os
import platform
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import torch

from redheart_core.data.corpus import shippable_texts
from redheart_core.model.checkpoint import save_checkpoint
from redheart_core.model.manifest import FORMAT_VERSION, Manifest, Provenance
from redheart_core.model.network import RedHeartModel
from redheart_core.model.presets import preset
from redheart_core.text.tokenizer import Tokenizer
from redheart_core.training.batches import Item, tokenize
from redheart_core.training.card import render_card
from redheart_core.training.config import TrainingConfig
from redheart_core.training.corpus_tokenizer import train_tokenizer
from redheart_core.training.course import run_course
from redheart_core.training.distributed import ALONE, Workers
from redheart_core.training.evaluation import Metric, measure, predict
from redheart_core.training.finishing import Finished, finish
from redheart_core.training.held_out import mean_loss, with_fewer_rows
from redheart_core.training.objectives import REGRET_PROXIES, EmotionObjective
from redheart_core.training.observer import Observer
from redheart_core.training.pretraining.sequences import encode_texts
from redheart_core.training.supervision import load_supervision
from redheart_core.training.tasks import Task, load_tasks, teachable
from redheart_core.training.trainer import Ending
from redheart_core.training.vectors import ppmi_vectors
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
    Family.TRAIT: OUTPUTS[Family.TRAIT],
    Family.CAUSAL: OUTPUTS[Family.CAUSAL],
    Family.SAFETY: OUTPUTS[Family.SAFETY],
}
"""What the tasks of ``load_tasks`` teach."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """What the model card reports about a run."""

    config: TrainingConfig
    command: str
    metrics: tuple[Metric, ...]
    temperatures: Mapping[Family, float]
    tasks: tuple[Task, ...]
    steps_done: int
    minutes: float
    hardware: str
    num_parameters: int


def run_training(
    config: TrainingConfig,
    *,
    data_dir: Path,
    out_dir: Path,
    command: str,
    observer: Observer | None = None,
    state_dir: Path | None = None,
    on_data: Callable[[Mapping[str, str]], object] | None = None,
    on_saved: Callable[[int, tuple[Metric, ...]], object] | None = None,
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
    torch.manual_seed(config.seed)
    tasks = teachable(
        load_tasks(data_dir) + (load_supervision(data_dir) if config.proxies else ()), preset(config.preset)
    )
    if on_data is not None:
        on_data({file.name: file.sha256 for task in tasks for file in task.files})
    _log_label_statistics(tasks)
    with tempfile.TemporaryDirectory() as scratch:
        tokenizer_file = Path(scratch) / "tokenizer.json"
        vocabulary_size = preset(config.preset).vocabulary_size
        train_tokenizer(data_dir, tokenizer_file, vocabulary_size=vocabulary_size)
        tokenizer = Tokenizer.from_file(tokenizer_file)
        model = _build_model(config, tokenizer, shippable_texts(data_dir))
        start_at_base_rates(model, tasks)
        items = _tokenized(tasks, tokenizer, model, dev=False)
        dev_items = _tokenized(tasks, tokenizer, model, dev=True)

        def save(step: int) -> RunSummary:
            # On the way the network is saved alone: the linear part would only be fitted again.
            asked = config if step == config.steps else replace(config, linear=None)
            finished = finish(model, tasks, asked, tokenizer_file, tuple(_trained_outputs(model)))
            summary = _summarise(finished, tasks, config, command, step, started_s)
            _write(out_dir, finished, tokenizer_file, summary)
            model.train()
            if on_saved is not None:
                on_saved(step, summary.metrics)
            return summary

        ending = run_course(
            model,
            tasks,
            items,
            config,
            sequences=lambda: _texts_as_ids(config, data_dir, tokenizer),
            held_loss=_held_loss(config, tasks, tokenizer, model),
            work_dir=Path(scratch) if state_dir is None else state_dir,
            keeps_state=state_dir is not None,
            observer=observer,
            validate=lambda own: _measured(own, tasks, dev_items),
            save=None if workers.is_sharded else save,
            workers=workers,
        )
        model = workers.whole(model)
        return None if ending is Ending.STOPPED or not workers.records else save(config.steps)


def _trained_outputs(model: RedHeartModel) -> dict[Family, tuple[str, ...]]:
    return {family: names for family, names in TRAINED_OUTPUTS.items() if family in model.config.families}


def _build_model(config: TrainingConfig, tokenizer: Tokenizer, texts: Sequence[str]) -> RedHeartModel:
    model = RedHeartModel(preset(config.preset))
    encodings = tokenizer.encode_many([(text, "") for text in texts], max_tokens=model.config.max_tokens)
    table = model.backbone.embedding.token.weight
    vectors = ppmi_vectors(
        [encoding.ids[1:-1] for encoding in encodings],
        vocabulary_size=table.shape[0],
        width=table.shape[1],
        seed=config.seed,
    )
    with torch.no_grad():
        table.copy_(vectors)
    logger.info("embedding starts from co-occurrence in %d passages", len(texts))
    return model


def start_at_base_rates(model: RedHeartModel, tasks: Sequence[Task]) -> None:
    """Let rare emotions start rare, so that the first steps are not spent on pushing all logits down."""
    for task in tasks:
        if isinstance(task.objective, EmotionObjective):
            targets = torch.tensor([example.target[:-2] for example in task.train])
            rate = targets.mean(dim=0).clamp(1e-4, 1 - 1e-4)
            model.auxiliary.start_at(task.objective.family, torch.logit(rate))


def _texts_as_ids(config: TrainingConfig, data_dir: Path, tokenizer: Tokenizer) -> tuple[tuple[int, ...], ...]:
    assert config.pretraining is not None, "asked for without pre-training"
    return encode_texts(shippable_texts(data_dir), tokenizer, max_tokens=config.pretraining.max_tokens)


def _held_loss(
    config: TrainingConfig, tasks: Sequence[Task], tokenizer: Tokenizer, model: RedHeartModel
) -> Callable[[RedHeartModel], float]:
    """Return what crossover chooses by: the mean loss on some development rows of each task."""
    if config.crossover is None:
        return lambda own: math.nan
    fewer = [with_fewer_rows(task, config.crossover.rows) for task in tasks]
    items = _tokenized(fewer, tokenizer, model, dev=True)
    return lambda own: mean_loss(own, fewer, items)


def _tokenized(
    tasks: Sequence[Task], tokenizer: Tokenizer, model: RedHeartModel, *, dev: bool
) -> dict[str, tuple[Item, ...]]:
    max_tokens = model.config.max_tokens
    return {task.name: tokenize(task.dev if dev else task.train, tokenizer, max_tokens=max_tokens) for task in tasks}


def _measured(
    model: RedHeartModel, tasks: Sequence[Task], dev_items: Mapping[str, Sequence[Item]]
) -> tuple[Metric, ...]:
    return tuple(chain.from_iterable(measure(predict(model, task, dev_items[task.name])) for task in tasks))


def _summarise(
    finished: Finished,
    tasks: tuple[Task, ...],
    config: TrainingConfig,
    command: str,
    steps_done: int,
    started_s: float,
) -> RunSummary:
    for metric in finished.metrics:
        logger.info(
            "held out at step %d: %s, %s: %.3f (baseline %.3f, %d rows)",
            steps_done, metric.task, metric.name, metric.value, metric.baseline, metric.num_rows,
        )  # fmt: skip
    return RunSummary(
        config=config,
        command=command,
        metrics=finished.metrics,
        temperatures=finished.temperatures,
        tasks=tasks,
        steps_done=steps_done,
        minutes=(time.monotonic() - started_s) / 60,
        hardware=f"{torch.get_num_threads()} of {os.cpu_count()} CPU cores ({platform.machine()}), "
        f"torch {torch.__version__}, {config.precision.value} autocast",
        num_parameters=sum(parameter.numel() for parameter in finished.model.parameters()),
    )


def _write(out_dir: Path, finished: Finished, tokenizer_file: Path, summary: RunSummary) -> None:
    manifest = Manifest(
        format_version=FORMAT_VERSION,
        model=finished.model.config,
        trained_outputs=_trained_outputs(finished.model),
        temperatures=summary.temperatures,
        thresholds=finished.thresholds,
        provenance=Provenance(
            command=summary.command,
            seed=summary.config.seed,
            steps=summary.steps_done,
            data_sha256={file.name: file.sha256 for task in summary.tasks for file in task.files},
        ),
    )
    save_checkpoint(
        out_dir,
        model=finished.model,
        tokenizer_file=tokenizer_file,
        manifest=manifest,
        card=render_card(summary),
        ngrams=finished.ngrams,
    )
    logger.info("checkpoint after %d steps written to %s", summary.steps_done, out_dir.name)


def _log_label_statistics(tasks: Sequence[Task]) -> None:
    for task in tasks:
        columns = list(zip(*(example.target for example in task.train), strict=True))
        means = " ".join(f"{sum(column) / len(column):.3f}" for column in columns[:6])
        logger.info("%s: %d train, %d dev, mean of targets %s", task.name, len(task.train), len(task.dev), means)
