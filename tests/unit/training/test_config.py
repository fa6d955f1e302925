"""Training configurations are read strictly; the schedule is counted in optimiser steps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from redheart_core.errors import ConfigError
from redheart_core.model.presets import PRESETS
from redheart_core.training.config import load_config
from redheart_core.training.schedule import learning_rate_factor
from redheart_core.training.vectors import ppmi_vectors


def test_the_shipped_configuration_names_a_preset() -> None:
    assert load_config("compact").preset in PRESETS


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(ConfigError, match="no training configuration 'enormous', neither shipped nor as a file"):
        load_config("enormous")


def test_a_key_that_would_be_ignored_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('preset = "tiny"\nlearning_rat = 1.0\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"these keys are unknown or missing: .*learning_rat, log_every"):
        load_config(str(path))


def test_a_stage_without_room_for_its_warm_up_is_refused() -> None:
    with pytest.raises(ConfigError, match="warmup_steps is 900; it must lie between 0 and steps, 800"):
        replace(load_config("compact").stages[1], steps=800, warmup_steps=900)


def test_the_steps_of_a_run_are_those_of_its_stages() -> None:
    config = load_config("compact")
    assert config.steps == sum(stage.steps for stage in config.stages)


def test_a_file_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("preset = ", encoding="utf-8")
    with pytest.raises(ConfigError, match="not a TOML file"):
        load_config(str(path))


def test_the_rate_rises_to_its_peak_and_falls_to_zero() -> None:
    rates = [learning_rate_factor(step, warmup_steps=10, steps=100) for step in range(101)]
    assert max(rates) == rates[9] == rates[10] == 1.0
    assert rates[0] == 0.1
    assert rates[100] == 0.0
    assert rates[:10] == sorted(rates[:10])
    assert rates[10:] == sorted(rates[10:], reverse=True)


def test_words_of_the_same_company_get_similar_vectors() -> None:
    state = torch.Generator().manual_seed(0)
    sequences = []
    for _ in range(400):
        kind = int(torch.randint(2, (1,), generator=state))
        sequences.append((torch.randint(0, 10, (12,), generator=state) + 10 * kind).tolist())
    vectors = ppmi_vectors(sequences, vocabulary_size=25, width=4, seed=0)
    unit = torch.nn.functional.normalize(vectors, dim=1)
    similarity = unit @ unit.T
    assert similarity[:10, :10].mean() > similarity[:10, 10:20].mean() + 0.5
    assert torch.isfinite(vectors).all()
    torch.testing.assert_close(vectors[:20].norm(dim=1), torch.ones(20))
