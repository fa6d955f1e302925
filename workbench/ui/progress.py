"""Long work on a page: how far it is, how long it will still take, and a button that stops it.

The work runs in the visitor's own script. Each report draws, and drawing is where Streamlit ends a script whose visitor
pressed something: the stop button therefore ends the work at its next report, and every lease and hook is given back on
the way out.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import streamlit as st

from workbench.copy import UiLanguage, say
from workbench.views.progress import EVALUATIONS, progress_text

Report = Callable[[int, int], None]
_EVERY_S = 0.1


@contextmanager
def stoppable(
    task: str,
    language: UiLanguage,
    *,
    key: str,
    on_stop: Callable[..., None],
    args: tuple[Any, ...] = (),
    words: str = EVALUATIONS,
) -> Iterator[Report]:
    """Draw the progress of a block of work, and take it away when the work is done.

    Args:
        task: What is going on, in words.
        language: Of the reader.
        key: Of the stop button.
        on_stop: Called when the visitor stops it, before the page is drawn again.
        args: Of ``on_stop``.
        words: Where the texts for what is counted are.
    """
    place = st.empty()
    with place.container():
        bar = st.progress(0.0, text=f"{task} {say(f'{words}.waiting', language)}")
        st.button(say("attribution.progress.cancel", language), key=key, on_click=on_stop, args=args)
    begun = drawn = time.monotonic()

    def report(done: int, total: int) -> None:
        nonlocal begun, drawn
        now = time.monotonic()
        if done == 0:
            begun = now  # waiting for the model is no part of the pace
        elif done < total and now - drawn < _EVERY_S:
            return
        drawn = now
        text = f"{task} {progress_text(done, total, now - begun, language, words=words)}"
        bar.progress(min(1.0, done / total) if total else 0.0, text=text)

    yield report
    place.empty()


def parts_of(report: Report, sizes: Sequence[int]) -> list[Report]:
    """Return a report for each part of a work, in turn; all of them count towards one total.

    Args:
        report: Told of the whole.
        sizes: Evaluations of each part.
    """
    total = sum(sizes)

    def part(before: int, size: int) -> Report:
        return lambda done, of: report(before + (size * done // of if of else size), total)

    return [part(sum(sizes[:place]), size) for place, size in enumerate(sizes)]
