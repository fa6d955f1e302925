"""How near a passage is to the prototype sentences of each emotion.

A sentence becomes counts of character n-grams (3 in English, 2 in Korean) and of words, weighted by idf over the
prototypes of its language and scaled to length one. The similarity of a passage to an emotion is the largest cosine
with one of the emotion's prototypes. An inverted index visits only the prototypes that share a term.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from redheart_core.vocabulary.language import Language

_GRAM_LENGTH = {Language.ENGLISH: 3, Language.KOREAN: 2}
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Index:
    emotions: tuple[str, ...]
    """Emotion of each prototype."""
    postings: dict[str, tuple[tuple[int, float], ...]]
    """Prototypes that hold a term, each with the term's weight in it."""
    idf: dict[str, float]
    unseen_idf: float
    """Weight of a term that no prototype has: it lengthens the passage's vector and matches nothing."""


def prototype_similarities(text: str, language: Language) -> dict[str, float]:
    """Return the similarity in [0, 1] of ``text`` to every emotion but neutral, in the table's order.

    A mixed passage takes the larger of its English and Korean similarities; a passage in another language is near
    nothing.
    """
    if language is Language.MIXED:
        english = prototype_similarities(text, Language.ENGLISH)
        korean = prototype_similarities(text, Language.KOREAN)
        return {name: max(value, korean[name]) for name, value in english.items()}
    if language is Language.OTHER:
        return dict.fromkeys(_index(Language.ENGLISH).emotions, 0.0)
    index = _index(language)
    cosines = _cosines(text, _GRAM_LENGTH[language], index)
    best = dict.fromkeys(index.emotions, 0.0)
    for emotion, cosine in zip(index.emotions, cosines, strict=True):
        best[emotion] = max(best[emotion], cosine)
    return best


def _cosines(text: str, gram_length: int, index: _Index) -> list[float]:
    dots = [0.0] * len(index.emotions)
    squares = 0.0
    for term, count in Counter(_terms(text, gram_length)).items():
        weight = count * index.idf.get(term, index.unseen_idf)
        squares += weight * weight
        for prototype, prototype_weight in index.postings.get(term, ()):
            dots[prototype] += weight * prototype_weight
    length = math.sqrt(squares) or 1.0
    return [round(min(1.0, dot / length), 6) for dot in dots]


def _terms(text: str, gram_length: int) -> Iterable[str]:
    """Words, marked with a leading ``=``, and the n-grams of each word with a blank on either side."""
    terms: list[str] = []
    for word in _WORD.findall(text.lower()):
        padded = f" {word} "
        terms.append("=" + word)
        terms.extend(padded[i : i + gram_length] for i in range(len(padded) - gram_length + 1))
    return terms


@cache
def _index(language: Language) -> _Index:
    rows = _prototypes(language)
    counts = [Counter(_terms(sentence, _GRAM_LENGTH[language])) for _, sentence in rows]
    frequencies = Counter(term for count in counts for term in count)
    idf = {term: 1.0 + math.log(len(rows) / frequency) for term, frequency in frequencies.items()}
    postings: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    for number, count in enumerate(counts):
        length = math.sqrt(sum((n * idf[term]) ** 2 for term, n in count.items()))
        for term, n in count.items():
            postings[term].append((number, n * idf[term] / length))
    return _Index(
        emotions=tuple(emotion for emotion, _ in rows),
        postings={term: tuple(entries) for term, entries in postings.items()},
        idf=idf,
        unseen_idf=1.0 + math.log(len(rows)),
    )


def _prototypes(language: Language) -> list[tuple[str, str]]:
    source = files("redheart_core.text").joinpath("data/prototypes.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in source.splitlines()[1:]]
    return [(emotion, sentence) for emotion, code, sentence in rows if code == language.value]
