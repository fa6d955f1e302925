"""Texts scored as a population: by the one path that computes an analysis, once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from redheart_core.data.rows import Dataset, JudgedRow, PairRow, StoryRow
from redheart_core.errors import DataError
from redheart_core.explain.surd import ReportSettings
from redheart_core.explain.surd.populations import ColumnGroup, Question, answer
from redheart_core.explain.surd.populations.components import components, definitions
from redheart_core.explain.surd.populations.scenes import scene_of, scenes_of
from redheart_core.explain.surd.populations.scored import scored_population
from redheart_core.explain.surd.populations.sets import SETS, read_set
from redheart_core.inference.engine import RedHeart
from redheart_core.vocabulary.bentham import RegretType, Variable, View
from redheart_core.vocabulary.dilemma import Dilemma, Option
from redheart_core.vocabulary.reading import NeuralReading
from tests.fakes import FakeReader

ACTS = (
    ("Mina tells her neighbour the truth about the broken window.", "Mina hides the broken window from her neighbour."),
    ("Jun helps the injured child to the hospital.", "Jun walks past the injured child and lets it bleed."),
    ("Sora shares the food with hungry strangers.", "Sora steals food from hungry strangers."),
    ("Dan keeps his promise to visit his lonely father.", "Dan breaks his promise and his father cries alone."),
)


class Counting(FakeReader):
    """Counts passages."""

    def __init__(self) -> None:
        super().__init__()
        self.passages = 0

    def read_many(self, passages: Sequence[tuple[str, str]], *, deviations: bool = True) -> tuple[NeuralReading, ...]:
        self.passages += len(passages)
        return tuple(self.read(text, context=context) for text, context in passages)


def stories(count: int = 12) -> Dataset[StoryRow]:
    rows = tuple(
        StoryRow(
            situation=f"On day {number} somebody in street {number} is in trouble.",
            moral_action=ACTS[number % 4][0],
            immoral_action=ACTS[number % 4][1],
            group=f"story {number}",
        )
        for number in range(count)
    )
    return Dataset(name="stories", licence="MIT", files=(), rows=rows)


def model(reader: FakeReader | None = None) -> RedHeart:
    return RedHeart(name="fake", reader=reader or FakeReader())


def test_every_option_has_the_numbers_of_its_page() -> None:
    found = scored_population(stories(), model())
    row = stories().rows[5]
    question = Dilemma(
        situation=row.situation, options=(Option(name=row.moral_action), Option(name=row.immoral_action))
    )
    option = model().evaluate_ethics(question).options[1]
    told = {name: column.values[11] for name, column in found.columns.items()}
    assert told["realistic"] == option.views[View.REALISTIC]
    assert told["integrated"] == option.integrated
    assert told["ethical"] == option.ethical_score
    assert told["hedonic"] == option.hedonic
    assert [told[variable.value] for variable in Variable] == [option.variables[variable] for variable in Variable]
    assert told["regret.choice"] == option.regret[RegretType.CHOICE][View.REALISTIC]
    assert told["emotion.anger"] == {one.name: one.score for one in option.emotions}["anger"]
    assert told["label"] == 0.0


def test_options_of_one_dilemma_are_one_unit_and_the_origin_is_stated() -> None:
    found = scored_population(stories(), model())
    assert (found.provenance.num_cases, found.num_units) == (24, 12)
    assert found.provenance.checkpoint_sha256 == FakeReader().checkpoint_sha256
    assert found.provenance.licence == "MIT"
    assert found.provenance.seed is None
    assert "12 dilemmas of stories" in found.description.en
    assert "12개" in found.description.ko


def test_the_formula_is_listed_where_score_and_variable_meet() -> None:
    found = scored_population(stories(), model())
    settings = ReportSettings(num_bootstrap=20, num_surrogates=19)
    question = Question(target="realistic", sources=("hedonic", "intensity"))
    assert "fixed formula" in answer(found, question, settings=settings).definitions[0].sentence.en
    assert found.definitions_among(["realistic", "feeling.joy"]) == ()
    assert any("Synergy is not interaction" in note.en for note in found.notes)


def test_passages_that_stand_alone_have_no_regret() -> None:
    rows = tuple(
        JudgedRow(text=text, context="", label=place == 0, group=text)
        for pair in ACTS
        for place, text in enumerate(pair)
    )
    found = scored_population(Dataset(name="judged", licence="MIT", files=(), rows=rows), model())
    assert found.of_group(ColumnGroup.REGRET) == ()
    assert found.units is None
    assert found.columns["label"].values.tolist() == [1.0, 0.0] * 4
    assert np.isfinite(found.columns["realistic"].values).all()


def test_a_pair_without_a_situation_is_two_passages_of_one_unit() -> None:
    scene = scene_of(PairRow(better="I won.", worse="I lost.", group="pair"))
    assert not scene.is_dilemma
    assert scene.labels == (1.0, 0.0)


def test_scores_are_kept_and_not_computed_twice(tmp_path: Path) -> None:
    reader = Counting()
    first = scored_population(stories(), model(reader), cache_dir=tmp_path)
    assert reader.passages == 24
    again = scored_population(stories(), model(reader), cache_dir=tmp_path)
    assert reader.passages == 24
    assert first.columns.keys() == again.columns.keys()
    for name, column in first.columns.items():
        np.testing.assert_array_equal(column.values, again.columns[name].values)


def test_other_texts_are_scored_anew_and_a_damaged_file_is_named(tmp_path: Path) -> None:
    reader = Counting()
    scored_population(stories(4), model(reader), cache_dir=tmp_path)
    scored_population(stories(5), model(reader), cache_dir=tmp_path)
    assert reader.passages == 18
    files = sorted(tmp_path.iterdir())
    assert len(files) == 2
    for file in files:
        file.write_bytes(b"damaged")
    with pytest.raises(DataError, match="not stored scores"):
        scored_population(stories(4), model(), cache_dir=tmp_path)


def test_cancelling_ends_the_work_and_keeps_nothing(tmp_path: Path) -> None:
    class StoppedError(Exception):
        pass

    told: list[tuple[int, int]] = []

    def report(done: int, total: int) -> None:
        told.append((done, total))
        if done >= 8:
            raise StoppedError

    with pytest.raises(StoppedError):
        scored_population(stories(), model(), cache_dir=tmp_path, report=report)
    assert told == [(0, 12), (8, 12)]
    assert list(tmp_path.iterdir()) == []


def test_texts_that_must_not_or_cannot_be_scored_are_left_out_and_counted() -> None:
    rows = (
        *stories(3).rows,
        StoryRow(situation="She wants to kill herself.", moral_action="I call.", immoral_action="I wait.", group="a"),
        StoryRow(situation="Это другой язык.", moral_action="Да, конечно.", immoral_action="Нет, никогда.", group="b"),
    )
    found = scored_population(Dataset(name="mixed", licence="MIT", files=(), rows=rows), model())
    assert found.provenance.num_cases == 6
    assert any(note.en.startswith("2 texts were left out") for note in found.notes)


def test_a_draw_is_a_function_of_its_seed() -> None:
    drawn = [[scene.group for scene in scenes_of(stories(), wanted=5, seed=seed)] for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert scored_population(stories(), model(), wanted=5, seed=1).provenance.seed == 1


def test_one_text_is_no_population() -> None:
    with pytest.raises(DataError, match="at least 2"):
        scored_population(stories(1), model())


def test_definitions_name_components_and_every_component_is_named_in_both_languages() -> None:
    known = components()
    for rule in definitions():
        assert {rule.column, *rule.of} <= known.keys()
    assert all(one.display.ko and one.display.en for one in known.values())


def test_research_only_data_is_not_offered_and_an_unknown_set_is_answered_with_the_known_ones() -> None:
    assert "scruples" not in SETS
    with pytest.raises(DataError, match="moral_stories_full"):
        read_set("mine", Path())
