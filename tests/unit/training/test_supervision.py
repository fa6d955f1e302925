"""Proxy tasks: what each target says, which outputs it moves, and that nothing learned from them may be read."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from redheart_core.data import splits
from redheart_core.data.rows import OutcomeRow
from redheart_core.errors import DataError
from redheart_core.text.extract import extract_features
from redheart_core.training.config import load_config
from redheart_core.training.evaluation import Prediction, measure
from redheart_core.training.objectives import Objective, total_loss
from redheart_core.training.proxy_objectives import (
    DECISION_TYPES,
    NuanceObjective,
    OutcomeObjective,
    RegretProxyObjective,
    SurdObjective,
)
from redheart_core.training.run import TRAINED_OUTPUTS
from redheart_core.training.supervision import (
    SurdExample,
    arousal_signs,
    decision_regrets,
    load_supervision,
    outcome_polarity,
)
from redheart_core.training.tasks import Task
from redheart_core.vocabulary.bentham import RegretType
from redheart_core.vocabulary.emotions import GOEMOTIONS, KOTE
from redheart_core.vocabulary.reading import OUTPUTS, Family
from tests.datasets import write_small_data

SHARES = tuple(
    SurdExample(text=f"Passage {number}.", shares=(0.1, 0.2, 0.3 + number / 100, 0.4 - number / 100))
    for number in range(9)
)


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(splits, "HARD_ROWS", {})
    root = write_small_data(tmp_path / "data")
    for part in ("train", "dev"):
        with (root / f"goemotions_en/{part}.tsv").open("a", encoding="utf-8") as file:
            file.writelines(
                f"{part} The shop was shut {n}!\t{GOEMOTIONS.index('disappointment')}\tx{n}\n" for n in range(9)
            )
    with (root / "kote/val.tsv").open("a", encoding="utf-8") as file:
        file.writelines(f"k{n}\t더 바랐는데 {n}\t{KOTE.index('안타까움/실망')}\n" for n in range(40))
    return root


def _descend(objective: Objective, targets: torch.Tensor, steps: int = 400) -> dict[Family, torch.Tensor]:
    logits = {
        family: torch.zeros(targets.shape[0], len(names), requires_grad=True) for family, names in OUTPUTS.items()
    }
    optimizer = torch.optim.Adam(list(logits.values()), lr=0.05)
    for _ in range(steps):
        optimizer.zero_grad()
        torch.autograd.backward(total_loss(objective, logits, targets))
        optimizer.step()
    return {family: values.detach() for family, values in logits.items()}


def test_the_tasks_cover_every_family_without_labels(data_dir: Path) -> None:
    tasks = {task.name: task for task in load_supervision(data_dir, decompositions=SHARES)}
    families = {family for task in tasks.values() for family in task.objective.families}
    assert families == {Family.NUANCE, Family.OUTCOME, Family.REGRET, Family.SURD}
    assert all(task.train and task.dev for task in tasks.values())
    english = tasks["disappointment_goemotions_en"]
    assert sum(example.target[0] for example in english.train) == len(english.train) / 2 == 9
    assert "decompositions" not in {task.name for task in load_supervision(data_dir)}


def test_a_constant_proxy_is_refused(data_dir: Path) -> None:
    constant = [SurdExample(text=f"Passage {number}.", shares=(0.25, 0.25, 0.25, 0.25)) for number in range(9)]
    with pytest.raises(DataError, match=r"decompositions \(proxy\): 28 rows with only the label 0\.25"):
        load_supervision(data_dir, decompositions=constant)


def test_only_rows_graded_by_their_text_are_present_in_one_grade(data_dir: Path) -> None:
    (english, *_) = load_supervision(data_dir)
    by_text = {example.passages[0][0]: example.target for example in english.train}
    place = OUTPUTS[Family.NUANCE].index("disappointment.moderate")
    assert [value for value in by_text["train The shop was shut 0!"] if value] == [1.0]
    assert by_text["train The shop was shut 0!"][place] == 1.0


@pytest.mark.parametrize(
    ("text", "signs"),
    [("The shop opens at nine.", 0), ("I am sad.", 1), ("I am so sad.", 2), ("I am so sad!!", 3), ("너무 슬퍼요!", 3)],
)
def test_signs_of_arousal_add_up(text: str, signs: int) -> None:
    assert arousal_signs(extract_features(text)) == signs


def test_an_outcome_takes_its_side_from_people_and_its_size_from_the_words() -> None:
    def polarity(consequence: str, *, moral: bool) -> float:
        return outcome_polarity(OutcomeRow(told="x", consequence=consequence, moral=moral, group="g"))

    assert polarity("It was noted.", moral=True) == 0.75
    assert polarity("It was noted.", moral=False) == 0.25
    assert polarity("Two people died.", moral=False) < polarity("He was annoyed.", moral=False) < 0.25


def test_regret_of_a_course_is_shared_between_doing_and_leaving_undone() -> None:
    done = decision_regrets("He hits the boy.", "A boy cries.", immoral=True)
    left = decision_regrets("He does nothing.", "A boy cries.", immoral=True)
    assert done[0] > 0.9 > 0.1 > done[1]
    assert left[1] > 0.5 > left[0]
    assert decision_regrets("He does nothing.", "A boy cries.", immoral=False) == (0.0, 0.0, 0.0)


def test_views_settle_at_their_quantiles() -> None:
    outcomes = torch.linspace(0.05, 0.95, 91)[:, None]
    logits = torch.zeros(1, 3, requires_grad=True)
    optimizer = torch.optim.Adam([logits], lr=0.02)
    for _ in range(1_500):
        optimizer.zero_grad()
        said = {Family.OUTCOME: logits.expand(91, -1)}
        torch.autograd.backward(total_loss(OutcomeObjective(), said, outcomes))
        optimizer.step()
    torch.testing.assert_close(torch.sigmoid(logits.detach())[0], torch.tensor([0.86, 0.5, 0.14]), atol=0.02, rtol=0)


def test_a_regret_proxy_moves_its_types_in_all_views_and_no_other() -> None:
    said = _descend(RegretProxyObjective(DECISION_TYPES), torch.tensor([[1.0, 0.0, 0.5]]))[Family.REGRET][0]
    wanted = {RegretType.ACTION: 1, RegretType.INACTION: -1}
    for name, value in zip(OUTPUTS[Family.REGRET], said.tolist(), strict=True):
        sign = wanted.get(RegretType(name.split(".")[0]), 0)
        assert value * sign > 0.5 if sign else value == 0.0


def test_shares_of_a_decomposition_are_learned_on_the_output_scale() -> None:
    target = torch.tensor([[0.1, 0.2, 0.3, 0.4]])
    said = _descend(SurdObjective(), target)[Family.SURD]
    torch.testing.assert_close(torch.sigmoid(said), target, atol=0.01, rtol=0)


def test_a_proxy_is_measured_as_an_error_beside_the_best_constant() -> None:
    target = torch.zeros(4, len(OUTPUTS[Family.NUANCE]))
    target[0, 0] = 1.0
    task = Task(name="nuance", objective=NuanceObjective(), train=(), dev=(), files=())
    logits = {Family.NUANCE: 40.0 * target - 20.0}
    (metric,) = measure(Prediction(task=task, logits=logits, target_BK=target, groups=("a", "b", "c", "d")))
    assert metric.value == pytest.approx(0.0, abs=1e-6)
    assert metric.baseline == pytest.approx(1 / target.numel())


def test_what_only_proxies_teach_stays_refused() -> None:
    assert not {Family.NUANCE, Family.OUTCOME, Family.SURD} & set(TRAINED_OUTPUTS)
    refused = {f"{kind.value}." for kind in (*DECISION_TYPES, RegretType.ANTICIPATED)}
    assert not any(name.startswith(tuple(refused)) for name in TRAINED_OUTPUTS[Family.REGRET])


def test_the_shipped_recipe_learns_from_labels_alone() -> None:
    assert load_config("compact").proxies is False
