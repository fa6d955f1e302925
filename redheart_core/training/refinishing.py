"""What follows the training of the network, done again for a checkpoint: linear part, blend, temperatures, thresholds.

The network is taken as it was stored. So a better recipe for what follows costs minutes instead of another training.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from redheart_core.errors import ConfigError
from redheart_core.model.checkpoint import load_checkpoint, tokenizer_path
from redheart_core.model.network import RedHeartModel
from redheart_core.training.checkpoint_writer import CheckpointWriter, OnSaved
from redheart_core.training.config import TrainingConfig
from redheart_core.training.summary import RunSummary
from redheart_core.training.supervision import load_supervision
from redheart_core.training.tasks import load_tasks, teachable
from redheart_core.training.techniques.precision import MixedPrecision
from redheart_core.training.trainer import Ending, Trained


def finish_again(
    folder: Path,
    config: TrainingConfig,
    *,
    data_dir: Path,
    out_dir: Path,
    command: str,
    on_saved: OnSaved | None = None,
) -> RunSummary:
    """Fit what follows the training again, and write the checkpoint.

    Args:
        folder: The checkpoint whose network is taken.
        config: The recipe; its preset and seed must be those of the network.
        data_dir: Folder of the data sets. The network must not have learned from what are development rows now.
        out_dir: Folder of the new checkpoint; may be the same.
        command: What was done after the network's own training, for the card.
        on_saved: Called with steps and metrics when the checkpoint was written.

    Raises:
        ConfigError: The recipe is of another preset or seed, which would part training and development rows otherwise.
        CheckpointError: The checkpoint is damaged, or the new one cannot be written.
        DataError: A data set is missing or malformed.
    """
    loaded = load_checkpoint(folder)
    manifest = loaded.manifest
    for name, own, asked in (
        ("preset", manifest.model.preset, config.preset),
        ("seed", str(manifest.provenance.seed), str(config.seed)),
    ):
        if own != asked:
            raise ConfigError(f"The network's {name} is {own}, the configuration's {asked}. Give the one it came from.")
    model = without_linear_part(loaded.model)
    known = load_tasks(data_dir) + (load_supervision(data_dir) if config.proxies else ())
    writer = CheckpointWriter(
        config=replace(config, precision=MixedPrecision.FP32),
        tasks=teachable(known, model.config),
        trained_outputs=manifest.trained_outputs,
        tokenizer_file=tokenizer_path(folder, manifest),
        out_dir=out_dir,
        timed="what followed the training of the network",
        command=f"{manifest.provenance.command}, then {command}",
        on_saved=on_saved,
    )
    return writer.at_the_end(model, Trained(ending=Ending.FINISHED, steps_done=manifest.provenance.steps))


def without_linear_part(model: RedHeartModel) -> RedHeartModel:
    """Return a copy of the network alone; the weights are shared."""
    network = RedHeartModel(replace(model.config, ngrams=None))
    weights = {name: tensor for name, tensor in model.state_dict().items() if not name.startswith("ngrams.")}
    network.load_state_dict(weights, strict=True, assign=True)
    return network.eval()
