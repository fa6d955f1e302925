"""Same input, same checkpoint, same bytes: over 200 dilemmas and three processes; and every trace verifies."""

from __future__ import annotations

import os
import subprocess
import sys

from redheart_core import load_model, verify_trace
from tests.dilemmas import ROOT, real_dilemmas

NUM_DILEMMAS = 200
NUM_PROCESSES = 3


def test_three_processes_give_the_same_bytes_for_200_dilemmas() -> None:
    assert len(real_dilemmas(NUM_DILEMMAS)) == NUM_DILEMMAS
    command = [sys.executable, "-m", "tests.golden.hash_dilemmas", str(NUM_DILEMMAS)]
    # One thread each: three processes with a thread per core would spend their time waiting for one another.
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    running = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=environment)
        for _ in range(NUM_PROCESSES)
    ]
    outputs = [process.communicate(timeout=280)[0].splitlines() for process in running]
    assert [process.returncode for process in running] == [0] * NUM_PROCESSES
    assert len(outputs[0]) == NUM_DILEMMAS
    assert outputs[0] == outputs[1] == outputs[2]


def test_every_trace_of_200_dilemmas_verifies() -> None:
    model = load_model("compact")
    failed = []
    for identifier, dilemma in real_dilemmas(NUM_DILEMMAS):
        outcome = verify_trace(model.evaluate_ethics(dilemma).to_dict(), model)
        if not outcome.valid:
            failed.append((identifier, outcome.first_difference, outcome.detail))
    assert failed == []
