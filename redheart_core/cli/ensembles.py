"""Decompositions of single passages: ``explain`` computes what the SURD outputs are taught in ``training``.

One passage has no distribution, so a stated population is made of it: variants with parts left out. Of each variant the
text rules read harm, benefit and certainty (the sources) and the hedonic value (the target). The words of feeling that
the value also rests on are no source on purpose: with all of its inputs the value has no leak, whatever the text.
The shares say where in *this population* the information about the rules' value is, not what the passage means.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from dataclasses import dataclass

from redheart_core.errors import InputError
from redheart_core.explain.surd import SurdResult, from_samples
from redheart_core.reasoning.bentham import certainty_base, harms, hedonic_base
from redheart_core.reasoning.evidence import accumulate, observe
from redheart_core.text.extract import extract_features
from redheart_core.text.features import CueKind, TextFeatures
from redheart_core.training.supervision import SurdExample

NUM_VARIANTS = 256
BINS = 3
LEFT_OUT = 0.3
"""Probability with which each part is left out of a variant."""
FEWEST_CLAUSES = 4
"""Passages with fewer clauses than this lose words instead: there would be too few different variants."""
FEWEST_SOURCES = 2
"""With one source everything it tells would be unique by construction."""
_CLAUSE = re.compile(r"(?<=[.,;:!?])\s+")
_NOTHING = extract_features("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decompositions:
    """What became of a list of passages."""

    examples: tuple[SurdExample, ...]
    num_degenerate: int
    """Passages whose variants all have the same value, or fewer than two sources that vary; they were left out."""


def decompose_passages(texts: Iterable[str], *, wanted: int, seed: int) -> Decompositions:
    """Decompose passages until ``wanted`` of them could be."""
    examples: list[SurdExample] = []
    degenerate = 0
    for text in texts:
        if len(examples) == wanted:
            break
        shares = decompose_passage(text, seed=seed)
        if shares is None:
            degenerate += 1
        else:
            examples.append(SurdExample(text=text, shares=shares))
    return Decompositions(examples=tuple(examples), num_degenerate=degenerate)


def decompose_passage(text: str, *, seed: int) -> tuple[float, float, float, float] | None:
    """Return the redundant, unique, synergistic and leaked shares of the target's entropy; None where degenerate."""
    if _num_moved(text) < FEWEST_SOURCES:
        return None
    read = [_read(extract_features(variant)) for variant in variants(text, count=NUM_VARIANTS, seed=seed)]
    target, *sources = zip(*read, strict=True)
    named = dict(zip(("harm", "benefit", "certainty"), sources, strict=True))
    varying = {name: values for name, values in named.items() if len(set(values)) > 1}
    if len(varying) < FEWEST_SOURCES or len(set(target)) < 2:
        return None
    try:
        return _shares(from_samples(target, varying, bins=BINS))
    except InputError:  # quantile cuts can leave a nearly constant target in one bin
        return None


def variants(text: str, *, count: int, seed: int) -> tuple[str, ...]:
    """Leave clauses out of the passage, or words where it has few clauses; the first variant is the passage itself."""
    clauses = _CLAUSE.split(text)
    parts = clauses if len(clauses) >= FEWEST_CLAUSES else text.split()
    random_state = random.Random(seed)
    drawn = [" ".join(part for part in parts if random_state.random() >= LEFT_OUT) for _ in range(count - 1)]
    return (text, *drawn)


def _num_moved(text: str) -> int:
    """Count the sources that the passage moves at all: a quick way to see that too few will vary."""
    return sum(one != other for one, other in zip(_read(extract_features(text))[1:], _read(_NOTHING)[1:], strict=True))


def _read(features: TextFeatures) -> tuple[float, float, float, float]:
    hedonic: float = hedonic_base(option=features, situation=_NOTHING)["value"]
    harm = accumulate(0.0, harms(features, "option"))
    benefit = accumulate(0.0, observe(features, "option", (CueKind.BENEFIT,)))
    certainty: float = certainty_base(option=features, situation=_NOTHING, prior=0.5)["value"]
    return hedonic, harm, benefit, certainty


def _shares(result: SurdResult) -> tuple[float, float, float, float] | None:
    entropy = result.target_entropy
    if result.leak is None or entropy <= 0.0:
        return None
    told = (sum(terms.values()) / entropy for terms in (result.redundant, result.unique, result.synergistic))
    redundant, unique, synergistic = (min(max(share, 0.0), 1.0) for share in told)
    return redundant, unique, synergistic, result.leak
