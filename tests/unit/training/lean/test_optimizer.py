"""The lean optimisers against torch's AdamW, and what a step leaves behind."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from redheart_core.errors import ConfigError
from redheart_core.training.lean.eight_bit import SIGNED_CODES, UNSIGNED_CODES, EightBit, stochastic_bfloat16
from redheart_core.training.lean.optimizer import AdamWConfig, EightBitAdamW, OffloadedAdamW

CONFIG = AdamWConfig(learning_rate=1e-2, weight_decay=0.1)


def _network(seed: int = 0) -> nn.Sequential:
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(6, 40), nn.Tanh(), nn.Linear(40, 1))


def _loss(network: nn.Module, step: int) -> torch.Tensor:
    inputs = torch.randn(16, 6, generator=torch.Generator().manual_seed(step))
    return (network(inputs).squeeze(-1) - inputs.sum(dim=1)).square().mean()


def _reference(steps: int) -> nn.Sequential:
    network = _network()
    groups = [
        {"params": [p for p in network.parameters() if (p.ndim >= 2) is is_matrix], "weight_decay": 0.1 * is_matrix}
        for is_matrix in (True, False)
    ]
    optimizer = torch.optim.AdamW(groups, lr=1e-2, betas=CONFIG.betas, foreach=False)
    for step in range(steps):
        optimizer.zero_grad()
        torch.autograd.backward(_loss(network, step))
        optimizer.step()
    return network


@pytest.mark.parametrize("in_backward", [False, True])
@pytest.mark.parametrize("mapped", [False, True])
def test_the_offloaded_optimiser_takes_the_steps_of_torch(tmp_path: Path, in_backward: bool, mapped: bool) -> None:
    network = _network()
    state_dir = tmp_path / "state" if mapped else None
    optimizer = OffloadedAdamW(network.named_parameters(), CONFIG, state_dir=state_dir)
    for step in range(20):
        if in_backward:
            with optimizer.attach():
                torch.autograd.backward(_loss(network, step))
        else:
            torch.autograd.backward(_loss(network, step))
            optimizer.step()
        assert all(parameter.grad is None for parameter in network.parameters())
    for ours, theirs in zip(network.parameters(), _reference(20).parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-6, atol=1e-7)
    assert optimizer.host_bytes == 3 * sum(parameter.nbytes for parameter in network.parameters())
    assert (not mapped) or sum(file.stat().st_size for file in state_dir.iterdir()) == optimizer.host_bytes  # type: ignore[union-attr]


def test_no_hook_stays_behind() -> None:
    network = _network()
    optimizer = OffloadedAdamW(network.named_parameters(), CONFIG)
    with optimizer.attach():
        pass
    torch.autograd.backward(_loss(network, 0))
    assert all(parameter.grad is not None for parameter in network.parameters())


def test_eight_bits_stay_close_to_torch_and_learn_as_well() -> None:
    network = _network()
    before = [parameter.detach().clone() for parameter in network.parameters()]
    optimizer = EightBitAdamW(network.named_parameters(), CONFIG)
    for step in range(200):
        torch.autograd.backward(_loss(network, step))
        optimizer.step()
    reference = _reference(200)
    moved = torch.cat([(p - b).flatten() for p, b in zip(reference.parameters(), before, strict=True)])
    apart = [p - q for p, q in zip(network.parameters(), reference.parameters(), strict=True)]
    assert torch.cat([difference.flatten() for difference in apart]).norm() < 0.1 * moved.norm()
    assert _loss(network, 1_000) < 1.1 * _loss(reference, 1_000) + 1e-3


def test_eight_bits_reach_the_minimum_of_a_convex_problem() -> None:
    wanted = torch.linspace(-1.0, 1.0, 700)
    scale = torch.logspace(-2, 1, 700)
    weight = nn.Parameter(torch.zeros(700))
    optimizer = EightBitAdamW([("weight", weight)], AdamWConfig(learning_rate=2e-2))
    for step in range(600):
        optimizer.learning_rate = 2e-2 * (1 - step / 600)
        torch.autograd.backward((scale * (weight - wanted).square()).sum())
        optimizer.step()
    assert (weight - wanted).abs().max() < 1e-2


@pytest.mark.parametrize("signed", [True, False])
def test_a_stored_number_is_off_by_no_more_than_stated(signed: bool) -> None:
    generator = torch.Generator().manual_seed(4)
    values = torch.randn(1_000, generator=generator) * torch.logspace(-6, 2, 1_000)
    values = values if signed else values.abs()
    stored = EightBit.zeros_like(values, signed=signed)
    stored.write(values)
    codes = SIGNED_CODES if signed else UNSIGNED_CODES
    padded = torch.nn.functional.pad(values, (0, 24)).view(-1, 256)
    largest = padded.abs().amax(dim=1, keepdim=True).expand(-1, 256).flatten()[:1_000]
    share = values.abs() / largest
    allowed = largest * (share.sqrt() / codes + 1.0 / codes**2)
    assert ((stored.read() - values).abs() <= allowed).all()
    assert signed or (stored.read()[values > 0] > 0).all()
    assert sum(tensor.nbytes for tensor in stored.tensors) == 4 * (256 + 4)


def test_stochastic_rounding_is_right_on_average_and_keeps_exact_numbers() -> None:
    generator = torch.Generator().manual_seed(0)
    value = 1.0 + 2.0**-9
    rounded = stochastic_bfloat16(torch.full((200_000,), value), generator).float()
    assert set(rounded.tolist()) == {1.0, 1.0078125}
    assert rounded.mean().item() == pytest.approx(value, abs=5e-5)
    assert stochastic_bfloat16(torch.tensor([0.5, -3.0]), generator).tolist() == [0.5, -3.0]


@pytest.mark.parametrize("kind", ["offloaded", "eight bits"])
def test_small_changes_of_bfloat16_weights_are_not_lost(kind: str) -> None:
    """A hundred changes of 1e-4 move a weight of 1 to 0.99, although bfloat16 cannot hold a single one."""
    weight = nn.Parameter(torch.ones(4_096, dtype=torch.bfloat16))
    config = AdamWConfig(learning_rate=1e-4, weight_decay=0.0)
    build = OffloadedAdamW if kind == "offloaded" else EightBitAdamW
    optimizer = build([("weight", weight)], config)
    for _ in range(100):
        torch.autograd.backward(weight.float().sum())
        optimizer.step()
    assert weight.float().mean().item() == pytest.approx(0.99, abs=4e-3 if kind == "offloaded" else 5e-4)
    assert (torch.ones(1, dtype=torch.bfloat16) - 1e-4).item() == 1.0


def test_a_gradient_is_clipped_by_its_own_norm() -> None:
    weights = [nn.Parameter(torch.zeros(3)) for _ in range(2)]
    optimizer = OffloadedAdamW(
        [("plain", weights[0]), ("other", weights[1])], AdamWConfig(clip_norm=1.0, betas=(0.0, 0.0), epsilon=1.0)
    )
    torch.autograd.backward(100.0 * weights[0].sum() + 0.1 * weights[1].sum())
    optimizer.step()
    share = 1 / 3**0.5
    assert weights[0][0].item() == pytest.approx(-1e-4 * share / (share + 1.0))
    assert weights[1][0].item() == pytest.approx(-1e-4 * 0.1 / 1.1)


def test_impossible_numbers_are_refused() -> None:
    with pytest.raises(ConfigError, match="betas below 1"):
        AdamWConfig(betas=(0.9, 1.0))
