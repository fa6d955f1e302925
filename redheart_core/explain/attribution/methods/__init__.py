"""The methods of attribution: one file each, and one visible list."""

from __future__ import annotations

from redheart_core.errors import ExplanationError
from redheart_core.explain.attribution.methods.attention import AttentionView
from redheart_core.explain.attribution.methods.deep_lift import DeepLift
from redheart_core.explain.attribution.methods.feature_ablation import FeatureAblation
from redheart_core.explain.attribution.methods.gradient_shap import GradientShap
from redheart_core.explain.attribution.methods.input_x_gradient import InputXGradient
from redheart_core.explain.attribution.methods.integrated_gradients import IntegratedGradients
from redheart_core.explain.attribution.methods.kernel_shap import KernelShap
from redheart_core.explain.attribution.methods.layer_activation import LayerActivation
from redheart_core.explain.attribution.methods.layer_conductance import LayerConductance
from redheart_core.explain.attribution.methods.layer_integrated_gradients import LayerIntegratedGradients
from redheart_core.explain.attribution.methods.lime import Lime
from redheart_core.explain.attribution.methods.method import Method
from redheart_core.explain.attribution.methods.neuron_conductance import NeuronConductance
from redheart_core.explain.attribution.methods.occlusion import Occlusion
from redheart_core.explain.attribution.methods.saliency import Saliency
from redheart_core.explain.attribution.methods.shapley_sampling import ShapleySampling

_LISTED: tuple[Method, ...] = (
    IntegratedGradients(),
    LayerIntegratedGradients(),
    Saliency(),
    InputXGradient(),
    DeepLift(),
    GradientShap(),
    FeatureAblation(),
    Occlusion(),
    ShapleySampling(),
    KernelShap(),
    Lime(),
    LayerConductance(),
    NeuronConductance(),
    LayerActivation(),
    # No explanation, and therefore last.
    AttentionView(),
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
