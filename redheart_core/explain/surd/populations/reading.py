"""What an answer says, in sentences made from its numbers: what is told, alone or together, and what must not be read.

Every sentence keeps to the population. None says "causes", none says that the model is right.
"""

from __future__ import annotations

from collections.abc import Iterator

from redheart_core.explain.surd.interaction import LEAST_SHARE
from redheart_core.explain.surd.populations.population import Population
from redheart_core.explain.surd.populations.question import Answer
from redheart_core.explain.surd.report import TermKind, TermReport
from redheart_core.explain.surd.sampling import Reliability
from redheart_core.vocabulary.wording import Wording

SHOWN_TERMS = 3
LEAST_TOLD = 0.02
"""Share of the total below which a term is not put in words."""

_KINDS = {
    TermKind.REDUNDANT: Wording(ko="여럿이 똑같이 아는 정보", en="told in equal amount by several"),
    TermKind.UNIQUE: Wording(ko="하나만 아는 정보", en="told by one alone"),
    TermKind.SYNERGISTIC: Wording(ko="함께 보아야 아는 정보", en="told only together"),
}
_NOT_CAUSES = Wording(
    ko="이 값들은 이 모집단 안에서의 정보예요. 원인이 아니고, 모델의 판단이 옳다는 뜻도 아니에요.",
    en="These are amounts of information in this population; they are not causes and do not say that the model is "
    "right.",
)


def reading(population: Population, given: Answer) -> tuple[Wording, ...]:
    """Put an answer in words, the most important first."""
    return tuple(_sentences(population, given))


def _sentences(population: Population, given: Answer) -> Iterator[Wording]:
    yield _told(population, given)
    if not given.report.total.is_significant:
        yield Wording(
            ko="섞은 자료와 구별되지 않으므로 항목별로 나누어 읽지 않는 편이 좋아요.",
            en="It does not differ from shuffled data, so the split should not be read.",
        )
    else:
        sampling = given.report.result.sampling
        assert sampling is not None
        if sampling.reliability is not Reliability.RED:
            yield _split(given)
            yield from _unique(population, given)
            yield from _interaction(given)
    yield from _leak(given)
    yield from (rule.sentence for rule in given.definitions)
    yield from _warning(given)
    yield _NOT_CAUSES


def _told(population: Population, given: Answer) -> Wording:
    report, total = given.report, given.report.total
    entropy = report.result.target_entropy
    low, high = sorted((max(0.0, total.null_subtracted), max(0.0, total.miller_madow)))
    names = [population.columns[name].display for name in given.question.sources]
    target = population.columns[given.question.target].display
    sampling = report.result.sampling
    assert sampling is not None
    interval = total.interval
    span = "" if interval is None else f", {report.settings.level:.0%} {{}} {interval.low:.2f}–{interval.high:.2f}"
    return Wording(
        ko=f"{', '.join(name.ko for name in names)}: 다 함께 '{target.ko}' {entropy:.2f}비트 가운데 "
        f"{_span(low, high)}비트를 말해 줘요(p = {total.p_value:.4f}{span.format('구간')}; "
        f"독립 단위 {sampling.num_units:,}개).",
        en=f"Together {', '.join(name.en for name in names)} tell {_span(low, high)} of the {entropy:.2f} bits of "
        f"the {target.en} (p = {total.p_value:.4f}{span.format('interval')}; {sampling.num_units:,} independent "
        "units).",
    )


def _split(given: Answer) -> Wording:
    total = sum(max(0.0, kind.null_subtracted) for kind in given.report.kinds)
    ordered = sorted(given.report.kinds, key=lambda kind: -kind.null_subtracted)
    shares = [(kind, 0.0 if total <= 0.0 else max(0.0, kind.null_subtracted) / total) for kind in ordered]
    ko, en = (
        ", ".join(f"{_KINDS[kind.kind].text(language)} {share:.0%}" for kind, share in shares)
        for language in ("ko", "en")
    )
    return Wording(ko=f"편향을 뺀 몫: {ko}.", en=f"Corrected for bias: {en}.")


