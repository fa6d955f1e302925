"""What one visitor asked of the attribution page: the words, and beside them checks, other methods, layers.

A task is a name such as ``"costly"``. One that was stopped does not begin again by itself.
"""

from __future__ import annotations

from typing import cast

from redheart_core.explain.attribution.request import AttributionRequest
from workbench.ui import session
from workbench.ui.session import Key

WORDS, TRUST, COSTLY, METHODS, LAYERS = "words", "trust", "costly", "methods", "layers"
CONCEPTS, GROUPS, CASES = "concepts", "groups", "cases"
CONTRAST, CONTRAST_TRUST = "contrast", "contrast_trust"


def submit(request: AttributionRequest) -> None:
    """Remember what to attribute. What was asked for beside another one is forgotten."""
    if session.get(Key.ATTRIBUTION_REQUEST) != request:
        session.put(Key.ATTRIBUTION_ASKED, frozenset())
    session.put(Key.ATTRIBUTION_STOPPED, frozenset())
    session.put(Key.ATTRIBUTION_REQUEST, request)


def submitted() -> AttributionRequest | None:
    """Return the last attribution asked for."""
    return cast(AttributionRequest | None, session.get(Key.ATTRIBUTION_REQUEST))


def remember_shown(request: AttributionRequest) -> None:
    """Remember what a stop goes back to."""
    session.put(Key.ATTRIBUTION_SHOWN, request)


def stop_words() -> None:
    """Go back to the attribution that was shown last, if any."""
    session.put(Key.ATTRIBUTION_REQUEST, session.get(Key.ATTRIBUTION_SHOWN))
    stop(WORDS)


def ask(task: str) -> None:
    """Remember that a task was asked for."""
    session.put(Key.ATTRIBUTION_ASKED, _tasks(Key.ATTRIBUTION_ASKED) | {task})
    session.put(Key.ATTRIBUTION_STOPPED, _tasks(Key.ATTRIBUTION_STOPPED) - {task})


def stop(task: str) -> None:
    """Remember that a task was stopped."""
    session.put(Key.ATTRIBUTION_ASKED, _tasks(Key.ATTRIBUTION_ASKED) - {task})
    session.put(Key.ATTRIBUTION_STOPPED, _tasks(Key.ATTRIBUTION_STOPPED) | {task})


def withdraw(*names: str) -> None:
    """Forget that tasks were asked for or stopped, because what they were asked about has changed."""
    for key in (Key.ATTRIBUTION_ASKED, Key.ATTRIBUTION_STOPPED):
        session.put(key, _tasks(key) - set(names))


def is_asked(task: str) -> bool:
    """Return whether a task was asked for."""
    return task in _tasks(Key.ATTRIBUTION_ASKED)


def is_stopped(task: str) -> bool:
    """Return whether a task was stopped."""
    return task in _tasks(Key.ATTRIBUTION_STOPPED)


def _tasks(key: Key) -> frozenset[str]:
    return cast(frozenset[str], session.get(key, frozenset()))
