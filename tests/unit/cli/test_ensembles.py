"""Decompositions of single passages: a stated population, shares that add up, and what is left out."""

from __future__ import annotations

import pytest

from redheart_core.cli.ensembles import NUM_VARIANTS, decompose_passage, decompose_passages, variants

TOLD = "He stole the medicine, it may save his sick child, the chemist was hurt in the struggle, and he helped him up."
DULL = "The shop opens at nine."


def test_variants_are_the_passage_and_seeded_parts_of_it() -> None:
    drawn = variants(TOLD, count=NUM_VARIANTS, seed=1)
    assert drawn[0] == TOLD
    assert len(drawn) == NUM_VARIANTS
    assert drawn == variants(TOLD, count=NUM_VARIANTS, seed=1) != variants(TOLD, count=NUM_VARIANTS, seed=2)
    assert all(set(variant.split()) <= set(TOLD.split()) for variant in drawn)


def test_the_four_shares_add_up_to_the_entropy_of_the_value() -> None:
    shares = decompose_passage(TOLD, seed=0)
    assert shares is not None
    assert sum(shares) == pytest.approx(1.0, abs=1e-9)
    assert all(0.0 <= share <= 1.0 for share in shares)


def test_a_passage_in_which_nothing_varies_is_left_out_and_counted() -> None:
    assert decompose_passage(DULL, seed=0) is None
    found = decompose_passages([DULL, TOLD, DULL, TOLD], wanted=1, seed=0)
    assert [example.text for example in found.examples] == [TOLD]
    assert found.num_degenerate == 1