def _unique(population: Population, given: Answer) -> Iterator[Wording]:
    """Name what only one source tells, where it is significant after Holm and not negligible."""
    report = given.report
    floor = LEAST_TOLD * max(report.total.null_subtracted, 0.0)
    found = sorted(
        (
            term
            for term in report.terms
            if term.kind is TermKind.UNIQUE
            and term.p_holm <= report.settings.alpha
            and term.null_subtracted > max(floor, 0.0)
        ),
        key=lambda term: -term.null_subtracted,
    )[:SHOWN_TERMS]
    if found:
        yield Wording(
            ko=f"하나만 아는 정보: {', '.join(_named(population, given, term, 'ko') for term in found)}.",
            en=f"Alone: {', '.join(_named(population, given, term, 'en') for term in found)}.",
        )


def _named(population: Population, given: Answer, term: TermReport, language: str) -> str:
    name = given.question.sources[term.key[0] - 1]
    unit = "비트" if language == "ko" else " bit"
    return f"{population.columns[name].display.text(language)} {term.null_subtracted:.3f}{unit}"


def _interaction(given: Answer) -> Iterator[Wording]:
    report = given.report
    if report.interaction_p is None or report.interaction_bits is None:
        return
    bits, p_value = report.interaction_bits, report.interaction_p
    share = bits / report.total.plug_in if report.total.plug_in > 0.0 else 0.0
    if p_value > report.settings.alpha:
        yield Wording(
            ko=f"함께 보아야 아는 정보가 있어도 상호작용은 아니에요: 저마다의 몫만으로 설명돼요(p = {p_value:.4f}).",
            en="What is told only together is no sign of interaction here: each source's own part accounts for it "
            f"(p = {p_value:.4f}).",
        )
    elif share < LEAST_SHARE:
        yield Wording(
            ko=f"저마다의 몫을 넘는 것이 {bits:.3f}비트 있지만 총량의 {share:.1%}뿐이에요. "
            "구간을 나누기만 해도 생길 만한 크기라 상호작용이라고 부르지 않아요.",
            en=f"Beyond each source's own part there are {bits:.3f} bit, {share:.1%} of the total: no more than "
            "cutting into bins can make, so it is not called interaction.",
        )
    else:
        yield Wording(
            ko=f"저마다의 몫만으로 설명되지 않는 상호작용이 {bits:.3f}비트 있어요(p = {p_value:.4f}). "
            "함께 보아야 아는 정보의 크기와는 다른 값이에요.",
            en=f"Beyond each source's own part there is interaction, {bits:.3f} bit (p = {p_value:.4f}); this is not "
            "the size of what is told only together.",
        )


def _leak(given: Answer) -> Iterator[Wording]:
    told = [row for row in given.report.sensitivity if row.leak is not None and row.reliability is not Reliability.RED]
    if len(told) < 2:
        return
    few, many = told[0], told[-1]
    complete = any(rule.is_complete and set(rule.of) <= set(given.question.sources) for rule in given.definitions)
    why = (
        Wording(
            ko=" 공식의 입력이 다 들어 있으니 구간을 나눈 탓이에요.", en=" All inputs are in, so it is binning alone."
        )
        if complete
        else Wording(ko="", en="")
    )
    yield Wording(
        ko=f"이 해상도에서 말해 주지 않는 몫은 {few.bins}구간에서 {few.leak:.0%}, {many.bins}구간에서 {many.leak:.0%}"
        f"예요.{why.ko}",
        en=f"What they do not tell at this resolution is {few.leak:.0%} with {few.bins} bins and {many.leak:.0%} with "
        f"{many.bins}.{why.en}",
    )


def _warning(given: Answer) -> Iterator[Wording]:
    sampling = given.report.result.sampling
    assert sampling is not None
    ko, en = sampling.warning("ko"), sampling.warning("en")
    if ko is not None and en is not None:
        yield Wording(ko=ko, en=en)


def _span(low: float, high: float) -> str:
    return f"{low:.2f}" if f"{low:.2f}" == f"{high:.2f}" else f"{low:.2f}–{high:.2f}"
