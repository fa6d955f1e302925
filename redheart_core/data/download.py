"""Downloads that can be interrupted, go on where they stopped, and put only whole, checked files in place.

Bytes gather in ``NAME.part`` beside the target. It is renamed once its hash is right, so a reader never meets half a
file. Only https is spoken, except to this machine itself.
"""

from __future__ import annotations

import http.client
import ipaddress
import os
import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, ProxyHandler, Request, build_opener

from redheart_core.data.source import file_sha256
from redheart_core.errors import DataError

BLOCK_BYTES = 64 * 1024
TIMEOUT_S = 30.0
_RANGE = re.compile(r"bytes (\d+)-\d+/(?:\d+|\*)")
Progress = Callable[[int], None]
"""Told the number of bytes that have arrived so far, of the whole file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a file must be, as far as that is known."""

    size_bytes: int | None = None
    sha256: str = ""


def download(url: str, target: Path, expected: Expected, progress: Progress = lambda _: None) -> None:
    """Fetch ``url`` into ``target``; a part left by an earlier try is continued.

    Raises:
        DataError: The address is not allowed or not answered, fewer or more bytes came than expected (what came stays,
            to go on from there), or the content has another hash (what came is thrown away).
    """
    require_allowed(url)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    try:
        _fetch(url, part, expected, progress)
        _require_content(url, part, expected)
        _put_in_place(part, target)
    except OSError as error:
        raise DataError(f"{error.filename or part} cannot be written ({error.strerror or error}).") from error


def require_allowed(url: str) -> None:
    """Refuse everything but https, and http to this machine.

    Raises:
        DataError: The address is another one.
    """
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname or "")):
        return
    raise DataError(f"{url} is not fetched: only https is, or http from this machine itself.")


class _CheckedRedirects(HTTPRedirectHandler):
    """Holds the target of a redirection to the same rule as the address that was asked for."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: http.client.HTTPMessage, newurl: str
    ) -> Request | None:
        require_allowed(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _fetch(url: str, part: Path, expected: Expected, progress: Progress) -> None:
    have = part.stat().st_size if part.exists() else 0
    if have and have == expected.size_bytes:
        return
    if expected.size_bytes is not None and have > expected.size_bytes:
        part.unlink()
        have = 0
    headers = {"User-Agent": "redheart-data", "Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    try:
        with _opener(url).open(Request(url, headers=headers), timeout=TIMEOUT_S) as response:
            _receive(url, response, part, have, expected, progress)
    except HTTPError as error:
        error.close()
        if error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE and have:
            part.unlink()
            _fetch(url, part, expected, progress)
            return
        raise DataError(
            f"{url} answers {error.code} {error.reason}. The source may have moved; see redheart data list."
        ) from error
    except (URLError, http.client.HTTPException, ssl.SSLError, ConnectionError, TimeoutError) as error:
        raise _interrupted(url, part, expected, getattr(error, "reason", error)) from error


def _receive(
    url: str, response: http.client.HTTPResponse, part: Path, have: int, expected: Expected, progress: Progress
) -> None:
    start = _start(url, response, have)
    length = response.headers.get("Content-Length", "")
    total = expected.size_bytes
    if total is None and length.isdecimal():
        total = start + int(length)
    with part.open("ab" if start else "wb") as stream:
        while block := response.read(BLOCK_BYTES):
            start += len(block)
            if total is not None and start > total:
                raise DataError(f"{url} sends more than the {total} bytes that were expected. It is another file.")
            stream.write(block)
            progress(start)
        stream.flush()
        os.fsync(stream.fileno())
    if total is not None and start < total:
        raise _interrupted(url, part, Expected(size_bytes=total), "the connection was closed")


def _start(url: str, response: http.client.HTTPResponse, have: int) -> int:
    """Return where the answer begins: at ``have`` if the server goes on, at 0 if it sends everything again."""
    if response.status != http.client.PARTIAL_CONTENT:
        return 0
    given = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
    if given is None or int(given[1]) != have:
        raise DataError(f"{url} sends another part than was asked for. Delete the .part file and try again.")
    return have


def _interrupted(url: str, part: Path, expected: Expected, reason: object) -> DataError:
    have = part.stat().st_size if part.exists() else 0
    total = f" of {expected.size_bytes}" if expected.size_bytes is not None else ""
    return DataError(f"{url}: {have}{total} bytes came, then: {reason}. Run the command again to go on from there.")


def _require_content(url: str, part: Path, expected: Expected) -> None:
    if not expected.sha256:
        return
    found = file_sha256(part)
    if found != expected.sha256:
        part.unlink()
        raise DataError(
            f"{url} has the SHA-256 {found}, expected {expected.sha256}. It is another file; it was not kept."
        )


def _put_in_place(part: Path, target: Path) -> None:
    part.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _opener(url: str) -> OpenerDirector:
    direct = (ProxyHandler({}),) if _is_loopback(urlsplit(url).hostname or "") else ()
    return build_opener(_CheckedRedirects, *direct)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
