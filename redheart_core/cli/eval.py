"""``redheart eval``: a checkpoint on official test files, or on our own development rows of every task."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import click

from redheart_core.cli.shared import print_json, reader_language, reported_errors
from redheart_core.errors import InputError
from redheart_core.inference.shipped import checkpoint_folder
from redheart_core.inference.standalone import System
from redheart_core.model.checkpoint import LoadedCheckpoint, load_checkpoint
from redheart_core.training.official.calibration import Calibration
from redheart_core.training.official.report import EvaluationResult, MeasuredMetric
from redheart_core.training.official.run import (
    CHAIN_TASK,
    Asker,
    DevelopmentReport,
    evaluate_chain,
    evaluate_development,
    evaluate_file,
)
from redheart_core.training.official.tasks import TASKS

ALL_SYSTEMS = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was asked for."""

    task: str | None
    file: Path | None
    part: str | None
    data: Path | None
    system: str | None
    pairs: int | None
    model: str

    def __post_init__(self) -> None:
        """Refuse what would be ignored."""
        if self.file is None and self.data is None:
            raise _request_error(
                "nothing_to_measure",
                "Give --task and --file for an official file, or --data for our own development rows.",
                "공식 파일은 --task와 --file로, 우리가 나눈 개발용 행은 --data로 지정해 주세요.",
            )
        if self.file is not None and self.task is None:
            raise _request_error(
                "file_without_task",
                "Say with --task what the file belongs to.",
                "--task로 어느 과제의 파일인지 알려 주세요.",
            )
        if self.part is not None and self.file is None:
            raise _request_error("part_without_file", "--part needs --file.", "--part는 --file과 함께 써야 해요.")
        if self.system is not None and self.task != CHAIN_TASK:
            raise _request_error(
                "system_elsewhere",
                f"--system ranks pairs by the integrated score; only {CHAIN_TASK} has such pairs.",
                f"--system은 통합 점수로 쌍을 견주는 것이라 {CHAIN_TASK}에만 쓸 수 있어요.",
            )
        if self.pairs is not None and self.system is None:
            raise _request_error(
                "pairs_without_system", "--pairs needs --system.", "--pairs는 --system과 함께 써야 해요."
            )

    @property
    def command(self) -> str:
        """The command that reproduces the result."""
        given = ((field.name, getattr(self, field.name)) for field in fields(self))
        options = [word for name, value in given if value is not None for word in (f"--{name}", str(value))]
        return shlex.join(["redheart", "eval", *options])


@click.command(name="eval")
@click.option("--task", type=click.Choice(list(TASKS)), help="What the file belongs to.")
@click.option("--file", type=click.Path(path_type=Path), help="An official file.")
@click.option("--part", help="Which rows of EmoBank's one file: train, dev or test (test when left out).")
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help="Folder of the training files. Fits the TF-IDF floor; without --file our development rows are measured.",
)
@click.option(
    "--system",
    type=click.Choice([*(system.value for system in System), ALL_SYSTEMS]),
    help=f"Rank the pairs of {CHAIN_TASK} by the whole pipeline's integrated score instead of one output.",
)
@click.option("--pairs", type=click.IntRange(min=1), help="Ask --system a seeded sample of this many pairs; else all.")
@click.option("--model", default="compact", show_default=True, help="Shipped checkpoint or directory.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole result as JSON.")
def evaluate_official(as_json: bool, **given: Any) -> None:
    """Measure a checkpoint with the official metrics, beside majority, median, a coin and TF-IDF."""
    with reported_errors(reader_language(None), as_json=as_json):
        request = Request(**given)
        result = _answer(request, load_checkpoint(checkpoint_folder(request.model)))
    if as_json:
        print_json(result.to_dict())
        return
    for line in _lines(result):
        click.echo(line)


def _answer(request: Request, checkpoint: LoadedCheckpoint) -> EvaluationResult | DevelopmentReport:
    asker = Asker(checkpoint=request.model, command=request.command)
    if request.system is not None:
        systems = tuple(System) if request.system == ALL_SYSTEMS else (System(request.system),)
        return evaluate_chain(
            systems, checkpoint, asker=asker, path=request.file, data_dir=request.data, num_pairs=request.pairs
        )
    if request.file is not None and request.task is not None:
        task = TASKS[request.task]
        return evaluate_file(task, request.file, checkpoint, asker=asker, part=request.part, data_dir=request.data)
    assert request.data is not None  # Request refuses neither file nor data
    tasks = [TASKS[request.task]] if request.task else list(TASKS.values())
    return evaluate_development(tasks, request.data, checkpoint, asker=asker)


def _request_error(code: str, en: str, ko: str) -> InputError:
    return InputError(code=code, en=en, ko=ko)


def _lines(result: EvaluationResult | DevelopmentReport) -> Iterator[str]:
    if isinstance(result, EvaluationResult):
        yield from _result_lines(result)
        return
    for entry in result.results:
        yield from _result_lines(entry)
    for error in result.calibration:
        yield f"{error.family}: {_calibration_line(error)}, {error.statements} statements"
    for refusal in result.refused:
        yield f"{refusal.task}: not measured. {refusal.reason}"


def _result_lines(result: EvaluationResult) -> Iterator[str]:
    yield f"{result.task}  {result.file}  {result.rows} rows"
    for metric in result.metrics:
        yield f"    {_metric_line(metric)}"
    if result.calibration:
        yield f"    {_calibration_line(result.calibration)}"
    for note in result.notes:
        yield f"    {note}"


def _metric_line(metric: MeasuredMetric) -> str:
    floors = {"majority": metric.majority, "median": metric.median, "random": metric.random, "TF-IDF": metric.tfidf}
    shown = ", ".join(f"{name} {value:.3f}" for name, value in floors.items() if value is not None)
    return (
        f"{metric.name} {metric.value:.3f} ({metric.interval_low:.3f}–{metric.interval_high:.3f}, "
        f"{metric.num_units} {metric.unit}s)  {shown}"
    )


def _calibration_line(error: Calibration) -> str:
    return (
        f"ECE {error.ece_equal_mass:.4f} over bins of equal mass, {error.ece_equal_width:.4f} of equal width; "
        f"{error.ece_of_chance:.4f} by chance alone; "
        f"{error.ece_monotonic:.4f} over {error.monotonic_bins} monotonic bins"
    )
