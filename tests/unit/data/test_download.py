"""Downloads from a server on this machine: interruptions, wrong answers, and what is left behind."""

from __future__ import annotations

import hashlib
import io
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

import pytest

from redheart_core.data.catalogue import CatalogueEntry, CatalogueFile, FileState, choose_entries, verify_entry
from redheart_core.data.download import Expected, download, require_allowed
from redheart_core.data.fetch import Outcome, fetch_entry
from redheart_core.errors import DataError
from tests.datasets import require_data

CONTENT = bytes(range(256)) * 1_000
SHA256 = hashlib.sha256(CONTENT).hexdigest()
WHOLE = Expected(size_bytes=len(CONTENT), sha256=SHA256)


@dataclass
class Site:
    """What the server serves, how it misbehaves, and what it was asked."""

    files: dict[str, bytes] = field(default_factory=dict)
    breaks_after: list[int] = field(default_factory=list)
    """Bytes sent before the connection is cut, for the coming requests."""
    ignores_range: bool = False
    lies_about_range: bool = False
    moved_to: str = ""
    ranges: list[str] = field(default_factory=list)
    url: str = ""


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            asked = self.headers.get("Range", "")
            site.ranges.append(asked)
            content = site.files.get(unquote(self.path))
            if site.moved_to:
                self.send_response(302)
                self.send_header("Location", site.moved_to)
                self.end_headers()
            elif content is None:
                self.send_error(404)
            else:
                self._send(content, asked)

        def _send(self, content: bytes, asked: str) -> None:
            start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and not site.ignores_range else 0
            if start and start >= len(content):
                self.send_error(416)
                return
            self.send_response(206 if start else 200)
            if start:
                said = start + 1 if site.lies_about_range else start
                self.send_header("Content-Range", f"bytes {said}-{len(content) - 1}/{len(content)}")
            self.send_header("Content-Length", str(len(content) - start))
            self.end_headers()
            cut = site.breaks_after.pop(0) if site.breaks_after else len(content)
            self.wfile.write(content[start : start + cut])

    return Handler


@pytest.fixture
def site() -> Iterator[Site]:
    served = Site(files={"/file": CONTENT})
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(served))
    served.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield served
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_whole_file_is_put_in_place_and_progress_ends_at_its_size(site: Site, tmp_path: Path) -> None:
    seen: list[int] = []
    download(f"{site.url}/file", tmp_path / "deep/file", WHOLE, seen.append)
    assert (tmp_path / "deep/file").read_bytes() == CONTENT
    assert seen == sorted(seen)
    assert seen[-1] == len(CONTENT)
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["file"]


def test_a_cut_connection_leaves_the_part_and_the_next_try_goes_on(site: Site, tmp_path: Path) -> None:
    site.breaks_after = [100_000, 50_000]
    target = tmp_path / "file"
    for have in (100_000, 150_000):
        with pytest.raises(DataError, match=f"{have} of 256000 bytes came, then: .*go on from there"):
            download(f"{site.url}/file", target, WHOLE)
        assert not target.exists()
        assert (tmp_path / "file.part").read_bytes() == CONTENT[:have]
    download(f"{site.url}/file", target, WHOLE)
    assert site.ranges == ["", "bytes=100000-", "bytes=150000-"]
    assert target.read_bytes() == CONTENT


def test_a_server_without_ranges_starts_again(site: Site, tmp_path: Path) -> None:
    site.breaks_after = [100_000]
    with pytest.raises(DataError, match="100000 of 256000"):
        download(f"{site.url}/file", tmp_path / "file", WHOLE)
    site.ignores_range = True
    download(f"{site.url}/file", tmp_path / "file", WHOLE)
    assert (tmp_path / "file").read_bytes() == CONTENT


def test_another_part_than_was_asked_for_is_refused(site: Site, tmp_path: Path) -> None:
    (tmp_path / "file.part").write_bytes(CONTENT[:1_000])
    site.lies_about_range = True
    with pytest.raises(DataError, match="sends another part than was asked for"):
        download(f"{site.url}/file", tmp_path / "file", WHOLE)
    assert not (tmp_path / "file").exists()


