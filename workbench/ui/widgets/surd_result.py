"""The result of a decomposition: sentences, the picture with what stands beside it, whether to believe it, and more."""

from __future__ import annotations

import streamlit as st

from redheart_core.measurements import load_measurement
from workbench.charts.surd_bars import surd_bars_chart
from workbench.charts.surd_whole import surd_whole_chart
from workbench.copy import UiLanguage, say
from workbench.ui import prose, session, surd_tasks
from workbench.ui.figure import colours, show_figure
from workbench.ui.progress import stoppable
from workbench.ui.session import Key
from workbench.ui.surd_answers import answer_of
from workbench.ui.trust_box import draw_trust_box
from workbench.ui.widgets.dilemma_result import layer_switch
from workbench.ui.widgets.empty_result import draw_empty_result
from workbench.ui.widgets.surd_checks import draw_checks
from workbench.ui.widgets.surd_numbers import draw_numbers
from workbench.ui.widgets.surd_population import made
from workbench.views.attribution_trust import TrustPanel
from workbench.views.surd_bars import surd_bars_view
from workbench.views.surd_beside import beside_facts, definition_sentences, population_notes, tie_sentences
from workbench.views.surd_case import SurdCase
from workbench.views.surd_lead import surd_lead
from workbench.views.surd_power import MEASUREMENT, power_sentences
from workbench.views.surd_request import SurdRequest
from workbench.views.surd_trust import surd_trust
from workbench.views.surd_whole import surd_whole_view

LAYERS = ("checks", "numbers")
PROGRESS = "surd.progress"
"""Where the words for counted random populations are."""


def draw_surd_result(request: SurdRequest | None, language: UiLanguage) -> None:
    """Draw what components tell about a target, or what to do when nothing was asked yet.

    Raises:
        RedHeartError: The population or the question cannot be used.
    """
    if surd_tasks.is_stopped():
        prose.paragraph(say("surd.progress.stopped", language), kind="notice")
    if request is None:
        draw_empty_result("surd", language)
        return
    case = _worked_out(request, language)
    panel = surd_trust(case)
    _draw_lead(case, panel)
    _draw_picture(case)
    _draw_beside(case)
    draw_trust_box(panel, language)
    if layer_switch(Key.SURD_LAYER, "surd", LAYERS, language) == "checks":
        draw_checks(case, panel)
    else:
        draw_numbers(case, request)


def _worked_out(request: SurdRequest, language: UiLanguage) -> SurdCase:
    population = made(request.population, language, key="surd.stop_making_again")
    task = say("surd.progress.task", language)
    with stoppable(task, language, key="surd.stop", on_stop=surd_tasks.stop, words=PROGRESS) as report:
        answer = answer_of(request, population, report)
    surd_tasks.remember_shown(request)
    return SurdCase(
        answer=answer,
        population=population,
        language=language,
        is_revealed=bool(session.get(Key.SURD_REVEALED)),
    )


def _draw_lead(case: SurdCase, panel: TrustPanel) -> None:
    lead = surd_lead(case)
    prose.paragraph(lead.sentence, kind="lead")
    for part in lead.parts:
        prose.paragraph(part)
    prose.paragraph(f"{panel.mark} {panel.sentence}", kind=f"verdict rh-verdict-{panel.kind}")
    prose.paragraph(lead.scope, kind="quiet")


def _draw_picture(case: SurdCase) -> None:
    language = case.language
    if not case.shows_split:
        prose.paragraph(say("surd.hidden.split", language), kind="notice")
        return
    if not case.shows_synergy:
        prose.paragraph(say("surd.hidden.synergy", language), kind="notice")
        st.button(
            say("surd.hidden.reveal", language), key="surd.reveal", type="tertiary", on_click=session.put,
            args=(Key.SURD_REVEALED, True),
        )  # fmt: skip
    elif session.get(Key.SURD_REVEALED):
        prose.paragraph(say("surd.hidden.revealed", language), kind="notice")
    whole = surd_whole_view(case)
    if whole is not None:
        show_figure(
            whole.text, surd_whole_chart(whole, colours()), key="surd.whole", language=language, table=whole.table
        )
    _draw_parts(case)


def _draw_parts(case: SurdCase) -> None:
    if case.uses_letters:
        prose.lettered(case.lettered)
    place = st.container()
    is_share = st.toggle(
        say("surd.bars.as_share", case.language), key="surd.share", help=say("surd.bars.as_share_help", case.language),
        persist_state="session",
    )  # fmt: skip
    view = surd_bars_view(case, is_share=is_share)
    with place:
        show_figure(
            view.text, surd_bars_chart(view, colours()), key="surd.parts", language=case.language, table=view.table
        )
        for note in filter(None, (view.left_out, view.flag_note)):
            prose.paragraph(note, kind="quiet")


def _draw_beside(case: SurdCase) -> None:
    language = case.language
    ties = tie_sentences(case)
    if ties:
        prose.bullets(ties, title=say("surd.beside.ties", language))
    power = power_sentences(case, load_measurement(MEASUREMENT))
    if power:
        prose.bullets(power, title=say("surd.beside.power", language))
    prose.heading(say("surd.beside.heading", language), level=3)
    prose.facts(beside_facts(case))
    for title, sentences in (("defined", definition_sentences(case)), ("notes", population_notes(case))):
        if sentences:
            prose.bullets(sentences, title=say(f"surd.beside.{title}", language))
