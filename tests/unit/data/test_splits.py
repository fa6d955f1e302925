"""Splits keep groups whole, on small sets and on the real ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redheart_core.data import emotions, ethics, stories
from redheart_core.data.corpus import shippable_texts
from redheart_core.data.rows import Dataset, Grouped, JudgedRow
from redheart_core.data.splits import HARD_ROWS, split_groups, split_like, whole_runs
from redheart_core.errors import DataError
from tests.datasets import require_data

BETWEEN_GROUPS_0_AND_1 = 0.235
"""Hash fractions of "group 0" and "group 1" lie on its two sides, so that neither side is ever empty."""


def _dataset(groups: list[str], name: str = "made_up") -> Dataset[JudgedRow]:
    rows = tuple(
        JudgedRow(text=f"text {place}", context="", label=True, group=group) for place, group in enumerate(groups)
    )
    return Dataset(name=name, licence="MIT", files=(), rows=rows)


@given(st.lists(st.sampled_from([f"group {number}" for number in range(40)]), max_size=100))
def test_no_group_is_on_both_sides_and_no_row_is_lost(drawn: list[str]) -> None:
    groups = [*drawn, "group 0", "group 1"]
    split = split_groups(_dataset(groups), share=BETWEEN_GROUPS_0_AND_1)
    assert not {row.group for row in split.train} & {row.group for row in split.dev}
    assert sorted(row.text for row in (*split.train, *split.dev)) == sorted(f"text {n}" for n in range(len(groups)))


def test_a_split_does_not_depend_on_the_process() -> None:
    split = split_groups(_dataset(["apple", "bread", "cider", "dates", "endive", "fig"]), share=0.665)
    assert [row.group for row in split.dev] == ["apple", "bread", "endive"]


def test_an_empty_side_is_refused() -> None:
    with pytest.raises(DataError, match=r"made_up: 3 rows to train on and 0 to check\. Need both"):
        split_groups(_dataset(["a", "b", "c"]), share=0.0)


def test_only_hard_rows_are_checked_on_where_the_file_runs_from_hard_to_easy() -> None:
    low, high = HARD_ROWS["ethics_justice"]
    groups = [f"group {place // 4}" for place in range(20_000)]
    dev = split_groups(_dataset(groups, "ethics_justice"), share=0.4).dev
    places = [int(row.text.removeprefix("text ")) for row in dev]
    assert low <= min(places)
    assert max(places) < high


READERS: tuple[Callable[[Path], Dataset[Grouped]], ...] = (
    ethics.read_utilitarianism,
    ethics.read_justice,
    ethics.read_deontology,
    ethics.read_virtue,
    ethics.read_commonsense,
    emotions.read_kote,
    stories.read_consequences,
    stories.read_moral_choice,
)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__name__)
def test_real_groups_stay_together(reader: Callable[[Path], Dataset[Grouped]]) -> None:
    dataset = reader(require_data())
    split = split_groups(dataset, share=0.3)
    assert not {row.group for row in split.train} & {row.group for row in split.dev}
    assert len(split.train) + len(split.dev) == len(dataset)


def test_no_real_scenario_of_deontology_is_on_both_sides() -> None:
    split = split_groups(ethics.read_deontology(require_data()), share=0.4)
    assert not {row.context for row in split.train} & {row.context for row in split.dev}


def test_translations_share_their_row_and_labels() -> None:
    data_dir = require_data()
    english = emotions.read_goemotions(data_dir, language="en", part="dev")
    korean = emotions.read_goemotions(data_dir, language="ko", part="dev")
    assert [(row.group, row.labels) for row in english] == [(row.group, row.labels) for row in korean]


def test_published_development_rows_and_research_only_text_stay_out_of_the_corpus() -> None:
    data_dir = require_data()
    corpus = set(shippable_texts(data_dir))
    dev = {row.text.strip() for row in emotions.read_goemotions(data_dir, language="ko", part="dev")}
    train = {row.text.strip() for row in emotions.read_goemotions(data_dir, language="ko", part="train")}
    assert not {text for text in dev - train if len(text) > 40} & corpus
    assert len(corpus) > 200_000


def test_whole_runs_leave_out_what_was_thinned_and_what_comes_back() -> None:
    rows = whole_runs(_dataset(["a", "a", "b", "c", "c", "c", "a"]).rows, 2)
    assert [row.text for row in rows] == ["text 0", "text 1"]


def test_rows_of_one_scenario_can_be_split_as_another_set_was() -> None:
    split = split_like(_dataset(["a", "b", "a", "c"]), {"a"})
    assert [row.text for row in split.dev] == ["text 0", "text 2"]
    with pytest.raises(DataError, match="4 rows to train on and 0 to check"):
        split_like(_dataset(["a", "b", "a", "c"]), {"d"})


def test_the_real_traits_are_checked_on_hard_scenarios_that_the_virtues_can_leave_out() -> None:
    data_dir = require_data()
    traits = ethics.read_traits(data_dir)
    split = split_groups(traits, share=0.4)
    dev_groups = {row.group for row in split.dev}
    low, high = HARD_ROWS["ethics_virtue_traits"]
    assert dev_groups <= {row.group for row in traits.rows[low:high]}
    fives = [row for row in whole_runs(traits.rows[low:high], 5) if row.group in dev_groups]
    shown = [sum(row.label for row in fives[start : start + 5]) for start in range(0, len(fives), 5)]
    assert len(shown) > 300
    assert shown.count(1) >= 0.99 * len(shown), "one of five traits is shown, as in the official file"
    virtues = split_like(ethics.read_virtue(data_dir), dev_groups)
    assert not {row.group for row in virtues.train} & dev_groups


def test_real_translations_are_cut_at_the_same_rows() -> None:
    english, korean = (
        split_groups(emotions.read_goemotions(require_data(), language=language, part="dev"), share=0.2)
        for language in ("en", "ko")
    )
    assert [row.group for row in english.dev] == [row.group for row in korean.dev]
    assert [row.labels for row in english.dev] == [row.labels for row in korean.dev]
