"""What does not matter can go without a trace; what goes makes the model smaller, and its configuration says so."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from redheart_core.errors import ConfigError
from redheart_core.model.checkpoint import load_checkpoint, save_checkpoint
from redheart_core.model.ledger import parameter_rows
from redheart_core.model.network import RedHeartModel
from redheart_core.model.presets import FULL, TINY
from redheart_core.training.batches import Batch
from redheart_core.training.compression.importance import Criterion, JudgedBatch, measure_importance
from redheart_core.training.compression.pruning import PruningShares, choose_units, prune
from redheart_core.training.compression.structure import UnitGroup, shrunken, unit_groups
from redheart_core.training.objectives import JudgedObjective
from redheart_core.vocabulary.reading import Family
from tests.checkpoints import random_tiny_model, tiny_manifest, tiny_tokenizer_bytes

GROUPS = unit_groups(TINY)
HALF = PruningShares(units=0.5, heads=0.5)
BATCH = Batch(
    ids_RT=torch.arange(5, 37).view(4, 8),
    mask_RT=torch.arange(8) < torch.tensor([[8], [5], [8], [3]]),
    segments_RT=torch.zeros(4, 8, dtype=torch.long),
    target_BK=torch.tensor([[1.0], [0.0], [1.0], [0.0]]),
)
JUDGED = JudgedBatch(batch=BATCH, objective=JudgedObjective(Family.REASONING, "acceptable"))
EACH = pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)


def _answer(model: RedHeartModel) -> Tensor:
    with torch.inference_mode():
        logits = model.eval()(BATCH.ids_RT, BATCH.mask_RT, BATCH.segments_RT).logits
    return torch.cat([logits[family] for family in Family], dim=1)


def _importance(model: RedHeartModel, criterion: Criterion = Criterion.TAYLOR) -> dict[str, Tensor]:
    return dict(measure_importance(model, GROUPS, [JUDGED], criterion=criterion))


def _silenced(group: UnitGroup) -> RedHeartModel:
    """Return a model in double precision that never listens to the odd units of a group."""
    model = random_tiny_model().double()
    odd = group.numbers(torch.arange(1, group.count, 2))
    with torch.no_grad():
        for site in group.sites:
            model.get_submodule(site.consumer).get_parameter("weight")[:, odd] = 0
    return model


def test_groups_name_what_the_configuration_counts() -> None:
    names = {group.name: (group.count, group.unit_size, len(group.sites)) for group in GROUPS}
    assert names["backbone.feedforward_width"] == (24, 1, 2)
    assert names["backbone.num_heads"] == (2, 8, 2)
    assert names["bentham_calculator.feedforward_width"] == (12, 1, 6)
    assert names["surd_analyzer.num_heads"] == (2, 4, 1)
    assert names["emotion_head.inner_width"] == (12, 1, 1)
    assert names["bridge.merge_width"] == (8, 1, 1)


@EACH
@pytest.mark.parametrize("criterion", list(Criterion))
def test_units_that_nobody_listens_to_have_no_importance_and_leave_no_gap(
    group: UnitGroup, criterion: Criterion
) -> None:
    model = _silenced(group)
    importance_LU = _importance(model, criterion)[group.name]
    assert (importance_LU[:, 1::2] == 0).all()
    assert (importance_LU[:, ::2] > 0).all()
    kept = {group.name: torch.arange(0, group.count, 2).expand(len(group.sites), -1)}
    smaller = prune(model, [group], kept)
    torch.testing.assert_close(_answer(smaller), _answer(model), atol=1e-12, rtol=1e-12)


@EACH
def test_units_that_matter_are_missed(group: UnitGroup) -> None:
    model = random_tiny_model().double()
    kept = {group.name: torch.arange(group.count - 1).expand(len(group.sites), -1)}
    smaller = prune(model, [group], kept)
    assert not torch.allclose(_answer(smaller), _answer(model), atol=1e-9)


def test_taylor_importance_is_what_silencing_a_unit_does_to_first_order() -> None:
    model = random_tiny_model().double()
    group = next(group for group in GROUPS if group.name == "emotion_head.inner_width")
    objective = JudgedObjective(Family.GOEMOTIONS, "joy")
    one = Batch(
        ids_RT=BATCH.ids_RT[:1],
        mask_RT=BATCH.mask_RT[:1],
        segments_RT=BATCH.segments_RT[:1],
        target_BK=BATCH.target_BK[:1],
    )
    judged = JudgedBatch(batch=one, objective=objective)
    importance_U = measure_importance(model, [group], [judged], criterion=Criterion.TAYLOR)[group.name][0]

    @torch.no_grad()
    def loss() -> float:
        logits = model(one.ids_RT, one.mask_RT, one.segments_RT).logits
        return float(objective.binary_terms(logits, one.target_BK)[0].loss())

    weight = model.get_submodule(group.sites[0].consumer).get_parameter("weight")
    before, step = loss(), 1e-4
    with torch.no_grad():
        for unit in range(group.count):
            weight[:, unit] *= 1 - step
            change = abs(loss() - before) / step
            weight[:, unit] /= 1 - step
            # The loss itself is computed in float32.
            assert change == pytest.approx(float(importance_U[unit]), rel=0.05, abs=2e-3)


def test_listening_leaves_no_hook_no_gradient_and_no_change() -> None:
    model = random_tiny_model()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    for criterion in Criterion:
        _importance(model, criterion)
    assert not any(module._forward_pre_hooks for module in model.modules())
    assert all(parameter.grad is None for parameter in model.parameters())
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())


def test_importance_without_a_batch_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one batch"):
        measure_importance(random_tiny_model(), GROUPS, [], criterion=Criterion.NORM)


def test_the_most_important_stay_in_their_old_order() -> None:
    group = GROUPS[0]
    scores = {group.name: torch.tensor([[0.1, 0.9], [0.5, 0.4]])}
    assert choose_units([group], scores, HALF)[group.name].tolist() == [[1], [0]]
    assert choose_units([group], scores, PruningShares(units=0.9, heads=0.4))[group.name].tolist() == [[0, 1]] * 2


def test_the_smaller_model_is_a_checkpoint_like_any_other() -> None:
    model = random_tiny_model()
    smaller = prune(model, GROUPS, choose_units(GROUPS, _importance(model), HALF))
    with tempfile.TemporaryDirectory() as scratch:
        tokenizer_file = Path(scratch) / "tokenizer.json"
        tokenizer_file.write_bytes(tiny_tokenizer_bytes())
        manifest = replace(tiny_manifest(), model=smaller.config)
        save_checkpoint(
            Path(scratch) / "small", model=smaller, tokenizer_file=tokenizer_file, manifest=manifest, card="# small\n"
        )
        loaded = load_checkpoint(Path(scratch) / "small")
    assert loaded.manifest.model == smaller.config
    assert loaded.manifest.model.backbone.attention_width == 8
    torch.testing.assert_close(_answer(loaded.model), _answer(smaller), atol=2e-2, rtol=2e-2)


def test_the_table_shows_where_a_model_became_smaller() -> None:
    model = random_tiny_model()
    smaller = prune(model, GROUPS, choose_units(GROUPS, _importance(model), HALF))
    before, after = (parameter_rows(config) for config in (TINY, smaller.config))
    shrunk = {old.name for old, new in zip(before, after, strict=True) if new.parameters < old.parameters}
    assert {"Unified backbone", "Emotion head", "NeuralBenthamCalculator", "Module bridge"} <= shrunk
    assert sum(row.parameters for row in after) == sum(parameter.numel() for parameter in smaller.parameters())


def test_impossible_shares_and_counts_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"1\.0 and 0\.5; they must lie in"):
        PruningShares(units=1.0, heads=0.5)
    with pytest.raises(ConfigError, match=r"backbone\.num_heads: 0 units cannot stay of 2"):
        shrunken(TINY, GROUPS[0], 0)
    assert PruningShares(units=0.99, heads=0.0).kept(GROUPS[1]) == 1


def test_half_of_everything_is_a_good_part_of_the_full_model() -> None:
    config = FULL
    for group in unit_groups(FULL):
        config = shrunken(config, group, HALF.kept(group))
    totals = [sum(row.parameters for row in parameter_rows(each)) for each in (FULL, config)]
    assert 0.4 < totals[1] / totals[0] < 0.75
