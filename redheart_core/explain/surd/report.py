"""What a report says: every term with its corrections, interval and tests."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from redheart_core.errors import ConfigError
from redheart_core.explain.surd.result import SurdResult
from redheart_core.explain.surd.sampling import Reliability
from redheart_core.explain.surd.sets import Key

MAX_SURROGATES = 4_999


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSettings:
    """How many random populations to draw, and what to call significant."""

    num_bootstrap: int = 500
    """Populations resampled for the intervals."""
    num_surrogates: int | None = None
    """Populations drawn under each null. None: at least 999, and enough for Holm's correction to be able to pass."""
    level: float = 0.90
    """Nominal coverage of the intervals."""
    alpha: float = 0.05
    seed: int = 0

    def __post_init__(self) -> None:
        if self.num_bootstrap < 20 or (self.num_surrogates is not None and self.num_surrogates < 19):
            raise ConfigError("A report needs at least 20 bootstrap populations and 19 surrogates.")
        if not (0 < self.level < 1 and 0 < self.alpha < 1):
            raise ConfigError(f"The level {self.level} and alpha {self.alpha} must lie between 0 and 1.")

    def surrogates(self, num_terms: int) -> int:
        """Return how many surrogates to draw when ``num_terms`` share one Holm correction."""
        if self.num_surrogates is not None:
            return self.num_surrogates
        return min(MAX_SURROGATES, max(999, round(2 * num_terms / self.alpha)))


class TermKind(StrEnum):
    """Which kind of term."""

    REDUNDANT = "redundant"
    UNIQUE = "unique"
    SYNERGISTIC = "synergistic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A basic (reflected) bootstrap interval over the independent unit, bias corrected, never below 0.

    Where the samples leave the order of source sets open it covers every order; see ``ties``.
    """

    low: float
    high: float
    one_sided: bool
    """Whether it starts at 0, so that only the upper end says something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TermReport:
    """One term, in bits."""

    kind: TermKind
    key: Key
    plug_in: float
    miller_madow: float
    """After the Miller-Madow correction of every i(t; A); under-corrects when cells are sparse."""
    null_subtracted: float
    """After subtracting the mean i(t; A) of shuffled targets; over-corrects when the signal is strong."""
    interval: Interval | None
    """None where there are too few samples for one."""
    p_value: float
    """Against a shuffled target."""
    p_holm: float
    """Corrected over all terms."""
    interaction_bits: float | None
    """For synergy: how far the table of these sources is from main effects alone; None where not tested. Not a part of
    the term: a plain sum has much synergy and no interaction."""
    p_interaction: float | None
    """Of those bits against populations without interaction, corrected over all sets; None where not tested."""
    is_interaction: bool
    """Whether a synergy may be called an interaction: both tests pass, and the bits are 3 % of the total or more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KindReport:
    """All terms of one kind together, in bits: steadier than the single labels."""

    kind: TermKind
    plug_in: float
    miller_madow: float
    null_subtracted: float
    interval: Interval | None
    """None where there are too few samples for one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalReport:
    """The sum of all terms, in bits."""

    plug_in: float
    miller_madow: float
    null_subtracted: float
    interval: Interval | None
    p_value: float
    is_significant: bool
    """Only then is the split worth reading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SensitivityRow:
    """The same samples at another number of quantile bins."""

    bins: int
    redundant: float
    unique: float
    synergistic: float
    total: float
    leak: float | None
    reliability: Reliability


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosePair:
    """Two sets of one size whose order is within its standard error: another sample might swap their labels."""

    keys: tuple[Key, Key]
    bits: float
    """Synergy that the swap would move."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurdReport:
    """A decomposition with everything needed to read it honestly."""

    result: SurdResult
    total: TotalReport
    leak_interval: Interval | None
    terms: tuple[TermReport, ...]
    kinds: tuple[KindReport, ...]
    """Redundant, unique and synergistic; kinds without a term are left out."""
    interaction_bits: float | None
    """How far the table of all sources is from main effects alone; None where not tested."""
    interaction_p: float | None
    """Of those bits against populations without interaction; None where not tested."""
    interaction_detectable: float | None
    """The smallest such interaction, in bits, that would be found in four of five samples like these."""
    sensitivity: tuple[SensitivityRow, ...]
    close_pairs: tuple[ClosePair, ...]
    num_surrogates: int
    settings: ReportSettings

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON contract; source sets are written "1,2"."""
        statistics = {
            "total": asdict(self.total),
            "leak_interval": None if self.leak_interval is None else asdict(self.leak_interval),
            "terms": [{**asdict(term), "kind": term.kind.value, "key": _name(term.key)} for term in self.terms],
            "kinds": [{**asdict(kind), "kind": kind.kind.value} for kind in self.kinds],
            "interaction_bits": self.interaction_bits,
            "interaction_p": self.interaction_p,
            "interaction_detectable": self.interaction_detectable,
            "sensitivity": [{**asdict(row), "reliability": row.reliability.value} for row in self.sensitivity],
            "close_pairs": [
                {"sources": [_name(key) for key in pair.keys], "bits": pair.bits} for pair in self.close_pairs
            ],
            "num_bootstrap": self.settings.num_bootstrap,
            "num_surrogates": self.num_surrogates,
            "level": self.settings.level,
            "alpha": self.settings.alpha,
            "seed": self.settings.seed,
        }
        return {**self.result.to_dict(), "statistics": statistics}


def _name(key: Key) -> str:
    return ",".join(str(source) for source in key)
