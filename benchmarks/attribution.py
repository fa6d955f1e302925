"""How much time our methods of attribution add to Captum's, and what steps in batches save.

    python benchmarks/attribution.py [--model compact] [--repeat 5] [--text TEXT] [--target NAME] [--method NAME ...]

Each method answers for the same model, text, target, baseline (padding), batch size and options: once through
``Method.run`` and the sharing among words, once by calling Captum's class by hand on the same function. Both sides take
turns; each number is the median of processor time, which other work on the machine does not count into. The whole way
from a request to an attribution (``attribute``) is shown beside them. With all methods it also compares steps in
batches with steps one by one, and the sums of both KernelSHAPs. Set OMP_NUM_THREADS=1 for one thread.

Not the same work everywhere: the attention view has no counterpart in Captum. Layer integrated gradients by hand take
two of Captum's calls, since one walks the states of a layer and what goes past it needs a walk of its own. Layer
conductance by hand reads the layer alone, by slopes at one end of each piece. KernelSHAP and LIME by hand use Captum's
own fits, which need scikit-learn.

Claim checked: at most 1.10 times Captum's time.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import count
from typing import Any

import captum.attr
import torch

from redheart_core import load_model
from redheart_core.explain.attribution.attribute import attribute
from redheart_core.explain.attribution.explain import explain_passage
from redheart_core.explain.attribution.function import Explained
from redheart_core.explain.attribution.layers import layer_map
from redheart_core.explain.attribution.merge import by_word
from redheart_core.explain.attribution.methods import METHODS
from redheart_core.explain.attribution.methods.hidden import hidden_layer
from redheart_core.explain.attribution.methods.method import Method, unreported
from redheart_core.explain.attribution.methods.options import make_options
from redheart_core.explain.attribution.methods.points import as_batch
from redheart_core.explain.attribution.request import AttributionRequest
from redheart_core.explain.attribution.result import Unit
from redheart_core.explain.attribution.targets import target_named
from redheart_core.inference.leased import LeasedReader
from redheart_core.runtime.precision import Precision

TEXT = "I lied to my friend about the money and felt terribly guilty, but I could not say sorry."
TARGET = "emotion/sadness"
WANTED = 1.10

FIXED: dict[str, dict[str, int]] = {"integrated_gradients": {"steps": 128}}
"""By itself it may try several numbers of steps, which the call by hand does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One method."""

    method: str
    evaluations: int
    ours_ms: float
    captum_ms: float
    whole_ms: float
    """From the request to the attribution, nothing kept from before."""

    @property
    def ratio(self) -> float:
        """How many times Captum's time ours is."""
        return self.ours_ms / self.captum_ms


def by_hand(name: str, explained: Explained, options: Any) -> Callable[[], Any] | None:
    """Return the call of Captum's class that a user would write for a method, or None where there is none."""
    if name in ("feature_ablation", "occlusion", "shapley_sampling", "kernel_shap", "lime"):
        return on_words(name, explained, options)
    if name == "neuron_conductance":
        return on_neuron(explained, options)
    return on_vectors(name, explained, options)


def on_words(name: str, explained: Explained, options: Any) -> Callable[[], Any]:
    """Return the call of a method that takes words away."""
    kinds = {
        "feature_ablation": (captum.attr.FeatureAblation, {}),
        "occlusion": (
            captum.attr.Occlusion,
            {"sliding_window_shapes": (min(getattr(options, "window", 1), explained.num_words),)},
        ),
        "shapley_sampling": (captum.attr.ShapleyValueSampling, {"n_samples": getattr(options, "permutations", 0)}),
        "kernel_shap": (captum.attr.KernelShap, {"n_samples": getattr(options, "samples", 0)}),
        "lime": (captum.attr.Lime, {"n_samples": getattr(options, "samples", 0)}),
    }
    kind, more = kinds[name]
    there, gone = torch.ones(1, explained.num_words), torch.zeros(1, explained.num_words)
    return lambda: kind(explained.at_words).attribute(
        there, baselines=gone, perturbations_per_eval=explained.batch_size, **more
    )


