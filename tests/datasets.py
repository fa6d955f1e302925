"""Where tests find the real data sets, and what they do without them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

DATA_DIR = Path(os.environ.get("REDHEART_DATA", "../shared/data"))


def require_data() -> Path:
    """Return the data folder. Skip without it, but fail in continuous integration."""
    if not (DATA_DIR / "README.md").is_file():
        if os.environ.get("CI") == "true":
            pytest.fail(f"{DATA_DIR} is missing; set REDHEART_DATA")
        pytest.skip(f"{DATA_DIR} is missing; set REDHEART_DATA")
    return DATA_DIR
