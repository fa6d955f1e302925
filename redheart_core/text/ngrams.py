"""N-grams of a passage: words, pairs of words, and letters inside words, each weighted by how rare it is.

A passage that is seen against a context has crossed pairs as well: a word of the text with a word of the context. What
neither says alone ("greedy" beside "shared") only such a pair can say in a linear model.

A linear layer on these weights reads what single words and endings say, and its every weight belongs to letters that
one can point at. The weight of an n-gram is (1 + ln count) · idf, and each of the five groups (words or letters, of the
text or of its context, and crossed pairs) has length one, so that long passages do not shout.

Source: Salton and Buckley 1988, "Term-weighting approaches in automatic text retrieval" (logarithmic term frequency,
inverse document frequency, cosine normalisation).
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from redheart_core.errors import CheckpointError

IntArray = npt.NDArray[np.int32]
FloatArray = npt.NDArray[np.float32]

TEXT_WORDS, TEXT_LETTERS, CONTEXT_WORDS, CONTEXT_LETTERS, CROSSED = GROUPS = "wlWLx"
"""First character of every entry: what kind of n-gram it is, and of which of the two texts."""
BETWEEN = "\t"
"""Between the two words of a crossed pair, the text's first."""
LETTERS = (2, 3, 4)
"""Lengths of the n-grams of letters. A word's two ends count as a letter each."""
BOUNDARY = " "
_WORD = re.compile(r"\w+|[^\w\s]")
_CHUNK = re.compile(r"\S+")
_CROSSED_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One place of an n-gram."""

    entry: str
    """Group, then the letters."""
    start: int
    """Offset of its first character in its own text."""
    end: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NgramVector:
    """The weighted n-grams of one passage that a vocabulary knows. Arrays, because a corpus has tens of millions."""

    ids: IntArray
    """Ascending."""
    values: FloatArray


def occurrences(text: str, *, of_context: bool = False) -> Iterator[Occurrence]:
    """Yield every n-gram of ``text`` with its place: first words, then letters."""
    words, letters = (CONTEXT_WORDS, CONTEXT_LETTERS) if of_context else (TEXT_WORDS, TEXT_LETTERS)
    lowered = _lowered(text)
    before: re.Match[str] | None = None
    for word in _WORD.finditer(lowered):
        yield Occurrence(entry=words + word[0], start=word.start(), end=word.end())
        if before is not None:
            yield Occurrence(entry=f"{words}{before[0]} {word[0]}", start=before.start(), end=word.end())
        before = word
    for chunk in _CHUNK.finditer(lowered):
        yield from _letters(letters, chunk)


def crossed_pairs(text: str, context: str) -> set[str]:
    """Return the crossed pairs of a passage with its context, each once: most are words that merely stand there."""
    ours, theirs = (set(_CROSSED_WORD.findall(_lowered(passage))) for passage in (text, context))
    return {f"{CROSSED}{one}{BETWEEN}{other}" for one in ours for other in theirs}


def pair_places(entry: str, text: str, context: str) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Return where the two words of a crossed pair stand: (start, end) in the text, and in the context."""
    one, other = entry[1:].split(BETWEEN)
    return _places(one, text), _places(other, context)


def _places(word: str, passage: str) -> list[tuple[int, int]]:
    return [found.span() for found in _CROSSED_WORD.finditer(_lowered(passage)) if found[0] == word]


def count_entries(text: str, context: str = "") -> Counter[str]:
    """Count the n-grams of a passage and of its context. The same entries as ``occurrences``, without their places."""
    counts: Counter[str] = Counter()
    for words, letters, passage in ((TEXT_WORDS, TEXT_LETTERS, text), (CONTEXT_WORDS, CONTEXT_LETTERS, context)):
        lowered = _lowered(passage)
        found = _WORD.findall(lowered)
        counts.update([words + word for word in found])
        counts.update([f"{words}{one} {other}" for one, other in pairwise(found)])
        for chunk in _CHUNK.findall(lowered):
            padded = f"{BOUNDARY}{chunk}{BOUNDARY}"
            counts.update(
                [letters + padded[start : start + size] for size in LETTERS for start in range(len(padded) - size + 1)]
            )
    return counts


