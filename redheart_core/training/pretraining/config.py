"""What a pre-training depends on."""

from __future__ import annotations

from dataclasses import dataclass

from redheart_core.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class PretrainingConfig:
    """The table ``[pretraining]`` of a run; absent means none."""

    steps: int
    """Optimiser steps, one batch each."""
    batch_tokens: int = 8_192
    """Upper bound on passages times the length of the longest of them."""
    max_tokens: int = 128
    """Longer passages lose their middle; attention pays for length squared."""
    learning_rate: float = 1e-3
    warmup_steps: int = 100
    """Steps spent rising linearly from zero; afterwards the rate falls linearly to zero."""
    weight_decay: float = 0.01
    gradient_clip: float = 1.0
    masked_share: float = 0.15
    """Tokens of a passage that are to be guessed, at least one."""
    held_out_share: float = 0.01
    """Passages that are not trained on and show whether it learned anything, at least one."""
    save_every: int = 200
    """Steps between two saved states, where a file for them is given."""
    generator_width: int | None = None
    """Width of the small generator of replaced-token detection, which is dropped afterwards; None: no detection."""
    detection_weight: float = 10.0
    """Factor on the detection loss: a yes or no per token is a small number beside the choice of a word."""

    def __post_init__(self) -> None:
        if not 0 < self.warmup_steps < self.steps:
            raise ConfigError(
                f"pretraining: warmup_steps is {self.warmup_steps}; it must lie between 0 and steps, {self.steps}."
            )
        if not (0 < self.masked_share < 1 and 0 < self.held_out_share < 1):
            raise ConfigError(
                f"pretraining: masked_share is {self.masked_share} and held_out_share {self.held_out_share}; both "
                "must lie strictly between 0 and 1."
            )
        if min(self.learning_rate, self.gradient_clip, self.save_every) <= 0 or self.weight_decay < 0:
            raise ConfigError(
                "pretraining: learning_rate, gradient_clip, save_every positive, weight_decay not below 0."
            )
        if not 8 <= self.max_tokens <= self.batch_tokens:
            raise ConfigError(
                f"pretraining: max_tokens is {self.max_tokens} and batch_tokens {self.batch_tokens}; a passage of at "
                "least 8 tokens must fit a batch."
            )
        if self.generator_width is not None and (self.generator_width < 8 or self.generator_width % 4):
            raise ConfigError(
                f"pretraining: generator_width is {self.generator_width}; it must be a multiple of 4 from 8 on."
            )
        if self.detection_weight <= 0:
            raise ConfigError(f"pretraining: detection_weight is {self.detection_weight}; it must be positive.")
