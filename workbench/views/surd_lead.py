"""A decomposition in sentences: how much the components tell about the target, and what they tell alone or together."""

from __future__ import annotations

from dataclasses import dataclass

from redheart_core.explain.surd import TermKind, TermReport
from workbench.copy import UiLanguage, say
from workbench.views import numbers
from workbench.views.concept_scores import p_text
from workbench.views.surd_case import SurdCase, bits, quoted

NAMED = 3
"""Parts that are put into words."""
LEAST_SHARE = 0.10
"""A smaller part of the total is left to the figure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurdLead:
    """What a reader is told before any picture."""

    sentence: str
    parts: tuple[str, ...]
    """One sentence for each part that stands out, the largest first."""
    scope: str
    """Of which population all this speaks, and that it is information, not cause."""


def surd_lead(case: SurdCase) -> SurdLead:
    """Put a decomposition into words."""
    language = case.language
    key = "surd.lead.scope_effect" if case.is_effect else "surd.lead.scope"
    scope = say(key, language, population=case.population.description.text(language))
    if not case.shows_split:
        return SurdLead(sentence=_nothing(case), parts=(), scope=scope)
    named = named_terms(case)
    parts = tuple(_part(case, term) for term in named) or (_no_part(case),)
    return SurdLead(sentence=_total(case), parts=parts, scope=scope)


def named_terms(case: SurdCase) -> tuple[TermReport, ...]:
    """Return the parts that stand out: significant after Holm, a tenth of the total or more, the largest first."""
    least, alpha = LEAST_SHARE * case.report.total.plug_in, case.report.settings.alpha
    found = [term for term in case.terms if term.p_holm <= alpha and term.plug_in >= least]
    return tuple(sorted(found, key=lambda term: -term.plug_in)[:NAMED])


def _no_part(case: SurdCase) -> str:
    report = case.report
    can_pass = len(report.terms) / (report.num_surrogates + 1) <= report.settings.alpha
    return say("surd.lead.no_part" if can_pass else "surd.lead.too_few_draws", case.language)


def _nothing(case: SurdCase) -> str:
    names, p = quoted(case.sources, case.language), p_text(case.report.total.p_value)
    return say("surd.lead.nothing", case.language, sources=names, target=case.target, p=p)


def _total(case: SurdCase) -> str:
    result, count = case.report.result, len(case.sources)
    key = "surd.lead.total_one" if count == 1 else "surd.lead.total"
    if not case.shows_synergy or result.leak is None:
        return say(f"{key}_unsure", case.language, target=case.target, count=str(count))
    return say(
        key, case.language, target=case.target, count=str(count), share=numbers.percent(1.0 - result.leak),
        total=bits(result.total), entropy=bits(result.target_entropy),
    )  # fmt: skip


def _part(case: SurdCase, term: TermReport) -> str:
    names = quoted(case.members(term.key), case.language)
    sentence = say(
        f"surd.lead.{term.kind.value}{_form(case, term)}", case.language, sources=names, target=case.target,
        bits=bits(term.plug_in), share=numbers.percent(term.plug_in / case.report.total.plug_in),
    )  # fmt: skip
    return f"{sentence} {_interaction(case, term, case.language)}".rstrip()


def _form(case: SurdCase, term: TermReport) -> str:
    """Return the end of the key of a sentence that fits the number of sources."""
    if term.kind is TermKind.UNIQUE:
        return "_one" if len(case.sources) == 1 else ""
    return "_two" if len(term.key) == 2 else ""


def _interaction(case: SurdCase, term: TermReport, language: UiLanguage) -> str:
    if term.kind is not TermKind.SYNERGISTIC or term.p_interaction is None:
        return ""
    is_found = term.is_interaction
    return say(f"surd.lead.{'' if is_found else 'no_'}interaction", language, p=p_text(term.p_interaction))
