"""What is asked, and the key it comes to: everything spelt in one way, defaults filled in, nothing left to chance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from redheart_core.errors import ExplanationError
from redheart_core.explain.attribution.baselines import canonical_baseline
from redheart_core.explain.attribution.methods import method_named
from redheart_core.explain.attribution.methods.options import make_options, option_pairs
from redheart_core.explain.attribution.result import AttributionKey, Option, OptionCase, Unit
from redheart_core.explain.attribution.targets.option import OPTION_RANGES, OPTION_SCORE
from redheart_core.explain.attribution.targets.registry import target_named
from redheart_core.explain.attribution.targets.target import Range, checked_unit
from redheart_core.inference.leased import LeasedReader
from redheart_core.vocabulary.dilemma import clean_passage

DEFAULT_METHOD = "integrated_gradients"
DEFAULT_BASELINE = "pad"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributionRequest:
    """Which words of a passage moved which output, by which method, against which baseline."""

    text: str
    context: str = ""
    """What the text is seen against; for an option, its situation."""
    target: str
    """Name of a target, or of a difference of two."""
    method: str = DEFAULT_METHOD
    baseline: str = DEFAULT_BASELINE
    options: Mapping[str, Option] = field(default_factory=dict)
    """Of the method, by name; the others have their defaults."""
    unit: Unit | None = None
    """The target's default when absent."""
    seed: int = 0
    untrained: bool = False
    """Whether an output that the checkpoint never learned is allowed."""
    case: OptionCase | None = None
    """For the score of an option; without parties and with the default weights when absent."""


def attribution_key(request: AttributionRequest, reader: LeasedReader) -> AttributionKey:
    """Return the key of a request.

    Raises:
        ExplanationError: Target, method, baseline, options or unit do not exist or do not go together.
        InputError: The text, the context or a baseline's text cannot be used.
    """
    if request.seed < 0:
        raise ExplanationError(f"The seed is {request.seed}; it must be 0 or more.")
    method = method_named(request.method)
    name, ranges = _target(request, reader)
    context = clean_passage(request.context, what_en="context", what_ko="배경 글") if request.context.strip() else ""
    return AttributionKey(
        checkpoint_sha256=reader.checkpoint_sha256,
        text=clean_passage(request.text, what_en="text", what_ko="글"),
        context=context,
        target=name,
        method=method.name,
        baseline=canonical_baseline(request.baseline),
        options=option_pairs(make_options(method, request.options)),
        unit=checked_unit(name, ranges, request.unit),
        seed=request.seed,
        case=_case(request),
    )


def _target(request: AttributionRequest, reader: LeasedReader) -> tuple[str, Mapping[Unit, Range]]:
    """Return the target's canonical name and the units in which it can be counted."""
    if request.target.strip() != OPTION_SCORE:
        target = target_named(reader.checkpoint.manifest, request.target, untrained=request.untrained)
        return target.name, target.ranges
    if not request.context.strip():
        raise ExplanationError(f"{OPTION_SCORE} scores an option against its situation. Give the situation as context.")
    return OPTION_SCORE, OPTION_RANGES


def _case(request: AttributionRequest) -> OptionCase | None:
    if request.target.strip() == OPTION_SCORE:
        case = request.case or OptionCase()
        _ = case.settings  # refuses weights that are no shares
        return case
    if request.case is not None:
        raise ExplanationError(
            f"Parties and weights of views play no part in {request.target}, only in {OPTION_SCORE}."
        )
    return None
