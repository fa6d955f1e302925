"""Who decides: the rule, or the learned system where the recorded comparison found it clearly better."""

from __future__ import annotations

from redheart_core.errors import ConfigError
from redheart_core.training.optimization.study import Choice, System, default_choice


def require_rule(system: System) -> None:
    """Ask the recorded comparison and refuse to go on against it.

    Raises:
        ConfigError: It preferred the learned system, which this trainer does not run: a rule used all the same would
            contradict what is reported.
    """
    if default_choice(system) is not Choice.RULE:
        raise ConfigError(
            f"The recorded comparison prefers the learned system for {system.value}, but the trainer follows its rule. "
            "Record the comparison again, or leave the technique out of the configuration."
        )
