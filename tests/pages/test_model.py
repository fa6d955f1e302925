"""Model."""

import pytest

import redheart_core
from redheart_core.errors import CheckpointError
from tests.fakes import FAKE_SHA256
from tests.pages.conftest import OpenPage
from tests.pages.reading import page_text
from workbench.copy import LANGUAGES, UiLanguage, say


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_names_the_weights_and_where_the_parameters_are(open_page: OpenPage, language: UiLanguage) -> None:
    app = open_page("model", language)
    assert not app.exception
    text = page_text(app)
    assert FAKE_SHA256 in text
    assert "Unified backbone" in text
    assert say("model.card.title", language) in text


def test_the_parameter_table_stays_when_the_weights_are_missing(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: object) -> None:
        raise CheckpointError("gone")

    monkeypatch.setattr(redheart_core, "load_model", missing)
    app = open_page("model", "ko")
    assert not app.exception
    assert app.error
    assert "Unified backbone" in page_text(app)
