"""Development rows: official groups restored, questions put together, nothing measured that is not taught."""

from __future__ import annotations

from pathlib import Path

import pytest

from redheart_core.training.objectives import JudgedObjective
from redheart_core.training.official import development
from redheart_core.training.official.cases import units_of
from redheart_core.training.official.development import load_rows, rows_sha256
from redheart_core.training.official.tasks import TASKS
from redheart_core.training.tasks import DataFile, Example, Task
from redheart_core.vocabulary.reading import Family

FILE = "ethics/virtue/virtue_train.csv"


def _task(name: str, objective: JudgedObjective, dev: list[tuple[str, str]]) -> Task:
    rows = tuple(Example(passages=(passage,), target=(1.0,), group=passage[1]) for passage in dev)
    files = (DataFile(dataset=name, licence="MIT", name=FILE, sha256=""),)
    return Task(name=name, objective=objective, train=rows[:1], dev=rows, files=files)


def _load(monkeypatch: pytest.MonkeyPatch, *tasks: Task) -> None:
    monkeypatch.setattr(development, "load_tasks", lambda data_dir: tasks)


def test_groups_are_those_of_the_file_although_a_split_keeps_whole_scenarios(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lines = ["label,scenario", *(f"{int(n % 5 == 0)},Ann acted {n // 10} [SEP] kind{n}" for n in range(30))]
    path = tmp_path / FILE
    path.parent.mkdir(parents=True)
    path.write_text("\n".join(lines) + "\n")
    dev = [(f"kind{n}", f"Ann acted {n // 10}") for n in range(10, 30)]
    _load(monkeypatch, _task("traits", JudgedObjective(Family.TRAIT, "shown"), dev))
    (rows,) = load_rows(tmp_path, [TASKS["ethics_virtue"]])["ethics_virtue"]
    assert units_of(rows.dev).tolist() == [n // 5 for n in range(20)]
    assert [case.labels for case in rows.dev[:2]] == [(1.0,), (0.0,)]


def test_a_task_of_the_name_that_teaches_another_output_is_not_measured(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _load(monkeypatch, _task("justice", JudgedObjective(Family.SAFETY, "unsafe"), [("a", "b")]))
    assert load_rows(tmp_path, [TASKS["ethics_justice"]])["ethics_justice"] == ()


def test_questions_of_one_official_task_are_put_together_and_ask_their_own_output(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kinds = ("cause", "effect")
    _load(monkeypatch, *(_task(f"e_care_{k}", JudgedObjective(Family.CAUSAL, k), [("a", k)]) for k in kinds))
    (rows,) = load_rows(tmp_path, [TASKS["e_care"]])["e_care"]
    assert [(case.passages, case.output) for case in rows.dev] == [((("a", kind),), kind) for kind in kinds]
    assert rows.files == (FILE,)


def test_sentences_and_questions_are_measured_by_themselves(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    unsafe = _task("kosbi", JudgedObjective(Family.SAFETY, "unsafe"), [("a", "")])
    sensitive = _task("square_questions", JudgedObjective(Family.SAFETY, "sensitive"), [("b", "")])
    _load(monkeypatch, unsafe, sensitive)
    found = load_rows(tmp_path, [TASKS["korean_safety"]])["korean_safety"]
    assert [rows.dev[0].output for rows in found] == ["unsafe", "sensitive"]


def test_the_hash_of_development_rows_changes_with_any_of_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _load(monkeypatch, _task("kosbi", JudgedObjective(Family.SAFETY, "unsafe"), [("a", ""), ("b", "")]))
    (rows,) = load_rows(tmp_path, [TASKS["korean_safety"]])["korean_safety"]
    assert rows_sha256(rows.dev) == rows_sha256(tuple(rows.dev))
    assert rows_sha256(rows.dev) != rows_sha256(rows.dev[:1])
