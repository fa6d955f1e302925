"""The lexicons: complete, well formed, readable."""

from collections import Counter
from importlib.resources import files

import pytest

from redheart_core.errors import DataError
from redheart_core.text.entries import parse_emotions, parse_kind, read_entries
from redheart_core.text.features import CueKind
from redheart_core.vocabulary.emotions import EMOTIONS


@pytest.mark.parametrize("suffix", ["en", "ko"])
def test_every_emotion_but_neutral_has_at_least_four_entries(suffix: str) -> None:
    counts = Counter(name for entry in read_entries(suffix) for name in entry.emotions)
    assert {name for name in EMOTIONS if counts[name] < 4} == {"neutral"}


@pytest.mark.parametrize("suffix", ["en", "ko"])
def test_every_kind_of_cue_has_entries_unless_it_is_a_pattern(suffix: str) -> None:
    kinds = {entry.kind for entry in read_entries(suffix)}
    assert set(CueKind) - kinds == {CueKind.EXCLAMATION}


@pytest.mark.parametrize("suffix", ["en", "ko"])
def test_values_lie_in_the_range_of_their_kind(suffix: str) -> None:
    signed = {CueKind.CONSENT, CueKind.PROMISE, CueKind.LAW, CueKind.HONESTY, CueKind.DUTY, CueKind.RIGHTS}
    unit = {CueKind.HARM, CueKind.SELF_DAMAGE, CueKind.BENEFIT, CueKind.CERTAINTY, CueKind.VULNERABLE, CueKind.MIXED}
    for entry in read_entries(suffix):
        if entry.kind in signed:
            assert -1.0 <= entry.value <= 1.0, entry
        elif entry.kind in unit:
            assert 0.0 < entry.value <= 1.0, entry
        else:
            assert entry.value >= -1.0, entry


def test_unknown_emotion_is_named_with_the_known_ones() -> None:
    with pytest.raises(DataError, match=r"Unknown emotion “ennui”.*admiration"):
        parse_emotions("ennui:0.5")


def test_weight_out_of_range_is_refused() -> None:
    with pytest.raises(DataError, match="weight of joy"):
        parse_emotions("joy:1.5")


def test_unknown_kind_is_named_with_the_known_ones() -> None:
    with pytest.raises(DataError, match=r"Unknown kind of cue “mood”.*harm"):
        parse_kind("mood")


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_row_of_an_emotion_lexicon_states_its_sense(language: str) -> None:
    source = files("redheart_core.text").joinpath(f"data/emotions_{language}.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in source.splitlines()[1:]]
    assert [row[0] for row in rows if len(row) != 4 or not row[3].strip()] == []
