"""Teaching the SURD readouts: what is learned, what it is measured against, and that nothing else moves."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
import torch

from redheart_core.errors import CheckpointError, DataError
from redheart_core.model.checkpoint import LoadedCheckpoint, load_checkpoint, read_manifest
from redheart_core.model.reader import load_model_reader
from redheart_core.training.surd_readouts.decompositions import (
    Decomposition,
    Decompositions,
    FourShares,
    Heading,
    read_decompositions,
    write_decompositions,
)
from redheart_core.training.surd_readouts.fit import (
    PENALTIES,
    TAUGHT,
    Inputs,
    fit_readouts,
    put_readouts,
    readout_inputs,
)
from redheart_core.training.surd_readouts.measure import measured, verdict
from redheart_core.training.surd_readouts.teach import SECTION, card_with_surd, require_rest_unchanged, teach
from redheart_core.vocabulary.reading import OUTPUTS, Family
from tests.checkpoints import make_tiny_checkpoint

TEXTS = tuple(
    f"{who} {what} {where}."
    for who in ("They", "나는", "친구가")
    for what in ("kept the promise", "lied again", "도왔어요", "떠났어요", "hurt him")
    for where in ("today", "at home", "오늘", "집에서")
)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_checkpoint(tmp_path_factory.mktemp("surd") / "tiny")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _shares(redundant: float) -> FourShares:
    rest = (1.0 - redundant) / 3.0
    return redundant, rest, rest, rest


def decomposed(redundant: dict[str, float], checkpoint_sha256: str = "x") -> Decompositions:
    rows = [
        Decomposition(
            source="presets",
            row=str(place),
            sha256=_hash(text),
            language="en",
            licence="MIT",
            is_held_out=place % 5 == 0,
            shares=_shares(value),
            plug_in=_shares(value),
            repeated=_shares(min(1.0, value + 0.02)) if place % 5 == 0 else None,
            num_texts=8,
        )
        for place, (text, value) in enumerate(redundant.items())
    ]
    heading = Heading(
        checkpoint_sha256=checkpoint_sha256, estimator="made up for a test", num_degenerate=0, minutes=0.1
    )
    return Decompositions(heading=heading, rows=tuple(rows))


def linear_shares(checkpoint: LoadedCheckpoint) -> dict[str, float]:
    """Return shares that a readout can express: a direction of the head's own state decides them."""
    state_B = readout_inputs(checkpoint, TEXTS).head_BS[:, :3].sum(dim=1)
    scaled_B = (state_B - state_B.mean()) / state_B.std()
    return dict(zip(TEXTS, torch.sigmoid(scaled_B).tolist(), strict=True))


def test_readouts_learn_what_the_state_tells_and_everything_else_stays(source: Path, tmp_path: Path) -> None:
    checkpoint = load_checkpoint(source)
    found = decomposed(linear_shares(checkpoint), checkpoint.sha256)
    taught = teach(
        source, tmp_path / "out", found, {_hash(text): text for text in TEXTS}, command="redheart surd teach"
    )
    assert taught.same_checkpoint
    assert taught.report.errors[0].explained > 0.8
    assert taught.report.errors[0].beats_constant
    before, after = checkpoint.model.state_dict(), load_checkpoint(tmp_path / "out").model.state_dict()
    moved = {name for name in before if not torch.equal(before[name], after[name])}
    assert moved <= set(TAUGHT)
    assert moved
    old, new = load_model_reader(source), load_model_reader(tmp_path / "out")
    for text in TEXTS[:4]:
        said, told = old.read(text).families, new.read(text).families
        assert {family: told[family] for family in said if family is not Family.SURD} == {
            family: said[family] for family in said if family is not Family.SURD
        }
        assert set(told[Family.SURD].values) == set(OUTPUTS[Family.SURD])


def test_the_same_inputs_give_the_same_checkpoint(source: Path, tmp_path: Path) -> None:
    found = decomposed(linear_shares(load_checkpoint(source)))
    texts = {_hash(text): text for text in TEXTS}
    one, other = (teach(source, tmp_path / name, found, texts, command="c") for name in ("a", "b"))
    assert one.sha256 == other.sha256
    assert not one.same_checkpoint


