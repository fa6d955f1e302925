"""Synergistic, unique and redundant decomposition of information, in bits, about a population of cases."""

from redheart_core.explain.surd.assess import surd_report
from redheart_core.explain.surd.decomposition import decompose
from redheart_core.explain.surd.observations import Coding, Observations, observe
from redheart_core.explain.surd.report import (
    ClosePair,
    Interval,
    KindReport,
    ReportSettings,
    SensitivityRow,
    SurdReport,
    TermKind,
    TermReport,
    TotalReport,
)
from redheart_core.explain.surd.result import SurdResult, TieGroup
from redheart_core.explain.surd.samples import decompose_observations, from_samples
from redheart_core.explain.surd.sampling import BinKind, Binning, Reliability, Sampling

__all__ = [
    "BinKind",
    "Binning",
    "ClosePair",
    "Coding",
    "Interval",
    "KindReport",
    "Observations",
    "Reliability",
    "ReportSettings",
    "Sampling",
    "SensitivityRow",
    "SurdReport",
    "SurdResult",
    "TermKind",
    "TermReport",
    "TieGroup",
    "TotalReport",
    "decompose",
    "decompose_observations",
    "from_samples",
    "observe",
    "surd_report",
]
