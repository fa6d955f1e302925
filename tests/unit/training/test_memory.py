"""The plan of an ordinary step counts every byte of weights, gradients and moments, and grows with the batch."""

from __future__ import annotations

import pytest

from redheart_core.model.ledger import count_parameters, meta_model
from redheart_core.model.presets import preset
from redheart_core.runtime.plan import Line, MemoryRequest, plan_memory
from redheart_core.training.config import load_config
from redheart_core.training.lean.plan import plain_request
from redheart_core.training.memory import plan_training

TINY = preset("tiny")


def total(request: MemoryRequest, name: Line) -> float:
    return sum(line.bytes for line in plan_memory(request).lines if line.name is name)


def test_an_ordinary_step_is_planned_in_float32() -> None:
    parameters = count_parameters(meta_model(TINY))
    one = plain_request(TINY, batch=1, length=4, average=False)
    four = plain_request(TINY, batch=4, length=4, average=True)
    assert total(one, Line.WEIGHTS) == total(one, Line.GRADIENTS) == 4 * parameters
    assert total(one, Line.OPTIMIZER) == 8 * parameters
    assert (total(one, Line.AVERAGE), total(four, Line.AVERAGE)) == (0, 4 * parameters)
    assert 2 < total(four, Line.ACTIVATIONS) / total(one, Line.ACTIVATIONS) <= 4


@pytest.mark.slow
def test_the_largest_step_is_a_batch_of_the_longest_passages() -> None:
    planned = plan_training(load_config("tiny"))
    assert (planned.batch, planned.length) == (4096 // 48, 48)
