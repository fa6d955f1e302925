"""The linear part: exact sums, the blend with the network, and what it asks of its callers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from redheart_core.errors import CheckpointError
from redheart_core.model.checkpoint import load_checkpoint, save_checkpoint
from redheart_core.model.config import NgramConfig, NgramTableConfig
from redheart_core.model.network import RedHeartModel
from redheart_core.model.ngrams import NgramPart, ngram_batch
from redheart_core.model.presets import TINY
from redheart_core.model.reader import load_model_reader
from redheart_core.text.ngrams import NgramVector, NgramVocabulary
from redheart_core.vocabulary.reading import OUTPUTS, Family
from tests.checkpoints import random_tiny_model, tiny_manifest, tiny_tokenizer_bytes

TABLES = (
    NgramTableConfig(families=(Family.HEDONIC, Family.SAFETY), first=0, count=4),
    NgramTableConfig(families=(Family.KOTE,), first=2, count=2),
)
CONFIG = NgramConfig(num_ngrams=4, tables=TABLES)
VOCABULARY = NgramVocabulary({"wgood": 3, "wbad": 2, "w힘든": 2, "lda": 1}, num_documents=9)


def _part() -> NgramPart:
    part = NgramPart(CONFIG)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in part.parameters():
            parameter.copy_(torch.rand(parameter.shape, generator=generator))
    return part


def _vector(**weights: float) -> NgramVector:
    ids = [int(name[1:]) for name in weights]
    return NgramVector(ids=np.array(ids, dtype=np.int32), values=np.array(list(weights.values()), dtype=np.float32))


def test_a_logit_is_the_sum_of_weight_times_value_and_the_bias() -> None:
    part = _part()
    logits = part.logits(ngram_batch([_vector(n0=0.5, n3=2.0), _vector(), _vector(n2=1.0)]))
    first, second = part.each_table()
    torch.testing.assert_close(
        logits[Family.HEDONIC][0, 0], 0.5 * first.weight[0, 0] + 2 * first.weight[3, 0] + first.bias[0]
    )
    torch.testing.assert_close(logits[Family.HEDONIC][1, 0], first.bias[0])
    torch.testing.assert_close(logits[Family.KOTE][0], 2 * second.weight[1] + second.bias)
    torch.testing.assert_close(logits[Family.KOTE][2], second.weight[0] + second.bias)
    assert logits[Family.SAFETY].shape == (3, len(OUTPUTS[Family.SAFETY]))


def test_a_passage_does_not_depend_on_its_neighbours() -> None:
    part = _part()
    alone = part.logits(ngram_batch([_vector(n0=0.3, n1=0.7, n2=0.2)]))
    beside = part.logits(ngram_batch([_vector(n3=1.0), _vector(n0=0.3, n1=0.7, n2=0.2)]))
    assert all(torch.equal(alone[family][0], beside[family][1]) for family in alone)


def test_the_blend_scales_the_network_and_leaves_other_families_alone() -> None:
    part = _part()
    network = {Family.KOTE: torch.ones(1, len(OUTPUTS[Family.KOTE])), Family.REGRET: torch.ones(1, 21)}
    batch = ngram_batch([_vector(n2=1.0)])
    blended = part(network, batch)
    _, table = part.each_table()
    torch.testing.assert_close(blended[Family.KOTE][0], table.network_scale + part.logits(batch)[Family.KOTE][0])
    assert torch.equal(blended[Family.REGRET], network[Family.REGRET])
    assert set(blended) == set(network)


def test_masked_copies_scale_each_ngram_by_its_own_factor() -> None:
    batch = ngram_batch([_vector(n1=1.0, n3=2.0)]).repeated(torch.tensor([[1.0, 0.0, 1.0, 1.0], [1.0, 3.0, 1.0, 0.5]]))
    assert batch.values_N.tolist() == [0.0, 2.0, 3.0, 1.0]
    assert batch.passages_N.tolist() == [0, 0, 1, 1]


def test_reading_without_ngrams_is_refused_and_training_the_network_is_not() -> None:
    model = RedHeartModel(replace(TINY, ngrams=CONFIG))
    inputs = (torch.tensor([[2, 5, 3]]), torch.ones(1, 3, dtype=torch.bool), torch.ones(1, 3, dtype=torch.long))
    model.train()(*inputs)
    with pytest.raises(ValueError, match="give the n-grams"):
        model.eval()(*inputs)


def test_what_was_saved_is_read_the_same_and_a_foreign_list_is_refused(tmp_path: Path) -> None:
    model = random_tiny_model(0).eval()
    model.take_linear_part(_part())
    tokenizer_file = tmp_path / "tokenizer.json"
    tokenizer_file.write_bytes(tiny_tokenizer_bytes())
    manifest = replace(tiny_manifest(0), model=model.config)
    folder = tmp_path / "saved"
    written = save_checkpoint(
        folder, model=model, tokenizer_file=tokenizer_file, manifest=manifest, card="# t", ngrams=VOCABULARY
    )
    reader = load_model_reader(folder)
    plain, with_word = reader.read("a quiet day"), reader.read("a bad day")
    assert reader.encode("a bad day").ngrams is not None
    assert plain.families[Family.HEDONIC].values != with_word.families[Family.HEDONIC].values
    assert reader.read("a bad day") == with_word
    assert load_checkpoint(folder).model.config == model.config
    assert written.ngrams is not None
    (folder / written.ngrams.name).write_bytes(NgramVocabulary({"wother": 1}, num_documents=1).to_bytes())
    with pytest.raises(CheckpointError, match="ngrams"):
        load_checkpoint(folder)
