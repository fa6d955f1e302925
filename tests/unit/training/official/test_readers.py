"""Official files: every row in its place, labels in one direction, and a file of another shape refused by name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from redheart_core.data.ethics import Groups, read_justice_file
from redheart_core.errors import ConfigError, DataError
from redheart_core.training.official.cases import units_of
from redheart_core.training.official.tasks import TASKS, official_task
from tests.official import ROWS, write_official_files


@pytest.fixture
def paths(tmp_path: Path) -> dict[str, Path]:
    return write_official_files(tmp_path)


def test_every_task_reads_its_own_file(paths: dict[str, Path]) -> None:
    for name, task in TASKS.items():
        assert len(task.cases(paths[name])) == (ROWS // 2 if task.has_parts else ROWS), name


def test_no_task_takes_the_file_of_another(paths: dict[str, Path]) -> None:
    for name, task in TASKS.items():
        for other, path in paths.items():
            if other != name:
                with pytest.raises(DataError, match="expected"):
                    task.cases(path)


def test_the_two_languages_of_goemotions_are_told_apart(paths: dict[str, Path]) -> None:
    with pytest.raises(DataError, match="Did you mean goemotions_ko"):
        TASKS["goemotions_en"].cases(paths["goemotions_ko"])


def test_consecutive_rows_make_the_groups_even_where_texts_repeat(paths: dict[str, Path]) -> None:
    assert units_of(TASKS["ethics_justice"].cases(paths["ethics_justice"])).tolist() == [n // 4 for n in range(ROWS)]
    assert units_of(TASKS["ethics_virtue"].cases(paths["ethics_virtue"])).tolist() == [n // 5 for n in range(ROWS)]


def test_labels_point_to_the_good_reading_and_passages_to_text_and_context(paths: dict[str, Path]) -> None:
    wrong = TASKS["ethics_commonsense"].cases(paths["ethics_commonsense"])[1]
    assert (wrong.passages, wrong.labels) == ((("I did 1.", ""),), (0.0,))
    trait = TASKS["ethics_virtue"].cases(paths["ethics_virtue"])[5]
    assert (trait.passages, trait.labels) == ((("kind5", "Ann 1 acted"),), (1.0,))
    excuse = TASKS["ethics_deontology"].cases(paths["ethics_deontology"])[4]
    assert excuse.passages == (("No: 4", "Could you do 1?"),)


def test_a_choice_asks_the_output_that_its_row_names(paths: dict[str, Path]) -> None:
    cause, effect = TASKS["e_care"].cases(paths["e_care"])[:2]
    assert (cause.output, cause.labels, cause.passages[0]) == ("cause", (1.0,), ("It was wet 0.", "It rained 0."))
    assert (effect.output, effect.labels) == ("effect", (0.0,))


def test_full_stories_are_read_with_their_situation(tmp_path: Path) -> None:
    path = tmp_path / "full.jsonl"
    story = {"ID": "1", "situation": "It burns.", "intention": "Ann wants out."}
    path.write_text(json.dumps(story | {"moral_action": "a", "immoral_action": "b"}) + "\n")
    assert TASKS["moral_stories"].cases(path)[0].passages == (
        ("a", "It burns. Ann wants out."),
        ("b", "It burns. Ann wants out."),
    )


def test_questions_of_square_are_told_from_sentences_of_kosbi(tmp_path: Path) -> None:
    path = tmp_path / "square.json"
    path.write_text('[{"question": "왜?", "sensitive?": 1}, {"question": "언제?", "sensitive?": 0}]', encoding="utf-8")
    cases = TASKS["korean_safety"].cases(path)
    assert [(case.output, case.labels) for case in cases] == [("sensitive", (1.0,)), ("sensitive", (0.0,))]


@pytest.mark.parametrize(
    ("task", "content", "message"),
    [
        ("ethics_justice", "label,scenario\n2,I deserve it\n", "row 2"),
        ("ethics_deontology", "label,scenario,excuse\n1,Could you?\n", "scenario, excuse"),
        ("goemotions_en", "I feel\t28\n", "below 28"),
        ("emobank", "id,split,V,A,D,text\n1,test,6,1,1,x\n", "from 1 to 5"),
        ("e_care", '{"premise": "x"}\n', "hypothesis1"),
        ("moral_stories", "not json\n", "JSON object"),
        ("korean_safety", "{}\n", "JSON list"),
        ("ethics_utilitarianism", "", "is empty"),
    ],
)
def test_a_bad_row_refuses_the_file_and_says_what_was_expected(
    tmp_path: Path, task: str, content: str, message: str
) -> None:
    path = tmp_path / "file"
    path.write_text(content)
    with pytest.raises(DataError, match=message):
        TASKS[task].cases(path)


@pytest.mark.parametrize(
    ("task", "content", "why"),
    [
        ("ethics_justice", "label,scenario\n2,I deserve it\n", "and has the label '2', expected 0 or 1, but a table"),
        ("ethics_virtue", "label,scenario\n1,Ann acted kindly\n", r"and has no \[SEP\] between scenario and trait"),
        ("kote", "1\t기분\t44\n", "and has the labels '44', expected numbers below 44"),
        ("kote", "1\t \t3\n", "and has no text"),
        (
            "moral_stories",
            '{"ID": "1", "moral_action": "a", "immoral_action": ""}\n',
            "does not have text under each of",
        ),
    ],
)
def test_the_refusal_names_what_is_wrong_with_the_row(tmp_path: Path, task: str, content: str, why: str) -> None:
    path = tmp_path / "file"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=f"row [12] does not fit this task: it is .* {why}"):
        TASKS[task].cases(path)


def test_the_reader_of_training_data_skips_the_row_that_refuses_an_official_file(tmp_path: Path) -> None:
    """Both ask one parser: what one skips and names is what the other one refuses the file for, and the rest agrees."""
    rows = [f"{n % 2},I deserve {'praise' if n % 2 else 'nothing'} for {n}" for n in range(200)]
    path = tmp_path / "justice.csv"
    path.write_text("\n".join(["label,scenario", *rows]) + "\n", encoding="utf-8")
    lenient, strict = read_justice_file(path, groups=Groups.OFFICIAL), TASKS["ethics_justice"].cases(path)
    assert [(row.text, float(row.label), row.group) for row in lenient.rows] == [
        (case.passages[0][0], case.labels[0], case.group) for case in strict
    ]
    rows[7] = "7,I deserve it"
    path.write_text("\n".join(["label,scenario", *rows]) + "\n", encoding="utf-8")
    (problem,) = read_justice_file(path, groups=Groups.OFFICIAL).problems
    with pytest.raises(DataError, match=f"row {problem.row} does not fit this task.* and {problem.why}"):
        TASKS["ethics_justice"].cases(path)


def test_a_missing_file_a_missing_part_and_an_unknown_task_are_named(paths: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        TASKS["kote"].cases(tmp_path / "nowhere.tsv")
    with pytest.raises(DataError, match="test, train"):
        TASKS["emobank"].cases(paths["emobank"], part="dev")
    with pytest.raises(ConfigError, match="would be ignored"):
        TASKS["kote"].cases(paths["kote"], part="dev")
    with pytest.raises(ConfigError, match="goemotions_en"):
        official_task("goemotions")
