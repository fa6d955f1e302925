"""Stated populations of cases, and questions to them. A decomposition describes a population, never one case."""

from redheart_core.explain.surd.populations.content import answer_content
from redheart_core.explain.surd.populations.population import (
    Column,
    ColumnGroup,
    Definition,
    Population,
    Provenance,
    Suggestion,
)
from redheart_core.explain.surd.populations.question import Answer, Chosen, Question, answer, choose, observations_of
from redheart_core.vocabulary.wording import Wording

__all__ = [
    "Answer",
    "Chosen",
    "Column",
    "ColumnGroup",
    "Definition",
    "Population",
    "Provenance",
    "Question",
    "Suggestion",
    "Wording",
    "answer",
    "answer_content",
    "choose",
    "observations_of",
]
