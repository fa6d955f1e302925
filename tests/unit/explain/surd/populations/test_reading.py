"""Sentences made from numbers: what they say, and what they keep silent about."""

from __future__ import annotations

from typing import Any

import numpy as np

from redheart_core.explain.surd import Coding, ReportSettings
from redheart_core.explain.surd.populations import (
    Column,
    Definition,
    Population,
    Provenance,
    Question,
    Wording,
    answer,
)
from redheart_core.explain.surd.populations.reading import reading

SETTINGS = ReportSettings(num_bootstrap=60, num_surrogates=99)
RNG = np.random.default_rng(4)
FIRST, SECOND, NOISE = RNG.normal(size=(3, 2000))


def told(target: Any, *, cases: int = 2000) -> tuple[str, str]:
    """Return everything that is said, in English and in Korean."""
    columns = {"joy": FIRST, "fear": SECOND, "score": target}
    population = Population(
        name="made",
        description=Wording(ko="만든 사례", en="made cases"),
        columns={
            name: Column(name=name, values=values[:cases], display=Wording(ko=f"{name} 값", en=name))
            for name, values in columns.items()
        },
        units=None,
        unit_name=Wording(ko="사례", en="case"),
        definitions=(
            Definition(
                column="score", of=("joy",), sentence=Wording(ko="공식이에요.", en="A formula."), is_complete=False
            ),
        ),
        provenance=Provenance(dataset="made", sha256="0" * 64, num_cases=cases),
        suggestions=(),
    )
    question = Question(target="score", sources=("joy", "fear"), coding=Coding(bins=3))
    sentences = reading(population, answer(population, question, settings=SETTINGS))
    return " ".join(one.en for one in sentences), " ".join(one.ko for one in sentences)


def test_a_sum_is_split_but_its_synergy_is_not_called_interaction() -> None:
    english, korean = told(FIRST + SECOND + NOISE)
    assert "Together joy, fear tell" in english
    assert "told only together" in english
    assert "no sign of interaction" in english
    assert "상호작용은 아니에요" in korean
    assert "not causes" in english
    assert "원인이 아니고" in korean


def test_a_product_is_called_interaction() -> None:
    english, korean = told(FIRST * SECOND + 0.3 * NOISE)
    assert "there is interaction" in english
    assert "상호작용이" in korean


def test_noise_is_not_split() -> None:
    english, _ = told(NOISE)
    assert "does not differ from shuffled data" in english
    assert "told only together" not in english


def test_a_single_voice_is_named_with_its_bits() -> None:
    english, _ = told(FIRST + 0.2 * NOISE)
    assert "Alone: joy" in english
    assert "fear 0." not in english


def test_definitions_are_said_and_too_few_cases_hide_the_split() -> None:
    english, korean = told(FIRST + SECOND, cases=30)
    assert "A formula." in english
    assert "공식이에요." in korean
    assert "too few" in english
    assert "Corrected for bias" not in english
    assert "interaction" not in english
