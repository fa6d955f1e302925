"""Finding Korean entries: stems at the beginning of an eojeol, with a check of what follows them.

Classes of a form
    verb, verb-ㅂ, verb-ㄷ, verb-ㅅ   a dictionary form in 다, conjugated; the bare stem needs an ending behind it
    noun                             followed by nothing, a particle, or a verb made from it (하다, 되다, 받다 …)
    word                             followed by nothing
    stem                             followed by anything
    inside                           anywhere inside an eojeol, followed by anything

A blank in a form may be missing in the text (죽고 싶 also finds 죽고싶); a blank in the text must be one in the form.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product

from redheart_core.errors import DataError
from redheart_core.text.entries import GAP, Entry, Match, read_entries
from redheart_core.text.hangul import Irregular, changed_stems
from redheart_core.text.words import HANGUL, Passage

_MAX_GAP = 2
"""Eojeols that a gap may span."""
_PREFIXES = ("너무너무", "너무", "진짜", "정말", "완전", "엄청", "개", "핵", "넘")
"""Strengthening words that people write without a blank before a verb or adjective."""

_NOUN_TAIL = re.compile(
    r"(?:들|님)?(?:이|가|을|를|은|는|과|와|의|에|도|로|으로|만|랑|이랑|하고|까지|부터|조차|마저|뿐|처럼|보다|밖에|대로|이나|나|이란|이라는|라는"
    r"|에게|한테|께|에서|에게서|한테서|께서|에는|에도|에게는|한테는|으로는|로는|으로도|이라도|라도|이야|야|요|이요|때문|쯤|마다|란|이든|든|이며|며|만을|만이|만은|까지도|으로서|로서|에서는|에서도"
    rf")?(?![{HANGUL}])"
    r"|하|해|했|한|할|함|합|되|돼|됐|된|될|됨|됩|받|당|시키|시켜|시킨|시킬|시켰|스럽|스러|스런|적|이다|이고|이며|이라|이면|이었|이에|이지|이네|이죠|예요|이거|인|일|입니|였|같|없|있|느끼|느껴|느꼈"
)
_ENDING = re.compile(
    r"[고지게다는네니냐거기던자더든도나길긴겠습소죠잖군구려며면시세므러을은음으읍어아여었았였질진구라]"
)
_GAP_EOJEOL = re.compile(rf"[{HANGUL}]*\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pattern:
    blanks: frozenset[int]
    """Offsets into the squeezed form at which the text may have a blank."""
    follow: re.Pattern[str] | None
    """What must come right behind."""
    rest: tuple[dict[str, tuple[_Pattern, ...]], ...]
    """What must come after a gap."""
    takes_prefix: bool
    entry: Entry


_Index = dict[str, tuple[_Pattern, ...]]


def find_korean(passage: Passage) -> Iterator[Match]:
    """Yield every Korean entry in the passage, overlaps included."""
    text = passage.text
    index, longest = korean_index()
    for run_start, run_end in passage.hangul:
        for start, prefixed in _starts(text, run_start, run_end):
            for pattern, end in _matches(text, start, index, longest):
                if prefixed and not pattern.takes_prefix:
                    continue
                last = _end_of_rest(text, end, pattern.rest, longest)
                if last is not None:
                    yield Match(entry=pattern.entry, start=start, end=last)
    yield from _find_inside(text)


def _starts(text: str, run_start: int, run_end: int) -> Iterator[tuple[int, bool]]:
    yield run_start, False
    for prefix in _PREFIXES:
        if text.startswith(prefix, run_start, run_end) and run_start + len(prefix) < run_end:
            yield run_start + len(prefix), True
            return


def _matches(text: str, start: int, index: _Index, longest: int) -> Iterator[tuple[_Pattern, int]]:
    """Yield patterns that begin at ``start`` with where they end, trying ever longer spellings."""
    squeezed = ""
    blanks: list[int] = []
    position = start
    while position < len(text) and len(squeezed) < longest:
        if text[position].isspace():
            blanks.append(len(squeezed))
            while position < len(text) and text[position].isspace():
                position += 1
            continue
        squeezed += text[position]
        position += 1
        for pattern in index.get(squeezed, ()):
            if pattern.blanks.issuperset(blanks) and (pattern.follow is None or pattern.follow.match(text, position)):
                yield pattern, position


def _end_of_rest(text: str, end: int, rest: tuple[_Index, ...], longest: int) -> int | None:
    if not rest:
        return end
    position = end
    for _ in range(_MAX_GAP + 1):
        blank = _GAP_EOJEOL.match(text, position)
        if blank is None:
            return None
        position = blank.end()
        for pattern, part_end in _matches(text, position, rest[0], longest):
            del pattern
            last = _end_of_rest(text, part_end, rest[1:], longest)
            if last is not None:
                return last
    return None


def _find_inside(text: str) -> Iterator[Match]:
    pattern, entries = _inside_index()
    for match in pattern.finditer(text):
        for entry in entries[match[1]]:
            yield Match(entry=entry, start=match.start(1), end=match.end(1))


@cache
def korean_index() -> tuple[_Index, int]:
    """Every pattern under its spelling without blanks, and the longest such spelling. Built once per process."""
    index: defaultdict[str, list[_Pattern]] = defaultdict(list)
    for entry in read_entries("ko"):
        if entry.inflects != "inside":
            for spelling, pattern in _patterns(entry):
                index[spelling].append(pattern)
    longest = max(map(len, index))
    return {spelling: tuple(patterns) for spelling, patterns in index.items()}, longest


@cache
def _inside_index() -> tuple[re.Pattern[str], dict[str, tuple[Entry, ...]]]:
    """One expression that finds the longest such form at a place, and the entries that share a form."""
    entries: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in read_entries("ko"):
        if entry.inflects == "inside":
            entries[entry.form].append(entry)
    spellings = sorted(entries, key=lambda form: (-len(form), form))
    expression = "(?=(" + "|".join(map(re.escape, spellings)) + "))"
    return re.compile(expression), {form: tuple(found) for form, found in entries.items()}


def _patterns(entry: Entry) -> Iterator[tuple[str, _Pattern]]:
    """Yield the spellings of the part before the first gap, each with what must follow."""
    first, *others = (part.strip() for part in entry.form.split(GAP))
    rest = tuple(_part_index(part, entry, is_last=place == len(others) - 1) for place, part in enumerate(others))
    for spelling, follow in _spellings(first, entry.inflects if not others else "noun"):
        yield _squeezed(spelling, follow, entry, () if not others else rest)


def _part_index(part: str, entry: Entry, *, is_last: bool) -> _Index:
    index: defaultdict[str, list[_Pattern]] = defaultdict(list)
    for spelling, follow in _spellings(part, entry.inflects if is_last else "stem"):
        squeezed, pattern = _squeezed(spelling, follow, entry, ())
        index[squeezed].append(pattern)
    return {spelling: tuple(patterns) for spelling, patterns in index.items()}


def _squeezed(
    spelling: str, follow: re.Pattern[str] | None, entry: Entry, rest: tuple[_Index, ...]
) -> tuple[str, _Pattern]:
    squeezed = ""
    blanks = set()
    for character in spelling:
        if character == " ":
            blanks.add(len(squeezed))
        else:
            squeezed += character
    takes_prefix = entry.inflects.startswith("verb") and bool(entry.emotions)
    return squeezed, _Pattern(
        blanks=frozenset(blanks), follow=follow, rest=rest, takes_prefix=takes_prefix, entry=entry
    )


def _spellings(part: str, inflects: str) -> Iterator[tuple[str, re.Pattern[str] | None]]:
    """Yield each spelling of one part of a form with the check of what follows it."""
    for words in product(*(word.split("/") for word in part.split())):
        spelling = " ".join(words)
        if inflects.startswith("verb"):
            irregular = Irregular(inflects.removeprefix("verb").removeprefix("-"))
            yield spelling.removesuffix("다"), _ENDING
            head, _, verb = spelling.rpartition(" ")
            for stem in changed_stems(verb, irregular):
                yield f"{head} {stem}".strip(), None
        elif inflects in _FOLLOW:
            yield spelling, _FOLLOW[inflects]
        else:
            raise DataError(
                f"Unknown class “{inflects}” of “{part}”. "
                "Known: verb, verb-ㅂ, verb-ㄷ, verb-ㅅ, noun, word, stem, inside."
            )


_FOLLOW: dict[str, re.Pattern[str] | None] = {
    "noun": _NOUN_TAIL,
    "word": re.compile(rf"(?![{HANGUL}])"),
    "stem": None,
}
