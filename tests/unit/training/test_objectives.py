"""Losses point the right way, and adjustments move the stand-in score as the calculation does."""

from __future__ import annotations

import pytest
import torch

from redheart_core.training.objectives import (
    ChoiceObjective,
    EmotionObjective,
    JudgedObjective,
    Objective,
    PleasureObjective,
    StoryObjective,
    VadObjective,
    integrated_surrogate,
    total_loss,
)
from redheart_core.vocabulary.bentham import VARIABLES, Direction, Variable
from redheart_core.vocabulary.reading import OUTPUTS, Family


def _logits(rows: int, value: float = 0.0) -> dict[Family, torch.Tensor]:
    return {family: torch.full((rows, len(names)), value) for family, names in OUTPUTS.items()}


def _descend(objective: Objective, targets: torch.Tensor, rows: int, steps: int = 300) -> dict[Family, torch.Tensor]:
    logits = {family: values.requires_grad_() for family, values in _logits(rows).items()}
    optimizer = torch.optim.Adam(list(logits.values()), lr=0.05)
    for _ in range(steps):
        optimizer.zero_grad()
        torch.autograd.backward(total_loss(objective, logits, targets))
        optimizer.step()
    return {family: values.detach() for family, values in logits.items()}


def test_emotions_learn_their_labels_and_the_sign_of_the_feeling() -> None:
    labels = torch.zeros(2, 28)
    labels[0, 17] = labels[1, 25] = 1.0
    targets = torch.cat([labels, torch.tensor([[1.0, 1.0], [0.0, 1.0]])], dim=1)
    said = _descend(EmotionObjective(Family.GOEMOTIONS), targets, 2)
    assert torch.equal((said[Family.GOEMOTIONS] > 0).float(), labels)
    assert said[Family.HEDONIC][0, 0] > 0 > said[Family.HEDONIC][1, 0]


def test_a_feeling_of_mixed_sign_leaves_the_hedonic_value_alone() -> None:
    targets = torch.cat([torch.ones(1, 28), torch.tensor([[1.0, 0.0]])], dim=1)
    assert _descend(EmotionObjective(Family.GOEMOTIONS), targets, 1)[Family.HEDONIC].item() == 0.0


def test_ratings_are_learned_on_the_output_scale() -> None:
    targets = torch.tensor([[0.7, 0.4, 0.55]])
    said = _descend(VadObjective(), targets, 1)
    torch.testing.assert_close(torch.sigmoid(said[Family.VAD]), targets, atol=0.01, rtol=0)


def test_arousal_raises_the_intensity_adjustment() -> None:
    said = _descend(VadObjective(), torch.tensor([[0.5, 0.8, 0.5], [0.5, 0.2, 0.5]]), 2)
    column = OUTPUTS[Family.BENTHAM].index("intensity")
    assert said[Family.BENTHAM][0, column] > 0 > said[Family.BENTHAM][1, column]


def test_the_more_pleasant_passage_gets_the_higher_hedonic_value_and_score() -> None:
    said = _descend(PleasureObjective(), torch.ones(3, 1), 6)
    better, worse = said[Family.HEDONIC].chunk(2)
    assert (better > worse).all()
    score_better, score_worse = integrated_surrogate(said).chunk(2)
    assert (score_better > score_worse).all()


def test_an_adjustment_that_always_says_the_same_is_pulled_back_to_zero() -> None:
    start = _logits(4, 3.0)
    logits = {family: values.requires_grad_() for family, values in start.items()}
    torch.autograd.backward(total_loss(PleasureObjective(), logits, torch.ones(2, 1)))
    gradient = logits[Family.BENTHAM].grad
    assert gradient is not None
    assert (gradient.mean(dim=0) > 0).all()


def test_a_judgement_moves_only_its_own_output() -> None:
    said = _descend(JudgedObjective(Family.REASONING, "just"), torch.tensor([[1.0], [0.0]]), 2)
    moved = said[Family.REASONING].abs().amax(dim=0) > 0.1
    assert moved.tolist() == [name == "just" for name in OUTPUTS[Family.REASONING]]
    assert said[Family.REASONING][0, 1] > 0 > said[Family.REASONING][1, 1]


def test_an_immoral_course_is_less_acceptable_and_more_regretted() -> None:
    said = _descend(StoryObjective(), torch.ones(1, 1), 2)
    assert said[Family.REASONING][0, 0] > 0 > said[Family.REASONING][1, 0]
    regret = said[Family.REGRET]
    for place, name in enumerate(OUTPUTS[Family.REGRET]):
        proxied = name.split(".")[0] in ("moral", "social", "choice")
        assert (regret[1, place] > 0 > regret[0, place]) if proxied else (regret[:, place] == 0).all()


def test_an_action_that_harms_raises_external_cost() -> None:
    said = _descend(ChoiceObjective(), torch.tensor([[0.0, 1.0]]), 2)
    column = OUTPUTS[Family.BENTHAM].index("external_cost")
    assert said[Family.BENTHAM][1, column] > 0 > said[Family.BENTHAM][0, column]


@pytest.mark.parametrize("variable", Variable)
def test_the_stand_in_score_moves_in_the_stated_direction(variable: Variable) -> None:
    base, changed = _logits(1), _logits(1)
    for logits in (base, changed):
        logits[Family.HEDONIC] += 1.0
    changed[Family.BENTHAM][0, OUTPUTS[Family.BENTHAM].index(variable.value)] = 1.0
    difference = (integrated_surrogate(changed) - integrated_surrogate(base)).item()
    assert (difference < 0) == (VARIABLES[variable].direction is Direction.LOWERS)
    assert difference != 0.0
