"""Home."""

import pytest
from streamlit.runtime.pages_manager import PagesManager

import redheart_core
from redheart_core.errors import CheckpointError
from tests.pages.conftest import PLAIN_INIT, OpenPage
from tests.pages.reading import page_text, press
from workbench.copy import LANGUAGES, UiLanguage, say


@pytest.mark.parametrize("language", LANGUAGES)
def test_home_says_what_it_is_and_is_not_and_whose_judgements_it_learned(
    open_page: OpenPage, language: UiLanguage
) -> None:
    app = open_page(language=language)
    assert not app.exception
    text = page_text(app)
    for key in ("home.question", "home.is.first", "home.is_not.first", "home.whose.text"):
        assert say(key, language) in text


def test_presets_of_the_interface_language_come_first(open_page: OpenPage) -> None:
    for language in LANGUAGES:
        keys = [
            button.key for button in open_page(language=language).button if str(button.key).startswith("home.preset")
        ]
        assert str(keys[0]).startswith(f"home.preset.{language}-")


def test_one_click_opens_a_preset_on_the_dilemma_page(open_page: OpenPage) -> None:
    app = open_page(language="en")
    press(app, "home.preset.en-friends-secret")
    assert not app.exception
    assert "closest friend" in app.text_area(key="dilemma.situation").value.lower()


def test_home_opens_and_says_what_to_do_when_the_weights_are_missing(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: object, **__: object) -> None:
        raise CheckpointError("model.safetensors is missing.")

    monkeypatch.setattr(redheart_core, "load_model", missing)
    app = open_page(language="ko")
    assert not app.exception
    assert "모델" in app.error[0].value
    assert "home.preset.ko-friends-secret" in [button.key for button in app.button]


def test_the_language_follows_the_address_and_stays_in_it(open_page: OpenPage) -> None:
    app = open_page(language="en")
    assert app.query_params["lang"] in ("en", ["en"])
    app.button_group(key="frame.language").set_value("ko").run()
    assert app.query_params["lang"] in ("ko", ["ko"])
    assert say("home.question", "ko") in page_text(app)


@pytest.mark.parametrize("page", ["dilemma", "emotion", "trace", "model"])
def test_a_page_that_streamlit_runs_on_its_own_gets_its_frame(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    monkeypatch.setattr(PagesManager, "__init__", PLAIN_INIT)
    app = open_page(page, "en")
    assert not app.exception
    assert say(f"{page}.question", "en") in page_text(app)
    assert "frame.language" in [group.key for group in app.button_group]
