"""The role of the present visitor, asked anew by every page and inside every action.

Without a login in ``.streamlit/secrets.toml`` (its table ``[auth]``) whoever reaches the app is its operator; that is
only so while it listens on this machine alone. With one, the address that the provider vouches for decides (``roles``).
"""

from __future__ import annotations

import ipaddress
import os
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from redheart_core.errors import InputError
from workbench.ui.roles import Role, may_see, read_roles

ROLES_FILE = Path(__file__).resolve().parents[2] / ".streamlit" / "roles.toml"
ROLES_VARIABLE = "REDHEART_ROLES"


def has_login() -> bool:
    """Say whether a login is configured."""
    try:
        return "auth" in st.secrets
    except StreamlitSecretNotFoundError:
        return False


def must_sign_in() -> bool:
    """Say whether there is a login and this visitor has not used it."""
    return has_login() and not _visitor().is_logged_in


def role() -> Role:
    """Return what this visitor may do.

    Raises:
        ConfigError: The file of roles cannot be used.
    """
    if not has_login():
        return Role.OPERATOR if _is_loopback(st.get_option("server.address")) else Role.VIEWER
    if must_sign_in() or _visitor().get("email_verified") is False:
        return Role.VIEWER
    roles = read_roles(Path(os.environ.get(ROLES_VARIABLE) or ROLES_FILE))
    return roles.role_of(_visitor().get("email"))


def may_open(page: str) -> bool:
    """Say whether this visitor reaches a page."""
    return may_see(role(), page)


def require_operator() -> None:
    """Refuse an action to whoever is no operator, wherever the call comes from.

    Raises:
        InputError: They may not do this.
    """
    if role() is not Role.OPERATOR:
        raise InputError(
            code="not_allowed",
            en="Only operators may do this. Ask whoever runs this server for the role.",
            ko="운영자만 할 수 있는 일이에요. 서버를 맡은 사람에게 역할을 요청해 주세요.",
        )


def signed_in_as() -> str | None:
    """Return the address of a signed-in visitor, or None."""
    if not has_login() or must_sign_in():
        return None
    return str(_visitor().get("email") or _visitor().get("name") or "")


def _visitor() -> Any:
    return st.user


def _is_loopback(address: str | None) -> bool:
    if address == "localhost":
        return True
    try:
        return address is not None and ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
