"""The human-facing chain on ETHICS utilitarianism: does the integrated Bentham score rank pairs as people did?

The whole recorded calculation of a passage: rules, neural part, layers, three views. It is slower than a bare forward
pass, so a seeded sample of the file's pairs can be asked.

Dimensions: N pairs.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from redheart_core.inference.standalone import System, integrated_scores
from redheart_core.model.checkpoint import LoadedCheckpoint
from redheart_core.model.reader import ModelReader
from redheart_core.training.official.cases import Case
from redheart_core.training.official.evaluate import Source, measured
from redheart_core.training.official.report import EvaluationResult, MeasuredMetric
from redheart_core.training.official.scoring import Array
from redheart_core.training.official.tasks import OfficialTask
from redheart_core.training.official.tfidf import TfidfFloor
from redheart_core.vocabulary.language import Language

SAMPLE_SEED = 20_251_124
TIE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ChainAnswers:
    """Which passage each system scores higher."""

    preferred_N: dict[System, Array]
    """1 for the first, 0 for the second, 0.5 for a tie or where nothing is scored."""
    unscored: int
    """Pairs with a passage that speaks of self-harm."""
    seconds: float


def sample_pairs(cases: Sequence[Case], count: int | None) -> tuple[Case, ...]:
    """Return ``count`` seeded pairs in the file's order, or all."""
    if count is None or count >= len(cases):
        return tuple(cases)
    chosen = random.Random(SAMPLE_SEED).sample(range(len(cases)), count)
    return tuple(cases[index] for index in sorted(chosen))


def ask_chain(cases: Sequence[Case], systems: Sequence[System], checkpoint: LoadedCheckpoint) -> ChainAnswers:
    """Score both passages of every pair.

    Raises:
        InputError: A passage cannot be read.
    """
    started_s = time.perf_counter()
    reader = ModelReader(checkpoint)
    preferred: dict[System, list[float]] = {system: [] for system in systems}
    unscored = 0
    for case in cases:
        first, second = (
            integrated_scores(text, systems, reader=reader, language=Language.ENGLISH) for text, _ in case.passages
        )
        if first is None or second is None:
            unscored += 1
            first = second = dict.fromkeys(systems, 0.0)
        for system in systems:
            preferred[system].append(_preference(first[system], second[system]))
    return ChainAnswers(
        preferred_N={system: np.array(values) for system, values in preferred.items()},
        unscored=unscored,
        seconds=time.perf_counter() - started_s,
    )


def report_chain(
    task: OfficialTask,
    cases: Sequence[Case],
    answers: ChainAnswers,
    checkpoint: LoadedCheckpoint,
    *,
    source: Source,
    floor: TfidfFloor | None = None,
) -> EvaluationResult:
    """Return the pairwise accuracy of each system beside the floors."""
    return EvaluationResult(
        task=task.name,
        file=source.file,
        sha256=source.sha256,
        rows=len(cases),
        metrics=tuple(
            _of_system(system, task, cases, preferred_N, floor) for system, preferred_N in answers.preferred_N.items()
        ),
        calibration=None,
        checkpoint=source.checkpoint,
        checkpoint_sha256=checkpoint.sha256,
        command=source.command,
        notes=(*source.notes, *_notes(answers, len(cases))),
    )


def _preference(first: float, second: float) -> float:
    return TIE if first == second else float(first > second)


def _of_system(
    system: System, task: OfficialTask, cases: Sequence[Case], preferred_N: Array, floor: TfidfFloor | None
) -> MeasuredMetric:
    (metric,) = measured(task, cases, preferred_N[:, None], floor)
    return replace(metric, name=f"pairwise accuracy of the integrated score, {system.value}")


def _notes(answers: ChainAnswers, num_pairs: int) -> tuple[str, ...]:
    found = [f"{answers.seconds:.1f} s for {num_pairs} pairs, {1000 * answers.seconds / num_pairs:.0f} ms a pair."]
    if answers.unscored:
        found.append(f"{answers.unscored} pairs speak of self-harm, are never scored, and count half.")
    return tuple(found)
