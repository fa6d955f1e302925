"""Impossible numbers are refused, and the parameter table counts what is built."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from redheart_core.errors import ConfigError
from redheart_core.model.config import ModelConfig
from redheart_core.model.ledger import count_parameters, meta_model, parameter_rows, total_budget
from redheart_core.model.outputs import to_output_scale
from redheart_core.model.presets import COMPACT, PRESETS, TINY, preset
from redheart_core.vocabulary.reading import Family
from tests.checkpoints import random_tiny_model


def test_an_unknown_preset_is_answered_with_the_known_ones() -> None:
    with pytest.raises(
        ConfigError,
        match=r"no preset 'huge'\. Known: base_100m, compact, distilled_small, full, legacy_330m, paper, tiny",
    ):
        preset("huge")


def test_presets_know_their_names() -> None:
    assert {name: config.preset for name, config in PRESETS.items()} == {name: name for name in PRESETS}


def test_heads_must_divide_the_width() -> None:
    with pytest.raises(ConfigError, match="backbone d_model is 16, which 6 does not divide"):
        replace(TINY.backbone, num_heads=3)


def test_fewer_heads_need_an_attention_width_that_they_divide() -> None:
    assert replace(TINY.backbone, num_heads=1, attention_width=8).attention_width == 8
    with pytest.raises(ConfigError, match="backbone attention_width is 8, which 3 does not divide"):
        replace(TINY.backbone, num_heads=3, attention_width=8)
    with pytest.raises(ConfigError, match="analyser attention_width is 4, which 3 does not divide"):
        replace(TINY.surd_analyzer, num_heads=3, attention_width=4)


def test_inner_widths_change_only_what_lies_inside() -> None:
    narrower = replace(
        TINY,
        backbone=replace(TINY.backbone, num_heads=1, attention_width=8),
        emotion_head=replace(TINY.emotion_head, inner_width=6),
        auxiliary=replace(TINY.auxiliary, inner_width=10),
    )
    before, after = meta_model(TINY).state_dict(), meta_model(narrower).state_dict()
    changed = {name for name in before if before[name].shape != after[name].shape}
    assert {name.split(".")[0] for name in changed} == {"backbone", "heads", "auxiliary"}
    assert len(changed) == 2 * 5 + 3 + 3
    assert after["heads.emotion_head.layers.0.up.weight"].shape == (6, 12)
    assert after["backbone.encoder.1.attention.key_value.weight"].shape == (16, 16)


def test_a_width_of_zero_is_refused() -> None:
    with pytest.raises(ConfigError, match="bridge: memory_width is 0; it must be positive"):
        replace(TINY.bridge, memory_width=0)


def test_feature_dropout_must_leave_something_to_measure() -> None:
    with pytest.raises(ConfigError, match="feature_dropout is 0"):
        replace(TINY, feature_dropout=0)


@pytest.mark.parametrize("config", PRESETS.values(), ids=lambda config: config.preset)
def test_the_rows_add_up_to_the_model_and_their_parts_to_the_rows(config: ModelConfig) -> None:
    rows = parameter_rows(config)
    assert sum(row.parameters for row in rows) == count_parameters(meta_model(config))
    for row in rows:
        assert row.parameters > 0
        assert not row.parts or sum(part.parameters for part in row.parts) == row.parameters


@pytest.mark.parametrize(
    ("name", "total"), [("full", 730_000_000), ("paper", 730_000_000), ("legacy_330m", 330_000_000)]
)
def test_a_preset_keeps_to_the_table_of_the_founding_documents(name: str, total: int) -> None:
    rows = parameter_rows(PRESETS[name])
    assert total_budget(rows) == total
    assert sum(row.parameters for row in rows) == pytest.approx(total, rel=0.001)
    with_budget = [row for row in (*rows, *(part for row in rows for part in row.parts)) if row.budget is not None]
    assert {row.name: row.deviation for row in with_budget if abs(row.deviation or 0.0) > 0.01} == {}


def test_a_preset_without_a_documented_table_has_no_budget_to_miss() -> None:
    rows = parameter_rows(COMPACT)
    assert total_budget(rows) is None
    assert {row.deviation for row in rows} == {None}


def test_the_table_counts_every_parameter_of_the_tiny_model() -> None:
    total = sum(parameter.numel() for parameter in random_tiny_model().parameters())
    assert sum(row.parameters for row in parameter_rows(TINY)) == total


def test_widening_one_analyser_changes_only_its_row_and_the_bridge() -> None:
    wider = replace(TINY, surd_analyzer=replace(TINY.surd_analyzer, width=16))
    changed = [
        before.name
        for before, after in zip(parameter_rows(TINY), parameter_rows(wider), strict=True)
        if before.parameters != after.parameters
    ]
    assert changed == ["NeuralSURDAnalyzer", "Module bridge"]


@pytest.mark.parametrize(
    ("family", "low", "high"),
    [
        (Family.KOTE, 0.0, 1.0),
        (Family.HEDONIC, -1.0, 1.0),
        (Family.BENTHAM, -0.25, 0.25),
        (Family.REGRET, -0.15, 0.15),
    ],
)
def test_large_logits_reach_the_ends_of_the_range(family: Family, low: float, high: float) -> None:
    ends = to_output_scale(family, torch.tensor([-50.0, 50.0]), 2.0)
    torch.testing.assert_close(ends, torch.tensor([low, high]))


def test_a_higher_temperature_says_less() -> None:
    cool, warm = (to_output_scale(Family.HEDONIC, torch.tensor(1.0), heat) for heat in (1.0, 2.0))
    torch.testing.assert_close(warm, torch.tanh(torch.tensor(0.5)))
    assert warm < cool
