"""The five parts of ETHICS, each turned to one direction: ``label`` true means the good reading.

``read_x`` takes the data folder, ``read_x_file`` any file in the same published format. Rows of one group belong
together: by their scenario for splits (``Groups.SCENARIO``), or by the blocks of consecutive rows that the official
score counts as one (``Groups.OFFICIAL``: 4 rows, 5 for virtue). Blocks follow the file's own rows, so a skipped row
leaves its block short and moves no other; in the training files rows were taken out, and only scenarios are whole.
"""

from __future__ import annotations

import csv
from dataclasses import replace
from enum import StrEnum
from importlib.resources import files
from itertools import chain, pairwise
from pathlib import Path

from redheart_core.data.directions import compare_ends, require_agreement
from redheart_core.data.fields import RowError, filled, parse_flag
from redheart_core.data.records import csv_records, table_records
from redheart_core.data.rows import Dataset, JudgedRow, PairRow, TraitRow
from redheart_core.data.source import Parsed, checked_dataset, parse_rows, require_file

LICENCE = "MIT"
COMMONSENSE_BLOCK = 32
"""Rows per group: contrasting versions of one sentence stand next to each other in the file."""
BLOCK = 4
VIRTUE_BLOCK = 5
SEPARATOR = "[SEP]"
"""Between conduct and trait."""
_FIRST = 2
"""Number of the first row after the header."""


class Groups(StrEnum):
    """What makes rows belong together."""

    SCENARIO = "scenario"
    OFFICIAL = "official"


def read_utilitarianism(data_dir: Path) -> Dataset[PairRow]:
    """Read pairs of which the first is the more pleasant. Pairs that share a scenario share a group."""
    return read_utilitarianism_file(require_file(data_dir, "ethics/utilitarianism/util_train.csv"))


def read_utilitarianism_file(path: Path, *, keep_equal: bool = False) -> Dataset[PairRow]:
    """Read a CSV without header: more pleasant, less pleasant.

    Args:
        path: The file.
        keep_equal: Keep pairs of equal passages, which teach nothing but count in the official score.
    """
    parsed = parse_rows(path, csv_records(path, columns=2), pair_row)
    rows = tuple(row for row in parsed.rows if keep_equal or row.better != row.worse)
    ends = chain.from_iterable(((row.better, 1.0), (row.worse, 0.0)) for row in rows)
    direction = compare_ends("ethics_utilitarianism", ends)
    return Dataset(
        name="ethics_utilitarianism",
        licence=LICENCE,
        files=(path,),
        rows=rows,
        problems=parsed.problems,
        directions=(direction,) if direction else (),
    )


def read_justice(data_dir: Path) -> Dataset[JudgedRow]:
    """Read claims; true means reasonable. Consecutive variations of one claim share a group."""
    return read_justice_file(require_file(data_dir, "ethics/justice/justice_train.csv"))


def read_justice_file(path: Path, *, groups: Groups = Groups.SCENARIO) -> Dataset[JudgedRow]:
    """Read a CSV with the columns label, scenario; true means reasonable."""

    def parse(number: int, fields: list[str]) -> JudgedRow:
        return justice_row(fields, fields[1] if groups is Groups.SCENARIO else block_of(number, BLOCK))

    records = table_records(path, columns=("label", "scenario"))
    dataset = _judged("ethics_justice", path, parse_rows(path, records, parse))
    if groups is Groups.OFFICIAL:
        return dataset
    named = zip(dataset.rows, _runs([row.group for row in dataset.rows]), strict=True)
    return replace(dataset, rows=tuple(replace(row, group=group) for row, group in named))


def read_deontology(data_dir: Path) -> Dataset[JudgedRow]:
    """Read excuses (text) for a request or a role (context); true means reasonable."""
    return read_deontology_file(require_file(data_dir, "ethics/deontology/deontology_train.csv"))


def read_deontology_file(path: Path, *, groups: Groups = Groups.SCENARIO) -> Dataset[JudgedRow]:
    """Read a CSV with the columns label, scenario, excuse; true means reasonable."""

    def parse(number: int, fields: list[str]) -> JudgedRow:
        return deontology_row(fields, fields[1].strip() if groups is Groups.SCENARIO else block_of(number, BLOCK))

    records = table_records(path, columns=("label", "scenario", "excuse"))
    return _judged("ethics_deontology", path, parse_rows(path, records, parse))


def read_traits(data_dir: Path) -> Dataset[TraitRow]:
    """Read conduct with trait words, all rows; true means that the conduct shows the trait."""
    return read_traits_file(require_file(data_dir, "ethics/virtue/virtue_train.csv"))


