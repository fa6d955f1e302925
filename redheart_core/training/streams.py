"""Endless batches of one task that can be taken up again anywhere.

The order of a pass is a pure function of seed, task and number of the pass. Where the batch size changes in the middle
of a pass, what is left of it is cut anew; a place is therefore the pass and how many batches were taken at each size.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from redheart_core.errors import DataError
from redheart_core.training.batches import POOL_BATCHES, Item, cut


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of a batch."""

    batch_size: int
    """Passages; a pair counts as two."""
    max_batch_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Batches of one size taken from what was left of a pass."""

    limits: Limits
    taken: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a stream stands."""

    pass_number: int
    cuts: tuple[Cut, ...]


class BatchStream:
    """Yields every item once per pass, in batches of similar length.

    Args:
        items: Training examples of the task.
        seed: Of the run.
        name: Of the task; streams of different tasks are independent.
        smallest: Fewest items of a batch: the number of processes that share it. A smaller rest joins its neighbour.
    """

    def __init__(self, items: Sequence[Item], *, seed: int, name: str, smallest: int = 1) -> None:
        if len(items) < smallest:
            raise DataError(f"{name} has {len(items)} training examples; {smallest} are needed, one per process.")
        self._items, self._key, self._smallest = items, f"{seed}/{name}", smallest
        self._place = Place(pass_number=0, cuts=())
        self._left: list[Sequence[Item]] = []
        """Batches of the pass that are still to come, the next one last."""

    @property
    def place(self) -> Place:
        """Where the stream stands."""
        return self._place

    def take(self, limits: Limits) -> Sequence[Item]:
        """Return the next batch within ``limits``."""
        if not self._left:
            self._start_pass(self._place.pass_number + 1, limits)
        elif self._place.cuts[-1].limits != limits:
            self._recut(limits)
        last = self._place.cuts[-1]
        self._place = replace(self._place, cuts=(*self._place.cuts[:-1], replace(last, taken=last.taken + 1)))
        return self._left.pop()

    def restore(self, place: Place) -> None:
        """Go to a place, without reading what lies before its pass."""
        self._place, self._left = Place(pass_number=0, cuts=()), []
        if not place.cuts:
            return
        self._start_pass(place.pass_number, place.cuts[0].limits)
        for number, done in enumerate(place.cuts):
            if number > 0:
                self._recut(done.limits)
            del self._left[len(self._left) - done.taken :]
            self._place = replace(self._place, cuts=(*self._place.cuts[:-1], done))

    def _start_pass(self, number: int, limits: Limits) -> None:
        order = list(self._items)
        random.Random(f"{self._key}/{number}").shuffle(order)
        self._place = Place(pass_number=number, cuts=(Cut(limits=limits, taken=0),))
        self._cut(order, limits)

    def _recut(self, limits: Limits) -> None:
        order = [item for batch in reversed(self._left) for item in batch]
        self._place = replace(self._place, cuts=(*self._place.cuts, Cut(limits=limits, taken=0)))
        self._cut(order, limits)

    def _cut(self, order: Sequence[Item], limits: Limits) -> None:
        random_state = random.Random(f"{self._key}/{self._place.pass_number}/{len(self._place.cuts)}")
        pool_size = limits.batch_size * POOL_BATCHES
        batches: list[Sequence[Item]] = []
        for start in range(0, len(order), pool_size):
            pool = sorted(order[start : start + pool_size], key=lambda item: item.num_tokens)
            own = _without_small(
                list(cut(pool, batch_size=limits.batch_size, max_batch_tokens=limits.max_batch_tokens)), self._smallest
            )
            random_state.shuffle(own)
            batches += own
        self._left = _without_small(batches, self._smallest)[::-1]


def _without_small(batches: list[Sequence[Item]], smallest: int) -> list[Sequence[Item]]:
    """Join batches of fewer than ``smallest`` items to the one before, or the first one to the next."""
    joined: list[Sequence[Item]] = []
    for batch in batches:
        if joined and (len(batch) < smallest or len(joined[-1]) < smallest):
            joined[-1] = [*joined[-1], *batch]
        else:
            joined.append(batch)
    return joined
