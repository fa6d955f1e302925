"""The architecture: shapes, reach of gradients, insensitivity to padding and to the order of arrival."""

from __future__ import annotations

import pytest
import torch

from redheart_core.model.network import ALL_PARTS, Part, RedHeartModel
from redheart_core.model.presets import COMPACT, TINY
from redheart_core.text.tokenizer import Tokenizer
from redheart_core.training.batches import collate, tokenize
from redheart_core.training.loop import REQUIRED_PARTS
from redheart_core.training.objectives import (
    ChoiceObjective,
    EmotionObjective,
    JudgedObjective,
    Objective,
    PleasureObjective,
    StoryObjective,
    VadObjective,
    total_loss,
)
from redheart_core.training.tasks import Example
from redheart_core.vocabulary.reading import OUTPUTS, Family
from tests.checkpoints import SENTENCES, random_tiny_model, tiny_tokenizer_bytes


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    path = tmp_path_factory.mktemp("tokenizer") / "tokenizer.json"
    path.write_bytes(tiny_tokenizer_bytes())
    return Tokenizer.from_file(path)


def _inputs(batch: int, length: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    ids = torch.randint(5, TINY.vocabulary_size, (batch, length), generator=generator)
    return ids, torch.ones(batch, length, dtype=torch.bool), torch.ones(batch, length, dtype=torch.long)


def test_every_declared_family_has_one_logit_per_output() -> None:
    logits = random_tiny_model().eval()(*_inputs(3, 7)).logits
    assert {family: tuple(values.shape) for family, values in logits.items()} == {
        family: (3, len(names)) for family, names in OUTPUTS.items()
    }


def test_padding_does_not_change_what_is_said() -> None:
    model = random_tiny_model().eval()
    ids, mask, segments = _inputs(1, 6)
    padded_ids = torch.cat([ids, torch.zeros(1, 4, dtype=torch.long)], dim=1)
    padded_mask = torch.cat([mask, torch.zeros(1, 4, dtype=torch.bool)], dim=1)
    padded_segments = torch.cat([segments, torch.zeros(1, 4, dtype=torch.long)], dim=1)
    plain = model(ids, mask, segments).logits
    padded = model(padded_ids, padded_mask, padded_segments).logits
    for family in Family:
        torch.testing.assert_close(padded[family], plain[family], atol=2e-5, rtol=1e-4)


def test_word_order_changes_what_is_said() -> None:
    model = random_tiny_model().eval()
    ids, mask, segments = _inputs(1, 6)
    said = model(ids, mask, segments).logits[Family.REASONING]
    swapped = model(ids.flip(1), mask, segments).logits[Family.REASONING]
    assert not torch.allclose(said, swapped, atol=1e-4)


def test_entering_by_token_vectors_gives_the_same_logits() -> None:
    model = random_tiny_model().eval()
    ids, mask, segments = _inputs(2, 5)
    embeddings = model.backbone.embedding(ids)
    torch.testing.assert_close(
        model.forward_from_embeddings(embeddings, mask, segments).logits[Family.KOTE],
        model(ids, mask, segments).logits[Family.KOTE],
    )


def test_a_missing_module_is_masked_and_the_rest_still_speaks() -> None:
    model = random_tiny_model().eval()
    without = model(*_inputs(2, 5), parts=ALL_PARTS - {Part.SURD_HEAD, Part.EMOTION_ANALYZER}).logits
    assert all(torch.isfinite(values).all() for values in without.values())
    assert not torch.allclose(without[Family.REASONING], model(*_inputs(2, 5)).logits[Family.REASONING])


def test_the_merge_does_not_depend_on_the_order_of_arrival() -> None:
    merge = random_tiny_model().bridge.merge
    states = torch.randn(2, 5, TINY.bridge.width, generator=torch.Generator().manual_seed(3))
    present = torch.tensor([[True, True, False, True, True], [True, False, True, True, False]])
    order = torch.tensor([3, 0, 4, 2, 1])
    torch.testing.assert_close(merge(states[:, order], present[:, order]), merge(states, present))


def test_a_masked_state_does_not_reach_the_merge() -> None:
    merge = random_tiny_model().bridge.merge
    states = torch.randn(1, 3, TINY.bridge.width, generator=torch.Generator().manual_seed(3))
    present = torch.tensor([[True, False, True]])
    changed = states.clone()
    changed[0, 1] += 10.0
    torch.testing.assert_close(merge(changed, present), merge(states, present))


def test_no_parameter_appears_after_construction() -> None:
    model = random_tiny_model()
    before = {name for name, _ in model.named_parameters()}
    model(*_inputs(2, 5))
    assert {name for name, _ in model.named_parameters()} == before


def test_every_trained_parameter_is_reached_by_a_gradient(tokenizer: Tokenizer) -> None:
    model = random_tiny_model().train()
    torch.manual_seed(0)
    for objective, examples in _one_batch_per_objective():
        batch = collate(tokenize(examples, tokenizer, max_tokens=TINY.max_tokens))
        output = model(batch.ids_RT, batch.mask_RT, batch.segments_RT)
        torch.autograd.backward(total_loss(objective, output.logits, batch.target_BK) + output.recovery_error)
    untrained = (f"readouts.{family}" for family in (Family.NUANCE, Family.OUTCOME, Family.SURD))
    answers = tuple(
        f"analyzers.{part}.network.{name}"
        for part in (Part.COUNTERFACTUAL_REASONER, Part.SURD_ANALYZER)
        for name in ("answer_QW", "bias_Q")
    )
    telemetry = ("optimization.",)
    skipped = (*untrained, *answers, *telemetry)
    unreached = [
        name
        for name, parameter in model.named_parameters()
        if not any(part in name for part in skipped) and (parameter.grad is None or not parameter.grad.any())
    ]
    assert unreached == []


def _one_batch_per_objective() -> list[tuple[Objective, list[Example]]]:
    single = [((text, ""),) for text in SENTENCES]
    against = [((text, other),) for text, other in zip(SENTENCES, reversed(SENTENCES), strict=True)]
    pairs = [((text, ""), (other, "")) for text, other in zip(SENTENCES, reversed(SENTENCES), strict=True)]

    def examples(passages: list[tuple[tuple[str, str], ...]], *target: float) -> list[Example]:
        return [Example(passages=item, target=target, group=str(place)) for place, item in enumerate(passages)]

    emotions = [
        (EmotionObjective(family), examples(single, *[0.0, 1.0] * (len(OUTPUTS[family]) // 2), 1.0, 1.0))
        for family in (Family.GOEMOTIONS, Family.KOTE)
    ]
    judged = [(JudgedObjective(Family.REASONING, name), examples(against, 1.0)) for name in OUTPUTS[Family.REASONING]]
    return [
        *emotions,
        *judged,
        (VadObjective(), examples(single, 0.7, 0.6, 0.4)),
        (PleasureObjective(), examples(pairs, 1.0)),
        (StoryObjective(), examples(pairs, 1.0)),
        (ChoiceObjective(), examples(pairs, 0.0, 1.0)),
    ]


def test_every_family_names_the_modules_it_needs() -> None:
    assert set(REQUIRED_PARTS) == set(Family)


def test_compact_stays_within_its_budget() -> None:
    with torch.device("meta"):
        model = RedHeartModel(COMPACT)
    assert sum(parameter.numel() for parameter in model.parameters()) <= 25_000_000
