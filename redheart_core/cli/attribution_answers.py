"""What ``redheart attribute`` asks and prints. Apart, because it loads Captum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from redheart_core.cli.shared import ModelChoice
from redheart_core.errors import ExplanationError
from redheart_core.explain.attribution.attribute import attribute
from redheart_core.explain.attribution.baselines import AVERAGE, TEXT
from redheart_core.explain.attribution.contrast import OptionContrast, contrast_options
from redheart_core.explain.attribution.methods import METHODS, method_named
from redheart_core.explain.attribution.methods.options import option_specs, parse_options
from redheart_core.explain.attribution.request import AttributionRequest
from redheart_core.explain.attribution.result import SMALL_DIFFERENCE, Attribution, Unit
from redheart_core.explain.attribution.targets import OPTION_SCORE, output_targets
from redheart_core.explain.attribution.targets.option import OPTION_RANGES
from redheart_core.explain.attribution.words import Word
from redheart_core.inference.leased import LeasedReader
from redheart_core.inference.opening import AUTO
from redheart_core.runtime.precision import Precision
from redheart_core.vocabulary.reading import NeuralReader

SHOWN = 12
"""Words in the summary: those that moved the target most."""
BAR = 20
"""Characters of the longest bar."""
NOTEWORTHY = 0.01
"""Relative error from which the summary warns."""


def request(*, baselines: Sequence[str], options: Sequence[str], unit: str | None, **asked: Any) -> AttributionRequest:
    """Return what was typed as a request.

    Raises:
        ExplanationError: Method, options or baselines are impossible.
    """
    method = method_named(asked["method"])
    return AttributionRequest(
        baseline=_baseline(baselines),
        options=parse_options(method, options),
        unit=None if unit is None else Unit(unit),
        **asked,
    )


def loaded_reader(choice: ModelChoice) -> NeuralReader | None:
    """Load the model with exact weights where no precision was asked for: gradients need them.

    Raises:
        RedHeartError: The model cannot be loaded.
    """
    fields = {name: getattr(choice, name) for name in ("model_name", "mode", "budget_gib", "device")}
    exact = choice if choice.precision != AUTO else ModelChoice(**fields, precision=Precision.FP32.value)
    return exact.load().reader


def attributed(
    asked: AttributionRequest, reader: NeuralReader | None, *, against: str | None = None
) -> Attribution | OptionContrast:
    """Attribute, or attribute the lead of an option over another.

    Raises:
        RedHeartError: What is asked cannot be explained.
    """
    return attribute(asked, reader) if against is None else contrast_options(asked, against, reader)


def targets(choice: ModelChoice) -> list[dict[str, Any]]:
    """Return the targets of a checkpoint as JSON values.

    Raises:
        ExplanationError: There is no neural part.
    """
    reader = choice.load().reader
    if not isinstance(reader, LeasedReader):
        raise ExplanationError("The rules alone have no outputs to explain. Choose a model with a neural part.")
    rows: list[dict[str, Any]] = [
        {
            "name": target.name,
            "aliases": list(target.aliases),
            "trained": target.is_trained,
            "units": [unit.value for unit in target.ranges],
        }
        for target in output_targets(reader.checkpoint.manifest).values()
    ]
    score = {"name": OPTION_SCORE, "aliases": [], "trained": True, "units": [unit.value for unit in OPTION_RANGES]}
    return [*rows, score]


def methods() -> list[dict[str, Any]]:
    """Return the methods as JSON values."""
    return [
        {
            "name": method.name,
            "additive": method.is_additive,
            "reference": method.reference,
            "options": [{**asdict(spec), "kind": spec.kind.__name__} for spec in option_specs(method)],
        }
        for method in METHODS.values()
    ]


def line_of(row: Mapping[str, Any]) -> str:
    """Return a row of either list as a line of text."""
    if "reference" in row:
        options = " ".join(f"{spec['name']}={spec['default']}" for spec in row["options"])
        return f"{row['name']:28} {options:55} {row['reference']}"
    notes = [*row["aliases"], *([] if row["trained"] else ["untrained"])]
    return "  ".join([row["name"], *(f"({note})" for note in notes)])


def summary(found: Attribution | OptionContrast, language: str) -> str:
    """Return the attribution for people: what the words add up to, the strongest of them, and whether it adds up."""
    words = _WORDS[language]
    if isinstance(found, OptionContrast):
        head = words["lead"].format(value=found.target_value, against=found.baseline_value)
        pairs = [(one.word, one.score) for one in found.words]
        return "\n".join(
            [head, *_bars(pairs), *_sum_notes(found.total, found.target_value - found.baseline_value, words)]
        )
    head = words["head"].format(
        target=found.key.target,
        unit=words[found.key.unit.value],
        value=found.target_value,
        baseline=found.key.baseline,
        against=found.baseline_value,
    )
    bars = _bars(list(zip(found.words, found.scores, strict=True)))
    notes = _sum_notes(found.total, found.difference, words) if found.is_additive else [words["not_additive"]]
    return "\n".join([head, *bars, *notes, *([words["truncated"]] if found.truncated else [])])


def _bars(pairs: Sequence[tuple[Word, float]]) -> list[str]:
    largest = max((abs(score) for _, score in pairs), default=0.0)
    ranked = sorted(pairs, key=lambda pair: (-abs(pair[1]), pair[0].start))
    lines = []
    for word, score in ranked[:SHOWN]:
        bar = ("+" if score > 0 else "-") * round(BAR * abs(score) / largest) if largest else ""
        lines.append(f"  {score:+9.4f}  {word.text}  {bar}")
    return lines


def _sum_notes(total: float, difference: float, words: Mapping[str, str]) -> list[str]:
    if abs(difference) < SMALL_DIFFERENCE:
        return [words["too_close"].format(error=total - difference)]
    error = abs(total - difference) / abs(difference)
    key = "adds_up" if error <= NOTEWORTHY else "misses"
    return [words[key].format(error=error, total=total, difference=difference)]


def _baseline(baselines: Sequence[str]) -> str:
    if len(baselines) == 1:
        return baselines[0]
    texts = [name.removeprefix(f"{TEXT}:") for name in baselines if name.startswith(f"{TEXT}:")]
    if len(texts) < len(baselines):
        raise ExplanationError(f"Only several {TEXT}:... can be averaged; of {', '.join(baselines)} choose one.")
    return f"{AVERAGE}:" + "\n".join(" ".join(text.split()) for text in texts)


_WORDS: Mapping[str, Mapping[str, str]] = {
    "ko": {
        "head": "{target}: {value:.4f} ({unit}), 기준 '{baseline}'에서는 {against:.4f}",
        "lead": "점수 차이 {value:+.4f}, 기준에서는 {against:+.4f}. +는 이 선택지, -는 다른 선택지 편이에요.",
        "logit": "로짓",
        "output": "출력 눈금",
        "adds_up": "합계 {total:.4f}, 기준과의 차이 {difference:.4f}: 잘 맞아요(오차 {error:.2%}).",
        "misses": "합계 {total:.4f}, 기준과의 차이 {difference:.4f}: 오차가 {error:.2%}나 돼요. "
        "단계나 표본을 늘려 보세요.",
        "too_close": "글과 기준의 출력이 거의 같아서 맞는지 말할 수 없어요(오차 {error:.1e}).",
        "not_additive": "이 방법의 점수는 더해서 차이가 되는 값이 아니에요.",
        "truncated": "글이 길어 가운데를 읽지 않았어요. 그 단어들은 n-그램으로만 점수를 받아요.",
    },
    "en": {
        "head": "{target}: {value:.4f} ({unit}), against {against:.4f} with the baseline '{baseline}'",
        "lead": "Lead {value:+.4f}, against {against:+.4f} with the baseline; + speaks for it, - for the other.",
        "logit": "logit",
        "output": "output scale",
        "adds_up": "Sum {total:.4f}, difference to the baseline {difference:.4f}: it adds up (error {error:.2%}).",
        "misses": "Sum {total:.4f}, difference to the baseline {difference:.4f}: it misses by {error:.2%}. Try more "
        "steps or points.",
        "too_close": "Text and baseline give nearly the same output, so a relative error means nothing ({error:.1e}).",
        "not_additive": "The scores of this method do not sum to the difference.",
        "truncated": "The text was too long and its middle was not read; words there score by n-grams alone.",
    },
}
