"""Readers: rows typed, labels turned the right way, every malformed row named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from redheart_core.data import emotions, ethics, stories
from redheart_core.errors import DataError


def _write(root: Path, name: str, content: str) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return root


def test_goemotions_labels_are_positions_and_rows_share_groups_across_languages(tmp_path: Path) -> None:
    _write(tmp_path, "goemotions_en/train.tsv", "So sad.\t25,9\tid1\nFine.\t27\tid2\n")
    _write(tmp_path, "goemotions_ko/train.tsv", "너무 슬퍼요.\t25,9\n좋아요.\t27\n")
    english = emotions.read_goemotions(tmp_path, language="en", part="train")
    korean = emotions.read_goemotions(tmp_path, language="ko", part="train")
    assert [row.labels for row in english] == [(9, 25), (27,)]
    assert [row.group for row in english] == [row.group for row in korean]
    assert english.licence == "Apache-2.0"


def test_a_constant_label_is_refused(tmp_path: Path) -> None:
    _write(tmp_path, "goemotions_en/train.tsv", "a\t3\tx\nb\t3\ty\n")
    with pytest.raises(DataError, match=r"goemotions_en: 2 rows with only the label 3\. A constant target"):
        emotions.read_goemotions(tmp_path, language="en", part="train")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("only text", "row 2 has 1 columns, expected at least 2"),
        ("text\t28\tid", "row 2 has the labels '28', expected numbers below 28"),
        ("text\tjoy\tid", "row 2 has the labels 'joy'"),
    ],
)
def test_a_malformed_emotion_row_is_named(tmp_path: Path, line: str, problem: str) -> None:
    _write(tmp_path, "goemotions_en/dev.tsv", f"fine\t1\tid\n{line}\n")
    with pytest.raises(DataError, match=problem):
        emotions.read_goemotions(tmp_path, language="en", part="dev")


def test_a_missing_file_is_named_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"kote/val\.tsv is missing\. Point the data setting"):
        emotions.read_kote(tmp_path)


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    path = _write(tmp_path, "kote/val.tsv", "") / "kote/val.tsv"
    path.write_bytes("1\t슬퍼요\t5\n".encode("euc-kr"))
    with pytest.raises(DataError, match=r"val\.tsv is not UTF-8 \(byte 2\)"):
        emotions.read_kote(tmp_path)


EMOBANK_HEAD = "id,split,V,A,D,text\n"


def test_only_the_wanted_part_of_emobank_is_read(tmp_path: Path) -> None:
    rows = "a,train,3.0,3.0,3.0,One\nb,test,4.0,3.0,3.0,Two\nc,train,2.0,3.5,3.0,Three\nd,dev,1.0,1.0,1.0,Four\n"
    _write(tmp_path, "emobank/emobank.csv", EMOBANK_HEAD + rows)
    assert [row.text for row in emotions.read_emobank(tmp_path, part="train")] == ["One", "Three"]


@pytest.mark.parametrize(("rating", "problem"), [("6.0", "outside 1 to 5"), ("high", "no number")])
def test_a_rating_outside_its_scale_is_named(tmp_path: Path, rating: str, problem: str) -> None:
    _write(tmp_path, "emobank/emobank.csv", f"{EMOBANK_HEAD}a,train,{rating},3.0,3.0,One\n")
    with pytest.raises(DataError, match=f"row 2 has a rating .*{problem}"):
        emotions.read_emobank(tmp_path, part="train")


def test_commonsense_is_turned_so_that_true_means_acceptable(tmp_path: Path) -> None:
    content = "label,input,is_short,edited\n0,I helped.,True,False\n1,I stole.,True,False\n"
    _write(tmp_path, "ethics/commonsense/cm_test.csv", content)
    assert [(row.text, row.label) for row in ethics.read_commonsense(tmp_path)] == [
        ("I helped.", True),
        ("I stole.", False),
    ]


def test_virtue_keeps_shown_traits_of_known_polarity_only(tmp_path: Path) -> None:
    rows = (
        "1,She shared her lunch. [SEP] generous\n0,She shared her lunch. [SEP] cruel\n"
        "1,He kicked the dog. [SEP] Cruel\n1,He slept. [SEP] tired\n"
    )
    _write(tmp_path, "ethics/virtue/virtue_train.csv", "label,scenario\n" + rows)
    assert [(row.text, row.label) for row in ethics.read_virtue(tmp_path)] == [
        ("She shared her lunch.", True),
        ("He kicked the dog.", False),
    ]


def test_variations_of_one_claim_share_a_group(tmp_path: Path) -> None:
    claims = [
        (1, "I deserve to be paid by my boss because I work."),
        (0, "I deserve to be paid by my boss because I sing."),
        (1, "I usually call my mother but today I was ill."),
    ]
    content = "label,scenario\n" + "".join(f"{label},{text}\n" for label, text in claims)
    _write(tmp_path, "ethics/justice/justice_train.csv", content)
    groups = [row.group for row in ethics.read_justice(tmp_path)]
    assert groups[0] == groups[1] != groups[2]


def test_an_excuse_is_the_text_and_the_request_its_context(tmp_path: Path) -> None:
    content = "label,scenario,excuse\n1,Could you cook?,No because I am ill.\n0,Could you cook?, No.\n"
    _write(tmp_path, "ethics/deontology/deontology_train.csv", content)
    first, second = ethics.read_deontology(tmp_path)
    assert (first.context, first.text, first.label) == ("Could you cook?", "No because I am ill.", True)
    assert first.group == second.group


def test_a_label_that_is_neither_0_nor_1_is_named(tmp_path: Path) -> None:
    _write(tmp_path, "ethics/justice/justice_train.csv", "label,scenario\n2,I deserve it.\n")
    with pytest.raises(DataError, match="row 2 has the label '2', expected 0 or 1"):
        ethics.read_justice(tmp_path)


def test_identical_pairs_teach_nothing_and_are_left_out(tmp_path: Path) -> None:
    _write(tmp_path, "ethics/utilitarianism/util_train.csv", "I ate cake.,I ate mud.\nI slept.,I slept.\n")
    assert [(row.better, row.worse) for row in ethics.read_utilitarianism(tmp_path)] == [("I ate cake.", "I ate mud.")]


def test_a_situation_is_restored_from_the_action_prompt(tmp_path: Path) -> None:
    action = {"ID": "1", "moral_action": "Ann helps.", "immoral_action": "Ann leaves."}
    other = {"ID": "2", "moral_action": "Bo waits.", "immoral_action": "Bo pushes."}
    prompt = "Suppose that It is good. \n Ann sees a fall. Ann is late. Provide a moral action. \n\n###\n\n"
    told = {"prompt": prompt, "completion": " Ann helps. END"}
    _write(tmp_path, "moral_stories/norm_actions_train.jsonl", f"{json.dumps(action)}\n{json.dumps(other)}\n")
    _write(tmp_path, "moral_stories/action_pred_train.jsonl", json.dumps(told) + "\n")
    first, second = stories.read_moral_stories(tmp_path, part="train")
    assert (first.situation, first.moral_action) == ("Ann sees a fall. Ann is late.", "Ann helps.")
    assert second.situation == ""


def test_a_story_without_text_is_named(tmp_path: Path) -> None:
    _write(tmp_path, "moral_stories/full_stories_dev.jsonl", '{"ID": "1"}\n')
    with pytest.raises(DataError, match="row 1 does not have text under each of ID, situation"):
        stories.read_moral_stories(tmp_path, part="dev")


def test_a_line_that_is_no_json_is_named(tmp_path: Path) -> None:
    _write(tmp_path, "moral_stories/full_stories_dev.jsonl", "{\n")
    with pytest.raises(DataError, match="row 1 is not JSON"):
        stories.read_moral_stories(tmp_path, part="dev")


def test_broken_rules_are_read_per_action(tmp_path: Path) -> None:
    flags = [*["No"] * 10, "Yes", *["No"] * 8, "No Agreement"]
    row = ["C_1", "low", "Generated", "Do not kill", "A choice.", "I help.", "I shoot.", *flags]
    _write(tmp_path, "moral_choice/moralchoice_low_ambiguity.csv", f"{','.join('h' * 27)}\n{','.join(row)}\n")
    (choice,) = stories.read_moral_choice(tmp_path)
    assert choice.broken == (frozenset(), frozenset({"death"}))


def test_a_rule_flag_must_be_known(tmp_path: Path) -> None:
    row = ["C_1", "low", "Generated", "x", "A choice.", "I help.", "I shoot.", "Maybe", *["No"] * 19]
    _write(tmp_path, "moral_choice/moralchoice_low_ambiguity.csv", f"{','.join('h' * 27)}\n{','.join(row)}\n")
    with pytest.raises(DataError, match="row 2 has a rule flag that is neither Yes, No nor No Agreement"):
        stories.read_moral_choice(tmp_path)


def test_no_trait_is_both_virtue_and_vice() -> None:
    polarity = ethics.load_trait_polarity()
    assert polarity["generous"] is True
    assert polarity["cruel"] is False
    assert 80 <= sum(polarity.values()) <= len(polarity) - 80
