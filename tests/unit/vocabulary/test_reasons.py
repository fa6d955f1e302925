"""Reason sentences: both languages of every key, and values that are never read as templates."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redheart_core.errors import ConfigError
from redheart_core.vocabulary.bentham import Layer, Lens
from redheart_core.vocabulary.reasons import REASONS, ReasonTemplate, parse_reasons, reason

EXPECTED_FIELDS = {
    "layer.contextual": {"none": "", "mixed": ""},
    "layer.temporal": {"none": "", "soon": "", "later": "days", "long": "days"},
    "layer.social": {
        "none": "", "many": "count", "vulnerable": "vulnerability", "many_vulnerable": "count vulnerability",
    },
    "layer.ethical": {"none": "", "norms": "count"},
    "layer.emotional": {"none": "", "strong": "arousal", "calm": "arousal"},
    "layer.cognitive": {"none": "", "sure": "probability", "unsure": "probability"},
    "verdict": {
        "recommended": "high low option score", "overlap": "first second", "tie": "first second",
        "self_harm": "",
    },
    "impact": {"none": "", "benefit": "horizon", "harm": "horizon"},
    "lens.utilitarian": {
        "none": "", "benefit": "evidence hedonic", "harm": "evidence hedonic", "balanced": "evidence hedonic",
    },
    "lens.deontological": {
        "none": "", "neural": "", "kept": "evidence", "broken": "evidence", "mixed": "evidence",
    },
    "lens.virtue_ethics": {
        "none": "", "neural": "", "virtue": "evidence", "vice": "evidence", "mixed": "evidence",
    },
    "confidence": {
        "good": "", "neural_absent": "", "neural_partial": "", "transfer": "", "few_cues": "count",
        "disagreement": "gap",
    },
    "counterfactual": {
        "variable": "after before name new_leader option", "weight": "after before name new_leader",
    },
}  # fmt: skip
KEYS = sorted(REASONS)


def filled(key: str, language: str, value: str = "7") -> str:
    return reason(key, language, **dict.fromkeys(REASONS[key].fields, value))


def test_keys_and_fields_are_those_the_calculation_fills() -> None:
    expected = {f"{group}.{leaf}": names for group, leaves in EXPECTED_FIELDS.items() for leaf, names in leaves.items()}
    assert {key: " ".join(sorted(template.fields)) for key, template in REASONS.items()} == expected


def test_every_layer_and_lens_can_say_that_it_found_nothing() -> None:
    assert {f"layer.{layer.value}.none" for layer in Layer} <= set(REASONS)
    assert {f"lens.{lens.value}.none" for lens in Lens} <= set(REASONS)


@pytest.mark.parametrize("key", KEYS)
def test_sentences_are_whole_calm_and_in_their_language(key: str) -> None:
    english, korean = filled(key, "en"), filled(key, "ko")
    assert english.endswith(".")
    assert not re.search("[가-힣]", english)
    assert re.search("[가-힣]", korean)
    assert "!" not in english + korean
    assert not re.search(r"\b(should|must|wrong|(?<!a )right)\b|옳|그르|해야", f"{english} {korean}")


@pytest.mark.parametrize("key", KEYS)
def test_korean_sentences_are_in_polite_informal_style(key: str) -> None:
    for sentence in re.split(r"(?<=\.) ", filled(key, "ko")):
        assert re.search(r"요[.:(]|^근거: ", sentence), sentence


@pytest.mark.parametrize("key", KEYS)
def test_every_field_appears_in_the_sentence(key: str) -> None:
    values = {name: f"<{name}>" for name in REASONS[key].fields}
    for language in ("ko", "en"):
        assert all(value in reason(key, language, **values) for value in values.values())


def test_known_sentences_are_filled() -> None:
    assert reason("verdict.recommended", "en", option="Stay", score="0.62", low="0.55", high="0.70") == (
        "Under these weights “Stay” scores highest: 0.62 (0.55–0.70)."
    )
    assert reason("verdict.tie", "ko", first="간다", second="남는다") == (
        "‘간다’ 쪽과 ‘남는다’ 쪽의 점수가 같아서 하나를 고르지 않았어요."
    )


def test_a_reader_of_a_third_language_gets_english() -> None:
    assert reason("impact.none", "fr") == reason("impact.none", "en")


@given(st.text(), st.text())
def test_what_a_person_wrote_is_inserted_as_it_stands(first: str, second: str) -> None:
    assert reason("verdict.overlap", "en", first=first, second=second) == (
        f"The intervals of “{first}” and “{second}” overlap, so no option is chosen."
    )


@pytest.mark.parametrize("hostile", ["{second}", "{0}", "{first.__class__}", "{", "}}", "%s", "{!r}"])
def test_braces_in_a_persons_text_are_only_braces(hostile: str) -> None:
    assert f"“{hostile}” and" in reason("verdict.overlap", "en", first=hostile, second="x")


def test_values_named_like_the_arguments_are_not_confused_with_them() -> None:
    assert reason("impact.none", "en", key="x", language="ko") == "Nothing in the text speaks of a lasting effect."


def test_one_set_of_facts_serves_a_whole_group() -> None:
    facts = {"count": "5", "vulnerability": "0.80"}
    sentences = {reason(f"layer.social.{leaf}", "en", **facts) for leaf in EXPECTED_FIELDS["layer.social"]}
    assert len(sentences) == 4


def test_unknown_key_is_answered_with_the_known_ones() -> None:
    with pytest.raises(KeyError, match=r"Unknown reason 'layer\.lunar\.none'\. Known ones: layer\.contextual\.none, "):
        reason("layer.lunar.none", "en")


def test_missing_values_are_named() -> None:
    with pytest.raises(KeyError, match=r"The reason 'verdict\.recommended' needs a value for high, low\."):
        reason("verdict.recommended", "ko", option="x", score="1")


@pytest.mark.parametrize("field", ["{}", "{0}", "{a.b}", "{a[0]}", "{a!r}", "{a:>9}"])
def test_fields_that_are_not_plain_names_are_refused(field: str) -> None:
    with pytest.raises(ConfigError, match=r"^'k' has the field '\{.*\}'; only plain names are allowed\.$"):
        ReasonTemplate(key="k", ko=field, en=field)


def test_languages_with_different_fields_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"^'k' has the fields \['a'\] in Korean but \['b'\] in English\.$"):
        ReasonTemplate(key="k", ko="{a}", en="{b}")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("nonsense", "The table of reasons cannot be read: Expected"),
        ('k = "text"', "'k' is not a table of sentences."),
        ('[a.b]\nko = "가"', "'a.b' must have exactly the languages ko and en; it has ['ko']."),
        ('[a]\nko = "{"\nen = "x"', "'a' is not a template: "),
    ],
)
def test_unusable_tables_are_refused_with_the_place(source: str, message: str) -> None:
    with pytest.raises(ConfigError, match=f"^{re.escape(message)}"):
        parse_reasons(source)
