"""Running the checks of a map: the quick ones always, the others on request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

import torch

from redheart_core.errors import ExplanationError
from redheart_core.explain.attribution.function import Scalar
from redheart_core.explain.attribution.methods.method import Report, unreported
from redheart_core.explain.attribution.trust.agreement import BaselineStrip, agreements, baseline_strip, check_agreement
from redheart_core.explain.attribution.trust.completeness import Completeness, check_completeness
from redheart_core.explain.attribution.trust.control import band
from redheart_core.explain.attribution.trust.evidence import (
    Evidence,
    check_against_noise,
    gather,
    is_constant,
    unjudged_metrics,
)
from redheart_core.explain.attribution.trust.plan import ON_REQUEST, TrustSettings, planned_evaluations
from redheart_core.explain.attribution.trust.questions import Progress, WordQuestions
from redheart_core.explain.attribution.trust.repeats import Repeats, run_requested
from redheart_core.explain.attribution.trust.report import CurvePoint, TrustReport
from redheart_core.explain.attribution.trust.subject import Subject
from redheart_core.explain.attribution.trust.verdict import Check, CheckName, Reason, Verdict

Maps = Mapping[str, Sequence[float]]


def assess(
    subject: Subject,
    *,
    asked: Set[CheckName] = frozenset(),
    other_targets: Mapping[str, Scalar] | None = None,
    method_maps: Maps | None = None,
    baseline_maps: Maps | None = None,
    settings: TrustSettings | None = None,
    report: Report = unreported,
) -> TrustReport:
    """Check a map. Whoever calls it holds the model's lease.

    Args:
        subject: The map.
        asked: Checks on request that shall run (``plan.ON_REQUEST``); each costs what its plan says.
        other_targets: Other outputs for the random target check.
        method_maps: Scores of the same words by other methods, by name, where they exist.
        baseline_maps: Scores of the same words under other baselines, by name, where they exist.
        settings: How thoroughly.
        report: Told evaluations done and in all; may raise ``Cancelled``.

    Raises:
        ExplanationError: A check was asked for that does not run on request, or other outputs are missing.
    """
    settings = settings or TrustSettings()
    _require_askable(asked, other_targets)
    progress = Progress(report, planned_evaluations(subject, settings, asked))
    questions = WordQuestions(subject.explained, progress)
    ends = questions.ends()
    metrics, evidence = _metrics(subject, questions, ends, settings)
    repeats = Repeats(subject, settings, progress)
    requested, cascade = run_requested(repeats, asked, other_targets or {})
    methods, baselines = method_maps or {}, baseline_maps or {}
    return TrustReport(
        checks=(
            _completeness(subject, ends),
            *metrics,
            *requested,
            check_agreement(CheckName.METHOD_AGREEMENT, subject.scores, methods),
            check_agreement(CheckName.BASELINE_AGREEMENT, subject.scores, baselines),
        ),
        target_value=ends[0],
        baseline_value=ends[1],
        curve=() if evidence is None else _curve(evidence),
        cascade=cascade,
        agreements=agreements({subject.method: subject.scores, **methods}) if methods else (),
        baseline_strip=_strip(subject, baselines),
        settings=settings,
        num_evaluations=questions.num_evaluations + repeats.num_evaluations,
    )


def _require_askable(asked: Set[CheckName], other_targets: Mapping[str, Scalar] | None) -> None:
    wrong = [name.value for name in asked if name not in ON_REQUEST]
    if wrong:
        known = ", ".join(name.value for name in ON_REQUEST)
        raise ExplanationError(f"{', '.join(wrong)} always runs. Checks on request: {known}.")
    if CheckName.RANDOM_TARGET in asked and not other_targets:
        raise ExplanationError("The random target check needs at least one other output to compare with.")


def _completeness(subject: Subject, ends: tuple[float, float]) -> Check:
    # The model's own values, asked anew: an attribution that misstates them must not pass.
    return check_completeness(
        Completeness(
            total=sum(subject.scores) + subject.rest,
            target_value=ends[0],
            baseline_value=ends[1],
            is_additive=subject.is_additive,
        )
    )


def _metrics(
    subject: Subject, questions: WordQuestions, ends: tuple[float, float], settings: TrustSettings
) -> tuple[tuple[Check, ...], Evidence | None]:
    scores_W = subject.scores_W
    if not torch.isfinite(scores_W).all():
        return unjudged_metrics(Reason.NOT_FINITE, verdict=Verdict.FAILED), None
    if len(scores_W) < 2:
        return unjudged_metrics(Reason.TOO_FEW_WORDS), None
    if is_constant(scores_W):
        return unjudged_metrics(Reason.CONSTANT_SCORES, verdict=Verdict.FAILED), None
    evidence = gather(
        questions,
        ends,
        scores_W,
        is_additive=subject.is_additive,
        num_points=settings.num_points,
        num_maps=settings.num_maps,
        generator=torch.Generator().manual_seed(settings.seed),
    )
    return check_against_noise(evidence), evidence


def _strip(subject: Subject, baselines: Maps) -> BaselineStrip | None:
    return baseline_strip(subject.baseline, {subject.baseline: subject.scores, **baselines}) if baselines else None


def _curve(evidence: Evidence) -> tuple[CurvePoint, ...]:
    without_low_G, without_high_G = band(evidence.random_curves.without_RG)
    only_low_G, only_high_G = band(evidence.random_curves.only_RG)
    return tuple(
        CurvePoint(
            num_words=size,
            without=float(evidence.curves.without_RG[0, place]),
            without_low=float(without_low_G[place]),
            without_high=float(without_high_G[place]),
            only=float(evidence.curves.only_RG[0, place]),
            only_low=float(only_low_G[place]),
            only_high=float(only_high_G[place]),
        )
        for place, size in enumerate(evidence.curves.sizes_G)
    )
