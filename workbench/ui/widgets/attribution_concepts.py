"""Beyond one text: with which concepts the output moves over a set of texts, and in which groups of them."""

from __future__ import annotations

import streamlit as st

from redheart_core.explain.attribution.result import Attribution
from redheart_core.explain.attribution.targets import OPTION_SCORE
from workbench.charts.concept_scores import concepts_chart
from workbench.copy import UiLanguage, say
from workbench.ui import prose, session, tasks
from workbench.ui.boundary import boundary
from workbench.ui.concept_measures import concept_scores, shipped_readings
from workbench.ui.figure import colours, show_figure
from workbench.ui.progress import stoppable
from workbench.ui.session import Key
from workbench.ui.widgets.attribution_groups import draw_groups
from workbench.ui.widgets.text_set import chosen_count, chosen_texts, draw_text_set, refused_for_help
from workbench.views.concept_scores import concepts_view, short_table
from workbench.views.progress import cost_text


def draw_many_texts(attribution: Attribution, target: str, language: UiLanguage) -> None:
    """Draw what can be asked about the output beyond the one text.

    Raises:
        RedHeartError: The checkpoint cannot be used.
    """
    if attribution.key.target == OPTION_SCORE:
        prose.paragraph(say("concepts.option_score", language), kind="notice")
        return
    prose.paragraph(say("concepts.intro", language, target=target))
    draw_text_set(language)
    with boundary(language):
        _draw_concepts(attribution, target, language)
    with boundary(language):
        draw_groups(attribution, target, language)


def _draw_concepts(attribution: Attribution, target: str, language: UiLanguage) -> None:
    prose.heading(say("concepts.measure.heading", language))
    prose.paragraph(say("concepts.measure.text", language))
    if not tasks.is_asked(tasks.CONCEPTS):
        _offer_concepts(language)
        return
    texts = chosen_texts()
    if refused_for_help(texts, language):
        return
    with stoppable(
        say("concepts.measure.task", language), language, key="concepts.stop", on_stop=tasks.stop,
        args=(tasks.CONCEPTS,),
    ) as report:  # fmt: skip
        found = concept_scores(attribution.key, texts, language, report)
    view = concepts_view(found, target, attribution.key.unit, language)
    prose.paragraph(view.sentence, kind="lead")
    show_figure(view.text, concepts_chart(view, colours()), key="concepts.scores", language=language, table=view.table)
    prose.small_table(short_table(view, found, language), caption=view.text.title, number_columns=3, captioned=False)
    if view.refusals:
        prose.bullets(view.refusals)
    prose.bullets(
        (say(f"concepts.cannot.{place}", language) for place in ("use", "chance", "texts", "ngrams")),
        title=say("concepts.cannot.heading", language),
    )


def _offer_concepts(language: UiLanguage) -> None:
    if tasks.is_stopped(tasks.CONCEPTS):
        prose.paragraph(say("attribution.progress.cancelled", language), kind="notice")
    st.button(
        say("concepts.measure.run", language), key="concepts.run", on_click=tasks.ask, args=(tasks.CONCEPTS,)
    )  # fmt: skip
    shipped = shipped_readings()
    pace = session.get(Key.ATTRIBUTION_PACE)
    cost = cost_text(shipped + (chosen_count() or 0), pace, language)
    prose.paragraph(f"{cost} {say('concepts.measure.cost', language, shipped=str(shipped))}", kind="quiet")
