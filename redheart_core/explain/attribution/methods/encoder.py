"""Layers of the encoder by the names that ``hidden`` gives them, and how a wrong one is refused."""

from __future__ import annotations

from redheart_core.errors import ExplanationError
from redheart_core.explain.attribution.function import Explained
from redheart_core.explain.attribution.methods.hidden import STATES, hidden_layers

FIRST = "encoder.0"
NO_LAYERS = "it has no encoder."


def needs_encoder(explained: Explained) -> str | None:
    """Return None, or that the model has no encoder."""
    return None if _names(explained) else NO_LAYERS


def encoder_place(explained: Explained, name: str) -> int:
    """Return the place of a layer in the encoder, 0 the first.

    Raises:
        ExplanationError: There is none of that name.
    """
    names = _names(explained)
    if name not in names:
        raise ExplanationError(f"There is no layer {name!r} in the encoder. Known: {', '.join(names) or 'none'}.")
    return names.index(name)


def _names(explained: Explained) -> list[str]:
    return [name for name in hidden_layers(explained.model) if name != STATES]
