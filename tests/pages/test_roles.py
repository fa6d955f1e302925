"""With a login, who is no operator reaches no training: not by its address, and not by an action."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from redheart_core.errors import InputError
from redheart_core.runs.audit import Deed, Outcome, read_tail
from redheart_core.runs.folder import all_folders
from tests.pages.conftest import OpenPage
from tests.pages.reading import page_text, press
from tests.unit.runs.recorded import new_run
from workbench.copy import say
from workbench.ui import access
from workbench.ui.roles import Role
from workbench.ui.session import Key
from workbench.ui.widgets import training_actions
from workbench.views.run_actions import Action

SECRETS = {"auth": {"redirect_uri": "http://127.0.0.1:8501/oauth2callback", "client_id": "x"}}
SignIn = Callable[..., None]


class Visitor(dict[str, Any]):
    """Stands for ``st.user`` at the edge: what the provider said."""

    @property
    def is_logged_in(self) -> bool:
        return bool(self)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REDHEART_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


@pytest.fixture
def sign_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SignIn:
    """Configure a login and a file of roles, and let a visitor come in."""
    roles = tmp_path / "roles.toml"
    roles.write_text('[roles]\n"kim@example.org" = "operator"\n', encoding="utf-8")
    monkeypatch.setenv(access.ROLES_VARIABLE, str(roles))
    monkeypatch.setattr(st, "secrets", SECRETS)

    def come_in(**claims: Any) -> None:
        monkeypatch.setattr(access, "_visitor", lambda: Visitor(claims))

    return come_in


def links(app: AppTest) -> list[str]:
    return [str(link.proto.page) for link in app.get("page_link")]


def test_an_operator_reaches_the_trainings(open_page: OpenPage, root: Path, sign_in: SignIn) -> None:
    sign_in(email="Kim@Example.org", email_verified=True)
    app = open_page("training", "en")
    assert not app.exception
    assert say("launch.heading", "en") in page_text(app)
    assert say("frame.sign_in.as", "en", address="Kim@Example.org") in page_text(app)
    assert any("training" in link for link in links(app))


@pytest.mark.parametrize(
    "claims",
    [{"email": "other@example.org"}, {"email": "kim@example.org", "email_verified": False}, {"name": "no address"}],
)
def test_a_viewer_does_not(open_page: OpenPage, root: Path, sign_in: SignIn, claims: dict[str, Any]) -> None:
    sign_in(**claims)
    home = open_page("home", "en")
    assert not any("training" in link for link in links(home))
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        open_page("training", "en")


def test_a_page_that_runs_without_its_frame_sends_a_viewer_home(
    open_page: OpenPage, root: Path, sign_in: SignIn
) -> None:
    sign_in(email="other@example.org")
    app = AppTest.from_file(str(Path(access.__file__).parents[2] / "pages" / "training.py"), default_timeout=60)
    app.run()
    assert say("launch.heading", "ko") not in page_text(app)
    assert say("launch.heading", "en") not in page_text(app)


def test_an_operator_who_is_no_longer_one_cannot_act(open_page: OpenPage, root: Path, sign_in: SignIn) -> None:
    sign_in(email="kim@example.org")
    folder = new_run(root)
    app = open_page("training", "en")
    app.session_state[Key.TRAINING_RUN] = folder.run_id
    app.run()
    press(app, "training.delete")
    sign_in(email="other@example.org")
    press(app, "training.delete_for_good")
    assert folder.path.is_dir()
    with pytest.raises(InputError, match="Only operators"):
        access.require_operator()
    training_actions._act(Action.RETRY, folder, "en")
    assert len(all_folders(root)) == 1
    assert [(entry.who, entry.deed, entry.outcome, entry.detail) for entry in read_tail(root).entries] == [
        ("other@example.org", Deed.DELETE, Outcome.REFUSED, "not_allowed"),
        ("other@example.org", Deed.RETRY, Outcome.REFUSED, "not_allowed"),
    ]


def test_whoever_has_not_signed_in_sees_only_the_door(open_page: OpenPage, root: Path, sign_in: SignIn) -> None:
    sign_in()
    app = open_page("home", "ko")
    assert not app.exception
    assert say("frame.sign_in.question", "ko") in page_text(app)
    assert [button.key for button in app.button] == ["frame.sign_in"]


def test_a_damaged_file_of_roles_opens_nothing(
    open_page: OpenPage, root: Path, sign_in: SignIn, tmp_path: Path
) -> None:
    sign_in(email="kim@example.org")
    (tmp_path / "roles.toml").write_text("[roles", encoding="utf-8")
    app = open_page("home", "en")
    assert not app.exception
    assert "roles" in app.error[0].value
    assert not any("training" in link for link in links(app))


@pytest.mark.parametrize(
    ("address", "role"),
    [("127.0.0.1", Role.OPERATOR), ("localhost", Role.OPERATOR), ("0.0.0.0", Role.VIEWER), (None, Role.VIEWER)],
)
def test_without_a_login_trainings_are_for_this_machine_alone(
    monkeypatch: pytest.MonkeyPatch, address: str | None, role: Role
) -> None:
    monkeypatch.setattr(access, "has_login", lambda: False)
    monkeypatch.setattr(st, "get_option", lambda _: address)
    assert access.role() is role


def test_the_app_listens_on_this_machine_alone() -> None:
    assert st.get_option("server.address") == "127.0.0.1"
    assert not access.has_login()
