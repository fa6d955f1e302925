"""A table of one's own as a population: every row a case, every column a component."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from redheart_core.errors import InputError
from redheart_core.explain.surd.columns import parse_table
from redheart_core.explain.surd.populations.population import Column, Population, Provenance
from redheart_core.vocabulary.wording import Wording

MAX_ROWS, MAX_COLUMNS = 200_000, 200
"""Larger tables are for the command line."""
MAX_NAME = 200
"""Characters of a column's name."""


def table_population(
    content: bytes, *, file_name: str, units: str | None = None, is_ordered: bool = False
) -> Population:
    """Read a CSV file with a header as a population.

    Args:
        content: The file, in UTF-8.
        file_name: For messages and the description.
        units: Column that names the independent unit of each row; None when each row is one.
        is_ordered: Whether the rows follow each other in time.

    Raises:
        InputError: The file cannot be read, is too large, or ``units`` is not one of its columns.
    """
    columns = parse_table(content, what=file_name)
    _check_header(list(columns), file_name)
    num_rows = len(next(iter(columns.values())))
    if num_rows > MAX_ROWS or len(columns) > MAX_COLUMNS:
        raise _too_large(file_name, num_rows, len(columns))
    if num_rows < 2:
        raise _too_few(file_name, num_rows)
    population = Population(
        name="table",
        description=Wording(ko=f"{file_name} 파일의 행 {num_rows:,}개.", en=f"the {num_rows:,} rows of {file_name}."),
        columns={
            name: Column(name=name, values=values, display=Wording(ko=name, en=name))
            for name, values in columns.items()
        },
        units=None,
        unit_name=Wording(ko="행", en="row"),
        definitions=(),
        provenance=Provenance(dataset=file_name, sha256=hashlib.sha256(content).hexdigest(), num_cases=num_rows),
        suggestions=(),
        is_ordered=is_ordered,
    )
    return population if units is None else _in_units(population, units)


def _in_units(population: Population, units: str) -> Population:
    """Return the population with the column of units taken out of its components."""
    population.require(units)
    kept = {name: column for name, column in population.columns.items() if name != units}
    return replace(
        population,
        columns=kept,
        units=population.columns[units].values,
        unit_name=Wording(ko=f"{units} 열의 값", en=f"value of {units}"),
    )


def _check_header(names: Sequence[str], file_name: str) -> None:
    bad = [place for place, name in enumerate(names, start=1) if not name or len(name) > MAX_NAME]
    if bad or not names:
        raise InputError(
            code="surd_header",
            en=f"{file_name} has {len(names)} columns; column {bad[0] if bad else 1} has no usable name. The first "
            f"line must name every column, in at most {MAX_NAME} characters.",
            ko=f"{file_name} 파일의 열은 {len(names)}개인데 {bad[0] if bad else 1}번째 열에 쓸 수 있는 이름이 없어요. "
            f"첫 줄에 모든 열의 이름을 {MAX_NAME}자 안으로 적어 주세요.",
        )


def _too_large(file_name: str, num_rows: int, num_columns: int) -> InputError:
    return InputError(
        code="surd_table_size",
        en=f"{file_name} has {num_rows:,} rows and {num_columns} columns; at most {MAX_ROWS:,} and {MAX_COLUMNS} can "
        "be read here. Leave some out, or use the command redheart surd.",
        ko=f"{file_name} 파일은 {num_rows:,}행 {num_columns}열이에요. 여기서는 {MAX_ROWS:,}행 {MAX_COLUMNS}열까지 "
        "읽어요. 줄이거나 redheart surd 명령을 써 주세요.",
    )


def _too_few(file_name: str, num_rows: int) -> InputError:
    return InputError(
        code="surd_too_few",
        en=f"{file_name} has {num_rows} rows below its header. A decomposition describes many cases, never one. "
        "Give at least 2.",
        ko=f"{file_name} 파일에는 머리글 아래 행이 {num_rows}개예요. 정보 분해는 한 사례가 아니라 여러 사례를 "
        "설명해요. 적어도 2개를 주세요.",
    )
