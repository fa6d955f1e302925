"""What each part of a text can become, with the probability of each, and the draw of the cases.

Letters: N cases, P parts.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from redheart_core.explain.surd.ensemble.design import Design
from redheart_core.explain.surd.ensemble.edits import Alteration, alterations
from redheart_core.explain.surd.ensemble.parts import cut
from redheart_core.vocabulary.language import Language

ALONE = "text"
"""What a text that has no situation is called."""


class State(StrEnum):
    """What happened to a part: the value of its factor."""

    KEPT = "kept"
    LEFT_OUT = "left out"
    ALTERED = "altered"


class Field(StrEnum):
    """Which of the two texts a part belongs to."""

    SITUATION = "situation"
    OPTION = "option"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a text with everything it can become."""

    name: str
    """``situation.1``, ``option.2``, or ``text.1`` where one text stands alone; numbered from 1 in each text."""
    field: Field
    text: str
    alterations: tuple[Alteration, ...]

    @property
    def states(self) -> tuple[State, ...]:
        """The state of each variant: as it is, nothing, then the alterations."""
        return (State.KEPT, State.LEFT_OUT, *[State.ALTERED] * len(self.alterations))

    @property
    def variants(self) -> tuple[str, ...]:
        """The text of each variant."""
        return (self.text, "", *(alteration.text for alteration in self.alterations))

    def probabilities(self, kept: float) -> tuple[float, ...]:
        """Return the probability of each variant; alterations share equally what altering gets."""
        if not self.alterations:
            return kept, 1.0 - kept
        half = (1.0 - kept) / 2.0
        return (kept, half, *[half / len(self.alterations)] * len(self.alterations))


def prepare(situation: str, option: str, *, language: Language, design: Design) -> tuple[Part, ...]:
    """Cut both texts and choose the alterations of each part.

    Parts are shared between the texts by their length, at least one each. The choice of alterations depends on the seed
    and on the part's own text alone.
    """
    counts = _shares(situation, design.num_parts)
    texts = {Field.SITUATION: situation, Field.OPTION: option}
    called = {Field.SITUATION: "situation", Field.OPTION: "option" if situation.strip() else ALONE}
    return tuple(
        Part(
            name=f"{called[field]}.{number}",
            field=field,
            text=piece,
            alterations=_chosen(piece, language, design),
        )
        for field, text in texts.items()
        for number, piece in enumerate(cut(text, counts[field]) if counts[field] else (), start=1)
    )


def draw(parts: Sequence[Part], design: Design) -> NDArray[np.intp]:
    """Draw the variant of every part in every case, shape (N, P); parts are independent of each other.

    Each part has a stream of its own, so that one more part changes nothing of the others.
    """
    streams = np.random.SeedSequence([design.seed, 1]).spawn(len(parts))
    columns = [
        np.random.default_rng(stream).choice(
            len(part.variants), size=design.num_cases, p=np.array(part.probabilities(design.kept))
        )
        for part, stream in zip(parts, streams, strict=True)
    ]
    return np.stack(columns, axis=1).astype(np.intp) if columns else np.empty((design.num_cases, 0), dtype=np.intp)


def assembled(parts: Sequence[Part], variants_P: Sequence[int], field: Field) -> str:
    """Return a text with the given variant of each of its parts."""
    pieces = [part.variants[variant] for part, variant in zip(parts, variants_P, strict=True) if part.field is field]
    return "".join(pieces).strip()


def _shares(situation: str, num_parts: int) -> dict[Field, int]:
    """Give each text its share of the parts: the option half of them, rounded up, because it is what is scored."""
    if not situation.strip():
        return {Field.SITUATION: 0, Field.OPTION: num_parts}
    for_option = (num_parts + 1) // 2
    return {Field.SITUATION: num_parts - for_option, Field.OPTION: for_option}


def _chosen(piece: str, language: Language, design: Design) -> tuple[Alteration, ...]:
    """Draw alterations of different kinds, then more of the kinds that have several."""
    digest = hashlib.sha256(f"{design.seed}\x00{piece}".encode("utf-8", "surrogatepass")).digest()
    source = random.Random(digest)
    left = list(alterations(piece, language))
    source.shuffle(left)
    chosen: list[Alteration] = []
    while left and len(chosen) < design.num_alterations:
        counts = [sum(one.kind is other.kind for one in chosen) for other in left]
        chosen.append(left.pop(counts.index(min(counts))))
    return tuple(chosen)
