"""The same question put to every method, and to every layer of the network. Only on request: both take their time."""

from __future__ import annotations

from contextlib import AbstractContextManager

import streamlit as st

from redheart_core.explain.attribution.attribute import attribute
from redheart_core.explain.attribution.methods import METHODS
from redheart_core.explain.attribution.result import Attribution
from workbench.charts.word_heat import word_heat_chart
from workbench.copy import UiLanguage, say
from workbench.ui import prose, session, tasks
from workbench.ui.explanations import evaluations_of_key, leased_reader
from workbench.ui.figure import colours, show_figure
from workbench.ui.layer_maps import LAYERS_COST, layers_of
from workbench.ui.progress import Report, parts_of, stoppable
from workbench.ui.session import Key
from workbench.ui.trust_reports import other_methods
from workbench.views.method_names import is_no_explanation
from workbench.views.progress import cost_text
from workbench.views.word_heat import WordHeat, layers_heat, methods_heat

_APART = frozenset({"neuron_conductance"})
"""Methods whose default option is one part of the model among many."""


def draw_comparisons(attribution: Attribution, target: str, language: UiLanguage) -> None:
    """Draw words by method and words by layer.

    Raises:
        RedHeartError: The checkpoint cannot be used.
    """
    _draw_methods(attribution, target, language)
    _draw_layers(attribution, target, language)


def _draw_methods(attribution: Attribution, target: str, language: UiLanguage) -> None:
    prose.heading(say("attribution.heat.methods", language))
    prose.paragraph(say("attribution.heat.methods_text", language))
    reader = leased_reader(language)
    names = [name for name in METHODS if name not in _APART and not is_no_explanation(name)]
    keys = other_methods(attribution.key, names, reader)
    costs = [evaluations_of_key(key, reader) for key in keys]
    if not _asked(tasks.METHODS, sum(costs), language):
        return
    with _progress(tasks.METHODS, language) as report:
        reports = parts_of(report, costs)
        others = [attribute(key, reader, report=one) for key, one in zip(keys, reports, strict=True)]
    _show(methods_heat([attribution, *others], target, language), "attribution.methods", language)


def _draw_layers(attribution: Attribution, target: str, language: UiLanguage) -> None:
    prose.heading(say("attribution.heat.layers", language))
    prose.paragraph(say("attribution.heat.layers_text", language))
    if not _asked(tasks.LAYERS, LAYERS_COST, language):
        return
    with _progress(tasks.LAYERS, language) as report:
        found = layers_of(attribution.key, language, report)
    columns = [[row[layer] for row in found.scores] for layer in range(found.num_layers)]
    names = [say("attribution.heat.layer", language, number=str(layer + 1)) for layer in range(found.num_layers)]
    _show(layers_heat(attribution, names, columns, target, language), "attribution.layers", language)


def _asked(task: str, count: int, language: UiLanguage) -> bool:
    """Return whether a task was asked for; if not, draw its button with its cost."""
    if tasks.is_asked(task):
        return True
    st.button(
        say(f"attribution.heat.run_{task}", language), key=f"attribution.run_{task}", on_click=tasks.ask, args=(task,)
    )
    prose.paragraph(cost_text(count, session.get(Key.ATTRIBUTION_PACE), language), kind="quiet")
    return False


def _progress(task: str, language: UiLanguage) -> AbstractContextManager[Report]:
    words = say(f"attribution.progress.task_{task}", language)
    return stoppable(words, language, key=f"attribution.stop_{task}", on_stop=tasks.stop, args=(task,))


def _show(view: WordHeat, key: str, language: UiLanguage) -> None:
    show_figure(view.text, word_heat_chart(view, colours()), key=key, language=language, table=view.table)
