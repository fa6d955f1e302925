"""Packages that only exporters need."""

from __future__ import annotations

import importlib
from typing import Any

from redheart_core.errors import ConfigError


def load_extra(module: str, *, extra: str) -> Any:
    """Import a module of an extra.

    Raises:
        ConfigError: It is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ConfigError(
            f"Exporting to {extra} needs packages that are not installed ({error}). "
            f'Install them with: pip install "redheart-workbench[{extra}]"'
        ) from error
