"""The five parts of ETHICS, each turned to one direction: ``label`` true means the good reading."""

from __future__ import annotations

import csv
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

from redheart_core.data.rows import Dataset, JudgedRow, PairRow
from redheart_core.data.source import bad_row, parse_flag, read_csv, require_file, require_varied

LICENCE = "MIT"
COMMONSENSE_BLOCK = 32
"""Rows per group: contrasting versions of one sentence stand next to each other in the file."""


def read_utilitarianism(data_dir: Path) -> Dataset[PairRow]:
    """Read pairs of which the first is the more pleasant. Pairs that share a scenario share a group."""
    path = require_file(data_dir, "ethics/utilitarianism/util_train.csv")
    table = read_csv(path, columns=2)
    rows = tuple(
        PairRow(better=better.strip(), worse=worse.strip(), group=_opening(better, worse))
        for better, worse in table
        if better.strip() != worse.strip()
    )
    return Dataset(name="ethics_utilitarianism", licence=LICENCE, files=(path,), rows=rows)


def read_justice(data_dir: Path) -> Dataset[JudgedRow]:
    """Read claims; true means reasonable. Consecutive variations of one claim share a group."""
    path = require_file(data_dir, "ethics/justice/justice_train.csv")
    table = _labelled(path, columns=2)
    groups = _runs([text for _, (_, text) in table])
    rows = tuple(
        JudgedRow(text=text.strip(), context="", label=parse_flag(path, number, label), group=group)
        for (number, (label, text)), group in zip(table, groups, strict=True)
    )
    return _judged("ethics_justice", path, rows)


def read_deontology(data_dir: Path) -> Dataset[JudgedRow]:
    """Read excuses (text) for a request or a role (context); true means reasonable."""
    path = require_file(data_dir, "ethics/deontology/deontology_train.csv")
    rows = tuple(
        JudgedRow(
            text=excuse.strip(),
            context=scenario.strip(),
            label=parse_flag(path, number, label),
            group=scenario.strip(),
        )
        for number, (label, scenario, excuse) in _labelled(path, columns=3)
    )
    return _judged("ethics_deontology", path, rows)


def read_virtue(data_dir: Path) -> Dataset[JudgedRow]:
    """Read conduct that shows a trait; true means that the trait is a virtue, false that it is a vice.

    The data set pairs conduct with traits it does or does not show. Only shown traits are used, and only those
    in ``trait_polarity.tsv``, so that the label speaks about the conduct and not about the trait word.
    """
    path = require_file(data_dir, "ethics/virtue/virtue_train.csv")
    polarity = load_trait_polarity()
    shown: list[JudgedRow] = []
    for number, (label, field) in _labelled(path, columns=2):
        scenario, separator, trait = field.partition(" [SEP] ")
        if not separator:
            raise bad_row(path, number, "has no [SEP] between scenario and trait")
        virtue = polarity.get(trait.strip().lower())
        if parse_flag(path, number, label) and virtue is not None:
            text = scenario.strip()
            shown.append(JudgedRow(text=text, context="", label=virtue, group=text))
    return _judged("ethics_virtue", path, tuple(shown))


def read_commonsense(data_dir: Path) -> Dataset[JudgedRow]:
    """Read accounts of conduct; true means acceptable (the file says 1 for wrong)."""
    path = require_file(data_dir, "ethics/commonsense/cm_test.csv")
    rows = tuple(
        JudgedRow(
            text=text.strip(),
            context="",
            label=not parse_flag(path, number, label),
            group=f"block-{(number - 2) // COMMONSENSE_BLOCK}",
        )
        for number, (label, text, _, _) in _labelled(path, columns=4)
    )
    return _judged("ethics_commonsense", path, rows)


def load_trait_polarity() -> dict[str, bool]:
    """Return for each trait of ``trait_polarity.tsv`` whether it is a virtue."""
    source = files("redheart_core.data").joinpath("trait_polarity.tsv").read_text(encoding="utf-8")
    table = csv.DictReader(source.splitlines(), delimiter="\t")
    return {row["trait"]: row["polarity"] == "virtue" for row in table}


def _labelled(path: Path, *, columns: int) -> list[tuple[int, list[str]]]:
    return list(enumerate(read_csv(path, columns=columns)[1:], start=2))


def _judged(name: str, path: Path, rows: tuple[JudgedRow, ...]) -> Dataset[JudgedRow]:
    require_varied(name, (row.label for row in rows))
    return Dataset(name=name, licence=LICENCE, files=(path,), rows=rows)


def _opening(better: str, worse: str) -> str:
    """Name a pair by the words that open both of its passages, so that reworded scenarios meet in one group."""
    shared = _shared_words(better, worse)
    return " ".join(better.lower().split()[: max(shared, 4)])


def _runs(texts: list[str]) -> list[str]:
    """Name consecutive texts that open with the same five words by the first of them."""
    names = [texts[0]] if texts else []
    for before, text in pairwise(texts):
        names.append(names[-1] if _shared_words(before, text) >= 5 else text)
    return names


def _shared_words(first: str, second: str) -> int:
    count = 0
    for one, other in zip(first.lower().split(), second.lower().split(), strict=False):
        if one != other:
            break
        count += 1
    return count
