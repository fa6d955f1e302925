"""Whether to believe a decomposition: test of the total, size of the sample, what might turn out otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from redheart_core.explain.attribution.trust.verdict import Verdict
from redheart_core.explain.surd import Reliability, SensitivityRow, TermKind
from redheart_core.explain.surd.bias import AMBER_BITS, AMBER_SHARE, SAMPLES_PER_STATE
from workbench.copy import say
from workbench.views import numbers
from workbench.views.attribution_trust import MARKS, CheckLine, TrustPanel
from workbench.views.concept_scores import p_text
from workbench.views.surd_bars import flagged_sets
from workbench.views.surd_case import SurdCase, bits, quoted, short_kind

_SIZE = {Reliability.GREEN: Verdict.GOOD, Reliability.AMBER: Verdict.DOUBTFUL, Reliability.RED: Verdict.FAILED}
_ORDER = (Verdict.FAILED, Verdict.DOUBTFUL, Verdict.GOOD, Verdict.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """One check before it is put into words."""

    name: str
    verdict: Verdict
    detail: str
    limit: str = ""


def surd_trust(case: SurdCase) -> TrustPanel:
    """Lay out every check, what failed first."""
    found = _checks(case)
    worst = min((one.verdict for one in found), key=_ORDER.index)
    kind = worst if worst in {Verdict.FAILED, Verdict.DOUBTFUL} else Verdict.GOOD
    names = [one.name for one in found if one.verdict is kind]
    lines = sorted((_line(case, one) for one in found), key=lambda line: _ORDER.index(line.verdict))
    sentence = _sentence(case, kind, names)
    short = say(f"surd.trust.short_{kind.value}", case.language)
    return TrustPanel(
        kind=kind.value, mark=MARKS[kind], sentence=sentence, short=short,
        facts=_facts(case), lines=tuple(lines), not_asked="",
    )  # fmt: skip


def _sentence(case: SurdCase, kind: Verdict, names: Sequence[str]) -> str:
    if kind is Verdict.GOOD:
        return say("surd.trust.good", case.language)
    return say(f"surd.trust.{kind.value}", case.language, reason=say(f"surd.check.{names[0]}.reason", case.language))


def _checks(case: SurdCase) -> tuple[_Found, ...]:
    found = [_total(case), _size(case), _corrections(case)]
    if case.report.sensitivity:
        found.append(_bins(case))
    return (*found, _intervals(case), _labels(case), _definitions(case))


def _total(case: SurdCase) -> _Found:
    total, settings, count = case.report.total, case.report.settings, numbers.count(case.report.num_surrogates)
    detail = say("surd.check.total.detail", case.language, p=p_text(total.p_value), count=count)
    verdict = Verdict.GOOD if total.is_significant else Verdict.FAILED
    return _Found(name="total", verdict=verdict, detail=detail, limit=f"p ≤ {numbers.short(settings.alpha)}")


def _size(case: SurdCase) -> _Found:
    sampling = case.sampling
    detail = say(
        "surd.check.size.detail", case.language, units=numbers.count(sampling.num_units),
        states=numbers.count(sampling.occupied_states), bias=bits(sampling.bias),
        total=bits(case.report.total.plug_in),
    )  # fmt: skip
    limit = say(
        "surd.check.size.limit", case.language, bits=numbers.short(AMBER_BITS), share=numbers.percent(AMBER_SHARE),
        samples=str(SAMPLES_PER_STATE),
    )  # fmt: skip
    return _Found(name="size", verdict=_SIZE[sampling.reliability], detail=detail, limit=limit)


def _corrections(case: SurdCase) -> _Found:
    total = case.report.total
    values = (total.plug_in, total.miller_madow, total.null_subtracted)
    spread = max(values) - min(values)
    agree = spread <= max(AMBER_BITS, AMBER_SHARE * total.plug_in)
    low, high = bits(max(0.0, min(values))), bits(max(values))
    return _Found(
        name="corrections",
        verdict=Verdict.GOOD if agree else Verdict.DOUBTFUL,
        detail=say("surd.check.corrections.detail", case.language, low=low, high=high),
        limit=say(
            "surd.check.corrections.limit", case.language, bits=numbers.short(AMBER_BITS),
            share=numbers.percent(AMBER_SHARE),
        ),
    )  # fmt: skip


def _bins(case: SurdCase) -> _Found:
    leading = [leading_kind(row) for row in case.report.sensitivity]
    words = ", ".join(
        say("surd.check.bins.row", case.language, bins=str(row.bins), kind=short_kind(kind, case.language))
        for row, kind in zip(case.report.sensitivity, leading, strict=True)
    )
    verdict = Verdict.GOOD if len(set(leading)) == 1 else Verdict.DOUBTFUL
    return _Found(name="bins", verdict=verdict, detail=words)


def leading_kind(row: SensitivityRow) -> TermKind:
    """Return which kind of part is largest at a number of bins."""
    sizes = {
        TermKind.REDUNDANT: row.redundant,
        TermKind.UNIQUE: row.unique,
        TermKind.SYNERGISTIC: row.synergistic,
    }
    return max(sizes, key=lambda kind: sizes[kind])


def _intervals(case: SurdCase) -> _Found:
    interval, language = case.report.total.interval, case.language
    if interval is None:
        return _Found(name="intervals", verdict=Verdict.DOUBTFUL, detail=say("surd.check.intervals.none", language))
    detail = say(
        "surd.check.intervals.detail", language, low=bits(interval.low), high=bits(interval.high),
        level=numbers.percent(case.report.settings.level), count=numbers.count(case.report.settings.num_bootstrap),
        unit=case.population.unit_name.text(language),
    )  # fmt: skip
    return _Found(name="intervals", verdict=Verdict.GOOD, detail=detail)


def _labels(case: SurdCase) -> _Found:
    flagged = flagged_sets(case)
    if not flagged:
        return _Found(name="labels", verdict=Verdict.GOOD, detail=say("surd.check.labels.none", case.language))
    detail = say("surd.check.labels.detail", case.language, count=str(len(flagged)))
    return _Found(name="labels", verdict=Verdict.DOUBTFUL, detail=detail)


def _definitions(case: SurdCase) -> _Found:
    names = [case.column_name(rule.column) for rule in case.answer.definitions]
    if not names:
        return _Found(
            name="definitions", verdict=Verdict.GOOD, detail=say("surd.check.definitions.none", case.language)
        )
    detail = say("surd.check.definitions.detail", case.language, names=quoted(names, case.language))
    return _Found(name="definitions", verdict=Verdict.DOUBTFUL, detail=detail)


def _line(case: SurdCase, found: _Found) -> CheckLine:
    language = case.language
    return CheckLine(
        verdict=found.verdict,
        mark=MARKS[found.verdict],
        word=say(f"attribution.verdict.{found.verdict.value}", language),
        question=say(f"surd.check.{found.name}.question", language),
        detail=found.detail,
        limit=found.limit,
        meaning=say(f"surd.check.{found.name}.meaning", language),
    )


def _facts(case: SurdCase) -> tuple[tuple[str, str], ...]:
    total, language = case.report.total, case.language
    rows = (
        ("plug_in", total.plug_in), ("miller_madow", total.miller_madow), ("null_subtracted", total.null_subtracted),
    )  # fmt: skip
    return tuple(
        (say(f"surd.estimate.{name}", language), say("surd.bars.bits", language, bits=bits(max(0.0, value))))
        for name, value in rows
    )
