"""What happened in a run is worded in both languages, whatever a trainer can tell."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace

import pytest

from redheart_core import errors
from redheart_core.runs.facts import Shown
from redheart_core.runs.launched import Exit, Launch, Phase
from redheart_core.runs.reader import LOST_REASON, RecordedEvent, Status
from redheart_core.runs.stopping import KILLED_REASON
from redheart_core.training.happenings import (
    HAPPENINGS,
    Crossed,
    Failed,
    Happening,
    RDropAdded,
    happening_of,
    values_of,
)
from redheart_core.training.parameter_groups import parameter_groups, rates_of_groups
from redheart_core.training.techniques.layer_rates import LayerRatesConfig
from tests.checkpoints import random_tiny_model
from tests.happenings import english_words, example
from tests.small_training import small_config
from workbench.copy import LANGUAGES, UiLanguage, catalogue
from workbench.views.happenings import happening_text, reason_text

ERRORS = sorted(
    name for name, each in vars(errors).items() if isinstance(each, type) and issubclass(each, errors.RedHeartError)
)


def recorded(what: Happening | None, detail: str = "") -> RecordedEvent:
    line = detail if what is None else what.detail
    kind = RDropAdded.kind if what is None else what.kind
    return RecordedEvent(
        number=1, attempt=1, at_s=0.0, step=1, kind=kind, detail=line, what=what, is_superseded=False
    )  # fmt: skip


@pytest.mark.parametrize("name", HAPPENINGS)
def test_everything_that_can_happen_has_words_of_its_own_in_both_languages(name: str) -> None:
    event = recorded(example(name))
    korean, english = (happening_text(event, language) for language in LANGUAGES)
    assert re.search("[가-힣]", korean)
    assert not english_words(korean)
    assert english_words(english)
    assert not re.search("[가-힣]", english)
    assert "{" not in korean + english


@pytest.mark.parametrize("name", HAPPENINGS)
def test_a_record_gives_back_what_was_kept(name: str) -> None:
    what = example(name)
    assert happening_of(what.name, json.loads(json.dumps(values_of(what)))) == what


def test_every_happening_has_a_name_of_its_own_and_a_kind_with_words() -> None:
    assert all(each.name == name for name, each in HAPPENINGS.items())
    assert all(f"run.event.{each.kind.value}" in catalogue() for each in HAPPENINGS.values())


def test_a_number_that_is_none_comes_back_as_nan_and_what_is_unknown_as_nothing() -> None:
    found = happening_of("r_drop", {"nats": None})
    assert isinstance(found, RDropAdded)
    assert math.isnan(found.nats)
    assert happening_text(recorded(found), "ko")
    assert happening_of("of_a_later_version", {}) is None
    assert happening_of("r_drop", {"bits": 1.0}) is None


def test_modules_and_groups_are_named() -> None:
    crossed = example(Crossed.name)
    assert isinstance(crossed, Crossed)
    assert "heads.bentham_head ← step-300" in happening_text(recorded(crossed), "ko")
    assert "그대로" in happening_text(recorded(replace(crossed, moved=())), "ko")


def test_the_layers_of_a_real_model_have_korean_names() -> None:
    config = small_config(layer_rates=LayerRatesConfig())
    text = happening_text(recorded(rates_of_groups(parameter_groups(random_tiny_model(1), config))), "ko")
    assert not english_words(text)
    assert len(text.splitlines()) > 6


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_older_record_shows_its_line(language: UiLanguage) -> None:
    assert happening_text(recorded(None, "r_drop: added 0.1 nats\u202e"), language) == "r_drop: added 0.1 nats[U+202E]"


@pytest.mark.parametrize("error", [*ERRORS, "KeyboardInterrupt", "ZeroDivisionError"])
def test_an_error_is_told_without_english_in_korean_and_with_its_message_in_english(error: str) -> None:
    failed = Failed(error=error, message="the loss is nan. Lower the rate.")
    korean, english = (happening_text(recorded(failed), language) for language in LANGUAGES)
    assert english_words(korean) == (["ZeroDivisionError"] if error == "ZeroDivisionError" else [])
    assert english.endswith("the loss is nan. Lower the rate.")
    ended = status(failed.detail)
    assert not set(english_words(reason_text(ended, "ko"))) - {"ZeroDivisionError"}
    assert reason_text(ended, "en").endswith("Lower the rate")


@pytest.mark.parametrize(
    ("reason", "code"),
    [(KILLED_REASON, 0), (LOST_REASON, 0), ("", None), ("", 1), ("", -9)],
)
def test_every_other_end_has_korean_words(reason: str, code: int | None) -> None:
    ending = Exit(code=code, at_s=1.0)
    launch = None if reason else Launch(phase=Phase.ENDED, asked_s=0.0, mark=None, exit=ending)
    text = reason_text(status(reason or ending.reason, launch), "ko")
    assert re.search("[가-힣]", text)
    assert not set(english_words(text)) - {"SIGKILL"}


def status(reason: str, launch: Launch | None = None) -> Status:
    return Status(
        shown=Shown.FAILED, reason=reason, attempt=None, liveness=None, step=1, planned_steps=2, seconds_per_step=None,
        revision=0, launch=launch,
    )  # fmt: skip
