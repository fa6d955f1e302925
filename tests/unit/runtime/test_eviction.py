"""Who gives way: the policy alone, without moving anything."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from redheart_core.runtime.eviction import Resident, plan_eviction


def resident(name: str, size: int = 10, *, priority: int = 0, pinned: bool = False, used: int = 0) -> Resident:
    return Resident(name=name, size_bytes=size, priority=priority, pinned=pinned, last_used=used)


def test_nobody_goes_when_there_is_room() -> None:
    assert plan_eviction([resident("a")], needed_bytes=10, budget_bytes=20) == ()


def test_oldest_goes_first() -> None:
    held = [resident("new", used=3), resident("old", used=1), resident("middle", used=2)]
    assert plan_eviction(held, needed_bytes=10, budget_bytes=30) == ("old",)


def test_lower_priority_goes_before_older() -> None:
    held = [resident("old", priority=1, used=1), resident("new", priority=0, used=9)]
    assert plan_eviction(held, needed_bytes=10, budget_bytes=20) == ("new",)


def test_oldest_unpinned_goes_first() -> None:
    held = [resident("old", used=1, pinned=True), resident("new", used=9)]
    assert plan_eviction(held, needed_bytes=10, budget_bytes=20) == ("new",)


def test_several_go_when_one_is_too_small() -> None:
    held = [resident("a", used=1), resident("b", used=2), resident("c", used=3)]
    assert plan_eviction(held, needed_bytes=15, budget_bytes=30) == ("a", "b")


def test_a_tie_is_broken_by_name() -> None:
    assert plan_eviction([resident("b"), resident("a")], needed_bytes=1, budget_bytes=20) == ("a",)


def test_impossible_when_only_pinned_ones_are_left() -> None:
    held = [resident("a", pinned=True), resident("b")]
    assert plan_eviction(held, needed_bytes=15, budget_bytes=20) is None


def test_impossible_when_it_is_larger_than_the_budget() -> None:
    assert plan_eviction([], needed_bytes=21, budget_bytes=20) is None


def test_a_lowered_budget_evicts_without_a_newcomer() -> None:
    held = [resident("a", used=1), resident("b", used=2)]
    assert plan_eviction(held, needed_bytes=0, budget_bytes=10) == ("a",)


HELD = st.lists(
    st.builds(
        Resident,
        name=st.text("abcdef", min_size=1, max_size=4),
        size_bytes=st.integers(1, 50),
        priority=st.integers(-1, 2),
        pinned=st.booleans(),
        last_used=st.integers(0, 9),
    ),
    max_size=8,
    unique_by=lambda each: each.name,
)


@given(held=HELD, needed=st.integers(0, 100), budget=st.integers(0, 300))
def test_it_frees_enough_never_a_pinned_one_and_no_more_than_the_order_needs(
    held: list[Resident], needed: int, budget: int
) -> None:
    sizes = {each.name: each.size_bytes for each in held}
    pinned = {each.name for each in held if each.pinned}
    chosen = plan_eviction(held, needed_bytes=needed, budget_bytes=budget)
    if chosen is None:
        assert sum(sizes[name] for name in pinned) + needed > budget
        return
    assert not pinned & set(chosen)
    assert len(set(chosen)) == len(chosen)
    left = sum(sizes.values()) - sum(sizes[name] for name in chosen)
    assert left + needed <= budget
    if chosen:
        assert left + sizes[chosen[-1]] + needed > budget


@given(held=HELD, needed=st.integers(0, 100), budget=st.integers(0, 300))
def test_whoever_stays_was_worth_more_than_whoever_goes(held: list[Resident], needed: int, budget: int) -> None:
    chosen = plan_eviction(held, needed_bytes=needed, budget_bytes=budget) or ()
    rank = {each.name: (each.priority, each.last_used, each.name) for each in held}
    stay = [each.name for each in held if each.name not in chosen and not each.pinned]
    assert all(rank[gone] < rank[kept] for gone in chosen for kept in stay)


@given(held=HELD, needed=st.integers(0, 100), budget=st.integers(0, 300))
def test_the_order_in_which_they_are_listed_does_not_matter(held: list[Resident], needed: int, budget: int) -> None:
    listed = plan_eviction(held, needed_bytes=needed, budget_bytes=budget)
    assert listed == plan_eviction(held[::-1], needed_bytes=needed, budget_bytes=budget)
