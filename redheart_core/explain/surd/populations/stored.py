"""A population in one file: its columns as arrays, and everything that is said of them. No text of a case is in it."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from redheart_core.errors import DataError, InputError
from redheart_core.explain.surd.populations.population import (
    Column,
    ColumnGroup,
    Definition,
    Population,
    Provenance,
    Suggestion,
)
from redheart_core.vocabulary.wording import Wording

SHIPPED = "dilemmas"
"""A thousand stories that people wrote, both courses of each scored by the shipped checkpoint."""
VERSION = 1
_ABOUT, _UNITS = "about", "units"


def shipped_path() -> Path:
    """Return the file of the population that ships, made by ``redheart surd --data DIR --save FILE``."""
    return Path(str(files("redheart_core.explain.surd.populations"))) / "data" / f"{SHIPPED}.npz"


def save_population(path: Path, population: Population) -> None:
    """Write a population, put in place by one rename.

    Raises:
        DataError: It cannot be written.
    """
    arrays: dict[str, NDArray[Any]] = {
        f"column.{place}": column.values for place, column in enumerate(population.columns.values())
    }
    if population.units is not None:
        arrays[_UNITS] = population.units
    arrays[_ABOUT] = np.array(json.dumps(_about(population), ensure_ascii=False))
    part = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, **arrays)
        part.replace(path)
    except OSError as problem:
        raise DataError(f"{path} cannot be written ({problem.strerror}). Choose another place.") from problem


def load_population(path: Path) -> Population:
    """Read a population.

    Raises:
        DataError: There is no such file, or it is not a stored population.
    """
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as stored:
            return _population(json.loads(str(stored[_ABOUT][()])), stored)
    except FileNotFoundError as problem:
        raise DataError(f"There is no stored population {path}. Make one with redheart surd --save.") from problem
    except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile, InputError) as problem:
        raise DataError(f"{path} is not a stored population ({problem}). Make it again with --save.") from problem


def _about(population: Population) -> dict[str, Any]:
    return {
        "version": VERSION,
        "name": population.name,
        "description": asdict(population.description),
        "columns": [
            {
                "name": column.name,
                "display": asdict(column.display),
                "group": column.group.value,
                "is_categorical": column.is_categorical,
            }
            for column in population.columns.values()
        ],
        "unit_name": asdict(population.unit_name),
        "definitions": [asdict(rule) for rule in population.definitions],
        "provenance": asdict(population.provenance),
        "suggestions": [asdict(suggestion) for suggestion in population.suggestions],
        "is_ordered": population.is_ordered,
        "notes": [asdict(note) for note in population.notes],
    }


def _population(about: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Population:
    if about["version"] != VERSION:
        raise ValueError(f"version {about['version']}, not {VERSION}")
    columns = [
        Column(
            name=str(entry["name"]),
            values=arrays[f"column.{place}"],
            display=Wording(**entry["display"]),
            group=ColumnGroup(entry["group"]),
            is_categorical=bool(entry["is_categorical"]),
        )
        for place, entry in enumerate(about["columns"])
    ]
    return Population(
        name=str(about["name"]),
        description=Wording(**about["description"]),
        columns={column.name: column for column in columns},
        units=arrays.get(_UNITS),
        unit_name=Wording(**about["unit_name"]),
        definitions=tuple(_definition(entry) for entry in about["definitions"]),
        provenance=Provenance(**about["provenance"]),
        suggestions=tuple(_suggestion(entry) for entry in about["suggestions"]),
        is_ordered=bool(about["is_ordered"]),
        notes=tuple(Wording(**note) for note in about["notes"]),
    )


def _definition(entry: Mapping[str, Any]) -> Definition:
    return Definition(
        column=str(entry["column"]),
        of=tuple(entry["of"]),
        sentence=Wording(**entry["sentence"]),
        is_complete=bool(entry["is_complete"]),
    )


def _suggestion(entry: Mapping[str, Any]) -> Suggestion:
    return Suggestion(target=str(entry["target"]), sources=tuple(entry["sources"]), why=Wording(**entry["why"]))
