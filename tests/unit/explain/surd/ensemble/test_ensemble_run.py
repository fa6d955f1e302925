"""Ensembles on models whose answer is known, so that the decomposition is known too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from redheart_core.errors import InputError
from redheart_core.explain.surd import Coding, ReportSettings, SurdResult
from redheart_core.explain.surd.ensemble import Design, Subject, Varied, ensemble_population, run_ensemble
from redheart_core.explain.surd.ensemble.variants import draw, prepare
from redheart_core.explain.surd.populations import Question, answer
from redheart_core.inference.engine import RedHeart
from redheart_core.reasoning import score
from redheart_core.vocabulary.language import Language
from redheart_core.vocabulary.reading import Family, FamilyReading, NeuralReading
from tests.fakes import FakeReader, hostile_dilemma, ward_dilemma

PLAIN = Subject(situation="", option="The table stands near the window. The chair stands near the garden door.")
"""Two sentences that no rule has an opinion on."""
BARE = Design(num_parts=2, num_alterations=0, num_cases=4096, with_views=False)
FAST = ReportSettings(num_bootstrap=20, num_surrogates=19)


@dataclass(frozen=True)
class MarkedReader:
    """A model that only sees whether two words are there."""

    hedonic: Callable[[bool, bool], float]
    checkpoint_sha256: str = "ab" * 32
    trained_families: frozenset[Family] = frozenset({Family.HEDONIC})

    def read(self, text: str, *, context: str = "") -> NeuralReading:
        value = self.hedonic("table" in text, "chair" in text)
        said = FamilyReading(values={"hedonic": value}, deviations={"hedonic": 0.1})
        return NeuralReading(families={Family.HEDONIC: said}, num_tokens=1, truncated=False)


def decomposed(reader: MarkedReader, design: Design = BARE) -> SurdResult:
    found = run_ensemble(PLAIN, design, reader=reader)
    population = ensemble_population(found, model="marked", checkpoint_sha256=reader.checkpoint_sha256)
    question = Question(target="realistic", sources=("text.1", "text.2"))
    return answer(population, question, settings=FAST).report.result


def test_a_model_that_sees_one_factor_gives_unique_information_for_it_alone() -> None:
    result = decomposed(MarkedReader(lambda table, chair: 0.8 if table else -0.8))
    assert result.unique[1,] == pytest.approx(1.0, abs=5e-3)
    assert result.unique[2,] == pytest.approx(0.0, abs=5e-3)
    assert result.synergistic[1, 2] == pytest.approx(0.0, abs=5e-3)
    assert result.leak == pytest.approx(0.0, abs=1e-9)


def test_a_model_that_sees_whether_the_factors_differ_gives_synergy() -> None:
    result = decomposed(MarkedReader(lambda table, chair: 0.8 if table != chair else -0.8))
    assert result.synergistic[1, 2] == pytest.approx(1.0, abs=5e-3)
    assert sum(result.unique.values()) == pytest.approx(0.0, abs=5e-3)


def test_what_an_alteration_does_beyond_its_state_is_leak() -> None:
    """The second factor's alterations differ for the model but not in the factor."""
    subject = Subject(situation="", option="They hurt the child. They hurt the old man in the house.")

    class Worded(MarkedReader):
        def read(self, text: str, *, context: str = "") -> NeuralReading:
            value = {"not": 0.9}.get("not" if " not " in f" {text} " else "", -0.9 if "slightly" in text else 0.1)
            said = FamilyReading(values={"hedonic": value}, deviations={"hedonic": 0.1})
            return NeuralReading(families={Family.HEDONIC: said}, num_tokens=1, truncated=False)

    design = Design(num_parts=2, num_alterations=4, num_cases=4096, with_views=False)
    found = run_ensemble(subject, design, reader=Worded(lambda table, chair: 0.0))
    population = ensemble_population(found, model=None, checkpoint_sha256=None)
    leak = answer(
        population, Question(target="hedonic", sources=("text.1", "text.2")), settings=FAST
    ).report.result.leak
    assert leak is not None
    assert leak > 0.05


def test_the_same_seed_gives_the_same_numbers_and_another_seed_others() -> None:
    reader = FakeReader()
    design = Design(num_cases=512, num_parts=3)
    subject = Subject.of_option(ward_dilemma(), 0)
    one, again = (run_ensemble(subject, design, reader=reader) for _ in range(2))
    other = run_ensemble(subject, Design(num_cases=512, num_parts=3, seed=1), reader=reader)
    assert np.array_equal(one.scores["integrated"], again.scores["integrated"])
    assert np.array_equal(one.variants_NP, again.variants_NP)
    assert not np.array_equal(one.variants_NP, other.variants_NP)


