"""Conductance at every layer: known answers of a linear network, sums of the real one, and Captum's own.

Dimensions: K evaluations, T tokens, D width, L layers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import pytest
import torch
from captum.attr import LayerConductance as CaptumLayerConductance
from torch import Tensor, nn
from torch.testing import assert_close

from redheart_core.explain.attribution.conductance import conductance
from redheart_core.explain.attribution.function import Explained, Inputs
from redheart_core.explain.attribution.layers import layer_map
from redheart_core.explain.attribution.methods import METHODS
from redheart_core.explain.attribution.methods.layer_conductance import LayerConductanceOptions
from redheart_core.explain.attribution.methods.method import Cancelled, unreported
from redheart_core.model.network import RedHeartModel
from tests.tiny_explained import tiny_explained
from tests.toy_explained import toy_explained

WIDTH = 3


@dataclass(frozen=True)
class _Output:
    logits: dict[str, Tensor]


class _LinearLayer(nn.Linear):
    """A linear layer that adds what the conditioning says."""

    def forward(self, hidden_KTD: Tensor, change: Tensor) -> Tensor:
        return super().forward(hidden_KTD) + change


class _LinearNetwork(nn.Module):
    """Two linear layers, the second of which also adds what the conditioning makes of the mean token."""

    ngrams = None

    def __init__(self) -> None:
        super().__init__()
        self.backbone = nn.Module()
        self.backbone.encoder = nn.ModuleList(_LinearLayer(WIDTH, WIDTH).double() for _ in range(2))
        self.backbone.conditioning = nn.Sequential(
            nn.Linear(WIDTH, 4 * WIDTH, bias=False).double(), nn.Unflatten(1, (4, 1, 1, WIDTH))
        )
        self.readout_D = nn.Parameter(torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64))

    def forward_from_embeddings(self, vectors_KTD: Tensor, *_rest: Any) -> _Output:
        change = self.backbone.conditioning(vectors_KTD.mean(dim=1))
        first, second = self.backbone.encoder
        # Norm 3 is the last of the second layer.
        hidden_KTD = second(first(vectors_KTD, 0.0), change[:, 3, 0])
        return _Output({"only": (hidden_KTD.sum(dim=1) @ self.readout_D)[:, None]})


def _linear(batch_size: int) -> tuple[Explained, _LinearNetwork]:
    torch.manual_seed(0)
    model, toy = _LinearNetwork(), toy_explained(num_words=4, width=WIDTH)
    explained = Explained(
        model=cast(RedHeartModel, model),
        scalar=lambda logits: cast(dict[str, Tensor], logits)["only"][:, 0],
        layout=toy.layout,
        passage=toy.passage,
        baseline=Inputs(vectors_TD=toy.baseline.vectors_TD, ngrams_N=toy.passage.ngrams_N),
        batch_size=batch_size,
    )
    return explained, model


@pytest.mark.parametrize("batch_size", [3, 32])
def test_a_linear_network_gives_weight_times_difference_at_every_layer(batch_size: int) -> None:
    explained, model = _linear(batch_size)
    difference_TD = explained.passage.vectors_TD - explained.baseline.vectors_TD
    first, second = (layer.weight for layer in model.backbone.encoder)
    from_mean_DD = model.backbone.conditioning[0].weight[3 * WIDTH :]
    through_T = difference_TD @ (model.readout_D @ second @ first)
    past_T = difference_TD @ (model.readout_D @ from_mean_DD)
    found = conductance(explained, num_steps=7, report=unreported)
    assert_close(found.through_LT[0], through_T.detach())
    assert_close(found.past_LT[0], past_T.detach())
    # No norms follow the second layer: what the conditioning said is in its states, at whatever token.
    assert_close(found.past_LT[1], torch.zeros(6, dtype=torch.float64))
    assert_close(found.through_LT.sum(dim=1) + found.past_LT.sum(dim=1), (through_T + past_T).sum().detach().expand(2))


def test_every_layer_sums_to_the_difference_and_more_steps_come_closer() -> None:
    explained = tiny_explained()
    coarse, fine = layer_map(explained, num_steps=4), layer_map(explained, num_steps=256)
    assert abs(fine.difference) > 0.1
    for rough, good in zip(coarse.completeness_errors, fine.completeness_errors, strict=True):
        assert abs(good) < 1e-3 * abs(fine.difference)
        assert abs(good) < abs(rough)


def test_a_map_shares_out_states_ngrams_and_the_rest() -> None:
    explained = tiny_explained(num_words=5)
    found, parts = layer_map(explained, num_steps=16), conductance(explained, num_steps=16, report=unreported)
    assert found.num_layers == 2
    assert [len(row) for row in found.scores] == [2] * 5
    scores_LT = parts.through_LT + parts.past_LT
    assert_close(torch.tensor(found.scores, dtype=torch.float64).T, scores_LT[:, 1:-1])
    assert found.rest == pytest.approx((scores_LT[:, 0] + scores_LT[:, -1]).tolist())
    assert found.ngram_scores == pytest.approx([*parts.ngrams_N.tolist(), 0.0, 0.0])
    assert found.past == pytest.approx(parts.past_LT.sum(dim=1).tolist())
    assert found.past[1] == 0.0


def test_one_layer_alone_is_read_as_among_all() -> None:
    explained = tiny_explained()
    every = conductance(explained, num_steps=4, report=unreported)
    second = conductance(explained, num_steps=4, report=unreported, places=[1])
    first = METHODS["layer_conductance"].run(explained, LayerConductanceOptions(steps=4), seed=0, report=unreported)
    assert_close(second.through_LT, every.through_LT[1:])
    assert_close(first.token_scores_T, (every.through_LT + every.past_LT)[0])
    assert_close(first.ngram_scores_N, every.ngrams_N)


def test_captum_comes_to_the_same_at_a_layer() -> None:
    explained = tiny_explained()
    ours = conductance(explained, num_steps=128, report=unreported)
    for index, layer in enumerate(explained.model.backbone.encoder):
        theirs = CaptumLayerConductance(explained, layer).attribute(
            (explained.passage.vectors_TD[None], explained.passage.ngrams_N[None]),
            (explained.baseline.vectors_TD[None], explained.baseline.ngrams_N[None]),
            n_steps=600,
            method="riemann_trapezoid",
        )
        wanted_T = theirs[0].sum(dim=-1).detach().double()
        assert_close(ours.through_LT[index], wanted_T, atol=1e-2 * float(wanted_T.abs().max()), rtol=0.0)


def test_a_report_can_stop_it() -> None:
    def stop(done: int, total: int) -> None:
        assert total == 65
        if done >= 32:
            raise Cancelled

    explained = tiny_explained()
    with pytest.raises(Cancelled):
        layer_map(explained, report=stop)
    assert not any(module._forward_hooks for module in explained.model.modules())
