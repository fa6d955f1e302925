"""Who is affected and how, and what lasts.

A party's effect under an option is read from the clauses of the option that name it; when none does, it shares the
option's overall effect at half strength. Losses weigh more on vulnerable people.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from redheart_core.reasoning.bentham import harms
from redheart_core.reasoning.evidence import Observation, accumulate, clip, observe
from redheart_core.text.features import CueKind, TextFeatures

SHARED_EFFECT = 0.5
VULNERABLE_LOSS = 0.5
"""Extra share of a loss for someone fully vulnerable."""
MAX_DETECTED = 6

_CLAUSE = re.compile(r"[.;:!?\n]|,\s|\b(?:but|while|although)\b|지만\s|는데\s", re.IGNORECASE)


def detected_parties(*, situation: TextFeatures) -> list[list[Any]]:
    """Return the people named in the situation as [name, count, vulnerability], in text order, at most six."""
    found: dict[str, list[Any]] = {}
    for cue in situation.cues:
        if cue.kind not in {CueKind.PEOPLE, CueKind.VULNERABLE} or cue.negated:
            continue
        name = situation.text[cue.start : cue.end].strip()
        key = name.casefold()
        if key not in found:
            found[key] = [name, 1, 0.0]
        if cue.kind is CueKind.PEOPLE:
            found[key][1] = max(found[key][1], int(clip(cue.value, 1.0, 1e10)))
        else:
            found[key][2] = max(found[key][2], clip(cue.value))
    return list(found.values())[:MAX_DETECTED]


def affected_parties(*, situation: TextFeatures, given: list[list[Any]]) -> list[list[Any]]:
    """Return the given parties, or those the situation names when none are given."""
    return given or detected_parties(situation=situation)


def party_effects(*, option: TextFeatures, hedonic: float, parties: list[list[Any]]) -> dict[str, float]:
    """Return the signed effect on each party, -1 to 1."""
    effects = {}
    for name, _, vulnerability in parties:
        local = _local_effect(option, name)
        effect = SHARED_EFFECT * hedonic if local is None else local
        effects[name] = clip(effect * (1.0 + VULNERABLE_LOSS * vulnerability * (effect < 0.0)), -1.0, 1.0)
    return effects


def _local_effect(option: TextFeatures, name: str) -> float | None:
    """Return benefit minus harm in the clauses that name the party; None when none does or nothing is said."""
    clauses = [span for span in _clauses(option.text) if _mentions(option.text[slice(*span)], name)]
    if not clauses:
        return None
    good = _within(option, observe(option, "option", (CueKind.BENEFIT,), scale=0.8), clauses)
    bad = _within(option, harms(option, "option"), clauses)
    if not good and not bad:
        return None
    return accumulate(0.0, good) - accumulate(0.0, bad)


def _within(option: TextFeatures, observations: list[Observation], clauses: list[tuple[int, int]]) -> list[Observation]:
    return [
        o
        for o in observations
        if any(start <= option.cues[o.cue].start and option.cues[o.cue].end <= end for start, end in clauses)
    ]


def _clauses(text: str) -> list[tuple[int, int]]:
    ends = [match.start() for match in _CLAUSE.finditer(text)] + [len(text)]
    starts = [0, *[end + 1 for end in ends[:-1]]]
    return [(start, end) for start, end in zip(starts, ends, strict=True) if end > start]


def _mentions(clause: str, name: str) -> bool:
    """Return whether the clause holds the party's name or its last word (its head noun in both languages)."""
    clause, name = clause.casefold(), name.casefold()
    return name in clause or (len(name.split()[-1]) > 1 and name.split()[-1].rstrip("s") in clause)


def long_term_impact(*, hedonic: float, variables: Mapping[str, float], temporal: float) -> float:
    """Return what remains over time: hedonic value times duration and fecundity, discounted; -1 to 1."""
    lasting = 1.0 - (1.0 - variables["duration"]) * (1.0 - variables["fecundity"])
    cost = 0.3 * variables["external_cost"] * variables["duration"]
    return clip((hedonic * lasting - cost) * min(temporal, 1.0), -1.0, 1.0)
