"""How samples became counts, and how far the counts can be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class BinKind(StrEnum):
    """How the states of a variable were made."""

    QUANTILE = "quantile"
    UNIFORM = "uniform"
    CATEGORY = "category"


class Reliability(StrEnum):
    """What the sample size allows."""

    GREEN = "green"
    AMBER = "amber"
    """The expected bias is above 0.05 bit or above a tenth of the total."""
    RED = "red"
    """The bias is above half of the total, or there are fewer than 5 samples per occupied joint source state: synergy
    and leak are to be hidden behind a warning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Binning:
    """The states of one variable."""

    name: str
    kind: BinKind
    edges: tuple[float, ...]
    """Inner edges, ascending; a value on an edge belongs to the state above it. Empty for categories."""
    categories: tuple[str | float, ...]
    """The values themselves, in the order of the states; empty for bins."""
    masses: tuple[int, ...]
    """Samples in each state: values that tie at a quantile stay together, so these may be uneven."""

    @property
    def num_states(self) -> int:
        """How many states the variable has, empty ones included."""
        return len(self.masses)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON contract."""
        return {
            "name": self.name,
            "kind": self.kind.value,
            "edges": list(self.edges),
            "categories": list(self.categories),
            "masses": list(self.masses),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """The samples behind a decomposition, and its expected bias."""

    num_samples: int
    """Samples used, after lags were trimmed."""
    num_units: int
    """Independent units: as many as samples, or the number of clusters."""
    target: Binning
    sources: tuple[Binning, ...]
    lags: tuple[int, ...]
    """By how many samples each source precedes the target; all 0 where order means nothing."""
    occupied_states: int
    """Joint source states that occur; the largest over the sets when the order is cut."""
    occupied_cells: int
    """Cells of target and joint sources that occur."""
    bias: float
    """Bits that the plug-in total would show if target and sources were independent; nearly all of it is synergy."""
    miller_madow_total: float
    """I(T; sources) with the Miller-Madow correction, in bits; may be negative."""
    reliability: Reliability

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON contract."""
        return {
            "num_samples": self.num_samples,
            "num_units": self.num_units,
            "target": self.target.to_dict(),
            "sources": [source.to_dict() for source in self.sources],
            "lags": list(self.lags),
            "occupied_states": self.occupied_states,
            "occupied_cells": self.occupied_cells,
            "bias": self.bias,
            "miller_madow_total": self.miller_madow_total,
            "reliability": self.reliability.value,
        }

    def warning(self, language: str) -> str | None:
        """Return what the reader must know before reading the terms, or None."""
        if self.reliability is Reliability.GREEN:
            return None
        index = 0 if language == "ko" else 1
        return _WARNINGS[self.reliability][index].format(
            bias=self.bias, samples=self.num_units, states=self.occupied_states
        )


_WARNINGS = {
    Reliability.AMBER: (
        "표본 수에 비해 칸이 많아서 총 정보량이 {bias:.3f}비트쯤 부풀 수 있고, 그 대부분은 시너지로 나타나요. "
        "구간이나 원천 변수를 줄여 보세요.",
        "With this many cells the total may be inflated by about {bias:.3f} bit, and nearly all of that shows as "
        "synergy. Try fewer bins or fewer sources.",
    ),
    Reliability.RED: (
        "표본({samples}개)이 원천 상태({states}개)에 비해 너무 적어서 시너지와 누락 정보는 믿을 수 없어요. "
        "구간이나 원천 변수를 줄이거나 최대 차수를 2로 낮춰 주세요.",
        "{samples} samples are too few for {states} joint source states: synergy and leak cannot be trusted. "
        "Use fewer bins, fewer sources, or at most two sources together.",
    ),
}
