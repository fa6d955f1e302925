"""Conductance: how the difference between passage and baseline flows through each layer of the encoder.

On the straight path from baseline to passage every small change of the scalar passes through the states of a layer, or
past it: the conditioning reads the mean of all token vectors and sets the norms of later layers directly, and n-grams
reach the output beside the network. The three parts together give the whole difference at every layer.

All layers are read in the same passes. Captum's ``LayerConductance`` reads one at a time, multiplies each change by the
slope before it alone, and sees neither the conditioning nor the n-grams.

Dimensions: K points of the path, L layers, T tokens, D width, N n-grams.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from redheart_core.explain.attribution.captured import captured
from redheart_core.explain.attribution.function import Explained
from redheart_core.explain.attribution.methods.method import Report
from redheart_core.model.backbone import NORMS_PER_LAYER


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Conductance:
    """The parts of the difference, in units of the scalar, float64."""

    through_LT: Tensor
    """What flows through the state of each layer at each token."""
    past_LT: Tensor
    """What flows from each token past each layer, into the norms of later layers."""
    ngrams_N: Tensor
    """What flows through each n-gram; the same at every layer."""
    num_evaluations: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Points:
    """States and slopes at points of the path."""

    states_LKTD: Tensor
    slopes_LKTD: Tensor
    past_LKT: Tensor
    """Change of the scalar past each layer, per unit of the path."""
    ngrams_KN: Tensor
    """Change of the scalar through each n-gram, per unit of the path."""


def cost(num_steps: int) -> int:
    """Return the evaluations of ``conductance``: both ends and the points between."""
    return num_steps + 1


def conductance(
    explained: Explained, *, num_steps: int, report: Report, places: Sequence[int] | None = None
) -> Conductance:
    """Integrate along the path by the trapezoid rule.

    Args:
        explained: Its model is held by the caller.
        num_steps: Pieces of the path, each the same length. The error falls with their square.
        report: Told the points that are done.
        places: Layers that are read, 0 the first; all when absent.
    Source:
        Shrikumar, Su and Kundaje 2018, https://arxiv.org/abs/1807.09946, eq. 6, for conductance (Dhamdhere et al. 2018,
        https://arxiv.org/abs/1805.12233) as slope times change of state. They take the slope at one end of each piece;
        here it is the mean of both ends.
    """
    report(0, cost(num_steps))
    places = range(len(explained.model.backbone.encoder)) if places is None else places
    shares_K = torch.full((num_steps + 1,), 1 / num_steps, dtype=torch.float64)
    shares_K[[0, -1]] /= 2
    through, past, ngrams = [], [], []
    before: _Points | None = None
    for indices_K in torch.split(torch.arange(num_steps + 1), explained.batch_size):
        points = _at(explained, places, indices_K / num_steps)
        through.append(_through(before, points))
        past.append(torch.einsum("k,lkt->lt", shares_K[indices_K], points.past_LKT))
        ngrams.append(shares_K[indices_K] @ points.ngrams_KN)
        before = points
        report(int(indices_K[-1]) + 1, cost(num_steps))
    return Conductance(
        through_LT=torch.stack(through).sum(dim=0),
        past_LT=torch.stack(past).sum(dim=0),
        ngrams_N=torch.stack(ngrams).sum(dim=0),
        num_evaluations=cost(num_steps),
    )


def _at(explained: Explained, places: Sequence[int], alphas_K: Tensor) -> _Points:
    """Evaluate the scalar at points of the path, 0 the baseline and 1 the passage, with slopes at layers."""
    start, backbone = explained.baseline, explained.model.backbone
    vectors_TD, ngrams_N = explained.passage.vectors_TD - start.vectors_TD, explained.passage.ngrams_N - start.ngrams_N
    alphas_K = alphas_K.to(vectors_TD)
    vectors_KTD = (start.vectors_TD + alphas_K[:, None, None] * vectors_TD).detach().requires_grad_()
    ngrams_KN = (start.ngrams_N + alphas_K[:, None] * ngrams_N).detach().requires_grad_()
    layers = [backbone.encoder[place] for place in places]
    with torch.enable_grad(), captured([*layers, backbone.conditioning]) as outputs:
        value = explained(vectors_KTD, ngrams_KN).sum()
    states, change = [outputs[layer] for layer in layers], outputs[backbone.conditioning]
    # A scalar need not depend on all of them: no slope then, rather than an error.
    *slopes, change_slope, ngram_slope_KN = torch.autograd.grad(
        value, [*states, change, ngrams_KN], retain_graph=True, allow_unused=True, materialize_grads=True
    )
    past_LKTD = _past(places, change, change_slope, vectors_KTD)
    return _Points(
        states_LKTD=torch.stack(states).detach().double().cpu(),
        slopes_LKTD=torch.stack(slopes).double().cpu(),
        past_LKT=(past_LKTD * vectors_TD).double().sum(dim=-1).cpu(),
        ngrams_KN=(ngram_slope_KN * ngrams_N).double().cpu(),
    )


def _past(places: Sequence[int], change: Tensor, change_slope: Tensor, vectors_KTD: Tensor) -> Tensor:
    """Return the slope (L, K, T, D) of the scalar at each token's vector by way of the norms after each layer alone."""
    slopes = []
    for place in places:
        first = NORMS_PER_LAYER * (place + 1)
        later = change_slope.clone()
        later[:, :first] = 0.0
        (slope_KTD,) = torch.autograd.grad(change, vectors_KTD, grad_outputs=later, retain_graph=True)
        slopes.append(slope_KTD)
    return torch.stack(slopes)


def _through(before: _Points | None, points: _Points) -> Tensor:
    """Return what flows through states (L, T) between neighbouring points, from the last one before on."""
    states_LKTD, slopes_LKTD = points.states_LKTD, points.slopes_LKTD
    if before is not None:
        states_LKTD = torch.cat([before.states_LKTD[:, -1:], states_LKTD], dim=1)
        slopes_LKTD = torch.cat([before.slopes_LKTD[:, -1:], slopes_LKTD], dim=1)
    changes_LKTD = states_LKTD.diff(dim=1)
    means_LKTD = (slopes_LKTD[:, 1:] + slopes_LKTD[:, :-1]) / 2
    return torch.einsum("lktd,lktd->lt", changes_LKTD, means_LKTD)
