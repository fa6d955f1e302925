"""Training: what was trained, what is being trained, how it goes, and what came of it."""

import streamlit as st

from workbench.copy import say
from workbench.ui import prose
from workbench.ui.boundary import boundary
from workbench.ui.frame import enter_page
from workbench.ui.widgets.training_actions import draw_actions, draw_notice
from workbench.ui.widgets.training_audit import draw_audit
from workbench.ui.widgets.training_compare import draw_compare
from workbench.ui.widgets.training_launch import draw_launch, draw_new
from workbench.ui.widgets.training_list import begin_choice, draw_layer_switch, draw_run_list, write_choice
from workbench.ui.widgets.training_notes import draw_notes
from workbench.ui.widgets.training_run import draw_layers, draw_standing
from workbench.ui.widgets.training_studies import draw_studies

language = enter_page("training")
prose.question(say("training.question", language), language)
runs, chosen = st.columns([1, 2], gap="large")
run = None

with chosen, boundary(language):
    run = begin_choice(language)
    draw_notice()

with runs, boundary(language):
    draw_new(language)
    draw_run_list(language)
    write_choice()

with chosen, boundary(language):
    layer = draw_layer_switch(language)
    if layer == "compare":
        draw_compare(language)
    elif layer == "studies":
        draw_studies(language)
    elif run is None:
        draw_launch(language)
    else:
        draw_standing(run, language)
        draw_actions(run, language)
        draw_notes(run, language)
        draw_layers(run, language)

with boundary(language):
    draw_audit(language)
