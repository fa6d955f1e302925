"""The neural part as sessions share it: whoever reads holds the network alone, in whatever mode it is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from redheart_core.model.checkpoint import LoadedCheckpoint
from redheart_core.model.reader import ModelReader
from redheart_core.runtime.lease import lease
from redheart_core.runtime.residency import ResidencyManager
from redheart_core.text.tokenizer import Encoding
from redheart_core.vocabulary.reading import Family, NeuralReading


class LeasedReader:
    """Reads under a lease, so that hooks and gradients of another thread cannot reach into a reading."""

    def __init__(self, reader: ModelReader, *, residency: ResidencyManager | None = None, order: tuple[str, ...] = ()):
        self._reader = reader
        self._order = order
        self.residency = residency
        """Moves modules in and out while they are used; None where all weights stay."""

    @property
    def checkpoint(self) -> LoadedCheckpoint:
        """The weights, tokenizer and configuration that are read with."""
        return self._reader.checkpoint

    @property
    def checkpoint_sha256(self) -> str:
        """Hash that identifies the weights, the tokenizer and the configuration together."""
        return self._reader.checkpoint_sha256

    @property
    def trained_families(self) -> frozenset[Family]:
        """Families that may be read."""
        return self._reader.trained_families

    def encode(self, text: str, *, context: str = "") -> Encoding:
        """Return the tokens that ``read`` sees."""
        return self._reader.encode(text, context=context)

    def read(self, text: str, *, context: str = "") -> NeuralReading:
        """Read ``text``, seen against ``context``; see ``ModelReader.read``."""
        with self.held():
            return self._reader.read(text, context=context)

    def read_many(self, passages: Sequence[tuple[str, str]], *, deviations: bool = True) -> tuple[NeuralReading, ...]:
        """Read pairs of text and context together; see ``ModelReader.read_many``."""
        with self.held():
            return self._reader.read_many(passages, deviations=deviations)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the network alone while the block runs, with its modules brought in as they are called."""
        with lease(self.checkpoint.model):
            if self.residency is None:
                yield
                return
            with self.residency.managed(self._order, prefetch=self.residency.fetching_ahead_pays):
                yield
