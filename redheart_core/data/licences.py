"""Which licences let the project ship weights that were trained on the data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from redheart_core.errors import DataError

SHIPPABLE = frozenset({"MIT", "Apache-2.0", "CC0-1.0", "CC-BY-4.0", "CC-BY-SA-4.0"})
"""CC-BY asks for attribution, CC-BY-SA too and that derived *data* keeps its licence; weights name both."""
RESEARCH_ONLY = "research only"


class Licensed(Protocol):
    """Something with a name and a licence."""

    @property
    def name(self) -> str:
        """What a message calls it."""

    @property
    def licence(self) -> str:
        """SPDX name, or words that are no SPDX name and then allow nothing."""


def is_shippable(licence: str) -> bool:
    """Return whether weights trained on data of this licence may be shipped; an unknown licence does not let them."""
    return licence in SHIPPABLE


def require_shippable(sources: Iterable[Licensed]) -> None:
    """Refuse data whose licence does not let trained weights be shipped.

    Raises:
        DataError: Names every such data set with its licence.
    """
    refused = [f"{source.name} ({source.licence})" for source in sources if not is_shippable(source.licence)]
    if refused:
        raise DataError(
            f"{', '.join(refused)}: the licence does not let weights trained on it be shipped. "
            "Leave it out, or train for research only."
        )
