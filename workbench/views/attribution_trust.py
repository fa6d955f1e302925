"""Whether to believe a picture: a verdict in words, both sides of the sum, and every check. No failure hides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from redheart_core.explain.attribution.result import Attribution
from redheart_core.explain.attribution.trust.agreement import BaselineStrip
from redheart_core.explain.attribution.trust.report import TrustReport
from redheart_core.explain.attribution.trust.verdict import Check, CheckName, Quantity, Reason, Verdict
from workbench.copy import UiLanguage, say
from workbench.views import numbers
from workbench.views.figure import Table
from workbench.views.labels import listing
from workbench.views.top_words import word_labels

MARKS = {Verdict.GOOD: "✓", Verdict.DOUBTFUL: "~", Verdict.FAILED: "✗", Verdict.NOT_APPLICABLE: "–"}
_ORDER = (Verdict.FAILED, Verdict.DOUBTFUL, Verdict.GOOD, Verdict.NOT_APPLICABLE)
_REPEATED = frozenset({CheckName.POSITIVE_COMPREHENSIVENESS, CheckName.POSITIVE_SUFFICIENCY})
_SHARES = frozenset({CheckName.COMPLETENESS})


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLine:
    """One check as a reader meets it."""

    verdict: Verdict
    mark: str
    word: str
    """The verdict in words."""
    question: str
    detail: str
    """Its value against random maps, or why nothing can be said."""
    limit: str
    """When it passes; empty where no limit is set."""
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustPanel:
    """The panel that always stands beside a picture."""

    kind: str
    """Of the verdict, for the style sheet: good, doubtful, failed, not_applicable, pending."""
    mark: str
    sentence: str
    """The verdict with its grounds."""
    short: str
    """The verdict alone."""
    facts: tuple[tuple[str, str], ...]
    lines: tuple[CheckLine, ...]
    not_asked: str
    """The checks that were not run, in one line; empty where all were."""


def trust_panel(attribution: Attribution, report: TrustReport | None, language: UiLanguage) -> TrustPanel:
    """Lay out the checks of an attribution, what failed first, and what was not asked for last.

    Args:
        attribution: What was checked.
        report: Its checks, or None while there are none.
        language: Of the reader.
    """
    facts = _facts(attribution, language)
    if report is None:
        sentence = say("attribution.trust.pending", language)
        return TrustPanel(
            kind="pending", mark="–", sentence=sentence, short=sentence, facts=facts, lines=(), not_asked=""
        )
    checks = sorted(filter(_is_shown, report.checks), key=lambda check: _ORDER.index(check.verdict))
    return TrustPanel(
        kind=report.verdict.value,
        mark=MARKS[report.verdict],
        sentence=_sentence(report.checks, report.verdict, language),
        short=say(f"attribution.trust.short_{report.verdict.value}", language),
        facts=facts,
        lines=tuple(_line(check, language) for check in checks),
        not_asked=_not_asked(report.checks, language),
    )


def check_question(check: Check, language: UiLanguage) -> str:
    """Return the question that a check answers."""
    return say(f"attribution.check.{check.name.value}", language)


def checks_table(checks: Sequence[Check], language: UiLanguage) -> Table:
    """Return every check with its value, what random maps reach, its limit and its meaning, at full precision."""
    keys = ("check", "verdict", "value", "random_low", "random_high", "limit", "meaning")
    rows = tuple(
        (
            check_question(check, language),
            f"{MARKS[check.verdict]} {say(f'attribution.verdict.{check.verdict.value}', language)}",
            check.value,
            check.noise.low if check.noise else None,
            check.noise.high if check.noise else None,
            _limit(check, language),
            say(f"attribution.meaning.{check.name.value}", language),
        )
        for check in checks
    )
    columns = tuple(say(f"attribution.column.{key}", language) for key in keys)
    return Table(name="attribution-checks", columns=columns, rows=rows)


def flips_sentence(attribution: Attribution, strip: BaselineStrip, language: UiLanguage) -> str:
    """Name the words that raise against one baseline and lower against another."""
    by_word = zip(*(row.sign_flips for row in strip.rows), strict=True)
    labels = word_labels(attribution)
    flipped = [label for label, flips in zip(labels, by_word, strict=True) if any(flips)]
    if not flipped:
        return say("attribution.trust.no_flips", language)
    return say("attribution.trust.flipped", language, words=listing(flipped, language))


def check_lines(checks: Sequence[Check], language: UiLanguage) -> tuple[CheckLine, ...]:
    """Return every check, also those that were not run, in the order of the report."""
    return tuple(_line(check, language) for check in checks)


def _sentence(checks: Sequence[Check], verdict: Verdict, language: UiLanguage) -> str:
    if verdict is Verdict.NOT_APPLICABLE:
        return say("attribution.trust.not_applicable", language)
    passed = sum(check.verdict is Verdict.GOOD for check in checks)
    judged = sum(check.verdict is not Verdict.NOT_APPLICABLE for check in checks)
    if verdict is Verdict.GOOD:
        key = "good" if judged == len(checks) else "good_but"
        return say(f"attribution.trust.{key}", language, passed=str(passed), judged=str(judged))
    wanted = {Verdict.FAILED} if verdict is Verdict.FAILED else {Verdict.FAILED, Verdict.DOUBTFUL}
    names = " · ".join(check_question(check, language) for check in checks if check.verdict in wanted)
    return say(f"attribution.trust.{verdict.value}", language, names=names)


def _is_shown(check: Check) -> bool:
    """Return whether a check has a line of its own: not if it was not run, or passed and says what another one says."""
    if check.reason is Reason.NOT_ASKED:
        return False
    return check.name not in _REPEATED or check.verdict is not Verdict.GOOD


def _not_asked(checks: Sequence[Check], language: UiLanguage) -> str:
    names = [check_question(check, language) for check in checks if check.reason is Reason.NOT_ASKED]
    return say("attribution.trust.not_asked", language, names=" · ".join(names)) if names else ""


def _facts(attribution: Attribution, language: UiLanguage) -> tuple[tuple[str, str], ...]:
    difference = say(
        "attribution.trust.difference_value", language,
        difference=numbers.long(attribution.difference), end=numbers.long(attribution.target_value),
        start=numbers.long(attribution.baseline_value),
    )  # fmt: skip
    return (
        (say("attribution.trust.total", language), numbers.long(attribution.total)),
        (say("attribution.trust.difference", language), difference),
        (say("attribution.trust.error", language), _error(attribution, language)),
    )


def _error(attribution: Attribution, language: UiLanguage) -> str:
    error, share = numbers.short(attribution.completeness_error), attribution.relative_error
    if not attribution.is_additive:
        return say("attribution.trust.error_free", language, error=error)
    if share is None:
        return say("attribution.trust.error_close", language, error=error)
    return say("attribution.trust.error_value", language, error=error, share=numbers.fine_percent(share))


def _line(check: Check, language: UiLanguage) -> CheckLine:
    return CheckLine(
        verdict=check.verdict,
        mark=MARKS[check.verdict],
        word=say(f"attribution.verdict.{check.verdict.value}", language),
        question=check_question(check, language),
        detail=_detail(check, language),
        limit=_limit(check, language) or "",
        meaning=say(f"attribution.meaning.{check.name.value}", language),
    )


def _detail(check: Check, language: UiLanguage) -> str:
    parts = [] if check.value is None else [_value(check, check.value)]
    if check.noise is not None:
        low, high = numbers.short(check.noise.low), numbers.short(check.noise.high)
        parts.append(say("attribution.trust.random", language, low=low, high=high))
    if check.reason is not None:
        parts.append(say(f"attribution.reason.{check.reason.value}", language))
    return "; ".join(parts)


def _value(check: Check, value: float) -> str:
    is_share = check.name in _SHARES and check.limits is not None
    return numbers.fine_percent(value) if is_share else numbers.short(value)


def _limit(check: Check, language: UiLanguage) -> str | None:
    if check.limits is None:
        return None
    good = check.limits.good
    if check.limits.quantity is Quantity.SHARE_OF_RANDOM:
        return say("attribution.trust.limit_random", language, value=numbers.fine_percent(good))
    key = "limit_high" if check.limits.higher_is_better else "limit_low"
    return say(f"attribution.trust.{key}", language, value=_value(check, good))
