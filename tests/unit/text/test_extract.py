import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redheart_core.text.extract import extract_features
from redheart_core.text.features import Cue, CueKind
from redheart_core.vocabulary.language import Language


def cues(text: str, *kinds: CueKind) -> tuple[Cue, ...]:
    return extract_features(unicodedata.normalize("NFKC", text)).of_kind(*kinds)


def emotions(text: str) -> dict[str, float]:
    return {
        name: weight for cue in cues(text, CueKind.EMOTION) if not cue.negated for name, weight in cue.emotions.items()
    }


@pytest.mark.parametrize(
    "text", ["오늘 정말 힘든 하루였어요...", "힘들어", "너무힘들었어요", "힘들다", "힘드네요", "힘듭니다", "힘들지만"]
)
def test_conjugations_of_a_hard_day_are_fatigue_and_sadness(text: str) -> None:
    assert emotions(text) == {"fatigue": 0.9, "sadness": 0.75}


@pytest.mark.parametrize(
    ("text", "emotion"),
    [
        ("슬퍼요", "sadness"),
        ("외로워서 그래요", "sadness"),
        ("고마워요", "gratitude"),
        ("도와주셔서 고맙습니다", "gratitude"),
        ("어이가 없네요", "absurdity"),
        ("서러웠어요", "sorrow"),
        ("귀찮아 죽겠어요", "bother"),
        ("화가 많이 났어요", "anger"),
        ("I was disappointed", "disappointment"),
        ("She worries a lot", "nervousness"),
        ("They betrayed me", "distrust"),
        ("I'm exhausted", "fatigue"),
        ("I feel sorry for them", "pity"),
        ("ㅠㅠ", "sadness"),
    ],
)
def test_inflected_words_name_their_emotion(text: str, emotion: str) -> None:
    assert emotion in emotions(text)


@pytest.mark.parametrize(
    "text",
    [
        "화장실에서 화요일에 결정한 일정을 정말 정리했어요.",
        "회사 지침에 따라 감사팀의 감사를 받았다.",
        "사과를 먹고 방법을 찾았어요.",
        "한 사람이 안정된 개인 시간을 보냈어요.",
        "My lovelife and the thankless madrigal in the terrace",
        "The scarecrow and the sadhu walk on the tearoom floor.",
    ],
)
def test_words_that_merely_contain_a_stem_feel_nothing(text: str) -> None:
    assert cues(text, CueKind.EMOTION, CueKind.CULTURE, CueKind.HARM, CueKind.DEATH) == ()


@pytest.mark.parametrize(
    "text",
    [
        "죽고 싶어요",
        "요즘 죽고싶다는 생각만 해요",
        "친구가 자해를 해요",
        "자살을 생각하고 있어요",
        "극단적 선택을 할까 봐 무서워요",
        "더는 살고 싶지 않아요",
        "스스로 목숨을 끊고 싶어요",
        "I want to kill myself",
        "He said he would end his life",
        "I want to hurt myself",
        "thinking about suicide",
        "She has been cutting herself",
        "I don't want to live anymore",
    ],
)
def test_suicide_and_self_injury_are_heard_once(text: str) -> None:
    assert len(cues(text, CueKind.SELF_HARM)) == 1
    assert cues(text, CueKind.DEATH, CueKind.HARM) == ()


@pytest.mark.parametrize(
    "text",
    [
        "힘들어 죽겠다",
        "배고파 죽겠네 진짜",
        "어제 죽을 끓여 먹었어요",
        "죽을 만큼 피곤해요",
        "I'm dead tired",
        "just killing time before the deadline",
        "my feet are killing me",
        "bored to death",
    ],
)
def test_exaggeration_is_no_death_and_no_self_harm(text: str) -> None:
    assert cues(text, CueKind.SELF_HARM, CueKind.DEATH, CueKind.HARM) == ()


def test_exaggeration_still_strengthens_the_feeling() -> None:
    (cue,) = cues("힘들어 죽겠어요.", CueKind.EMOTION)
    assert cue.strength > 1.2


