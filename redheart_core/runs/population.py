"""The recorded steps of a training run as a population: here order is real, so lags may be asked.

Neighbouring steps resemble each other, so stretches of steps, not single steps, are resampled and shuffled.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence

import numpy as np

from redheart_core.errors import RunError
from redheart_core.explain.surd.populations import Column, ColumnGroup, Definition, Population, Provenance, Suggestion
from redheart_core.runs.reader import RunReader
from redheart_core.runs.series import GRADIENT_NORM, LEARNING_RATE, LOSS, PART_OF_LOSS, TOKENS_PER_S, series_values
from redheart_core.training.observer import StepRecord
from redheart_core.vocabulary.wording import Wording

TASK, LOSS_CHANGE = "task", "loss_change"
FEWEST_STEPS = 50
FEWEST_PER_STRETCH = 10
NAMED = (LOSS, LEARNING_RATE, "batch_size", TOKENS_PER_S)
_DISPLAYS = {
    LOSS: Wording(ko="손실", en="loss"),
    LEARNING_RATE: Wording(ko="학습률", en="learning rate"),
    "batch_size": Wording(ko="배치 크기", en="batch size"),
    TOKENS_PER_S: Wording(ko="초당 토큰", en="tokens per second"),
}
_TREND = Wording(
    ko="두 곡선이 학습 내내 함께 오르내리기만 해도 정보로 나와요. 시차를 둔 항도 원인이라는 뜻은 아니에요.",
    en="Two curves that merely drift together over the training share information; a lagged term is no cause either.",
)


def run_population(reader: RunReader) -> Population:
    """Return the steps of a run as cases, in their order.

    Raises:
        RunError: Fewer steps than ``FEWEST_STEPS`` were recorded.
    """
    records = tuple(record for _, record in reader.steps())
    name = reader.facts().name
    if len(records) < FEWEST_STEPS:
        raise RunError(f"{name} has {len(records)} recorded steps; a population needs at least {FEWEST_STEPS}.")
    length = stretch_length(len(records))
    columns = {column.name: column for column in _columns(records)}
    return Population(
        name=f"run_{reader.folder.path.name}",
        description=Wording(
            ko=f"학습 실행 '{name}'의 단계 {len(records):,}개.", en=f"The {len(records):,} steps of the run '{name}'."
        ),
        columns=columns,
        units=np.arange(len(records)) // length,
        unit_name=Wording(ko=f"이어진 {length}단계", en=f"stretch of {length} steps"),
        definitions=tuple(_definitions(columns)),
        provenance=Provenance(dataset=name, sha256=_sha256(records), num_cases=len(records), seed=reader.facts().seed),
        suggestions=tuple(_suggestions(columns)),
        is_ordered=True,
        notes=(_TREND,),
    )


def stretch_length(num_steps: int) -> int:
    """Return how many steps are resampled together: the cube root rule of block bootstraps, doubled.

    Source: Hall, Horowitz and Jing 1995, "On blocking rules for the bootstrap with dependent data".
    """
    return max(FEWEST_PER_STRETCH, round(2.0 * math.pow(num_steps, 1.0 / 3.0)))


def _columns(records: Sequence[StepRecord]) -> Iterator[Column]:
    told = [dict(series_values(record)) for record in records]
    found = dict.fromkeys(name for values in told for name in values)
    wanted = [name for name in found if name in NAMED or name.startswith((PART_OF_LOSS, GRADIENT_NORM))]
    for name in wanted:
        values_N = np.array([values.get(name, math.nan) for values in told])
        if np.isfinite(values_N).any():
            yield Column(name=name, values=values_N, display=_display(name), group=ColumnGroup.TRAINING)
    loss_N = np.array([record.loss for record in records])
    yield Column(
        name=LOSS_CHANGE,
        values=np.diff(loss_N, prepend=math.nan),
        display=Wording(ko="앞 단계보다 달라진 손실", en="change of the loss since the step before"),
        group=ColumnGroup.TRAINING,
    )
    yield Column(
        name=TASK,
        values=np.array([record.task for record in records]),
        display=Wording(ko="과제", en="task"),
        group=ColumnGroup.TRAINING,
        is_categorical=True,
    )


def _display(name: str) -> Wording:
    kind, _, part = name.partition("/")
    if name.startswith(GRADIENT_NORM):
        return Wording(ko=f"{part}의 기울기 크기", en=f"gradient norm of {part}")
    if name.startswith(PART_OF_LOSS):
        return Wording(ko=f"손실의 부분: {part}", en=f"part of the loss: {part}")
    return _DISPLAYS[kind]


def _definitions(columns: dict[str, Column]) -> Iterator[Definition]:
    yield Definition(
        column=LOSS_CHANGE,
        of=(LOSS,),
        sentence=Wording(
            ko="달라진 손실은 이 단계와 앞 단계의 손실의 차이예요.",
            en="The change is the loss of this step less that of the step before.",
        ),
        is_complete=False,
    )
    parts = tuple(name for name in columns if name.startswith(PART_OF_LOSS))
    if parts:
        yield Definition(
            column=LOSS,
            of=parts,
            sentence=Wording(ko="손실은 부분들의 합이에요.", en="The loss is the sum of its parts."),
            is_complete=True,
        )


def _suggestions(columns: dict[str, Column]) -> Iterator[Suggestion]:
    norms = [name for name in columns if name.startswith(GRADIENT_NORM)]
    whole = [name for name in norms if not columns[name].is_missing_N.any()]
    yield Suggestion(
        target=LOSS,
        sources=(TASK, LEARNING_RATE, *whole[:1]),
        why=Wording(
            ko="손실이 과제와 학습률, 기울기 크기에서 얼마나 짐작되는지 봐요.",
            en="How far task, learning rate and gradient tell the loss.",
        ),
    )


def _sha256(records: Sequence[StepRecord]) -> str:
    told = [[record.step, record.task, record.loss, record.learning_rate] for record in records]
    return hashlib.sha256(repr(told).encode()).hexdigest()
