"""Populations, each made once. What comes from a file of one's own is found again only by its content."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from redheart_core.data.own import Kind, read_own
from redheart_core.data.rows import Dataset, Grouped
from redheart_core.errors import DataError, InputError
from redheart_core.explain.surd.ensemble import ensemble_population, run_ensemble
from redheart_core.explain.surd.populations import Population
from redheart_core.explain.surd.populations.scored import scored_population
from redheart_core.explain.surd.populations.stored import load_population, shipped_path
from redheart_core.explain.surd.populations.table import table_population
from redheart_core.runs.catalogue import find_run
from redheart_core.runs.folder import runs_root
from redheart_core.runs.population import run_population
from redheart_core.runs.reader import RunReader
from workbench.copy import UiLanguage, say
from workbench.ui import session
from workbench.ui.access import may_open
from workbench.ui.kept import Kept
from workbench.ui.progress import Report
from workbench.ui.resources import shared_model
from workbench.ui.session import Key
from workbench.views.surd_request import (
    EnsembleChoice,
    PopulationChoice,
    PopulationKind,
    RunChoice,
    ScoredChoice,
    StudyChoice,
    TableChoice,
)

SLOW = frozenset({PopulationKind.ENSEMBLE, PopulationKind.SCORED})
"""Populations that the model has to score first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFile:
    """A file that a visitor gave."""

    name: str
    content: bytes
    sha256: str


@st.cache_resource(max_entries=1, show_spinner=False)
def _kept() -> Kept[Population]:
    return Kept(8)


def own_file(key: Key) -> OwnFile | None:
    """Return a file that the visitor gave."""
    found = session.get(key)
    return found if isinstance(found, OwnFile) else None


def population_of(choice: PopulationChoice, language: UiLanguage, report: Report) -> Population:
    """Return a population; what was made before comes at once.

    Args:
        choice: Which one.
        language: Of the reader.
        report: Told texts read and in all, where the model has to score them; what it raises ends the work.

    Raises:
        RedHeartError: It cannot be read or scored, or its file is gone.
    """
    match choice:
        case StudyChoice():
            return _kept().get(choice, lambda: load_population(shipped_path()))
        case TableChoice():
            file = _present(Key.SURD_TABLE, choice.sha256)
            return _kept().get(choice, lambda: _table(choice, file))
        case RunChoice():
            return _kept().get(choice, lambda: _run(choice))
        case ScoredChoice():
            file = _present(Key.SURD_TEXTS, choice.sha256)
            return _scored_once(choice, language, lambda model: _scored(choice, file, model, report))
        case EnsembleChoice():
            return _scored_once(choice, language, lambda model: _drawn(choice, model, report))


def check_texts(file: OwnFile, says: Kind) -> int:
    """Return how many texts a file has.

    Raises:
        DataError: They cannot be read.
    """
    return len(_dataset(file, says))


def _scored_once(choice: PopulationChoice, language: UiLanguage, score: Callable[[Any], Population]) -> Population:
    """Score with the shared model, which leases its network for a batch at a time: others need not wait for all."""
    shared = shared_model(language)
    return _kept().get((choice, shared.sha256), lambda: score(shared.model))


def _present(key: Key, sha256: str) -> OwnFile:
    file = own_file(key)
    if file is None or file.sha256 != sha256:
        raise InputError(code="surd_no_file", en=say("surd.input.no_file", "en"), ko=say("surd.input.no_file", "ko"))
    return file


def _table(choice: TableChoice, file: OwnFile) -> Population:
    return table_population(file.content, file_name=file.name, units=choice.units, is_ordered=choice.is_ordered)


def _run(choice: RunChoice) -> Population:
    if not may_open("training"):  # what only operators see there is not shown here either
        raise InputError(code="surd_no_run", en=say("surd.input.no_run", "en"), ko=say("surd.input.no_run", "ko"))
    with RunReader(find_run(runs_root(), choice.run_id)) as reader:
        return run_population(reader)


def _scored(choice: ScoredChoice, file: OwnFile, model: Any, report: Report) -> Population:
    dataset = _dataset(file, choice.says)
    return scored_population(dataset, model, wanted=choice.wanted, seed=choice.seed, report=report)


def _dataset(file: OwnFile, says: Kind) -> Dataset[Grouped]:
    """Read texts through a file under a name of ours: the reader takes files, and a given name is never a path."""
    suffix = ".csv" if file.name.lower().endswith(".csv") else ".jsonl"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"texts{suffix}"
        path.write_bytes(file.content)
        try:
            return read_own(path, says)
        except DataError as problem:
            raise DataError(str(problem).replace(str(path), file.name)) from problem


def _drawn(choice: EnsembleChoice, model: Any, report: Report) -> Population:
    ensemble = run_ensemble(choice.subject, choice.design, reader=model.reader, report=report)
    return ensemble_population(ensemble, model=model.name, checkpoint_sha256=model.checkpoint_sha256)