def test_a_part_that_is_whole_is_only_checked(site: Site, tmp_path: Path) -> None:
    (tmp_path / "file.part").write_bytes(CONTENT)
    download(f"{site.url}/file", tmp_path / "file", WHOLE)
    assert site.ranges == []
    assert (tmp_path / "file").read_bytes() == CONTENT


def test_a_part_that_is_too_long_is_thrown_away(site: Site, tmp_path: Path) -> None:
    (tmp_path / "file.part").write_bytes(CONTENT + b"x")
    download(f"{site.url}/file", tmp_path / "file", WHOLE)
    assert (tmp_path / "file").read_bytes() == CONTENT


def test_a_file_of_unknown_size_whose_part_is_whole_is_fetched_again(site: Site, tmp_path: Path) -> None:
    (tmp_path / "file.part").write_bytes(CONTENT)
    download(f"{site.url}/file", tmp_path / "file", Expected())
    assert site.ranges == ["bytes=256000-", ""]
    assert (tmp_path / "file").read_bytes() == CONTENT


def test_other_content_is_named_by_its_hash_and_not_kept(site: Site, tmp_path: Path) -> None:
    other = CONTENT[:-1] + b"x"
    site.files["/file"] = other
    (tmp_path / "file").write_bytes(b"what was there before")
    with pytest.raises(DataError, match=f"has the SHA-256 {hashlib.sha256(other).hexdigest()}, expected {SHA256}"):
        download(f"{site.url}/file", tmp_path / "file", WHOLE)
    assert (tmp_path / "file").read_bytes() == b"what was there before"
    assert not (tmp_path / "file.part").exists()


def test_a_longer_file_is_refused_while_it_comes(site: Site, tmp_path: Path) -> None:
    site.files["/file"] = CONTENT * 4
    with pytest.raises(DataError, match="sends more than the 256000 bytes"):
        download(f"{site.url}/file", tmp_path / "file", WHOLE)


def test_a_missing_page_is_named(site: Site, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"/nothing answers 404 Not Found\. The source may have moved"):
        download(f"{site.url}/nothing", tmp_path / "file", WHOLE)


def test_a_server_that_is_not_there_is_named(site: Site, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"0 of 256000 bytes came, then: .*refused"):
        download("http://127.0.0.1:9/file", tmp_path / "file", WHOLE)


@pytest.mark.parametrize(
    "url", ["http://example.org/x", "ftp://127.0.0.1/x", "file:///etc/passwd", "http://127.0.0.1.example.org/x", "x"]
)
def test_only_https_is_fetched_from_elsewhere(url: str) -> None:
    with pytest.raises(DataError, match="only https is"):
        require_allowed(url)


def test_https_and_this_machine_are_allowed() -> None:
    for url in ("https://example.org/x", "http://localhost:1/x", "http://127.0.0.1/x", "http://[::1]:8/x"):
        require_allowed(url)


def test_a_redirection_to_plain_http_is_refused(site: Site, tmp_path: Path) -> None:
    site.moved_to = "http://example.org/file"
    with pytest.raises(DataError, match=r"http://example\.org/file is not fetched"):
        download(f"{site.url}/file", tmp_path / "file", WHOLE)


def test_a_folder_that_cannot_be_written_is_named(site: Site, tmp_path: Path) -> None:
    (tmp_path / "file.part").mkdir()
    with pytest.raises(DataError, match=r"file\.part cannot be written"):
        download(f"{site.url}/file", tmp_path / "file", Expected())


def _file(name: str, content: bytes, **origin: str) -> CatalogueFile:
    sha256 = hashlib.sha256(content).hexdigest()
    return CatalogueFile(path=f"set/{name}", size_bytes=len(content), sha256=sha256, **origin)


