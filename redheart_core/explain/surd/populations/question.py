"""A question to a population: which column is the target, which are the sources, and what answers it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from redheart_core.errors import InputError
from redheart_core.explain.surd.assess import Report, surd_report, unreported
from redheart_core.explain.surd.observations import Coding, Observations, observe
from redheart_core.explain.surd.populations.population import Definition, Population
from redheart_core.explain.surd.report import ReportSettings, SurdReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a population is asked."""

    target: str
    sources: tuple[str, ...]
    coding: Coding = field(default_factory=Coding)
    max_order: int | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The target, then the sources."""
        return (self.target, *self.sources)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chosen:
    """The cases that have every value that a question needs."""

    target: NDArray[Any]
    sources: Mapping[str, NDArray[Any]]
    units: NDArray[Any] | None
    coding: Coding
    num_left_out: int
    """Cases left out because a value is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A report with what must stand beside it."""

    question: Question
    report: SurdReport
    num_left_out: int
    """Cases left out because a value is missing."""
    definitions: tuple[Definition, ...]
    """Components in the figure that are computed from others in it."""


def choose(population: Population, question: Question) -> Chosen:
    """Take the columns of a question out of a population, without the cases that lack a value.

    Raises:
        InputError: A column is not there or named twice, or lags are asked where the cases have no order.
    """
    _check(population, question)
    columns = [population.columns[name] for name in question.names]
    missing_N = np.logical_or.reduce([column.is_missing_N for column in columns])
    if any(question.coding.lags or ()) and _has_gaps(missing_N):
        raise InputError(
            code="surd_gaps",
            en=f"{int(missing_N.sum())} moments lack a value, so what came before is not always known. Use lag 0 or "
            "choose columns without gaps.",
            ko=f"값이 빠진 시점이 {int(missing_N.sum())}개 있어서 바로 앞 시점을 알 수 없어요. 시차를 0으로 두거나 "
            "빠진 값이 없는 열을 골라 주세요.",
        )
    kept_N = ~missing_N
    named = {column.name for column in columns if column.is_categorical}
    values = [column.values[kept_N] for column in columns]
    return Chosen(
        target=values[0],
        sources=dict(zip(question.sources, values[1:], strict=True)),
        units=None if population.units is None else population.units[kept_N],
        coding=replace(
            question.coding,
            categorical=tuple(sorted({*question.coding.categorical, *named})),
            is_ordered=population.is_ordered,
        ),
        num_left_out=int(missing_N.sum()),
    )


def observations_of(population: Population, question: Question) -> Observations:
    """Code the cases of a population for one question.

    Raises:
        InputError: As ``choose`` and ``observe``.
    """
    chosen = choose(population, question)
    return observe(chosen.target, chosen.sources, coding=chosen.coding, units=chosen.units, target_name=question.target)


def answer(
    population: Population, question: Question, *, settings: ReportSettings | None = None, report: Report = unreported
) -> Answer:
    """Decompose with statistics; ``report`` is told how far it is.

    Raises:
        InputError: As ``choose`` and ``surd_report``.
    """
    chosen = choose(population, question)
    assessed = surd_report(
        chosen.target,
        chosen.sources,
        coding=chosen.coding,
        units=chosen.units,
        max_order=question.max_order,
        settings=settings,
        target_name=question.target,
        report=report,
    )
    return Answer(
        question=question,
        report=assessed,
        num_left_out=chosen.num_left_out,
        definitions=population.definitions_among(question.names),
    )


def _has_gaps(missing_N: NDArray[np.bool_]) -> bool:
    """Return whether a case is missing between others; the first and the last may be."""
    there = np.flatnonzero(~missing_N)
    return bool(len(there)) and bool(missing_N[there[0] : there[-1]].any())


def _check(population: Population, question: Question) -> None:
    population.require(*question.names)
    repeated = _repeated(question.names)
    if repeated:
        raise InputError(
            code="surd_repeated_variable",
            en=f"{', '.join(repeated)} is named more than once among target and sources.",
            ko=f"대상과 원천 변수 가운데 {', '.join(repeated)} 이름이 두 번 이상 나와요.",
        )
    if any(question.coding.lags or ()) and not population.is_ordered:
        raise InputError(
            code="surd_no_order",
            en=f"The cases of {population.name} do not follow each other in time, so a lag means nothing. Use lag 0.",
            ko=f"{population.name}의 사례에는 시간 순서가 없어서 시차를 쓸 수 없어요. 시차를 0으로 두세요.",
        )


def _repeated(names: Sequence[str]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})
