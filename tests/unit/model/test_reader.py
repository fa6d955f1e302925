"""The reader: typed, bounded, refused where untrained, and the same every time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from redheart_core.model.reader import ModelReader, load_model_reader
from redheart_core.training.run import TRAINED_OUTPUTS
from redheart_core.vocabulary.reading import ADJUSTMENT_BOUND, OUTPUTS, QUESTIONS, Family, NeuralReader
from tests.checkpoints import SENTENCES, make_tiny_checkpoint


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> ModelReader:
    return load_model_reader(make_tiny_checkpoint(tmp_path_factory.mktemp("checkpoints") / "tiny"))


def test_it_fulfils_the_protocol(reader: ModelReader) -> None:
    as_protocol: NeuralReader = reader
    assert as_protocol.trained_families == frozenset(TRAINED_OUTPUTS) - QUESTIONS


def test_only_trained_outputs_are_in_a_reading(reader: ModelReader) -> None:
    families = reader.read(SENTENCES[0]).families
    assert {family: tuple(said.values) for family, said in families.items()} == {
        family: names for family, names in TRAINED_OUTPUTS.items() if family not in QUESTIONS
    }


def test_an_untrained_family_is_refused_not_guessed(tmp_path: Path) -> None:
    only_vad = {Family.VAD: OUTPUTS[Family.VAD]}
    reader = load_model_reader(make_tiny_checkpoint(tmp_path / "vad", trained_outputs=only_vad))
    assert set(reader.read(SENTENCES[0]).families) == {Family.VAD}
    assert reader.trained_families == {Family.VAD}


def test_values_stay_in_their_declared_ranges(reader: ModelReader) -> None:
    for sentence in SENTENCES:
        for family, said in reader.read(sentence).families.items():
            high = ADJUSTMENT_BOUND.get(family, 1.0)
            low = -high if family in ADJUSTMENT_BOUND or family is Family.HEDONIC else 0.0
            assert all(low <= value <= high for value in said.values.values())


def test_deviations_are_measured_for_every_value(reader: ModelReader) -> None:
    for said in reader.read(SENTENCES[0]).families.values():
        assert set(said.deviations) == set(said.values)
        assert all(deviation >= 0 for deviation in said.deviations.values())
        assert any(deviation > 0 for deviation in said.deviations.values())


def test_numbers_are_rounded_to_six_decimals(reader: ModelReader) -> None:
    for said in reader.read(SENTENCES[0]).families.values():
        for number in (*said.values.values(), *said.deviations.values()):
            assert type(number) is float
            assert number == round(number, 6)


def test_reading_twice_says_the_same_whatever_came_between(reader: ModelReader) -> None:
    first = reader.read(SENTENCES[0], context=SENTENCES[1])
    reader.read(SENTENCES[2])
    assert reader.read(SENTENCES[0], context=SENTENCES[1]) == first


def test_four_threads_read_what_one_reads(reader: ModelReader) -> None:
    alone = [reader.read(sentence) for sentence in SENTENCES]
    with ThreadPoolExecutor(max_workers=4) as pool:
        together = list(pool.map(reader.read, SENTENCES * 4))
    assert together == alone * 4


def test_the_context_changes_what_is_said(reader: ModelReader) -> None:
    assert reader.read(SENTENCES[0]) != reader.read(SENTENCES[0], context=SENTENCES[3])


def test_a_long_passage_is_reported_as_truncated(reader: ModelReader) -> None:
    said = reader.read(" ".join(SENTENCES) * 5)
    assert said.truncated
    assert said.num_tokens == reader.checkpoint.model.config.max_tokens


def test_an_empty_passage_can_be_read(reader: ModelReader) -> None:
    assert reader.read("").num_tokens == 2


def test_several_passages_in_one_pass_are_read_as_one_by_one(reader: ModelReader) -> None:
    passages = [(text, SENTENCES[place % 3]) for place, text in enumerate(SENTENCES)] + [("", "")]
    together = reader.read_many(passages)
    for (text, context), said in zip(passages, together, strict=True):
        alone = reader.read(text, context=context)
        assert said.num_tokens == alone.num_tokens
        for family, found in said.families.items():
            for name, value in found.values.items():
                assert value == pytest.approx(alone.families[family].values[name], abs=3e-6)
                assert found.deviations[name] == pytest.approx(alone.families[family].deviations[name], abs=3e-6)
    assert reader.read_many(passages) == together


def test_deviations_can_be_left_out_of_many_readings(reader: ModelReader) -> None:
    passages = [(text, "") for text in SENTENCES[:3]]
    for said, whole in zip(reader.read_many(passages, deviations=False), reader.read_many(passages), strict=True):
        for family, found in said.families.items():
            assert found.values == whole.families[family].values
            assert not found.deviations
