"""What is judged: a map, the function it explains, and the way to make the same map of another function.

Dimensions: W words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from redheart_core.explain.attribution.function import Explained
from redheart_core.explain.attribution.methods.method import Report
from redheart_core.explain.attribution.trust.questions import Progress

Run = Callable[[Explained, Report], Sequence[float]]
"""The method, with its options and seed: from a function to the score of each word."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Subject:
    """A map with everything that its checks need. Whoever runs them holds the model's lease."""

    method: str
    baseline: str
    explained: tuple[Explained, ...]
    """The function, once for each baseline whose maps were averaged."""
    scores: tuple[float, ...]
    rest: float
    """What belongs to no word."""
    is_additive: bool
    """Whether the method promises that scores and rest sum to target minus baseline."""
    run: Run
    run_cost: int
    """Evaluations of one run against one baseline."""

    @property
    def scores_W(self) -> Tensor:
        """The map, in float64."""
        return torch.tensor(self.scores, dtype=torch.float64)

    @property
    def repeat_cost(self) -> int:
        """Evaluations of one more map."""
        return self.run_cost * len(self.explained)

    def repeat(self, change: Callable[[Explained], Explained], progress: Progress) -> Tensor:
        """Return the map (W,) of a changed function, in float64."""
        maps = [self.run(change(each), progress.part(self.run_cost)) for each in self.explained]
        return torch.tensor([list(scores) for scores in maps], dtype=torch.float64).mean(dim=0)
