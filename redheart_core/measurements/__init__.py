"""Measurements that were made once and recorded: which command, on what, when, and the numbers."""

from redheart_core.measurements.recorded import (
    Measurement,
    Scalar,
    load_measurement,
    parse_measurement,
    recorded_names,
    save_measurement,
)

__all__ = ["Measurement", "Scalar", "load_measurement", "parse_measurement", "recorded_names", "save_measurement"]
