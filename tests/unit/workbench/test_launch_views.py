"""The words of the form: every field has some, every problem is told with a remedy, nothing of a recipe is lost."""

from __future__ import annotations

import tomllib

import pytest

from redheart_core.runs.estimate import Estimate, Pace
from redheart_core.training.config import TECHNIQUES, config_text
from redheart_core.training.schema import Problem, Trouble, problems_of, stage_fields, technique_fields, top_fields
from workbench.copy import LANGUAGES, UiLanguage, catalogue, say
from workbench.views.launch_cost import time_lines
from workbench.views.launch_form import (
    RECIPES,
    TRAINED,
    field_help,
    field_label,
    filled,
    kept_names,
    problem_line,
    problem_text,
    recipe_values,
    value_at,
)
from workbench.views.sizes import duration_text, size_text

ALL_FIELDS = (*top_fields(), *stage_fields(), *(spec for name in TECHNIQUES for spec in technique_fields(name)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_and_every_technique_has_words(language: UiLanguage) -> None:
    for spec in ALL_FIELDS:
        assert field_label(spec.path, language)
        assert field_help(spec, language)
    for name in TECHNIQUES:
        assert say(f"fields.technique.{name}", language)
    for recipe in RECIPES:
        assert say(f"launch.recipes.{recipe}.name", language)
    for trouble in Trouble:
        assert f"launch.problem.{trouble.value}" in catalogue()


@pytest.mark.parametrize("recipe", TRAINED)
def test_a_form_that_nobody_touched_is_its_recipe(recipe: str) -> None:
    values = tomllib.loads(config_text(recipe))
    edited = {spec.path: value_at(values, spec.path) for spec in top_fields()}
    techniques = [name for name in TECHNIQUES if name in values]
    assert filled(recipe_values(recipe), edited, techniques) == values


def test_edits_reach_stages_techniques_and_the_run_and_leave_the_recipe_alone() -> None:
    recipe = recipe_values("compact")
    edited = {"seed": 7, "stages.1.steps": 9000, "r_drop.alpha": 0.5, "validate_every": None}
    found = filled(recipe, edited, ["r_drop"])
    assert (found["seed"], found["stages"][1]["steps"], found["r_drop"]) == (7, 9000, {"alpha": 0.5})
    assert problems_of(found) == ()
    assert recipe == recipe_values("compact")
    assert set(kept_names(found)) == {"emphasis", "linear"}
    assert "r_drop" not in filled(found, {}, [])


@pytest.mark.parametrize("language", LANGUAGES)
def test_problems_name_their_field_and_its_stage(language: UiLanguage) -> None:
    problem = Problem(path="stages.1.learning_rate", trouble=Trouble.HIGH, detail="1")
    line = problem_line(problem, language)
    assert field_label("stages.learning_rate", language) in line
    assert "2" in line
    assert problem_text(problem, language) == say("launch.problem.high_open", language, detail="1")
    assert say("fields.technique.r_drop", language) in problem_line(
        Problem(path="r_drop.alpha", trouble=Trouble.LOW, detail="0"), language
    )
    assert "why" in problem_line(Problem(path="", trouble=Trouble.REFUSED, detail="why"), language)


def test_an_estimate_says_what_it_rests_on() -> None:
    pace = Pace(seconds_per_step=0.5, num_steps=11, run_id="20260131-094500-0a1b2c")
    total, rest = time_lines(Estimate(steps_s=400.0, paces=(pace, pace), before_s=20.0, after_s=None), "en")
    assert "7 min" in total
    assert "22 steps that run 20260131-094500-0a1b2c took" in rest
    assert "preparing 20 s, steps 7 min, finishing not known" in rest


def test_sizes_and_durations_have_one_unit_that_fits() -> None:
    assert [size_text(size) for size in (0, 23.6e6, 2.5e9)] == ["0.0 MB", "23.6 MB", "2.5 GB"]
    assert [duration_text(s, "en") for s in (0.4, 59, 90, 3700)] == ["0 s", "59 s", "2 min", "1 h 2 min"]
