"""The aligned table of emotions against the two data sets' category lists."""

from collections import Counter

from redheart_core.vocabulary.emotions import EMOTIONS, GOEMOTIONS, GRADE_NAMES, KOTE, NUANCES, Grade


def test_data_set_lists_have_28_and_44_distinct_categories() -> None:
    assert len(GOEMOTIONS) == len(set(GOEMOTIONS)) == 28
    assert len(KOTE) == len(set(KOTE)) == 44


def test_table_has_every_category_of_both_data_sets_exactly_once() -> None:
    rows = EMOTIONS.values()
    assert Counter(row.goemotions for row in rows if row.goemotions) == Counter(GOEMOTIONS)
    assert Counter(row.kote for row in rows if row.kote) == Counter(KOTE)


def test_table_has_20_shared_8_english_and_24_korean_rows() -> None:
    kinds = Counter((row.goemotions is not None, row.kote is not None) for row in EMOTIONS.values())
    assert kinds == {(True, True): 20, (True, False): 8, (False, True): 24}


def test_rows_from_goemotions_keep_its_names_and_order() -> None:
    assert [name for name, row in EMOTIONS.items() if row.goemotions] == list(GOEMOTIONS)
    assert all(row.goemotions in {None, name} for name, row in EMOTIONS.items())


def test_display_names_are_distinct_in_both_languages() -> None:
    assert len({row.english for row in EMOTIONS.values()}) == 52
    assert len({row.korean for row in EMOTIONS.values()}) == 52


def test_korean_names_are_written_in_hangul() -> None:
    for row in EMOTIONS.values():
        assert all("가" <= letter <= "힣" for letter in row.korean.replace(" ", "")), row.korean


def test_valence_is_a_sign_and_every_family_is_shared_or_neutral() -> None:
    assert {row.valence for row in EMOTIONS.values()} == {-1, 0, 1}
    families = Counter(row.family for row in EMOTIONS.values())
    assert families.pop("neutral") == 1
    assert min(families.values()) > 1


def test_known_rows_are_aligned() -> None:
    fatigue, sadness = EMOTIONS["fatigue"], EMOTIONS["sadness"]
    assert (fatigue.kote, fatigue.goemotions, fatigue.valence) == ("힘듦/지침", None, -1)
    assert (sadness.kote, sadness.goemotions) == ("슬픔", "sadness")
    assert (EMOTIONS["neutral"].kote, EMOTIONS["neutral"].valence) == ("없음", 0)


def test_nuances_are_28_categories_by_4_grades() -> None:
    assert len(NUANCES) == len(set(NUANCES)) == 112
    assert NUANCES[:4] == (
        "admiration.faint",
        "admiration.moderate",
        "admiration.strong",
        "admiration.overwhelming",
    )


def test_every_grade_has_a_name_in_both_languages() -> None:
    assert set(GRADE_NAMES) == set(Grade)
    assert all(english and korean for english, korean in GRADE_NAMES.values())
