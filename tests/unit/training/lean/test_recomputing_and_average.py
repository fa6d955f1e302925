"""Recomputed activations give the same gradients; the average moves even where bfloat16 would stand still."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from redheart_core.errors import ConfigError
from redheart_core.model.network import RedHeartModel
from redheart_core.model.presets import TINY
from redheart_core.training.lean.average import HostAverage
from redheart_core.training.lean.recomputing import checkpointable, checkpointed
from redheart_core.vocabulary.reading import Family
from tests.checkpoints import random_tiny_model


def _gradients(model: RedHeartModel) -> dict[str, torch.Tensor | None]:
    torch.manual_seed(5)
    ids = torch.randint(5, TINY.vocabulary_size, (3, 9), generator=torch.Generator().manual_seed(1))
    mask = torch.arange(9) < torch.tensor([9, 6, 4])[:, None]
    output = model(ids, mask, torch.ones_like(ids))
    loss = torch.stack([output.logits[family].float().square().mean() for family in Family]).sum()
    torch.autograd.backward(loss + output.recovery_error)
    return {name: parameter.grad for name, parameter in model.named_parameters()}


def test_recomputed_activations_give_exactly_the_same_gradients() -> None:
    plain, lean = random_tiny_model().train(), random_tiny_model().train()
    wanted = _gradients(plain)
    with checkpointed(checkpointable(lean)):
        got = _gradients(lean)
    for name, gradient in wanted.items():
        assert (gradient is None) == (got[name] is None)
        assert gradient is None or torch.equal(gradient, got[name]), name  # type: ignore[arg-type]


def test_fewer_activations_are_kept() -> None:
    def kept(lean: bool) -> int:
        sizes: list[int] = []

        def note(tensor: torch.Tensor) -> torch.Tensor:
            sizes.append(tensor.nbytes)
            return tensor

        model = random_tiny_model().train()
        ids = torch.randint(5, TINY.vocabulary_size, (3, 9), generator=torch.Generator().manual_seed(1))
        inputs = (ids, torch.ones_like(ids, dtype=torch.bool), torch.ones_like(ids))
        recomputed = checkpointed(checkpointable(model) if lean else ())
        with recomputed, torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
            model(*inputs)
        return sum(sizes)

    assert kept(lean=True) < 0.7 * kept(lean=False)


def test_a_module_is_as_it_was_afterwards() -> None:
    model = random_tiny_model()
    with checkpointed(checkpointable(model)):
        assert "forward" in vars(model.auxiliary)
    assert all("forward" not in vars(module) for module in model.modules())


def test_the_average_follows_the_weights_by_its_decay() -> None:
    layer = nn.Linear(1, 1, bias=False)
    with torch.no_grad():
        layer.weight.fill_(0.0)
        average = HostAverage(layer, decay=0.9)
        layer.weight.fill_(1.0)
    for _ in range(3):
        average.update(layer)
    assert average.averages["weight"].item() == pytest.approx(1 - 0.9**3)
    assert average.num_updates == 3
    assert average.host_bytes == 4


def test_the_average_of_bfloat16_weights_is_kept_in_float32() -> None:
    layer = nn.Linear(1, 1, bias=False).to(torch.bfloat16)
    with torch.no_grad():
        layer.weight.fill_(1.0)
        average = HostAverage(layer, decay=0.999)
        layer.weight.fill_(1.0078125)
    average.update(layer)
    assert average.averages["weight"].item() == pytest.approx(1.0 + 0.0078125 * 0.001, abs=1e-7)


def test_a_model_carries_the_averages_only_inside_the_block() -> None:
    layer = nn.Linear(2, 2)
    own = layer.weight.detach().clone()
    average = HostAverage(layer)
    with torch.no_grad():
        average.averages["weight"].fill_(7.0)
    with average.applied(layer):
        assert (layer.weight == 7.0).all()
    assert torch.equal(layer.weight, own)


def test_an_impossible_decay_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"decay is 1\.0"):
        HostAverage(nn.Linear(1, 1), decay=1.0)
