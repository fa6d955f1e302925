"""Preset dilemmas: what ships can be used, and a broken file is named with what is wrong."""

import re
from collections import Counter
from pathlib import Path

import pytest

from redheart_core.errors import DataError
from redheart_core.vocabulary.language import Language
from redheart_core.vocabulary.presets import PresetDilemma, load_preset, load_presets

ASSETS = Path(__file__).parents[3] / "assets" / "dilemmas"
PRESETS = load_presets(ASSETS)
GOOD = """
title = "A choice"
source = "Everyday"
tags = ["work"]
situation = "Two people want one thing."
options = ["Share it with both.", "Keep it."]
"""

each_preset = pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.id)


def sentences(text: str) -> int:
    return len(re.findall(r"[.?](?=\s|$)", text))


def write(folder: Path, content: str | bytes, name: str = "choice") -> Path:
    path = folder / "en" / f"{name}.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_at_least_twelve_presets_ship_in_each_language() -> None:
    counts = Counter(preset.language for preset in PRESETS)
    assert set(counts) == {Language.KOREAN, Language.ENGLISH}
    assert min(counts.values()) >= 12


def test_ids_and_titles_are_distinct_and_ids_fit_a_url() -> None:
    assert len({preset.id for preset in PRESETS}) == len({preset.title for preset in PRESETS}) == len(PRESETS)
    assert all(re.fullmatch(r"(ko|en)(-[a-z]+)+", preset.id) for preset in PRESETS)


@each_preset
def test_preset_is_written_in_its_own_language(preset: PresetDilemma) -> None:
    texts = (
        preset.dilemma.situation,
        *(option.name for option in preset.dilemma.options),
        *(party.name for party in preset.dilemma.parties),
    )
    for text in texts:
        assert bool(re.search("[가-힣]", text)) is (preset.language is Language.KOREAN), text


@each_preset
def test_preset_has_a_short_situation_and_two_to_four_options_of_one_sentence(preset: PresetDilemma) -> None:
    assert 2 <= sentences(preset.dilemma.situation) <= 5
    assert 2 <= len(preset.dilemma.options) <= 4
    assert all(sentences(option.name) == 1 for option in preset.dilemma.options)


@each_preset
def test_preset_names_vulnerable_parties_a_source_and_tags(preset: PresetDilemma) -> None:
    assert max(party.vulnerability for party in preset.dilemma.parties) > 0
    assert preset.source
    assert preset.tags


@each_preset
def test_preset_keeps_away_from_self_harm_and_exclamation(preset: PresetDilemma) -> None:
    text = " ".join((preset.dilemma.situation, *(option.name for option in preset.dilemma.options)))
    assert not re.search(r"suicid|self-harm|kill (my|your|him|her)self|자살|자해|극단적 선택|!", text, re.IGNORECASE)


def test_presets_are_listed_korean_first_then_by_file_name() -> None:
    ids = [preset.id for preset in PRESETS]
    assert ids == sorted(ids, key=lambda identifier: (identifier.startswith("en-"), identifier))


def test_a_good_file_becomes_a_preset(tmp_path: Path) -> None:
    preset = load_preset(write(tmp_path, GOOD), Language.ENGLISH)
    assert (preset.id, preset.title, preset.source, preset.tags) == ("en-choice", "A choice", "Everyday", ("work",))
    assert preset.dilemma.situation == "Two people want one thing."
    assert [option.name for option in preset.dilemma.options] == ["Share it with both.", "Keep it."]
    assert preset.dilemma.parties == ()


def test_parties_default_to_one_person_who_is_not_vulnerable(tmp_path: Path) -> None:
    preset = load_preset(write(tmp_path, f'{GOOD}[[parties]]\nname = "neighbour"'), Language.ENGLISH)
    (party,) = preset.dilemma.parties
    assert (party.name, party.count, party.vulnerability) == ("neighbour", 1, 0.0)


def test_other_files_in_the_folder_are_left_alone(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    (tmp_path / "en" / "notes.txt").write_text("not a preset")
    assert [preset.id for preset in load_presets(tmp_path)] == ["en-choice"]


def test_a_folder_without_presets_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"There are no preset dilemmas in .*nowhere\. Expected files such as "):
        load_presets(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("title =", "Invalid value"),
        (b"title = '\xff'", "can't decode byte 0xff"),
        (GOOD.replace('title = "A choice"', ""), "the preset lacks title."),
        (f'mood = "?"\n{GOOD}', "the preset has unknown fields: mood."),
        (GOOD.replace('"A choice"', '" "'), "'title' must be a text that is not blank, not ' '."),
        (GOOD.replace('"Everyday"', "3"), "'source' must be a text that is not blank, not 3."),
        (GOOD.replace('["work"]', '"work"'), "'tags' must be a list, not 'work'."),
        (GOOD.replace('["work"]', '["At Work"]'), "A tag must be a lower-case English word, not 'At Work'."),
        (GOOD.replace('"Keep it."', "7"), "'option' must be a text that is not blank, not 7."),
        (GOOD.replace(', "Keep it."', ""), "There is 1 option; a dilemma needs at least 2."),
        (f"parties = [3]\n{GOOD}", "A party must be a table, not 3."),
        (f"{GOOD}[[parties]]\ncount = 2", "a party lacks name."),
        (f'{GOOD}[[parties]]\nname = "x"\nage = 9', "a party has unknown fields: age."),
        (f'{GOOD}[[parties]]\nname = "x"\ncount = 1.5', "'count' must be a whole number, not 1.5."),
        (f'{GOOD}[[parties]]\nname = "x"\ncount = true', "'count' must be a whole number, not True."),
        (f'{GOOD}[[parties]]\nname = "x"\ncount = -1', "“x” has -1 people; it must be a whole number from 1 to"),
        (f'{GOOD}[[parties]]\nname = "x"\nvulnerability = "high"', "'vulnerability' must be a number, not 'high'."),
        (f'{GOOD}[[parties]]\nname = "x"\nvulnerability = 2', "The vulnerability of “x” is 2.0;"),
    ],
)
def test_an_unusable_file_is_named_with_what_is_wrong(tmp_path: Path, content: str | bytes, message: str) -> None:
    path = write(tmp_path, content)
    with pytest.raises(DataError, match=f"^{re.escape(str(path))}: .*{re.escape(message)}"):
        load_presets(tmp_path)
