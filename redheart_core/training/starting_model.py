"""The model that a training starts from: embedding from co-occurrence, rare labels rare from the first step."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import torch

from redheart_core.model.network import RedHeartModel
from redheart_core.model.presets import preset
from redheart_core.text.tokenizer import Tokenizer
from redheart_core.training.config import TrainingConfig
from redheart_core.training.objectives import EmotionObjective
from redheart_core.training.tasks import Task
from redheart_core.training.vectors import ppmi_vectors

logger = logging.getLogger(__name__)


def build_model(config: TrainingConfig, tokenizer: Tokenizer, texts: Sequence[str]) -> RedHeartModel:
    """Return a new model of the preset whose embedding starts from co-occurrence in ``texts``."""
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
