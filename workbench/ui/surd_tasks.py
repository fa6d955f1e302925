"""What one visitor asked of the page of decompositions, and whether they stopped it."""

from __future__ import annotations

from typing import cast

from workbench.ui import session
from workbench.ui.session import Key
from workbench.views.surd_request import PopulationChoice, RunChoice, SurdRequest


def submit(request: SurdRequest) -> None:
    """Remember what to decompose. What was revealed of another one is hidden again."""
    if submitted() != request:
        session.put(Key.SURD_REVEALED, False)
    session.put(Key.SURD_STOPPED, False)
    session.put(Key.SURD_REQUEST, request)


def submitted() -> SurdRequest | None:
    """Return the last decomposition asked for."""
    return cast(SurdRequest | None, session.get(Key.SURD_REQUEST))


def remember_shown(request: SurdRequest) -> None:
    """Remember what a stop goes back to."""
    session.put(Key.SURD_SHOWN, request)


def stop() -> None:
    """Go back to the decomposition that was shown last, if any."""
    session.put(Key.SURD_REQUEST, session.get(Key.SURD_SHOWN))
    session.put(Key.SURD_STOPPED, True)


def is_new(choice: PopulationChoice) -> bool:
    """Return whether nothing was asked yet of these cases; what was stopped does not begin again by itself."""
    asked = submitted()
    if is_stopped():
        return False
    return asked is None or not (asked.population == choice or _is_same_run(asked.population, choice))


def _is_same_run(asked: PopulationChoice, choice: PopulationChoice) -> bool:
    """Return whether these are steps of one run, which may have gone on since."""
    return isinstance(asked, RunChoice) and isinstance(choice, RunChoice) and asked.run_id == choice.run_id


def unmake() -> None:
    """Take back that cases were asked for."""
    session.put(Key.SURD_MADE, None)
    session.put(Key.SURD_STOPPED, True)


def make(choice: PopulationChoice) -> None:
    """Remember that cases were asked for."""
    session.put(Key.SURD_MADE, choice)
    session.put(Key.SURD_STOPPED, False)


def is_stopped() -> bool:
    """Return whether the last work was stopped."""
    return bool(session.get(Key.SURD_STOPPED))


def forget() -> None:
    """Forget what was asked, because its cases are gone."""
    session.put(Key.SURD_REQUEST, None)
    session.put(Key.SURD_SHOWN, None)
    session.put(Key.SURD_STOPPED, False)
