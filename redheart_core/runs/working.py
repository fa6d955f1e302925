"""Starting a run and working on it, in this process, until it is complete, stopped or failed."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

import torch

from redheart_core.errors import DataError, RunError
from redheart_core.runs.attempts import write_facts
from redheart_core.runs.bystander import Bystander, standing_by
from redheart_core.runs.facts import RunFacts, clean_name, flat_settings
from redheart_core.runs.folder import RunFolder, create_folder
from redheart_core.runs.reader import RunReader
from redheart_core.runs.recorder import RunRecorder, recording
from redheart_core.training.config import TrainingConfig, config_text, parse_config
from redheart_core.training.distributed import ALONE, Workers, spread_of
from redheart_core.training.keeping import PREVIOUS_STATE_FILE, STATE_FILE
from redheart_core.training.observer import Event, Observer, StepRecord, ValidationRecord
from redheart_core.training.run import run_training
from redheart_core.training.summary import RunSummary
from redheart_core.training.together import require_alone, require_whole

STATE_EVERY = 100
"""Optimiser steps between two states, where the configuration does not say; what ``kill -9`` can cost."""
NORMS_EVERY = 50
"""Optimiser steps between two measurements of the gradient by module, where the configuration does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """What a person asks for."""

    config: str
    """A shipped configuration by name, or the path of a file."""
    data_dir: Path
    command: str
    text: str | None = None
    """The configuration itself, where it is in no file: a form, an earlier run. ``config`` is then only its name."""
    name: str | None = None
    """Display name; that of the configuration when left out."""
    out_dir: Path | None = None
    """Where the model is written; inside the run's folder when left out."""
    num_threads: int = 2
    num_processes: int = 1
    """How many train together; torchrun starts them."""
    run_id: str | None = None
    """Drawn beforehand (``folder.new_run_id``) where two requests must make one run."""

    def read_config(self) -> str:
        """Return the text of the configuration.

        Raises:
            ConfigError: There is no such configuration.
        """
        return config_text(self.config) if self.text is None else self.text


def start_run(root: Path, request: RunRequest) -> RunFolder:
    """Check a request and make the folder of its run; nothing is trained yet.

    Raises:
        ConfigError: The configuration is missing or impossible, or asks several processes for what they cannot do.
        InputError: The name cannot be used.
        RunError: No folder can be made, or there is no data folder.
    """
    text = request.read_config()
    config = _as_recorded(parse_config(request.config, text))
    workers = Workers(size=request.num_processes, spread=spread_of(config.preset))
    require_alone(config, workers)
    require_whole(config, workers, keeps_states=True)
    name = clean_name(Path(request.config).stem if request.name is None else request.name)
    if not request.data_dir.is_dir():
        raise RunError(f"{request.data_dir}: there is no such data folder. Give it with --data, see redheart data.")
    folder = create_folder(root, request.run_id)
    folder.config_file.write_text(text, encoding="utf-8")
    facts = RunFacts(
        name=name,
        created_s=time.time(),
        command=request.command,
        config=text,
        settings=flat_settings(asdict(config)),
        seed=config.seed,
        planned_steps=config.steps,
        data_dir=str(request.data_dir.resolve()),
        out_dir=str((folder.checkpoint if request.out_dir is None else request.out_dir).resolve()),
        num_threads=request.num_threads,
    )
    write_facts(folder, facts)
    return folder


