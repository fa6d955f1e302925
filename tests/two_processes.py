"""What each process of ``test_distributed`` runs: ``torchrun ... -m tests.two_processes FOLDER SPREAD PROCESSES``."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, replace
from pathlib import Path

import torch
from safetensors.torch import save_file

from redheart_core.training.config import TrainingConfig
from redheart_core.training.distributed import Spread, joined
from redheart_core.training.techniques.accumulation import AccumulationConfig
from redheart_core.training.techniques.precision import MixedPrecision
from redheart_core.training.trainer import Trainer
from tests.checkpoints import random_tiny_model
from tests.small_training import STAGE, Recorder, small_config, small_items, small_tasks


def exact_config() -> TrainingConfig:
    """Return a run in which nothing but the examples differs from process to process: the task of judgements alone."""
    return small_config(
        replace(STAGE, steps=5, batch_size=4),
        precision=MixedPrecision.FP32,
        accumulation=AccumulationConfig(micro_batches=2),
    )


def deterministic_trainer(recorder: Recorder, **options: object) -> Trainer:
    """Return a trainer of a model without dropout or hidden modules."""
    model = random_tiny_model()
    trainer = Trainer(model, small_tasks()[:1], small_items(), exact_config(), observer=recorder, **options)  # type: ignore[arg-type]
    model.train = lambda *_: torch.nn.Module.train(model, mode=False)  # type: ignore[method-assign]
    return trainer


def main(folder: Path, spread: Spread, processes: int) -> None:
    """Train, and write weights, losses and the examples of this process."""
    torch.set_num_threads(1)
    with joined(processes, spread=spread) as workers:
        seen: list[list[int]] = []
        recorder = Recorder()
        trainer = deterministic_trainer(recorder, workers=workers)
        numbers = {id(item): number for number, item in enumerate(small_items()["judged"])}
        run = trainer.gradients.run

        def noted(micro_batches, *arguments, **options):  # type: ignore[no-untyped-def]
            seen.append([numbers[id(item)] for micro in micro_batches for item in micro.items])
            return run(micro_batches, *arguments, **options)

        trainer.gradients.run = noted  # type: ignore[method-assign]
        trainer.run()
        weights = dict(workers.whole(trainer.model).state_dict())
    save_file(weights, folder / f"weights-{workers.rank}.safetensors")
    result = {"seen": seen, "steps": [asdict(record) for record in recorder.steps]}
    (folder / f"rank-{workers.rank}.json").write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Spread(sys.argv[2]), int(sys.argv[3]))