def _entry(*files: CatalogueFile) -> CatalogueEntry:
    return CatalogueEntry(name="set", title="Set", licence="MIT", repository="a/b", commit="c0", files=files)


def test_what_is_right_stays_and_what_is_missing_comes(site: Site, tmp_path: Path) -> None:
    entry = _entry(_file("one", b"1", upstream="x|y/one"), _file("two", b"2", upstream="two"))
    site.files = {"/a/b/c0/x|y/one": b"1"}
    first, second = fetch_entry(entry, tmp_path, base=site.url)
    assert (first.outcome, second.outcome) == (Outcome.FETCHED, Outcome.FAILED)
    assert "404" in second.detail
    site.files["/a/b/c0/two"] = b"2"
    assert [one.outcome for one in fetch_entry(entry, tmp_path, base=site.url)] == [Outcome.PRESENT, Outcome.FETCHED]
    assert [one.state for one in verify_entry(entry, tmp_path)] == [FileState.SAME, FileState.SAME]
    (tmp_path / "set/one").write_bytes(b"3")
    (tmp_path / "set/two").unlink()
    assert [one.state for one in verify_entry(entry, tmp_path)] == [FileState.OTHER, FileState.MISSING]


def test_what_has_to_be_made_by_hand_says_how(tmp_path: Path) -> None:
    (result,) = fetch_entry(_entry(_file("one", b"1", by_hand="Sort it.")), tmp_path, base="http://127.0.0.1:9")
    assert (result.outcome, result.detail) == (Outcome.BY_HAND, "Sort it.")


def _zip(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(f"docs/{name}", content)
    return stream.getvalue()


def test_a_member_of_an_archive_is_unpacked_and_checked(site: Site, tmp_path: Path) -> None:
    entry = _entry(_file("train", CONTENT, archive="d/all.zip"), _file("dev", b"dev", archive="d/all.zip"))
    site.files = {"/a/b/c0/d/all.zip": _zip(train=CONTENT, dev=b"dev", other=b"x")}
    assert [one.outcome for one in fetch_entry(entry, tmp_path, base=site.url)] == [Outcome.FETCHED, Outcome.FETCHED]
    assert sorted(path.name for path in (tmp_path / "set").iterdir()) == ["dev", "train"]
    assert len(site.ranges) == 1


@pytest.mark.parametrize(
    ("packed", "problem"),
    [
        (_zip(train=CONTENT * 2), "has the SHA-256"),
        (_zip(dev=b"dev"), "has 0 members named train, expected one"),
        (b"no zip", "is no whole zip"),
        (_zip(train=CONTENT)[:-30], "is no whole zip"),
    ],
)
def test_a_bad_archive_leaves_nothing_behind(site: Site, tmp_path: Path, packed: bytes, problem: str) -> None:
    site.files = {"/a/b/c0/all.zip": packed}
    (result,) = fetch_entry(_entry(_file("train", CONTENT, archive="all.zip")), tmp_path, base=site.url)
    assert result.outcome is Outcome.FAILED
    assert problem in result.detail
    assert list((tmp_path / "set").iterdir()) == []


@pytest.mark.parametrize("name", ["event2mind", "moral_stories"])
def test_a_stranger_gets_the_real_files_through_a_cut_connection(site: Site, tmp_path: Path, name: str) -> None:
    data_dir = require_data()
    (entry,) = choose_entries([name])
    for file in entry.files:
        content = (data_dir / file.path).read_bytes()
        packed = _zip(**{file.name: content}) if file.archive else content
        site.files[f"/{entry.repository}/{entry.commit}/{file.archive or file.upstream}"] = packed
    site.breaks_after = [300_000]
    assert Outcome.FAILED in {one.outcome for one in fetch_entry(entry, tmp_path, base=site.url)}
    assert Outcome.FAILED not in {one.outcome for one in fetch_entry(entry, tmp_path, base=site.url)}
    assert {one.state for one in verify_entry(entry, tmp_path)} == {FileState.SAME}
