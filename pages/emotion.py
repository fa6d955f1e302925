"""Emotion: what feelings a passage shows, and which words say so."""

import streamlit as st

from workbench.copy import say
from workbench.ui import prose, session
from workbench.ui.boundary import boundary
from workbench.ui.frame import enter_page
from workbench.ui.session import Key
from workbench.ui.widgets.emotion_result import draw_passage_result, read_passage_request
from workbench.ui.widgets.settings import profile_switch

language = enter_page("emotion")
prose.question(say("emotion.question", language), language)
fields, result = st.columns([1, 2], gap="large")

with fields:
    st.text_area(
        say("emotion.input.text", language),
        key=Key.PASSAGE_TEXT,
        height=200,
        placeholder=say("emotion.input.placeholder", language),
        help=say("emotion.input.help", language),
        persist_state="session",
    )
    st.button(
        say("emotion.input.example", language),
        key="emotion.example",
        type="tertiary",
        on_click=session.put,
        args=(Key.PASSAGE_TEXT, say("emotion.input.example_text", language)),
    )
    profile_switch(Key.PASSAGE_PROFILE, language)
    if st.button(say("emotion.input.run", language), key="emotion.run", type="primary", width="stretch"):
        with boundary(language):
            session.submit_passage(read_passage_request())

with result, boundary(language):
    draw_passage_result(session.passage_request(), language)
