"""Attribution: which words moved an output, in which direction, and whether to believe it."""

import streamlit as st

from workbench.copy import say
from workbench.ui import prose, tasks
from workbench.ui.attribution_choices import read_request, write_address
from workbench.ui.boundary import boundary
from workbench.ui.frame import enter_page
from workbench.ui.widgets.attribution_controls import draw_controls
from workbench.ui.widgets.attribution_result import draw_attribution_result

language = enter_page("attribution")
prose.question(say("attribution.question", language), language)
fields, result = st.columns([1, 2], gap="large")

with fields, boundary(language):
    draw_controls(language)
    if st.button(say("attribution.input.run", language), key="attribution.run", type="primary", width="stretch"):
        tasks.submit(read_request())
    write_address()

with result, boundary(language):
    draw_attribution_result(tasks.submitted(), language)
