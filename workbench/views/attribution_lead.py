"""An attribution in sentences: what raised and lowered the output, by which method, against which baseline."""

from __future__ import annotations

from dataclasses import dataclass

from redheart_core.explain.attribution.result import Attribution
from workbench.copy import UiLanguage, say
from workbench.views import numbers
from workbench.views.labels import listing
from workbench.views.method_names import baseline_name, has_direction, method_name
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
    both = (_side(attribution, target, side, language) for side in ("raised", "lowered"))
    return AttributionLead(
        sentence=" ".join(both) if has_direction(attribution) else _side(attribution, target, "weighed", language),
        how=_how(attribution, language),
        ngrams=say("attribution.lead.ngrams", language, share=numbers.percent(share)) if share else "",
    )


def _side(attribution: Attribution, target: str, side: str, language: UiLanguage) -> str:
    sign = -1 if side == "lowered" else 1
    least = FAINT * strongest(attribution.scores)
    labels = word_labels(attribution)
    found = [i for i in ranked_words(attribution) if sign * attribution.scores[i] > max(0.0, least)][:_NAMED]
    if not found:
        return _filled(f"attribution.lead.none_{side}", target, language)
    write = numbers.signed_short if has_direction(attribution) else numbers.short
    words = (say("attribution.lead.word", language, word=labels[i], score=write(attribution.scores[i])) for i in found)
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
