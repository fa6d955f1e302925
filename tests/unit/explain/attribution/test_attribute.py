"""From a request to an attribution, with the shipped model: sums, baselines, refusals, repetition."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from redheart_core.errors import ExplanationError, InputError
from redheart_core.explain.attribution.attribute import attribute, explained_passages
from redheart_core.explain.attribution.baselines import neutral_texts
from redheart_core.explain.attribution.cache import AttributionCache
from redheart_core.explain.attribution.methods.method import Cancelled
from redheart_core.explain.attribution.request import AttributionRequest, attribution_key
from redheart_core.explain.attribution.result import Attribution, Unit
from redheart_core.inference.engine import load_model
from redheart_core.inference.leased import LeasedReader
from redheart_core.model.reader import load_model_reader
from redheart_core.runtime.precision import Precision
from redheart_core.text.tokenizer import Source
from tests.checkpoints import make_tiny_checkpoint
from tests.fakes import FakeReader

TEXT = "I lied, and now I am sad."
SADNESS = AttributionRequest(text=TEXT, target="emotion/sadness")


@pytest.fixture(scope="module")
def reader() -> LeasedReader:
    reader = load_model("compact", precision=Precision.FP32).reader
    assert isinstance(reader, LeasedReader)
    return reader


def _without_time(attribution: Attribution) -> str:
    return json.dumps({**attribution.to_dict(), "seconds": None}, ensure_ascii=False)


def test_scores_and_rest_sum_to_target_minus_baseline(reader: LeasedReader) -> None:
    found = attribute(SADNESS, reader)
    assert found.relative_error is not None
    assert found.relative_error < 0.01
    assert found.total == pytest.approx(found.target_value - found.baseline_value, rel=0.01)
    assert found.words[max(range(len(found.words)), key=found.scores.__getitem__)].text == "sad"


def test_the_target_is_what_a_reading_says(reader: LeasedReader) -> None:
    found = attribute(replace(SADNESS, unit=Unit.OUTPUT, options={"steps": 8}), reader)
    said = reader.read(TEXT)
    values = {family.value: reading.values for family, reading in said.families.items()}
    assert found.target_value == pytest.approx(values["goemotions"]["sadness"], abs=1e-6)


def test_words_are_the_sum_of_their_pieces_and_ngrams(reader: LeasedReader) -> None:
    found = attribute(replace(SADNESS, text="불안하고  힘든 하루였어요 \U0001f62d", options={"steps": 8}), reader)
    pieces = [0.0] * len(found.words)
    for piece in found.pieces:
        assert (piece.word is None) == (piece.source is Source.SPECIAL)
        if piece.word is not None:
            pieces[piece.word] += piece.score
    both = [one + other for one, other in zip(pieces, found.ngram_scores, strict=True)]
    assert both == pytest.approx(found.scores, abs=1e-12)


@pytest.mark.parametrize("baseline", ["pad", "mask", "unknown", "zero", "mean", "text:The table is made of wood."])
def test_special_tokens_stay_and_so_contribute_nothing(reader: LeasedReader, baseline: str) -> None:
    found = attribute(replace(SADNESS, baseline=baseline, options={"steps": 4}), reader)
    special = [piece.score for piece in found.pieces if piece.source is Source.SPECIAL]
    assert special == [0.0, 0.0]
    assert (found.rest != 0.0) == baseline.startswith("text:"), "n-grams of the baseline alone belong to no word"


def test_all_words_there_is_the_passage_and_none_is_the_baseline(reader: LeasedReader) -> None:
    key = attribution_key(replace(SADNESS, text="so   sad\n\nand tired", context="at  work"), reader)
    with reader.held():
        (passage,) = explained_passages(key, reader)
        explained = passage.explained
        both_KW = torch.stack([torch.ones(explained.num_words), torch.zeros(explained.num_words)])
        values = explained.at_words(both_KW).tolist()
    assert values == pytest.approx([explained.target_value, explained.baseline_value], abs=1e-5)


def test_a_text_against_itself_has_nothing_to_explain(reader: LeasedReader) -> None:
    found = attribute(replace(SADNESS, baseline=f"text:{TEXT}", options={"steps": 4}), reader)
    assert found.difference == 0.0
    assert found.relative_error is None
    assert set(found.scores) == {0.0}


def test_an_average_is_the_mean_of_the_attributions_against_each(reader: LeasedReader) -> None:
    texts = ["The table is made of wood.", "버스가 왔다."]
    short = replace(SADNESS, options={"steps": 4})
    each = [attribute(replace(short, baseline=f"text:{text}"), reader) for text in texts]
    found = attribute(replace(short, baseline="average:" + "\n".join(texts)), reader)
    assert found.scores == pytest.approx([sum(pair) / 2 for pair in zip(*(one.scores for one in each), strict=True)])
    assert found.baseline_value == pytest.approx(sum(one.baseline_value for one in each) / 2)
    assert found.num_evaluations == 8


def test_the_set_of_neutral_texts_is_there() -> None:
    assert len(neutral_texts()) == len(set(neutral_texts())) >= 6


def test_a_difference_is_the_difference_of_the_two(reader: LeasedReader) -> None:
    short = replace(SADNESS, options={"steps": 4})
    joy, sadness = (attribute(replace(short, target=f"emotion/{name}"), reader) for name in ("joy", "sadness"))
    found = attribute(replace(short, target="emotion/joy - emotion/sadness"), reader)
    expected = [one - other for one, other in zip(joy.scores, sadness.scores, strict=True)]
    assert found.scores == pytest.approx(expected, abs=1e-5)


def test_a_long_passage_says_that_it_was_cut(reader: LeasedReader) -> None:
    found = attribute(replace(SADNESS, text="so sad " * 200, options={"steps": 2}), reader)
    assert found.truncated
    assert not attribute(replace(SADNESS, options={"steps": 2}), reader).truncated


def test_nothing_is_left_behind(reader: LeasedReader) -> None:
    state = torch.random.get_rng_state()
    with torch.inference_mode():
        attribute(replace(SADNESS, seed=77, options={"steps": 3}), reader)
    assert torch.equal(state, torch.random.get_rng_state())
    assert all(parameter.grad is None for parameter in reader.checkpoint.model.parameters())
    assert not reader.checkpoint.model.training


def test_a_report_hears_how_far_it_is_and_can_stop_it(reader: LeasedReader) -> None:
    heard: list[tuple[int, int]] = []
    asked = replace(SADNESS, baseline="average:one\ntwo", seed=78, options={"steps": 4})
    attribute(asked, reader, report=lambda done, total: heard.append((done, total)))
    assert heard[-1] == (8, 8)
    assert heard == sorted(heard)

    def stop(done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        attribute(replace(asked, seed=79), reader, report=stop)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"target": "emotion/hunger"}, r"There is no target 'emotion/hunger'\. Known there: emotion/admiration, .*"),
        ({"target": "hunger"}, r"There is no target 'hunger'\. Names begin with emotion/, kote/, .*"),
        ({"target": "emotion/joy - emotion/fear - emotion/love"}, r".* has 3 parts; a difference has two.*"),
        ({"target": "outcome/realistic"}, r"outcome/realistic is untrained in this checkpoint: .*"),
        ({"baseline": "silence"}, r"There is no baseline 'silence'\. Known: pad, mask, unknown, zero, mean, text.*"),
        ({"baseline": "pad:x"}, r"There is no baseline 'pad:x'\..*"),
        ({"method": "tarot"}, r"There is no method 'tarot'\..*"),
        ({"seed": -1}, r"The seed is -1; it must be 0 or more\."),
        ({"options": {"steps": 1}}, r"Option steps is 1, but must be 0 \(as many as the sum needs\) or at least 2\."),
        ({"options": {"steps": -1}}, r"Option steps of integrated_gradients is -1, but must lie from 0 to 1024\."),
    ],
)
def test_a_refusal_says_what_is_possible(reader: LeasedReader, change: dict[str, object], message: str) -> None:
    with pytest.raises(ExplanationError, match=message):
        attribute(replace(SADNESS, **change), reader)  # type: ignore[arg-type]


def test_empty_texts_are_refused(reader: LeasedReader) -> None:
    for change in ({"text": " "}, {"baseline": "text:"}, {"baseline": "average:one\n\ntwo"}):
        with pytest.raises(InputError, match="is empty"):
            attribute(replace(SADNESS, **change), reader)  # type: ignore[arg-type]


def test_an_untrained_output_is_explained_on_explicit_request(reader: LeasedReader) -> None:
    asked = replace(SADNESS, target="outcome/realistic", untrained=True, options={"steps": 2})
    assert attribute(asked, reader).key.target == "outcome/realistic"


def test_a_model_without_ngrams_is_explained_too(tmp_path: Path) -> None:
    tiny = LeasedReader(load_model_reader(make_tiny_checkpoint(tmp_path)))
    found = attribute(replace(SADNESS, options={"steps": 200}), tiny)
    assert set(found.ngram_scores) == {0.0}
    assert found.total == pytest.approx(found.difference, rel=0.05)


def test_only_a_network_in_float32_is_explained(tmp_path: Path) -> None:
    with pytest.raises(ExplanationError, match="there is none here"):
        attribute(SADNESS, FakeReader())
    half = LeasedReader(load_model_reader(make_tiny_checkpoint(tmp_path)))
    half.checkpoint.model.bfloat16()
    with pytest.raises(ExplanationError, match=r"this model has torch\.bfloat16\. Open it with precision fp32\."):
        attribute(SADNESS, half)


def test_a_key_repeats_its_attribution_and_another_checkpoint_refuses_it(reader: LeasedReader, tmp_path: Path) -> None:
    found = attribute(replace(SADNESS, options={"steps": 3}), reader)
    assert attribute(found.key, reader) is found
    other = LeasedReader(load_model_reader(make_tiny_checkpoint(tmp_path)))
    with pytest.raises(ExplanationError, match="The key is of checkpoint"):
        attribute(found.key, other)


def test_the_cache_lets_go_of_what_was_asked_for_longest_ago(reader: LeasedReader) -> None:
    found = attribute(replace(SADNESS, options={"steps": 3}), reader)
    several = [replace(found, key=replace(found.key, seed=seed)) for seed in range(3)]
    cache = AttributionCache(2)
    cache.put(several[0])
    cache.put(several[1])
    assert cache.get(several[0].key) is several[0]
    cache.put(several[2])
    assert [cache.get(one.key) is not None for one in several] == [True, False, True]
    threads = [threading.Thread(target=lambda: [cache.put(one) for one in several * 50]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(cache) == 2


def test_two_processes_give_the_same_bytes(reader: LeasedReader) -> None:
    code = (
        "import json; from redheart_core.inference.engine import load_model;"
        "from redheart_core.explain.attribution.attribute import attribute;"
        "from redheart_core.explain.attribution.request import AttributionRequest;"
        f"found = attribute(AttributionRequest(text={TEXT!r}, target='emotion/sadness'),"
        " load_model('compact', precision='fp32').reader);"
        "print(json.dumps({**found.to_dict(), 'seconds': None}, ensure_ascii=False))"
    )
    environment = {**os.environ, "OMP_NUM_THREADS": str(torch.get_num_threads()), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment, encoding="utf-8"
    )
    assert done.stdout.strip() == _without_time(attribute(SADNESS, reader))
