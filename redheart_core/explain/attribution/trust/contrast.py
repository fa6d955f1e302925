"""Whether to believe why one option and not another: the sum of the difference, and both maps that it is made of.

Two maps can each sum well and their difference badly: errors stay as they are while the differences cancel out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from redheart_core.explain.attribution.contrast import OptionContrast
from redheart_core.explain.attribution.methods.method import Report, unreported
from redheart_core.explain.attribution.result import Attribution
from redheart_core.explain.attribution.trust.completeness import Completeness, check_completeness
from redheart_core.explain.attribution.trust.judge import judge, plan
from redheart_core.explain.attribution.trust.report import TrustReport, check_values
from redheart_core.explain.attribution.trust.verdict import Check, Verdict
from redheart_core.inference.leased import LeasedReader

_WORST_FIRST = (Verdict.FAILED, Verdict.DOUBTFUL, Verdict.NOT_APPLICABLE, Verdict.GOOD)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContrastTrust:
    """Everything that is known about whether to believe a contrast."""

    sides: Completeness
    """Both sides of the sum of the difference."""
    first: TrustReport
    second: TrustReport

    @property
    def sum_check(self) -> Check:
        """Whether the scores of all words add up to the difference."""
        return check_completeness(self.sides)

    @property
    def verdict(self) -> Verdict:
        """The worst of the three: a difference is no better than either of its sides."""
        found = (self.sum_check.verdict, self.first.verdict, self.second.verdict)
        return min(found, key=_WORST_FIRST.index)

    def to_dict(self) -> dict[str, Any]:
        """Return JSON values."""
        return {
            "verdict": self.verdict.value,
            "sum": check_values(self.sum_check),
            "first": self.first.to_dict(),
            "second": self.second.to_dict(),
        }


def contrast_sides(contrast: OptionContrast) -> Completeness:
    """Return both sides of the sum of a contrast."""
    return Completeness(
        total=contrast.total,
        target_value=contrast.target_value,
        baseline_value=contrast.baseline_value,
        is_additive=contrast.first.is_additive and contrast.second.is_additive,
    )


def judge_contrast(contrast: OptionContrast, reader: LeasedReader, *, report: Report = unreported) -> ContrastTrust:
    """Run the quick checks on both maps, and hold the sum of their difference to the same limits.

    Args:
        contrast: What is judged.
        reader: The neural part that it is of.
        report: Told evaluations done and in all, over both maps; may raise ``Cancelled``.

    Raises:
        ExplanationError: The contrast is of another checkpoint.
    """
    costs = [quick_evaluations(one, reader) for one in (contrast.first, contrast.second)]
    total = sum(costs)
    first = judge(contrast.first, reader, report=lambda done, of: report(costs[0] * done // of, total))
    second = judge(contrast.second, reader, report=lambda done, of: report(costs[0] + costs[1] * done // of, total))
    return ContrastTrust(sides=contrast_sides(contrast), first=first, second=second)


def quick_evaluations(attribution: Attribution, reader: LeasedReader) -> int:
    """Return how often the quick checks of a map evaluate the model."""
    return sum(planned.num_evaluations for planned in plan(attribution, reader) if planned.is_quick)
