"""Opening a checkpoint so that only a part of it is in memory at a time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch

from redheart_core.errors import ConfigError
from redheart_core.inference.opening import AUTO, chosen_precision, open_checkpoint
from redheart_core.model.checkpoint import LoadedCheckpoint, load_parts, read_manifest
from redheart_core.model.ledger import meta_model
from redheart_core.model.network import Part, RedHeartModel
from redheart_core.runtime.devices import CPU
from redheart_core.runtime.modes import MODES, Mode, ModeSettings, residency_for
from redheart_core.runtime.precision import Precision
from redheart_core.runtime.residency import ResidencyManager
from redheart_core.runtime.stores import MappedStore


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OpenedModel:
    """A checkpoint, and what keeps it within a budget."""

    checkpoint: LoadedCheckpoint
    residency: ResidencyManager | None
    order: tuple[str, ...]
    """Modules in the order in which a reading uses them."""
    precision: Precision


def open_in_mode(
    directory: Path,
    *,
    mode: str | None = None,
    budget_gib: float | None = None,
    precision: Precision | str = AUTO,
    device: str = CPU,
) -> OpenedModel:
    """Open a checkpoint for reading.

    Args:
        directory: Folder of the checkpoint.
        mode: ``light``, ``medium`` or ``heavy``; None keeps everything without a budget.
        budget_gib: Most that weights may take; the mode's own when left out.
        precision: What the model computes in.
        device: Where it runs.

    Raises:
        CheckpointError: The checkpoint is missing, damaged or inconsistent.
        ConfigError: There is no such mode or precision, or they do not go together.
        OutOfDeviceMemoryError: The budget cannot hold what the mode keeps.
    """
    if mode is None:
        if budget_gib is not None:
            raise ConfigError("A budget needs a mode. Choose light, medium or heavy.")
        checkpoint = open_checkpoint(directory, precision=precision, device=device)
        return OpenedModel(
            checkpoint=checkpoint, residency=None, order=(), precision=chosen_precision(directory, precision, device)
        )
    settings = _settings(mode, budget_gib)
    return _open_managed(directory, settings, chosen_precision(directory, precision, device), device)


def module_names(model: RedHeartModel) -> tuple[str, ...]:
    """Return the modules that a reading uses, in its order. The optimisation systems are not among them."""
    parts = (f"{'heads' if part.value in model.heads else 'analyzers'}.{part.value}" for part in Part)
    linear = () if model.ngrams is None else ("ngrams",)
    return ("backbone", *parts, "bridge", "auxiliary", *linear)


def _settings(mode: str, budget_gib: float | None) -> ModeSettings:
    if mode not in list(Mode):
        raise ConfigError(f"There is no mode {mode!r}. Known: {', '.join(Mode)}.")
    settings = MODES[Mode(mode)]
    return settings if budget_gib is None else settings.with_budget(budget_gib)


def _open_managed(directory: Path, settings: ModeSettings, precision: Precision, device: str) -> OpenedModel:
    _, manifest = read_manifest(directory)
    preset = manifest.model.preset
    if settings.mode is Mode.LIGHT and preset != settings.preset:
        raise ConfigError(
            f"The mode light runs {settings.preset!r} and this checkpoint is {preset!r}. Choose medium or heavy for it."
        )
    if precision is Precision.INT8:
        raise ConfigError("int8 is made from whole weights, so no mode can bring parts of it in. Choose bf16 or fp32.")
    dtype = torch.bfloat16 if precision is Precision.BF16 else torch.float32
    model = meta_model(manifest.model).to(dtype).eval()
    model.backbone.embedding.restore_positions(device)
    checkpoint = load_parts(directory, model)
    store = MappedStore([directory / shard.name for shard in manifest.shards], dtype=dtype)
    order = module_names(model)
    modules = {name: model.get_submodule(name) for name in order}
    residency = residency_for(settings, modules, device=device, store=store)
    return OpenedModel(checkpoint=checkpoint, residency=residency, order=order, precision=precision)