@pytest.mark.parametrize(
    "text",
    [
        "I did not lie to him",
        "I never lied",
        "I wouldn't lie",
        "거짓말을 하지 않았어요",
        "거짓말을 안 했어요",
        "저는 거짓말하지 못해요",
        "그건 거짓말이 아니에요",
        "거짓말하지 마세요",
        "거짓이 전혀 없어요",
    ],
)
def test_negated_lie_is_negated_with_its_value_unchanged(text: str) -> None:
    (cue,) = cues(text, CueKind.HONESTY)
    assert cue.negated
    assert cue.value == -1.0
    assert cues(text, CueKind.NEGATION)


@pytest.mark.parametrize(
    "text",
    [
        "I lied, not thinking about it",
        "She was not only sad but also angry",
        "I am not sure, but I am sad",
        "슬프지 않을까요?",
        "슬픈 일이 있지만 말을 못 하겠어요",
        "슬프지 않은 건 아니에요",
        "안에서 슬펐어요",
    ],
)
def test_negation_stops_at_clauses_and_rhetoric(text: str) -> None:
    assert not any(cue.negated for cue in cues(text, CueKind.EMOTION, CueKind.HONESTY))


def test_negation_leaves_the_number_of_people_alone() -> None:
    (cue,) = cues("There were not five workers.", CueKind.PEOPLE)
    assert not cue.negated


def test_intensifiers_multiply() -> None:
    plain, strong, weak = (
        cues(text, CueKind.EMOTION)[0].strength for text in ("I am sad", "I am very sad", "I am slightly sad")
    )
    assert (plain, strong, weak) == (1.0, 1.3, 0.6)
    assert cues("정말 너무 힘들어요", CueKind.EMOTION)[0].strength == pytest.approx(1.25 * 1.3)


@pytest.mark.parametrize("text", ["I was happy but now I am sad", "행복했지만 슬퍼요", "행복했어요. 하지만 슬퍼요."])
def test_what_follows_a_contrast_counts_more(text: str) -> None:
    before, after = cues(text, CueKind.EMOTION)
    assert (before.strength, after.strength) == (0.75, 1.25)


def test_a_concession_weakens_its_own_clause() -> None:
    legal, unfair = cues("Although it was legal, it was unfair.", CueKind.LAW, CueKind.FAIRNESS)
    assert (legal.strength, unfair.strength) == (0.75, 1.25)


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("I broke my promise to her", CueKind.PROMISE, -1.0),
        ("I kept my promise", CueKind.PROMISE, 1.0),
        ("약속을 꼭 지킬 거예요", CueKind.PROMISE, 1.0),
        ("친구와의 약속을 어겼어요", CueKind.PROMISE, -1.0),
        ("상사의 횡령을 알아요", CueKind.LAW, -1.0),
        ("He stole a car", CueKind.LAW, -1.0),
        ("동의 없이 사진을 찍었어요", CueKind.CONSENT, -1.0),
        ("They did it without her consent", CueKind.CONSENT, -1.0),
        ("She gave permission", CueKind.CONSENT, 1.0),
        ("친구에게 사실대로 말해요", CueKind.HONESTY, 1.0),
        ("I told him the truth", CueKind.HONESTY, 1.0),
        ("불공평해요", CueKind.FAIRNESS, -0.8),
        ("사생활을 침해했어요", CueKind.RIGHTS, -1.0),
    ],
)
def test_the_sign_of_a_moral_cue_is_in_its_value(text: str, kind: CueKind, value: float) -> None:
    assert [cue.value for cue in cues(text, kind)] == [value]


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("오래 살아 정이 들었어요", "jeong"),
        ("한이 맺혀서 잊을 수 없어요", "han"),
        ("체면 때문에 말을 못 했어요", "chemyeon"),
        ("시어머니 눈치를 봐요", "nunchi"),
        ("화병이 났어요", "hwabyung"),
        ("I had to save face", "chemyeon"),
    ],
)
def test_cultural_concepts_are_named(text: str, concept: str) -> None:
    assert concept in {cue.entry for cue in cues(text, CueKind.CULTURE)}


def test_silence_about_a_crime_is_an_omission() -> None:
    assert [cue.entry for cue in cues("신고하지 않고 모른 척해요", CueKind.OMISSION)] == ["신고하지 않", "모른 척"]
    assert len(cues("Should I stay silent?", CueKind.OMISSION)) == 1


