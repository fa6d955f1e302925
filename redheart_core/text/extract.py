"""From a passage to its deterministic features: find cues, settle overlaps, then negation and strength."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from redheart_core.text.entries import Match
from redheart_core.text.features import Cue, CueKind, TextFeatures
from redheart_core.text.intensity import strength_of
from redheart_core.text.language import detect_language
from redheart_core.text.matching_en import find_english
from redheart_core.text.matching_ko import find_korean
from redheart_core.text.modifiers import Modifiers
from redheart_core.text.negation import is_negated
from redheart_core.text.patterns import find_patterns
from redheart_core.text.quantities_en import find_english_quantities
from redheart_core.text.quantities_ko import find_korean_quantities
from redheart_core.text.words import Passage, read_passage
from redheart_core.vocabulary.language import Language


def extract_features(text: str, language: Language | None = None) -> TextFeatures:
    """Return the words and cues of ``text``, which is already in NFKC (see ``clean_passage``).

    Both lexicons read whatever is in their script, so an English word in a Korean sentence counts. A passage in
    another language has words but no cues.

    Args:
        text: The normalised passage. Any string is accepted; none raises.
        language: Known language; detected when absent.
    """
    language = language or detect_language(text)
    passage = read_passage(text)
    cues = () if language is Language.OTHER else _cues(passage)
    return TextFeatures(text=text, language=language, words=passage.words, cues=cues)


def _cues(passage: Passage) -> tuple[Cue, ...]:
    matches = [*find_english(passage), *find_korean(passage)]
    found = [_cue(match) for match in matches if match.entry.kind is not None]
    if passage.has_latin_letters:
        found += find_english_quantities(passage)
    if passage.hangul:
        found += find_korean_quantities(passage)
    found += find_patterns(passage)
    told = _without_idioms(found, [match for match in matches if match.entry.kind is None])
    kept = _without_doubles(_longest_per_kind(told))
    return tuple(sorted(_with_context(kept, passage), key=_order))


def _cue(match: Match) -> Cue:
    entry = match.entry
    assert entry.kind is not None
    return Cue(
        kind=entry.kind,
        entry=entry.name,
        start=match.start,
        end=match.end,
        value=entry.value,
        emotions=entry.emotions,
    )


def _without_idioms(cues: Iterable[Cue], idioms: Sequence[Match]) -> list[Cue]:
    """Drop cues that an idiom explains away, unless the cue is longer than the idiom and contains it."""
    at: defaultdict[int, list[Match]] = defaultdict(list)
    for idiom in idioms:
        for position in range(idiom.start, idiom.end):
            at[position].append(idiom)
    return [
        cue
        for cue in cues
        if not any(
            _explains_away(idiom, cue) for position in range(cue.start, cue.end) for idiom in at.get(position, ())
        )
    ]


def _explains_away(idiom: Match, cue: Cue) -> bool:
    longer = cue.start <= idiom.start and idiom.end <= cue.end and cue.end - cue.start > idiom.end - idiom.start
    return not longer and cue.kind in idiom.entry.suppresses


def _longest_per_kind(cues: Iterable[Cue]) -> list[Cue]:
    """Keep, among overlapping cues of one kind, the longest; of equals the first in text, then in the alphabet."""
    taken: defaultdict[CueKind, set[int]] = defaultdict(set)
    kept = []
    for cue in sorted(cues, key=lambda c: (c.start - c.end, c.start, c.entry)):
        positions = range(cue.start, cue.end)
        if taken[cue.kind].isdisjoint(positions):
            taken[cue.kind].update(positions)
            kept.append(cue)
    return kept


def _without_doubles(cues: Sequence[Cue]) -> list[Cue]:
    """Drop death and harm where the words speak of suicide or self-injury: that is one thing, with its own kind."""
    told = {p for cue in cues if cue.kind is CueKind.SELF_HARM for p in range(cue.start, cue.end)}
    doubled = {CueKind.DEATH, CueKind.HARM}
    return [cue for cue in cues if cue.kind not in doubled or told.isdisjoint(range(cue.start, cue.end))]


def _with_context(cues: Sequence[Cue], passage: Passage) -> Iterable[Cue]:
    ordered = sorted(cues, key=_order)
    negations, intensifiers, contrasts = (
        Modifiers(tuple(cue for cue in ordered if cue.kind is kind))
        for kind in (CueKind.NEGATION, CueKind.INTENSIFIER, CueKind.CONTRAST)
    )
    for cue in ordered:
        negated = is_negated(cue, passage, negations)
        strength = strength_of(cue, passage, intensifiers, contrasts)
        yield replace(cue, negated=negated, strength=strength) if negated or strength != 1.0 else cue


def _order(cue: Cue) -> tuple[int, int, str, str]:
    return cue.start, cue.end, cue.kind.value, cue.entry
