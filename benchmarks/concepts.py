"""How often random concepts count as significant, with the correction for shared texts and without.

Made-up layers: every text is a normal point, and so is every concept's text, so whatever is found is chance. Gradients
of the explained texts spread around a common one by the given factor.

    python benchmarks/concepts.py
"""

from __future__ import annotations

import argparse
import math

import numpy as np

from redheart_core.explain.concepts.significance import against_random, two_sided_p
from redheart_core.explain.concepts.tcav import ConceptActivations, concept_fits, random_scores

WIDTH, OWN, POOL, EXPLAINED = 48, 40, 160, 100
SPREADS = (0.0, 0.3, 0.6, 1.5)


def ordinary_p(scores: list[float], chance: list[float]) -> float:
    """Return the p-value of Welch's test, which takes fits for independent."""
    own, other = (float(np.var(values, ddof=1)) / len(values) for values in (scores, chance))
    total = own + other
    degrees = total**2 / (own**2 / (len(scores) - 1) + other**2 / (len(chance) - 1))
    return two_sided_p(float(np.mean(scores) - np.mean(chance)) / math.sqrt(total), degrees)


def p_values(seed: int, spread: float) -> tuple[float, float]:
    """Return the p-values of one random concept: corrected and ordinary."""
    generator = np.random.default_rng(seed)
    scale_D = np.exp(0.7 * generator.normal(size=WIDTH))

    def texts(count: int) -> ConceptActivations:
        rows_ND = generator.normal(size=(2 * count, WIDTH)) * scale_D
        return ConceptActivations(rows_ND=rows_ND, counts={"ko": count, "en": count})

    own, pool = texts(OWN), texts(POOL)
    gradients_ED = generator.normal(size=WIDTH) + spread * generator.normal(size=(EXPLAINED, WIDTH))
    scores = [fit.score for fit in concept_fits("concept", own, pool, gradients_ED)]
    chance = list(random_scores(own.counts, pool, gradients_ED))
    return against_random(scores, chance).p_value, ordinary_p(scores, chance)


def main() -> None:
    """Print the shares."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=int, default=200, help="random concepts per kind of gradients")
    count = parser.parse_args().sets
    print("share of random concepts below 5 %")
    for spread in SPREADS:
        found = np.array([p_values(seed, spread) for seed in range(count)]) < 0.05
        corrected, ordinary = found.mean(axis=0)
        print(f"  spread {spread:.1f}: corrected {corrected:.1%}, ordinary t-test {ordinary:.1%} ({count} sets)")


if __name__ == "__main__":
    main()
