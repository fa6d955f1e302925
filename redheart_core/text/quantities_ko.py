"""Quantities in Korean: people, time, money, probability, age."""

from __future__ import annotations

import re
from collections.abc import Iterator

from redheart_core.text.features import Cue, CueKind
from redheart_core.text.numerals import NUMBER_KO, korean_number
from redheart_core.text.quantities_en import age_cue
from redheart_core.text.words import Passage

DAYS = {
    "초": 1 / 86_400, "분": 1 / 1_440, "시간": 1 / 24, "하루": 1.0, "일": 1.0, "날": 1.0, "밤": 1.0,
    "주일": 7.0, "주": 7.0,
    "달": 30.0, "개월": 30.0, "년": 365.0, "해": 365.0, "세기": 36_500.0, "세대": 9_125.0,
}  # fmt: skip
"""Length of a unit of time in days."""

_BEFORE = r"(?<![가-힣\d.,])"
_PEOPLE = re.compile(
    rf"{_BEFORE}(?P<number>{NUMBER_KO})\s?(?P<unit>명|분(?=의|이\s|을|께|들)|사람|인(?=의|분|\s|이|을)|식구|가구|가족|아이|남매|형제|자매|모녀|부부|모자)"
)
_TIME = re.compile(
    rf"{_BEFORE}(?:앞으로\s+)?(?P<number>{NUMBER_KO})\s?(?P<unit>시간|개월|주일|주|세기|세대|년|달|해|일|초|분|밤)(?:간|동안)?"
    r"(?P<tail>\s?(?:후|뒤|안|내|이내|만)(?=에|의|로|면|\s|[.,!?]|$)|\s?전|\s?동안|\s?째|생|차)?(?![명%])"
)
_AGE = re.compile(rf"{_BEFORE}(?P<number>{NUMBER_KO})\s?(?:살|세)(?![기대상계우운])")
_MONEY = re.compile(
    rf"(?:{_BEFORE}(?P<number>{NUMBER_KO})\s?(?P<unit>원|달러|엔|유로|불(?=을|이|\s))|₩\s?(?P<amount>\d[\d,]*))"
)
_LARGE_SUM = re.compile(
    r"(?<![가-힣\d.,])\d[\d,]*(?:\.\d+)?\s?억(?:\s?\d[\d,]*\s?[천백]?만)?(?=을|이|의|\s|짜리|대|,|\.|$)(?!\s?(?:명|인|년|원|달러))"
)
_PERCENT = re.compile(
    r"(?<![\d.])(?P<number>\d{1,3}(?:\.\d+)?)\s?(?:%|퍼센트|프로)(?![을를])(?![가-힣]*\s?(?:할인|인상|인하|감소|증가|감축|이자|금리|이상의\s사람|의\s?(?:사람|직원|국민|학생|환자)))"
)
_ODDS = re.compile(
    r"(?<![가-힣])(?P<whole>열|백|천|만|둘)(?:\s?번)?\s?(?:에|중에|중)\s?(?P<part>하나|한\s?번|둘|셋|넷|다섯|여섯|일곱|여덟|아홉)(?![가-힣]*째)"
)
_HALF = re.compile(r"(?<![가-힣])(?:반반|50\s?대\s?50)(?![가-힣]*\s?(?:무|치킨))")
_CURRENCY = {"원": "krw", "달러": "usd", "불": "usd", "엔": "jpy", "유로": "eur"}
_WORD_NUMBER = {"열": 10, "백": 100, "천": 1_000, "만": 10_000, "둘": 2}


def find_korean_quantities(passage: Passage) -> Iterator[Cue]:
    """Yield cues of people, time, money, probability and age."""
    text = passage.text
    for match in _PEOPLE.finditer(text):
        value = korean_number(match["number"])
        yield Cue(kind=CueKind.PEOPLE, entry="사람 수", start=match.start(), end=match.end(), value=value)
    for match in _TIME.finditer(text):
        yield from _time_cue(match)
    for match in _AGE.finditer(text):
        yield from age_cue(korean_number(match["number"]), match.start(), match.end())
    yield from _sums(text)
    yield from _probabilities(text)


def _time_cue(match: re.Match[str]) -> Iterator[Cue]:
    tail = (match["tail"] or "").strip()
    if tail in {"전", "생", "차"} or _is_date_or_word(match):
        return
    days = korean_number(match["number"]) * DAYS[match["unit"]]
    coming = tail in {"후", "뒤", "안", "내", "이내"} or match.group().startswith("앞으로")
    kind, entry = (CueKind.PROPINQUITY, "남은 시간") if coming else (CueKind.DURATION, "걸리는 시간")
    yield Cue(kind=kind, entry=entry, start=match.start(), end=match.end(), value=days)


def _is_date_or_word(match: re.Match[str]) -> bool:
    """2024년 and 3일 (of a month) name a day; 이 일, 한 분, 이 주 and the like are no lengths of time."""
    number, unit, tail = match["number"].strip(), match["unit"], match["tail"]
    value = korean_number(number)
    if unit == "년" and 1_900 <= value <= 2_100:
        return True
    if number.isdigit():
        return False
    unclear = unit in {"일", "분", "주", "해", "초"} and not match.group().rstrip().endswith(("간", "동안"))
    return unclear and tail is None


def _sums(text: str) -> Iterator[Cue]:
    for match in _MONEY.finditer(text):
        number, currency = match["number"], _CURRENCY.get(match["unit"] or "", "krw")
        if (
            number is not None
            and number.strip() in {"이", "한", "일", "수", "세", "두", "네", "구", "사", "오", "삼"}
            and currency != "usd"
        ):
            continue
        value = korean_number(number or match["amount"])
        yield Cue(kind=CueKind.MONEY, entry=f"money.{currency}", start=match.start(), end=match.end(), value=value)
    for match in _LARGE_SUM.finditer(text):
        value = korean_number(match.group())
        yield Cue(kind=CueKind.MONEY, entry="money.krw", start=match.start(), end=match.end(), value=value)


def _probabilities(text: str) -> Iterator[Cue]:
    for match in _PERCENT.finditer(text):
        share = float(match["number"]) / 100
        if share <= 1.0:
            yield _certainty("백분율", match, share)
    for match in _ODDS.finditer(text):
        part = korean_number(match["part"].removesuffix("번").strip())
        yield _certainty("몇에 몇", match, min(1.0, part / _WORD_NUMBER[match["whole"]]))
    for match in _HALF.finditer(text):
        yield _certainty("반반", match, 0.5)


def _certainty(entry: str, match: re.Match[str], value: float) -> Cue:
    return Cue(kind=CueKind.CERTAINTY, entry=entry, start=match.start(), end=match.end(), value=value)
