"""Cached access to what is known about whether to believe an attribution: other maps, quick checks, costly ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st

from redheart_core.explain.attribution.attribute import attribute, explained_passages
from redheart_core.explain.attribution.methods import METHODS
from redheart_core.explain.attribution.methods.options import make_options, option_pairs
from redheart_core.explain.attribution.result import Attribution, AttributionKey
from redheart_core.explain.attribution.trust.judge import judge as judge_map
from redheart_core.explain.attribution.trust.judge import plan
from redheart_core.explain.attribution.trust.plan import ON_REQUEST
from redheart_core.explain.attribution.trust.report import TrustReport
from redheart_core.inference.leased import LeasedReader
from workbench.copy import UiLanguage
from workbench.ui.explanations import evaluations_of_key, leased_reader
from workbench.ui.kept import Kept
from workbench.ui.progress import Report, parts_of

COMPANIONS = ("integrated_gradients", "deep_lift", "feature_ablation", "occlusion")
"""Signed methods that are quick enough to stand beside every map."""
OTHER_BASELINES = ("pad", "mask", "unknown", "zero", "mean")
"""Baselines that need no text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A trust report with the other maps that it was made from."""

    report: TrustReport
    methods: tuple[Attribution, ...]
    baselines: tuple[Attribution, ...]


@st.cache_resource(max_entries=1, show_spinner=False)
def _kept() -> Kept[Judged]:
    return Kept(64)


def judge(attribution: Attribution, *, is_costly: bool, language: UiLanguage, report: Report) -> Judged:
    """Return everything that is known about whether to believe an attribution.

    Args:
        attribution: What is judged.
        is_costly: Whether the checks on request run too.
        language: Of the reader.
        report: Told evaluations done and in all, over all maps and checks.

    Raises:
        RedHeartError: The checkpoint cannot be used.
    """
    reader = leased_reader(language)
    return _kept().get((attribution.key, is_costly), lambda: _judge(attribution, reader, is_costly, report))


def costly_evaluations(attribution: Attribution, language: UiLanguage) -> int:
    """Return how often the checks on request evaluate the model.

    Raises:
        RedHeartError: The checkpoint cannot be used.
    """
    return sum(p.num_evaluations for p in plan(attribution, leased_reader(language)) if p.name in ON_REQUEST)


def other_methods(key: AttributionKey, names: Sequence[str], reader: LeasedReader) -> tuple[AttributionKey, ...]:
    """Return the same question put to other methods by default options; those that cannot answer are left out."""
    with reader.held():
        explained = explained_passages(key, reader)[0].explained
        others = [METHODS[name] for name in names if name in METHODS and name != key.method]
        able = [method for method in others if method.supports(explained) is None]
    return tuple(replace(key, method=method.name, options=option_pairs(make_options(method, {}))) for method in able)


def _judge(attribution: Attribution, reader: LeasedReader, is_costly: bool, report: Report) -> Judged:
    method_keys = other_methods(attribution.key, COMPANIONS, reader)
    others = [baseline for baseline in OTHER_BASELINES if baseline != attribution.key.baseline]
    keys = [*method_keys, *(replace(attribution.key, baseline=baseline) for baseline in others)]
    asked = frozenset(ON_REQUEST) if is_costly else frozenset()
    checks = sum(p.num_evaluations for p in plan(attribution, reader) if p.is_quick or p.name in asked)
    *for_maps, for_checks = parts_of(report, [*(evaluations_of_key(key, reader) for key in keys), checks])
    maps = [attribute(key, reader, report=one) for key, one in zip(keys, for_maps, strict=True)]
    methods, baselines = tuple(maps[: len(method_keys)]), tuple(maps[len(method_keys) :])
    found = judge_map(
        attribution, reader, asked=asked, by_method=methods, by_baseline=baselines, report=for_checks
    )  # fmt: skip
    return Judged(report=found, methods=methods, baselines=baselines)
