"""Every variant differs by its switch and sees as many examples as the base."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from redheart_core.errors import ConfigError
from redheart_core.training.ablation.variants import MIXED_PRECISION, TECHNIQUES, flipped, is_on
from redheart_core.training.config import TECHNIQUES as TABLES
from redheart_core.training.config import load_config
from redheart_core.training.techniques.dynamic_batch import DynamicBatchConfig
from redheart_core.training.techniques.precision import MixedPrecision

BASE = load_config("ablation")


def _changed(technique: str) -> set[str]:
    other = flipped(BASE, technique)
    return {field.name for field in fields(BASE) if getattr(other, field.name) != getattr(BASE, field.name)}


def test_every_technique_of_training_can_be_switched():
    assert set(TECHNIQUES) == {*TABLES, MIXED_PRECISION}


@pytest.mark.parametrize("technique", TECHNIQUES)
def test_a_switch_changes_itself_and_what_it_needs(technique: str):
    needs = {
        "accumulation": {"stages"},
        "dynamic_batch": {"stages"},
        "early_stopping": {"validate_every"},
        "sweet_spots": {"validate_every"},
        "crossover": {"save_every"},
    }
    field = "precision" if technique == MIXED_PRECISION else technique
    assert _changed(technique) == {field} | needs.get(technique, set())
    assert is_on(flipped(BASE, technique), technique) is not is_on(BASE, technique)


@pytest.mark.parametrize("technique", ["average", "r_drop", "crossover", "label_smoothing"])
def test_what_is_on_is_switched_off(technique: str):
    assert not is_on(flipped(flipped(BASE, technique), technique), technique)


def test_accumulation_takes_fewer_steps_over_as_many_batches():
    on = flipped(BASE, "accumulation")
    assert on.accumulation is not None
    for stage, before in zip(on.stages, BASE.stages, strict=True):
        assert stage.steps * on.accumulation.micro_batches == before.steps
    assert flipped(on, "accumulation").stages == BASE.stages


def test_growing_batches_take_as_many_steps_as_their_examples_need():
    bounds = DynamicBatchConfig()
    for stage, before in zip(flipped(BASE, "dynamic_batch").stages, BASE.stages, strict=True):
        size, examples = stage.batch_size, 0
        for step in range(1, stage.steps + 1):
            examples += size
            size = min(2 * size, bounds.largest) if step % bounds.check_every == 0 else size
        assert examples == pytest.approx(before.steps * before.batch_size, abs=bounds.largest)


def test_full_precision_is_the_off_side():
    assert is_on(BASE, MIXED_PRECISION)
    assert flipped(BASE, MIXED_PRECISION).precision is MixedPrecision.FP32
    assert not is_on(replace(BASE, precision=MixedPrecision.FP32), MIXED_PRECISION)


def test_an_unknown_technique_is_refused():
    with pytest.raises(ConfigError, match=r"no technique 'magic'. Known: label_smoothing"):
        is_on(BASE, "magic")
