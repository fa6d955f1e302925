"""TCAV: in how many texts an output rises when the layer is moved towards a concept, and whether that is by chance.

For each concept the texts are halved again and again, a direction is fitted to one half against other texts and checked
on the other half. The score of a direction is the share of texts whose output rises along it. Scores of random concepts
say what chance gives.

Source: Kim et al. 2018, https://arxiv.org/abs/1711.11279. Here the test corrects for what two fits share, and a concept
whose directions do not recognise its own held-out texts gets no score.

Dimensions: N texts of a concept or of the pool, E texts that are explained, D width of the layer, J fits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from redheart_core.errors import ExplanationError
from redheart_core.explain.concepts.direction import Direction, Floats, fit_direction
from redheart_core.explain.concepts.result import ConceptScore, ConceptScores, RandomScores
from redheart_core.explain.concepts.significance import above_chance, against_random
from redheart_core.explain.concepts.splits import (
    Counts,
    concept_split,
    picked,
    random_split,
)
from redheart_core.explain.surd.significance import holm

DEFAULT_FITS = 30
LEAST_FITS = 10
LEVEL = 0.05
"""Level of every test."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ConceptActivations:
    """What stands in a layer for texts of several languages, one language after the other."""

    rows_ND: Floats
    counts: Counts
    """Texts by language, in the order of the rows."""

    def at(self, places: Mapping[str, np.ndarray]) -> Floats:
        """Return the rows of some texts."""
        ends = np.cumsum([0, *self.counts.values()])
        offsets = dict(zip(self.counts, ends.tolist(), strict=False))
        return self.rows_ND[picked(places, offsets)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """One direction of a concept."""

    score: float
    """Share of texts whose output rises along it."""
    derivative: float
    """Mean change of the output along it."""
    accuracy: float
    """On texts that were held out."""


def score_concepts(
    concepts: Mapping[str, ConceptActivations],
    pool: ConceptActivations,
    gradients_ED: Floats,
    *,
    num_fits: int = DEFAULT_FITS,
    seed: int = 0,
) -> ConceptScores:
    """Score concepts for one output.

    Args:
        concepts: Activations of each concept's texts by its name.
        pool: Activations of the other texts.
        gradients_ED: How the output changes with the layer, for each text that is explained.
        num_fits: Directions per concept, and of random concepts.
        seed: Decides every draw. A concept's draws do not depend on which others are asked for.

    Raises:
        ExplanationError: There are no concepts or no texts, too few fits, or the output does not depend on the layer.
    """
    _require_usable(concepts, gradients_ED, num_fits)
    chance = random_scores(next(iter(concepts.values())).counts, pool, gradients_ED, num_fits=num_fits, seed=seed)
    scored = [
        _score(name, concept_fits(name, own, pool, gradients_ED, num_fits=num_fits, seed=seed), chance)
        for name, own in concepts.items()
    ]
    return ConceptScores(
        concepts=_corrected(scored),
        random=RandomScores(mean=_mean(chance), deviation=float(np.std(chance, ddof=1))),
        num_texts=len(gradients_ED),
        num_fits=num_fits,
        level=LEVEL,
        seed=seed,
    )


def tcav_score(direction: Direction, gradients_ED: Floats) -> float:
    """Return the share of texts whose output rises along the direction; one that does not move counts half."""
    moves_E = gradients_ED @ direction.normal_D
    return float((moves_E > 0).mean() + 0.5 * (moves_E == 0).mean())


def concept_fits(
    name: str,
    own: ConceptActivations,
    pool: ConceptActivations,
    gradients_ED: Floats,
    *,
    num_fits: int = DEFAULT_FITS,
    seed: int = 0,
) -> tuple[Fit, ...]:
    """Fit directions to halves of a concept's texts; the name belongs to the seed."""
    found: list[Fit] = []
    for draw in _draws(seed, name, num_fits):
        split = concept_split(own.counts, pool.counts, draw)
        direction = fit_direction(own.at(split.concept), pool.at(split.other))
        found.append(
            Fit(
                score=tcav_score(direction, gradients_ED),
                derivative=float((gradients_ED @ direction.normal_D).mean()),
                accuracy=direction.accuracy(own.at(split.concept_held_out), pool.at(split.other_held_out)),
            )
        )
    return tuple(found)


def random_scores(
    counts: Counts, pool: ConceptActivations, gradients_ED: Floats, *, num_fits: int = DEFAULT_FITS, seed: int = 0
) -> tuple[float, ...]:
    """Return the scores of random concepts: two sets of other texts, as large as the halves of a concept."""
    splits = (random_split(counts, pool.counts, draw) for draw in _draws(seed, "random", num_fits))
    return tuple(
        tcav_score(fit_direction(pool.at(split.concept), pool.at(split.other)), gradients_ED) for split in splits
    )


def _score(name: str, fits: Sequence[Fit], chance: Sequence[float]) -> ConceptScore:
    scores = [fit.score for fit in fits]
    accuracies = [fit.accuracy for fit in fits]
    recognised_p = above_chance(accuracies)
    base = ConceptScore(
        concept=name, held_out_accuracy=_mean(accuracies), recognised_p=recognised_p, is_refused=recognised_p > LEVEL
    )
    if base.is_refused:
        return base
    test = against_random(scores, chance)
    return replace(
        base,
        score=_mean(scores),
        deviation=float(np.std(scores, ddof=1)),
        mean_derivative=_mean([fit.derivative for fit in fits]),
        p_value=test.p_value,
    )


def _corrected(scored: Sequence[ConceptScore]) -> tuple[ConceptScore, ...]:
    """Correct by Holm for every concept that was asked for, refused ones included."""
    raw = np.array([1.0 if one.p_value is None else one.p_value for one in scored])
    return tuple(
        one if one.is_refused else replace(one, p_corrected=float(p), is_significant=bool(p < LEVEL))
        for one, p in zip(scored, holm(raw), strict=True)
    )


def _draws(seed: int, name: str, count: int) -> list[np.random.Generator]:
    root = np.random.SeedSequence([seed, *name.encode()])
    return [np.random.default_rng(child) for child in root.spawn(count)]


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values))


def _require_usable(concepts: Mapping[str, ConceptActivations], gradients_ED: Floats, num_fits: int) -> None:
    if not concepts or not len(gradients_ED):
        raise ExplanationError(
            f"{len(concepts)} concepts and {len(gradients_ED)} texts: at least one of each is needed."
        )
    if num_fits < LEAST_FITS:
        raise ExplanationError(f"{num_fits} directions per concept are too few to test; ask for {LEAST_FITS} or more.")
    if not np.any(gradients_ED):
        raise ExplanationError("The output does not change with this layer for any text. Choose another layer.")
