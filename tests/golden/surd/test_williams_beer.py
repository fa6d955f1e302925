"""Two sources against Williams and Beer's decomposition as ``dit`` 2.3 (``PID_WB``) computes it.

``williams_beer.json`` holds its numbers: dit is no dependency of ours.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from redheart_core.explain.surd import decompose

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "williams_beer.json").read_text())["cases"]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_two_sources_equal_the_numbers_of_dit(case: dict[str, Any]) -> None:
    result = decompose(np.array(case["table"]))
    assert result.redundant[1, 2] == pytest.approx(case["redundant"], abs=1e-10)
    assert [result.unique[1,], result.unique[2,]] == pytest.approx(case["unique"], abs=1e-10)
    assert result.synergistic[1, 2] == pytest.approx(case["synergistic"], abs=1e-10)
