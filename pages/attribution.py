"""Attribution: which words moved an output, in which direction, and whether to believe it."""

import streamlit as st

from workbench.copy import say
from workbench.ui import contrasts, prose, tasks
from workbench.ui.arrivals import draw_way_back
from workbench.ui.attribution_choices import read_request
from workbench.ui.attribution_question import OPTIONS
from workbench.ui.boundary import boundary
from workbench.ui.contrast_choices import read_contrast
from workbench.ui.frame import enter_page
from workbench.ui.widgets.attribution_controls import draw_controls
from workbench.ui.widgets.attribution_question import draw_question_switch, write_address
from workbench.ui.widgets.attribution_result import draw_attribution_result
from workbench.ui.widgets.contrast_controls import draw_contrast_controls
from workbench.ui.widgets.contrast_result import draw_contrast_result

language = enter_page("attribution")
prose.question(say("attribution.question", language), language)
fields, result = st.columns([1, 2], gap="large")

with fields, boundary(language):
    draw_way_back(language)
    question = draw_question_switch(language)
    if question == OPTIONS:
        draw_contrast_controls(language)
        if st.button(say("contrast.input.run", language), key="contrast.run", type="primary", width="stretch"):
            contrasts.submit(read_contrast())
    else:
        draw_controls(language)
        if st.button(say("attribution.input.run", language), key="attribution.run", type="primary", width="stretch"):
            tasks.submit(read_request())
    write_address(question)

with result, boundary(language):
    if question == OPTIONS:
        draw_contrast_result(contrasts.submitted(), language)
    else:
        draw_attribution_result(tasks.submitted(), language)
