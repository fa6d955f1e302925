import pytest

from redheart_core.text.hangul import Irregular, changed_stems, join_syllable, split_syllable


@pytest.mark.parametrize(
    ("form", "irregular", "expected"),
    [
        ("슬프다", Irregular.NONE, {"슬픈", "슬퍼", "슬펐", "슬픔"}),
        ("아프다", Irregular.NONE, {"아픈", "아파", "아팠"}),
        ("힘들다", Irregular.NONE, {"힘든", "힘듭", "힘듦", "힘드네", "힘들어", "힘들었"}),
        ("외롭다", Irregular.B, {"외로워", "외로운", "외로움", "외로웠"}),
        ("돕다", Irregular.B, {"도와", "도왔", "도운"}),
        ("깨닫다", Irregular.D, {"깨달아", "깨달았", "깨달은"}),
        ("낫다", Irregular.S, {"나아", "나았", "나은"}),
        ("모르다", Irregular.NONE, {"몰라", "몰랐", "모른"}),
        ("행복하다", Irregular.NONE, {"행복해", "행복했", "행복한", "행복하여"}),
        ("속이다", Irregular.NONE, {"속여", "속였", "속인"}),
        ("어기다", Irregular.NONE, {"어겨", "어겼", "어긴"}),
        ("지키다", Irregular.NONE, {"지켜", "지켰", "지킬"}),
        ("나다", Irregular.NONE, {"나", "났", "난", "날"}),
        ("귀찮다", Irregular.NONE, {"귀찮아", "귀찮았", "귀찮은"}),
        ("지루하다", Irregular.NONE, {"지루해", "지루한"}),
        ("배우다", Irregular.NONE, {"배워", "배웠"}),
        ("되다", Irregular.NONE, {"돼", "됐", "되어", "되었"}),
    ],
)
def test_stems_change_as_in_the_grammar(form: str, irregular: Irregular, expected: set[str]) -> None:
    assert expected <= set(changed_stems(form, irregular))


def test_every_syllable_survives_splitting_and_joining() -> None:
    for code in range(0xAC00, 0xD7A4):
        assert join_syllable(*split_syllable(chr(code))) == chr(code)


def test_form_without_da_is_refused() -> None:
    with pytest.raises(ValueError, match="must end in 다"):
        changed_stems("슬픔")


def test_wrong_irregular_class_is_refused() -> None:
    with pytest.raises(ValueError, match="marked ㅂ but its stem ends in"):
        changed_stems("슬프다", Irregular.B)