def test_harm_death_and_self_damage_are_kept_apart() -> None:
    assert cues("He got injured", CueKind.HARM, CueKind.DEATH, CueKind.SELF_DAMAGE)[0].kind is CueKind.HARM
    assert cues("He passed away", CueKind.HARM, CueKind.DEATH, CueKind.SELF_DAMAGE)[0].kind is CueKind.DEATH
    assert cues("I may risk my career", CueKind.HARM, CueKind.SELF_DAMAGE)[0].kind is CueKind.SELF_DAMAGE


def test_exclamation_marks_are_counted_up_to_three() -> None:
    assert [cue.value for cue in cues("No! Stop!!!!", CueKind.EXCLAMATION)] == [1.0, 3.0]


def test_an_english_word_in_a_korean_sentence_counts() -> None:
    features = extract_features("오늘 너무 stressed 해요")
    assert "stressed" in {cue.entry for cue in features.of_kind(CueKind.EMOTION)}


def test_another_language_has_words_but_no_cues() -> None:
    features = extract_features("Je suis triste et je pleure dans la rue")
    assert features.language is Language.OTHER
    assert features.cues == ()
    assert len(features.words) == 9


def test_words_are_eojeols_and_keep_apostrophes() -> None:
    text = "CEO가 don't, 거짓말했다!"
    assert [text[a:b] for a, b in extract_features(text).words] == ["CEO가", "don't", "거짓말했다"]


FRAGMENTS = st.sampled_from(
    [
        "not ",
        "sad",
        "very ",
        ", ",
        "but ",
        "힘들",
        "어요 ",
        "안 ",
        "지 않",
        "지만 ",
        "5명",
        "in ten minutes ",
        "죽고 싶",
        "😀",
        "İ",
        "’",
        "don",
        "약속을 ",
        "어기",
        "$5 ",
        "70% ",
        "ㅠㅠ",
        "\n",
        ". ",
        "!",
        "é",
        "中文",
    ]
)


@given(st.one_of(st.text(max_size=80), st.lists(FRAGMENTS, max_size=25).map("".join)))
def test_any_text_gives_sorted_cues_inside_it(text: str) -> None:
    for language in (None, Language.MIXED):
        features = extract_features(text, language)
        order = [(cue.start, cue.end, cue.kind.value, cue.entry) for cue in features.cues]
        assert order == sorted(order)
        assert all(0 <= cue.start < cue.end <= len(text) for cue in features.cues)
        assert all(0 <= start < end <= len(text) for start, end in features.words)
        assert all(cue.strength > 0 for cue in features.cues)


@given(st.lists(FRAGMENTS, max_size=25).map("".join))
def test_cues_of_one_kind_never_overlap(text: str) -> None:
    by_kind: dict[CueKind, int] = {}
    for cue in extract_features(text, Language.MIXED).cues:
        assert cue.start >= by_kind.get(cue.kind, 0)
        by_kind[cue.kind] = cue.end


@given(st.text(alphabet="😀é中ßİ \n", max_size=20))
def test_cues_slice_to_the_matched_text_behind_anything(prefix: str) -> None:
    text = f"{prefix} I am exhausted. 정말 외로워요."
    spans = {text[cue.start : cue.end] for cue in extract_features(text, Language.MIXED).of_kind(CueKind.EMOTION)}
    assert spans == {"exhausted", "외로워"}


@pytest.mark.parametrize("unit", ["million ", "the ", "not sad ", "1천만 ", "약속을 ", "1,", "ᅲ", "but sad, ", "!"])
def test_the_longest_passage_of_one_repeated_word_is_read_within_seconds(unit: str) -> None:
    text = (unit * 20_000)[:20_000]
    started = time.perf_counter()
    extract_features(text, Language.MIXED)
    assert time.perf_counter() - started < 5.0


def test_what_is_joined_to_doing_nothing_is_affirmed() -> None:
    cues = extract_features("Do nothing and let five workers die.").of_kind(CueKind.DEATH, CueKind.OMISSION)
    assert {cue.kind for cue in cues} == {CueKind.DEATH, CueKind.OMISSION}
    assert not any(cue.negated for cue in cues)
