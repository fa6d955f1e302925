"""What a training meets on this machine: its data, its memory, and what earlier runs took. Cached and bounded."""

from __future__ import annotations

import os
from pathlib import Path

import psutil
import streamlit as st

from redheart_core.data.catalogue import choose_entries
from redheart_core.errors import RunError
from redheart_core.runs.estimate import Estimate, estimate_duration
from redheart_core.runs.folder import open_folder, runs_root
from redheart_core.runs.reader import RunReader
from redheart_core.training.config import TrainingConfig, parse_config
from redheart_core.training.memory import PlannedStep, plan_full, plan_training
from workbench.ui.background import Background
from workbench.ui.training_form import Form

DATA_VARIABLE, DATA_DEFAULT = "REDHEART_DATA", "../shared/data"
_MOST_PLANS = 16


def data_folder() -> Path:
    """Return the folder of the data sets, which whoever serves the app decides."""
    return Path(os.environ.get(DATA_VARIABLE) or DATA_DEFAULT)


def missing_data() -> tuple[str, ...]:
    """Return the names of the data sets of which no file is there."""
    folder = data_folder()
    return tuple(
        entry.name for entry in choose_entries(()) if not any((folder / file.path).is_file() for file in entry.files)
    )


@st.cache_resource(max_entries=1, show_spinner=False)
def _plans() -> Background[PlannedStep]:
    return Background(_MOST_PLANS)


def memory_plan(form: Form) -> PlannedStep | None:
    """Return what the largest step of a sound form takes, or None while that is being worked out.

    Raises:
        ConfigError: The model's window is shorter than a batch allows.
    """
    return memory_plan_of(form.config())


def memory_plan_of(config: TrainingConfig) -> PlannedStep | None:
    """Return what the largest step of a configuration takes, or None while that is being worked out.

    Raises:
        ConfigError: The preset is unknown, or its window is shorter than a batch allows.
    """
    tokens = max(stage.max_batch_tokens for stage in config.stages)
    key = (config.preset, tokens, config.r_drop is not None, config.average is not None)
    return _plans().get(key, lambda: plan_training(config))


def full_plan(name: str) -> PlannedStep | None:
    """Return what a step of a large preset takes, or None while that is being worked out."""
    return _plans().get(name, lambda: plan_full(name))


@st.cache_data(max_entries=32, ttl=20, show_spinner=False)
def _estimate(root: str, text: str, num_threads: int) -> Estimate | None:
    return estimate_duration(Path(root), parse_config("form", text), num_threads=num_threads)


def estimate(form: Form) -> Estimate | None:
    """Return how long a sound form takes, by earlier runs on this machine; None where there were none."""
    return _estimate(str(runs_root()), form.text, form.num_threads)


def seen_bytes(run_id: str) -> int | None:
    """Return the most memory that a run was seen to take."""
    try:
        with RunReader(open_folder(runs_root(), run_id)) as reader:
            return reader.peak_bytes()
    except RunError:
        return None


def free_bytes() -> int:
    """Return the main memory that is free now."""
    return int(psutil.virtual_memory().available)
