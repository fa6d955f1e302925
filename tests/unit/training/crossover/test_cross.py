"""Crossover: planted best modules are found, and the result is never worse than the best single checkpoint."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from redheart_core.errors import CheckpointError
from redheart_core.training.crossover.candidates import (
    AVERAGE,
    Candidate,
    Saved,
    candidate_of,
    kept,
    load_candidates,
    with_average,
)
from redheart_core.training.crossover.cross import cross
from redheart_core.training.modules import parameters_by_module
from tests.checkpoints import make_tiny_checkpoint, random_tiny_model

MODULES = tuple(parameters_by_module(random_tiny_model()))


def _distance(model: nn.Module, wanted: dict[str, torch.Tensor]) -> float:
    return float(sum((parameter.detach() - wanted[name]).abs().sum() for name, parameter in model.named_parameters()))


def _planted() -> tuple[dict[str, torch.Tensor], dict[str, str], tuple[Candidate, ...]]:
    """Three random checkpoints, and a target whose modules are theirs in turn."""
    candidates = tuple(candidate_of(f"step-{seed}", random_tiny_model(seed)) for seed in range(3))
    origins = {module: f"step-{place % 3}" for place, module in enumerate(MODULES)}
    by_name = {candidate.name: candidate.weights for candidate in candidates}
    names = parameters_by_module(random_tiny_model())
    wanted = {name: by_name[origins[module]][name] for module in MODULES for name in names[module]}
    return wanted, origins, candidates


def test_planted_modules_are_found_and_left_in_the_model():
    wanted, origins, candidates = _planted()
    model = random_tiny_model(9)
    result = cross(model, candidates, lambda: _distance(model, wanted))
    assert result.origins == origins
    assert result.loss == _distance(model, wanted) == 0.0
    assert result.gain > 0
    assert result.num_measured <= len(MODULES) * 3 + 4
    assert all(
        f"{module} from {name}" in result.told.detail for module, name in origins.items() if name != result.best_single
    )


@pytest.mark.parametrize("seed", range(5))
def test_it_is_never_worse_than_the_best_single_checkpoint_whatever_the_losses(seed):
    generator = torch.Generator().manual_seed(seed)
    _, _, candidates = _planted()
    model = random_tiny_model(9)
    measured: list[float] = []

    def noise() -> float:
        measured.append(float(torch.rand((), generator=generator)))
        return measured[-1]

    result = cross(model, candidates, noise)
    assert result.loss == min(measured)
    assert result.loss <= min(result.single_losses.values())
    assert result.single_losses[result.best_single] == min(result.single_losses.values())


def test_where_nothing_is_better_the_best_checkpoint_stays_whole():
    _, _, candidates = _planted()
    model = random_tiny_model(9)
    result = cross(model, candidates, lambda: _distance(model, dict(candidates[1].weights)))
    assert set(result.origins.values()) == {"step-1"}
    assert result.gain == 0
    assert "every module as it was" in result.told.detail
    assert all(torch.equal(parameter, candidates[1].weights[name]) for name, parameter in model.named_parameters())


def test_the_average_is_a_candidate_of_its_own():
    _, _, candidates = _planted()
    (*_, average) = with_average(candidates)
    model = random_tiny_model(9)
    result = cross(model, candidates, lambda: _distance(model, dict(average.weights)))
    assert set(result.origins.values()) == {AVERAGE}
    without = cross(model, candidates, lambda: _distance(model, dict(average.weights)), include_average=False)
    assert AVERAGE not in without.single_losses
    assert with_average(candidates[:1]) == candidates[:1]


def test_candidates_need_names_of_their_own():
    _, _, candidates = _planted()
    with pytest.raises(ValueError, match="each with its own name"):
        cross(random_tiny_model(), (candidates[0], candidates[0]), lambda: 0.0)
    with pytest.raises(ValueError, match="at least one"):
        cross(random_tiny_model(), (), lambda: 0.0)


def test_checkpoints_on_disk_are_candidates(tmp_path: Path):
    folders = [make_tiny_checkpoint(tmp_path / f"step-{seed}", seed=seed) for seed in range(2)]
    candidates = load_candidates(folders)
    assert [candidate.name for candidate in candidates] == ["step-0", "step-1"]
    (weights,) = folders[1].glob("*.safetensors")
    weights.write_bytes(weights.read_bytes()[:-1])
    with pytest.raises(CheckpointError, match="truncated"):
        load_candidates(folders)


def test_retention_keeps_the_newest_and_the_best():
    losses = {100: 3.0, 200: 1.0, 300: 2.0, 400: 1.0, 500: 4.0, 600: None}
    saved = [Saved(name=f"step-{step}", step=step, validation_loss=loss) for step, loss in losses.items()]
    assert kept(saved, latest=1, candidates=2) == ("step-200", "step-400", "step-600")
    assert kept(saved, latest=2, candidates=1) == ("step-400", "step-500", "step-600")
    assert kept(saved[:1], latest=3, candidates=3) == ("step-100",)
