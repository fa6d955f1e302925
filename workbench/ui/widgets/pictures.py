"""The second layer of a dilemma's result: all options on one scale, then one option in depth."""

from __future__ import annotations

import streamlit as st

from redheart_core.inference.results import DilemmaEvaluation
from redheart_core.vocabulary.bentham import Lens
from workbench.charts.emotions import emotions_chart
from workbench.charts.layers import layers_chart
from workbench.charts.regret import regret_chart
from workbench.charts.scores import scores_chart
from workbench.charts.variables import variables_chart
from workbench.copy import UiLanguage, say
from workbench.ui import prose
from workbench.ui.figure import colours, show_figure
from workbench.ui.session import Key
from workbench.views.emotions import emotions_view
from workbench.views.layers import layers_view
from workbench.views.people import lenses_table, parties_table, reasons_table
from workbench.views.regret import regret_view
from workbench.views.scores import scores_view
from workbench.views.shown import ShownOption, shown_options
from workbench.views.variables import variables_view

_EMOTIONS_OF_AN_OPTION = 6


def draw_pictures(evaluation: DilemmaEvaluation, language: UiLanguage) -> None:
    """Draw the figures of a dilemma."""
    greys = colours()
    scores = scores_view(evaluation, language)
    show_figure(scores.text, scores_chart(scores, greys), key="dilemma.scores", language=language, table=scores.table)
    variables = variables_view(evaluation, language)
    show_figure(
        variables.text, variables_chart(variables, greys), key="dilemma.variables", language=language,
        table=variables.table,
    )  # fmt: skip
    _draw_tables(evaluation, language)
    prose.heading(say("dilemma.pictures.one_option", language))
    _draw_option(_option_switch(shown_options(evaluation), language), language)


def _draw_tables(evaluation: DilemmaEvaluation, language: UiLanguage) -> None:
    num_options = len(evaluation.options)
    prose.heading(say("dilemma.pictures.lenses", language))
    prose.paragraph(" ".join(say(f"terms.lens_gloss.{lens.value}", language) for lens in Lens))
    prose.small_table(
        lenses_table(evaluation, language),
        caption=say("dilemma.pictures.lenses_text", language),
        number_columns=num_options + 1,
    )
    with st.expander(say("dilemma.pictures.reasons", language), type="compact"):
        prose.small_table(
            reasons_table(evaluation, language),
            caption=say("dilemma.pictures.reasons", language),
            number_columns=0,
            captioned=False,
        )
    prose.heading(say("dilemma.pictures.people", language))
    if evaluation.affected_parties:
        prose.small_table(
            parties_table(evaluation, language),
            caption=say("dilemma.pictures.people_text", language),
            number_columns=num_options,
        )
    else:
        prose.paragraph(say("dilemma.pictures.no_people", language))


def _option_switch(options: tuple[ShownOption, ...], language: UiLanguage) -> ShownOption:
    letters = [option.letter for option in options]
    if st.session_state.get(Key.DEPTH_OPTION) not in letters:
        st.session_state[Key.DEPTH_OPTION] = letters[0]
    chosen = st.segmented_control(
        say("dilemma.pictures.one_option", language), letters, key=Key.DEPTH_OPTION, required=True,
        label_visibility="collapsed", persist_state="session",
    )  # fmt: skip
    option = options[letters.index(chosen or letters[0])]
    prose.paragraph(option.name, kind="quote")
    return option


def _draw_option(option: ShownOption, language: UiLanguage) -> None:
    greys = colours()
    layers = layers_view(option, language)
    show_figure(layers.text, layers_chart(layers, greys), key="dilemma.layers", language=language, table=layers.table)
    regret = regret_view(option, language)
    show_figure(regret.text, regret_chart(regret, greys), key="dilemma.regret", language=language, table=regret.table)
    emotions = emotions_view(option.evaluation.emotions, language, shown=_EMOTIONS_OF_AN_OPTION)
    show_figure(
        emotions.text, emotions_chart(emotions, greys), key="dilemma.emotions", language=language,
        table=emotions.table,
    )  # fmt: skip
