"""What the study of dilemmas records, on texts scored by a stand-in."""

from __future__ import annotations

from redheart_core.explain.surd import ReportSettings
from redheart_core.explain.surd.populations.dilemma_study import QUESTIONS, study
from redheart_core.explain.surd.populations.scored import scored_population
from redheart_core.measurements import load_measurement
from redheart_core.reasoning import score
from tests.unit.explain.surd.populations.test_scored_population import model, stories

SETTINGS = ReportSettings(num_bootstrap=20, num_surrogates=19)


def test_every_question_has_a_total_terms_bins_and_sentences_in_both_languages() -> None:
    rows = study(scored_population(stories(40), model()), SETTINGS)
    for asked in QUESTIONS:
        kinds = [row["row"] for row in rows if row["question"] == asked.name]
        assert kinds.count("total") == 1
        assert kinds.count("kind") == 3
        assert kinds.count("sensitivity") == 3
        assert kinds.count("term") == 2 ** (len(asked.sources) + 1) - 2 - len(asked.sources)
    sentences = [row for row in rows if row["row"] == "sentence"]
    assert all(row["ko"] and row["en"] for row in sentences)
    assert {row["key"] for row in rows if row["row"] == "alone"} >= set(score.INPUTS)


def test_the_recorded_study_says_of_which_checkpoint_and_data_it_is() -> None:
    recorded = load_measurement("surd_dilemmas")
    assert recorded is not None
    facts = recorded.facts
    assert facts["licence"] == "MIT"
    assert facts["units"] == 999
    assert len(str(facts["checkpoint_sha256"])) == len(str(facts["data_sha256"])) == 64
    terms = [row for row in recorded.rows if row["row"] == "term"]
    assert all(0.0 <= float(row["p_holm"] or 0.0) <= 1.0 for row in terms)
    for asked in QUESTIONS:
        (total,) = (row for row in recorded.rows if row["row"] == "total" and row["question"] == asked.name)
        summed = sum(float(row["plug_in"] or 0.0) for row in terms if row["question"] == asked.name)
        assert abs(summed - float(total["plug_in"] or 0.0)) < 1e-4
