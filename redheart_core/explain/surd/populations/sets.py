"""The data sets whose texts can be scored as a population, by name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType

from redheart_core.data.inventory import READERS, RESEARCH, Reader
from redheart_core.data.rows import Dataset, Grouped
from redheart_core.data.stories import read_moral_stories
from redheart_core.errors import DataError

DILEMMAS = "moral_stories_full"
"""A thousand whole stories: situation, intention, a moral and an immoral course."""

SETS: Mapping[str, Reader] = MappingProxyType(
    {
        DILEMMAS: partial(read_moral_stories, part="dev"),
        **{name: reader for name, reader in READERS.items() if name not in RESEARCH},
    }
)


def read_set(name: str, data_dir: Path) -> Dataset[Grouped]:
    """Read a data set by name.

    Raises:
        DataError: There is no such set, or its files are missing or malformed.
    """
    if name not in SETS:
        raise DataError(f"There is no data set {name}. There are: {', '.join(SETS)}.")
    return SETS[name](data_dir)
