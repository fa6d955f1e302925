"""DeepLIFT: differences instead of slopes, carried back through each nonlinear layer by its own rule."""

from __future__ import annotations

import threading
import warnings

from captum.attr import DeepLift as CaptumDeepLift
from torch import Tensor, nn

from redheart_core.errors import ExplanationError
from redheart_core.explain.attribution.function import Explained
from redheart_core.explain.attribution.methods.method import RawScores, Report
from redheart_core.explain.attribution.methods.options import NoOptions
from redheart_core.explain.attribution.methods.points import as_batch, summed
from redheart_core.model.network import RedHeartModel

TOLERANCE = 1e-3
"""Largest relative error of the sum that rounding explains."""
_ONE_AT_A_TIME = threading.Lock()


class DeepLift:
    """Exact where every nonlinearity is a layer with a rule; refused where it is not, rather than drawn wrongly."""

    name = "deep_lift"
    reference = "Shrikumar et al. 2017, https://arxiv.org/abs/1704.02685"
    is_additive = True
    options_type = NoOptions

    def supports(self, explained: Explained) -> str | None:
        """Refuse our architecture: Captum gives rules to layers, and passes ordinary slopes through all else."""
        if isinstance(explained.model, RedHeartModel):
            return (
                "DeepLIFT has rules for activations that are layers of their own. This network multiplies what it "
                "computes (attention, layer norms, gates), for which there is no rule, so the scores would not sum to "
                "the difference. Integrated gradients answers the same question."
            )
        return None

    def cost(self, explained: Explained, options: NoOptions) -> int:
        """Return two evaluations: passage and baseline, side by side."""
        return 2

    def run(self, explained: Explained, options: NoOptions, *, seed: int, report: Report) -> RawScores:
        """Return multiplier times difference, summed over the width of each token.

        Raises:
            ExplanationError: The scores do not sum to the difference, so some layer has no rule.
        """
        report(0, 2)
        method = CaptumDeepLift(_AsModule(explained))
        with _ONE_AT_A_TIME, warnings.catch_warnings():
            # It says that it sets hooks, which come off again.
            warnings.filterwarnings("ignore", message="Setting forward, backward hooks")
            scores = method.attribute(as_batch(explained.passage, needs_gradient=True), as_batch(explained.baseline))
        report(2, 2)
        raw = summed(scores, 2)
        _require_complete(explained, raw)
        return raw


class _AsModule(nn.Module):
    """The function with its layers where Captum looks for them."""

    def __init__(self, explained: Explained) -> None:
        super().__init__()
        self._explained = explained
        self.layers = explained.model

    def forward(self, vectors_KTD: Tensor, ngrams_KN: Tensor) -> Tensor:
        """Return the scalar (K,)."""
        return self._explained(vectors_KTD, ngrams_KN)


def _require_complete(explained: Explained, raw: RawScores) -> None:
    difference = explained.target_value - explained.baseline_value
    total = float(raw.token_scores_T.sum() + raw.ngram_scores_N.sum())
    if abs(total - difference) > TOLERANCE * max(1.0, abs(difference)):
        raise ExplanationError(
            f"DeepLIFT's scores sum to {total:.4g} and the difference is {difference:.4g}: this function has a "
            "nonlinearity that is not a layer with a rule. Use integrated gradients."
        )
