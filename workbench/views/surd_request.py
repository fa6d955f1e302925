"""What the page of decompositions asks: of which cases, about what, counted how. Frozen, so it can be a key."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from redheart_core.data.own import Kind
from redheart_core.explain.surd import BinKind, Coding, ReportSettings
from redheart_core.explain.surd.ensemble import Design, Subject
from redheart_core.explain.surd.populations import Question
from redheart_core.vocabulary.dilemma import Dilemma

_KEY_LENGTH = 16


class PopulationKind(StrEnum):
    """Where cases come from."""

    STUDY = "study"
    """The dilemmas whose scores ship with the system."""
    ENSEMBLE = "ensemble"
    """Drawn around one option by a stated design."""
    SCORED = "scored"
    """Texts of the visitor's own, scored by the model."""
    TABLE = "table"
    """A table of the visitor's own."""
    RUN = "run"
    """The recorded steps of a training."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyChoice:
    """The dilemmas whose scores ship with the system."""

    kind: ClassVar = PopulationKind.STUDY

    @property
    def key(self) -> str:
        """Part of the keys of controls whose values belong to this population."""
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnsembleChoice:
    """Cases drawn around one option."""

    kind: ClassVar = PopulationKind.ENSEMBLE
    dilemma: Dilemma
    place: int
    """Of the option, from 0."""
    design: Design
    preset: str
    """Id of the preset dilemma; empty for a dilemma of the visitor's own."""

    @property
    def subject(self) -> Subject:
        """The option with its situation and parties."""
        return Subject.of_option(self.dilemma, self.place)

    @property
    def key(self) -> str:
        """Part of the keys of controls whose values belong to this population."""
        return _digest(self.subject, self.design)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredChoice:
    """Texts of the visitor's own, to be scored."""

    kind: ClassVar = PopulationKind.SCORED
    sha256: str
    file_name: str
    says: Kind
    """What the file says of its texts."""
    wanted: int
    """Most texts that are scored; drawn at random where there are more."""
    seed: int

    @property
    def key(self) -> str:
        """Part of the keys of controls whose values belong to this population."""
        return _digest(self.sha256, self.says)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableChoice:
    """A table of the visitor's own."""

    kind: ClassVar = PopulationKind.TABLE
    sha256: str
    file_name: str
    units: str | None = None
    """Column that names the independent unit of each row."""
    is_ordered: bool = False
    """Whether the rows follow each other in time."""

    @property
    def key(self) -> str:
        """Part of the keys of controls whose values belong to this population."""
        return _digest(self.sha256, self.units)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunChoice:
    """The recorded steps of a training."""

    kind: ClassVar = PopulationKind.RUN
    run_id: str
    num_steps: int
    """Recorded so far: a living run is another population a little later."""

    @property
    def key(self) -> str:
        """Part of the keys of controls whose values belong to this population."""
        return _digest(self.run_id)


PopulationChoice = StudyChoice | EnsembleChoice | ScoredChoice | TableChoice | RunChoice


@dataclass(frozen=True, slots=True, kw_only=True)
class SurdRequest:
    """One question to one population, with everything that decides its answer."""

    population: PopulationChoice
    target: str
    sources: tuple[str, ...]
    bins: int | None = None
    method: BinKind = BinKind.QUANTILE
    categorical: tuple[str, ...] = ()
    max_order: int | None = None
    lags: tuple[int, ...] = ()
    """One per source; empty where none precedes the target."""
    num_bootstrap: int = ReportSettings().num_bootstrap
    num_surrogates: int | None = None
    seed: int = 0

    def question(self) -> Question:
        """Return what the core is asked."""
        coding = Coding(bins=self.bins, method=self.method, categorical=self.categorical, lags=self.lags or None)
        return Question(target=self.target, sources=self.sources, coding=coding, max_order=self.max_order)

    def settings(self) -> ReportSettings:
        """Return how many random populations are drawn."""
        return ReportSettings(num_bootstrap=self.num_bootstrap, num_surrogates=self.num_surrogates, seed=self.seed)


def seed_of_draw(choice: PopulationChoice) -> int | None:
    """Return the seed that drew the cases, which then is the seed of everything; None where none were drawn."""
    if isinstance(choice, EnsembleChoice):
        return choice.design.seed
    return choice.seed if isinstance(choice, ScoredChoice) else None


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()[:_KEY_LENGTH]
