"""A population in a file, the one that ships, and tables of one's own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from redheart_core.errors import DataError, InputError
from redheart_core.explain.surd.columns import without_missing
from redheart_core.explain.surd.populations import Question, answer, answer_content
from redheart_core.explain.surd.populations.stored import load_population, save_population, shipped_path
from redheart_core.explain.surd.populations.table import MAX_COLUMNS, table_population
from redheart_core.explain.surd.report import ReportSettings

QUICK = ReportSettings(num_bootstrap=20, num_surrogates=19)


def test_a_stored_population_gives_the_same_answer(tmp_path: Path) -> None:
    rows = [f"{k % 3},{'ab'[k % 2]},{(k % 3) * (k % 2)},{k // 2}" for k in range(60)]
    content = "\n".join(["x,y,t,who", *rows]).encode()
    population = table_population(content, file_name="mine.csv", units="who")
    save_population(tmp_path / "deep" / "mine.npz", population)
    again = load_population(tmp_path / "deep" / "mine.npz")
    question = Question(target="t", sources=("x", "y"))
    first, second = (answer_content(one, answer(one, question, settings=QUICK)) for one in (population, again))
    assert first == second
    assert first["population"]["num_units"] == 30
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["mine.npz"]


@pytest.mark.parametrize("content", [b"", b"not an archive", b"PK\x03\x04broken"])
def test_what_is_no_stored_population_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.npz"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"bad\.npz is not a stored population"):
        load_population(path)


def test_an_archive_of_other_arrays_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "other.npz", values=np.arange(3))
    with pytest.raises(DataError, match="not a stored population"):
        load_population(tmp_path / "other.npz")
    with pytest.raises(DataError, match="There is no stored population"):
        load_population(tmp_path / "none.npz")


def test_the_population_that_ships_is_of_a_thousand_dilemmas_and_holds_no_text() -> None:
    population = load_population(shipped_path())
    assert population.num_units == 999
    assert population.provenance.num_cases == 1_998
    assert population.provenance.licence == "MIT"
    assert all(column.values.dtype.kind == "f" for column in population.columns.values())
    assert population.suggestions


def test_units_leave_the_components_and_order_is_said() -> None:
    population = table_population(b"a,t,who\n1,2,p\n2,3,p\n3,4,q\n", file_name="m.csv", units="who", is_ordered=True)
    assert list(population.columns) == ["a", "t"]
    assert population.num_units == 2
    assert population.is_ordered
    with pytest.raises(InputError, match="has no column when"):
        table_population(b"a,t\n1,2\n2,3\n", file_name="m.csv", units="when")


def test_a_table_that_is_too_wide_is_refused_with_the_limit() -> None:
    names = ",".join(f"c{k}" for k in range(MAX_COLUMNS + 1))
    row = ",".join("1" for _ in range(MAX_COLUMNS + 1))
    with pytest.raises(InputError, match=r"2 rows and 201 columns; at most 200,000 and 200"):
        table_population(f"{names}\n{row}\n{row}\n".encode(), file_name="wide.csv")


def test_rows_that_lack_a_needed_value_are_left_out() -> None:
    columns = {"a": np.array([1.0, np.nan, 3.0]), "b": np.array(["x", "y", ""]), "c": np.array([np.inf, 1.0, 1.0])}
    kept = without_missing(columns, ("a", "b"))
    assert kept["a"].tolist() == [1.0]
    assert kept["c"].tolist() == [np.inf]
