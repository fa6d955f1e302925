"""The presets by name. Each is only numbers."""

from __future__ import annotations

from redheart_core.errors import ConfigError
from redheart_core.model.config import (
    AuxiliaryConfig,
    BackboneConfig,
    BridgeConfig,
    CandidateScorerConfig,
    CurveScorerConfig,
    EstimatorConfig,
    HeadConfig,
    ModelConfig,
    OptimizationConfig,
    QueryAnalyzerConfig,
    RecurrentAnalyzerConfig,
)

_COMPACT_HEAD = HeadConfig(width=512, num_layers=1, dropout=0.2)
_TINY_HEAD = HeadConfig(width=12, num_layers=1, dropout=0.0)
_TINY_ANALYZER = QueryAnalyzerConfig(width=8, num_heads=2, num_layers=1, feedforward_width=12)

COMPACT = ModelConfig(
    preset="compact",
    questions=True,
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
    questions=True,
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
    optimization=OptimizationConfig(
        sweet_spot=CurveScorerConfig(width=8, num_layers=2),
        crossover=CandidateScorerConfig(width=8, num_heads=2, num_layers=2, feedforward_width=12),
        peak_memory=EstimatorConfig(width=8, num_layers=2),
        learning=EstimatorConfig(width=8, num_layers=2),
    ),
)
"""The same architecture, small enough for unit tests."""

FULL = ModelConfig(
    preset="full",
    vocabulary_size=9_900,
    max_tokens=256,
    feature_dropout=0.15,
    backbone=BackboneConfig(
        d_model=896,
        num_layers=8,
        num_heads=14,
        feedforward_width=3_168,
        projection_width=3_512,
        conditioning_width=140,
        dropout=0.1,
    ),
    emotion_head=HeadConfig(width=2_304, num_layers=3, dropout=0.2),
    bentham_head=HeadConfig(width=2_304, num_layers=3, dropout=0.2),
    regret_head=HeadConfig(width=2_304, num_layers=3, dropout=0.2),
    surd_head=HeadConfig(width=2_304, num_layers=3, dropout=0.2),
    emotion_analyzer=RecurrentAnalyzerConfig(width=1_816, num_gru_layers=3, num_heads=4, segment_tokens=8),
    bentham_calculator=QueryAnalyzerConfig(width=1_024, num_heads=16, num_layers=6, feedforward_width=4_640),
    regret_analyzer=QueryAnalyzerConfig(width=1_024, num_heads=16, num_layers=4, feedforward_width=7_808),
    counterfactual_reasoner=QueryAnalyzerConfig(width=1_024, num_heads=16, num_layers=4, feedforward_width=6_464),
    surd_analyzer=QueryAnalyzerConfig(width=1_024, num_heads=16, num_layers=4, feedforward_width=7_200),
    auxiliary=AuxiliaryConfig(width=2_608, num_layers=3, dropout=0.2),
    bridge=BridgeConfig(
        width=1_024,
        integration_width=3_728,
        num_cache_slots=4_880,
        memory_width=780,
        merge_width=5_792,
        recovery_width=3_312,
    ),
    optimization=OptimizationConfig(
        sweet_spot=CurveScorerConfig(width=1_152, num_layers=2),
        crossover=CandidateScorerConfig(width=1_024, num_heads=16, num_layers=2, feedforward_width=2_336),
        peak_memory=EstimatorConfig(width=1_412, num_layers=2),
        learning=EstimatorConfig(width=1_288, num_layers=2),
    ),
)
"""The 730 M model of the dated parameter table (2025-08-26)."""

PAPER = ModelConfig(
    preset="paper",
    vocabulary_size=9_900,
    max_tokens=256,
    feature_dropout=0.15,
    backbone=BackboneConfig(
        d_model=896,
        num_layers=8,
        num_heads=14,
        feedforward_width=1_136,
        projection_width=7_136,
        conditioning_width=144,
        dropout=0.1,
    ),
    emotion_head=HeadConfig(width=2_016, num_layers=3, dropout=0.2),
    bentham_head=HeadConfig(width=2_016, num_layers=3, dropout=0.2),
    regret_head=HeadConfig(width=2_016, num_layers=3, dropout=0.2),
    surd_head=HeadConfig(width=2_016, num_layers=3, dropout=0.2),
    emotion_analyzer=RecurrentAnalyzerConfig(width=1_536, num_gru_layers=3, num_heads=4, segment_tokens=8),
    bentham_calculator=QueryAnalyzerConfig(width=1_024, num_heads=16, num_layers=6, feedforward_width=3_344),
    regret_analyzer=QueryAnalyzerConfig(width=1_024, num_heads=16, num_layers=4, feedforward_width=3_792),
    counterfactual_reasoner=QueryAnalyzerConfig(width=1_024, num_heads=16, num_layers=4, feedforward_width=6_464),
    surd_analyzer=QueryAnalyzerConfig(width=1_024, num_heads=16, num_layers=4, feedforward_width=4_400),
    auxiliary=AuxiliaryConfig(width=2_848, num_layers=3, dropout=0.2),
    bridge=BridgeConfig(
        width=1_024,
        integration_width=7_504,
        num_cache_slots=6_104,
        memory_width=976,
        merge_width=7_552,
        recovery_width=4_128,
    ),
    optimization=OptimizationConfig(
        sweet_spot=CurveScorerConfig(width=2_024, num_layers=2),
        crossover=CandidateScorerConfig(width=1_536, num_heads=16, num_layers=2, feedforward_width=6_032),
        peak_memory=EstimatorConfig(width=2_496, num_layers=2),
        learning=EstimatorConfig(width=2_272, num_layers=2),
    ),
)
"""The other split of the same 730 M, from the methodology paper."""

