"""Roles come from a file, and a file that cannot be read gives nobody more than they should have."""

from __future__ import annotations

from pathlib import Path

import pytest

from redheart_core.errors import ConfigError
from workbench.ui.roles import Role, Roles, may_see, read_roles


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "roles.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_an_address_has_its_role_without_regard_to_case(tmp_path: Path) -> None:
    roles = read_roles(written(tmp_path, 'default = "viewer"\n[roles]\n"Kim@Example.org" = "operator"\n'))
    assert roles.role_of(" kim@example.ORG ") is Role.OPERATOR
    assert roles.role_of("other@example.org") is Role.VIEWER
    assert roles.role_of(None) is Role.VIEWER


def test_without_a_file_everybody_is_a_viewer(tmp_path: Path) -> None:
    assert read_roles(tmp_path / "none.toml") == Roles()


@pytest.mark.parametrize(
    "text", ["default =", 'default = "king"', '[roles]\n"a@b.c" = "root"', 'roles = "all"', "others = 1"]
)
def test_a_file_that_holds_anything_else_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match=r"roles\.toml"):
        read_roles(written(tmp_path, text))


def test_only_operators_see_the_trainings() -> None:
    assert not may_see(Role.VIEWER, "training")
    assert may_see(Role.VIEWER, "dilemma")
    assert may_see(Role.OPERATOR, "training")
