"""The decomposition against reference numbers computed with 80-bit loops and no pseudo-counts.

Tolerances are those of the cases: 1e-10 bit for tables, 1e-9 for series.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from redheart_core.explain.surd import SurdResult, decompose, from_samples
from redheart_core.explain.surd.bias import independence_bias, miller_madow
from redheart_core.explain.surd.measure import measure_table
from redheart_core.explain.surd.sets import source_sets

HERE = Path(__file__).parent
CASES: list[dict[str, Any]] = json.loads((HERE / "cases.json").read_text())["cases"]
STATISTICS: list[dict[str, Any]] = json.loads((HERE / "stats_cases.json").read_text())["cases"]
ARRAYS = dict(np.load(HERE / "arrays.npz"))
TABLES = dict(np.load(HERE / "stats_arrays.npz"))


def named(terms: dict[tuple[int, ...], float]) -> dict[str, float]:
    return {",".join(map(str, key)): value for key, value in terms.items()}


def solve(case: dict[str, Any]) -> SurdResult:
    if case["kind"] == "pmf":
        return decompose(ARRAYS[case["array"]], max_order=case["max_order"])
    signals: NDArray[np.float64] = ARRAYS[case["array"]].astype(float)
    rows, lags = zip(*case["source_rows_lags"], strict=True)
    trimmed = signals[:, case["trim"] - max(lags) :]
    return from_samples(
        trimmed[case["target_row"]],
        [trimmed[row] for row in rows],
        bins=case["nbins"],
        method="uniform",
        lags=lags,
        max_order=case["max_order"],
    )


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_every_term_equals_the_reference(case: dict[str, Any]) -> None:
    result, expected, tolerance = solve(case), case["expected"], case["tol"]
    for terms, name in ((result.redundant, "I_R"), (result.unique, "I_U"), (result.synergistic, "I_S")):
        found = named(dict(terms))
        for key in {*found, *expected[name]}:
            assert found.get(key, 0.0) == pytest.approx(expected[name].get(key, 0.0), abs=tolerance), (name, key)
    mutual = named(dict(result.mutual_information))
    assert mutual.keys() == expected["MI"].keys()
    assert all(mutual[key] == pytest.approx(value, abs=tolerance) for key, value in expected["MI"].items())
    assert result.total == pytest.approx(expected["total"], abs=tolerance)
    assert result.target_entropy == pytest.approx(expected["H"], abs=tolerance)
    assert result.leak == (None if expected["info_leak"] is None else pytest.approx(expected["info_leak"], abs=1e-9))


@pytest.mark.parametrize("case", [case for case in CASES if case["kind"] == "pmf"], ids=lambda case: case["id"])
def test_exactly_the_known_ties_are_reported(case: dict[str, Any]) -> None:
    reported = [[",".join(map(str, key)) for key in tie.keys] for tie in solve(case).ties]
    assert reported == case["tie_groups"]


@pytest.mark.parametrize("case", STATISTICS, ids=[case["id"] for case in STATISTICS])
def test_miller_madow_and_the_bias_estimate_equal_the_reference(case: dict[str, Any]) -> None:
    counts = TABLES[case["id"]]
    sets = source_sets(counts.ndim - 1, None)
    measured = measure_table(counts, sets)
    corrected, bias = miller_madow(measured, case["n"]), independence_bias(measured, case["n"])
    for index, key in enumerate(sets.keys):
        expected = case["expected"][",".join(map(str, key))]
        assert measured.mutual_information_S[index] == pytest.approx(expected["I_plugin"], abs=1e-10)
        assert corrected[index] == pytest.approx(expected["I_miller_madow"], abs=1e-10)
        assert bias[index] == pytest.approx(expected["bias_if_independent"], abs=1e-10)
        assert measured.occupied_S[index] == expected["occupied"]["A"]
        assert measured.joint_ST[index].sum() == expected["occupied"]["TA"]
