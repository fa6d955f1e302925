"""The bridge: corrupt states count as missing, missing ones are recovered, and nothing depends on the order."""

from __future__ import annotations

import math

import pytest
import torch

from redheart_core.errors import ConfigError
from redheart_core.model.bridge import LARGEST_STATE, ModuleBridge, is_sound
from redheart_core.model.network import ALL_PARTS, Part, PartOutputs, RedHeartModel
from redheart_core.model.presets import TINY
from redheart_core.vocabulary.reading import READ_FAMILIES, Family
from tests.checkpoints import random_tiny_model

WIDTHS = {"first": 6, "second": 4, "third": 5}


def _bridge() -> ModuleBridge:
    torch.manual_seed(0)
    return ModuleBridge(TINY.bridge, WIDTHS).eval()


def _states(batch: int = 3) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    return {name: torch.randn(batch, width, generator=generator) for name, width in WIDTHS.items()}


def _outputs(model: RedHeartModel) -> PartOutputs:
    hidden = torch.randn(3, 5, TINY.backbone.d_model, generator=torch.Generator().manual_seed(2))
    return model.run_parts(hidden, torch.ones(3, 5, dtype=torch.bool))


@pytest.mark.parametrize("broken", [math.nan, math.inf, -math.inf, 2 * LARGEST_STATE, -2 * LARGEST_STATE])
def test_a_corrupt_state_counts_as_missing_for_its_passage_alone(broken: float) -> None:
    bridge, states = _bridge(), _states()
    corrupt = {name: state.clone() for name, state in states.items()}
    corrupt["second"][1, 2] = broken
    assert is_sound(corrupt["second"]).tolist() == [True, False, True]
    merged = bridge(corrupt).state_BW
    without = bridge({name: state for name, state in states.items() if name != "second"}).state_BW
    whole = bridge(states).state_BW
    torch.testing.assert_close(merged[1], without[1])
    torch.testing.assert_close(merged[[0, 2]], whole[[0, 2]])
    assert not torch.allclose(without[1], whole[1], atol=1e-4)


def test_the_largest_healthy_state_is_kept() -> None:
    assert is_sound(torch.full((1, 4), LARGEST_STATE)).tolist() == [True]


def test_a_corrupt_part_does_not_reach_any_logit() -> None:
    model = random_tiny_model().eval()
    outputs = _outputs(model)
    broken_states = dict(outputs.states) | {
        Part.BENTHAM_HEAD.value: torch.full_like(outputs.states["bentham_head"], math.nan)
    }
    broken_logits = dict(outputs.logits)
    broken_logits[Part.BENTHAM_HEAD] = {
        family: torch.full_like(values, math.nan) for family, values in outputs.logits[Part.BENTHAM_HEAD].items()
    }
    said = model.finish(PartOutputs(states=broken_states, logits=broken_logits, pooled_BP=outputs.pooled_BP)).logits
    present = {part: own for part, own in outputs.logits.items() if part is not Part.BENTHAM_HEAD}
    others = {name: state for name, state in outputs.states.items() if name != "bentham_head"}
    missing = model.finish(PartOutputs(states=others, logits=present, pooled_BP=outputs.pooled_BP)).logits
    for family in READ_FAMILIES:
        torch.testing.assert_close(said[family], missing[family])


def test_a_gradient_passes_by_a_corrupt_state() -> None:
    bridge, states = _bridge(), _states()
    states["first"][0, 0] = math.nan
    torch.autograd.backward(bridge(states).state_BW.square().sum())
    gradients = [parameter.grad for parameter in bridge.parameters() if parameter.grad is not None]
    assert gradients
    assert all(torch.isfinite(gradient).all() for gradient in gradients)


def test_states_given_in_another_order_give_the_same_bytes() -> None:
    bridge, states = _bridge(), _states()
    turned = dict(reversed(list(states.items())))
    assert torch.equal(bridge(states).state_BW, bridge(turned).state_BW)


def test_every_module_can_be_the_only_one() -> None:
    bridge, states = _bridge(), _states()
    for name, state in states.items():
        assert torch.isfinite(bridge({name: state}).state_BW).all()


def test_no_state_at_all_is_refused_with_the_names_to_run() -> None:
    with pytest.raises(ConfigError, match=r"no module's state\. Run at least one of first, second, third"):
        _bridge()({})


def test_an_unknown_module_is_refused_by_name() -> None:
    with pytest.raises(ConfigError, match=r"unknown modules \['fourth'\]"):
        _bridge()(_states() | {"fourth": torch.zeros(3, 4)})


def test_only_hidden_and_disturbed_states_count_in_the_recovery_error() -> None:
    bridge, states = _bridge(), _states()
    hidden = torch.zeros(3, 3, dtype=torch.bool)
    noise = torch.zeros(3, 3, TINY.bridge.width)
    assert bridge(states, hidden, noise).recovery_error.item() == 0.0
    hidden[0, 1] = True
    assert bridge(states, hidden).recovery_error.item() > 0.0
    noise[2, 0] = 0.5
    assert bridge(states, None, noise).recovery_error.item() > 0.0


def test_a_state_that_never_arrived_has_no_recovery_error() -> None:
    bridge, states = _bridge(), _states()
    del states["third"]
    hidden = torch.tensor([[False, False, True]]).expand(3, -1)
    assert bridge(states, hidden).recovery_error.item() == 0.0


def test_recovery_learns_to_restore_what_the_others_tell() -> None:
    torch.manual_seed(0)
    bridge = ModuleBridge(TINY.bridge, WIDTHS)
    shared = torch.randn(256, 4)
    states = {name: shared @ torch.randn(4, width) for name, width in WIDTHS.items()}
    hidden = torch.zeros(256, 3, dtype=torch.bool)
    hidden[:, 1] = True
    before = bridge(states, hidden).recovery_error.item()
    optimizer = torch.optim.Adam(bridge.recovery.parameters(), lr=3e-3)
    for _ in range(200):
        optimizer.zero_grad()
        torch.autograd.backward(bridge(states, hidden).recovery_error)
        optimizer.step()
    assert bridge(states, hidden).recovery_error.item() < 0.25 * before


def test_training_hides_and_disturbs_and_reading_does_neither() -> None:
    model = random_tiny_model()
    torch.manual_seed(0)
    outputs = _outputs(model.eval())
    read = [model.finish(outputs).logits[Family.REASONING] for _ in range(2)]
    assert torch.equal(read[0], read[1])
    model.bridge.train()
    model.training = True
    taught = [model.finish(outputs) for _ in range(2)]
    assert not torch.equal(taught[0].logits[Family.REASONING], taught[1].logits[Family.REASONING])
    assert all(output.recovery_error.item() > 0.0 for output in taught)


@pytest.mark.gpu
def test_the_bridge_trains_and_reads_on_a_gpu() -> None:
    model = random_tiny_model().cuda()
    ids = torch.randint(5, TINY.vocabulary_size, (2, 6), device="cuda")
    mask, segments = torch.ones_like(ids).bool(), torch.zeros_like(ids)
    for parts in (ALL_PARTS, ALL_PARTS - {Part.SURD_HEAD}):
        output = model.train()(ids, mask, segments, parts=parts)
        torch.autograd.backward(output.recovery_error + output.logits[Family.REASONING].sum())
        read = model.eval()(ids, mask, segments, parts=parts).logits[Family.REASONING]
        assert read.is_cuda
        assert torch.isfinite(read).all()
