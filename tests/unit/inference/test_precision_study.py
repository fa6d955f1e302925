"""Comparing precisions: known answers for the statistics, and the real model against itself."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from redheart_core.inference import precision_study as study
from redheart_core.inference.precision_study import Judgement
from redheart_core.model.network import RedHeartModel
from redheart_core.model.presets import TINY
from redheart_core.runtime.precision import Precision, cast
from redheart_core.text.tokenizer import Encoding, Source
from redheart_core.vocabulary.reading import OUTPUTS, READ_FAMILIES, Family


def test_rank_correlation_by_hand() -> None:
    rising = np.array([1.0, 2.0, 3.0, 4.0])
    assert study.rank_correlation(rising, rising**3) == pytest.approx(1.0)
    assert study.rank_correlation(rising, -rising) == pytest.approx(-1.0)
    # Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: covariance 4.5 / sqrt(4.5 * 5).
    assert study.rank_correlation(np.array([0.0, 5.0, 5.0, 9.0]), rising) == pytest.approx(4.5 / np.sqrt(22.5))
    assert study.rank_correlation(rising, np.ones(4)) is None


def test_differences_are_counted_per_family() -> None:
    first = {Family.VAD: np.array([[0.1, 0.5, 0.2], [0.3, 0.5, 0.1]])}
    second = {Family.VAD: np.array([[0.2, 0.5, 0.2], [0.3, 0.5, 0.4]])}
    (found,) = study.compare_outputs(first, second)
    assert found.family is Family.VAD
    assert found.mean == pytest.approx(0.4 / 6)
    assert found.largest == pytest.approx(0.3)
    # Column 0 keeps its order, column 1 never varies, column 2 turns round.
    assert found.rank_correlation == pytest.approx(0.0)


def test_other_texts_are_not_compared() -> None:
    with pytest.raises(ValueError, match="same families, texts and outputs"):
        study.compare_outputs({Family.VAD: np.zeros((2, 3))}, {Family.VAD: np.zeros((1, 3))})


def test_abstaining_is_a_change_but_no_reversal() -> None:
    before = [Judgement(scores=(0.6, 0.4), recommended=name) for name in ("a", "a", "a", None)]
    after = [Judgement(scores=(0.5, 0.4), recommended=name) for name in ("a", "b", None, None)]
    found = study.compare_judgements(before, after)
    assert (found.num_dilemmas, found.changed_share, found.reversed_share) == (4, 0.5, 0.25)
    assert found.mean == pytest.approx(0.05)
    assert found.largest == pytest.approx(0.1)


def test_a_study_of_a_preset_compares_every_output() -> None:
    torch.manual_seed(0)
    model = RedHeartModel(TINY).eval()
    generator = torch.Generator().manual_seed(0)
    encodings = [_encoding(length, generator) for length in (5, 12, 9)]
    wanted = study.ReadOutputs.everything()
    reference = study.read_outputs(model, encodings, wanted)
    assert {family: rows.shape for family, rows in reference.items()} == {
        family: (3, len(names)) for family, names in ((f, OUTPUTS[f]) for f in READ_FAMILIES)
    }
    assert study.batch_difference(model, encodings, wanted) < 1e-6
    same = study.compare_outputs(reference, study.read_outputs(model, encodings, wanted))
    assert all(difference.largest == 0 for difference in same)
    cast(model, Precision.BF16)
    moved = study.compare_outputs(reference, study.read_outputs(model, encodings, wanted))
    assert 0 < max(difference.largest for difference in moved) < 0.01


def _encoding(length: int, generator: torch.Generator) -> Encoding:
    ids = torch.randint(4, TINY.vocabulary_size, (length,), generator=generator).tolist()
    return Encoding(
        ids=tuple(ids),
        segments=(1,) * length,
        spans=((0, 0),) * length,
        sources=(Source.TEXT,) * length,
        truncated=False,
    )
