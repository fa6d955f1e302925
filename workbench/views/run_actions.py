"""What can be done with a run in the state it is in, and how its end reads. Pure."""

from __future__ import annotations

import signal
from enum import StrEnum

from redheart_core.runs.facts import Shown
from redheart_core.runs.reader import Status
from workbench.copy import UiLanguage, say
from workbench.views.happenings import reason_text


class Action(StrEnum):
    """What a button does."""

    STOP = "stop"
    RESUME = "resume"
    RETRY = "retry"
    DELETE = "delete"


def actions_for(status: Status) -> tuple[Action, ...]:
    """Return the actions that make sense now, the likeliest first."""
    if status.is_living:
        return (Action.STOP,)
    if status.is_complete:
        return (Action.RETRY, Action.DELETE)
    return (Action.RESUME, Action.RETRY, Action.DELETE)


def action_label(action: Action, status: Status, language: UiLanguage) -> str:
    """Return the word on a button."""
    if action is Action.STOP and status.shown is Shown.QUEUED:
        return say("actions.take_back", language)
    return say(f"actions.{action.value}", language)


def waiting_text(status: Status, ahead: int, language: UiLanguage) -> str | None:
    """Return what a run that has not begun waits for, or None where it has."""
    if status.shown is Shown.STARTING:
        return say("actions.starting", language)
    if status.shown is not Shown.QUEUED:
        return None
    if ahead == 0:
        return say("actions.queued_next", language)
    return say("actions.queued", language, count=str(ahead))


def ending_text(status: Status, language: UiLanguage) -> str | None:
    """Return how a run ended that did not end well, or None for all others."""
    if status.shown not in (Shown.CRASHED, Shown.FAILED):
        return None
    how = reason_text(status, language) or say("actions.lost", language)
    return say(f"actions.{status.shown.value}", language, how=how)


def may_lack_memory(status: Status) -> bool:
    """Say whether a run ended the way the system ends what takes too much memory."""
    return status.shown is Shown.CRASHED and status.exit is not None and status.exit.code == -signal.SIGKILL
