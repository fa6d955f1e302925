"""Every declared output is a target, and its value is what a reading says."""

from __future__ import annotations

import pytest
import torch

from redheart_core.errors import ExplanationError
from redheart_core.explain.attribution.result import Unit
from redheart_core.explain.attribution.targets import output_targets, target_named
from redheart_core.explain.attribution.targets.registry import PREFIXES
from redheart_core.inference.shipped import shipped_folder
from redheart_core.model.manifest import Manifest
from redheart_core.model.ngrams import ngram_batch
from redheart_core.model.reader import ModelReader, load_model_reader
from redheart_core.vocabulary.reading import ADJUSTMENT_BOUND, OUTPUTS, Family

TEXT = "친구와 한 약속을 어겨서 미안해요."


@pytest.fixture(scope="module")
def reader() -> ModelReader:
    return load_model_reader(shipped_folder("compact"))


@pytest.fixture(scope="module")
def manifest(reader: ModelReader) -> Manifest:
    return reader.checkpoint.manifest


def test_every_declared_output_is_listed_once_and_says_whether_it_was_learned(manifest: Manifest) -> None:
    targets = output_targets(manifest)
    declared = [(family, name) for family in manifest.model.families for name in OUTPUTS[family]]
    assert len(targets) == len(declared)
    for family, name in declared:
        target = targets[f"{PREFIXES.get(family, family.value)}/{name}"]
        assert (target.family, OUTPUTS[family][target.place]) == (family, name)
        assert target.is_trained == (name in manifest.trained_outputs.get(family, ()))


def test_targets_have_the_values_of_a_reading(reader: ModelReader, manifest: Manifest) -> None:
    encoding, model = reader.encode(TEXT), reader.checkpoint.model
    assert encoding.ngrams is not None
    mask_BT = torch.ones(1, len(encoding.ids), dtype=torch.bool)
    with torch.no_grad():
        logits = model(
            torch.tensor([encoding.ids]), mask_BT, torch.tensor([encoding.segments]), ngram_batch([encoding.ngrams])
        ).logits
    said = {
        (family, name): value
        for family, reading in reader.read(TEXT).families.items()
        for name, value in reading.values.items()
    }
    targets = [target for target in output_targets(manifest).values() if target.is_trained]
    read = [target for target in targets if (target.family, OUTPUTS[target.family][target.place]) in said]
    assert len(read) == len(said)
    for target in read:
        value = float(target.scalar(Unit.OUTPUT)(logits)[0])
        assert value == pytest.approx(said[target.family, OUTPUTS[target.family][target.place]], abs=1e-6)
        low, high = target.ranges[Unit.OUTPUT]
        assert low <= value <= high


def test_bounded_and_signed_outputs_state_their_range(manifest: Manifest) -> None:
    targets = output_targets(manifest)
    bound = ADJUSTMENT_BOUND[Family.BENTHAM]
    assert targets["bentham/intensity"].ranges[Unit.OUTPUT] == (-bound, bound)
    assert targets["hedonic/hedonic"].ranges[Unit.OUTPUT] == (-1.0, 1.0)
    assert targets["emotion/joy"].ranges[Unit.OUTPUT] == (0.0, 1.0)
    difference = target_named(manifest, "emotion/joy - hedonic/hedonic")
    assert difference.ranges[Unit.OUTPUT] == (-1.0, 2.0)


def test_korean_categories_have_an_english_alias_where_it_is_unambiguous(manifest: Manifest) -> None:
    assert target_named(manifest, "kote/sadness").name == "kote/슬픔"
    assert target_named(manifest, " kote/불평/불만 - kote/sadness ").name == "kote/불평/불만 - kote/슬픔"
    aliases = [alias for target in output_targets(manifest).values() for alias in target.aliases]
    assert len(aliases) == len(set(aliases))
    assert not set(aliases) & set(output_targets(manifest))


def test_untrained_outputs_are_refused_unless_asked_for(manifest: Manifest) -> None:
    with pytest.raises(ExplanationError, match=r"outcome/optimistic is untrained in this checkpoint"):
        target_named(manifest, "emotion/joy - outcome/optimistic")
    assert not target_named(manifest, "emotion/joy - outcome/optimistic", untrained=True).is_trained
