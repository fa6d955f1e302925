"""One decomposition as its reader meets it: the names of its components, and what of it may be shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from redheart_core.explain.surd import Reliability, Sampling, SurdReport, TermKind, TermReport
from redheart_core.explain.surd.ensemble import ENSEMBLE, is_factor
from redheart_core.explain.surd.populations import Answer, Population
from redheart_core.explain.surd.sets import Key
from workbench.copy import UiLanguage, say
from workbench.views import numbers
from workbench.views.labels import display_width, letter, listing, shorten

MARKS = {TermKind.REDUNDANT: "=", TermKind.UNIQUE: "1", TermKind.SYNERGISTIC: "+"}
LEAK_MARK = "?"
LABEL_COLUMNS = 38
"""Longest label of a set in a figure; Hangul takes two columns a letter."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SurdCase:
    """An answer of a population, for one reader."""

    answer: Answer
    population: Population
    language: UiLanguage
    is_revealed: bool = False
    """Whether the reader asked to see what the sample is too small for."""

    @property
    def report(self) -> SurdReport:
        """The decomposition with its statistics."""
        return self.answer.report

    @property
    def sampling(self) -> Sampling:
        """Where the counts came from; a report on cases always says so."""
        sampling = self.report.result.sampling
        assert sampling is not None
        return sampling

    @property
    def shows_split(self) -> bool:
        """Whether the parts may be read: only if the total is more than chance."""
        return self.report.total.is_significant

    @property
    def shows_synergy(self) -> bool:
        """Whether synergy and leak may be read: not where the sample is too small, unless the reader insists."""
        return self.is_revealed or self.sampling.reliability is not Reliability.RED

    @property
    def terms(self) -> tuple[TermReport, ...]:
        """The terms that may be read."""
        if not self.shows_split:
            return ()
        hidden = () if self.shows_synergy else (TermKind.SYNERGISTIC,)
        return tuple(term for term in self.report.terms if term.kind not in hidden)

    def sum_of(self, kind: TermKind) -> float:
        """Return all terms of a kind together, in bits."""
        return sum(term.plug_in for term in self.report.terms if term.kind is kind)

    @property
    def is_effect(self) -> bool:
        """Whether a term is an effect on this model's output: every source was drawn independently by our design."""
        columns = [self.population.columns[name] for name in self.answer.question.sources]
        return self.population.name == ENSEMBLE and all(is_factor(column) for column in columns)

    @property
    def target(self) -> str:
        """Name of the target."""
        return self.column_name(self.answer.question.target)

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of the sources."""
        return tuple(self.column_name(name) for name in self.answer.question.sources)

    def column_name(self, name: str) -> str:
        """Return what a column is called."""
        return self.population.columns[name].display.text(self.language)

    def members(self, key: Key) -> tuple[str, ...]:
        """Return the names of the sources of a set."""
        return tuple(self.sources[source - 1] for source in key)

    def set_name(self, key: Key) -> str:
        """Return a set with its full names."""
        return " + ".join(self.members(key))

    @property
    def uses_letters(self) -> bool:
        """Whether letters stand for the sources in figures, because all names together are too long for a label."""
        return len(self.sources) > 1 and display_width(" + ".join(self.sources)) > LABEL_COLUMNS

    @property
    def lettered(self) -> tuple[tuple[str, str], ...]:
        """The letters with what they stand for."""
        return tuple((letter(place), name) for place, name in enumerate(self.sources))

    def set_label(self, key: Key) -> str:
        """Return a set as it is written beside a bar."""
        if not self.uses_letters:
            return shorten(self.set_name(key), LABEL_COLUMNS)
        letters = " + ".join(letter(source - 1) for source in key)
        return shorten(f"{letters}  {self.members(key)[0]}", LABEL_COLUMNS) if len(key) == 1 else letters


def bits(value: float) -> str:
    """Write a number of bits with two significant digits."""
    return numbers.short(value) if value >= 5e-4 else "0"


def kind_name(kind: TermKind, language: UiLanguage) -> str:
    """Return the name of a kind of term with its mark."""
    return f"{MARKS[kind]} {say(f'surd.kind.{kind.value}', language)}"


def short_kind(kind: TermKind, language: UiLanguage) -> str:
    """Return the name of a kind of term alone, with its mark."""
    return f"{MARKS[kind]} {say(f'surd.column.{kind.value}', language)}"


def quoted(names: Iterable[str], language: UiLanguage) -> str:
    """Return names in quotation marks, joined as a sentence does; what quotes already is left as it is."""
    return listing((name if "“" in name else say("surd.name", language, name=name) for name in names), language)


def set_key(key: Sequence[int]) -> str:
    """Return a set as it is written in the JSON contract: ``1,2``."""
    return ",".join(str(source) for source in key)
