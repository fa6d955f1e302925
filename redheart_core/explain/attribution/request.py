"""What is asked, and the key it comes to: everything spelt in one way, defaults filled in, nothing left to chance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from redheart_core.errors import ExplanationError
from redheart_core.explain.attribution.baselines import canonical_baseline
from redheart_core.explain.attribution.methods import method_named
from redheart_core.explain.attribution.methods.options import make_options, option_pairs
from redheart_core.explain.attribution.result import AttributionKey, Option, Unit
from redheart_core.explain.attribution.targets import checked_unit, target_named
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


def attribution_key(request: AttributionRequest, reader: LeasedReader) -> AttributionKey:
    """Return the key of a request.

    Raises:
        ExplanationError: Target, method, baseline, options or unit do not exist or do not go together.
        InputError: The text, the context or a baseline's text cannot be used.
    """
    if request.seed < 0:
        raise ExplanationError(f"The seed is {request.seed}; it must be 0 or more.")
    method = method_named(request.method)
    target = target_named(reader.checkpoint.manifest, request.target, untrained=request.untrained)
    context = clean_passage(request.context, what_en="context", what_ko="배경 글") if request.context.strip() else ""
    return AttributionKey(
        checkpoint_sha256=reader.checkpoint_sha256,
        text=clean_passage(request.text, what_en="text", what_ko="글"),
        context=context,
        target=target.name,
        method=method.name,
        baseline=canonical_baseline(request.baseline),
        options=option_pairs(make_options(method, request.options)),
        unit=checked_unit(target, request.unit),
        seed=request.seed,
    )
