"""What can be explained, by name."""

from redheart_core.explain.attribution.targets.option import OPTION_SCORE
from redheart_core.explain.attribution.targets.registry import output_targets, target_named
from redheart_core.explain.attribution.targets.target import Target, checked_unit

__all__ = ["OPTION_SCORE", "Target", "checked_unit", "output_targets", "target_named"]