def read_traits_file(path: Path, *, groups: Groups = Groups.SCENARIO) -> Dataset[TraitRow]:
    """Read a CSV with the columns label and scenario, the latter as ``scenario [SEP] trait``: the official task."""

    def parse(number: int, fields: list[str]) -> TraitRow:
        row = trait_row(fields, block_of(number, VIRTUE_BLOCK))
        return row if groups is Groups.OFFICIAL else replace(row, group=row.scenario)

    parsed = parse_rows(path, table_records(path, columns=("label", "scenario")), parse)
    require_agreement("ethics_virtue", (not row.label for row in parsed.rows))  # of five traits at most one is shown
    labels = (row.label for row in parsed.rows)
    return checked_dataset("ethics_virtue_traits", LICENCE, path, parsed, labels=labels)


def read_virtue(data_dir: Path) -> Dataset[JudgedRow]:
    """Read conduct that shows a trait; true means that the trait is a virtue, false that it is a vice.

    The data set pairs conduct with traits it does or does not show. Only shown traits are used, and only those
    in ``trait_polarity.tsv``, so that the label speaks about the conduct and not about the trait word.
    """
    return read_virtue_file(require_file(data_dir, "ethics/virtue/virtue_train.csv"))


def read_virtue_file(path: Path) -> Dataset[JudgedRow]:
    """Read the shown traits of a file for ``read_traits_file`` as virtues and vices; see ``read_virtue``."""
    polarity = load_trait_polarity()
    traits = read_traits_file(path)
    shown = tuple(
        JudgedRow(text=row.scenario, context="", label=polarity[row.trait.lower()], group=row.group)
        for row in traits
        if row.label and row.trait.lower() in polarity
    )
    return _judged("ethics_virtue", path, Parsed(rows=shown, problems=traits.problems))


def read_commonsense(data_dir: Path) -> Dataset[JudgedRow]:
    """Read accounts of conduct; true means acceptable (the file says 1 for wrong)."""
    return read_commonsense_file(require_file(data_dir, "ethics/commonsense/cm_test.csv"))


def read_commonsense_file(path: Path) -> Dataset[JudgedRow]:
    """Read a CSV with the columns label and input; true means acceptable (the file says 1 for wrong)."""

    def parse(number: int, fields: list[str]) -> JudgedRow:
        return commonsense_row(fields, block_of(number, COMMONSENSE_BLOCK))

    records = table_records(path, columns=("label", "input"))
    return _judged("ethics_commonsense", path, parse_rows(path, records, parse))


def load_trait_polarity() -> dict[str, bool]:
    """Return for each trait of ``trait_polarity.tsv`` whether it is a virtue."""
    source = files("redheart_core.data").joinpath("trait_polarity.tsv").read_text(encoding="utf-8")
    table = csv.DictReader(source.splitlines(), delimiter="\t")
    return {row["trait"]: row["polarity"] == "virtue" for row in table}


def justice_row(fields: list[str], group: str) -> JudgedRow:
    """Parse label, scenario.

    Raises:
        RowError: There is no text, or the label is neither 0 nor 1.
    """
    label, text = fields
    return JudgedRow(text=filled(text).strip(), context="", label=parse_flag(label), group=group)


def deontology_row(fields: list[str], group: str) -> JudgedRow:
    """Parse label, scenario, excuse. See ``justice_row``."""
    label, scenario, excuse = fields
    context = filled(scenario).strip()
    return JudgedRow(text=filled(excuse).strip(), context=context, label=parse_flag(label), group=group)


def trait_row(fields: list[str], group: str) -> TraitRow:
    """Parse label, scenario with trait. See ``justice_row``; a missing ``[SEP]`` is a ``RowError`` too."""
    label, field = fields
    scenario, separator, trait = field.partition(SEPARATOR)
    if not separator:
        raise RowError("has no [SEP] between scenario and trait")
    return TraitRow(
        scenario=filled(scenario).strip(), trait=filled(trait).strip(), label=parse_flag(label), group=group
    )


def commonsense_row(fields: list[str], group: str) -> JudgedRow:
    """Parse label, input; true means acceptable, where the file says 0. See ``justice_row``."""
    label, text = fields
    return JudgedRow(text=filled(text).strip(), context="", label=not parse_flag(label), group=group)


def pair_row(_: int, fields: list[str]) -> PairRow:
    """Parse more pleasant, less pleasant.

    Raises:
        RowError: There is no text.
    """
    better, worse = (filled(field) for field in fields)
    return PairRow(better=better.strip(), worse=worse.strip(), group=_opening(better, worse))


def block_of(number: int, size: int) -> str:
    """Name the block of ``size`` consecutive rows that the row ``number`` of a file with a header belongs to."""
    return f"block-{(number - _FIRST) // size}"


def _judged(name: str, path: Path, parsed: Parsed[JudgedRow]) -> Dataset[JudgedRow]:
    direction = compare_ends(name, ((row.text, row.label) for row in parsed.rows))
    labels = (row.label for row in parsed.rows)
    return checked_dataset(name, LICENCE, path, parsed, labels=labels, directions=(direction,))


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