def work_on(folder: RunFolder, *, watchers: Sequence[Observer] = (), workers: Workers = ALONE) -> RunSummary | None:
    """Train until the end of a run, from its saved state if there is one. Also resumes.

    Args:
        folder: The run.
        watchers: Hear of everything too, and may ask to stop.
        workers: The processes that work on it together, each with a call of its own; they share a file system.

    Returns:
        What was reached, or None where somebody asked to stop, and in all processes but the one that records.

    Raises:
        RunError: Another process works on the run, it is complete, or it cannot be recorded.
        RedHeartError: Training failed; the reason is in the run's store.
    """
    with RunReader(folder) as reader:
        facts = reader.facts()
    config = _as_recorded(parse_config(folder.config_file.name, facts.config))
    torch.set_num_threads(max(facts.num_threads // workers.size, 1))
    out_dir = Path(facts.out_dir)
    with _observing(folder, workers) as observer:
        recorder = observer if isinstance(observer, RunRecorder) else None
        return run_training(
            config,
            data_dir=Path(facts.data_dir),
            out_dir=out_dir,
            command=facts.command,
            observer=Together((observer, *watchers)),
            state_dir=folder.state,
            on_data=partial(_agree_on_data, workers, recorder),
            on_saved=None if recorder is None else partial(recorder.on_saved, out_dir),
            workers=workers,
        )


def prepare_resume(folder: RunFolder, *, from_previous_state: bool = False) -> None:
    """Forget that somebody asked the last process to stop; on request put the state before the last in its place.

    Raises:
        RunError: There is no previous state, or a living process works on the run.
    """
    with RunReader(folder) as reader:
        status = reader.status()
    if status.is_living:
        raise RunError(f"The run {folder.run_id} is being worked on ({status.shown.value}). Stop it first.")
    folder.stop_flag.unlink(missing_ok=True)
    if from_previous_state:
        previous = folder.state / PREVIOUS_STATE_FILE
        if not previous.is_file():
            raise RunError(f"{previous}: there is no state before the last one. Start a new run.")
        previous.replace(folder.state / STATE_FILE)


class Together:
    """Several observers as one; any of them may ask to stop."""

    def __init__(self, observers: Sequence[Observer]) -> None:
        self._observers = tuple(observers)

    def on_step(self, record: StepRecord) -> None:
        """Tell all."""
        for observer in self._observers:
            observer.on_step(record)

    def on_validation(self, record: ValidationRecord) -> None:
        """Tell all."""
        for observer in self._observers:
            observer.on_validation(record)

    def on_event(self, event: Event) -> None:
        """Tell all."""
        for observer in self._observers:
            observer.on_event(event)

    def stop_requested(self) -> bool:
        """Return whether any asks to stop."""
        return any(observer.stop_requested() for observer in self._observers)

    @contextmanager
    def may_be_given_up(self) -> Iterator[None]:
        """Let any of them give up what is done inside."""
        with ExitStack() as stack:
            for observer in self._observers:
                stack.enter_context(observer.may_be_given_up())
            yield


@contextmanager
def _observing(folder: RunFolder, workers: Workers) -> Iterator[RunRecorder | Bystander]:
    """Record in one process; in the others only hear signals. None begins before the run is claimed."""
    with ExitStack() as stack:
        observers: list[RunRecorder | Bystander] = []

        def claim() -> None:
            observers.append(stack.enter_context(recording(folder, world_size=workers.size)))

        workers.from_first(claim)
        if not observers:
            observers.append(stack.enter_context(standing_by()))
        yield observers[0]


def _agree_on_data(workers: Workers, recorder: RunRecorder | None, sha256_by_name: Mapping[str, str]) -> None:
    """Note what is learned from, where this process records; and let no process learn from anything else."""

    def note() -> dict[str, str]:
        assert recorder is not None, "asked of the process that records"
        recorder.on_data(sha256_by_name)
        return dict(sha256_by_name)

    theirs = workers.from_first(note)
    other = sorted(name for name in theirs | dict(sha256_by_name) if theirs.get(name) != sha256_by_name.get(name))
    if other:
        raise DataError(
            f"Process {workers.rank} reads other data than process 0: {', '.join(other[:3])} ({len(other)} files). "
            "Give all processes the same data folder."
        )


def _as_recorded(config: TrainingConfig) -> TrainingConfig:
    """Return the configuration with what a recorded run keeps and measures where nothing is said of it."""
    return replace(
        config,
        state_every=STATE_EVERY if config.state_every is None else config.state_every,
        gradient_norms_every=NORMS_EVERY if config.gradient_norms_every is None else config.gradient_norms_every,
    )
