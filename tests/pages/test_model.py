"""Model."""

from pathlib import Path

import pytest

import redheart_core
from redheart_core.errors import CheckpointError
from redheart_core.inference import engine
from redheart_core.measurements import recorded
from redheart_core.model.ledger import count_parameters
from tests.checkpoints import make_tiny_checkpoint
from tests.fakes import FAKE_SHA256
from tests.pages.conftest import OpenPage
from tests.pages.reading import page_text
from workbench.copy import LANGUAGES, UiLanguage, say
from workbench.ui.literal import markdown_literal
from workbench.ui.session import Key
from workbench.ui.widgets.model_report import LAYERS


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_names_the_weights_and_where_the_parameters_are(open_page: OpenPage, language: UiLanguage) -> None:
    app = open_page("model", language)
    assert not app.exception
    text = page_text(app)
    assert FAKE_SHA256 in text
    assert "Unified backbone" in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("layer", LAYERS)
def test_every_layer_of_the_page_opens(open_page: OpenPage, language: UiLanguage, layer: str) -> None:
    app = open_page("model", language)
    app.session_state[Key.MODEL_LAYER] = layer
    app.run()
    assert not app.exception
    assert not app.error
    heading = {
        "parameters": "model.parameters.title",
        "speed": "machinery.speed.title",
        "memory": "machinery.plan.title",
        "learned": "machinery.study.bridge",
        "card": "model.card.title",
    }[layer]
    assert say(heading, language) in page_text(app)


def test_the_size_of_the_weights_that_speak_is_told(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    model = engine.load_model(make_tiny_checkpoint(tmp_path / "tiny"))
    monkeypatch.setattr(redheart_core, "load_model", lambda *_, **__: model)
    app = open_page("model", "en")
    assert not app.exception
    count = f"{count_parameters(model.reader.checkpoint.model):,}"
    assert say("model.identity.size_value", "en", count=count, preset="tiny") in page_text(app)


def test_another_preset_can_be_held_against_its_budget(open_page: OpenPage) -> None:
    app = open_page("model", "en")
    app.session_state[Key.MODEL_PRESET] = "full"
    app.run()
    assert not app.exception
    assert "730,000,000" in page_text(app)


def test_a_damaged_measurement_is_named_and_the_rest_stays(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(recorded, "_FOLDER", tmp_path)
    (tmp_path / "speed_full.json").write_text("{")
    app = open_page("model", "en")
    app.session_state[Key.MODEL_LAYER] = "speed"
    app.run()
    assert not app.exception
    assert markdown_literal("speed_full.json") in app.error[0].value
    assert FAKE_SHA256 in page_text(app)


def test_what_was_not_measured_comes_with_its_command(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(recorded, "_FOLDER", tmp_path)
    app = open_page("model", "en")
    app.session_state[Key.MODEL_LAYER] = "speed"
    app.run()
    assert say("machinery.missing", "en") in page_text(app)
    assert "redheart bench --preset full" in [code.value for code in app.code]


def test_the_parameter_table_stays_when_the_weights_are_missing(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: object, **__: object) -> None:
        raise CheckpointError("gone")

    monkeypatch.setattr(redheart_core, "load_model", missing)
    app = open_page("model", "ko")
    assert not app.exception
    assert app.error
    assert "Unified backbone" in page_text(app)
