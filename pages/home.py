"""Home: what this is and is not, and which dilemma to begin with."""

import streamlit as st

from workbench.copy import say
from workbench.ui import prose
from workbench.ui.boundary import boundary
from workbench.ui.frame import enter_page
from workbench.ui.widgets.home import draw_description, draw_loaded_model, draw_presets

language = enter_page("home")
prose.question(say("home.question", language), language)
prose.paragraph(say("home.lead", language), kind="lead")

start, about = st.columns([3, 2], gap="large")
with start, boundary(language):
    draw_presets(language)
with about:
    draw_description(language)
    with boundary(language):
        draw_loaded_model(language)
