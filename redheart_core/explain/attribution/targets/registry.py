"""Every output of a checkpoint as a target, by name. Families that are declared later appear by themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from redheart_core.errors import ExplanationError
from redheart_core.explain.attribution.targets.target import MINUS, DifferenceTarget, OutputTarget, Target
from redheart_core.model.manifest import Manifest
from redheart_core.vocabulary.emotions import EMOTIONS
from redheart_core.vocabulary.reading import OUTPUTS, Family

PREFIXES: Mapping[Family, str] = {Family.GOEMOTIONS: "emotion"}
"""First part of a name where it is not the family's own."""


def output_targets(manifest: Manifest) -> dict[str, OutputTarget]:
    """Return every output that the checkpoint declares, by its canonical name, in the order of the vocabulary."""
    families = set(manifest.model.families)
    listed = (
        _output(manifest, family, place)
        for family, names in OUTPUTS.items()
        if family in families
        for place in range(len(names))
    )
    return {target.name: target for target in listed}


def target_named(manifest: Manifest, name: str, *, untrained: bool = False) -> Target:
    """Return an output, or the difference of two (``emotion/joy - emotion/sadness``).

    Args:
        manifest: Of the checkpoint.
        name: Canonical name, or an alias such as ``kote/sadness`` for ``kote/슬픔``.
        untrained: Whether outputs that this checkpoint never learned are allowed.

    Raises:
        ExplanationError: There is none of that name, or it is untrained and that was not allowed.
    """
    parts = [_known(manifest, part.strip()) for part in name.split(MINUS)]
    if len(parts) > 2:
        raise ExplanationError(f"{name!r} has {len(parts)} parts; a difference has two, such as {_EXAMPLE!r}.")
    for part in parts:
        if not part.is_trained and not untrained:
            raise ExplanationError(
                f"{part.name} is untrained in this checkpoint: what its words would show is how the weights were "
                "drawn, not what was learned. Ask for untrained outputs explicitly if that is what you want to see."
            )
    return parts[0] if len(parts) == 1 else DifferenceTarget(first=parts[0], second=parts[1])


_EXAMPLE = f"emotion/joy{MINUS}emotion/sadness"


def _known(manifest: Manifest, name: str) -> OutputTarget:
    targets = output_targets(manifest)
    if name in targets:
        return targets[name]
    for target in targets.values():
        if name in target.aliases:
            return target
    raise ExplanationError(f"There is no target {name!r}. {_suggestion(name, targets)}")


def _suggestion(name: str, targets: Mapping[str, OutputTarget]) -> str:
    prefixes = dict.fromkeys(known.split("/", 1)[0] for known in targets)
    prefix = name.split("/", 1)[0]
    if prefix in prefixes:
        inside = [known for known in targets if known.startswith(f"{prefix}/")]
        return f"Known there: {', '.join(inside)}."
    return f"Names begin with {', '.join(f'{known}/' for known in prefixes)}; a difference is written {_EXAMPLE!r}."


def _output(manifest: Manifest, family: Family, place: int) -> OutputTarget:
    output, prefix = OUTPUTS[family][place], PREFIXES.get(family, family.value)
    english = _ENGLISH_KOTE.get(output) if family is Family.KOTE else None
    return OutputTarget(
        name=f"{prefix}/{output}",
        aliases=() if english is None else (f"{prefix}/{english}",),
        family=family,
        place=place,
        temperature=manifest.temperatures.get(family, 1.0),
        is_trained=output in manifest.trained_outputs.get(family, ()),
    )


def _english_kote() -> dict[str, str]:
    """Return the English name of each category of KOTE to which exactly one emotion is aligned."""
    counts = Counter(emotion.kote for emotion in EMOTIONS.values())
    return {
        emotion.kote: emotion.name
        for emotion in EMOTIONS.values()
        if emotion.kote is not None and counts[emotion.kote] == 1
    }


_ENGLISH_KOTE = _english_kote()
