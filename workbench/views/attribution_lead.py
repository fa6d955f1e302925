"""An attribution in sentences: what raised and lowered the output, by which method, against which baseline."""

from __future__ import annotations

from dataclasses import dataclass

from redheart_core.explain.attribution.result import Attribution
from workbench.copy import UiLanguage, catalogue, say
from workbench.views import numbers
from workbench.views.labels import listing
from workbench.views.top_words import ngram_share, ranked_words, word_labels
from workbench.views.word_map import FAINT, strongest, unit_name

_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributionLead:
    """What a reader is told before any picture."""

    sentence: str
    how: str
    ngrams: str
    """Empty where no n-gram moved anything."""


def attribution_lead(attribution: Attribution, target: str, language: UiLanguage) -> AttributionLead:
    """Put an attribution into words.

    Args:
        attribution: The scores.
        target: Name of the output in the reader's language.
        language: Of the reader.
    """
    share = ngram_share(attribution)
    return AttributionLead(
        sentence=f"{_side(attribution, target, 1, language)} {_side(attribution, target, -1, language)}",
        how=_how(attribution, language),
        ngrams=say("attribution.lead.ngrams", language, share=numbers.percent(share)) if share else "",
    )


def method_name(name: str, language: UiLanguage) -> str:
    """Return the name of a method; an unknown one keeps its identifier."""
    return _known("method", name, language) or name.replace("_", " ")


def method_gloss(name: str, language: UiLanguage) -> str:
    """Return what a method does in everyday words, or nothing."""
    return _known("gloss", name, language)


def is_no_explanation(name: str) -> bool:
    """Return whether a method shows the inside of the network without saying what made the output."""
    return name in {"attention", "layer_activation"}


def option_name(name: str, language: UiLanguage) -> str:
    """Return the name of a method's option; an unknown one keeps its identifier."""
    return _known("option", name, language) or name.replace("_", " ")


def baseline_name(baseline: str, language: UiLanguage) -> str:
    """Return the name of a baseline; what follows a colon is a text of one's own."""
    return _known("baseline", baseline.partition(":")[0], language) or baseline


def _known(group: str, name: str, language: UiLanguage) -> str:
    key = f"attribution.{group}.{name}"
    return say(key, language) if key in catalogue() else ""


def _side(attribution: Attribution, target: str, sign: int, language: UiLanguage) -> str:
    side = "raised" if sign > 0 else "lowered"
    least = FAINT * strongest(attribution.scores)
    labels = word_labels(attribution)
    found = [i for i in ranked_words(attribution) if sign * attribution.scores[i] > max(0.0, least)][:_NAMED]
    if not found:
        return _filled(f"attribution.lead.none_{side}", target, language)
    words = (
        say("attribution.lead.word", language, word=labels[i], score=numbers.signed_short(attribution.scores[i]))
        for i in found
    )
    return _filled(f"attribution.lead.{side}", target, language, words=listing(words, language))


def _filled(key: str, target: str, language: UiLanguage, **values: str) -> str:
    return say(key, language, target=target, **values)


def _how(attribution: Attribution, language: UiLanguage) -> str:
    key = "attribution.lead.how" if attribution.is_additive else "attribution.lead.how_plain"
    return say(
        key, language,
        baseline=baseline_name(attribution.key.baseline, language),
        start=numbers.short(attribution.baseline_value),
        end=numbers.short(attribution.target_value),
        difference=numbers.signed_short(attribution.difference),
        method=method_name(attribution.key.method, language),
        unit=unit_name(attribution.key.unit, language),
    )  # fmt: skip
