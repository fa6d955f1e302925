"""Scruples: accounts of conflicts with a community's votes. For research only: no shipped weights may learn from them.

204 of the 1,776 long items of ETHICS commonsense are posts of this set, so no score on those may be reported after
training on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from redheart_core.data.fields import JsonObject, RowError, texts
from redheart_core.data.licences import RESEARCH_ONLY
from redheart_core.data.records import jsonl_records
from redheart_core.data.rows import AnecdoteRow, Dataset
from redheart_core.data.source import checked_dataset, parse_rows, require_file

VOTES = ("AUTHOR", "OTHER", "EVERYBODY", "NOBODY", "INFO")


def read_scruples(data_dir: Path) -> Dataset[AnecdoteRow]:
    """Read the anecdotes; ``require_shippable`` refuses the result."""
    return read_scruples_file(require_file(data_dir, "scruples_research_only/anecdotes_train.jsonl.gz"))


def read_scruples_file(path: Path) -> Dataset[AnecdoteRow]:
    """Read JSON lines, packed with gzip or not, with id, title, text, votes and binarized (RIGHT, WRONG)."""
    parsed = parse_rows(path, jsonl_records(path), _anecdote)
    labels = (row.author_wrong for row in parsed.rows)
    return checked_dataset("scruples", RESEARCH_ONLY, path, parsed, labels=labels)


def _anecdote(_: int, row: JsonObject) -> AnecdoteRow:
    identity, title, text = texts(row, "id", "title", "text")
    votes = _votes(row.get("votes"))
    wrong = votes["AUTHOR"] + votes["EVERYBODY"] > votes["OTHER"] + votes["NOBODY"]
    if row.get("binarized") != ("WRONG" if wrong else "RIGHT"):
        raise RowError(f"says {row.get('binarized')!r}, which its votes contradict")
    return AnecdoteRow(title=title.strip(), text=text.strip(), votes=votes, author_wrong=wrong, group=identity)


def _votes(value: object) -> Mapping[str, int]:
    counts = {name: value.get(name) for name in VOTES} if isinstance(value, Mapping) else {}
    votes = {name: count for name, count in counts.items() if isinstance(count, int) and count >= 0}
    if len(votes) < len(VOTES):
        raise RowError(f"does not have a count under each of {', '.join(VOTES)}")
    return votes
