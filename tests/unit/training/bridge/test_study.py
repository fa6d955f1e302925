"""The bridge study: cached states say what the model says, variants change one part, and a useless rule loses."""

from __future__ import annotations

import pytest
import torch

from redheart_core.model.network import Part, RedHeartModel
from redheart_core.model.presets import TINY
from redheart_core.text.tokenizer import Tokenizer
from redheart_core.training.batches import collate, tokenize
from redheart_core.training.bridge.retraining import train_upper
from redheart_core.training.bridge.states import CachedRows, Upper, cache_rows, projected, spread
from redheart_core.training.bridge.study import (
    StudySettings,
    better_of,
    mean_loss,
    reconstruction_rows,
    run_study,
)
from redheart_core.training.bridge.variants import BridgePart, Fitted, fit_rules, with_rule, without
from redheart_core.training.objectives import JudgedObjective, StoryObjective
from redheart_core.training.tasks import Example, Task
from redheart_core.vocabulary.reading import Family
from tests.checkpoints import SENTENCES, random_tiny_model, tiny_tokenizer_bytes

KEPT = 2


@pytest.fixture(scope="module")
def model() -> RedHeartModel:
    return random_tiny_model().eval()


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    path = tmp_path_factory.mktemp("tokenizer") / "tokenizer.json"
    path.write_bytes(tiny_tokenizer_bytes())
    return Tokenizer.from_file(path)


@pytest.fixture(scope="module")
def rows(model: RedHeartModel, tokenizer: Tokenizer) -> list[CachedRows]:
    single = tuple(
        Example(passages=((f"{text} {n}", ""),), target=(float(n % 2),), group=str(n))
        for n in range(5)
        for text in SENTENCES
    )
    pairs = tuple(
        Example(passages=((text, ""), (other, text)), target=(1.0,), group=text)
        for text, other in zip(SENTENCES, reversed(SENTENCES), strict=True)
    )
    judged = Task(
        name="justice", objective=JudgedObjective(Family.REASONING, "just"), train=single, dev=single, files=()
    )
    story = Task(name="moral_stories", objective=StoryObjective(), train=pairs, dev=pairs, files=())
    return [cache_rows(model, tokenizer, task, task.dev) for task in (judged, story)]


def _upper(model: RedHeartModel) -> Upper:
    return Upper(bridge=model.bridge, auxiliary=model.auxiliary)


def _fitted(model: RedHeartModel, rows: list[CachedRows]) -> Fitted:
    return fit_rules(model.bridge, projected(model.bridge, rows), num_components=KEPT, imitate=True)


@pytest.mark.parametrize("missing", [None, Part.BENTHAM_HEAD])
def test_cached_states_give_the_logits_of_the_whole_model(
    model: RedHeartModel, tokenizer: Tokenizer, rows: list[CachedRows], missing: Part | None
) -> None:
    story = rows[1]
    order = sorted(
        range(len(story.task.dev)),
        key=lambda p: max(
            len(tokenizer.encode_many([x], max_tokens=TINY.max_tokens)[0].ids) for x in story.task.dev[p].passages
        ),
    )
    batch = collate(tokenize([story.task.dev[p] for p in order], tokenizer, max_tokens=TINY.max_tokens))
    whole = model(batch.ids_RT, batch.mask_RT, batch.segments_RT, parts=frozenset(Part) - {missing}).logits
    cached, _ = _upper(model).logits(story.outputs, without=missing)
    for family in Family:
        torch.testing.assert_close(cached[family], whole[family], atol=1e-4, rtol=1e-3)


def test_taking_pairs_keeps_both_sides_together(rows: list[CachedRows]) -> None:
    story = rows[1]
    taken = story.take(torch.tensor([3, 1]))
    assert taken.groups == (story.groups[3], story.groups[1])
    expected = story.outputs.pooled_BP[[3, 1, 3 + story.num_items, 1 + story.num_items]]
    assert torch.equal(taken.outputs.pooled_BP, expected)


def test_examples_are_spread_over_the_whole_file() -> None:
    examples = [Example(passages=(("a", ""),), target=(1.0,), group=str(n)) for n in range(10)]
    assert [example.group for example in spread(examples, 5)] == ["0", "2", "4", "6", "8"]
    assert spread(examples, 20) == tuple(examples)


@pytest.mark.parametrize("part", list(BridgePart))
def test_a_variant_changes_what_is_said_and_leaves_the_bridge_alone(
    model: RedHeartModel, rows: list[CachedRows], part: BridgePart
) -> None:
    before = {name: values.clone() for name, values in model.bridge.state_dict().items()}
    missing = Part.BENTHAM_HEAD if part is BridgePart.RECOVERY else None
    said = [
        Upper(bridge=bridge, auxiliary=model.auxiliary).logits(rows[0].outputs, without=missing)[0][Family.REASONING]
        for bridge in (model.bridge, with_rule(model.bridge, part, _fitted(model, rows)), without(model.bridge, part))
    ]
    assert not torch.allclose(said[0], said[1], atol=1e-5)
    assert not torch.allclose(said[0], said[2], atol=1e-5)
    assert not torch.allclose(said[1], said[2], atol=1e-5)
    assert all(torch.equal(values, before[name]) for name, values in model.bridge.state_dict().items())


def test_without_a_missing_module_recovery_changes_nothing(model: RedHeartModel, rows: list[CachedRows]) -> None:
    outputs = rows[0].outputs
    without_it = Upper(bridge=without(model.bridge, BridgePart.RECOVERY), auxiliary=model.auxiliary)
    plain, removed = _upper(model).logits(outputs)[0], without_it.logits(outputs)[0]
    assert all(torch.equal(plain[family], removed[family]) for family in Family)


def test_the_usual_state_beats_zero_at_reconstructing(model: RedHeartModel, rows: list[CachedRows]) -> None:
    compared = reconstruction_rows(_upper(model), _fitted(model, rows), rows, StudySettings(resamples=50))
    assert [row["missing"] for row in compared] == [part.value for part in Part]
    for row in compared:
        assert float(row["with_rule"] or 0) < float(row["removed"] or 0)
        # Random weights reconstruct nothing, so the rule must be better.
        assert row["better"] == "rule"


@pytest.mark.parametrize(
    ("low", "high", "better"),
    [(0.01, 0.02, "learned"), (0.0, 0.1, "neither"), (-0.2, -0.1, "rule"), (-0.2, -0.0001, "neither")],
)
def test_a_part_is_better_only_where_the_whole_interval_says_so(low: float, high: float, better: str) -> None:
    assert better_of(low, high) == better


def test_retraining_lowers_the_loss_and_repeats(rows: list[CachedRows]) -> None:
    def loss(steps: int) -> float:
        torch.manual_seed(99)
        return mean_loss(train_upper(TINY, rows, rule=BridgePart.MERGE, seed=1, steps=steps), rows)

    assert loss(60) < 0.9 * loss(1)
    assert loss(5) == loss(5)


def test_the_study_compares_every_part_in_every_way(model: RedHeartModel, rows: list[CachedRows]) -> None:
    settings = StudySettings(resamples=50, retraining_steps=2, retraining_seeds=(0, 1))
    found = run_study(TINY, _upper(model), rows, rows, settings)
    summaries = {(row["part"], row["comparison"]) for row in found if row["task"] == "all"}
    always = {(part.value, "swap") for part in BridgePart if part is not BridgePart.RECOVERY}
    retrained = {(part.value, "retrained") for part in BridgePart}
    assert summaries == always | retrained | {("recovery", "missing"), ("recovery", "reconstruction")}
    assert all(float(row["low"] or 0) <= float(row["high"] or 0) for row in found)
