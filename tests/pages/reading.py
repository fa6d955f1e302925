"""What a visitor of an app under test would read and press."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from typing import Any

import streamlit as st
from streamlit.testing.v1 import AppTest

_TAG = re.compile(r"<[^>]+>")


class StoppedWork:
    """Stands for long work during which a visitor presses stop."""

    def __init__(self) -> None:
        self.begun: list[bool] = []

    def __call__(self, *_: Any, report: Callable[[int, int], None], **__: Any) -> None:
        """Begin, report once, and end as a press ends the visitor's script."""
        self.begun.append(True)
        report(1, 1_000)
        st.stop()


def page_text(app: AppTest) -> str:
    """Return all prose on the page: our HTML without its tags, messages, and the figures' alternative texts."""
    bodies = [html.unescape(_TAG.sub(" ", body)) for body in raw_html(app) if not body.lstrip().startswith("<style")]
    messages = [element.value for kind in (app.error, app.warning, app.success, app.markdown) for element in kind]
    figures = [element.proto.alt for element in app.get("plotly_chart")]
    figures += [figure["alt"] for figure in lasting_figures(app)]
    return "\n".join([*bodies, *(str(message) for message in messages), *figures])


def lasting_figures(app: AppTest) -> list[dict[str, Any]]:
    """Return what the browser is given to draw figures that are changed in place; ``figure`` is Plotly's JSON."""
    given = (json.loads(element.proto.json) for element in app.get("bidi_component"))
    return [one for one in given if "figure" in one]


def raw_html(app: AppTest) -> list[str]:
    """Return what the page draws as HTML."""
    return [str(element.proto.body) for element in app.get("html")]


def press(app: AppTest, key: str) -> AppTest:
    """Press the button with this key."""
    return app.button(key=key).click().run()
