"""What stands beside a map: every check with its verdict, and what is drawn from them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from redheart_core.explain.attribution.trust.agreement import Agreement, BaselineStrip
from redheart_core.explain.attribution.trust.plan import TrustSettings
from redheart_core.explain.attribution.trust.randomisation import RandomisedStep
from redheart_core.explain.attribution.trust.verdict import Check, CheckName, Verdict, overall


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """The target after some words are taken, beside what random maps make of it (central 95 %)."""

    num_words: int
    without: float
    """Without the highest words."""
    without_low: float
    without_high: float
    only: float
    """With only the highest words."""
    only_low: float
    only_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustReport:
    """Everything that is known about whether to believe a map."""

    checks: tuple[Check, ...]
    """All of them, also those that could not be judged or were not asked for."""
    target_value: float
    """As the model said it when the checks ran, not as the attribution states it."""
    baseline_value: float
    curve: tuple[CurvePoint, ...]
    """By number of words; empty where no metric was measured."""
    cascade: tuple[RandomisedStep, ...]
    """What is left of the map as part after part of the model is shuffled; empty where it was not asked for."""
    agreements: tuple[Agreement, ...]
    baseline_strip: BaselineStrip | None
    settings: TrustSettings
    num_evaluations: int

    @property
    def verdict(self) -> Verdict:
        """FAILED if an essential check failed, DOUBTFUL at any other doubt, GOOD if an essential one is good."""
        return overall(self.checks)

    def check(self, name: CheckName) -> Check:
        """Return a check."""
        return next(check for check in self.checks if check.name is name)

    def to_dict(self) -> dict[str, Any]:
        """Return JSON values."""
        return {
            **asdict(self),
            "verdict": self.verdict.value,
            "checks": [check_values(check) for check in self.checks],
        }


def check_values(check: Check) -> dict[str, Any]:
    """Return a check as JSON values."""
    limits = None if check.limits is None else {**asdict(check.limits), "quantity": check.limits.quantity.value}
    return {
        **asdict(check),
        "name": check.name.value,
        "verdict": check.verdict.value,
        "reason": None if check.reason is None else check.reason.value,
        "limits": limits,
    }
