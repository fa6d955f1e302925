"""The learning rate as a pure function of the optimiser step: what is planned can be drawn before anything runs."""

from __future__ import annotations

from redheart_core.training.config import StageConfig, TrainingConfig


def learning_rate_factor(step: int, *, warmup_steps: int, steps: int) -> float:
    """Return the share of the full rate at an optimiser step: a linear rise, then a linear fall to zero."""
    if step < warmup_steps:
        return (step + 1) / warmup_steps
    return max(0.0, (steps - step) / (steps - warmup_steps))


def stage_of(config: TrainingConfig, step: int) -> tuple[int, int]:
    """Return the number of the stage that an optimiser step (from 1) belongs to, and the steps before the stage.

    Raises:
        ValueError: The run has no such step.
    """
    before = 0
    for place, stage in enumerate(config.stages):
        if before < step <= before + stage.steps:
            return place, before
        before += stage.steps
    raise ValueError(f"There is no step {step}; the run has steps 1 to {config.steps}.")


def planned_rate(config: TrainingConfig, step: int) -> float:
    """Return the base learning rate of an optimiser step (from 1)."""
    place, before = stage_of(config, step)
    stage: StageConfig = config.stages[place]
    factor = learning_rate_factor(step - 1 - before, warmup_steps=stage.warmup_steps, steps=stage.steps)
    return stage.learning_rate * factor


def planned_curve(config: TrainingConfig) -> tuple[float, ...]:
    """Return the base learning rate of every step of the run."""
    return tuple(planned_rate(config, step) for step in range(1, config.steps + 1))
