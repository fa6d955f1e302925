"""The architecture: shapes, reach of gradients, insensitivity to padding and to the order of arrival."""

from __future__ import annotations

import torch

from redheart_core.model.network import ALL_PARTS, Part, RedHeartModel
from redheart_core.model.presets import COMPACT, TINY
from redheart_core.training.required import REQUIRED_PARTS
from redheart_core.vocabulary.reading import OUTPUTS, READ_FAMILIES, Family
from tests.checkpoints import random_tiny_model


def _inputs(batch: int, length: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    ids = torch.randint(5, TINY.vocabulary_size, (batch, length), generator=generator)
    return ids, torch.ones(batch, length, dtype=torch.bool), torch.ones(batch, length, dtype=torch.long)


def test_every_declared_family_has_one_logit_per_output() -> None:
    logits = random_tiny_model().eval()(*_inputs(3, 7)).logits
    assert {family: tuple(values.shape) for family, values in logits.items()} == {
        family: (3, len(OUTPUTS[family])) for family in Family
    }


def test_padding_does_not_change_what_is_said() -> None:
    model = random_tiny_model().eval()
    ids, mask, segments = _inputs(1, 6)
    padded_ids = torch.cat([ids, torch.zeros(1, 4, dtype=torch.long)], dim=1)
    padded_mask = torch.cat([mask, torch.zeros(1, 4, dtype=torch.bool)], dim=1)
    padded_segments = torch.cat([segments, torch.zeros(1, 4, dtype=torch.long)], dim=1)
    plain = model(ids, mask, segments).logits
    padded = model(padded_ids, padded_mask, padded_segments).logits
    for family in READ_FAMILIES:
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


def test_every_family_names_the_modules_it_needs() -> None:
    assert set(REQUIRED_PARTS) == set(Family)


def test_compact_stays_within_its_budget() -> None:
    with torch.device("meta"):
        model = RedHeartModel(COMPACT)
    assert sum(parameter.numel() for parameter in model.parameters()) <= 25_000_000
