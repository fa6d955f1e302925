"""Making ``data/english_words.txt``, the words by which English is told from other languages in Latin letters.

    python -c "from pathlib import Path; from redheart_core.text.word_list import *; \
write_word_list(Path('../shared/data'), Path('redheart_core/text/data/english_words.txt'))"

Frequencies come from the English data sets named in ``SOURCES``. The same files give the same list.
"""

from __future__ import annotations

import re
from collections import Counter
from importlib.resources import files
from pathlib import Path

from redheart_core.errors import DataError

SOURCES = (
    "goemotions_en/train.tsv",
    "ethics/commonsense/cm_test.csv",
    "ethics/deontology/deontology_train.csv",
    "ethics/justice/justice_train.csv",
    "ethics/utilitarianism/util_train.csv",
    "ethics/virtue/virtue_train.csv",
    "moral_stories/full_stories_dev.jsonl",
    "moral_stories/norm_actions_train.jsonl",
    "event2mind/train.csv",
    "daily_dilemmas/dilemma.csv",
)
"""Files below the data folder that are counted."""

NUM_WORDS = 8_000

_WORD = re.compile(r"(?<![^\W_])[A-Za-z]+(?:'[A-Za-z]+)?(?![^\W_])")


def write_word_list(data_dir: Path, target: Path) -> int:
    """Write the most frequent words, one a line, in alphabetical order, and return how many.

    Raises:
        DataError: A source is missing.
    """
    words = frequent_words(count_words(data_dir))
    target.write_text("\n".join(words) + "\n", encoding="utf-8")
    return len(words)


def count_words(data_dir: Path) -> Counter[str]:
    """Count lower-cased words in every source.

    Raises:
        DataError: A source is missing.
    """
    counts: Counter[str] = Counter()
    for source in SOURCES:
        path = data_dir / source
        if not path.is_file():
            raise DataError(f"The word list needs {path}, which is not there. Check the data folder.")
        text = path.read_text(encoding="utf-8").replace("’", "'")
        counts.update(word.lower() for word in _WORD.findall(text))
    return counts


def frequent_words(counts: Counter[str], num_words: int = NUM_WORDS) -> list[str]:
    """Return the ``num_words`` most frequent words in alphabetical order; ties go to the alphabetically first."""
    foreign = _foreign_words()
    kept = [word for word in counts if word not in foreign and (len(word) > 1 or word in {"a", "i"})]
    kept.sort(key=lambda word: (-counts[word], word))
    return sorted(kept[:num_words])


def _foreign_words() -> frozenset[str]:
    """Frequent words of other languages, which reach the sources through names and quotations."""
    source = files("redheart_core.text").joinpath("data/foreign_words.txt").read_text(encoding="utf-8")
    return frozenset(source.split())
