"""An attribution as code that repeats it: a line for the shell, a few lines of Python. Every text is quoted."""

from __future__ import annotations

import shlex

from redheart_core.explain.attribution.contrast import OptionContrast
from redheart_core.explain.attribution.result import AttributionKey, OptionCase

_PYTHON = """\
from redheart_core import load_model
from redheart_core.explain.attribution.attribute import attribute
from redheart_core.explain.attribution.request import AttributionRequest
from redheart_core.explain.attribution.result import OptionCase, Unit
from redheart_core.vocabulary.dilemma import Party

model = load_model({checkpoint!r}, precision="fp32")
request = AttributionRequest(
    text={text!r},
    context={context!r},
    target={target!r},
    method={method!r},
    baseline={baseline!r},
    options={options!r},
    unit=Unit({unit!r}),
    seed={seed!r},
    untrained={untrained!r},
    case={case!r},
)
found = attribute(request, model.reader)
for word, score in zip(found.words, found.scores):
    print(f"{{score:+.6f}}  {{word.text}}")
print(f"{{found.total:+.6f}}  all of it; {{found.difference:+.6f}} is what it should be")
"""

_CONTRAST = """\
from redheart_core import load_model
from redheart_core.explain.attribution.contrast import contrast_options
from redheart_core.explain.attribution.request import AttributionRequest
from redheart_core.explain.attribution.result import OptionCase
from redheart_core.vocabulary.dilemma import Party

model = load_model({checkpoint!r}, precision="fp32")
request = AttributionRequest(
    text={text!r},
    context={context!r},
    target={target!r},
    method={method!r},
    baseline={baseline!r},
    options={options!r},
    seed={seed!r},
    case={case!r},
)
found = contrast_options(request, {against!r}, model.reader)
for one in found.words:
    print(f"{{one.score:+.6f}}  {{one.part.value}}  {{one.word.text}}")
print(f"{{found.total:+.6f}}  all of it; {{found.target_value - found.baseline_value:+.6f}} is what it should be")
"""


def contrast_code(contrast: OptionContrast, checkpoint: str) -> str:
    """Return Python that makes the same contrast and prints its words.

    Args:
        contrast: What is repeated.
        checkpoint: Name or folder of the weights.
    """
    key = contrast.first.key
    return _CONTRAST.format(
        checkpoint=checkpoint, text=key.text, context=key.context, target=key.target, method=key.method,
        baseline=key.baseline, options=dict(key.options), seed=key.seed, case=key.case,
        against=contrast.second.key.text,
    )  # fmt: skip


def python_code(key: AttributionKey, checkpoint: str, *, untrained: bool) -> str:
    """Return Python that makes the same attribution and prints its words.

    Args:
        key: Of the attribution.
        checkpoint: Name or folder of the weights.
        untrained: Whether the target was never trained and was asked for all the same.
    """
    return _PYTHON.format(
        checkpoint=checkpoint, text=key.text, context=key.context, target=key.target, method=key.method,
        baseline=key.baseline, options=dict(key.options), unit=key.unit.value, seed=key.seed, untrained=untrained,
        case=key.case,
    )  # fmt: skip


def shell_command(key: AttributionKey, checkpoint: str, *, untrained: bool) -> str | None:
    """Return the command that makes the same attribution; None where people or weights play a part in it."""
    if key.case not in {None, OptionCase()}:
        return None
    words = ["redheart", "attribute", key.text, "--model", checkpoint, "--target", key.target]
    words += ["--method", key.method, "--baseline", key.baseline, "--unit", key.unit.value, "--seed", str(key.seed)]
    words += ["--context", key.context] if key.context else []
    for name, value in key.options:
        words += ["--option", f"{name}={value}"]
    return shlex.join([*words, *(["--untrained"] if untrained else [])])
