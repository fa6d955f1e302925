"""What is known about a run apart from its curves: how it was started, by which process, and how it ended."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path

import torch

from redheart_core.runs.launched import Launch, Phase
from redheart_core.runs.liveness import ENDED, Liveness, ProcessMark
from redheart_core.vocabulary.dilemma import clean_passage

MAX_NAME_LENGTH = 300
_PACKAGES = ("redheart-workbench", "torch", "numpy", "tokenizers", "safetensors")
_GIT_WAIT_S = 5


class State(StrEnum):
    """What a process last said about itself."""

    RUNNING = "running"
    COMPLETED = "completed"
    STOPPED = "stopped"
    FAILED = "failed"


class Shown(StrEnum):
    """What a reader should believe: what was said, corrected by whether the process lives."""

    CREATED = "created"
    """No process has worked on it yet."""
    QUEUED = "queued"
    """It was started detached and waits for the device."""
    STARTING = "starting"
    """Its process was started and has not begun to record yet."""
    RUNNING = "running"
    STOPPING = "stopping"
    SILENT = "silent"
    CRASHED = "crashed"
    """Its process ended without a word; it can be resumed."""
    COMPLETED = "completed"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """What does not change while a run goes on."""

    name: str
    """What a person calls it; never part of a path."""
    created_s: float
    """Seconds since 1970, as all times here."""
    command: str
    config: str
    """The configuration as given, TOML."""
    settings: Mapping[str, str]
    """The same as flat names and values, for comparing."""
    seed: int
    planned_steps: int
    data_dir: str
    out_dir: str
    """Where the model is written."""
    num_threads: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One process that worked on a run; resuming adds another."""

    number: int
    mark: ProcessMark
    world_size: int
    environment: Mapping[str, str]
    git_commit: str | None
    started_s: float
    heartbeat_s: float
    ended_s: float | None
    state: State
    reason: str
    """Why it ended, for a person; empty when nothing went wrong."""


_OF_A_LAUNCH = {
    Phase.WAITING: Shown.QUEUED,
    Phase.STARTED: Shown.STARTING,
    Phase.ENDED: Shown.FAILED,
    Phase.LOST: Shown.CRASHED,
}


def shown_state(
    attempt: Attempt | None, liveness: Liveness | None, *, is_asked_to_stop: bool, launch: Launch | None = None
) -> Shown:
    """Combine what the last process said with whether it lives, and with a detached start that came after it."""
    if launch is not None and is_ahead(launch, attempt):
        if launch.is_living and is_asked_to_stop:
            return Shown.STOPPING
        if launch.exit is None or launch.exit.code is not None or launch.is_living:
            return _OF_A_LAUNCH[launch.phase]
        return Shown.STOPPED if attempt is None else _shown_attempt(attempt, liveness, is_asked_to_stop)
    return Shown.CREATED if attempt is None else _shown_attempt(attempt, liveness, is_asked_to_stop)


def is_ahead(launch: Launch, attempt: Attempt | None) -> bool:
    """Say whether a detached start came after the last process that recorded anything."""
    return attempt is None or attempt.started_s < launch.asked_s


def _shown_attempt(attempt: Attempt, liveness: Liveness | None, is_asked_to_stop: bool) -> Shown:
    if attempt.state is not State.RUNNING:
        return Shown(attempt.state.value)
    if liveness is Liveness.GONE and is_asked_to_stop:
        return Shown.STOPPED  # whoever asked had it killed in the end, and has not noted that yet
    if liveness in ENDED:
        return Shown.CRASHED
    if liveness is Liveness.SILENT:
        return Shown.SILENT
    return Shown.STOPPING if is_asked_to_stop else Shown.RUNNING


def clean_name(name: str) -> str:
    """Return a display name on one line.

    Raises:
        InputError: It is blank, longer than ``MAX_NAME_LENGTH``, or holds control characters.
    """
    cleaned = clean_passage(name, what_en="name of the run", what_ko="실행 이름", limit=MAX_NAME_LENGTH)
    return " ".join(cleaned.split())


def environment() -> dict[str, str]:
    """Return what the numbers of a run may depend on: versions, processor, threads."""
    gpu = {"gpu": torch.cuda.get_device_name()} if torch.cuda.is_available() else {}
    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        "processor": f"{os.cpu_count()} cores ({platform.machine()})",
        "threads": str(torch.get_num_threads()),
        **gpu,
        **{name: version(name) for name in _PACKAGES},
    }


def git_commit(folder: Path | None = None) -> str | None:
    """Return the commit that the code is at, marked when files differ from it, or None without a repository."""
    where = Path(__file__).parent if folder is None else folder
    try:
        said = subprocess.run(
            ["git", "-C", str(where), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"],
            capture_output=True, text=True, timeout=_GIT_WAIT_S, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    return said.stdout.strip() or None


def flat_settings(values: Mapping[str, object], prefix: str = "") -> dict[str, str]:
    """Return nested settings as flat names and printed values: ``stages.0.steps`` → ``2200``."""
    flat: dict[str, str] = {}
    for key, value in values.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            flat |= flat_settings(value, f"{name}.")
        elif isinstance(value, list | tuple) and any(isinstance(entry, Mapping) for entry in value):
            flat |= flat_settings({str(place): entry for place, entry in enumerate(value)}, f"{name}.")
        else:
            flat[name] = str(value)
    return flat
