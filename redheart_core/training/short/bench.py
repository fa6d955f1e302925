"""What the short trainings of a study share: data, tokenizer, start; read once.

Development rows are split by groups: on some a training may choose (early stopping, sweet spots, crossover), on others
it is judged.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from redheart_core.data.corpus import shippable_texts
from redheart_core.errors import ConfigError
from redheart_core.model.network import RedHeartModel
from redheart_core.model.presets import preset
from redheart_core.text.tokenizer import Tokenizer, build_tokenizer
from redheart_core.training.batches import Item, tokenize
from redheart_core.training.evaluation import Metric, measure, predict
from redheart_core.training.held_out import mean_loss, prediction_loss, spread_groups
from redheart_core.training.pretraining.sequences import encode_texts
from redheart_core.training.starting_model import start_at_base_rates
from redheart_core.training.tasks import Task, load_tasks
from redheart_core.training.vectors import ppmi_vectors

logger = logging.getLogger(__name__)

VECTOR_SEED = 0
"""Of the word vectors: every training of a study starts from the same ones."""
CHOOSING_ROWS = 64
"""Development rows of each task that a training chooses on: few, since crossover passes over them dozens of times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Some development rows of every task."""

    tasks: tuple[Task, ...]
    items: Mapping[str, tuple[Item, ...]]

    def loss(self, model: RedHeartModel) -> float:
        """Return the mean loss over tasks."""
        return mean_loss(model, self.tasks, self.items)

    def metrics(self, model: RedHeartModel) -> tuple[Metric, ...]:
        """Return the metrics of all tasks."""
        return self.judge(model)[0]

    def judge(self, model: RedHeartModel) -> tuple[tuple[Metric, ...], float]:
        """Return the metrics of all tasks and the mean of their losses, from one pass over the rows."""
        predictions = [predict(model, task, self.items[task.name]) for task in self.tasks]
        loss = sum(map(prediction_loss, predictions)) / len(predictions)
        return tuple(chain.from_iterable(map(measure, predictions))), loss


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bench:
    """What all trainings of a study share."""

    preset: str
    tasks: tuple[Task, ...]
    items: Mapping[str, tuple[Item, ...]]
    choosing: Held
    judging: Held
    texts: Callable[[int], Sequence[Sequence[int]]]
    """Token ids of the texts for pre-training, cut to so many tokens."""
    vectors_VD: Tensor
    """What the token embedding starts from."""

    @property
    def identity(self) -> str:
        """A text that changes with the data, the tasks and the rows that are measured."""
        files = sorted({(file.name, file.sha256) for task in self.tasks for file in task.files})
        rows = [
            (task.name, len(task.train), len(self.judging.items[task.name]), len(self.choosing.items[task.name]))
            for task in self.tasks
        ]
        return repr((self.preset, files, rows))


def load_bench(
    preset_name: str, data_dir: Path, *, task_names: Sequence[str] = (), dev_rows: int, cache_dir: Path
) -> Bench:
    """Read and tokenize.

    Args:
        preset_name: Of the model.
        data_dir: Folder of the data sets.
        task_names: Tasks that are trained; all when empty.
        dev_rows: About so many development rows of each task judge, in whole groups spread over its file.
        cache_dir: Where tokenizer and word vectors are kept, which take longer than a training.

    Raises:
        ConfigError: There is no task of that name.
        DataError: A data set is missing or malformed.
    """
    config = preset(preset_name)
    tasks = _chosen_tasks(load_tasks(data_dir), task_names)
    texts = shippable_texts(data_dir)
    tokenizer, vectors_VD = _start(texts, preset_name, cache_dir)

    def tokenized(own: Sequence[Task], *, dev: bool) -> dict[str, tuple[Item, ...]]:
        return {
            task.name: tokenize(task.dev if dev else task.train, tokenizer, max_tokens=config.max_tokens)
            for task in own
        }

    judging, choosing = _parted(tasks, dev_rows)
    return Bench(
        preset=preset_name,
        tasks=tasks,
        items=tokenized(tasks, dev=False),
        choosing=Held(tasks=choosing, items=tokenized(choosing, dev=True)),
        judging=Held(tasks=judging, items=tokenized(judging, dev=True)),
        texts=lambda max_tokens: encode_texts(texts, tokenizer, max_tokens=max_tokens),
        vectors_VD=vectors_VD,
    )


def new_model(bench: Bench, *, seed: int) -> RedHeartModel:
    """Build a model ready to learn: word vectors in the embedding, rare emotions rare."""
    torch.manual_seed(seed)
    model = RedHeartModel(preset(bench.preset))
    with torch.no_grad():
        model.backbone.embedding.token.weight.copy_(bench.vectors_VD)
    start_at_base_rates(model, bench.tasks)
    return model


def _chosen_tasks(every: Sequence[Task], names: Sequence[str]) -> tuple[Task, ...]:
    by_name = {task.name: task for task in every}
    unknown = [name for name in names if name not in by_name]
    if unknown:
        raise ConfigError(f"There is no task {', '.join(unknown)}. Known: {', '.join(by_name)}.")
    return tuple(by_name[name] for name in names) if names else tuple(every)


def _parted(tasks: Sequence[Task], dev_rows: int) -> tuple[tuple[Task, ...], tuple[Task, ...]]:
    """Return the tasks with the rows that judge, and with those that a training chooses on: of other groups."""
    judging, choosing = [], []
    for task in tasks:
        groups = spread_groups(task.dev, dev_rows + CHOOSING_ROWS)
        every = max(2, round((dev_rows + CHOOSING_ROWS) / CHOOSING_ROWS))
        own = [group for place, group in enumerate(groups) if place % every == every - 1]
        others = [group for place, group in enumerate(groups) if place % every != every - 1]
        judging.append(replace(task, dev=tuple(chain.from_iterable(others))))
        choosing.append(replace(task, dev=tuple(chain.from_iterable(own))))
    return tuple(judging), tuple(choosing)


def _start(texts: Sequence[str], preset_name: str, cache_dir: Path) -> tuple[Tokenizer, Tensor]:
    """Return tokenizer and word vectors, from the cache where these texts were seen before."""
    config = preset(preset_name)
    key = hashlib.sha256("\n".join(texts).encode()).hexdigest()[:12]
    shape = f"{config.vocabulary_size}-{config.backbone.d_model}-{key}"
    tokenizer_file, vector_file = cache_dir / f"tokenizer-{shape}.json", cache_dir / f"vectors-{shape}.safetensors"
    cache_dir.mkdir(parents=True, exist_ok=True)
    if not vector_file.exists():
        logger.info("tokenizer and word vectors are made from %d passages", len(texts))
        build_tokenizer(texts, tokenizer_file, vocabulary_size=config.vocabulary_size)
        _write_vectors(vector_file, _vectors(texts, Tokenizer.from_file(tokenizer_file), preset_name))
    return Tokenizer.from_file(tokenizer_file), load_file(vector_file)["vectors"]


def _vectors(texts: Sequence[str], tokenizer: Tokenizer, preset_name: str) -> Tensor:
    config = preset(preset_name)
    encodings = tokenizer.encode_many([(text, "") for text in texts], max_tokens=config.max_tokens)
    return ppmi_vectors(
        [encoding.ids[1:-1] for encoding in encodings],
        vocabulary_size=config.vocabulary_size,
        width=config.backbone.d_model,
        seed=VECTOR_SEED,
    )


def _write_vectors(path: Path, vectors_VD: Tensor) -> None:
    """Write last what shows that both files are complete."""
    partial = path.with_name(f".{path.name}.partial")
    save_file({"vectors": vectors_VD.contiguous()}, partial)
    partial.replace(path)