def test_shares_that_no_state_tells_come_out_near_the_mean_and_the_card_says_so(source: Path, tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    found = decomposed(
        {text: float(value) for text, value in zip(TEXTS, rng.uniform(0.1, 0.4, len(TEXTS)), strict=True)}
    )
    taught = teach(source, tmp_path / "out", found, {_hash(text): text for text in TEXTS}, command="c")
    assert not taught.report.overall.beats_constant
    assert taught.report.overall.explained > -0.5
    card = (tmp_path / "out" / taught.manifest.card).read_text(encoding="utf-8")
    assert SECTION in card
    assert "read them as that mean and nothing more" in card


def test_the_manifest_tells_what_was_taught_and_from_what(source: Path, tmp_path: Path) -> None:
    found = decomposed(linear_shares(load_checkpoint(source)))
    teach(source, tmp_path / "out", found, {_hash(text): text for text in TEXTS}, command="redheart surd teach --x")
    manifest = read_manifest(tmp_path / "out")[1]
    assert manifest.trained_outputs[Family.SURD] == OUTPUTS[Family.SURD]
    assert manifest.temperatures[Family.SURD] == 1.0
    assert manifest.provenance.command.endswith("; then redheart surd teach --x")
    assert manifest.provenance.data_sha256["surd_decompositions.jsonl"] == found.sha256


def test_weights_that_moved_elsewhere_are_refused_by_name(source: Path) -> None:
    before = load_checkpoint(source).model.state_dict()
    after = {name: tensor.clone() for name, tensor in before.items()}
    after[TAUGHT[0]] += 1.0
    require_rest_unchanged(before, after)
    after["bridge.merge.value.bias"][0] += 1e-3
    with pytest.raises(CheckpointError, match=r"bridge\.merge\.value\.bias"):
        require_rest_unchanged(before, after)


def test_missing_texts_and_too_few_of_them_are_refused(source: Path, tmp_path: Path) -> None:
    found = decomposed(linear_shares(load_checkpoint(source)))
    with pytest.raises(DataError, match="not in the data"):
        teach(source, tmp_path / "out", found, {}, command="c")
    few = found.model_copy(update={"rows": found.rows[:6]})
    with pytest.raises(DataError, match="Decompose more"):
        teach(source, tmp_path / "out", few, {_hash(text): text for text in TEXTS}, command="c")


def test_the_penalty_is_large_where_there_is_nothing_to_learn(source: Path) -> None:
    generator = torch.Generator().manual_seed(0)
    inputs = Inputs(
        head_BS=torch.randn(80, 6, generator=generator, dtype=torch.float64),
        analyzer_BQW=torch.randn(80, 4, 3, generator=generator, dtype=torch.float64),
    )
    noise = 0.3 + 0.1 * torch.rand(80, 4, generator=generator, dtype=torch.float64)
    told = torch.sigmoid(inputs.head_BS[:, :4])
    groups = list(range(80))
    nothing, something = (fit_readouts(inputs, wanted, groups) for wanted in (noise, told))
    assert nothing.penalty > something.penalty
    assert nothing.penalty >= PENALTIES[-3]
    assert torch.sigmoid(nothing.logits(inputs)) == pytest.approx(noise.mean(dim=0).expand(80, 4).numpy(), abs=0.02)


def test_what_the_readouts_say_is_what_the_model_says(source: Path) -> None:
    checkpoint = load_checkpoint(source)
    texts = TEXTS[:10]
    inputs = readout_inputs(checkpoint, texts)
    wanted_BQ = torch.rand(10, 4, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    readouts = fit_readouts(inputs, wanted_BQ, list(range(10)))
    put_readouts(checkpoint.model, readouts)
    encoding = checkpoint.tokenizer.encode(texts[3])
    mask_BT = torch.ones(1, len(encoding.ids), dtype=torch.bool)
    with torch.inference_mode():
        said = checkpoint.model(torch.tensor([encoding.ids]), mask_BT, torch.tensor([encoding.segments]))
    assert said.logits[Family.SURD][0].numpy() == pytest.approx(readouts.logits(inputs)[3].numpy(), abs=1e-4)


def test_errors_are_told_beside_the_constant_and_the_estimators_own() -> None:
    rng = np.random.default_rng(0)
    wanted = rng.uniform(0.2, 0.5, (60, 4))
    report = measured(
        wanted + 0.01, wanted, wanted + 0.05 * np.sqrt(2), means_Q=np.full(4, 0.35), num_teaching=200, penalty=1.0
    )
    assert report.overall.root_mean_square == pytest.approx(0.01)
    assert report.overall.standard_error == pytest.approx(0.05)
    assert report.overall.constant == pytest.approx(np.sqrt(((wanted - 0.35) ** 2).mean()))
    assert report.overall.beats_constant
    assert verdict(report) == "Every output is better than saying the mean for every text."


def test_a_card_gets_one_section_however_often_it_is_taught() -> None:
    rng = np.random.default_rng(0)
    wanted = rng.uniform(0.2, 0.5, (20, 4))
    report = measured(wanted, wanted, wanted, means_Q=np.full(4, 0.3), num_teaching=50, penalty=1.0)
    found = decomposed({"a": 0.2})
    card = "# Model\n\nRefused: grades, anticipated\nregret, and the SURD estimate.\n\n## Training\n\n- steps\n"
    once = card_with_surd(card, report, found, same_checkpoint=True)
    twice = card_with_surd(once, report, found, same_checkpoint=True)
    assert once == twice
    assert once.count(SECTION) == 1
    assert once.index(SECTION) < once.index("## Training")
    assert "and the SURD estimate." not in once


def test_a_file_of_decompositions_comes_back_and_holds_no_text(tmp_path: Path) -> None:
    found = decomposed(dict.fromkeys(TEXTS, 0.25))
    write_decompositions(tmp_path / "d.jsonl", found)
    assert read_decompositions(tmp_path / "d.jsonl") == found
    content = (tmp_path / "d.jsonl").read_text(encoding="utf-8")
    assert not any(text in content for text in TEXTS)


@pytest.mark.parametrize(("content", "said"), [("", "line 1"), ("{}", "line 1"), ("nonsense", "line 1")])
def test_another_file_is_refused_by_its_line(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "d.jsonl"
    path.write_text(content)
    with pytest.raises(DataError, match=said):
        read_decompositions(path)
    found = decomposed({"a": 0.2})
    path.write_bytes(found.to_bytes() + b"{}\n")
    with pytest.raises(DataError, match="line 3"):
        read_decompositions(path)
