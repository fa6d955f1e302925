"""What is chosen on the attribution page: first values from the address, the request they make, and back into it."""

from __future__ import annotations

from dataclasses import fields

from redheart_core.explain.attribution.baselines import AVERAGE, BASELINES, TEXT
from redheart_core.explain.attribution.methods import METHODS
from redheart_core.explain.attribution.methods.method import Method
from redheart_core.explain.attribution.request import DEFAULT_BASELINE, DEFAULT_METHOD, AttributionRequest
from redheart_core.explain.attribution.result import Unit
from redheart_core.explain.attribution.targets import OPTION_SCORE
from redheart_core.explain.attribution.targets.target import MINUS
from workbench.copy import UiLanguage, say
from workbench.ui import address, session
from workbench.ui.carried_case import carried_case
from workbench.ui.explanations import offered_targets, units_of
from workbench.ui.session import Key
from workbench.ui.widgets.method_options import chosen_options
from workbench.views.targets import output_name

DEFAULT_TARGET = "emotion/sadness"


def begin_choices(language: UiLanguage) -> tuple[str, ...]:
    """Give every choice its first value and return what has to be said about the address.

    Raises:
        RedHeartError: The checkpoint cannot be used.
    """
    outputs = shown_outputs(language)
    default = DEFAULT_TARGET if DEFAULT_TARGET in outputs else outputs[0]
    refused = address.begin(Key.ATTRIBUTION_TARGET, "target", outputs, default)
    unknown = [
        address.begin(Key.ATTRIBUTION_CONTRAST, "than", ["", *shown_contrasts(language)], ""),
        address.begin(Key.ATTRIBUTION_METHOD, "method", METHODS, _default_method()),
        address.begin(Key.ATTRIBUTION_BASELINE, "baseline", BASELINES, DEFAULT_BASELINE),
    ]
    units = [unit.value for unit in units_of(_target(), language)]
    unknown.append(address.begin(Key.ATTRIBUTION_UNIT, "unit", units, units[0]))
    messages = [say("attribution.input.unknown", language, value=value) for value in unknown if value is not None]
    return (*_about_target(refused, language), *messages)


def shown_outputs(language: UiLanguage) -> list[str]:
    """Return the outputs to choose from: trained ones, and all where the visitor allows them.

    Raises:
        RedHeartError: The checkpoint cannot be used.
    """
    allowed = bool(session.get(Key.ATTRIBUTION_UNTRAINED))
    return [name for name, is_trained in offered_targets(language).items() if is_trained or allowed]


def shown_contrasts(language: UiLanguage) -> list[str]:
    """Return the outputs that the chosen one can be held against; the score of an option stands alone.

    Raises:
        RedHeartError: The checkpoint cannot be used.
    """
    target = session.get(Key.ATTRIBUTION_TARGET)
    alone = {target, OPTION_SCORE}
    return [] if target == OPTION_SCORE else [name for name in shown_outputs(language) if name not in alone]


def chosen_method() -> Method:
    """Return the method."""
    return METHODS[str(session.get(Key.ATTRIBUTION_METHOD))]


def chosen_units(language: UiLanguage) -> list[str]:
    """Return the units to choose from.

    Raises:
        RedHeartError: The checkpoint cannot be used.
    """
    return [unit.value for unit in units_of(_target(), language)]


def read_request() -> AttributionRequest:
    """Return what the fields ask; the core says what cannot be used."""
    unit, target = session.get(Key.ATTRIBUTION_UNIT), _target()
    text, context = (str(session.get(key) or "") for key in (Key.ATTRIBUTION_TEXT, Key.ATTRIBUTION_CONTEXT))
    return AttributionRequest(
        text=text,
        context=context,
        target=target,
        method=chosen_method().name,
        baseline=chosen_baseline(),
        options=chosen_options(chosen_method().name),
        unit=Unit(unit) if unit else None,
        seed=chosen_seed(),
        untrained=bool(session.get(Key.ATTRIBUTION_UNTRAINED)),
        case=carried_case(text, context) if target == OPTION_SCORE else None,
    )


def chosen_baseline() -> str:
    """Return the baseline; one of the visitor's own carries its text."""
    kind = str(session.get(Key.ATTRIBUTION_BASELINE))
    typed = str(session.get(Key.ATTRIBUTION_BASELINE_TEXT) or "").strip()
    return f"{kind}:{typed}" if kind == TEXT or (kind == AVERAGE and typed) else kind


def chosen_seed() -> int:
    """Return the seed."""
    return int(session.get(Key.ATTRIBUTION_SEED, 0))


def words_address() -> dict[str, str | None]:
    """Return every choice by its name in the address, and nothing that was typed as a text."""
    return {
        "target": str(session.get(Key.ATTRIBUTION_TARGET)),
        "than": session.get(Key.ATTRIBUTION_CONTRAST) or None,
        "unit": session.get(Key.ATTRIBUTION_UNIT) or None,
        **method_address(),
    }


def method_address() -> dict[str, str | None]:
    """Return what is chosen about the method by its name in the address; options of other methods leave it."""
    chosen, seed = chosen_options(chosen_method().name), chosen_seed()
    options = sorted({field.name for method in METHODS.values() for field in fields(method.options_type)})
    return {
        "method": chosen_method().name,
        "baseline": str(session.get(Key.ATTRIBUTION_BASELINE)),
        "seed": str(seed) if seed else None,
        **{name: str(chosen[name]) if name in chosen else None for name in options},
    }


def first_seed() -> int:
    """Return the seed that the address asks for, or 0."""
    wanted = address.asked("seed") or ""
    return int(wanted) if wanted.isascii() and wanted.isdigit() else 0


def _target() -> str:
    target, contrast = str(session.get(Key.ATTRIBUTION_TARGET)), session.get(Key.ATTRIBUTION_CONTRAST)
    return f"{target}{MINUS}{contrast}" if contrast else target


def _default_method() -> str:
    return DEFAULT_METHOD if DEFAULT_METHOD in METHODS else next(iter(METHODS))


def _about_target(refused: str | None, language: UiLanguage) -> tuple[str, ...]:
    if refused is None:
        return ()
    if refused in offered_targets(language):
        return (say("attribution.input.refused", language, target=output_name(refused, language)),)
    return (say("attribution.input.unknown", language, value=refused),)
