"""A checkpoint on official cases: one forward path, the checkpoint's own thresholds, refusals, floors beside it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
import torch

from redheart_core.errors import InputError
from redheart_core.model.checkpoint import LoadedCheckpoint, load_checkpoint
from redheart_core.model.manifest import Manifest
from redheart_core.model.outputs import to_output_scale
from redheart_core.model.presets import TINY
from redheart_core.model.reader import ModelReader
from redheart_core.training.evaluation import read_logits
from redheart_core.training.official import decisions
from redheart_core.training.official.cases import labels_of
from redheart_core.training.official.decisions import answer, measures
from redheart_core.training.official.evaluate import Source, ask, calibration, read_items, report
from redheart_core.training.official.tasks import TASKS, Kind
from redheart_core.vocabulary.reading import OUTPUTS, Family
from tests.checkpoints import make_tiny_checkpoint
from tests.official import write_official_files

SOURCE = Source(file="file", sha256="ab", checkpoint="tiny", command="redheart eval", notes=("as given",))
EVERYTHING = {task.family: OUTPUTS[task.family] for task in TASKS.values()}


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> LoadedCheckpoint:
    folder = tmp_path_factory.mktemp("tiny")
    asked = replace(TINY, questions=True)
    return load_checkpoint(make_tiny_checkpoint(folder, trained_outputs=EVERYTHING, config=asked))


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return write_official_files(tmp_path_factory.mktemp("official"))


def test_batched_readings_are_those_of_the_reader_one_by_one(
    checkpoint: LoadedCheckpoint, paths: dict[str, Path]
) -> None:
    cases = TASKS["ethics_deontology"].cases(paths["ethics_deontology"])
    logits = read_logits(checkpoint.model, read_items(cases, checkpoint))[Family.REASONING]
    batched = to_output_scale(Family.REASONING, logits[0])
    reader = ModelReader(checkpoint)
    alone = [reader.read(*case.passages[0][:1], context=case.passages[0][1]) for case in cases]
    values = [
        [reading.families[Family.REASONING].values[name] for name in OUTPUTS[Family.REASONING]] for reading in alone
    ]
    torch.testing.assert_close(batched, torch.tensor(values), atol=1e-5, rtol=0)


@pytest.mark.parametrize("name", list(TASKS))
def test_every_task_is_measured_with_interval_and_floors(
    name: str, checkpoint: LoadedCheckpoint, paths: dict[str, Path]
) -> None:
    task = TASKS[name]
    result = report(ask(task, task.cases(paths[name]), checkpoint), checkpoint, source=SOURCE)
    assert (result.task, result.checkpoint_sha256, result.notes[0]) == (name, checkpoint.sha256, "as given")
    for metric in result.metrics:
        assert metric.interval_low <= metric.value <= metric.interval_high
        assert metric.tfidf is None
        assert (metric.majority is None) == (task.kind is Kind.RATINGS) == (metric.median is not None)
    assert (result.calibration is None) == (task.family in (Family.VAD, Family.HEDONIC))


@pytest.mark.parametrize("name", list(TASKS))
def test_logits_that_know_the_labels_reach_the_top_and_reversed_ones_the_bottom(
    name: str, checkpoint: LoadedCheckpoint, paths: dict[str, Path]
) -> None:
    task = TASKS[name]
    cases = task.cases(paths[name])
    true = torch.from_numpy(labels_of(cases))
    logits = torch.zeros(len(cases[0].passages), len(cases), len(OUTPUTS[task.family]))
    if task.kind is Kind.RATINGS:
        logits[0] = torch.logit((true - 1) / 4, eps=1e-6)
    elif task.kind is Kind.EMOTIONS:
        logits[0] = 8 * true - 4
    else:
        for row, case in enumerate(cases):
            logits[0, row, OUTPUTS[task.family].index(case.output or task.output)] = 8 * float(true[row, 0]) - 4
    right, wrong = (answer(task, cases, sign * logits, checkpoint.manifest).decided_NC for sign in (1, -1))
    best, worst = ([metric.value for metric in measures(task, cases, decided)] for decided in (right, wrong))
    errors = 3 if task.kind is Kind.RATINGS else 0
    assert best[: len(best) - errors] == pytest.approx([1.0] * (len(best) - errors))
    assert worst[0] == pytest.approx(-1.0 if task.kind is Kind.RATINGS else 0.0)


def test_thresholds_of_the_checkpoint_decide_per_output(checkpoint: LoadedCheckpoint, paths: dict[str, Path]) -> None:
    task = TASKS["kote"]
    cases = task.cases(paths["kote"])
    count = len(OUTPUTS[Family.KOTE])
    stored = SimpleNamespace(temperatures={Family.KOTE: 2.0}, thresholds={Family.KOTE: (0.3, *[0.4] * (count - 1))})
    logits = torch.full((1, len(cases), count), -1.0)  # at temperature 2 a probability of 0.378
    decided = answer(task, cases, logits, cast(Manifest, stored)).decided_NC
    assert decided[:, 0].all()
    assert not decided[:, 1:].any()
    assert "0.300 to 0.400" in decisions.decision_threshold(cast(Manifest, stored), Family.KOTE).note


def test_without_stored_thresholds_one_half_decides_and_that_is_said(
    checkpoint: LoadedCheckpoint, paths: dict[str, Path]
) -> None:
    task = TASKS["kote"]
    cases = task.cases(paths["kote"])
    logits = torch.full((1, len(cases), len(OUTPUTS[Family.KOTE])), -1.0)
    assert not answer(task, cases, logits, checkpoint.manifest).decided_NC.any()
    result = report(ask(task, cases, checkpoint), checkpoint, source=SOURCE)
    assert any("stores no thresholds" in note for note in result.notes)


def test_a_task_whose_outputs_are_not_trained_is_refused_by_name(
    checkpoint: LoadedCheckpoint, paths: dict[str, Path]
) -> None:
    manifest = replace(checkpoint.manifest, trained_outputs={Family.SAFETY: ("sensitive",)})
    untrained = replace(checkpoint, manifest=manifest)
    with pytest.raises(InputError, match="'trait'") as refused:
        ask(TASKS["ethics_virtue"], TASKS["ethics_virtue"].cases(paths["ethics_virtue"]), untrained)
    assert "배우지 않았어요" in refused.value.message("ko")
    with pytest.raises(InputError, match="unsafe"):
        ask(TASKS["korean_safety"], TASKS["korean_safety"].cases(paths["korean_safety"]), untrained)


def test_a_family_is_calibrated_over_all_its_tasks(checkpoint: LoadedCheckpoint, paths: dict[str, Path]) -> None:
    names = ("ethics_justice", "ethics_deontology", "moral_stories")
    readings = [ask(TASKS[name], TASKS[name].cases(paths[name]), checkpoint) for name in names]
    pooled = calibration(readings, checkpoint.manifest)
    assert pooled is not None
    assert pooled.statements == 20 + 20 + 2 * 20
    assert pooled.base_rate == 0.5


def test_the_coin_and_the_constants_are_measured_by_the_same_lines(
    checkpoint: LoadedCheckpoint, paths: dict[str, Path]
) -> None:
    task = TASKS["ethics_virtue"]
    result = report(ask(task, task.cases(paths["ethics_virtue"]), checkpoint), checkpoint, source=SOURCE)
    exact, accuracy = result.metrics
    assert (exact.majority, accuracy.majority) == (0.0, 0.8)
    assert accuracy.random == pytest.approx(0.2**2 + 0.8**2, abs=0.1)
    assert (exact.unit, exact.num_units) == ("group", 4)
    assert np.isfinite(exact.random)
