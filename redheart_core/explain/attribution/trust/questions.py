"""Asking the model what is left of the target without some words, each question once.

Dimensions: B baselines, K questions, W words.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from redheart_core.explain.attribution.function import Explained
from redheart_core.explain.attribution.methods.method import Report


class Progress:
    """Counts evaluations of several checks towards one total, and tells of them."""

    def __init__(self, report: Report, total: int) -> None:
        self._report, self._total = report, total
        self._done = 0

    def advance(self, count: int) -> None:
        """Count evaluations that were made."""
        self._done += count
        self._report(min(self._done, self._total), self._total)

    def part(self, size: int) -> Report:
        """Return what a run of a method reports to: its own count becomes a part of this one."""
        start = self._done

        def report(done: int, total: int) -> None:
            self._done = start + (size if total <= 0 else size * done // total)
            self.advance(0)

        return report


class WordQuestions:
    """Answers (K,) for which words are there (K, W), remembered. Whoever asks holds the model's lease."""

    def __init__(self, explained: Sequence[Explained], progress: Progress) -> None:
        """Ask one function, or the mean of several that differ in nothing but their baseline."""
        self._explained, self._progress = tuple(explained), progress
        self._answers: dict[bytes, float] = {}

    @property
    def num_evaluations(self) -> int:
        """How often the model was evaluated."""
        return len(self._answers) * len(self._explained)

    def __call__(self, present_KW: Tensor) -> Tensor:
        """Return the target (K,), in float64."""
        keys = [bytes(row) for row in present_KW.bool().tolist()]
        new = list(dict.fromkeys(key for key in keys if key not in self._answers))
        size = self._explained[0].batch_size
        for start in range(0, len(new), size):
            self._ask(new[start : start + size])
        return torch.tensor([self._answers[key] for key in keys], dtype=torch.float64)

    def ends(self) -> tuple[float, float]:
        """Return the target at the passage and at the baseline."""
        count = self._explained[0].num_words
        full, empty = self(torch.stack([torch.ones(count), torch.zeros(count)])).tolist()
        return full, empty

    def _ask(self, keys: list[bytes]) -> None:
        present_KW = torch.tensor([list(key) for key in keys], dtype=torch.float32)
        answers_BK = []
        for explained in self._explained:
            answers_BK.append(explained.at_words(present_KW).double().cpu())
            self._progress.advance(len(keys))
        self._answers.update(zip(keys, torch.stack(answers_BK).mean(dim=0).tolist(), strict=True))
