"""How a population's answer is printed for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from redheart_core.explain.surd import Reliability, SurdReport
from redheart_core.explain.surd.populations import Answer, Population

SHOWN_BITS = 5e-3
"""Smaller terms would print as 0.00."""


def answer_lines(population: Population, given: Answer, language: str) -> list[str]:
    """Return what a person reads."""
    words, report = _WORDS[language], given.report
    result, sampling = report.result, report.result.sampling
    assert sampling is not None
    named = given.question.sources
    target = population.columns[given.question.target].display.text(language)
    lines = [population.description.text(language)]
    lines += [f"  {name}  {population.columns[name].display.text(language)}" for name in named]
    lines.append(words["head"].format(target=target))
    groups = [("unique", result.unique), ("redundant", result.redundant), ("synergy", result.synergistic)]
    trusted = sampling.reliability is not Reliability.RED
    for label, terms in groups if trusted else groups[:2]:
        shown = sorted(((bits, key) for key, bits in terms.items() if bits >= SHOWN_BITS), reverse=True)
        lines += [f"  {bits:5.2f}  {words[label]}: {_names(key, named)}" for bits, key in shown]
    leak = "–" if result.leak is None or not trusted else f"{result.leak:.0%}"
    lines.append(words["total"].format(total=result.total, entropy=result.target_entropy, leak=leak))
    lines.append(_tested(report, words))
    if report.interaction_p is not None:
        lines.append(words["interaction"].format(bits=report.interaction_bits, p=report.interaction_p))
    if report.interaction_detectable is not None:
        lines.append(words["least"].format(least=report.interaction_detectable))
    warning = sampling.warning(language)
    extra = [rule.sentence.text(language) for rule in given.definitions]
    return [*lines, *(note.text(language) for note in population.notes), *extra, *([warning] if warning else [])]


def _tested(report: SurdReport, words: Mapping[str, str]) -> str:
    total = report.total
    return words["tested" if total.is_significant else "untested"].format(
        p=total.p_value, miller_madow=total.miller_madow, null_subtracted=total.null_subtracted
    )


def _names(key: Sequence[int], named: Sequence[str]) -> str:
    return " + ".join(named[source - 1] for source in key)


_WORDS: Mapping[str, Mapping[str, str]] = {
    "ko": {
        "head": "{target}에 대한 정보(비트)",
        "unique": "혼자만 아는 정보",
        "redundant": "똑같이 아는 정보",
        "synergy": "함께 보아야 아는 정보",
        "total": "  {total:5.2f}  합계 (대상의 엔트로피 {entropy:.2f}, 누락 {leak})",
        "tested": "편향을 바로잡은 합계 {null_subtracted:.3f}–{miller_madow:.3f}, 섞은 자료와 뚜렷이 달라요"
        "(p = {p:.4f}). "
        "단순한 합에서도 함께 보아야 아는 정보가 크게 나와요.",
        "interaction": "저마다의 몫만으로 설명되지 않는 상호작용은 {bits:.3f}비트예요(p = {p:.4f}).",
        "least": "이 표본에서는 상호작용을 {least:.3f}비트부터 다섯 번에 네 번 찾아내요.",
        "untested": "합계가 섞은 자료와 구별되지 않아요(p = {p:.4f}). 항목별 값은 읽지 않는 편이 좋아요.",
    },
    "en": {
        "head": "Information about the {target} in bits",
        "unique": "only from",
        "redundant": "equally from each of",
        "synergy": "only together from",
        "total": "  {total:5.2f}  total (entropy of the target {entropy:.2f}, leak {leak})",
        "tested": "Total corrected for bias {null_subtracted:.3f} to {miller_madow:.3f}; it differs from shuffled data "
        "(p = {p:.4f}). Even a plain sum shows much information only together.",
        "interaction": "Beyond what each source tells by itself, interaction: {bits:.3f} bit (p = {p:.4f}).",
        "least": "In such a sample an interaction would be found four times in five from {least:.3f} bit on.",
        "untested": "The total does not differ from shuffled data (p = {p:.4f}); better not to read the single terms.",
    },
}
