"""Numbers in sentences, and tables for download."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.views import numbers
from workbench.views.figure import Table


def test_numbers_have_two_digits_and_a_true_minus() -> None:
    assert numbers.score(0.6249) == "0.62"
    assert numbers.score(-0.5) == "−0.50"
    assert numbers.score(0.001) == "<0.01"
    assert numbers.score(0.0) == "0.00"
    assert numbers.interval(0.62, 0.55, 0.7) == "0.62 (0.55–0.70)"
    assert numbers.percent(0.3) == "30%"
    assert numbers.count(12_345) == "12,345"


def test_differences_carry_their_sign_and_zero_has_none() -> None:
    assert numbers.signed(0.034) == "+0.03"
    assert numbers.signed(-0.034) == "−0.03"
    assert numbers.signed(-0.001) == "0.00"


def test_a_ragged_table_is_refused() -> None:
    with pytest.raises(ValueError, match="do not fit its 2 columns"):
        Table(name="t", columns=("a", "b"), rows=((1,),))


@given(st.text())
def test_no_cell_of_a_csv_starts_a_formula(text: str) -> None:
    written = Table(name="t", columns=("a",), rows=((text,),)).to_csv()
    (_, *rows) = list(csv.reader(io.StringIO(written, newline="")))
    cells = [cell for row in rows for cell in row]
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells[:1])


@given(st.text(), st.floats(allow_nan=False, allow_infinity=False))
def test_json_keeps_every_cell(text: str, value: float) -> None:
    table = Table(name="t", columns=("a", "b"), rows=((text, value),))
    assert json.loads(table.to_json()) == [{"a": text, "b": value}]
