"""``redheart surd`` as a person would call it, and the tables it reads."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from redheart_core.cli import main
from redheart_core.errors import InputError
from redheart_core.explain.surd.columns import read_columns


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["surd", *arguments])


@pytest.fixture
def table(tmp_path: Path) -> str:
    rng = np.random.default_rng(0)
    a, b, c = rng.normal(size=(3, 3000))
    path = tmp_path / "table.csv"
    rows = [f"{t},{x},{y},{z},{k // 3}" for k, (t, x, y, z) in enumerate(zip(a + b * c, a, b, c, strict=True))]
    path.write_text("\n".join(["T,A,B,C,unit", *rows]), encoding="utf-8")
    return str(path)


def test_the_documented_call_prints_json(table: str) -> None:
    result = run("--csv", table, "--target", "T", "--sources", "A", "B", "C", "--bins", "4", "--json")
    assert result.exit_code == 0
    content = json.loads(result.stdout)
    assert [source["name"] for source in content["sampling"]["sources"]] == ["A", "B", "C"]
    assert content["unique"]["1"] > 0.3
    assert content["synergistic"]["1,2,3"] > 0.3
    assert content["sampling"]["target"]["masses"] == [750, 750, 750, 750]


def test_sources_may_also_be_repeated(table: str) -> None:
    listed = run("--csv", table, "--target", "T", "--sources", "A", "B", "--json")
    repeated = run("--sources", "A", "--csv", table, "--sources", "B", "--target", "T", "--json")
    assert listed.stdout == repeated.stdout


def test_a_person_reads_sentences_and_the_caution(table: str) -> None:
    english = run("--csv", table, "--target", "T", "--sources", "A", "B", "C", "--lang", "en").stdout
    assert "only together from: A + B + C" in english
    assert "not a cause" in english
    korean = run("--csv", table, "--target", "T", "--sources", "A", "B", "C", "--lang", "ko").stdout
    assert "함께 보아야 아는 정보: A + B + C" in korean
    assert "원인은 아니에요" in korean


def test_synergy_and_leak_are_hidden_when_samples_are_too_few(table: str) -> None:
    shown = run("--csv", table, "--target", "T", "--sources", "A", "B", "C", "--bins", "12", "--lang", "en").stdout
    assert "only together" not in shown.split("Information in this population")[0]
    assert "leak –" in shown
    assert "cannot be trusted" in shown


def test_statistics_are_added_on_request_and_repeat(table: str) -> None:
    call = ("--csv", table, "--target", "T", "--sources", "A", "B", "--statistics", "--units", "unit", "--bins", "3")
    first, second = run(*call, "--json"), run(*call, "--json")
    assert first.stdout == second.stdout
    assert json.loads(first.stdout)["statistics"]["num_surrogates"] == 999
    assert json.loads(first.stdout)["sampling"]["num_units"] == 1000
    assert "90% interval of the total" in run(*call, "--lang", "en").stdout


def test_lags_and_the_number_of_random_populations_can_be_set(table: str) -> None:
    call = ("--csv", table, "--target", "T", "--sources", "A", "B", "--bins", "3", "--json")
    lagged = json.loads(
        run(*call, "--lags", "2", "0", "--statistics", "--bootstrap", "50", "--surrogates", "99").stdout
    )
    assert lagged["sampling"]["lags"] == [2, 0]
    assert lagged["sampling"]["num_samples"] == 2998
    assert lagged["statistics"]["num_bootstrap"] == 50
    assert lagged["statistics"]["num_surrogates"] == 99


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (("--target", "T", "--sources", "Z"), "surd_missing_column"),
        (("--target", "T", "--sources", "T"), "surd_repeated_variable"),
        (("--target", "T", "--sources", "A", "--bins", "1"), "surd_bins"),
        (("--target", "T", "--sources", "A", "--max-order", "2"), "surd_order"),
        (("--target", "T", "--sources", "A", "--method", "log"), "surd_method"),
        (("--target", "T", "--sources", "A", "--lags", "1", "2"), "surd_lags"),
        (("--target", "T", "--sources", "A", "--categorical", "Q"), "surd_unknown_variable"),
    ],
)
def test_bad_input_exits_with_two_and_a_code(table: str, more: tuple[str, ...], code: str) -> None:
    result = run("--csv", table, *more, "--json")
    assert result.exit_code == 2
    assert json.loads(result.stderr)["error"]["code"] == code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"T,A\n1,2\n", "surd_too_few"),
        (b"T,A\n", "surd_too_few"),
        (b"", "surd_missing_column"),
        (b"T,A\n1,2\n1,3\n", "surd_constant_target"),
        (b"T,A\n1,2\n2,\n", "surd_missing_values"),
        (b"T,A\nnan,2\n2,1\n", "surd_missing_values"),
        (b"T,A\n1,2,3\n", "surd_ragged"),
        (b"T,A\n\xff,2\n", "surd_csv"),
    ],
)
def test_bad_files_exit_with_two_and_a_code(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    result = run("--csv", str(path), "--target", "T", "--sources", "A", "--json")
    assert result.exit_code == 2
    assert json.loads(result.stderr)["error"]["code"] == code


def test_a_missing_file_is_said_in_korean(tmp_path: Path) -> None:
    result = run("--csv", str(tmp_path / "none.csv"), "--target", "T", "--sources", "A", "--lang", "ko")
    assert result.exit_code == 2
    assert "읽을 수 없어요" in result.stderr


def test_columns_are_numbers_only_if_every_filled_cell_is_one(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("\ufeffnumber,text,gap\n1.5,a,1\n2,3,\n", encoding="utf-8")
    columns = read_columns(path, ["gap", "number", "text"])
    assert list(columns) == ["gap", "number", "text"]
    assert columns["number"].tolist() == [1.5, 2.0]
    assert columns["text"].tolist() == ["a", "3"]
    assert np.isnan(columns["gap"][1])
    with pytest.raises(InputError, match=r"no column size\. Its columns are: number, text, gap"):
        read_columns(path, ["size"])
