"""A sweep as ``redheart sweep --json`` prints it, read again by whoever shows it."""

from __future__ import annotations

import math

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from redheart_core.errors import InputError
from redheart_core.training.sweep.policy import SweepResult, Trial, conclude

MAX_TRIALS = 1_000


class _Trial(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    rate: float = Field(gt=0, allow_inf_nan=False)
    seed: int
    loss: float | None = Field(allow_inf_nan=False)

    def trial(self) -> Trial:
        return Trial(rate=self.rate, seed=self.seed, loss=math.inf if self.loss is None else self.loss)


class _Document(BaseModel):
    coarse: list[_Trial] = Field(min_length=1, max_length=MAX_TRIALS)
    fine: list[_Trial] = Field(max_length=MAX_TRIALS)
    repeated: list[_Trial] = Field(min_length=2, max_length=MAX_TRIALS)


def parse_sweep(content: bytes) -> SweepResult:
    """Read the trials of a sweep and draw the conclusion anew: it is not taken from the file.

    Raises:
        InputError: The file is none of a sweep, or its trials belong to no one sweep.
    """
    try:
        document = _Document.model_validate_json(content)
        parts = ([each.trial() for each in part] for part in (document.coarse, document.fine, document.repeated))
        return conclude(*parts)
    except (ValidationError, ValueError, KeyError) as error:
        problem = " ".join(str(error).split())[:160]
        raise InputError(
            code="no_sweep",
            en=f"The file is not what redheart sweep --json prints: {problem}. Run it again with --json > FILE.",
            ko=f"redheart sweep --json이 쓴 파일이 아니에요: {problem}. --json > 파일로 다시 만들어 주세요.",
        ) from error
