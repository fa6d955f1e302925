"""Finishes a network and writes its checkpoint: now and then while it learns, and at the end."""

from __future__ import annotations

import logging
import os
import platform
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch

from redheart_core.model.checkpoint import save_checkpoint
from redheart_core.model.manifest import FORMAT_VERSION, Manifest, Provenance
from redheart_core.model.network import RedHeartModel
from redheart_core.training.card import render_card
from redheart_core.training.config import TrainingConfig
from redheart_core.training.evaluation import Metric
from redheart_core.training.finishing import Finished, finish
from redheart_core.training.summary import RunSummary
from redheart_core.training.tasks import Task
from redheart_core.training.trainer import Trained
from redheart_core.vocabulary.reading import Family

logger = logging.getLogger(__name__)

OnSaved = Callable[[int, tuple[Metric, ...]], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointWriter:
    """Everything about a run that its checkpoint tells."""

    config: TrainingConfig
    tasks: tuple[Task, ...]
    """On whose development rows what follows the training is fitted and measured."""
    trained_outputs: Mapping[Family, tuple[str, ...]]
    tokenizer_file: Path
    out_dir: Path
    command: str
    timed: str = "the whole run"
    """What the time in the card is of."""
    on_saved: OnSaved | None = None
    """Called with the steps done and the metrics whenever the checkpoint was written."""
    started_s: float = field(default_factory=time.monotonic)

    def on_the_way(self, model: RedHeartModel, step: int) -> None:
        """Write the network alone: the linear part would only be fitted again."""
        self._write(model, replace(self.config, linear=None), step, best_step=None)
        model.train()

    def at_the_end(self, model: RedHeartModel, trained: Trained) -> RunSummary:
        """Write the finished model."""
        return self._write(model, self.config, trained.steps_done, trained.best_step)

    def _write(self, model: RedHeartModel, asked: TrainingConfig, step: int, best_step: int | None) -> RunSummary:
        finished = finish(model, self.tasks, asked, self.tokenizer_file, tuple(self.trained_outputs))
        summary = self._summarise(finished, step, best_step)
        save_checkpoint(
            self.out_dir,
            model=finished.model,
            tokenizer_file=self.tokenizer_file,
            manifest=self._manifest(finished, step),
            card=render_card(summary),
            ngrams=finished.ngrams,
        )
        logger.info("checkpoint after %d steps written to %s", step, self.out_dir.name)
        if self.on_saved is not None:
            self.on_saved(step, summary.metrics)
        return summary

    def _summarise(self, finished: Finished, step: int, best_step: int | None) -> RunSummary:
        for metric in finished.metrics:
            logger.info(
                "held out at step %d: %s, %s: %.3f (baseline %.3f, %d rows)",
                step, metric.task, metric.name, metric.value, metric.baseline, metric.num_rows,
            )  # fmt: skip
        return RunSummary(
            config=self.config,
            command=self.command,
            metrics=finished.metrics,
            temperatures=finished.temperatures,
            tasks=self.tasks,
            steps_done=step,
            best_step=best_step,
            timed=self.timed,
            minutes=(time.monotonic() - self.started_s) / 60,
            hardware=f"{torch.get_num_threads()} of {os.cpu_count()} CPU cores ({platform.machine()}), "
            f"torch {torch.__version__}, {self.config.precision.value} autocast",
            num_parameters=sum(parameter.numel() for parameter in finished.model.parameters()),
        )

    def _manifest(self, finished: Finished, step: int) -> Manifest:
        return Manifest(
            format_version=FORMAT_VERSION,
            model=finished.model.config,
            trained_outputs=dict(self.trained_outputs),
            temperatures=finished.temperatures,
            thresholds=finished.thresholds,
            provenance=Provenance(
                command=self.command,
                seed=self.config.seed,
                steps=step,
                data_sha256={file.name: file.sha256 for task in self.tasks for file in task.files},
            ),
        )
