"""Who may do what: roles by e-mail address, read from a file. Nothing here knows Streamlit.

The file is TOML. Whoever is signed in and not named has the default role; case does not matter in an address:

    default = "viewer"

    [roles]
    "kim@example.org" = "operator"
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from redheart_core.errors import ConfigError


class Role(StrEnum):
    """What a visitor may do."""

    VIEWER = "viewer"
    """Reads every page that changes nothing for others."""
    OPERATOR = "operator"
    """Also starts, stops, resumes and deletes trainings."""


OPERATOR_PAGES = frozenset({"training"})
"""Pages that only operators see."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """Roles by address, in lower case."""

    default: Role = Role.VIEWER
    by_address: Mapping[str, Role] = field(default_factory=dict)

    def role_of(self, address: str | None) -> Role:
        """Return the role of a signed-in visitor."""
        return self.default if address is None else self.by_address.get(address.strip().casefold(), self.default)


def may_see(role: Role, page: str) -> bool:
    """Say whether a role reaches a page."""
    return page not in OPERATOR_PAGES or role is Role.OPERATOR


def read_roles(path: Path) -> Roles:
    """Read roles; without a file everybody has the default.

    Raises:
        ConfigError: The file is no TOML, or holds something else than roles. Nobody then gets more than they should.
    """
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return Roles()
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: the roles cannot be read ({error}). Correct the file.") from error
    unknown = sorted(set(values) - {"default", "roles"})
    named = values.get("roles", {})
    if unknown or not isinstance(named, dict):
        raise ConfigError(f"{path}: unknown entries {', '.join(unknown) or 'in roles'}. Known: default, [roles].")
    return Roles(
        default=_role(path, values.get("default", Role.VIEWER)),
        by_address={address.strip().casefold(): _role(path, role) for address, role in named.items()},
    )


def _role(path: Path, given: object) -> Role:
    if given not in list(Role):
        raise ConfigError(f"{path}: {given!r} is no role. Known: {', '.join(Role)}.")
    return Role(str(given))
