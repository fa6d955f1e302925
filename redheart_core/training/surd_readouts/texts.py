"""Texts to decompose: the preset dilemmas, English stories, Korean comments; licences that allow training.

Every text stands alone, without a situation.

A text is known by its data set, its row and the hash of its words, so that files of decompositions need not hold any.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, zip_longest
from pathlib import Path

from redheart_core.data import emotions, stories
from redheart_core.data.rows import Dataset, Grouped
from redheart_core.vocabulary.presets import load_presets

FEWEST_CHARACTERS, MOST_CHARACTERS = 40, 400
"""Shorter texts have fewer than three parts, longer ones take long and are cut by the model's window."""
HELD_OUT_SHARE = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class TeachingText:
    """A text with where it came from."""

    source: str
    """Name of the data set, or ``presets``."""
    row: str
    licence: str
    language: str
    text: str
    group: str
    """Texts of one group stay on one side."""

    @property
    def sha256(self) -> str:
        """Hash of the text."""
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def is_held_out(self) -> bool:
        """Whether its group measures and never teaches; decided by the group's name alone."""
        digest = hashlib.sha256(f"surd\x00{self.source}\x00{self.group}".encode()).digest()
        return int.from_bytes(digest[:4], "big") / 2**32 < HELD_OUT_SHARE


def teaching_texts(data_dir: Path, presets_dir: Path, *, wanted: int) -> tuple[TeachingText, ...]:
    """Return up to ``wanted`` texts, a third of each kind, in turn.

    Raises:
        DataError: A data set or the presets cannot be read.
    """
    share = -(-wanted // 3)
    kinds = ([*_presets(presets_dir)], _usable_stories(data_dir), _usable_comments(data_dir))
    chosen = (_spread(texts, share) for texts in kinds)
    mixed = (text for texts in zip_longest(*chosen) for text in texts if text is not None)
    return tuple(islice(mixed, wanted))


def texts_by_hash(data_dir: Path, presets_dir: Path, wanted: Collection[str]) -> dict[str, str]:
    """Return the texts with these hashes, however many were drawn when they were decomposed.

    Raises:
        DataError: A data set or the presets cannot be read.
    """
    everything = chain(_presets(presets_dir), _usable_stories(data_dir), _usable_comments(data_dir))
    return {text.sha256: text.text for text in everything if text.sha256 in wanted}


def _presets(presets_dir: Path) -> Iterator[TeachingText]:
    """Yield every situation and every option by itself."""
    for preset in load_presets(presets_dir):
        told = {"situation": preset.dilemma.situation}
        told |= {f"option.{number}": option.name for number, option in enumerate(preset.dilemma.options, start=1)}
        for name, text in told.items():
            yield TeachingText(
                source="presets",
                row=f"{preset.id}.{name}",
                licence="MIT",
                language=preset.language.value,
                text=text,
                group=preset.id,
            )


def _usable_stories(data_dir: Path) -> list[TeachingText]:
    rows = stories.read_outcomes(data_dir)
    told = ((place, f"{row.told} {row.consequence}", row.group) for place, row in enumerate(rows))
    return _usable(rows, told, "en")


def _usable_comments(data_dir: Path) -> list[TeachingText]:
    rows = emotions.read_kote(data_dir)
    return _usable(rows, ((place, row.text, row.group) for place, row in enumerate(rows)), "ko")


def _spread(texts: Sequence[TeachingText], wanted: int) -> Sequence[TeachingText]:
    return texts[:: max(1, len(texts) // max(1, wanted))][:wanted]


def _usable(dataset: Dataset[Grouped], rows: Iterable[tuple[int, str, str]], language: str) -> list[TeachingText]:
    """Take the rows of a usable length."""
    return [
        TeachingText(
            source=dataset.name,
            row=str(place),
            licence=dataset.licence,
            language=language,
            text=" ".join(text.split()),
            group=group,
        )
        for place, text, group in rows
        if FEWEST_CHARACTERS <= len(text) <= MOST_CHARACTERS
    ]
