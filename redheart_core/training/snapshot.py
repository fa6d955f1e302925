"""Everything that a training needs to go on as if it had never stopped: tensors, and values that JSON can carry."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import TypeAdapter
from torch import Tensor

from redheart_core.errors import CheckpointError
from redheart_core.training.random_states import random_states, set_random_states
from redheart_core.training.streams import Place
from redheart_core.training.trainer import Trainer

FORMAT_VERSION = 1
_ONLY_TOLD = {"log_every", "gradient_norms_every"}
"""Settings that say how often something is told: they change nothing of what is learned."""
_PLACES = TypeAdapter(dict[str, Place])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Snapshot:
    """The state of a trainer between two steps."""

    tensors: Mapping[str, Tensor]
    """On the trainer's device, under ``part/name``; some are the trainer's own and change with its next step."""
    values: Mapping[str, Any]


def take_snapshot(trainer: Trainer) -> Snapshot:
    """Return the state of a trainer."""
    parts: dict[str, Mapping[str, Tensor]] = {
        "model": {name: value.detach() for name, value in trainer.model.state_dict().items()},
        "optimizer": trainer.update.optimizer.state(trainer.model),
        "average": {} if trainer.update.average is None else trainer.update.average.state(),
        "best": trainer.watch.best_weights,
        "random": random_states(trainer.device),
    }
    tensors = {f"{part}/{name}": value for part, own in parts.items() for name, value in own.items()}
    return Snapshot(tensors=tensors, values=_values(trainer))


def restore_snapshot(trainer: Trainer, snapshot: Snapshot) -> None:
    """Bring a trainer, newly built from the same configuration and data, to a saved state.

    Raises:
        CheckpointError: The state is of another format, configuration, model or data.
    """
    values = snapshot.values
    _require_same(trainer, values)
    trainer.step, trainer.examples = values["step"], values["examples"]
    trainer.owes_validation = values.get("owes_validation", False)  # states of earlier versions never did
    trainer.enter_stage(values["stage"])
    trainer.batch_size, trainer.gradients.size.items = values["batch_size"], values["piece_size"]
    if trainer.watch.stopping is not None:
        trainer.watch.stopping.scores = list(values["scores"])
    if values["scaler"]:
        trainer.update.scaler.load_state_dict(values["scaler"])
    for name, place in _PLACES.validate_python(values["streams"]).items():
        trainer.streams[name].restore(place)
    _restore_tensors(trainer, snapshot.tensors)
    if trainer.watch.sweet_spots is not None:
        # Only now: the optimiser that was restored knows the modules that have been frozen since.
        trainer.watch.sweet_spots.restore(values["sweet_spots"])
    version, internal, following = values["python_random"]
    random.setstate((version, tuple(internal), following))


def _values(trainer: Trainer) -> dict[str, Any]:
    return {
        "format": FORMAT_VERSION,
        "config": asdict(trainer.config),
        "num_examples": trainer.num_examples,
        "step": trainer.step,
        "examples": trainer.examples,
        "stage": trainer.stage,
        "owes_validation": trainer.owes_validation,
        "batch_size": trainer.batch_size,
        "piece_size": trainer.gradients.size.items,
        "scores": [] if trainer.watch.stopping is None else trainer.watch.stopping.scores,
        "sweet_spots": [] if trainer.watch.sweet_spots is None else trainer.watch.sweet_spots.scores,
        "scaler": trainer.update.scaler.state_dict(),
        "streams": {name: asdict(stream.place) for name, stream in trainer.streams.items()},
        "python_random": random.getstate(),
    }


def _require_same(trainer: Trainer, values: Mapping[str, Any]) -> None:
    if values["format"] != FORMAT_VERSION:
        raise CheckpointError(f"The state has format {values['format']}; this program reads {FORMAT_VERSION}.")
    if values["num_examples"] != trainer.num_examples:
        raise CheckpointError(
            f"The state is of other data: it was trained on {values['num_examples']} examples by task, and there are "
            f"{trainer.num_examples}. Read the same data, or begin a new run."
        )
    own = _as_read(asdict(trainer.config))
    names = (own.keys() | values["config"].keys()) - _ONLY_TOLD
    other = sorted(name for name in names if own.get(name) != values["config"].get(name))
    if other:
        raise CheckpointError(
            f"The state is of another configuration: {', '.join(other)} differ. Use the same, or begin a new run."
        )


def _as_read(value: Any) -> Any:
    """Return a value as it looks after it went through JSON."""
    if isinstance(value, dict):
        return {key: _as_read(each) for key, each in value.items()}
    return [_as_read(each) for each in value] if isinstance(value, list | tuple) else value


def _restore_tensors(trainer: Trainer, tensors: Mapping[str, Tensor]) -> None:
    missing = set(trainer.model.state_dict()) ^ set(_below(tensors, "model"))
    if missing:
        raise CheckpointError(
            f"The state is of another model: {', '.join(sorted(missing)[:3])} is only in one of both."
        )
    trainer.model.load_state_dict(_below(tensors, "model"))
    trainer.update.optimizer.restore(trainer.model, _below(tensors, "optimizer"))
    if trainer.update.average is not None:
        trainer.update.average.restore(_below(tensors, "average"))
    trainer.watch.best_weights = {name: value.to(trainer.device) for name, value in _below(tensors, "best").items()}
    set_random_states(_below(tensors, "random"), trainer.device)


def _below(tensors: Mapping[str, Tensor], part: str) -> dict[str, Tensor]:
    return {name.removeprefix(f"{part}/"): value for name, value in tensors.items() if name.startswith(f"{part}/")}
