"""Attributions made by hand, for views, charts and pages that must not wait for a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from redheart_core.explain.attribution.result import Attribution, AttributionKey, Piece, Unit
from redheart_core.explain.attribution.words import split_words
from redheart_core.text.tokenizer import Source

TEXT = "My friend smiled, but I was not brave and so alone."


def hand_made(
    text: str = TEXT,
    scores: Sequence[float] | None = None,
    *,
    context: str = "",
    rest: float = 0.05,
    missing: float = 0.0,
    method: str = "integrated_gradients",
    is_additive: bool = True,
) -> Attribution:
    """Return an attribution whose words have these scores, half of each through n-grams.

    Args:
        text: The passage.
        scores: One per word of context and text; falling sizes with changing signs by default.
        context: What the passage is seen against.
        rest: What belongs to no word.
        missing: How far the scores miss the difference that they should sum to.
        method: Name of the method.
        is_additive: Whether the method promises a sum.
    """
    words = split_words(text, context)
    given = tuple(scores) if scores is not None else tuple((-1) ** i / (i + 1) for i in range(len(words)))
    assert len(given) == len(words)
    return Attribution(
        key=AttributionKey(
            checkpoint_sha256="fa" * 32, text=text, context=context, target="emotion/sadness", method=method,
            baseline="pad", options=(("steps", 64),), unit=Unit.LOGIT, seed=0,
        ),
        words=words,
        scores=given,
        ngram_scores=tuple(score / 2 for score in given),
        pieces=(
            Piece(text="[CLS]", start=0, end=0, source=Source.SPECIAL, word=None, score=rest),
            *(
                Piece(text=word.text, start=word.start, end=word.end, source=word.source, word=i, score=score / 2)
                for i, (word, score) in enumerate(zip(words, given, strict=True))
            ),
        ),
        rest=rest,
        target_value=sum(given) + rest + missing - 1.0,
        baseline_value=-1.0,
        is_additive=is_additive,
        truncated=False,
        num_evaluations=65,
        seconds=0.4,
    )  # fmt: skip


def turned(attribution: Attribution, method: str) -> Attribution:
    """Return what a method that sees everything the other way round would say."""
    return replace(
        attribution,
        key=replace(attribution.key, method=method),
        scores=tuple(-score for score in attribution.scores),
    )
