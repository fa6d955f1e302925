"""What every method of attribution promises: a name, a paper, options, and scores of tokens, n-grams or words.

Dimensions: T tokens, N n-grams, W words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from torch import Tensor

from redheart_core.explain.attribution.function import Explained

Report = Callable[[int, int], None]
"""Told the evaluations that are done and that there will be in all; raises ``Cancelled`` to stop."""


class Cancelled(Exception):  # noqa: N818, an order and not an error
    """Raised by a report to stop a method that runs."""


def unreported(done: int, total: int) -> None:
    """Report to nobody."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RawScores:
    """What a method returns, before pieces and n-grams become words."""

    token_scores_T: Tensor
    """What each token's vector contributes."""
    ngram_scores_N: Tensor
    """What each n-gram contributes."""
    word_scores_W: Tensor | None = None
    """Instead of the two, which are zero then, where the method's features are words."""
    rest: float = 0.0
    """What belongs to neither: whatever the method sees beside tokens and n-grams."""
    num_evaluations: int
    """Points at which the model was evaluated."""


class Method(Protocol):
    """A way to share a scalar among what the model read. One file each; ``METHODS`` lists them."""

    @property
    def name(self) -> str:
        """Name in JSON, addresses and on the command line, such as ``integrated_gradients``."""

    @property
    def reference(self) -> str:
        """The paper, with a link."""

    @property
    def is_additive(self) -> bool:
        """Whether it promises that all scores sum to target minus baseline."""

    @property
    def options_type(self) -> type[Any]:
        """Frozen dataclass whose fields are the method's controls, made by ``options.option``."""

    def supports(self, explained: Explained) -> str | None:
        """Return None, or why this function cannot be explained by this method."""

    def cost(self, explained: Explained, options: Any) -> int:
        """Return the evaluations of the model that ``run`` will make."""

    def run(self, explained: Explained, options: Any, *, seed: int, report: Report) -> RawScores:
        """Return the scores. Whoever calls holds the model's lease."""
