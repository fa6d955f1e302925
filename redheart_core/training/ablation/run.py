"""Running an ablation cell by cell; finished cells stay on disk, so that it can be run in pieces."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from redheart_core.errors import DataError
from redheart_core.training.ablation.policy import BASE, Cell, cell_names
from redheart_core.training.ablation.variants import DYNAMIC_BATCH, flipped
from redheart_core.training.cells import CellFolder
from redheart_core.training.config import TrainingConfig
from redheart_core.training.short.bench import Bench
from redheart_core.training.short.training import train_short
from redheart_core.training.techniques.sweet_spots import task_scores

logger = logging.getLogger(__name__)

NOTES = (
    "on and off differ by one switch; paired by seed: the same first weights, word vectors and order of examples. "
    "accumulation and dynamic_batch take fewer steps, so that all see about as many examples.",
    "Score: mean over tasks of the mean of a task's development metrics. low and high: 95 % t-interval over seeds of "
    "on minus off. Three seeds are few: it reaches 2.5 standard deviations to each side, only large effects show.",
    "Only the row 'all' decides. Of eleven such intervals one misses zero by chance in two tables of five.",
    "Rows that a training chose on (early_stopping, sweet_spots, crossover) are not among those that judge it.",
    "A short training: what it says need not hold for a long one. Seconds come from a machine that did other things.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ablation:
    """What is compared."""

    base: TrainingConfig
    techniques: tuple[str, ...]
    seeds: tuple[int, ...]

    def config_of(self, variant: str, seed: int) -> TrainingConfig:
        """Return the configuration of a cell."""
        seeded = replace(self.base, seed=seed)
        return seeded if variant == BASE else flipped(seeded, variant)


def missing_cells(ablation: Ablation, folder: CellFolder[Cell]) -> tuple[tuple[str, int], ...]:
    """Return the cells that the folder lacks, in the order in which they are made."""
    return tuple(
        (variant, seed)
        for variant, seed in cell_names(ablation.techniques, ablation.seeds)
        if folder.find(_name(variant, seed)) is None
    )


def make_missing(
    ablation: Ablation,
    bench: Bench,
    folder: CellFolder[Cell],
    *,
    limit: int | None = None,
    tell: Callable[[str], object] = logger.info,
) -> int:
    """Make up to ``limit`` missing cells, all when None; return how many are still missing.

    A training that diverges is told and left out, so that the others are made all the same.
    """
    missing = missing_cells(ablation, folder)
    for variant, seed in missing[:limit]:
        try:
            cell = folder.get(_name(variant, seed), partial(_cell, ablation, bench, folder, variant, seed))
        except DataError as error:
            tell(f"{variant}, seed {seed}: {error}")
        else:
            tell(f"{variant}, seed {seed}: score {cell.score:.4f}, {cell.examples:,} examples in {cell.seconds:.0f} s")
    return len(missing_cells(ablation, folder))


def finished_cells(ablation: Ablation, folder: CellFolder[Cell]) -> tuple[Cell, ...]:
    """Return the cells that the folder has."""
    found = (folder.find(_name(variant, seed)) for variant, seed in cell_names(ablation.techniques, ablation.seeds))
    return tuple(cell for cell in found if cell is not None)


def cells_identity(base: TrainingConfig, bench: Bench) -> str:
    """Return what cells must have in common: data, tasks, rows and base configuration, its seed aside."""
    return repr((bench.identity, replace(base, seed=0)))


def _cell(ablation: Ablation, bench: Bench, folder: CellFolder[Cell], variant: str, seed: int) -> Cell:
    base = folder.find(_name(BASE, seed))
    # Only here may the examples differ much; ending there by request would keep an average from being applied.
    budget = base.examples if base is not None and variant == DYNAMIC_BATCH else None
    outcome = train_short(bench, ablation.config_of(variant, seed), max_examples=budget)
    return Cell(
        variant=variant,
        seed=seed,
        scores=task_scores(outcome.metrics),
        loss=outcome.loss,
        examples=outcome.examples,
        steps=outcome.steps,
        seconds=outcome.seconds,
        events=outcome.events,
    )


def _name(variant: str, seed: int) -> str:
    return f"{variant}-seed-{seed}"
