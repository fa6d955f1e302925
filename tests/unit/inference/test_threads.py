"""Eight threads that analyse and attribute on one shared model get exactly what one after the other gives."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from captum.attr import LayerIntegratedGradients
from torch import Tensor

from redheart_core import load_model
from redheart_core.inference.engine import RedHeart
from redheart_core.inference.leased import LeasedReader
from redheart_core.inference.text_json import to_json
from redheart_core.vocabulary.reading import Family
from tests.checkpoints import SENTENCES, make_tiny_checkpoint

NUM_THREADS = 8


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> RedHeart:
    return load_model(make_tiny_checkpoint(tmp_path_factory.mktemp("threads") / "tiny"))


def _attribute(reader: LeasedReader, text: str) -> Tensor:
    """Attribute the hedonic value to tokens, with hooks and gradients in the shared network."""
    model = reader.checkpoint.model
    ids_BT = torch.tensor([reader.encode(text).ids])
    mask_BT, segments_BT = torch.ones_like(ids_BT, dtype=torch.bool), torch.zeros_like(ids_BT)

    def hedonic(ids_BT: Tensor) -> Tensor:
        rows = ids_BT.shape[0]
        logits = model(ids_BT, mask_BT.expand(rows, -1), segments_BT.expand(rows, -1)).logits
        return logits[Family.HEDONIC][:, 0]

    with reader.held():
        method = LayerIntegratedGradients(hedonic, model.backbone.embedding.token)
        scores: Tensor = method.attribute(ids_BT, baselines=torch.zeros_like(ids_BT), n_steps=4)
    return scores.detach()


def _work(system: RedHeart, text: str) -> tuple[str, Tensor]:
    assert isinstance(system.reader, LeasedReader)
    said = to_json(system.analyze(text).to_dict())
    return said, _attribute(system.reader, text)


def test_threads_get_the_sequential_results_and_leave_no_hooks(system: RedHeart) -> None:
    texts = [*SENTENCES, *SENTENCES]
    expected = [_work(system, text) for text in texts]
    together = threading.Barrier(NUM_THREADS)

    def all_texts(offset: int) -> list[tuple[str, Tensor]]:
        together.wait()
        order = [*range(offset, len(texts)), *range(offset)]
        results = {place: _work(system, texts[place]) for place in order}
        return [results[place] for place in range(len(texts))]

    with ThreadPoolExecutor(NUM_THREADS) as pool:
        found = list(pool.map(all_texts, range(NUM_THREADS)))
    for results in found:
        for (said, scores), (wanted_said, wanted_scores) in zip(results, expected, strict=True):
            assert said == wanted_said
            assert torch.equal(scores, wanted_scores)
    assert isinstance(system.reader, LeasedReader)
    for module in system.reader.checkpoint.model.modules():
        assert not module._forward_hooks
        assert not module._forward_pre_hooks
