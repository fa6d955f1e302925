"""The question to a population as options that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import wraps
from typing import Any, TypeVar, cast

import click

from redheart_core.explain.surd import Coding, ReportSettings
from redheart_core.explain.surd.populations import Population, Question
from redheart_core.explain.surd.report import MAX_SURROGATES
from redheart_core.explain.surd.samples import bin_kind

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionChoice:
    """What is asked, how it is counted, and how many random populations are drawn."""

    target: str | None
    sources: Sequence[str]
    bins: int | None
    method: str
    categorical: Sequence[str]
    max_order: int | None
    lags: Sequence[int]
    seed: int
    bootstrap: int
    surrogates: int | None

    def question(self, population: Population) -> Question:
        """Return the question; what was left out comes from the population's first suggestion.

        Raises:
            InputError: There are no such bins.
        """
        suggestion = population.suggestions[0]
        coding = Coding(
            bins=self.bins,
            method=bin_kind(self.method),
            categorical=tuple(self.categorical),
            lags=tuple(self.lags) or None,
        )
        return Question(
            target=self.target or suggestion.target,
            sources=tuple(self.sources) or suggestion.sources,
            coding=coding,
            max_order=self.max_order,
        )

    def settings(self) -> ReportSettings:
        """Return how many random populations are drawn, and the seed."""
        return ReportSettings(num_bootstrap=self.bootstrap, num_surrogates=self.surrogates, seed=self.seed)


def question_options(command: Command) -> Command:
    """Add the options of a question; the command gets them as ``asked``."""

    @wraps(command)
    def with_question(**given: Any) -> Any:
        asked = QuestionChoice(**{field.name: given.pop(field.name) for field in fields(QuestionChoice)})
        return command(asked=asked, **given)

    for option in reversed(_OPTIONS):
        with_question = option(with_question)
    return cast(Command, with_question)


_OPTIONS = (
    click.option("--target", help="Column to be informed about; a good choice when left out."),
    click.option("--sources", "--source", "sources", multiple=True, help="Columns that inform; several may follow."),
    click.option("--bins", type=int, help="Bins per variable; 4 with up to three sources, 3 with more."),
    click.option("--method", default="quantile", show_default=True, help="quantile or uniform bins."),
    click.option("--categorical", multiple=True, help="Columns whose numbers are categories; several may follow."),
    click.option("--max-order", type=int, help="Largest number of sources taken together."),
    click.option(
        "--lags", multiple=True, type=click.IntRange(min=0), help="Steps by which each source precedes (--run)."
    ),
    click.option("--seed", default=0, show_default=True, type=click.IntRange(min=0), help="Decides every draw."),
    click.option(
        "--bootstrap",
        default=ReportSettings().num_bootstrap,
        show_default=True,
        type=click.IntRange(20, MAX_SURROGATES),
        help="Resampled populations behind the intervals.",
    ),
    click.option(
        "--surrogates",
        type=click.IntRange(19, MAX_SURROGATES),
        help="Random populations behind each test; as many as Holm's correction needs when left out.",
    ),
)
