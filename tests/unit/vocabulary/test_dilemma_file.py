"""Dilemmas from files: what is read, what is refused and with which words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from redheart_core.errors import InputError
from redheart_core.vocabulary.dilemma import Dilemma, Option, Party
from redheart_core.vocabulary.dilemma_file import parse_dilemma

GOOD: dict[str, Any] = {"situation": "상황이에요.", "options": ["하나", {"name": "둘"}]}


def test_options_may_be_texts_or_objects_and_parties_may_be_missing() -> None:
    expected = Dilemma(situation="상황이에요.", options=(Option(name="하나"), Option(name="둘")))
    assert parse_dilemma(json.dumps(GOOD)) == expected


def test_parties_are_read_with_their_defaults() -> None:
    content = GOOD | {"parties": [{"name": "이웃"}, {"name": "아이", "count": 3, "vulnerability": 1}]}
    assert parse_dilemma(json.dumps(content)).parties == (
        Party(name="이웃"),
        Party(name="아이", count=3, vulnerability=1.0),
    )


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("", "Invalid JSON"),
        ("{", "Invalid JSON"),
        ("[]", "file"),
        (json.dumps({"situation": 3, "options": ["a", "b"]}), "situation"),
        (json.dumps({"situation": "a"}), "options"),
        (json.dumps(GOOD | {"extra": 1}), "extra"),
        (json.dumps(GOOD | {"parties": [{"name": "a", "count": "5"}]}), "parties.0.count"),
        (json.dumps(GOOD | {"parties": [{"name": "a", "count": 1.5}]}), "parties.0.count"),
    ],
)
def test_a_malformed_file_is_refused_and_the_place_is_named(content: str, named: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_dilemma(content)
    assert caught.value.code == "malformed_file"
    assert named in caught.value.message("en")
    assert "딜레마 JSON" in caught.value.message("ko")


def test_bytes_that_are_not_utf8_are_malformed() -> None:
    with pytest.raises(InputError, match="not a dilemma in JSON"):
        parse_dilemma(b"\xff\xfe{}")


def test_a_well_formed_file_with_an_impossible_dilemma_keeps_its_own_message() -> None:
    with pytest.raises(InputError, match="at least 2"):
        parse_dilemma(json.dumps(GOOD | {"options": ["하나"]}))
