"""The exception tree of the core.

    RedHeartError
    ├── InputError         what a person typed or a file contains cannot be used; has a message per language
    ├── ConfigError        a configuration contradicts itself or the data
    ├── CheckpointError    weights are missing, corrupt, or do not belong together
    ├── DataError          a data set is missing, malformed, or has a constant label
    └── TraceError         a saved trace cannot be read; a trace that merely differs is a result, not an error
"""

from __future__ import annotations


class RedHeartError(Exception):
    """Base of everything this package raises on purpose."""

    def message(self, language: str) -> str:
        """Return the message for a reader of ``language`` (``"ko"`` or ``"en"``)."""
        del language
        return str(self)


class InputError(RedHeartError):
    """Input that a person can correct. Says what, the values, and the remedy in both languages."""

    def __init__(self, *, code: str, en: str, ko: str) -> None:
        super().__init__(en)
        self.code = code
        """Stable name of the problem, for tests and machine readers."""
        self._messages = {"en": en, "ko": ko}

    def message(self, language: str) -> str:
        """Return the message in Korean for ``"ko"``, in English for anything else."""
        return self._messages["ko" if language == "ko" else "en"]


class ConfigError(RedHeartError):
    """A configuration is impossible or would be silently ignored."""


class CheckpointError(RedHeartError):
    """A checkpoint is missing, truncated, altered, or does not match its configuration."""


class DataError(RedHeartError):
    """A data set cannot be used as it is."""


class TraceError(RedHeartError):
    """A saved trace is not one of ours or is too damaged to be replayed."""
