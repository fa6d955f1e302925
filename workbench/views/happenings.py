"""What happened in a run, in the reader's words: records keep names and numbers, the texts are ``happened.toml``."""

from __future__ import annotations

import math
import re
from dataclasses import asdict

from redheart_core.runs.launched import Exit
from redheart_core.runs.reader import LOST_REASON, RecordedEvent, Status
from redheart_core.runs.stopping import KILLED_REASON
from redheart_core.training.happenings import Crossed, Failed, GroupRate, Happening, LayerRatesSet
from workbench.copy import UiLanguage, catalogue, say
from workbench.views import numbers
from workbench.views.labels import listing
from workbench.views.visible import visible_text

_COMPARED = frozenset({"loss", "single_loss", "score", "before", "after"})
"""Numbers that are held against each other: two digits would make many of them equal."""
_ENCODER_LAYER = re.compile(r"encoder layer (?P<number>\d+)(?P<lowest> and conditioning)?")


def happening_text(event: RecordedEvent, language: UiLanguage) -> str:
    """Return what happened. Of an event that has only a line of English, as older records do, return that line."""
    return visible_text(event.detail if event.what is None else _text(event.what, language))


def reason_text(status: Status, language: UiLanguage) -> str:
    """Return why a run ended, without a full stop; empty where nothing went wrong."""
    reason, ending = status.reason, status.exit
    if ending is not None and reason == ending.reason:
        return _exit_text(ending, language)
    known = {KILLED_REASON: "happened.killed", LOST_REASON: "actions.lost"}
    if reason in known:
        return say(known[reason], language)
    error, colon, message = reason.partition(": ")
    is_an_error = bool(colon) and error.isidentifier()
    return visible_text(_error_text(error, message, language) if is_an_error else reason).rstrip(".")


def _exit_text(ending: Exit, language: UiLanguage) -> str:
    if ending.code is None:
        return say("happened.taken_back", language)
    if ending.signal_name is not None:
        return say("actions.ended_signal", language, signal=ending.signal_name)
    return say("actions.ended_code", language, code=str(ending.code))


def _error_text(error: str, message: str, language: UiLanguage) -> str:
    """Return what an error means, by the name of its class. Its own message is in English: Korean goes without it."""
    key = f"happened.error.{error}"
    what = say(key if key in catalogue() else "happened.error.other", language, error=error)
    return what if language == "ko" else f"{what} {message}"


def _text(what: Happening, language: UiLanguage) -> str:
    if isinstance(what, Failed):
        text = _error_text(what.error, what.message, language)
        return f"{text} {say('happened.see_log', language)}" if language == "ko" else text
    if isinstance(what, LayerRatesSet):
        groups = "\n".join(_group_text(group, language) for group in what.groups)
        return say("happened.layer_rates", language, groups=groups)
    values = {name: _shown(name, value) for name, value in asdict(what).items() if isinstance(value, str | int | float)}
    text = say(f"happened.{what.name}", language, **values)
    return f"{text} {_moved_text(what, language)}" if isinstance(what, Crossed) else text


def _shown(name: str, value: str | float) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return numbers.count(value)
    if not math.isfinite(value):
        return "–"
    if name.endswith("_share"):
        return numbers.percent(value)
    return numbers.long(value) if name in _COMPARED else numbers.short(value)


def _group_text(group: GroupRate, language: UiLanguage) -> str:
    """Return how fast a group learns. Its name is that of a layer and, behind commas, which of its weights."""
    layer, *parts = group.name.split(", ")
    named = [_layer_text(layer, language), *(say(f"happened.weights.{part}", language) for part in parts)]
    return say(
        "happened.group", language, group=", ".join(named), factor=numbers.short(group.factor),
        decay=numbers.short(group.weight_decay), elements=numbers.count(group.num_elements),
    )  # fmt: skip


def _layer_text(layer: str, language: UiLanguage) -> str:
    """Return the name of a layer; one without words keeps its identifier."""
    encoder = _ENCODER_LAYER.fullmatch(layer)
    if encoder is not None:
        key = "happened.layer.encoder_lowest" if encoder["lowest"] else "happened.layer.encoder"
        return say(key, language, number=encoder["number"])
    key = f"happened.layer.{layer.replace(' ', '_')}"
    return say(key, language) if key in catalogue() else layer


def _moved_text(what: Crossed, language: UiLanguage) -> str:
    if not what.moved:
        return say("happened.none_moved", language)
    moved = [say("happened.moved", language, module=each.module, candidate=each.candidate) for each in what.moved]
    return f"{listing(moved, language)}."
