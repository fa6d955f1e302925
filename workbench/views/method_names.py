"""Names of methods, their options and baselines, and whether a method's scores tell raising from lowering."""

from __future__ import annotations

from redheart_core.explain.attribution.result import Attribution
from workbench.copy import UiLanguage, catalogue, say


def method_name(name: str, language: UiLanguage) -> str:
    """Return the name of a method; an unknown one keeps its identifier."""
    return _known("method", name, language) or name.replace("_", " ")


def method_gloss(name: str, language: UiLanguage) -> str:
    """Return what a method does in everyday words, or nothing."""
    return _known("gloss", name, language)


def is_no_explanation(name: str) -> bool:
    """Return whether a method shows the inside of the network without saying what made the output."""
    return name in {"attention", "layer_activation"}


def has_direction(attribution: Attribution) -> bool:
    """Return whether the scores tell raising from lowering; some methods give sizes only."""
    sizes_only = attribution.key.method == "saliency" and bool(attribution.options.get("absolute"))
    return not (sizes_only or is_no_explanation(attribution.key.method))


def option_name(name: str, language: UiLanguage) -> str:
    """Return the name of a method's option; an unknown one keeps its identifier."""
    return _known("option", name, language) or name.replace("_", " ")


def baseline_name(baseline: str, language: UiLanguage) -> str:
    """Return the name of a baseline; what follows a colon is a text of one's own."""
    return _known("baseline", baseline.partition(":")[0], language) or baseline


def _known(group: str, name: str, language: UiLanguage) -> str:
    key = f"attribution.{group}.{name}"
    return say(key, language) if key in catalogue() else ""
