"""Checkpoints that modules can come from, and which of a run's checkpoints must be kept for that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from redheart_core.errors import CheckpointError
from redheart_core.model.checkpoint import load_checkpoint

AVERAGE = "average"
"""Name of the candidate that is the plain mean of the others."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidate:
    """One version of every module."""

    name: str
    weights: Mapping[str, Tensor]
    """By parameter name, all of the model's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A checkpoint of a run, as far as retention must know it."""

    name: str
    step: int
    validation_loss: float | None = None
    """None where it was saved without validation."""


def kept(saved: Sequence[Saved], *, latest: int, candidates: int) -> tuple[str, ...]:
    """Return the names that retention keeps, oldest first: the newest, to go on from, and the best, to cross.

    Args:
        saved: All checkpoints that there are.
        latest: How many of the newest stay.
        candidates: How many of those with the lowest validation loss stay; among equals the newest.
    """
    newest = sorted(saved, key=lambda each: -each.step)[:latest]
    measured = [each for each in saved if each.validation_loss is not None]
    best = sorted(measured, key=lambda each: (each.validation_loss, -each.step))[:candidates]
    names = {each.name for each in (*newest, *best)}
    return tuple(each.name for each in sorted(saved, key=lambda each: each.step) if each.name in names)


def candidate_of(name: str, model: nn.Module) -> Candidate:
    """Copy a model's present weights."""
    return Candidate(
        name=name, weights={key: parameter.detach().clone() for key, parameter in model.named_parameters()}
    )


def load_candidates(directories: Sequence[Path]) -> tuple[Candidate, ...]:
    """Read checkpoints as candidates, each named by its folder.

    Raises:
        CheckpointError: One is damaged, or they are not of one architecture.
    """
    loaded = [(directory, load_checkpoint(directory)) for directory in directories]
    first = loaded[0][1].model.config
    for directory, checkpoint in loaded:
        if checkpoint.model.config != first:
            raise CheckpointError(
                f"{directory}: another architecture than {directories[0]}. Cross one run's checkpoints."
            )
    return tuple(candidate_of(directory.name, checkpoint.model) for directory, checkpoint in loaded)


def with_average(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Add the plain mean of all candidates; nothing where there is only one."""
    if len(candidates) < 2:
        return tuple(candidates)
    mean = {
        name: torch.stack([candidate.weights[name].float() for candidate in candidates]).mean(dim=0).to(weight.dtype)
        for name, weight in candidates[0].weights.items()
    }
    return (*candidates, Candidate(name=AVERAGE, weights=mean))


class CandidateFolder:
    """Candidates of a run on disk, so that a resumed run still has them. Only as many as are wanted stay.

    Args:
        directory: Theirs alone.
        limit: How many of the best are kept.
    """

    def __init__(self, directory: Path, *, limit: int) -> None:
        self._directory, self._limit = directory, limit

    def add(self, model: nn.Module, *, step: int, validation_loss: float) -> None:
        """Keep a model's present weights if they are among the best."""
        self._directory.mkdir(parents=True, exist_ok=True)
        path = self._directory / f"step-{step:07d}.safetensors"
        partial = path.with_suffix(".partial")
        weights = {name: parameter.detach().cpu().contiguous() for name, parameter in model.named_parameters()}
        save_file(weights, partial, {"step": str(step), "validation_loss": repr(validation_loss)})
        partial.replace(path)
        saved = self.saved()
        for name in {each.name for each in saved} - set(kept(saved, latest=0, candidates=self._limit)):
            (self._directory / f"{name}.safetensors").unlink()

    def saved(self) -> tuple[Saved, ...]:
        """Return what is there, oldest first."""
        return tuple(_describe(path) for path in sorted(self._directory.glob("step-*.safetensors")))

    def candidates(self) -> tuple[Candidate, ...]:
        """Read what is there."""
        return tuple(
            Candidate(name=each.name, weights=load_file(self._directory / f"{each.name}.safetensors"))
            for each in self.saved()
        )


def _describe(path: Path) -> Saved:
    try:
        with safe_open(path, framework="pt") as file:
            header = file.metadata() or {}
        return Saved(name=path.stem, step=int(header["step"]), validation_loss=float(header["validation_loss"]))
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise CheckpointError(f"{path}: not a kept candidate ({error}). Delete it to cross without it.") from error


def put(
    model: nn.Module, candidates: Sequence[Candidate], chosen: Mapping[str, int], names: Mapping[str, Sequence[str]]
) -> None:
    """Copy each module from the candidate chosen for it into ``model``."""
    parameters = dict(model.named_parameters())
    with torch.no_grad():
        for module, own in names.items():
            for name in own:
                parameters[name].copy_(candidates[chosen[module]].weights[name])
