"""One vector for a passage: what the heads read of it, before they judge.

The vector is the pooled sequence state: the first token's state, mean and maximum over all tokens, side by side.
A passage is read alone, so its vector cannot depend on its neighbours.

Dimensions: T tokens, D width, P = 3D pooled width.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import torch

from redheart_core.data.chunks.codec import Floats
from redheart_core.data.chunks.identity import EncoderIdentity
from redheart_core.errors import CheckpointError
from redheart_core.inference.opening import AUTO, chosen_precision, open_checkpoint
from redheart_core.inference.shipped import checkpoint_folder
from redheart_core.model.checkpoint import LoadedCheckpoint, read_manifest
from redheart_core.runtime.devices import CPU
from redheart_core.runtime.lease import lease
from redheart_core.vocabulary.dilemma import clean_passage

POOLING = "first+mean+max"


class PassageEncoder:
    """Turns passages into vectors with one checkpoint. Holds no state between calls; threads may share it."""

    def __init__(self, checkpoint: LoadedCheckpoint, identity: EncoderIdentity) -> None:
        self._checkpoint = checkpoint
        self.identity = identity
        """What a store of these vectors must carry."""

    def embed(self, text: str, *, context: str = "") -> Floats:
        """Return the vector (P,) of a passage, perhaps seen against a context.

        Raises:
            InputError: The text cannot be read; see ``clean_passage``.
        """
        passage = clean_passage(text, what_en="text", what_ko="글")
        model = self._checkpoint.model
        encoding = self._checkpoint.tokenizer.encode(passage, context=context, max_tokens=model.config.max_tokens)
        device = model.backbone.embedding.positions_TD.device
        ids_BT = torch.tensor([encoding.ids], device=device)
        segments_BT = torch.tensor([encoding.segments], device=device)
        mask_BT = torch.ones_like(ids_BT, dtype=torch.bool)
        with lease(model), torch.inference_mode():
            hidden_BTD = model.backbone(model.backbone.embedding(ids_BT), mask_BT, segments_BT)
            pooled_BP = model.run_parts(hidden_BTD, mask_BT, parts=frozenset()).pooled_BP
        vector: Floats = pooled_BP[0].float().cpu().numpy()
        return vector


def open_encoder(name_or_path: str, *, precision: str = AUTO) -> PassageEncoder:
    """Open a shipped checkpoint by its name, or any other by its path, for making vectors.

    Raises:
        CheckpointError: It cannot be loaded, or was never trained.
        ConfigError: There is no such precision.
    """
    folder = checkpoint_folder(name_or_path)
    identity = encoder_identity(folder, precision=precision)
    return PassageEncoder(open_checkpoint(folder, precision=identity.precision), identity)


def encoder_identity(folder: Path, *, precision: str = AUTO) -> EncoderIdentity:
    """Say which encoder a checkpoint is, without loading its weights; see ``open_encoder`` for the errors."""
    content, manifest = read_manifest(folder)
    if not manifest.trained_outputs:
        raise CheckpointError(
            f"{folder}: this checkpoint was never trained, so its vectors say nothing about a passage. "
            "Use a trained one, for instance compact."
        )
    return EncoderIdentity(
        name=folder.name,
        checkpoint_sha256=hashlib.sha256(content).hexdigest(),
        dimension=3 * manifest.model.backbone.d_model,
        pooling=POOLING,
        precision=chosen_precision(folder, precision, CPU).value,
    )
