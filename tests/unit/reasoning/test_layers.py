"""The six layers: bounds, reasons, directions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redheart_core.reasoning import layers
from redheart_core.text.features import Cue, CueKind
from redheart_core.vocabulary.bentham import LAYER_MAXIMUM, LAYER_MINIMUM, Layer
from redheart_core.vocabulary.reasons import REASONS
from tests.unit.reasoning.strategies import cue, cues, passage

NOTHING = passage()


def extra(layer: Layer, arousal: float | None = None) -> dict[str, object]:
    return {Layer.SOCIAL: {"parties": []}, Layer.EMOTIONAL: {"arousal": arousal}}.get(layer, {})


@pytest.mark.parametrize("layer", Layer)
def test_a_layer_without_evidence_has_no_opinion(layer: Layer) -> None:
    answer = layers.LAYER_RULES[layer](option=NOTHING, situation=NOTHING, **extra(layer))
    assert answer["factor"] == 1.0
    assert answer["reason"] == "none"


@given(cues(), cues(), st.none() | st.floats(0.0, 1.0))
def test_every_factor_is_bounded_and_states_a_known_reason(
    option: list[Cue], situation: list[Cue], arousal: float | None
) -> None:
    for layer, rule in layers.LAYER_RULES.items():
        answer = rule(option=passage(*option), situation=passage(*situation), **extra(layer, arousal))
        assert LAYER_MINIMUM <= answer["factor"] <= LAYER_MAXIMUM
        template = REASONS[f"layer.{layer.value}.{answer['reason']}"]
        assert template.fields <= set(answer["values"])


@given(st.floats(0.0, 40_000.0), st.floats(0.0, 40_000.0))
def test_what_lies_further_off_never_counts_for_more(first: float, second: float) -> None:
    def factor(days: float) -> float:
        found = passage(cue(CueKind.PROPINQUITY, days))
        return float(layers.temporal_factor(option=found, situation=NOTHING)["factor"])

    assert factor(max(first, second)) <= factor(min(first, second))


def test_the_discount_is_hyperbolic() -> None:
    found = passage(cue(CueKind.PROPINQUITY, 3650.0))
    assert layers.temporal_factor(option=found, situation=NOTHING)["factor"] == pytest.approx(1 / (1 + 0.15 * 10))


@given(st.integers(1, 10**10), st.integers(1, 10**10), st.floats(0, 1), st.floats(0, 1))
def test_more_and_more_vulnerable_people_never_count_for_less(
    first: int, second: int, one: float, other: float
) -> None:
    def factor(count: int, vulnerability: float) -> float:
        people = [["people", count, vulnerability]]
        return float(layers.social_factor(option=NOTHING, situation=NOTHING, parties=people)["factor"])

    assert factor(max(first, second), max(one, other)) >= factor(min(first, second), min(one, other))


def test_every_broken_norm_makes_harm_count_for_more() -> None:
    one = passage(cue(CueKind.PROMISE, -1.0))
    two = passage(cue(CueKind.PROMISE, -1.0), cue(CueKind.LAW, -1.0, at=2))
    kept = passage(cue(CueKind.PROMISE, 1.0))
    factors = [layers.ethical_factor(option=o, situation=NOTHING)["factor"] for o in (kept, one, two)]
    assert factors == [1.0, 1.3, 1.6]


@given(st.floats(0, 1), st.floats(0, 1))
def test_arousal_and_certainty_strengthen_their_layers(first: float, second: float) -> None:
    low, high = sorted((first, second))

    def emotional(arousal: float) -> float:
        return float(layers.emotional_factor(option=NOTHING, situation=NOTHING, arousal=arousal)["factor"])

    def cognitive(probability: float) -> float:
        found = passage(cue(CueKind.CERTAINTY, probability))
        return float(layers.cognitive_factor(option=found, situation=NOTHING)["factor"])

    assert emotional(low) <= emotional(high)
    assert cognitive(low) <= cognitive(high)


def test_side_effects_make_purity_count_for_more() -> None:
    mixed = passage(cue(CueKind.MIXED, 0.5))
    assert layers.contextual_factor(option=mixed, situation=NOTHING)["factor"] > 1.0
