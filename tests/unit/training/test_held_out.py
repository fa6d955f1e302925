"""Rows to choose on and rows that judge: whole groups, nothing twice, and drawn by the seed alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redheart_core.errors import ConfigError, DataError
from redheart_core.training.held_out import part_development
from redheart_core.training.tasks import Example, Task
from tests.small_training import small_config, small_tasks


def _task(sizes: list[int]) -> Task:
    rows = tuple(
        Example(passages=((f"{group} {place}", ""),), target=(1.0,), group=f"group {group}")
        for group, size in enumerate(sizes)
        for place in range(size)
    )
    return replace(small_tasks()[0], dev=rows)


def test_of_single_rows_exactly_as_many_as_asked_for_are_drawn() -> None:
    parted = part_development([_task([1] * 50)], 20, seed=3)
    assert (len(parted.choosing[0].dev), len(parted.judging[0].dev)) == (20, 30)


def test_half_of_the_rows_are_left_where_there_are_few() -> None:
    parted = part_development([_task([1] * 10)], 200, seed=3)
    assert (len(parted.choosing[0].dev), len(parted.judging[0].dev)) == (5, 5)


@settings(deadline=None)
@given(sizes=st.lists(st.integers(1, 6), min_size=2, max_size=30), rows=st.integers(1, 40), seed=st.integers(0, 99))
def test_no_group_is_on_both_sides_and_no_row_is_lost(sizes: list[int], rows: int, seed: int) -> None:
    task = _task(sizes)
    parted = part_development([task], rows, seed=seed)
    (choosing,), (judging,) = parted.choosing, parted.judging
    assert not {row.group for row in choosing.dev} & {row.group for row in judging.dev}
    assert [row for row in task.dev if row in choosing.dev or row in judging.dev] == list(task.dev)
    assert len(choosing.dev) + len(judging.dev) == len(task.dev)
    assert 1 <= len(choosing.dev) <= max(min(rows, len(task.dev) // 2), max(sizes))
    assert judging.dev
    assert part_development([task], rows, seed=seed) == parted


def test_another_seed_draws_other_rows() -> None:
    task = _task([1] * 50)
    assert part_development([task], 20, seed=1) != part_development([task], 20, seed=2)


def test_a_task_with_one_group_has_none_to_spare() -> None:
    with pytest.raises(DataError, match="judged has development rows of 1 group, so none are left to choose on"):
        part_development([_task([7])], 3, seed=0)


def test_no_rows_cannot_be_asked_for() -> None:
    with pytest.raises(ConfigError, match="validation_rows is 0; it must be at least 1"):
        small_config(validation_rows=0)
