"""The JSON contract of an answer: the population, then the report. The same from every front."""

from __future__ import annotations

from typing import Any

from redheart_core.explain.surd.populations.population import Population
from redheart_core.explain.surd.populations.question import Answer


def answer_content(population: Population, given: Answer) -> dict[str, Any]:
    """Return the JSON contract of an answer: the population, then the report."""
    origin = population.provenance
    return {
        "population": {
            "description": population.description.en,
            "notes": [note.en for note in population.notes],
            "dataset": origin.dataset,
            "licence": origin.licence,
            "num_cases": origin.num_cases,
            "num_units": population.num_units,
            "unit": population.unit_name.en,
            "left_out": given.num_left_out,
            "definitions": [rule.sentence.en for rule in given.definitions],
            "sha256": origin.sha256,
            "seed": origin.seed,
            "model": origin.model,
            "checkpoint_sha256": origin.checkpoint_sha256,
            "factors": {name: population.columns[name].display.en for name in given.question.sources},
        },
        "target": given.question.target,
        "sources": list(given.question.sources),
        **given.report.to_dict(),
    }
