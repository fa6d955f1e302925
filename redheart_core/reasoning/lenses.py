"""Two lenses beside the utilitarian one, and the score that joins the three.

The utilitarian lens is the integrated Bentham score. The deontological lens reads duties kept and broken, the virtue
lens the character that the conduct shows. A lens without any evidence is absent: it is left out of the ethical score,
it never enters as one half.
"""

from __future__ import annotations

from collections.abc import Mapping

from redheart_core.reasoning.bentham import harms
from redheart_core.reasoning.evidence import Observation, Reading, clip, reading, squash, weigh
from redheart_core.text.features import Cue, CueKind, TextFeatures

BREACH_WEIGHT = 1.3
"""A duty broken counts for more than a duty kept: keeping it is what was owed."""
NORM_WEIGHTS = {
    CueKind.PROMISE: 1.0,
    CueKind.HONESTY: 0.9,
    CueKind.CONSENT: 1.1,
    CueKind.RIGHTS: 1.1,
    CueKind.LAW: 0.8,
    CueKind.DUTY: 0.8,
    CueKind.FAIRNESS: 0.6,
}
INTERVAL_WIDTH = 3.0
"""Standard deviations on each side of an ethical score in its interval. Chosen on real pairs: the smallest of 0.5, 1,
1.5, 2, 2.5, 3 … at which an option whose interval lies above the other's is the one people preferred in 90 % of cases
(``benchmarks/agreement.py``, Moral Stories dev, the first 600 stories)."""
HARM_WEIGHT = 0.9
"""Weight of a harm that the option does, scaled by its severity: the duty not to harm."""
CHARACTER_WEIGHTS = {
    CueKind.VIRTUE: 1.0,
    CueKind.HONESTY: 0.7,
    CueKind.PROMISE: 0.5,
    CueKind.FAIRNESS: 0.6,
    CueKind.BENEFIT: 0.4,
}


def deontological_base(*, option: TextFeatures) -> Reading:
    """Return how well duties are kept, 0 to 1; ``value`` is None when the option names none."""
    found = _signed(option, NORM_WEIGHTS, loss=BREACH_WEIGHT)
    found += [
        Observation(source="option", cue=o.cue, value=-BREACH_WEIGHT * o.value, weight=HARM_WEIGHT * o.weight)
        for o in harms(option, "option")
    ]
    return _lens(found)


def virtue_base(*, option: TextFeatures) -> Reading:
    """Return whether the conduct shows virtue rather than vice, 0 to 1; ``value`` is None without evidence."""
    return _lens(_signed(option, CHARACTER_WEIGHTS, loss=1.0))


def mean_of_known(**outputs: float | None) -> float | None:
    """Return the mean of the outputs that exist; None when none does."""
    known = [value for value in outputs.values() if value is not None]
    return sum(known) / len(known) if known else None


def ethical_score(*, lenses: Mapping[str, float | None], credences: Mapping[str, float]) -> float:
    """Return the credence-weighted mean of the lenses that have evidence.

    Raises:
        ValueError: No lens has evidence and a credence above zero.
    """
    total = sum(credences[name] for name, value in lenses.items() if value is not None)
    if total <= 0.0:
        raise ValueError("No lens with a credence above zero has evidence; give the utilitarian lens some.")
    return sum(credences[name] * value for name, value in lenses.items() if value is not None) / total


def score_interval(
    *,
    score: float,
    lenses: Mapping[str, float | None],
    deviations: Mapping[str, float],
    credences: Mapping[str, float],
    width: float,
) -> dict[str, float]:
    """Return the interval of the ethical score: ``width`` standard deviations, lenses varying independently."""
    known = [name for name, value in lenses.items() if value is not None]
    total = sum(credences[name] for name in known)
    variance = sum((credences[name] * deviations[name] / total) ** 2 for name in known)
    half = width * float(variance**0.5)
    return {"low": max(0.0, score - half), "high": min(1.0, score + half), "deviation": float(variance**0.5)}


def _signed(features: TextFeatures, weights: Mapping[CueKind, float], *, loss: float) -> list[Observation]:
    found = []
    for index, cue in enumerate(features.cues):
        if cue.kind in weights and cue.value != 0.0:
            value = _sign(cue) * clip(abs(cue.value)) * (loss if _sign(cue) < 0 else 1.0)
            weight = weights[cue.kind] * weigh(cue, "option")
            found.append(Observation(source="option", cue=index, value=value, weight=weight))
    return found


def _sign(cue: Cue) -> float:
    """Return the cue's sign; a negation reverses a breach fully ("did not lie") and a merit likewise."""
    positive = (cue.value > 0.0) != cue.negated
    return 1.0 if positive else -1.0


def _lens(found: list[Observation]) -> Reading:
    answer = reading(squash(sum(o.value * o.weight for o in found)), found)
    if not answer["evidence"]:
        answer["value"] = None
    return answer
