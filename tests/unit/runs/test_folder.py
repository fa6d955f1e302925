"""No name that a person types becomes a path, and a process number alone proves nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from redheart_core.errors import InputError, RunError
from redheart_core.runs.attempts import claim
from redheart_core.runs.facts import Shown, State, clean_name, flat_settings, shown_state
from redheart_core.runs.folder import all_folders, create_folder, new_run_id, open_folder, runs_root
from redheart_core.runs.liveness import SILENT_AFTER_S, Liveness, ProcessMark, judge, own_mark, process_start
from redheart_core.runs.log_tail import last_lines, read_log
from redheart_core.runs.reader import RunReader
from redheart_core.runs.schema import open_store
from tests.unit.runs.recorded import new_run

HOSTILE = ("../../x", "; rm -rf ~", "x" * 300, "첫 번째 실행", "🌱🔥", "/etc/passwd", "..", "-rf", "a\\b", "%2e%2e")
MARK = ProcessMark(pid=7, start="boot:100", host="here")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_shown_as_it_is_and_never_a_path(tmp_path: Path, name: str) -> None:
    root = tmp_path / "runs"
    folder = new_run(root, name=clean_name(name))
    assert [path.name for path in tmp_path.iterdir()] == ["runs"]
    assert [path.name for path in root.iterdir()] == [folder.run_id]
    with RunReader(folder) as reader:
        assert reader.facts().name == name
    with pytest.raises(RunError, match="no identifier"):
        open_folder(root, name)
    with pytest.raises(RunError, match="no identifier"):
        create_folder(root, name)


@pytest.mark.parametrize("name", ["", "  ", "x" * 301, "a\x00b", "a\x1b[2Jb", "\udcff"])
def test_a_name_that_cannot_be_shown_is_refused(name: str) -> None:
    with pytest.raises(InputError) as problem:
        clean_name(name)
    assert "실행 이름" in problem.value.message("ko")


def test_lines_in_a_name_become_one() -> None:
    assert clean_name(" a\n b\t c ") == "a b c"


def test_one_identifier_makes_one_run(tmp_path: Path) -> None:
    run_id = new_run_id()
    create_folder(tmp_path, run_id)
    with pytest.raises(RunError, match="exists already"):
        create_folder(tmp_path, run_id)
    assert [folder.run_id for folder in all_folders(tmp_path)] == [run_id]


def test_a_link_out_of_the_root_is_not_followed(tmp_path: Path) -> None:
    root, run_id = tmp_path / "runs", new_run_id()
    outside = tmp_path / "outside"
    outside.mkdir()
    root.mkdir()
    (root / run_id).symlink_to(outside)
    with pytest.raises(RunError, match="leads out"):
        open_folder(root, run_id)
    assert all_folders(root) == ()


def test_other_folders_are_not_runs(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    assert all_folders(tmp_path) == ()
    assert all_folders(tmp_path / "missing") == ()
    with pytest.raises(RunError, match="no run"):
        open_folder(tmp_path, new_run_id())


def test_a_root_that_cannot_be_made_is_named_with_the_setting(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match="REDHEART_RUNS"):
        create_folder(tmp_path / "file")


def test_the_root_is_given_set_or_in_the_users_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDHEART_RUNS", "/chosen")
    assert runs_root(Path("/given")) == Path("/given")
    assert runs_root() == Path("/chosen")
    monkeypatch.delenv("REDHEART_RUNS")
    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    assert runs_root() == Path("/data/redheart/runs")


@pytest.mark.parametrize(
    ("start", "silent_s", "host", "expected"),
    [
        ("boot:100", 1.0, "here", Liveness.ALIVE),
        ("boot:100", SILENT_AFTER_S + 1, "here", Liveness.SILENT),
        ("boot:999", 1.0, "here", Liveness.GONE),
        (None, 1.0, "here", Liveness.GONE),
        ("boot:100", 1.0, "there", Liveness.ELSEWHERE),
        ("boot:100", SILENT_AFTER_S + 1, "there", Liveness.LOST),
    ],
)
def test_a_process_is_its_number_its_start_and_its_signs_of_life(
    start: str | None, silent_s: float, host: str, expected: Liveness
) -> None:
    said = judge(MARK, heartbeat_s=1000.0, now_s=1000.0 + silent_s, host=host, start_of=lambda _: start)
    assert said is expected


def test_a_reused_number_and_a_zombie_are_not_the_process() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    start = process_start(child.pid)
    assert start is not None
    assert start == process_start(child.pid) != process_start(os.getpid())
    child.communicate(b"\n")
    assert process_start(child.pid) is None
    zombie = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, zombie.pid, os.WEXITED | os.WNOWAIT)
    assert process_start(zombie.pid) is None
    zombie.wait()


def test_only_one_process_works_on_a_run(tmp_path: Path) -> None:
    folder = new_run(tmp_path)
    connection, number = claim(folder)
    assert number == 1
    with pytest.raises(RunError, match="being worked on by process"):
        claim(folder)
    connection.execute("UPDATE attempts SET process_start = 'another boot:1'")  # as if the number were reused
    second, number = claim(folder)
    assert number == 2
    second.execute("UPDATE attempts SET state = 'completed'")
    with pytest.raises(RunError, match="complete"):
        claim(folder)
    connection.close()
    second.close()


def test_what_is_shown_is_what_was_said_corrected_by_what_lives(tmp_path: Path) -> None:
    folder = new_run(tmp_path)
    assert shown_state(None, None, is_asked_to_stop=False) is Shown.CREATED
    connection, _ = claim(folder)
    connection.close()
    with RunReader(folder) as reader:
        assert reader.status().shown is Shown.RUNNING
        folder.stop_flag.touch()
        assert reader.status().shown is Shown.STOPPING
        attempt = reader.attempts()[0]
    assert attempt.mark == own_mark()
    assert attempt.state is State.RUNNING
    assert shown_state(attempt, Liveness.SILENT, is_asked_to_stop=True) is Shown.SILENT
    assert shown_state(attempt, Liveness.GONE, is_asked_to_stop=False) is Shown.CRASHED
    assert shown_state(attempt, Liveness.GONE, is_asked_to_stop=True) is Shown.STOPPED
    writing = open_store(folder.store, writing=True)
    writing.execute("UPDATE attempts SET heartbeat_s = heartbeat_s - 60")
    writing.close()
    with RunReader(folder) as reader:
        assert reader.status().shown is Shown.SILENT


def test_a_log_is_read_on_from_where_it_was_left(tmp_path: Path) -> None:
    folder = new_run(tmp_path)
    assert read_log(folder).text == ""
    folder.log.write_bytes("하나\n둘\n반쪽".encode())
    first = read_log(folder, max_bytes=9)
    assert (first.text, first.next_offset) == ("하나\n", 7)
    second = read_log(folder, offset=first.next_offset)
    assert second.text == "둘\n"
    assert last_lines(folder, max_bytes=12).text == "둘\n"
    with folder.log.open("ab") as file:
        file.write(" 더하기\n".encode())
    assert read_log(folder, offset=second.next_offset).text == "반쪽 더하기\n"
    assert read_log(folder, offset=10_000).start == 0


def test_a_line_longer_than_a_part_is_cut_between_characters(tmp_path: Path) -> None:
    folder = new_run(tmp_path)
    folder.log.write_bytes(("가" * 100 + "\n").encode())
    part = read_log(folder, max_bytes=100)
    assert part.text == "가" * 33
    assert read_log(folder, offset=part.next_offset, max_bytes=1000).text == "가" * 67 + "\n"


def test_nested_settings_become_flat_names() -> None:
    flat = flat_settings({"seed": 1, "stages": [{"steps": 2}], "emphasis": {"kote": 1.5}, "betas": [0.9, 0.98]})
    assert flat == {"seed": "1", "stages.0.steps": "2", "emphasis.kote": "1.5", "betas": "[0.9, 0.98]"}
