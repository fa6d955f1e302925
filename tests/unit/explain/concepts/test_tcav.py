"""Planted concepts are found, random ones are not, and what a layer does not hold is refused."""

from __future__ import annotations

import numpy as np
import pytest

from redheart_core.errors import ExplanationError
from redheart_core.explain.concepts.direction import Direction
from redheart_core.explain.concepts.splits import concept_split, random_split
from redheart_core.explain.concepts.tcav import ConceptActivations, score_concepts, tcav_score

WIDTH, POOL, OWN = 24, 160, 40
PLANTED_D = np.eye(WIDTH)[0]


def drawn(generator: np.random.Generator, count: int, shift_D: np.ndarray | float = 0.0) -> ConceptActivations:
    rows_ND = generator.normal(size=(2 * count, WIDTH)) + shift_D
    return ConceptActivations(rows_ND=rows_ND, counts={"ko": count, "en": count})


def slopes(generator: np.random.Generator, mean_D: np.ndarray | float, spread: float = 0.5) -> np.ndarray:
    return mean_D + spread * generator.normal(size=(60, WIDTH))


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_planted_concept_is_significant_in_its_direction(sign: float) -> None:
    generator = np.random.default_rng(1)
    concepts = {
        "planted": drawn(generator, OWN, 2.0 * PLANTED_D),
        "other": drawn(generator, OWN, 2.0 * np.eye(WIDTH)[1]),
    }
    found = score_concepts(concepts, drawn(generator, POOL), slopes(generator, sign * 3.0 * PLANTED_D))
    planted, other = found.concepts
    assert planted.is_significant
    assert planted.held_out_accuracy > 0.75
    assert planted.score == pytest.approx(0.5 + 0.5 * sign, abs=0.02)
    assert np.sign(planted.mean_derivative) == sign
    assert not other.is_refused
    assert not other.is_significant


def test_random_concepts_are_significant_no_more_often_than_they_may_be() -> None:
    refused, raw, corrected = 0, 0, 0
    for seed in range(20):
        generator = np.random.default_rng(seed)
        gradients_ED = slopes(generator, generator.normal(size=WIDTH))
        found = score_concepts({"random": drawn(generator, OWN)}, drawn(generator, POOL), gradients_ED)
        refused += found.concepts[0].is_refused
        corrected += found.concepts[0].is_significant
        raw += found.concepts[0].p_value is not None and found.concepts[0].p_value < found.level
    assert refused >= 17
    assert raw <= 1
    assert corrected <= 1


def test_random_concepts_that_a_layer_does_hold_are_not_significant_either() -> None:
    """Their texts differ from others, but in a way that has nothing to do with the output."""
    significant = 0
    for seed in range(20):
        generator = np.random.default_rng(100 + seed)
        gradient_D = generator.normal(size=WIDTH)
        shift_D = generator.normal(size=WIDTH)
        shift_D -= gradient_D * (shift_D @ gradient_D) / (gradient_D @ gradient_D)
        own = drawn(generator, OWN, 2.0 * shift_D / np.linalg.norm(shift_D))
        found = score_concepts({"unrelated": own}, drawn(generator, POOL), slopes(generator, gradient_D))
        assert not found.concepts[0].is_refused
        significant += found.concepts[0].is_significant
    assert significant <= 1


def test_a_refused_concept_states_no_score() -> None:
    generator = np.random.default_rng(3)
    found = score_concepts({"noise": drawn(generator, OWN)}, drawn(generator, POOL), slopes(generator, PLANTED_D))
    one = found.concepts[0]
    assert one.is_refused
    assert one.recognised_p > found.level
    assert (one.score, one.p_value, one.p_corrected, one.mean_derivative) == (None, None, None, None)


def test_p_values_are_corrected_for_every_concept_that_was_asked_for() -> None:
    generator = np.random.default_rng(4)
    pool, gradients_ED = drawn(generator, POOL), slopes(generator, 3.0 * PLANTED_D)
    planted = drawn(generator, OWN, 2.0 * PLANTED_D)
    alone = score_concepts({"planted": planted}, pool, gradients_ED).concepts[0]
    among = {f"noise {n}": drawn(generator, OWN) for n in range(4)}
    together = score_concepts({"planted": planted} | among, pool, gradients_ED).concepts[0]
    assert (together.score, together.p_value) == (alone.score, alone.p_value)
    assert alone.p_corrected == pytest.approx(alone.p_value)
    assert together.p_corrected == pytest.approx(5 * alone.p_value)


def test_the_same_seed_gives_the_same_numbers_and_another_does_not() -> None:
    generator = np.random.default_rng(5)
    given = {"a": drawn(generator, OWN, PLANTED_D)}, drawn(generator, POOL), slopes(generator, PLANTED_D, 3.0)
    assert score_concepts(*given, seed=7) == score_concepts(*given, seed=7)
    assert score_concepts(*given, seed=7) != score_concepts(*given, seed=8)


def test_a_text_that_does_not_move_counts_half() -> None:
    direction = Direction(normal_D=np.array([1.0, 0.0]), offset=0.0)
    assert tcav_score(direction, np.array([[1.0, 5.0], [0.0, 5.0], [-1.0, 5.0], [2.0, 0.0]])) == 0.625


def test_halves_and_draws_share_no_text() -> None:
    counts, pool = {"ko": 9, "en": 6}, {"ko": 40, "en": 20}
    split = concept_split(counts, pool, np.random.default_rng(0))
    for name, count in counts.items():
        assert sorted([*split.concept[name], *split.concept_held_out[name]]) == list(range(count))
        assert len(split.other[name]) == len(split.concept[name])
        assert len({*split.other[name], *split.other_held_out[name]}) == count
    chance = random_split(counts, pool, np.random.default_rng(0))
    assert all(not {*chance.concept[name]} & {*chance.other[name]} for name in counts)
    assert [len(chance.concept[name]) for name in counts] == [5, 3]


def test_what_cannot_be_tested_is_refused() -> None:
    generator = np.random.default_rng(6)
    own, pool = drawn(generator, OWN), drawn(generator, POOL)
    with pytest.raises(ExplanationError, match="9 directions per concept are too few"):
        score_concepts({"a": own}, pool, slopes(generator, 1.0), num_fits=9)
    with pytest.raises(ExplanationError, match="does not change with this layer"):
        score_concepts({"a": own}, pool, np.zeros((3, WIDTH)))
    with pytest.raises(ExplanationError, match="0 concepts and 60 texts"):
        score_concepts({}, pool, slopes(generator, 1.0))
    with pytest.raises(ExplanationError, match="40 texts of a concept and 10 other texts in 'ko'"):
        score_concepts({"a": own}, drawn(generator, 10), slopes(generator, 1.0))
