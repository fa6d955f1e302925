"""The order in which options and parties are shown.

Order sways judgement, so it is drawn, not taken from the typist. It is drawn from the content itself: the same
dilemma is always shown in the same order, whichever way its options were typed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from redheart_core.vocabulary.dilemma import Dilemma

_SEED_DIGITS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownOrder:
    """Positions in the order of display."""

    seed: str
    """Eight hexadecimal digits, recorded and shown."""
    options: tuple[int, ...]
    """Index of each option in the dilemma, in the order of display."""
    parties: tuple[int, ...]


def shown_order(dilemma: Dilemma) -> ShownOrder:
    """Draw the order of options and parties from the SHA-256 of the dilemma."""
    options = tuple(option.name for option in dilemma.options)
    parties = tuple(party.name for party in dilemma.parties)
    seed = _seed(dilemma.situation, options, parties)
    return ShownOrder(seed=seed, options=_drawn(seed, options), parties=_drawn(seed, parties))


def drawn_positions(situation: str, options: Sequence[str], parties: Sequence[str]) -> tuple[int, ...]:
    """Return the order of options that these texts are shown in, as for a dilemma made of them."""
    return _drawn(_seed(situation, options, parties), options)


def _seed(situation: str, options: Sequence[str], parties: Sequence[str]) -> str:
    content = "\x00".join([situation, *sorted(options), "", *sorted(parties)])
    return hashlib.sha256(content.encode()).hexdigest()[:_SEED_DIGITS]


def drawn_names(seed: str, names: Sequence[str]) -> tuple[str, ...]:
    """Return ``names`` in the order that ``seed`` gives them."""
    return tuple(names[index] for index in _drawn(seed, names))


def _drawn(seed: str, names: Sequence[str]) -> tuple[int, ...]:
    ranks = [hashlib.sha256(f"{seed}\x00{name}".encode()).hexdigest() for name in names]
    return tuple(sorted(range(len(names)), key=lambda index: ranks[index]))
