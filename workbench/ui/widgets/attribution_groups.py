"""Over a set of texts: in which groups of them the same kind of words moved the output the same way."""

from __future__ import annotations

import streamlit as st

from redheart_core.errors import InputError
from redheart_core.explain.attribution.result import Attribution
from workbench.charts.saliency_groups import groups_chart
from workbench.copy import UiLanguage, say
from workbench.ui import prose, session, tasks
from workbench.ui.figure import colours, downloads, show_figure
from workbench.ui.progress import stoppable
from workbench.ui.saliency_groups import evaluations_of_groups, grouped_texts
from workbench.ui.session import Key
from workbench.ui.widgets.text_set import chosen_texts, refused_for_help
from workbench.views.method_names import has_direction, method_name
from workbench.views.progress import cost_text
from workbench.views.saliency_groups import GroupsView, groups_view


def draw_groups(attribution: Attribution, target: str, language: UiLanguage) -> None:
    """Draw the groups, or the offer to find them.

    Raises:
        RedHeartError: The texts or the checkpoint cannot be used.
    """
    prose.heading(say("groups.heading", language))
    prose.paragraph(say("groups.text", language, method=method_name(attribution.key.method, language)))
    if not has_direction(attribution):
        prose.paragraph(say("groups.no_direction", language), kind="notice")
        return
    if not tasks.is_asked(tasks.GROUPS):
        _offer(attribution, language)
        return
    texts = chosen_texts()
    if refused_for_help(texts, language):
        return
    task = say("groups.task", language)
    with stoppable(task, language, key="groups.stop", on_stop=tasks.stop, args=(tasks.GROUPS,)) as report:
        found = grouped_texts(attribution.key, texts, language, report)
    _draw(groups_view(found.clusters, texts, target, attribution.key.unit, language), language)


def _draw(view: GroupsView, language: UiLanguage) -> None:
    prose.paragraph(view.sentence, kind="lead")
    prose.paragraph(" ".join(filter(None, (view.quality, view.silent))))
    show_figure(view.text, groups_chart(view, colours()), key="groups.words", language=language, table=view.table)
    for place, group in enumerate(view.groups):
        with st.expander(group.title, type="compact", key=f"groups.members.{place}"):
            prose.bullets(group.texts)
    prose.paragraph(say("groups.members", language), kind="quiet")
    downloads(view.members, key="groups.members", language=language)
    prose.bullets(
        (say(f"groups.cannot.{place}", language) for place in ("kind", "number", "method")),
        title=say("concepts.cannot.heading", language),
    )


def _offer(attribution: Attribution, language: UiLanguage) -> None:
    if tasks.is_stopped(tasks.GROUPS):
        prose.paragraph(say("attribution.progress.cancelled", language), kind="notice")
    st.button(say("groups.run", language), key="groups.run", on_click=tasks.ask, args=(tasks.GROUPS,))
    try:
        count = evaluations_of_groups(attribution.key, chosen_texts(), language)
    except InputError:
        return  # said after the button is pressed
    prose.paragraph(cost_text(count, session.get(Key.ATTRIBUTION_PACE), language), kind="quiet")
