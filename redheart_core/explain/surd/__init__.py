"""Synergistic, unique and redundant decomposition of information, in bits, about a population of cases."""

from redheart_core.explain.surd.decomposition import decompose
from redheart_core.explain.surd.result import SurdResult, TieGroup
from redheart_core.explain.surd.samples import from_samples
from redheart_core.explain.surd.sampling import BinKind, Binning, Reliability, Sampling

__all__ = [
    "BinKind",
    "Binning",
    "Reliability",
    "Sampling",
    "SurdResult",
    "TieGroup",
    "decompose",
    "from_samples",
]
