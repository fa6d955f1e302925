"""Whether to believe why one option and not another: its own sum first, then the map of either option."""

from __future__ import annotations

from redheart_core.explain.attribution.contrast import OptionContrast
from redheart_core.explain.attribution.trust.contrast import ContrastTrust, contrast_sides
from redheart_core.explain.attribution.trust.report import TrustReport
from redheart_core.explain.attribution.trust.verdict import Verdict
from workbench.copy import UiLanguage, say
from workbench.views.attribution_trust import MARKS, CheckLine, TrustPanel, check_lines, check_question
from workbench.views.option_contrast import Letters, contrast_facts


def contrast_panel(
    contrast: OptionContrast, trust: ContrastTrust | None, letters: Letters, language: UiLanguage
) -> TrustPanel:
    """Lay out what is known about a contrast.

    Args:
        contrast: What was checked.
        trust: Its checks, or None while there are none.
        letters: Of the two options.
        language: Of the reader.
    """
    facts = contrast_facts(contrast_sides(contrast), language)
    if trust is None:
        pending = say("attribution.trust.pending", language)
        return TrustPanel(
            kind="pending", mark="–", sentence=pending, short=pending, facts=facts, lines=(), not_asked=""
        )
    short = say(f"attribution.trust.short_{trust.verdict.value}", language)
    lines = (
        *check_lines([trust.sum_check], language),
        _side(trust.first, letters[0], language),
        _side(trust.second, letters[1], language),
    )
    return TrustPanel(
        kind=trust.verdict.value,
        mark=MARKS[trust.verdict],
        sentence=f"{short}. {_grounds(lines, language)}".strip(),
        short=short,
        facts=facts,
        lines=lines,
        not_asked=_remedy(trust, language),
    )


def _side(report: TrustReport, letter: str, language: UiLanguage) -> CheckLine:
    is_clear = report.verdict is Verdict.GOOD
    unclear = () if is_clear else (Verdict.FAILED, Verdict.DOUBTFUL)
    names = " · ".join(check_question(check, language) for check in report.checks if check.verdict in unclear)
    return CheckLine(
        verdict=report.verdict,
        mark=MARKS[report.verdict],
        word=say(f"attribution.verdict.{report.verdict.value}", language),
        question=say("contrast.trust.side", language, letter=letter),
        detail=say("contrast.trust.unclear", language, names=names) if names else "",
        limit="",
        meaning="",
    )


def _grounds(lines: tuple[CheckLine, ...], language: UiLanguage) -> str:
    wrong = [line.question for line in lines if line.verdict is not Verdict.GOOD]
    return say("contrast.trust.grounds", language, names=" · ".join(wrong)) if wrong else ""


def _remedy(trust: ContrastTrust, language: UiLanguage) -> str:
    if trust.sum_check.verdict in {Verdict.DOUBTFUL, Verdict.FAILED}:
        return say("contrast.trust.more_steps", language)
    return "" if trust.sum_check.verdict is Verdict.GOOD else say("contrast.trust.too_close", language)
