"""Who did what: a file that is only ever added to."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from redheart_core.errors import RunError
from redheart_core.runs.audit import FILE_NAME, LOCAL, AuditEntry, Deed, Outcome, add_entry, read_tail

ENTRY = AuditEntry(
    at=datetime(2026, 11, 25, 12, 0, 1, tzinfo=UTC), who=LOCAL, deed=Deed.STOP, run_id="20261125-120000-0a1b2c",
    outcome=Outcome.ASKED,
)  # fmt: skip
HOSTILE = 'kim"},\n{"who": "x\u2028\u202e<b>'


def test_what_is_written_is_read_again_in_its_order(tmp_path: Path) -> None:
    entries = [replace(ENTRY, deed=deed, who=HOSTILE, detail="step-00000120") for deed in Deed]
    for entry in entries:
        add_entry(tmp_path / "runs", entry)
    tail = read_tail(tmp_path / "runs")
    assert tail.entries == tuple(entries)
    assert (tail.num_unreadable, tail.is_whole) == (0, True)
    lines = (tmp_path / "runs" / FILE_NAME).read_bytes().splitlines()
    assert len(lines) == len(entries)
    assert json.loads(lines[0])["at"] == "2026-11-25T12:00:01Z"
    assert (tmp_path / "runs" / FILE_NAME).stat().st_mode & 0o077 == 0


def test_without_a_file_nobody_did_anything(tmp_path: Path) -> None:
    assert read_tail(tmp_path).entries == ()


def test_lines_of_several_sessions_do_not_mix(tmp_path: Path) -> None:
    with ThreadPoolExecutor(max_workers=8) as pool:
        list(pool.map(lambda n: add_entry(tmp_path, replace(ENTRY, detail=f"{n:0200}")), range(200)))
    tail = read_tail(tmp_path)
    assert sorted(int(entry.detail) for entry in tail.entries) == list(range(200))
    assert tail.num_unreadable == 0


def test_what_lies_further_back_than_is_read_is_said(tmp_path: Path) -> None:
    for number in range(20):
        add_entry(tmp_path, replace(ENTRY, detail=str(number)))
    tail = read_tail(tmp_path, most_bytes=1000)
    assert not tail.is_whole
    assert 0 < len(tail.entries) < 20
    assert tail.entries[-1].detail == "19"
    assert tail.num_unreadable == 0


def test_a_damaged_line_is_counted_and_hides_no_other(tmp_path: Path) -> None:
    add_entry(tmp_path, ENTRY)
    with (tmp_path / FILE_NAME).open("ab") as file:
        file.write(b'[1]\n{"at": "yesterday"}\n\xff\n{"at": "2026-11-25T12:')
    add_entry(tmp_path, replace(ENTRY, detail="after"))
    tail = read_tail(tmp_path)
    assert [entry.detail for entry in tail.entries] == ["", "after"]
    assert tail.num_unreadable == 4


def test_a_place_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("")
    (tmp_path / FILE_NAME).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RunError, match=r"audit\.jsonl: what was done cannot be written down"):
        add_entry(tmp_path, ENTRY)
    assert not (tmp_path / "elsewhere").read_text()
