"""The rules that stand beside the learned optimisation systems: pure functions of what a training measured.

Sources: simple noise scale, McCandlish et al. 2018, https://arxiv.org/abs/1812.06162, appendix A.1. Warm-up of an
average: the one of TensorFlow's ``ExponentialMovingAverage(num_updates)``. Greedy choice by measured loss: model soups,
Wortsman et al. 2022, https://arxiv.org/abs/2203.05482, here layer by layer.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

PATIENCE = 4
NOISE_MULTIPLE = 0.5
AVERAGE_DECAY = 0.999
LAYER_DECAY = 0.9
LARGEST_ACCUMULATION = 32
SMALLEST_NOISE_SCALE = 1.0
_MAD_TO_DEVIATION = 1.4826


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Where a run ends and which evaluation is kept."""

    stopped_at: int
    """Position of the last evaluation that was made."""
    kept: int
    """Position of the evaluation whose weights are kept."""


def curve_noise(losses: Sequence[float]) -> float:
    """Return the standard deviation of evaluations about a smooth curve, from second differences; 0 below three.

    A straight trend has no second difference; independent errors of deviation s give it the deviation s · sqrt(6).
    The median keeps a single jump from counting.
    """
    seconds = [after - 2 * here + before for before, here, after in zip(losses, losses[1:], losses[2:], strict=False)]
    if not seconds:
        return 0.0
    return _MAD_TO_DEVIATION * statistics.median(abs(second) for second in seconds) / math.sqrt(6)


def sweet_spot(losses: Sequence[float], *, patience: int = PATIENCE, noise_multiple: float = NOISE_MULTIPLE) -> Stop:
    """Stop after ``patience`` evaluations that were not better than the best by more than the noise measured so far.

    The weights kept are those of the lowest loss seen, also where it was lower by less than the noise.

    Raises:
        ValueError: There are no losses or the patience is below one.
    """
    if not losses or patience < 1:
        raise ValueError(f"{len(losses)} losses and a patience of {patience}; both must be at least 1.")
    counted_from, reference = 0, losses[0]
    for place, loss in enumerate(losses):
        if loss < reference - noise_multiple * curve_noise(losses[: place + 1]):
            counted_from, reference = place, loss
        if place - counted_from >= patience:
            return Stop(stopped_at=place, kept=best_so_far(losses, place))
    last = len(losses) - 1
    return Stop(stopped_at=last, kept=best_so_far(losses, last))


def best_so_far(losses: Sequence[float], place: int) -> int:
    """Return the position of the first lowest loss up to ``place``."""
    return min(range(place + 1), key=lambda index: (losses[index], index))


def greedy_crossover(
    layers: Sequence[str], num_candidates: int, *, start: int, measure: Callable[[Mapping[str, int]], float]
) -> dict[str, int]:
    """Give each layer in turn the candidate with the lowest measured loss, keeping what was chosen before.

    Args:
        layers: Names, in the order in which they are decided.
        num_candidates: Versions of each layer.
        start: The candidate that all layers come from at first: the best single one.
        measure: Validation loss of a mixture; called ``len(layers) * (num_candidates - 1) + 1`` times.
    """
    chosen = dict.fromkeys(layers, start)
    lowest = measure(chosen)
    for layer in layers:
        for candidate in range(num_candidates):
            if candidate == start:
                continue
            loss = measure({**chosen, layer: candidate})
            if loss < lowest:
                lowest, chosen = loss, {**chosen, layer: candidate}
    return chosen


def simple_noise_scale(small_square: float, large_square: float, *, small: int, large: int) -> float:
    """Return the simple noise scale tr(Σ) / |G|² in examples, at least ``SMALLEST_NOISE_SCALE``.

    Args:
        small_square: Mean squared length of gradients of ``small`` examples.
        large_square: Squared length of the gradient of ``large`` examples.
        small: Examples of a small batch.
        large: Examples of the large batch.

    Returns:
        Infinite where the estimated true gradient has no length left: noise is all there is.

    Raises:
        ValueError: ``small`` is not below ``large``.
    """
    if not 0 < small < large:
        raise ValueError(f"small is {small} and large {large}; small must lie between 0 and large.")
    signal = (large * large_square - small * small_square) / (large - small)
    noise = (small_square - large_square) / (1 / small - 1 / large)
    if signal <= 0:
        return math.inf
    return max(noise / signal, SMALLEST_NOISE_SCALE)


def accumulation_steps(noise_scale: float, *, batch_size: int) -> int:
    """Return how many batches to accumulate: enough to reach the noise scale, from 1 to ``LARGEST_ACCUMULATION``.

    A batch of the size of the noise scale loses half of the progress per example; beyond it little is gained.
    """
    if not math.isfinite(noise_scale):
        return LARGEST_ACCUMULATION
    return min(max(round(noise_scale / batch_size), 1), LARGEST_ACCUMULATION)


def average_decay(num_updates: int, *, decay: float = AVERAGE_DECAY) -> float:
    """Return the decay of an average at its n-th update (from 1): short at first, so that it forgets the start."""
    return min(decay, (1 + num_updates) / (10 + num_updates))


def horizon_of(decay: float) -> float:
    """Return how many steps an average looks back."""
    return 1 / (1 - decay)


def layer_rate(layers_below_outputs: int, *, decay: float = LAYER_DECAY) -> float:
    """Return a layer's learning rate relative to the outputs' (LLRD): ``decay`` to the power of its distance."""
    if layers_below_outputs < 0:
        raise ValueError(f"A layer cannot be {layers_below_outputs} below the outputs.")
    return float(decay**layers_below_outputs)
