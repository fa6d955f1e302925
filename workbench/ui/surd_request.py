"""What the page of decompositions asks: of which cases, about what, counted how. Frozen, so it can be a key."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from redheart_core.explain.surd import BinKind, Coding, ReportSettings
from redheart_core.explain.surd.populations import Question


class PopulationKind(StrEnum):
    """Where cases come from."""

    TABLE = "table"
    """A file of the visitor's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulationChoice:
    """Which population is asked."""

    kind: PopulationKind
    sha256: str = ""
    """Of a file of the visitor's own; empty for what ships."""
    units: str | None = None
    """Column of a table that names the independent unit of each row."""
    is_ordered: bool = False
    """Whether the rows of a table follow each other in time."""


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
