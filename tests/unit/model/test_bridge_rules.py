"""The bridge's rules: known answers, and what cannot be fitted is refused."""

from __future__ import annotations

import pytest
import torch

from redheart_core.errors import DataError
from redheart_core.model.bridge import AsynchronousMerge, KeyValueCache
from redheart_core.model.bridge_rules import (
    MeanMerge,
    MeanRecovery,
    NearestCache,
    Nothing,
    fit_principal_memory,
    mean_states,
    nearest_value,
    plain_mean,
)
from redheart_core.model.presets import TINY


def test_the_nearest_value_is_that_of_the_key_with_the_largest_product() -> None:
    keys = torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]])
    values = torch.tensor([[10.0, 1.0], [20.0, 2.0], [30.0, 3.0]])
    states = torch.tensor([[[0.9, 0.1], [-2.0, 0.5], [0.3, 0.3]]])
    assert nearest_value(states, keys, values).tolist() == [[[10.0, 1.0], [30.0, 3.0], [10.0, 1.0]]]


def test_the_nearest_value_is_added_to_the_state() -> None:
    cache = KeyValueCache(TINY.bridge)
    states = torch.randn(2, 3, TINY.bridge.width)
    added = NearestCache(cache)(states) - states
    torch.testing.assert_close(added, nearest_value(states, cache.keys_KW, cache.values_KW))


def test_the_plain_mean_leaves_out_what_is_missing() -> None:
    states = torch.tensor([[[1.0, 2.0], [3.0, 4.0], [100.0, 100.0]]])
    assert plain_mean(states, torch.tensor([[True, True, False]])).tolist() == [[2.0, 3.0]]
    assert plain_mean(states, torch.zeros(1, 3, dtype=torch.bool)).tolist() == [[0.0, 0.0]]


def test_the_mean_merge_agrees_with_the_learned_one_when_every_score_is_equal() -> None:
    merge = AsynchronousMerge(TINY.bridge)
    torch.nn.init.zeros_(merge.get_parameter("score.2.weight"))
    states, present = torch.randn(2, 3, TINY.bridge.width), torch.tensor([[True, False, True], [True, True, True]])
    torch.testing.assert_close(MeanMerge(merge)(states, present), merge(states, present))


def test_a_missing_module_is_given_its_usual_state() -> None:
    seen = torch.tensor([[[1.0], [10.0]], [[3.0], [30.0]]])
    usual = mean_states(seen)
    assert usual.tolist() == [[2.0], [20.0]]
    recovered = MeanRecovery(usual)(torch.zeros(3, 2, 1), torch.zeros(3, 2, dtype=torch.bool))
    assert recovered.tolist() == [[[2.0], [20.0]]] * 3


def test_no_passage_has_no_mean() -> None:
    with pytest.raises(DataError, match="No passage"):
        mean_states(torch.zeros(0, 2, 4))


def test_enough_components_restore_a_linear_state_exactly() -> None:
    generator = torch.Generator().manual_seed(0)
    hidden = torch.randn(60, 3, 2, generator=generator)
    states = hidden @ torch.randn(2, 6, generator=generator) + 1.5
    wanted = states.sum(dim=1) @ torch.randn(6, 6, generator=generator) - 0.5
    memory = fit_principal_memory(states, wanted, num_components=2)
    torch.testing.assert_close(memory.components_PW @ memory.components_PW.T, torch.eye(2), atol=1e-5, rtol=0)
    torch.testing.assert_close(memory.restore(states), wanted, atol=1e-4, rtol=1e-4)


def test_too_few_components_lose_something() -> None:
    generator = torch.Generator().manual_seed(0)
    states = torch.randn(60, 3, 6, generator=generator)
    wanted = states.mean(dim=1)
    errors = [
        (fit_principal_memory(states, wanted, num_components=count).restore(states) - wanted).square().mean().item()
        for count in (1, 3, 6)
    ]
    assert errors[0] > errors[1] > errors[2]
    assert errors[2] < 1e-9


def test_more_kept_numbers_than_passages_are_refused() -> None:
    with pytest.raises(DataError, match="6 passages cannot fit 3 × 2"):
        fit_principal_memory(torch.randn(6, 3, 4), torch.randn(6, 4), num_components=2)


def test_nothing_is_zero_for_states_and_for_a_merged_state() -> None:
    assert Nothing()(torch.ones(2, 3, 4), torch.ones(2, 3)).tolist() == torch.zeros(2, 4).tolist()
    assert Nothing()(torch.ones(2, 4)).tolist() == torch.zeros(2, 4).tolist()
