"""Who teaches: a trained checkpoint, or a preset with untrained weights to show that the machinery works at its size.

Dimensions: N passages, R passages of a batch, T tokens, D the teacher's width, C outputs of a family.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from redheart_core.inference.shipped import shipped_folder
from redheart_core.inference.untrained import untrained_model
from redheart_core.model.checkpoint import load_checkpoint, read_manifest, tokenizer_path
from redheart_core.model.config import ModelConfig
from redheart_core.model.layers import masked_mean
from redheart_core.model.manifest import Manifest
from redheart_core.model.network import RedHeartModel
from redheart_core.model.presets import PRESETS
from redheart_core.text.tokenizer import Encoding
from redheart_core.training.batches import Batch, Item, collate, cut
from redheart_core.training.compression.sources import open_source
from redheart_core.training.compression.teacher_outputs import TeacherOutputs, passages_sha256
from redheart_core.vocabulary.reading import Family

TOKENIZER_OF = "compact"
"""Whose tokenizer an untrained preset reads with: all presets have room for its vocabulary."""
BATCH_PASSAGES, BATCH_TOKENS = 128, 4096


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Teacher:
    """A model that is asked and never trained."""

    name: str
    load: Callable[[], RedHeartModel]
    """Brings the weights into memory; not called where everything that is asked is known already."""
    config: ModelConfig
    tokenizer_file: Path
    manifest: Manifest | None
    """Absent where the weights are untrained."""
    sha256: str
    """Identifies the weights: the checkpoint's hash, or that of the preset's name and the seed."""

    @property
    def is_trained(self) -> bool:
        """Whether its outputs say anything about morals."""
        return self.manifest is not None

    @property
    def families(self) -> tuple[Family, ...]:
        """Families that it teaches: those it was trained for, or all where it was trained for none."""
        return tuple(Family) if self.manifest is None else tuple(self.manifest.trained_outputs)


def open_teacher(name_or_path: str, *, seed: int) -> Teacher:
    """Load a checkpoint, or build the preset of that name with random weights where none is shipped for it.

    Raises:
        CheckpointError: It is neither.
    """
    if name_or_path in PRESETS and not shipped_folder(name_or_path).is_dir():
        return _untrained(name_or_path, seed)
    source = open_source(name_or_path)
    return Teacher(
        name=source.directory.name,
        load=lambda: load_checkpoint(source.directory).model,
        config=source.checkpoint.model.config,
        tokenizer_file=source.tokenizer_file,
        manifest=source.checkpoint.manifest,
        sha256=source.checkpoint.sha256,
    )


def ask(teacher: Teacher, encodings: Sequence[Encoding], *, dtype: torch.dtype) -> TeacherOutputs:
    """Run the teacher over passages, in ``dtype``, and keep its logits and pooled states in their order."""
    model = teacher.load().eval().to(dtype)
    model.backbone.embedding.restore_positions()
    order = sorted(range(len(encodings)), key=lambda index: len(encodings[index].ids))
    items = [Item(encodings=(encodings[index],), target=()) for index in order]
    with torch.inference_mode():
        parts = [
            _ask_batch(model, collate(part), teacher.families)
            for part in cut(items, batch_size=BATCH_PASSAGES, max_batch_tokens=BATCH_TOKENS)
        ]
    places = torch.tensor(order).argsort()
    return TeacherOutputs(
        teacher_sha256=teacher.sha256,
        passages_sha256=passages_sha256(encodings),
        logits={family: torch.cat([logits[family] for logits, _ in parts])[places] for family in teacher.families},
        hidden_ND=torch.cat([hidden for _, hidden in parts])[places],
    )


def _ask_batch(model: RedHeartModel, batch: Batch, families: Sequence[Family]) -> tuple[dict[Family, Tensor], Tensor]:
    embeddings_RTD = model.backbone.embedding(batch.ids_RT)
    hidden_RTD = model.backbone(embeddings_RTD, batch.mask_RT, batch.segments_RT)
    output = model.forward_from_states(hidden_RTD, batch.mask_RT, batch.ngrams)
    logits = {family: output.logits[family].float() for family in families}
    return logits, masked_mean(hidden_RTD, batch.mask_RT).float()


def _untrained(preset_name: str, seed: int) -> Teacher:
    shipped = shipped_folder(TOKENIZER_OF)
    identity = f"untrained {preset_name}, seed {seed}, torch {torch.__version__}"

    return Teacher(
        name=f"{preset_name} (untrained)",
        load=partial(untrained_model, PRESETS[preset_name], seed=seed),
        config=PRESETS[preset_name],
        tokenizer_file=tokenizer_path(shipped, read_manifest(shipped)[1]),
        manifest=None,
        sha256=hashlib.sha256(identity.encode()).hexdigest(),
    )
