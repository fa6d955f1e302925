"""The log of a run from a byte on, in whole lines: whoever watches asks again from where the last answer ended."""

from __future__ import annotations

from dataclasses import dataclass

from redheart_core.errors import RunError
from redheart_core.runs.folder import RunFolder

MAX_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPart:
    """A stretch of a log."""

    text: str
    """Whole lines, but for a line longer than was asked for."""
    start: int
    """Byte at which ``text`` begins."""
    next_offset: int
    """Byte to ask from next time."""
    size: int
    """Bytes that the log has now."""


def read_log(folder: RunFolder, *, offset: int = 0, max_bytes: int = MAX_BYTES) -> LogPart:
    """Return up to ``max_bytes`` from ``offset``; from the start when the log has become shorter than that.

    Raises:
        RunError: The log exists but cannot be read.
    """
    try:
        with folder.log.open("rb") as file:
            size = file.seek(0, 2)
            start = offset if 0 <= offset <= size else 0
            file.seek(start)
            content = file.read(max_bytes)
    except FileNotFoundError:
        return LogPart(text="", start=0, next_offset=0, size=0)
    except OSError as error:
        raise RunError(f"{folder.log}: cannot be read ({error.strerror}). Check who may read it.") from error
    whole = content[: _whole_length(content, is_all=start + len(content) == size)]
    return LogPart(text=whole.decode("utf-8", "replace"), start=start, next_offset=start + len(whole), size=size)


def last_lines(folder: RunFolder, *, max_bytes: int = 4096) -> LogPart:
    """Return the end of the log, beginning at a line.

    Raises:
        RunError: The log exists but cannot be read.
    """
    size = read_log(folder, max_bytes=0).size
    if size <= max_bytes:
        return read_log(folder, max_bytes=max_bytes)
    part = read_log(folder, offset=size - max_bytes, max_bytes=max_bytes)
    _, newline, rest = part.text.partition("\n")
    if not newline:
        return part
    return LogPart(text=rest, start=part.next_offset - len(rest.encode()), next_offset=part.next_offset, size=part.size)


def _whole_length(content: bytes, *, is_all: bool) -> int:
    """Return how much to hand out: up to the last line's end, so that no character and no line is torn."""
    end = content.rfind(b"\n") + 1
    if end or is_all:
        return end
    # One line fills the whole stretch. Cut it between characters: a UTF-8 character has at most three bytes to follow.
    start = len(content)
    while start > max(len(content) - 4, 0) and content[start - 1] & 0xC0 == 0x80:
        start -= 1
    return max(start - 1, 0) if content else 0
