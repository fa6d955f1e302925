import pytest

from redheart_core.text.extract import extract_features
from redheart_core.text.features import CueKind
from redheart_core.text.numerals import english_number, korean_number


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("five", 5),
        ("a thousand", 1_000),
        ("two hundred and fifty", 250),
        ("1,200", 1_200),
        ("5 billion", 5e9),
        ("half a dozen", 6),
        ("a few hundred", 300),
        ("tens of thousands", 30_000),
        ("3.5 million", 3_500_000),
        ("hundreds of", 300),
        ("twenty-one", 21),
    ],
)
def test_english_numbers(words: str, value: float) -> None:
    assert english_number(words) == value


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("5", 5),
        ("두", 2),
        ("수백", 300),
        ("5천만", 50_000_000),
        ("1억 2,000만", 120_000_000),
        ("3만 5천", 35_000),
        ("삼백오십", 350),
        ("백여", 100),
        ("한두", 1.5),
    ],
)
def test_korean_numbers(words: str, value: float) -> None:
    assert korean_number(words) == value


def found(text: str, kind: CueKind) -> list[tuple[str, float]]:
    features = extract_features(text)
    return [(text[cue.start : cue.end], cue.value) for cue in features.of_kind(kind)]


@pytest.mark.parametrize(
    ("text", "kind", "span", "value"),
    [
        ("It will kill five workers.", CueKind.PEOPLE, "five workers", 5),
        ("A thousand people were there.", CueKind.PEOPLE, "A thousand people", 1_000),
        ("It could hurt two other young patients.", CueKind.PEOPLE, "two other young patients", 2),
        ("The bomb explodes in ten minutes.", CueKind.PROPINQUITY, "in ten minutes", 10 / 1_440),
        ("We leave next week.", CueKind.PROPINQUITY, "next week", 7),
        ("I stayed there for ten years.", CueKind.DURATION, "for ten years", 3_650),
        ("It costs $5 billion to them.", CueKind.MONEY, "$5 billion", 5e9),
        ("He owes me 500 dollars now.", CueKind.MONEY, "500 dollars", 500),
        ("There is a 70% chance of rain.", CueKind.CERTAINTY, "70%", 0.7),
        ("The odds that we fail are 1 in 10.", CueKind.CERTAINTY, "1 in 10", 0.1),
        ("작업자 5명이 다쳐요.", CueKind.PEOPLE, "5명", 5),
        ("두 사람이 기다려요.", CueKind.PEOPLE, "두 사람", 2),
        ("수백 명이 피해를 봐요.", CueKind.PEOPLE, "수백 명", 300),
        ("3년 동안 참았어요.", CueKind.DURATION, "3년 동안", 1_095),
        ("3일 안에 정해야 해요.", CueKind.PROPINQUITY, "3일 안", 3),
        ("10만 원을 주웠어요.", CueKind.MONEY, "10만 원", 100_000),
        ("빚이 5천만 원이에요.", CueKind.MONEY, "5천만 원", 50_000_000),
        ("성공할 확률이 70%예요.", CueKind.CERTAINTY, "70%", 0.7),
        ("열에 아홉은 실패해요.", CueKind.CERTAINTY, "열에 아홉", 0.9),
        ("반반이에요.", CueKind.CERTAINTY, "반반", 0.5),
    ],
)
def test_quantities_are_found_where_they_stand(text: str, kind: CueKind, span: str, value: float) -> None:
    assert (span, pytest.approx(value)) in found(text, kind)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("It happened three years ago.", CueKind.DURATION),
        ("3년 전에 그만뒀어요.", CueKind.DURATION),
        ("Everything is 30% off today.", CueKind.CERTAINTY),
        ("직원 30%를 해고해야 해요.", CueKind.CERTAINTY),
        ("2024년에 입사했어요.", CueKind.DURATION),
        ("이 일은 제가 한 일이에요.", CueKind.DURATION),
        ("She is 30 years old.", CueKind.DURATION),
    ],
)
def test_past_times_dates_ages_and_discounts_are_something_else(text: str, kind: CueKind) -> None:
    assert found(text, kind) == []


@pytest.mark.parametrize("text", ["A 5-year-old boy waits.", "An 80-year-old waits.", "5살이에요.", "80세예요."])
def test_a_young_or_old_age_is_a_sign_of_vulnerability(text: str) -> None:
    assert len(found(text, CueKind.VULNERABLE)) == 1


def test_everyone_is_a_group_of_people() -> None:
    assert found("Everyone knows.", CueKind.PEOPLE) == [("Everyone", 50.0)]
    assert found("모두가 알아요.", CueKind.PEOPLE) == [("모두", 50.0)]


def test_odds_do_not_count_people() -> None:
    assert ("10 patients", 10.0) not in found("1 in 10 patients agree.", CueKind.PEOPLE)


def test_a_change_by_percent_is_no_probability() -> None:
    assert found("They raised the rent by 30% today.", CueKind.CERTAINTY) == []