def on_vectors(name: str, explained: Explained, options: Any) -> Callable[[], Any] | None:
    """Return the call of a method that follows slopes, or looks at a layer."""
    passage, baseline = as_batch(explained.passage), as_batch(explained.baseline)
    walked = {
        "n_steps": getattr(options, "steps", 1),
        "method": getattr(options, "rule", "riemann_trapezoid"),
        "internal_batch_size": explained.batch_size,
    }
    layer = hidden_layer(explained.model, getattr(options, "layer", "states")) if name.startswith("layer") else None
    calls: dict[str, Callable[[], Any]] = {
        "integrated_gradients": lambda: captum.attr.IntegratedGradients(explained).attribute(
            passage, baseline, **walked
        ),
        "saliency": lambda: captum.attr.Saliency(explained).attribute(wanting(explained), abs=options.absolute),
        "input_x_gradient": lambda: captum.attr.InputXGradient(explained).attribute(wanting(explained)),
        "gradient_shap": lambda: [
            captum.attr.GradientShap(explained).attribute(passage, baseline, n_samples=explained.batch_size)
            for _ in range(options.samples // explained.batch_size)
        ],
        "layer_integrated_gradients": lambda: both_legs(explained, layer, walked),
        "layer_conductance": lambda: captum.attr.LayerConductance(explained, layer).attribute(
            passage, baseline, **walked
        ),
        "layer_activation": lambda: [
            captum.attr.LayerActivation(explained, layer).attribute(point) for point in (passage, baseline)
        ],
    }
    return calls.get(name)


def both_legs(explained: Explained, layer: Any, walked: dict[str, Any]) -> tuple[Any, Any]:
    """Return layer integrated gradients of the whole function: over states with the passage's n-grams, then over those.

    Captum's class walks the states alone. What goes past the layer has a leg of its own, or the scores do not sum.
    """
    (vectors_KTD, ngrams_KN), (baseline_KTD, baseline_KN) = as_batch(explained.passage), as_batch(explained.baseline)
    states = captum.attr.LayerIntegratedGradients(explained, layer).attribute(
        vectors_KTD, baseline_KTD, additional_forward_args=(ngrams_KN,), **walked
    )
    beside = captum.attr.IntegratedGradients(
        lambda points_KN: explained(baseline_KTD.expand(points_KN.shape[0], -1, -1), points_KN)
    ).attribute(ngrams_KN, baselines=baseline_KN, **walked)
    return states, beside


def on_neuron(explained: Explained, options: Any) -> Callable[[], Any]:
    """Return the call for a neuron of a head."""
    passage, baseline = as_batch(explained.passage)[0], as_batch(explained.baseline)[0]
    ngrams_N = explained.passage.ngrams_N
    return lambda: captum.attr.NeuronConductance(
        lambda vectors_KTD: explained(vectors_KTD, ngrams_N.expand(vectors_KTD.shape[0], -1)),
        explained.model.heads[options.part].norm,
    ).attribute(
        passage,
        neuron_selector=options.neuron,
        baselines=baseline,
        n_steps=options.steps,
        method="gausslegendre",
        internal_batch_size=explained.batch_size,
    )


def wanting(explained: Explained) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the passage as inputs that take gradients."""
    return as_batch(explained.passage, needs_gradient=True)


def medians_ms(functions: Sequence[Callable[[], Any]], repeat: int) -> list[float]:
    """Return the median processor time of each function in milliseconds; they take turns, after one call each."""
    seconds: list[list[float]] = [[] for _ in functions]
    for turn in range(repeat + 1):
        for function, found in zip(functions, seconds, strict=True):
            start = time.process_time()
            function()
            if turn:
                found.append(time.process_time() - start)
    return [1e3 * statistics.median(found) for found in seconds]


def lines(reader: LeasedReader, explained: Explained, arguments: argparse.Namespace) -> Iterator[Line]:
    """Compare every method that supports the function and has a counterpart."""
    for name in arguments.method or METHODS:
        options = make_options(METHODS[name], FIXED.get(name, {}))
        reason = METHODS[name].supports(explained)
        theirs = None if reason else by_hand(name, explained, options)
        if theirs is None:
            print(f"{name}: not compared, {reason or 'Captum has none'}", file=sys.stderr)
            continue
        request = AttributionRequest(
            text=arguments.text, target=arguments.target, method=name, options=FIXED.get(name, {})
        )
        sides = [by_us(name, explained, options), theirs, whole_way(request, reader)]
        ours_ms, captum_ms, whole_ms = medians_ms(sides, arguments.repeat)
        yield Line(
            method=name,
            evaluations=METHODS[name].cost(explained, options),
            ours_ms=ours_ms,
            captum_ms=captum_ms,
            whole_ms=whole_ms,
        )


def by_us(name: str, explained: Explained, options: Any) -> Callable[[], Any]:
    """Return our call: scores, shared among the words."""
    method: Method = METHODS[name]
    return lambda: by_word(explained.layout, method.run(explained, options, seed=0, report=unreported))


def whole_way(request: AttributionRequest, reader: LeasedReader) -> Callable[[], Any]:
    """Return the way from a request to an attribution; each time with another seed, which no cache knows."""
    seeds = count()
    return lambda: attribute(replace(request, seed=next(seeds)), reader)


def extras(explained: Explained, repeat: int) -> dict[str, float]:
    """Measure steps in batches against one by one, all layers against one, and how far fits miss the sum."""
    method = METHODS["integrated_gradients"]
    options = make_options(method, FIXED[method.name])

    def walk(batch_size: int) -> Callable[[], Any]:
        smaller = replace(explained, batch_size=batch_size)
        return lambda: method.run(smaller, options, seed=0, report=unreported)

    one_by_one, batched, every_layer = medians_ms([walk(1), walk(32), lambda: layer_map(explained)], repeat)
    difference = explained.target_value - explained.baseline_value
    shap = by_hand("kernel_shap", explained, METHODS["kernel_shap"].options_type())
    assert shap is not None
    torch.manual_seed(0)
    missed = float(shap().sum()) - difference
    ours = METHODS["kernel_shap"].run(explained, METHODS["kernel_shap"].options_type(), seed=0, report=unreported)
    assert ours.word_scores_W is not None
    return {
        "ig_one_by_one_ms": one_by_one,
        "ig_in_batches_of_32_ms": batched,
        "ig_batching_speedup": one_by_one / batched,
        "layer_map_of_all_layers_ms": every_layer,
        "kernel_shap_missing_of_captum": abs(missed / difference),
        "kernel_shap_missing_of_ours": abs(float(ours.word_scores_W.sum()) / difference - 1),
    }


def main() -> int:
    """Print the table; exit with 1 when the claim fails for a method."""
    arguments = _arguments()
    reader = load_model(arguments.model, precision=Precision.FP32).reader
    if not isinstance(reader, LeasedReader):
        raise SystemExit("The rules are not explained by attribution: give a checkpoint.")
    scalar = target_named(reader.checkpoint.manifest, arguments.target).scalar(Unit.LOGIT)
    with reader.held():
        explained = explain_passage(
            reader.checkpoint, scalar, text=arguments.text, context="", baseline="pad"
        ).explained
        print(f"{explained.num_words} words, {torch.get_num_threads()} threads", file=sys.stderr)
        found = list(lines(reader, explained, arguments))
        more = {} if arguments.method else extras(explained, arguments.repeat)
    if arguments.json:
        print(json.dumps({"methods": [{**asdict(line), "ratio": line.ratio} for line in found], **more}, indent=1))
    else:
        for line in found:
            print(
                f"{line.method:28} {line.evaluations:5} evaluations {line.ours_ms:10.1f} ms"
                f"  Captum {line.captum_ms:10.1f} ms  ratio {line.ratio:5.2f}  whole {line.whole_ms:10.1f} ms"
            )
        for name, value in more.items():
            print(f"{name}: {value:.4g}")
    return 0 if all(line.ratio <= WANTED for line in found) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="compact")
    parser.add_argument("--text", default=TEXT)
    parser.add_argument("--target", default=TARGET)
    parser.add_argument("--method", action="append", choices=list(METHODS), help="only these; by default all")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
