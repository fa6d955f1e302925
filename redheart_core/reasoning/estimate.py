"""Final = base + adjustment, and how uncertain the sum is.

The uncertainty has three measured sources: the spread of the rule's answers over real texts, narrowed by the evidence
found; the model's own spread over its dropout masks; and the disagreement of the two estimates.
"""

from __future__ import annotations

from redheart_core.reasoning.evidence import clip

RULE_SHARE = 0.4
"""The most that a rule counts against a trained output, reached when its evidence is plentiful."""


def adjusted_variable(*, base: float, adjustment: float | None) -> float:
    """Return base + adjustment in [0, 1]; a refused adjustment changes nothing."""
    return clip(base + (adjustment or 0.0))


def hedonic_adjustment(*, base: float, weight: float, neural: float | None, share: float) -> float | None:
    """Return what moves the rule's hedonic value to the weighted mean of rule and model; None when refused.

    Args:
        base: The rule's value, -1 to 1.
        weight: The rule's evidence.
        neural: The model's value, -1 to 1.
        share: The most that the rule counts (``RULE_SHARE``).
    """
    if neural is None:
        return None
    return (1.0 - _rule_share(weight, share)) * (neural - base)


def adjusted_hedonic(*, base: float, adjustment: float | None) -> float:
    """Return base + adjustment in [-1, 1]."""
    return clip(base + (adjustment or 0.0), -1.0, 1.0)


def variable_deviation(*, weight: float, neural_deviation: float | None, prior_deviation: float) -> float:
    """Return the standard deviation of a variable: rule spread narrowed by evidence, and the model's spread."""
    return _hypotenuse(_narrowed(prior_deviation, weight), neural_deviation or 0.0)


def mixture_deviation(
    *,
    base: float | None,
    weight: float,
    neural: float | None,
    neural_deviation: float | None,
    prior_deviation: float,
    share: float,
) -> float:
    """Return the standard deviation of a weighted mean of rule and model, their disagreement included.

    Without a model, or without rule evidence for a lens (``base`` None), only the other source counts.
    """
    rule_deviation = _narrowed(prior_deviation, weight)
    if neural is None:
        return rule_deviation
    if base is None:
        return neural_deviation or 0.0
    rule = _rule_share(weight, share)
    disagreement = (rule * (1.0 - rule)) ** 0.5 * abs(neural - base)
    spread = _hypotenuse(rule * rule_deviation, (1.0 - rule) * (neural_deviation or 0.0))
    return _hypotenuse(spread, disagreement)


def blended(*, base: float | None, weight: float, neural: float | None, share: float) -> float | None:
    """Return the weighted mean of a lens's rule and model, whichever exist; None when neither does."""
    if neural is None or base is None:
        return base if neural is None else neural
    rule = _rule_share(weight, share)
    return rule * base + (1.0 - rule) * neural


def _rule_share(weight: float, share: float) -> float:
    return share * weight / (1.0 + weight)


def _narrowed(prior_deviation: float, weight: float) -> float:
    return float(prior_deviation / (1.0 + weight) ** 0.5)


def _hypotenuse(first: float, second: float) -> float:
    return float((first * first + second * second) ** 0.5)
