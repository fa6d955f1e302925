"""The declared outputs of the neural part."""

from redheart_core.vocabulary.emotions import GOEMOTIONS, KOTE
from redheart_core.vocabulary.reading import ADJUSTMENT_BOUND, OUTPUTS, Family


def test_every_family_declares_distinct_outputs() -> None:
    assert list(OUTPUTS) == list(Family)
    assert all(len(names) == len(set(names)) > 0 for names in OUTPUTS.values())


def test_output_counts_are_those_of_the_specification() -> None:
    counts = {family.value: len(names) for family, names in OUTPUTS.items()}
    assert counts == {
        "goemotions": 28, "kote": 44, "nuance": 112, "vad": 3, "hedonic": 1,
        "bentham": 10, "reasoning": 4, "outcome": 3, "regret": 21, "surd": 4,
        "conduct": 1, "trait": 1, "causal": 3, "safety": 2,
    }  # fmt: skip


def test_emotion_outputs_keep_the_label_order_of_their_data_sets() -> None:
    assert OUTPUTS[Family.GOEMOTIONS] == GOEMOTIONS
    assert OUTPUTS[Family.KOTE] == KOTE


def test_regret_outputs_go_through_the_views_of_one_type_before_the_next() -> None:
    assert OUTPUTS[Family.REGRET][:4] == (
        "action.optimistic", "action.realistic", "action.pessimistic", "inaction.optimistic",
    )  # fmt: skip


def test_adjustments_are_bounded_below_half_of_the_scale() -> None:
    assert set(ADJUSTMENT_BOUND) == {Family.BENTHAM, Family.REGRET}
    assert all(0 < bound < 0.5 for bound in ADJUSTMENT_BOUND.values())