LEGACY_330M = ModelConfig(
    preset="legacy_330m",
    vocabulary_size=9_900,
    max_tokens=256,
    feature_dropout=0.15,
    backbone=BackboneConfig(
        d_model=768,
        num_layers=6,
        num_heads=12,
        feedforward_width=2_368,
        projection_width=2_344,
        conditioning_width=144,
        dropout=0.1,
    ),
    emotion_head=HeadConfig(width=1_952, num_layers=2, dropout=0.2),
    bentham_head=HeadConfig(width=1_968, num_layers=2, dropout=0.2),
    regret_head=HeadConfig(width=1_968, num_layers=2, dropout=0.2),
    surd_head=HeadConfig(width=1_968, num_layers=2, dropout=0.2),
    emotion_analyzer=RecurrentAnalyzerConfig(width=1_312, num_gru_layers=3, num_heads=4, segment_tokens=8),
    bentham_calculator=QueryAnalyzerConfig(width=768, num_heads=16, num_layers=6, feedforward_width=3_280),
    regret_analyzer=QueryAnalyzerConfig(width=768, num_heads=16, num_layers=4, feedforward_width=5_552),
    counterfactual_reasoner=QueryAnalyzerConfig(width=768, num_heads=16, num_layers=4, feedforward_width=4_576),
    surd_analyzer=QueryAnalyzerConfig(width=768, num_heads=16, num_layers=4, feedforward_width=5_104),
    auxiliary=AuxiliaryConfig(width=1_552, num_layers=2, dropout=0.2),
    bridge=BridgeConfig(
        width=512,
        integration_width=1_504,
        num_cache_slots=1_952,
        memory_width=312,
        merge_width=2_208,
        recovery_width=1_296,
    ),
)
"""The earlier model of 330 M."""

BASE_100M = ModelConfig(
    preset="base_100m",
    vocabulary_size=9_900,
    max_tokens=256,
    feature_dropout=0.15,
    backbone=BackboneConfig(
        d_model=512,
        num_layers=6,
        num_heads=8,
        feedforward_width=1_896,
        projection_width=976,
        conditioning_width=60,
        dropout=0.1,
    ),
    emotion_head=HeadConfig(width=1_024, num_layers=2, dropout=0.2),
    bentham_head=HeadConfig(width=1_040, num_layers=2, dropout=0.2),
    regret_head=HeadConfig(width=1_040, num_layers=2, dropout=0.2),
    surd_head=HeadConfig(width=1_040, num_layers=2, dropout=0.2),
    emotion_analyzer=RecurrentAnalyzerConfig(width=640, num_gru_layers=3, num_heads=4, segment_tokens=4),
    bentham_calculator=QueryAnalyzerConfig(width=512, num_heads=8, num_layers=6, feedforward_width=1_120),
    regret_analyzer=QueryAnalyzerConfig(width=512, num_heads=8, num_layers=4, feedforward_width=1_696),
    counterfactual_reasoner=QueryAnalyzerConfig(width=512, num_heads=8, num_layers=4, feedforward_width=1_456),
    surd_analyzer=QueryAnalyzerConfig(width=512, num_heads=8, num_layers=4, feedforward_width=1_456),
    auxiliary=AuxiliaryConfig(width=976, num_layers=2, dropout=0.2),
    bridge=BridgeConfig(
        width=384,
        integration_width=1_456,
        num_cache_slots=1_040,
        memory_width=156,
        merge_width=1_168,
        recovery_width=688,
    ),
)
"""What `full` is distilled into when a laptop should keep most of it."""

_SMALL_HEAD = HeadConfig(width=224, num_layers=1, dropout=0.1)

DISTILLED_SMALL = ModelConfig(
    preset="distilled_small",
    questions=True,
    vocabulary_size=9_900,
    max_tokens=256,
    feature_dropout=0.15,
    backbone=BackboneConfig(
        d_model=160,
        num_layers=2,
        num_heads=4,
        feedforward_width=320,
        projection_width=160,
        conditioning_width=32,
        dropout=0.0,
    ),
    emotion_head=_SMALL_HEAD,
    bentham_head=_SMALL_HEAD,
    regret_head=HeadConfig(width=96, num_layers=1, dropout=0.1),
    surd_head=HeadConfig(width=48, num_layers=1, dropout=0.1),
    emotion_analyzer=RecurrentAnalyzerConfig(width=64, num_gru_layers=3, num_heads=4, segment_tokens=2),
    bentham_calculator=QueryAnalyzerConfig(width=64, num_heads=4, num_layers=2, feedforward_width=128),
    regret_analyzer=QueryAnalyzerConfig(width=32, num_heads=4, num_layers=1, feedforward_width=64),
    counterfactual_reasoner=QueryAnalyzerConfig(width=48, num_heads=4, num_layers=1, feedforward_width=96),
    surd_analyzer=QueryAnalyzerConfig(width=32, num_heads=4, num_layers=1, feedforward_width=64),
    auxiliary=AuxiliaryConfig(width=224, num_layers=1, dropout=0.1),
    bridge=BridgeConfig(
        width=128,
        integration_width=192,
        num_cache_slots=64,
        memory_width=24,
        merge_width=96,
        recovery_width=96,
    ),
)
"""What `compact` is distilled into: less than a third of it."""

PRESETS: dict[str, ModelConfig] = {
    config.preset: config for config in (FULL, PAPER, LEGACY_330M, BASE_100M, COMPACT, DISTILLED_SMALL, TINY)
}


def preset(name: str) -> ModelConfig:
    """Return a preset by name.

    Raises:
        ConfigError: There is none of that name.
    """
    if name not in PRESETS:
        raise ConfigError(f"There is no preset {name!r}. Known: {', '.join(sorted(PRESETS))}.")
    return PRESETS[name]
