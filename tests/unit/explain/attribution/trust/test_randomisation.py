"""Shuffled weights are those of a copy, and maps that do not notice them fail."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from redheart_core.explain.attribution.trust.randomisation import (
    Order,
    check_model,
    check_targets,
    copied_bytes,
    present_groups,
    randomise,
    shuffled,
)
from redheart_core.explain.attribution.trust.verdict import Reason, Verdict
from redheart_core.model.network import RedHeartModel
from tests.checkpoints import random_tiny_model

SCORES = torch.tensor([3.0, -1.0, 2.0, 0.5, -2.0, 1.0])
GROUPS = ("auxiliary", "bridge", "heads", "analyzers", "backbone")


@pytest.fixture(scope="module")
def model() -> RedHeartModel:
    return random_tiny_model()


def _weights(model: RedHeartModel, group: str) -> Tensor:
    return torch.cat([p.flatten() for name, p in model.named_parameters() if name.startswith(group)]).detach()


def test_only_the_copy_changes_and_only_in_the_parts_that_are_named(model: RedHeartModel) -> None:
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    changed = shuffled(model, ("heads",), torch.Generator().manual_seed(0))
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())
    assert not torch.equal(_weights(changed, "heads"), _weights(model, "heads"))
    assert torch.equal(_weights(changed, "backbone"), _weights(model, "backbone"))
    for (name, old), new in zip(model.named_parameters(), changed.parameters(), strict=True):
        assert torch.equal(old.flatten().sort().values, new.flatten().sort().values), name


def test_word_vectors_are_inputs_and_stay(model: RedHeartModel) -> None:
    changed = shuffled(model, present_groups(model), torch.Generator().manual_seed(0))
    assert torch.equal(changed.backbone.embedding.token.weight, model.backbone.embedding.token.weight)
    assert not torch.equal(_weights(changed, "backbone.encoder"), _weights(model, "backbone.encoder"))


def test_the_copy_takes_as_much_memory_as_all_weights(model: RedHeartModel) -> None:
    parameters = sum(4 * parameter.numel() for parameter in model.parameters())
    assert copied_bytes(model) >= parameters
    assert copied_bytes(model) == parameters + sum(buffer.nbytes for buffer in model.buffers())


@pytest.mark.parametrize("order", Order)
def test_parts_are_shuffled_from_the_output_down(model: RedHeartModel, order: Order) -> None:
    seen: list[tuple[bool, ...]] = []

    def repeat(changed: RedHeartModel) -> Tensor:
        seen.append(tuple(not torch.equal(_weights(changed, group), _weights(model, group)) for group in GROUPS))
        return SCORES

    steps = randomise(model, SCORES, repeat, order=order, generator=torch.Generator().manual_seed(0))
    places = range(len(GROUPS))
    cascading = order is Order.CASCADING
    assert [step.shuffled for step in steps] == [GROUPS[: i + 1] if cascading else (GROUPS[i],) for i in places]
    assert seen == [tuple(j <= i if cascading else j == i for j in places) for i in places]
    assert [(step.tau, step.absolute_tau) for step in steps] == [(1, 1)] * len(GROUPS)


def test_a_map_that_stays_fails_and_one_that_goes_passes() -> None:
    assert check_model([1.0, 1.0, 1.0]).verdict is Verdict.FAILED
    assert check_model([0.3, -0.2, None]).verdict is Verdict.GOOD
    assert check_model([None]).reason is Reason.CONSTANT_SCORES


def test_a_map_that_is_the_same_for_every_output_fails() -> None:
    assert check_targets(SCORES, [SCORES, 2 * SCORES, SCORES]).verdict is Verdict.FAILED
    assert check_targets(SCORES, [SCORES, -SCORES, SCORES.flip(0)]).verdict is Verdict.GOOD
    assert check_targets(SCORES, [torch.ones(6)]).reason is Reason.CONSTANT_SCORES
