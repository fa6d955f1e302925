"""The presets by name. Each is only numbers."""

from __future__ import annotations

from redheart_core.errors import ConfigError
from redheart_core.model.config import (
    AuxiliaryConfig,
    BackboneConfig,
    BridgeConfig,
    HeadConfig,
    ModelConfig,
    QueryAnalyzerConfig,
    RecurrentAnalyzerConfig,
)

_COMPACT_HEAD = HeadConfig(width=512, num_layers=1, dropout=0.2)
_TINY_HEAD = HeadConfig(width=12, num_layers=1, dropout=0.0)
_TINY_ANALYZER = QueryAnalyzerConfig(width=8, num_heads=2, num_layers=1, feedforward_width=12)

COMPACT = ModelConfig(
    preset="compact",
    vocabulary_size=9_900,
    max_tokens=256,
    feature_dropout=0.15,
    backbone=BackboneConfig(
        d_model=256,
        num_layers=4,
        num_heads=4,
        feedforward_width=768,
        projection_width=256,
        conditioning_width=64,
        dropout=0.1,
    ),
    emotion_head=_COMPACT_HEAD,
    bentham_head=_COMPACT_HEAD,
    regret_head=HeadConfig(width=256, num_layers=1, dropout=0.2),
    surd_head=HeadConfig(width=128, num_layers=1, dropout=0.2),
    emotion_analyzer=RecurrentAnalyzerConfig(width=160, num_gru_layers=3, num_heads=4),
    bentham_calculator=QueryAnalyzerConfig(width=128, num_heads=4, num_layers=6, feedforward_width=256),
    regret_analyzer=QueryAnalyzerConfig(width=64, num_heads=4, num_layers=2, feedforward_width=128),
    counterfactual_reasoner=QueryAnalyzerConfig(width=128, num_heads=4, num_layers=2, feedforward_width=256),
    surd_analyzer=QueryAnalyzerConfig(width=64, num_heads=4, num_layers=1, feedforward_width=128),
    auxiliary=AuxiliaryConfig(width=512, num_layers=2, dropout=0.2),
    bridge=BridgeConfig(
        width=256,
        integration_width=512,
        num_cache_slots=256,
        memory_width=48,
        merge_width=256,
        recovery_width=256,
    ),
)
"""What ships trained and runs on a laptop's CPU."""

TINY = ModelConfig(
    preset="tiny",
    vocabulary_size=600,
    max_tokens=48,
    feature_dropout=0.15,
    backbone=BackboneConfig(
        d_model=16,
        num_layers=2,
        num_heads=2,
        feedforward_width=24,
        projection_width=12,
        conditioning_width=4,
        dropout=0.0,
    ),
    emotion_head=_TINY_HEAD,
    bentham_head=_TINY_HEAD,
    regret_head=_TINY_HEAD,
    surd_head=_TINY_HEAD,
    emotion_analyzer=RecurrentAnalyzerConfig(width=8, num_gru_layers=3, num_heads=2),
    bentham_calculator=QueryAnalyzerConfig(width=8, num_heads=2, num_layers=6, feedforward_width=12),
    regret_analyzer=_TINY_ANALYZER,
    counterfactual_reasoner=_TINY_ANALYZER,
    surd_analyzer=_TINY_ANALYZER,
    auxiliary=AuxiliaryConfig(width=16, num_layers=1, dropout=0.0),
    bridge=BridgeConfig(
        width=12,
        integration_width=16,
        num_cache_slots=4,
        memory_width=4,
        merge_width=8,
        recovery_width=12,
    ),
)
"""The same architecture, small enough for unit tests."""

PRESETS: dict[str, ModelConfig] = {config.preset: config for config in (COMPACT, TINY)}


def preset(name: str) -> ModelConfig:
    """Return a preset by name.

    Raises:
        ConfigError: There is none of that name.
    """
    if name not in PRESETS:
        raise ConfigError(f"There is no preset {name!r}. Known: {', '.join(sorted(PRESETS))}.")
    return PRESETS[name]
