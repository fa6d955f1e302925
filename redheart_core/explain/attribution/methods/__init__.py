"""The methods of attribution: one file each, and one visible list."""

from __future__ import annotations

from redheart_core.errors import ExplanationError
from redheart_core.explain.attribution.methods.deep_lift import DeepLift
from redheart_core.explain.attribution.methods.gradient_shap import GradientShap
from redheart_core.explain.attribution.methods.input_x_gradient import InputXGradient
from redheart_core.explain.attribution.methods.integrated_gradients import IntegratedGradients
from redheart_core.explain.attribution.methods.layer_integrated_gradients import LayerIntegratedGradients
from redheart_core.explain.attribution.methods.method import Method
from redheart_core.explain.attribution.methods.saliency import Saliency

_LISTED: tuple[Method, ...] = (
    IntegratedGradients(),
    LayerIntegratedGradients(),
    Saliency(),
    InputXGradient(),
    DeepLift(),
    GradientShap(),
)
METHODS: dict[str, Method] = {method.name: method for method in _LISTED}
"""Every method by name, in the order in which they are offered."""


def method_named(name: str) -> Method:
    """Return a method.

    Raises:
        ExplanationError: There is none of that name.
    """
    if name not in METHODS:
        raise ExplanationError(f"There is no method {name!r}. Known methods: {', '.join(METHODS)}.")
    return METHODS[name]
