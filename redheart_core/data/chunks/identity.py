"""Which encoder made the vectors of a store. Vectors of two encoders are never mixed, cut or padded."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from redheart_core.errors import DataError

Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class EncoderIdentity(BaseModel):
    """What must be the same for two vectors to be comparable."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str
    """For people; two encoders that differ in nothing else are the same."""
    checkpoint_sha256: Sha256
    dimension: int = Field(ge=1, le=65_536)
    """Numbers per vector."""
    pooling: str
    """How a passage's states became one vector."""
    precision: str = "fp32"
    """Numbers that the encoder computes in."""

    @property
    def sha256(self) -> str:
        """Return the hash of everything but the name; each chunk carries it."""
        return hashlib.sha256(self.model_dump_json(exclude={"name"}).encode()).hexdigest()


def require_same_encoder(path: Path, stored: EncoderIdentity, given: EncoderIdentity) -> None:
    """Refuse vectors of another encoder.

    Raises:
        DataError: They differ; the message names what, and both values.
    """
    fields = [name for name in type(stored).model_fields if name != "name"]
    different = [name for name in fields if getattr(stored, name) != getattr(given, name)]
    if different:
        shown = ", ".join(f"{name} {getattr(stored, name)!r}, not {getattr(given, name)!r}" for name in different)
        raise DataError(
            f"{path}: the vectors come from the encoder {stored.name!r}, not from {given.name!r} ({shown}). "
            "Use the encoder that the store names, or build a new store; vectors are never padded or cut."
        )
