"""The shipped concepts: enough texts, each once, and other texts of the same kind beside them."""

from __future__ import annotations

import statistics

import pytest

from redheart_core.errors import ExplanationError
from redheart_core.explain.concepts.texts import (
    LANGUAGES,
    concepts_named,
    example_passages,
    shipped_concepts,
    shipped_pool,
)
from redheart_core.text.language import detect_language
from redheart_core.vocabulary.dilemma import clean_passage

LEAST = 40


def test_every_concept_has_texts_labels_and_definitions_in_both_languages() -> None:
    assert {"harm", "consent", "promise", "loyalty", "fairness"} <= set(shipped_concepts())
    for concept in shipped_concepts().values():
        for language in LANGUAGES:
            assert concept.labels[language.value]
            assert concept.definitions[language.value]
            assert len(concept.texts[language.value]) >= LEAST


def test_no_text_stands_twice_or_needs_cleaning() -> None:
    sets = (*(concept.texts for concept in shipped_concepts().values()), shipped_pool(), example_passages())
    everything = [text for texts in sets for language in LANGUAGES for text in texts[language.value]]
    assert len(everything) == len(set(everything))
    for language in LANGUAGES:
        texts = [text for c in shipped_concepts().values() for text in c.texts[language.value]]
        for text in (*texts, *shipped_pool()[language.value], *example_passages()[language.value]):
            assert clean_passage(text, what_en="text", what_ko="글") == text
            assert detect_language(text) is language


def test_other_texts_are_as_long_and_four_times_as_many() -> None:
    for language in LANGUAGES:
        pool = shipped_pool()[language.value]
        own = [text for c in shipped_concepts().values() for text in c.texts[language.value]]
        assert len(pool) >= 4 * LEAST
        assert statistics.fmean(map(len, pool)) == pytest.approx(statistics.fmean(map(len, own)), rel=0.1)


def test_names_are_looked_up_in_the_order_given_and_once() -> None:
    assert [c.name for c in concepts_named(["promise", "harm", "promise"])] == ["promise", "harm"]
    assert tuple(c.name for c in concepts_named([])) == tuple(shipped_concepts())
    with pytest.raises(ExplanationError, match=r"no concept kindness\. Known concepts: harm"):
        concepts_named(["kindness"])
