"""From an attribution to its trust report: the function is made again from the attribution's key, and asked."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence, Set

import torch

from redheart_core.errors import ExplanationError
from redheart_core.explain.attribution.attribute import explained_passages
from redheart_core.explain.attribution.function import Explained, Scalar
from redheart_core.explain.attribution.merge import by_word
from redheart_core.explain.attribution.methods import method_named
from redheart_core.explain.attribution.methods.method import Report, unreported
from redheart_core.explain.attribution.methods.options import make_options
from redheart_core.explain.attribution.result import Attribution, AttributionKey
from redheart_core.explain.attribution.targets import output_targets
from redheart_core.explain.attribution.targets.target import MINUS
from redheart_core.explain.attribution.trust.assess import assess
from redheart_core.explain.attribution.trust.plan import PlannedCheck, TrustSettings, planned_checks
from redheart_core.explain.attribution.trust.report import TrustReport
from redheart_core.explain.attribution.trust.subject import Subject
from redheart_core.explain.attribution.trust.verdict import CheckName
from redheart_core.inference.leased import LeasedReader


def judge(
    attribution: Attribution,
    reader: LeasedReader,
    *,
    asked: Set[CheckName] = frozenset(),
    by_method: Sequence[Attribution] = (),
    by_baseline: Sequence[Attribution] = (),
    settings: TrustSettings | None = None,
    report: Report = unreported,
) -> TrustReport:
    """Check an attribution. The network is held alone while this runs.

    Args:
        attribution: What is judged.
        reader: The neural part that it is of.
        asked: Checks on request that shall run.
        by_method: Attributions of the same target by other methods, where they exist.
        by_baseline: The same against other baselines, where they exist.
        settings: How thoroughly.
        report: Told evaluations done and in all; may raise ``Cancelled``.

    Raises:
        ExplanationError: The attribution is of another checkpoint, or the others are not of the same words.
    """
    key, settings = attribution.key, settings or TrustSettings()
    _require_same(attribution, reader, (*by_method, *by_baseline))
    targets = _other_targets(key, reader, settings) if CheckName.RANDOM_TARGET in asked else None
    with reader.held(), torch.inference_mode(False), torch.enable_grad():
        return assess(
            _subject(attribution, reader),
            asked=asked,
            other_targets=targets,
            method_maps={each.key.method: each.scores for each in by_method if each.key.method != key.method},
            baseline_maps={each.key.baseline: each.scores for each in by_baseline if each.key.baseline != key.baseline},
            settings=settings,
            report=report,
        )


def plan(
    attribution: Attribution, reader: LeasedReader, settings: TrustSettings | None = None
) -> tuple[PlannedCheck, ...]:
    """Return what would be checked, and what each check costs, before any of it runs."""
    _require_same(attribution, reader, ())
    with reader.held():
        return planned_checks(_subject(attribution, reader), settings or TrustSettings())


def _subject(attribution: Attribution, reader: LeasedReader) -> Subject:
    key = attribution.key
    method = method_named(key.method)
    options = make_options(method, dict(key.options))
    explained = tuple(passage.explained for passage in explained_passages(key, reader))

    def run(function: Explained, report: Report) -> tuple[float, ...]:
        raw = method.run(function, options, seed=key.seed, report=report)
        return by_word(function.layout, raw).words

    return Subject(
        method=key.method,
        baseline=key.baseline,
        explained=explained,
        scores=attribution.scores,
        rest=attribution.rest,
        is_additive=attribution.is_additive,
        run=run,
        run_cost=method.cost(explained[0], options),
    )


def _other_targets(key: AttributionKey, reader: LeasedReader, settings: TrustSettings) -> Mapping[str, Scalar]:
    """Draw trained outputs in the same unit that the target is not made of."""
    own = set(key.target.split(MINUS))
    candidates = [
        target
        for target in output_targets(reader.checkpoint.manifest).values()
        if target.is_trained and target.name not in own and key.unit in target.ranges
    ]
    count = min(settings.num_targets, len(candidates))
    drawn = random.Random(settings.seed).sample(candidates, count)
    return {target.name: target.scalar(key.unit) for target in drawn}


def _question(key: AttributionKey) -> tuple[object, ...]:
    return key.checkpoint_sha256, key.text, key.context, key.target, key.case, key.unit


def _require_same(attribution: Attribution, reader: LeasedReader, others: Sequence[Attribution]) -> None:
    key = attribution.key
    if key.checkpoint_sha256 != reader.checkpoint_sha256:
        raise ExplanationError(
            f"The attribution is of checkpoint {key.checkpoint_sha256[:12]}, but {reader.checkpoint_sha256[:12]} is "
            "loaded. Load that one, or make the attribution again."
        )
    for other in others:
        if _question(other.key) != _question(key):
            raise ExplanationError(
                f"An attribution of {other.key.target} ({other.key.unit.value}) is compared with one of {key.target} "
                f"({key.unit.value}), or of another text. Compare attributions of one target, unit and text."
            )
