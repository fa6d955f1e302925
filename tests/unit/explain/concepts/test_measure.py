"""Reading concepts once and asking them twice: the answers are those of reading them each time."""

from __future__ import annotations

from pathlib import Path

import pytest

from redheart_core.explain.attribution.result import Unit
from redheart_core.explain.attribution.targets import target_named
from redheart_core.explain.concepts.layers import POOLED, STATES
from redheart_core.explain.concepts.measure import ConceptSettings, measure_concepts, num_readings, read_concepts
from redheart_core.explain.concepts.texts import concepts_named
from redheart_core.model.checkpoint import LoadedCheckpoint, load_checkpoint
from tests.checkpoints import SENTENCES, make_tiny_checkpoint

PASSAGES = [(text, "") for text in SENTENCES]
TWO = concepts_named(["harm", "promise"])


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> LoadedCheckpoint:
    folder: Path = tmp_path_factory.mktemp("tiny")
    return load_checkpoint(make_tiny_checkpoint(folder))


@pytest.mark.parametrize("layer", [POOLED, STATES])
def test_kept_readings_give_the_same_scores_and_every_reading_is_told(checkpoint: LoadedCheckpoint, layer: str) -> None:
    settings = ConceptSettings(layer=layer, languages=("en",), num_fits=10)
    scalar = target_named(checkpoint.manifest, "emotion/sadness").scalar(Unit.LOGIT)
    told: list[None] = []

    def tick() -> None:
        told.append(None)

    readings = read_concepts(checkpoint, TWO, settings, tick=tick)
    assert len(told) == num_readings(TWO, settings) == 2 * 40 + 160
    kept = measure_concepts(checkpoint, scalar, PASSAGES, settings=settings, readings=readings, tick=tick)
    assert len(told) == num_readings(TWO, settings) + len(PASSAGES)
    assert kept == measure_concepts(checkpoint, scalar, PASSAGES, concepts=TWO, settings=settings)
