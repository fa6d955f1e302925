"""Same input, same checkpoint, same bytes: over real dilemmas and three processes; and every trace verifies."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from redheart_core import load_model, verify_trace
from tests.dilemmas import ROOT, real_dilemmas

NUM_PROCESSES = 3
SIZES = (25, pytest.param(200, marks=pytest.mark.slow))
"""How many dilemmas: some in every run of the tests, all of them with the slow ones."""


@pytest.mark.parametrize("count", SIZES)
def test_three_processes_give_the_same_bytes(count: int) -> None:
    assert len(real_dilemmas(count)) == count
    command = [sys.executable, "-m", "tests.golden.hash_dilemmas", str(count)]
    # One thread each: three processes with a thread per core would spend their time waiting for one another.
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    running = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=environment)
        for _ in range(NUM_PROCESSES)
    ]
    outputs = [process.communicate(timeout=280)[0].splitlines() for process in running]
    assert [process.returncode for process in running] == [0] * NUM_PROCESSES
    assert len(outputs[0]) == count
    assert outputs[0] == outputs[1] == outputs[2]


@pytest.mark.parametrize("count", SIZES)
def test_every_trace_verifies(count: int) -> None:
    model = load_model("compact")
    failed = []
    for identifier, dilemma in real_dilemmas(count):
        outcome = verify_trace(model.evaluate_ethics(dilemma).to_dict(), model)
        if not outcome.valid:
            failed.append((identifier, outcome.first_difference, outcome.detail))
    assert failed == []
