"""Dilemma: from a situation and its options to the trade-off between them, in four layers."""

import streamlit as st

from workbench.copy import say
from workbench.ui import prose, session
from workbench.ui.boundary import boundary
from workbench.ui.frame import enter_page
from workbench.ui.requests import DilemmaRequest
from workbench.ui.resources import presets
from workbench.ui.session import Key
from workbench.ui.widgets.dilemma_editor import draw_editor, draw_summary, preset_picker, read_dilemma
from workbench.ui.widgets.dilemma_result import draw_result
from workbench.ui.widgets.settings import (
    chosen_credences,
    chosen_profile,
    chosen_view_weights,
    draw_settings,
)

language = enter_page("dilemma")
prose.question(say("dilemma.question", language), language)
fields, result = st.columns([1, 2], gap="large")

request = session.dilemma_request()
with fields:
    if request is not None and not session.get(Key.EDITING, default=False):
        draw_summary(request.dilemma, language)
    else:
        with boundary(language):
            preset_picker(presets(), language)
        draw_editor(language)
        draw_settings(language)
        if st.button(say("dilemma.input.run", language), key="dilemma.run", type="primary", width="stretch"):
            with boundary(language):
                request = DilemmaRequest(
                    dilemma=read_dilemma(),
                    profile=chosen_profile(),
                    view_weights=chosen_view_weights(),
                    credences=chosen_credences(),
                )
                session.submit_dilemma(request)
                st.rerun()

with result, boundary(language):
    draw_result(session.dilemma_request(), language)
