"""Texts of the interface."""

import ast
from pathlib import Path

import pytest

from redheart_core.errors import ConfigError
from tests.fakes import fake_model, ward_dilemma
from workbench.copy import LANGUAGES, catalogue, say
from workbench.copy.catalogue import parse_copy

ROOT = Path(__file__).parents[3]


def literal_keys() -> set[str]:
    """Return every key that the workbench and the pages ask for by a plain string."""
    found = set()
    for path in [*(ROOT / "workbench").rglob("*.py"), *(ROOT / "pages").glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say" and node.args:
                key = node.args[0]
                if isinstance(key, ast.Constant):
                    found.add(str(key.value))
    return found


def test_every_key_that_is_asked_for_exists() -> None:
    keys = literal_keys()
    assert len(keys) > 100
    assert keys <= catalogue().keys()


def test_no_text_shouts_or_smiles() -> None:
    for text in catalogue().values():
        for content in (text.ko, text.en):
            assert "!" not in content, text.key
            assert not any(0x1F300 <= ord(character) <= 0x1FAFF for character in content), text.key


def test_english_texts_hold_no_hangul_but_names_of_languages() -> None:
    for text in catalogue().values():
        if text.key != "frame.language_name.korean":
            assert not any("가" <= character <= "힣" for character in text.en), text.key


def test_a_text_without_one_language_is_refused() -> None:
    with pytest.raises(ConfigError, match="must have exactly the languages ko and en"):
        parse_copy("page", 'title = { ko = "제목" }')
    with pytest.raises(ConfigError, match="is empty in one language"):
        parse_copy("page", 'title = { ko = "제목", en = " " }')


def test_texts_whose_fields_differ_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"has the fields \['name'\] in Korean but \[\] in English"):
        parse_copy("page", 'title = { ko = "{name}", en = "name" }')


def test_what_is_no_table_is_refused() -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        parse_copy("page", "title = ")
    with pytest.raises(ConfigError, match="is not a table of texts"):
        parse_copy("page", 'title = "제목"')


def test_an_unknown_key_is_an_error_of_ours() -> None:
    with pytest.raises(KeyError, match="Unknown text"):
        say("page.nothing", "ko")


@pytest.mark.parametrize("language", LANGUAGES)
def test_values_are_inserted_as_they_stand(language: str) -> None:
    text = say("home.start.source", "ko" if language == "ko" else "en", source="{brace} & <b>")
    assert text.endswith("{brace} & <b>")


def test_every_operation_of_a_trace_has_words() -> None:
    model = fake_model()
    traces = (
        model.evaluate_ethics(ward_dilemma(), language="ko").trace,
        model.analyze("오늘 정말 힘든 하루였어요...", profile="korean").trace,
    )
    operations = {step.operation for trace in traces for step in trace.steps}
    missing = {name for name in operations if f"operations.{name}.formula" not in catalogue()}
    assert not missing
