"""What several processes cannot do together: refused by name before anything is trained."""

from __future__ import annotations

from redheart_core.errors import ConfigError
from redheart_core.training.config import TrainingConfig
from redheart_core.training.distributed import Workers

_ONE_ALONE = ("pretraining", "crossover")
_WHOLE_TENSORS = ("average", "early_stopping", "sweet_spots", "state_every", "gradient_norms_every")


def require_alone(config: TrainingConfig, workers: Workers) -> None:
    """Refuse what one process does alone.

    Raises:
        ConfigError: Several processes are asked for pre-training or crossover.
    """
    for name in _ONE_ALONE:
        if workers.size > 1 and getattr(config, name) is not None:
            raise ConfigError(f"{name} runs in one process, but there are {workers.size}. Do it in a run of its own.")


def require_whole(config: TrainingConfig, workers: Workers, *, keeps_states: bool) -> None:
    """Refuse what shards of a model cannot do: their parameters are parts of tensors.

    Raises:
        ConfigError: The model is sharded, and a technique or a kept state needs whole tensors.
    """
    if not workers.is_sharded:
        return
    if keeps_states:
        raise ConfigError("The state of a sharded model cannot be kept yet. Replicate the model, or keep none.")
    for name in _WHOLE_TENSORS:
        if getattr(config, name) is not None:
            raise ConfigError(
                f"A sharded model cannot be trained with {name} yet. Leave it out, or replicate the model."
            )
