"""What ``redheart attribute --trust`` asks and prints."""

from __future__ import annotations

from collections.abc import Mapping

from redheart_core.errors import ExplanationError
from redheart_core.explain.attribution.contrast import OptionContrast
from redheart_core.explain.attribution.result import Attribution
from redheart_core.explain.attribution.trust.contrast import ContrastTrust, judge_contrast
from redheart_core.explain.attribution.trust.judge import judge
from redheart_core.explain.attribution.trust.plan import ON_REQUEST
from redheart_core.explain.attribution.trust.report import TrustReport
from redheart_core.explain.attribution.trust.verdict import Check, CheckName, Quantity, Verdict
from redheart_core.inference.leased import LeasedReader
from redheart_core.vocabulary.reading import NeuralReader


def judged(
    found: Attribution | OptionContrast, reader: NeuralReader | None, *, is_full: bool
) -> TrustReport | ContrastTrust:
    """Check an attribution, or a lead of one option over another; on request with the checks that make it again.

    Raises:
        ExplanationError: There is no neural part, or the checks that make a lead again were asked for.
    """
    if not isinstance(reader, LeasedReader):
        raise ExplanationError("Attribution explains the neural part, and there is none here. Load a checkpoint.")
    if not isinstance(found, OptionContrast):
        return judge(found, reader, asked=frozenset(ON_REQUEST) if is_full else frozenset())
    if is_full:
        raise ExplanationError("A lead of one option over another has quick checks only. Check each by itself.")
    return judge_contrast(found, reader)


def summary(report: TrustReport | ContrastTrust, language: str) -> str:
    """Return the verdict and a line for each check that says something."""
    words = _WORDS[language]
    if isinstance(report, ContrastTrust):
        return "\n".join(
            (
                words[f"overall_{report.verdict.value}"],
                _line(report.sum_check, words),
                *(f"{words[side]}: {summary(one, language)}" for side, one in _sides(report)),
            )
        )
    told = [check for check in report.checks if check.value is not None or check.verdict is Verdict.FAILED]
    return "\n".join([words[f"overall_{report.verdict.value}"], *(_line(check, words) for check in told)])


def _sides(trust: ContrastTrust) -> tuple[tuple[str, TrustReport], ...]:
    return ("first", trust.first), ("second", trust.second)


def _line(check: Check, words: Mapping[str, str]) -> str:
    value = "" if check.value is None else f"{check.value:9.4f}"
    verdict, reason = words[check.verdict.value], "" if check.reason is None else f" ({check.reason.value})"
    noise = "" if check.noise is None else words["noise"].format(low=check.noise.low, high=check.noise.high)
    limit = ""
    if check.limits is not None and check.limits.quantity is Quantity.VALUE:
        sign = "\u2265" if check.limits.higher_is_better else "\u2264"
        limit = words["limit"].format(sign=sign, good=check.limits.good)
    return f"  {words[check.name.value]:{_WIDTH}} {value:>9}  {verdict}{reason}{limit}{noise}".rstrip()


_WIDTH = 34
_WORDS: Mapping[str, Mapping[str, str]] = {
    "ko": {
        "overall_good": "믿을 만해요: 필요한 검사를 통과했어요.",
        "overall_doubtful": "조심해서 보세요: 확실하지 않은 검사가 있어요.",
        "overall_failed": "믿지 마세요: 꼭 필요한 검사에서 떨어졌어요.",
        "overall_not_applicable": "판단할 수 없어요: 이 글과 방법으로는 검사할 수 없어요.",
        "first": "이 선택지",
        "second": "다른 선택지",
        "good": "좋음",
        "doubtful": "애매함",
        "failed": "실패",
        "not_applicable": "판단 안 함",
        "limit": ", 좋음은 {sign} {good:g}",
        "noise": ", 무작위 {low:.4f} ~ {high:.4f}",
        CheckName.COMPLETENESS.value: "합이 맞나요",
        CheckName.COMPREHENSIVENESS.value: "높은 단어를 빼면 내려가나요",
        CheckName.SUFFICIENCY.value: "높은 단어만으로 유지되나요",
        CheckName.POSITIVE_COMPREHENSIVENESS.value: "올리는 단어를 빼면",
        CheckName.POSITIVE_SUFFICIENCY.value: "올리는 단어만으로",
        CheckName.LEAVE_ONE_OUT.value: "하나씩 빼 본 순서와 맞나요",
        CheckName.INFIDELITY.value: "점수로 변화를 예측하나요",
        CheckName.RANDOM_TARGET.value: "다른 출력이면 달라지나요",
        CheckName.RANDOMISATION.value: "가중치를 섞으면 달라지나요",
        CheckName.MAX_SENSITIVITY.value: "조금 바꿔도 그대로인가요",
        CheckName.METHOD_AGREEMENT.value: "다른 방법과 같은가요",
        CheckName.BASELINE_AGREEMENT.value: "다른 기준과 같은가요",
    },
    "en": {
        "overall_good": "Trust: the essential checks are good.",
        "overall_doubtful": "Care: a check leaves doubt.",
        "overall_failed": "Do not trust it: an essential check failed.",
        "overall_not_applicable": "Nothing can be said: this text and method cannot be checked.",
        "first": "this option",
        "second": "the other option",
        "good": "good",
        "doubtful": "doubtful",
        "failed": "failed",
        "not_applicable": "not judged",
        "limit": ", good is {sign} {good:g}",
        "noise": ", random maps {low:.4f} to {high:.4f}",
        **{name.value: name.value.replace("_", " ") for name in CheckName},
    },
}