def test_factors_are_drawn_independently_and_one_more_part_leaves_the_others_draws() -> None:
    design = Design(num_cases=20_000, num_parts=3)
    parts = prepare(
        "", "They hurt the child. You lied to me. Ten people were saved.", language=Language.ENGLISH, design=design
    )
    drawn = draw(parts, design)
    assert np.array_equal(draw(parts[:2], design), drawn[:, :2])
    kept = (drawn == 0).astype(float)
    assert np.abs(np.corrcoef(kept.T) - np.eye(3)).max() < 0.03
    assert kept.mean(axis=0) == pytest.approx(np.full(3, 0.5), abs=0.02)


def test_the_unedited_case_has_the_score_of_an_evaluation() -> None:
    dilemma, model = ward_dilemma(), RedHeart(name="fake", reader=FakeReader())
    found = run_ensemble(Subject.of_option(dilemma, 1), Design(num_cases=512, num_parts=2), reader=model.reader)
    place = int(np.flatnonzero((found.variants_NP == 0).all(axis=1))[0])
    expected = model.evaluate_ethics(dilemma).options[1]
    assert found.scores["realistic"][place] == expected.views["realistic"]
    assert found.scores["integrated"][place] == expected.integrated


def test_moved_variables_follow_the_formula() -> None:
    reader = FakeReader()
    design = Design(varied=Varied.VARIABLES, num_cases=256)
    found = run_ensemble(Subject.of_option(ward_dilemma(), 0), design, reader=reader)
    assert found.num_texts == 1
    inputs_NI = np.stack([found.scores[name] for name in score.INPUTS], axis=1)
    assert inputs_NI[:, 1:].min() >= 0.0
    assert inputs_NI.max() <= 1.0
    assert len(np.unique(found.scores["realistic"])) > 200
    order = np.argsort(found.moves_NI[:, 0])
    assert np.all(np.diff(found.scores["hedonic"][order]) >= 0)


def test_work_ends_at_the_next_report_and_tells_how_far_it_was() -> None:
    class StoppedError(Exception):
        pass

    seen: list[tuple[int, int]] = []

    def stop(done: int, total: int) -> None:
        seen.append((done, total))
        if done:
            raise StoppedError

    with pytest.raises(StoppedError):
        run_ensemble(Subject.of_option(ward_dilemma(), 0), Design(num_cases=2048), reader=FakeReader(), report=stop)
    assert seen[0][0] == 0
    assert 0 < seen[1][0] < seen[1][1]


@pytest.mark.parametrize("varied", list(Varied))
def test_hostile_text_is_scored_and_stays_text(varied: Varied) -> None:
    design = Design(varied=varied, num_cases=256, num_parts=2)
    found = run_ensemble(Subject.of_option(hostile_dilemma(), 0), design, reader=FakeReader())
    population = ensemble_population(found, model="fake", checkpoint_sha256="x")
    suggestion = population.suggestions[0]
    question = Question(target=suggestion.target, sources=suggestion.sources, coding=Coding(bins=2), max_order=1)
    assert answer(population, question, settings=FAST).report.result.num_sources == len(suggestion.sources)


def test_a_population_says_what_its_terms_may_be_called_and_lists_formulas() -> None:
    found = run_ensemble(PLAIN, Design(varied=Varied.VARIABLES, num_cases=256), reader=None)
    population = ensemble_population(found, model=None, checkpoint_sha256=None)
    assert "effect of that input on this model's output" in population.notes[0].en
    assert "영향" in population.notes[0].ko
    listed = population.definitions_among(("integrated", "moved.hedonic"))
    assert [rule.is_complete for rule in listed] == [True]


def test_texts_of_self_harm_and_texts_without_words_are_refused() -> None:
    with pytest.raises(InputError, match="self-harm"):
        run_ensemble(Subject(situation="", option="I want to kill myself tonight."), Design(), reader=None)
    with pytest.raises(InputError):
        run_ensemble(Subject(situation="", option="?!"), Design(), reader=None)


def test_impossible_designs_are_refused_with_their_numbers() -> None:
    with pytest.raises(InputError, match="num_cases is 10"):
        Design(num_cases=10)
    with pytest.raises(InputError, match="65536"):
        Design(num_parts=8, num_alterations=2, num_cases=100_000)
    with pytest.raises(InputError, match="no option 9"):
        Subject.of_option(ward_dilemma(), 8)
