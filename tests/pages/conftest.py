"""The app on fakes: the real pages and the real calculation with a neural part that needs no weights."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

import redheart_core
from redheart_core.runtime.activations import ActivationProfile
from redheart_core.runtime.plan import MemoryRequest, plan_memory
from redheart_core.training.memory import PlannedStep
from tests.fakes import fake_model
from workbench.ui import training_machine

ENTRY = Path(__file__).parents[2] / "streamlit_app.py"
OpenPage = Callable[..., AppTest]
PLAIN_INIT = PagesManager.__init__


@pytest.fixture(autouse=True)
def _navigation_from_the_first_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """AppTest forgets between runs that the app uses st.navigation, and then runs a page without its frame."""

    def make_for_navigation(self: PagesManager, *args: Any, **kwargs: Any) -> None:
        PLAIN_INIT(self, *args, **kwargs)
        PagesManager.uses_pages_directory = False

    monkeypatch.setattr(PagesManager, "__init__", make_for_navigation)


@pytest.fixture(autouse=True)
def _fake_weights(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(redheart_core, "load_model", lambda *_, **__: fake_model())
    _forget()
    yield
    _forget()


@pytest.fixture(autouse=True)
def _quick_plans(monkeypatch: pytest.MonkeyPatch) -> None:
    """A real plan of made-up sizes: to simulate the step of even the smallest model takes seconds."""
    request = MemoryRequest(
        parameters={"backbone": 1000}, activations=ActivationProfile(fixed_bytes=5e6), batch=2, length=16
    )
    planned = PlannedStep(plan=plan_memory(request), batch=2, length=16)
    monkeypatch.setattr(training_machine, "plan_training", lambda _: planned)
    monkeypatch.setattr(training_machine, "plan_full", lambda _: planned)


def _forget() -> None:
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def open_page() -> OpenPage:
    """Open a page of the app in a language, with a fresh session."""

    def opened(name: str = "home", language: str = "ko") -> AppTest:
        app = AppTest.from_file(str(ENTRY), default_timeout=60)
        app.query_params["lang"] = language
        app.run()
        return app if name == "home" else app.switch_page(f"pages/{name}.py").run()

    return opened
