import torch
from hypothesis import given
from hypothesis import strategies as st

from redheart_core.training.thresholds import TWO_CLASS_CANDIDATES, two_class_threshold


def test_rare_answer_that_scores_tell_apart_is_found() -> None:
    scores_N = torch.tensor([0.93] * 95 + [0.71] * 5)
    labels_N = torch.tensor([True] * 95 + [False] * 5)
    assert 0.71 < two_class_threshold(scores_N, labels_N) <= 0.93


def test_balanced_answers_are_cut_where_they_part() -> None:
    scores_N = torch.linspace(0.0, 1.0, 400)
    assert abs(two_class_threshold(scores_N, scores_N > 0.4) - 0.4) < 0.03


@given(seed=st.integers(0, 1000), rare=st.floats(0.0, 0.5))
def test_accuracy_falls_by_no_more_than_its_standard_error(seed: int, rare: float) -> None:
    draws = torch.Generator().manual_seed(seed)
    labels_N = torch.rand(300, generator=draws) >= rare
    scores_N = torch.sigmoid(torch.randn(300, generator=draws) + 2.0 * labels_N)

    def accuracy(threshold: float) -> float:
        return ((scores_N >= threshold) == labels_N).float().mean().item()

    best = max(map(accuracy, TWO_CLASS_CANDIDATES))
    found = accuracy(two_class_threshold(scores_N, labels_N))
    assert found >= best - (best * (1.0 - best) / 300) ** 0.5 - 1e-6
