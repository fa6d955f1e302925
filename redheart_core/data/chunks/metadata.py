"""``store.json``: the encoder of a store, and how many items it must hold."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from redheart_core.data.chunks.disk import exclusive, replace_file
from redheart_core.data.chunks.identity import EncoderIdentity, require_same_encoder
from redheart_core.errors import DataError

METADATA_FILE, LOCK_FILE, APPEND_LOCK_FILE = "store.json", "store.lock", "append.lock"
CHUNK_ITEMS = 1_000


class StoreMetadata(BaseModel):
    """What holds for every chunk of a store."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    format_version: Literal[1] = 1
    encoder: EncoderIdentity
    chunk_items: int = Field(default=CHUNK_ITEMS, ge=1, le=1_000_000)
    """Items of every chunk but the last."""
    num_items: int = Field(default=0, ge=0)
    """Items that the store must hold at least; fewer mean that a chunk is missing."""

    @property
    def num_chunks(self) -> int:
        """Return the chunks that the items need."""
        return -(-self.num_items // self.chunk_items)


def read_metadata(directory: Path) -> StoreMetadata:
    """Read what a store says about itself.

    Raises:
        DataError: There is no store, or its description is damaged.
    """
    path = directory / METADATA_FILE
    try:
        return StoreMetadata.model_validate_json(path.read_bytes())
    except OSError as error:
        raise DataError(
            f"{directory}: there is no chunk store here ({path.name}: {error.strerror}). "
            "Build one with redheart chunks build."
        ) from error
    except ValidationError as error:
        problem = " ".join(str(error).split())[:200]
        raise DataError(f"{path}: not a valid store description: {problem}. Restore the file.") from error


def create_or_check(
    directory: Path, encoder: EncoderIdentity, *, num_items: int = 0, chunk_items: int | None = None
) -> StoreMetadata:
    """Make a store, or make sure that the one that is there has this encoder, and promise ``num_items``.

    Raises:
        DataError: The store there has another encoder or chunk size, or nothing can be written.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"{directory}: cannot be made ({error.strerror}). Choose another folder.") from error
    with exclusive(directory / LOCK_FILE):
        if not (directory / METADATA_FILE).exists():
            _write(directory, StoreMetadata(encoder=encoder, chunk_items=chunk_items or CHUNK_ITEMS))
        stored = read_metadata(directory)
    require_same_encoder(directory, stored.encoder, encoder)
    if chunk_items is not None and chunk_items != stored.chunk_items:
        raise DataError(
            f"{directory}: its chunks hold {stored.chunk_items:,} items, not {chunk_items:,}. "
            "Leave the size out, or build a new store."
        )
    return promise(directory, num_items)


def promise(directory: Path, num_items: int) -> StoreMetadata:
    """Record that the store must hold ``num_items``; never fewer than before."""
    with exclusive(directory / LOCK_FILE):
        stored = read_metadata(directory)
        if num_items <= stored.num_items:
            return stored
        promised = stored.model_copy(update={"num_items": num_items})
        _write(directory, promised)
        return promised


def _write(directory: Path, metadata: StoreMetadata) -> None:
    replace_file(directory / METADATA_FILE, (metadata.model_dump_json(indent=2) + "\n").encode())
