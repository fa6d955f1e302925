"""What a crossover chose, as a file beside the state of the training, for whoever shows it later."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from redheart_core.errors import DataError
from redheart_core.training.crossover.cross import CrossoverResult

RESULT_FILE = "crossover.json"


def write_result(path: Path, result: CrossoverResult) -> None:
    """Write a result."""
    path.write_text(json.dumps(asdict(result), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def read_result(path: Path) -> CrossoverResult | None:
    """Read a result, or return None where there is none.

    Raises:
        DataError: The file is damaged.
    """
    try:
        return TypeAdapter(CrossoverResult).validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError as error:
        problem = " ".join(str(error).split())[:160]
        raise DataError(f"{path}: not the result of a crossover: {problem}. Restore the file.") from error
