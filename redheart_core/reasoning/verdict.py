"""Confidence, and the recommendation with its abstentions.

Decisions are codes, never parsed from text. An option is named only when its interval lies wholly above that of every
other; otherwise the system abstains and says which two cannot be told apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from redheart_core.reasoning.evidence import clip, saturate
from redheart_core.text.features import TextFeatures

FULL_EVIDENCE_CUES = 4.0
"""Cues per passage at which the evidence part of the confidence reaches one half."""


def verdict(*, intervals: Mapping[str, Mapping[str, float]], scores: Mapping[str, float]) -> dict[str, Any]:
    """Return the code, the leading option and its nearest rival, by option id.

    Codes: ``recommended`` (interval above all others), ``overlap``, ``tie`` (equal scores at the top).
    """
    ranked = sorted(scores, key=lambda name: (-scores[name], name))
    leader, second = ranked[0], ranked[1]
    rival = max(ranked[1:], key=lambda name: (intervals[name]["high"], scores[name]))
    if scores[leader] == scores[second]:
        return {"code": "tie", "leader": leader, "rival": second}
    clear = intervals[leader]["low"] > intervals[rival]["high"]
    return {"code": "recommended" if clear else "overlap", "leader": leader, "rival": rival}


def confidence(*, completeness: float, evidence: float, agreement: float | None, separation: float | None) -> float:
    """Return completeness times the mean of the other parts that exist, each in [0, 1]."""
    parts = [part for part in (evidence, agreement, separation) if part is not None]
    return clip(completeness * sum(parts) / len(parts))


def completeness(*, trained: list[str], wanted: list[str]) -> float:
    """Return the share of neural families that could be asked, with the rules counting as one more."""
    return (1.0 + sum(family in trained for family in wanted)) / (1.0 + len(wanted))


def num_cues(*, features: TextFeatures) -> int:
    """Return how many cues the rules found in a passage."""
    return len(features.cues)


def evidence_part(**counts: int) -> float:
    """Return how much the passages offered the rules: saturating in the mean number of cues."""
    return saturate(sum(counts[name] for name in sorted(counts)) / len(counts) / FULL_EVIDENCE_CUES)


def agreement(*, rule: float | None, weight: float, neural: float | None, width: float) -> float | None:
    """Return one minus the distance of rule and model relative to the scale's width; None without both."""
    if rule is None or neural is None or weight <= 0.0:
        return None
    return 1.0 - clip(abs(rule - neural) / width)


def agreement_part(**agreements: float | None) -> float | None:
    """Return the mean agreement of the passages where rule and model both speak; None when they never do."""
    known = [value for name in sorted(agreements) if (value := agreements[name]) is not None]
    return sum(known) / len(known) if known else None


def separation_part(*, scores: Mapping[str, float], intervals: Mapping[str, Mapping[str, float]]) -> float:
    """Return the gap between the two leading options against the gap plus their deviations."""
    ranked = sorted(scores, key=lambda name: (-scores[name], name))
    first, second = ranked[0], ranked[1]
    gap = scores[first] - scores[second]
    spread = intervals[first]["deviation"] + intervals[second]["deviation"]
    return gap / (gap + spread) if gap + spread > 0.0 else 0.0
