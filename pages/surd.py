"""SURD: what components tell about a target over a population of cases, alone, in common and only together."""

import streamlit as st

from workbench.copy import say
from workbench.ui import prose, surd_tasks
from workbench.ui.boundary import boundary
from workbench.ui.frame import enter_page
from workbench.ui.widgets.surd_controls import draw_controls
from workbench.ui.widgets.surd_result import draw_surd_result

language = enter_page("surd")
prose.question(say("surd.question", language), language)
fields, result = st.columns([1, 2], gap="large")

with fields, boundary(language):
    draw_controls(language)

with result, boundary(language):
    draw_surd_result(surd_tasks.submitted(), language)
