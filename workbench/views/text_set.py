"""A set of texts that a person gives, one a line: what can be asked about more than one passage."""

from __future__ import annotations

from redheart_core.data.chunks.source import parse_cases
from redheart_core.errors import InputError
from redheart_core.vocabulary.dilemma import clean_passage
from workbench.copy import say

LEAST_TEXTS = 8
"""Below this a share of texts says nothing: one passage is no population."""
MOST_TEXTS = 200
LONGEST_TEXT = 2_000
"""Characters of one line."""


def read_text_set(typed: str) -> tuple[str, ...]:
    """Return the lines of a set, cleaned; empty lines and repeated ones are left out.

    Raises:
        InputError: There are too few or too many, or a line cannot be read.
    """
    lines = [(number, line) for number, line in enumerate(typed.splitlines(), start=1) if line.strip()]
    texts = tuple(dict.fromkeys(_line(number, line) for number, line in lines[: MOST_TEXTS + 1]))
    if len(texts) < LEAST_TEXTS:
        raise _refusal("too_few_texts", "concepts.set.too_few", count=str(len(texts)), least=str(LEAST_TEXTS))
    if len(lines) > MOST_TEXTS:
        raise _refusal("too_many_texts", "concepts.set.too_many", count=str(len(lines)), most=str(MOST_TEXTS))
    return texts


def lines_of_file(name: str, content: bytes) -> tuple[str, ...]:
    """Return the texts of an uploaded file, each on one line; labels are left out.

    Raises:
        DataError: The file or a row of it cannot be used.
    """
    return tuple(" ".join(case.text.split()) for case in parse_cases(name, content))


def count_texts(typed: str) -> int:
    """Return how many different lines are not empty."""
    return len({line.strip() for line in typed.splitlines() if line.strip()})


def _line(number: int, line: str) -> str:
    names = {name: say("concepts.set.line", name, number=str(number)) for name in ("ko", "en")}
    return clean_passage(line, what_en=names["en"], what_ko=names["ko"], limit=LONGEST_TEXT)


def _refusal(code: str, key: str, **values: str) -> InputError:
    return InputError(code=code, en=say(key, "en", **values), ko=say(key, "ko", **values))
