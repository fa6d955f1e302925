"""Quantities in English: people, time, money, probability, age."""

from __future__ import annotations

import re
from collections.abc import Iterator

from redheart_core.text.features import Cue, CueKind
from redheart_core.text.numerals import NUMBER_EN, english_number
from redheart_core.text.words import Passage

DAYS = {
    "second": 1 / 86_400, "minute": 1 / 1_440, "hour": 1 / 24, "day": 1.0, "night": 1.0, "week": 7.0, "weekend": 2.0,
    "month": 30.0, "year": 365.0, "decade": 3_650.0, "century": 36_500.0, "centurie": 36_500.0, "generation": 9_125.0,
}  # fmt: skip
"""Length of a unit of time in days. “centurie” is what is left of the plural."""

_PERSON = (
    r"people|persons?|humans?|men|women|man|woman|adults?|child|children|kids?|babies|baby|infants?|toddlers?|teens?|teenagers?|"
    r"boys?|girls?|"
    r"workers?|employees?|colleagues?|coworkers?|co-workers|staff|patients?|passengers?|pedestrians?|victims?|users?|customers?|"
    r"clients?|students?|pupils?|classmates?|teachers?|friends?|families|strangers?|neighbou?rs?|residents?|villagers?|citizens?|"
    r"civilians?|soldiers?|refugees?|hostages?|prisoners?|lives|siblings?|brothers?|sisters?|sons?|daughters?|members|survivors?|"
    r"doctors?|nurses?|voters?|households?|players?|teammates?|drivers?|cyclists?|bystanders?|immigrants?|jobs"
)
_UNIT = "|".join(sorted((unit for unit in DAYS if unit != "centurie"), key=len, reverse=True))

_PEOPLE = re.compile(
    rf"\b(?<!\bin )(?<!out of )(?P<number>{NUMBER_EN})\s+"
    rf"(?:(?!of\b|or\b|and\b|years?\b|days?\b|hours?\b)[a-z-]+\s+){{0,2}}?(?P<noun>{_PERSON})\b"
)
_TIME = re.compile(
    rf"\b(?P<lead>in|within|after|for|over|during|another|next|past|last)?"
    r"(?:\s(?:the|about|around|only|just|less than|more than)){0,2}"
    rf"\s?\b(?P<number>{NUMBER_EN}|next|last|past)\s*-?\s?(?:more\s+)?(?P<unit>{_UNIT}|centurie)s?\b"
    r"(?P<tail>[\s-]+(?:old|ago|later|from now|earlier|before)\b)?"
)
_MONEY = re.compile(
    rf"(?P<sign>us\$|[$€£¥₩])\s?(?P<amount>\d[\d,]*(?:\.\d+)?\s?(?:hundred|thousand|million|billion|trillion|bn|mn|k|m)?\b)"
    rf"|\b(?P<number>{NUMBER_EN})\s+(?P<unit>dollars?|bucks|euros?|pounds?|won|yen|usd|eur|krw)\b"
)
_PERCENT = re.compile(
    r"(?<![\d.])(?<!\bby )(?P<number>\d{1,3}(?:\.\d+)?)\s?(?:%|percent\b|per cent\b)"
    r"(?!\s*(?:of\b(?!\s+(?:dying|surviving|success|failure))|off\b|discount|raise|more|less|fewer|higher|lower|increase|decrease|interest|tip|pay))"
)
_ODDS = re.compile(rf"\b(?P<part>{NUMBER_EN})\s+(?:in|out of)\s+(?P<whole>{NUMBER_EN})\b(?!\s*(?:{_UNIT}|minute))")
_EVEN = re.compile(r"\b(?:50[\s/-]50|fifty[\s-]fifty)\b")
_CURRENCY = {"$": "usd", "us$": "usd", "€": "eur", "£": "gbp", "¥": "jpy", "₩": "krw"}
_CURRENCY_WORD = {
    "dol": "usd",
    "buc": "usd",
    "usd": "usd",
    "eur": "eur",
    "pou": "gbp",
    "won": "krw",
    "krw": "krw",
    "yen": "jpy",
}

_FUTURE = frozenset({"in", "within", "after", "next"})
_CHILD_AGE, _OLD_AGE = 18.0, 70.0


def find_english_quantities(passage: Passage) -> Iterator[Cue]:
    """Yield cues of people, time, money, probability and age."""
    text = passage.folded
    for match in _PEOPLE.finditer(text):
        value = english_number(match["number"])
        yield Cue(kind=CueKind.PEOPLE, entry="number of people", start=match.start(), end=match.end(), value=value)
    for match in _TIME.finditer(text):
        yield from _time_cue(match)
    for match in _MONEY.finditer(text):
        yield _money_cue(match)
    yield from _probabilities(text)


def _time_cue(match: re.Match[str]) -> Iterator[Cue]:
    lead, tail = match["lead"] or "", (match["tail"] or "").strip(" -\n\t")
    number = match["number"]
    days = DAYS[match["unit"]] * (1.0 if number in {"next", "last", "past"} else english_number(number))
    start = match.start("lead") if lead else match.start("number")
    if tail == "old":
        yield from age_cue(days / DAYS["year"], start, match.end())
        return
    if tail in {"ago", "earlier", "before"} or number in {"last", "past"}:
        return
    coming = lead in _FUTURE or number == "next" or tail in {"later", "from now"}
    kind, entry = (CueKind.PROPINQUITY, "time until") if coming else (CueKind.DURATION, "length of time")
    yield Cue(kind=kind, entry=entry, start=start, end=match.end(), value=days)


def age_cue(years: float, start: int, end: int) -> Iterator[Cue]:
    """Yield a cue of vulnerability for a child's or an old person's age. Small children count most."""
    if years < _CHILD_AGE:
        yield Cue(
            kind=CueKind.VULNERABLE, entry="age of a child", start=start, end=end, value=0.9 if years < 7 else 0.7
        )
    elif _OLD_AGE <= years <= 125:
        yield Cue(kind=CueKind.VULNERABLE, entry="old age", start=start, end=end, value=0.7)


def _money_cue(match: re.Match[str]) -> Cue:
    if match["sign"]:
        currency, amount = _CURRENCY[match["sign"]], english_number(match["amount"])
    else:
        currency, amount = _CURRENCY_WORD[match["unit"][:3]], english_number(match["number"])
    return Cue(kind=CueKind.MONEY, entry=f"money.{currency}", start=match.start(), end=match.end(), value=amount)


def _probabilities(text: str) -> Iterator[Cue]:
    for match in _PERCENT.finditer(text):
        share = float(match["number"]) / 100
        if share <= 1.0:
            yield _certainty("percentage", match, share)
    for match in _ODDS.finditer(text):
        part, whole = english_number(match["part"]), english_number(match["whole"])
        if 0 < part <= whole and whole > 1:
            yield _certainty("odds", match, part / whole)
    for match in _EVEN.finditer(text):
        yield _certainty("even odds", match, 0.5)


def _certainty(entry: str, match: re.Match[str], value: float) -> Cue:
    return Cue(kind=CueKind.CERTAINTY, entry=entry, start=match.start(), end=match.end(), value=value)
