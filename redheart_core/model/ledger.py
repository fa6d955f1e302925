"""The parameter table: one row per line of the specification, counted from a built model, never typed in."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn

from redheart_core.model.config import ModelConfig
from redheart_core.model.network import Part, RedHeartModel

BACKBONE_ROW = "Unified backbone"
AUXILIARY_ROW = "Other auxiliary modules"
BRIDGE_ROW = "Module bridge"
PART_ROWS: dict[Part, str] = {
    Part.EMOTION_HEAD: "Emotion head",
    Part.BENTHAM_HEAD: "Bentham head",
    Part.REGRET_HEAD: "Regret head",
    Part.SURD_HEAD: "SURD head",
    Part.EMOTION_ANALYZER: "NeuralEmotionAnalyzer",
    Part.BENTHAM_CALCULATOR: "NeuralBenthamCalculator",
    Part.REGRET_ANALYZER: "NeuralRegretAnalyzer",
    Part.COUNTERFACTUAL_REASONER: "NeuralCounterfactualReasoner",
    Part.SURD_ANALYZER: "NeuralSURDAnalyzer",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table."""

    name: str
    parameters: int
    parts: tuple[tuple[str, int], ...]
    """What the line consists of, with the parameters of each; empty where it is one piece."""


def parameter_rows(config: ModelConfig) -> tuple[Row, ...]:
    """Count the parameters of every row of a configuration, on the meta device: nothing is allocated."""
    with torch.device("meta"):
        model = RedHeartModel(config)
    modules = (*model.heads.items(), *model.analyzers.items())
    parts = tuple(_row(PART_ROWS[Part(name)], module) for name, module in modules)
    return (
        _row(BACKBONE_ROW, model.backbone, detailed=True),
        *parts,
        _row(AUXILIARY_ROW, model.auxiliary),
        _row(BRIDGE_ROW, model.bridge, detailed=True),
    )


def count_parameters(module: nn.Module) -> int:
    """Return the number of trainable parameters."""
    return sum(parameter.numel() for parameter in module.parameters())


def _row(name: str, module: nn.Module, *, detailed: bool = False) -> Row:
    children = [(child, count_parameters(part)) for child, part in module.named_children()] if detailed else []
    pieces = tuple((child, count) for child, count in children if count > 0)
    return Row(name=name, parameters=count_parameters(module), parts=pieces)
