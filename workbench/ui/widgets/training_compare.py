"""Runs side by side on the training page: chosen by identifier, drawn on one scale, with everything to take away."""

from __future__ import annotations

import streamlit as st

from redheart_core.runs.axes import Axis
from redheart_core.runs.folder import open_folder, runs_root
from redheart_core.runs.notes import read_notes
from redheart_core.runs.series import LOSS
from redheart_core.runs.watching import Look
from workbench.copy import UiLanguage, say
from workbench.reports.run_comparison import FILE_NAME, ComparedRun, comparison_zip
from workbench.ui import prose, session
from workbench.ui.figure import downloads, show_twin
from workbench.ui.panels_figure import show_panels
from workbench.ui.refreshing import refreshed
from workbench.ui.run_looks import all_runs, look_at
from workbench.ui.session import Key
from workbench.views.run_comparison import (
    MOST_RUNS,
    curves_view,
    full_metrics_table,
    metrics_table,
    series_label,
    settings_table,
    shared_series,
)
from workbench.views.visible import visible_text

MOST_SERIES = 6


def draw_compare(language: UiLanguage) -> None:
    """Draw the choice of runs and, for two or more, how they differ.

    Raises:
        RunError: One of them cannot be read.
    """
    names = {
        entry.folder.run_id: f"{visible_text(entry.facts.name)[:60]} · {entry.folder.run_id}"
        for entry in all_runs()
        if entry.facts is not None
    }
    _begin(tuple(names))
    chosen = st.multiselect(
        say("comparison.choose", language, most=str(MOST_RUNS)), list(names),
        format_func=lambda run_id: names[run_id], key=Key.COMPARED_RUNS, max_selections=MOST_RUNS,
        persist_state="session",
    )  # fmt: skip
    if len(chosen) < 2:
        prose.paragraph(say("comparison.too_few", language), kind="quiet")
        return
    looks = _looks(tuple(chosen))
    _draw_choice_of_curves(looks, language)
    refreshed(_draw_curves, tuple(chosen), language=language, waits=not any(look.status.is_living for look in looks))
    _draw_tables(looks, language)
    _draw_export(tuple(chosen), language)


def _draw_export(run_ids: tuple[str, ...], language: UiLanguage) -> None:
    """Offer everything in one file. It is packed only where somebody takes it, outside the session of the page."""
    axis = Axis(session.get(Key.COMPARED_AXIS) or Axis.STEP.value)
    series = tuple(session.get(Key.COMPARED_SERIES) or [LOSS])

    def packed() -> bytes:
        runs = [ComparedRun(look=look, notes=read_notes(look.folder)) for look in _looks(run_ids)]
        return comparison_zip(runs, series, axis, language)

    st.download_button(
        say("comparison.export.button", language), packed, FILE_NAME, "application/zip", key="comparison.zip",
        on_click="ignore", help=say("comparison.export.help", language),
    )  # fmt: skip


def _begin(known: tuple[str, ...]) -> None:
    """Compare the two latest runs at first, and forget those that were deleted."""
    chosen = session.get(Key.COMPARED_RUNS)
    session.put(Key.COMPARED_RUNS, list(known[:2]) if chosen is None else [run for run in chosen if run in known])


def _looks(run_ids: tuple[str, ...]) -> tuple[Look, ...]:
    return tuple(look_at(open_folder(runs_root(), run_id)) for run_id in run_ids)


def _draw_choice_of_curves(looks: tuple[Look, ...], language: UiLanguage) -> None:
    series, axis = st.columns([2, 1])
    known = shared_series(looks)
    if Key.COMPARED_SERIES not in st.session_state:
        session.put(Key.COMPARED_SERIES, [name for name in known if name == LOSS])
    with series:
        st.multiselect(
            say("comparison.series", language), known, format_func=lambda name: series_label(name, language),
            key=Key.COMPARED_SERIES, max_selections=MOST_SERIES, persist_state="session",
        )  # fmt: skip
    with axis:
        st.selectbox(
            say("comparison.over", language), [axis.value for axis in Axis],
            format_func=lambda value: say(f"comparison.axis.{value}", language), key=Key.COMPARED_AXIS,
            persist_state="session",
        )  # fmt: skip


def _draw_curves(run_ids: tuple[str, ...], language: UiLanguage) -> None:
    axis = Axis(session.get(Key.COMPARED_AXIS) or Axis.STEP.value)
    view = curves_view(_looks(run_ids), session.get(Key.COMPARED_SERIES) or [LOSS], axis, language)
    if view is not None:
        show_panels(view, key=f"comparison.curves.{axis.value}", language=language, drawn=" ".join(run_ids), keyed=True)


def _draw_tables(looks: tuple[Look, ...], language: UiLanguage) -> None:
    title = say("comparison.heading.metrics", language)
    prose.heading(title)
    metrics = metrics_table(looks, language)
    if metrics.rows:
        prose.small_table(metrics, caption=title, number_columns=0, captioned=False)
        prose.paragraph(say("comparison.heading.intervals", language), kind="quiet")
        show_twin(full_metrics_table(looks, language), key="comparison.metrics", language=language, title=title)
    else:
        prose.paragraph(say("comparison.heading.no_metrics", language), kind="quiet")
    title = say("comparison.heading.settings", language)
    prose.heading(title)
    settings = settings_table(looks, language)
    if settings.rows:
        prose.small_table(settings, caption=title, number_columns=0, captioned=False)
        downloads(settings, key="comparison.settings", language=language)
    else:
        prose.paragraph(say("comparison.heading.same", language), kind="quiet")
