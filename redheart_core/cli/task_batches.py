"""One micro-batch of every task from the data folder: what ``redheart reach`` and the step benchmark run on."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from redheart_core.data.stories import read_outcomes
from redheart_core.explain.surd.ensemble.run import Subject
from redheart_core.explain.surd.ensemble.shares import text_shares
from redheart_core.inference.shipped import shipped_folder
from redheart_core.model.checkpoint import read_manifest, tokenizer_path
from redheart_core.model.config import ModelConfig
from redheart_core.model.presets import COMPACT
from redheart_core.text.tokenizer import Tokenizer
from redheart_core.training.batches import tokenize
from redheart_core.training.corpus_tokenizer import train_tokenizer
from redheart_core.training.lean.reach import TaskBatch, draw_batches
from redheart_core.training.supervision import SurdExample, load_supervision
from redheart_core.training.tasks import Example, Task, load_tasks, teachable

NUM_DECOMPOSITIONS = 48
GRADED_ROWS = 2_000
CHOICE = 8
"""A batch is drawn from this many times its size of examples, spread over the data set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDecompositions:
    """Passages decomposed by the scores of the rules alone: there is no trained model yet."""

    examples: tuple[SurdExample, ...]
    num_degenerate: int
    """Passages that had nothing to decompose; they were left out."""


def decomposed(data_dir: Path, *, seed: int, wanted: int = NUM_DECOMPOSITIONS) -> RuleDecompositions:
    """Decompose the first told courses of action of Moral Stories, with their consequence, that can be."""
    examples: list[SurdExample] = []
    degenerate = 0
    for row in read_outcomes(data_dir):
        if len(examples) == wanted:
            break
        text = f"{row.told} {row.consequence}"
        found = text_shares(Subject(situation="", option=text), reader=None, seed=seed)
        if found is None:
            degenerate += 1
        else:
            examples.append(SurdExample(text=text, shares=found.corrected.values()))
    return RuleDecompositions(examples=tuple(examples), num_degenerate=degenerate)


def real_batches(
    config: ModelConfig,
    data_dir: Path,
    decompositions: RuleDecompositions,
    *,
    num_passages: int,
    seed: int,
    max_tokens: int | None = None,
) -> tuple[TaskBatch, ...]:
    """Draw one micro-batch of every task, proxies included.

    Raises:
        DataError: A data set is missing or malformed.
    """
    proxies = load_supervision(data_dir, decompositions=decompositions.examples, max_rows=GRADED_ROWS)
    tokenizer = preset_tokenizer(config, data_dir)
    few = [
        (task, _spread(task, CHOICE * num_passages)) for task in teachable((*load_tasks(data_dir), *proxies), config)
    ]
    items = [
        (task.name, task.objective, tokenize(examples, tokenizer, max_tokens=max_tokens or config.max_tokens))
        for task, examples in few
    ]
    return draw_batches(items, num_passages=num_passages, seed=seed)


def preset_tokenizer(config: ModelConfig, data_dir: Path) -> Tokenizer:
    """Return the shipped tokenizer where the preset has its vocabulary, else train one of the preset's size."""
    if config.vocabulary_size == COMPACT.vocabulary_size:
        folder = shipped_folder(COMPACT.preset)
        return Tokenizer.from_file(tokenizer_path(folder, read_manifest(folder)[1]))
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "tokenizer.json"
        train_tokenizer(data_dir, path, vocabulary_size=config.vocabulary_size)
        return Tokenizer.from_file(path)


def _spread(task: Task, wanted: int) -> Sequence[Example]:
    return task.train[:: max(1, len(task.train) // wanted)][:wanted]
