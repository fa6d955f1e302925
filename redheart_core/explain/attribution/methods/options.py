"""Options of methods: one frozen dataclass per method, whose fields say what may be chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import Field, dataclass, field, fields
from typing import Any, cast

from redheart_core.errors import ExplanationError
from redheart_core.explain.attribution.methods.method import Method
from redheart_core.explain.attribution.result import Option


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionSpec:
    """What may be chosen for one option."""

    name: str
    kind: type
    """bool, int, float or str."""
    default: Option
    low: float | None
    """Least value of a number."""
    high: float | None
    """Greatest value of a number."""
    choices: tuple[str, ...]
    """The values of a word; empty for anything else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoOptions:
    """A method with nothing to choose."""


def option(
    default: Option, *, low: float | None = None, high: float | None = None, choices: tuple[str, ...] = ()
) -> Any:
    """Return a dataclass field with a default and its limits, both included."""
    return field(default=default, metadata={"low": low, "high": high, "choices": choices})


def option_specs(method: Method) -> tuple[OptionSpec, ...]:
    """Return what may be chosen for a method, in the order of its fields."""
    return tuple(map(_spec, fields(method.options_type)))


def make_options(method: Method, chosen: Mapping[str, Option]) -> Any:
    """Return the method's options, with defaults for those that are not chosen.

    Raises:
        ExplanationError: An option is unknown, of the wrong kind, or outside its limits.
    """
    specs = {spec.name: spec for spec in option_specs(method)}
    for name in chosen:
        if name not in specs:
            known = ", ".join(specs) or "none"
            raise ExplanationError(f"{method.name} has no option {name!r}. Its options: {known}.")
    return method.options_type(**{name: _checked(method, specs[name], value) for name, value in chosen.items()})


def parse_options(method: Method, typed: Sequence[str]) -> dict[str, Option]:
    """Return options that were typed as ``name=value``, each read as the kind that the method wants.

    Raises:
        ExplanationError: One is not of that form, or unknown, or of the wrong kind.
    """
    specs = {spec.name: spec for spec in option_specs(method)}
    found: dict[str, Option] = {}
    for one in typed:
        name, equals, value = one.partition("=")
        if not equals:
            raise ExplanationError(f"{one!r} is no option. Write name=value, such as steps=64.")
        found[name] = _parsed(specs[name], value) if name in specs else value
    return found


def _parsed(spec: OptionSpec, value: str) -> Option:
    """Return what was typed as the wanted kind, or as it stands where that is impossible; checking says why."""
    if spec.kind is bool:
        return {"true": True, "false": False}.get(value.lower(), value)
    try:
        parsed: Option = spec.kind(value)
    except ValueError:
        return value
    return parsed


def option_pairs(options: Any) -> tuple[tuple[str, Option], ...]:
    """Return names and values, sorted by name, as keys carry them."""
    return tuple(sorted((one.name, getattr(options, one.name)) for one in fields(options)))


def _spec(one: Field[Any]) -> OptionSpec:
    limits, default = one.metadata, cast(Option, one.default)
    return OptionSpec(
        name=one.name,
        kind=type(default),
        default=default,
        low=limits["low"],
        high=limits["high"],
        choices=limits["choices"],
    )


def _checked(method: Method, spec: OptionSpec, value: Option) -> Option:
    if spec.kind is float and type(value) is int:
        value = float(value)
    if type(value) is not spec.kind:
        raise ExplanationError(
            f"Option {spec.name} of {method.name} is {value!r}, but must be a {spec.kind.__name__}, such as "
            f"{spec.default!r}."
        )
    if spec.choices and value not in spec.choices:
        raise ExplanationError(
            f"Option {spec.name} of {method.name} is {value!r}, but must be one of {', '.join(spec.choices)}."
        )
    if isinstance(value, int | float) and not _inside(spec, value):
        raise ExplanationError(
            f"Option {spec.name} of {method.name} is {value!r}, but must lie from {spec.low} to {spec.high}."
        )
    return value


def _inside(spec: OptionSpec, value: float) -> bool:
    # Written so that NaN lies outside.
    return (spec.low is None or value >= spec.low) and (spec.high is None or value <= spec.high)
