"""What a run will take in memory, planned from its configuration alone. Nothing is allocated."""

from __future__ import annotations

from dataclasses import dataclass

from redheart_core.model.presets import preset
from redheart_core.runtime.plan import MemoryPlan, plan_memory
from redheart_core.training.config import TrainingConfig
from redheart_core.training.lean.plan import StepShape, plain_request, training_request

FULL_BATCH, FULL_LENGTH = 8, 128
"""What ``redheart plan`` looks at when nothing is said."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlannedStep:
    """The plan of the largest step."""

    plan: MemoryPlan
    batch: int
    length: int
    """Tokens per passage."""


def plan_training(config: TrainingConfig) -> PlannedStep:
    """Plan the step of the stage with the largest batches, filled with the longest passages that the model reads.

    Raises:
        ConfigError: The preset is unknown, or its window is shorter than a batch allows.
    """
    model = preset(config.preset)
    tokens = max(stage.max_batch_tokens for stage in config.stages)
    length = min(model.max_tokens, tokens)
    copies = 1 if config.r_drop is None else 2  # each passage goes through twice, one after the other in one graph
    request = plain_request(
        model, batch=copies * max(1, tokens // length), length=length, average=config.average is not None
    )
    return PlannedStep(plan=plan_memory(request), batch=request.batch, length=length)


def plan_full(name: str = "full", *, batch: int = FULL_BATCH, length: int = FULL_LENGTH) -> PlannedStep:
    """Plan a step of a large preset with everything that saves memory, as ``redheart plan`` does.

    Raises:
        ConfigError: The preset is unknown, or its window is shorter.
    """
    request = training_request(preset(name), StepShape(), batch=batch, length=length, fits_around=False)
    return PlannedStep(plan=plan_memory(request), batch=batch, length=length)
