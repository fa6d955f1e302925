"""Fixtures that several folders share."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import pytest


@pytest.fixture(scope="session")
def trace_schema() -> dict[str, Any]:
    """The published JSON schema of a trace."""
    source = files("redheart_core.reasoning").joinpath("data/trace.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(source)
    return schema
