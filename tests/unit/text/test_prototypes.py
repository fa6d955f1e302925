import pytest
from hypothesis import given
from hypothesis import strategies as st

from redheart_core.text.prototypes import prototype_similarities
from redheart_core.vocabulary.emotions import EMOTIONS
from redheart_core.vocabulary.language import Language


@pytest.mark.parametrize(
    ("text", "language", "emotion"),
    [
        ("I am exhausted and worn out.", Language.ENGLISH, "fatigue"),
        ("정말 감사하고 고마워요.", Language.KOREAN, "gratitude"),
    ],
)
def test_a_prototype_is_exactly_like_itself(text: str, language: Language, emotion: str) -> None:
    similarities = prototype_similarities(text, language)
    assert similarities[emotion] == pytest.approx(1.0, abs=1e-6)
    assert max(similarities, key=similarities.__getitem__) == emotion


@pytest.mark.parametrize(
    ("text", "language", "emotion"),
    [
        ("I feel guilty about what I did to her", Language.ENGLISH, "remorse"),
        ("오늘 정말 힘든 하루였어요", Language.KOREAN, "fatigue"),
        ("그 말을 듣고 죄책감이 들었어요", Language.KOREAN, "remorse"),
        ("오늘은 정말 tired and exhausted", Language.MIXED, "fatigue"),
    ],
)
def test_a_similar_sentence_is_near_its_emotion(text: str, language: Language, emotion: str) -> None:
    similarities = prototype_similarities(text, language)
    assert emotion in sorted(similarities, key=similarities.__getitem__)[-5:]


@pytest.mark.parametrize("language", list(Language))
def test_every_emotion_but_neutral_is_compared(language: Language) -> None:
    names = list(prototype_similarities("anything", language))
    assert names == [name for name in EMOTIONS if name != "neutral"]


def test_another_language_is_near_nothing() -> None:
    assert set(prototype_similarities("I am sad", Language.OTHER).values()) == {0.0}


@given(st.text(max_size=60), st.sampled_from(list(Language)))
def test_similarities_lie_between_zero_and_one(text: str, language: Language) -> None:
    assert all(0.0 <= value <= 1.0 for value in prototype_similarities(text, language).values())