class NgramVocabulary:
    """The n-grams that a model knows, and how rare each is. Holds no state between calls."""

    def __init__(self, document_counts: Mapping[str, int], num_documents: int) -> None:
        """Keep entries in their order.

        Args:
            document_counts: In how many training passages each entry stands.
            num_documents: How many training passages there were.
        """
        self.num_documents = num_documents
        self.document_counts = dict(document_counts)
        self._ids = {entry: place for place, entry in enumerate(self.document_counts)}
        self._entries = tuple(self.document_counts)
        self.has_crossed = any(entry[0] == CROSSED for entry in self._entries)
        """Whether it knows crossed pairs, which are then looked up."""
        self._idf = [1.0 + math.log((1 + num_documents) / (1 + count)) for count in self.document_counts.values()]

    def __len__(self) -> int:
        return len(self._entries)

    def entry(self, ngram_id: int) -> str:
        """Return the group and the letters behind an id."""
        return self._entries[ngram_id]

    def weigh(self, text: str, context: str = "") -> NgramVector:
        """Return the weighted n-grams of a passage seen against ``context``."""
        weights: dict[str, dict[int, float]] = {group: {} for group in GROUPS}
        counts = count_entries(text, context)
        if self.has_crossed and context:
            counts.update(crossed_pairs(text, context))
        for entry, count in counts.items():
            place = self._ids.get(entry)
            if place is not None:
                weights[entry[0]][place] = (1.0 + math.log(count)) * self._idf[place]
        found = sorted(pair for group in weights.values() for pair in _of_length_one(group))
        return NgramVector(
            ids=np.array([place for place, _ in found], dtype=np.int32),
            values=np.array([value for _, value in found], dtype=np.float32),
        )

    def to_bytes(self) -> bytes:
        """Return the file: the same content gives the same bytes."""
        content = {
            "num_documents": self.num_documents,
            "entries": list(self._entries),
            "documents": list(self.document_counts.values()),
        }
        return (json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n").encode()

    @classmethod
    def from_file(cls, path: Path) -> NgramVocabulary:
        """Read the file.

        Raises:
            CheckpointError: It is missing or malformed.
        """
        try:
            content = json.loads(path.read_bytes())
            entries, documents = content["entries"], content["documents"]
            counts = dict(zip(map(str, entries), map(int, documents), strict=True))
            vocabulary = cls(counts, int(content["num_documents"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CheckpointError(f"{path}: not a list of n-grams ({error!r}). Restore the checkpoint.") from error
        if len(vocabulary) != len(entries):
            raise CheckpointError(f"{path}: an n-gram stands in it twice. Restore the checkpoint.")
        return vocabulary

    @property
    def sha256(self) -> str:
        """Hash of the file's bytes."""
        return hashlib.sha256(self.to_bytes()).hexdigest()


def _letters(group: str, chunk: re.Match[str]) -> Iterator[Occurrence]:
    padded, first, last = f"{BOUNDARY}{chunk[0]}{BOUNDARY}", chunk.start(), chunk.end()
    for size in LETTERS:
        for start in range(len(padded) - size + 1):
            # The padding in front moves everything by one; what reaches into it ends where the chunk ends.
            begin, end = max(first + start - 1, first), min(first + start - 1 + size, last)
            yield Occurrence(entry=group + padded[start : start + size], start=begin, end=end)


def _lowered(text: str) -> str:
    """Lower letters one by one, leaving those that would become two: offsets must stay those of the text."""
    return "".join(lower if len(lower := letter.lower()) == 1 else letter for letter in text)


def _of_length_one(group: Mapping[int, float]) -> Sequence[tuple[int, float]]:
    length = math.sqrt(sum(value * value for value in group.values()))
    return [(place, value / length) for place, value in group.items()]
