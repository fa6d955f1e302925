"""Rows as labelled cases of an output: people's yes or no is kept, and what is no answer to it is refused."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from redheart_core.data.inventory import READERS
from redheart_core.data.rows import Dataset, EmotionRow, Grouped, RatingRow, StoryRow
from redheart_core.errors import DataError, ExplanationError
from redheart_core.explain.attribution.targets import output_targets
from redheart_core.explain.attribution.targets.target import OutputTarget
from redheart_core.explain.cases.labelled import DATASETS, cases_of, check_cases, dataset_of
from redheart_core.vocabulary.emotions import GOEMOTIONS
from tests.checkpoints import tiny_manifest

Outputs = Callable[[str], OutputTarget]


@pytest.fixture(scope="module")
def output() -> Outputs:
    return output_targets(tiny_manifest()).__getitem__


def dataset(*rows: Grouped) -> Dataset[Grouped]:
    return Dataset(name="made up", licence="CC0-1.0", files=(), rows=rows)


def test_an_emotion_is_affirmed_where_people_named_it(output: Outputs) -> None:
    sad = EmotionRow(text="I cried.", labels=(GOEMOTIONS.index("sadness"),), group="a")
    glad = EmotionRow(text="I laughed.", labels=(GOEMOTIONS.index("joy"),), group="b")
    found = list(cases_of(dataset(sad, glad), output("emotion/sadness")))
    assert [(row.text, row.label) for row in found] == [("I cried.", True), ("I laughed.", False)]


def test_both_courses_of_a_story_are_cases_against_its_situation(output: Outputs) -> None:
    story = StoryRow(situation="A lost purse.", moral_action="Return it.", immoral_action="Keep it.", group="a")
    found = list(cases_of(dataset(story), output("reasoning/acceptable")))
    assert [(row.text, row.context, row.label) for row in found] == [
        ("Return it.", "A lost purse.", True),
        ("Keep it.", "A lost purse.", False),
    ]


def test_a_rating_is_no_yes_or_no(output: Outputs) -> None:
    with pytest.raises(ExplanationError, match="neither yes nor no"):
        list(cases_of(dataset(RatingRow(text="Fine.", rating=3.0, group="a")), output("reasoning/just")))


def test_every_named_data_set_has_a_reader_and_every_named_output_exists(output: Outputs) -> None:
    assert set(DATASETS.values()) <= set(READERS)
    assert [output(name).name for name in DATASETS] == list(DATASETS)
    assert {dataset_of(output(name)) for name in ("emotion/joy", "kote/슬픔")} == {"goemotions_en", "kote"}
    assert dataset_of(output("vad/valence")) is None


def test_a_file_of_judged_cases_or_of_emotions_is_understood(output: Outputs) -> None:
    judged = "text,label,context\nI lied.,no,A friend asked.\nI helped.,yes,\n"
    named = "\n".join(json.dumps({"text": text, "labels": [name]}) for text, name in (("A", "joy"), ("B", "sadness")))
    for name, content in (("mine.csv", judged), ("mine.jsonl", named)):
        check = check_cases(name, content.encode(), output("emotion/joy"))
        assert not check.refusal
        assert len(list(cases_of(check.dataset, output("emotion/joy")))) == 2


def test_the_name_of_a_file_tells_its_format_and_opens_nothing(output: Outputs) -> None:
    with pytest.raises(DataError, match=r"^passwd is neither \.csv nor \.jsonl"):
        check_cases("/etc/passwd", b"text,label\nA,yes\n", output("emotion/joy"))
    with pytest.raises(DataError, match="not UTF-8"):
        check_cases("a.csv", "text,label\n가,yes\n".encode("cp949"), output("emotion/joy"))
