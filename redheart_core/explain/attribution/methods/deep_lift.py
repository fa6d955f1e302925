"""DeepLIFT: differences instead of slopes, carried back through every function by its own rule."""

from __future__ import annotations

import torch

from redheart_core.errors import ExplanationError
from redheart_core.explain.attribution.function import CalculatedScalar, Explained
from redheart_core.explain.attribution.methods.difference_run import DifferenceRun
from redheart_core.explain.attribution.methods.method import RawScores, Report
from redheart_core.explain.attribution.methods.options import NoOptions
from redheart_core.explain.attribution.methods.points import as_batch, summed

TOLERANCE, ROUNDING = 1e-3, 1e-5
"""Largest error of the sum that rounding explains: relative to the difference, and beside it."""


class DeepLift:
    """Exact sums at the cost of two evaluations; refused where a function has no rule, rather than drawn wrongly.

    Captum's DeepLift knows activation layers only and passes ordinary slopes through attention, layer norms, gates and
    activations that are called as functions. Here functions have the rules (``difference_rules``).
    """

    name = "deep_lift"
    reference = "Shrikumar et al. 2017, https://arxiv.org/abs/1704.02685"
    is_additive = True
    options_type = NoOptions

    def supports(self, explained: Explained) -> str | None:
        """Refuse a score that ends in plain arithmetic. Whether all else has a rule shows in the sum: see ``run``."""
        if isinstance(explained.scalar, CalculatedScalar):
            return "it is calculated from several outputs by formulas that have no rule for differences."
        return None

    def cost(self, explained: Explained, options: NoOptions) -> int:
        """Return two evaluations: baseline and passage."""
        return 2

    def run(self, explained: Explained, options: NoOptions, *, seed: int, report: Report) -> RawScores:
        """Return multiplier times difference, summed over the width of each token.

        Raises:
            ExplanationError: The scores do not sum to the difference, so some function has no rule.
        """
        report(0, 2)
        noted: list[list[torch.Tensor]] = []
        with DifferenceRun(noted, is_reference=True):
            explained(*as_batch(explained.baseline, needs_gradient=True))
        report(1, 2)
        passage, baseline = as_batch(explained.passage, needs_gradient=True), as_batch(explained.baseline)
        with DifferenceRun(noted, is_reference=False):
            value_K = explained(*passage)
        of_vectors, of_ngrams = torch.autograd.grad(value_K.sum(), passage)
        raw = summed((of_vectors * (passage[0] - baseline[0]), of_ngrams * (passage[1] - baseline[1])), 2)
        report(2, 2)
        _require_complete(explained, raw)
        return raw


def _require_complete(explained: Explained, raw: RawScores) -> None:
    difference = explained.target_value - explained.baseline_value
    total = float(raw.token_scores_T.sum() + raw.ngram_scores_N.sum())
    # Written so that NaN is refused.
    if not abs(total - difference) <= TOLERANCE * abs(difference) + ROUNDING:
        raise ExplanationError(
            f"DeepLIFT's scores sum to {total:.4g} and the difference is {difference:.4g}: a function in between has "
            "no rule. Use integrated gradients."
        )
