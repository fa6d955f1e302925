"""Segments: a sequence in longer steps, with nothing of the padding in it."""

from __future__ import annotations

from dataclasses import replace

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from redheart_core.model.analyzers import NeuralEmotionAnalyzer
from redheart_core.model.layers import segments
from redheart_core.model.presets import TINY


def test_a_segment_is_the_mean_of_its_tokens_and_padding_does_not_count() -> None:
    values = torch.tensor([[[1.0], [3.0], [5.0], [100.0], [100.0]]])
    mask = torch.tensor([[True, True, True, False, False]])
    means, present = segments(values, mask, 2)
    torch.testing.assert_close(means[0, :2, 0], torch.tensor([2.0, 5.0]))
    assert present.tolist() == [[True, True, False]]


def test_segments_of_one_token_are_the_sequence_itself() -> None:
    values, mask = torch.randn(2, 3, 4), torch.ones(2, 3, dtype=torch.bool)
    assert segments(values, mask, 1)[0] is values


@settings(deadline=None)  # a module is built in every example
@given(length=st.integers(1, 30), padding=st.integers(0, 9), size=st.integers(1, 8))
def test_padding_does_not_change_what_the_recurrent_analyser_says(length: int, padding: int, size: int) -> None:
    torch.manual_seed(length)
    config = replace(TINY.emotion_analyzer, segment_tokens=size)
    analyzer = NeuralEmotionAnalyzer(config, d_model=TINY.backbone.d_model).eval()
    hidden = torch.randn(1, length, TINY.backbone.d_model)
    padded = torch.cat([hidden, torch.randn(1, padding, TINY.backbone.d_model)], dim=1)
    mask = torch.arange(length + padding)[None] < length
    plain, _ = analyzer(hidden, mask[:, :length])
    state, _ = analyzer(padded, mask)
    torch.testing.assert_close(state, plain, atol=1e-5, rtol=1e-4)
