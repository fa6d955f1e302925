"""What many trainings say together: learning rates and techniques, recorded or of the visitor's own."""

from __future__ import annotations

import streamlit as st

from redheart_core.measurements import Measurement, load_measurement, parse_measurement
from redheart_core.training.ablation.policy import MEASUREMENT
from redheart_core.training.sweep.reading import parse_sweep
from workbench.charts.effects import effects_chart
from workbench.copy import UiLanguage, say
from workbench.ui import prose
from workbench.ui.boundary import boundary
from workbench.ui.figure import colours, show_figure
from workbench.ui.panels_figure import show_panels
from workbench.ui.run_looks import all_runs
from workbench.ui.session import Key
from workbench.views.ablation import ablation_view
from workbench.views.measured import source_sentence
from workbench.views.sweep import rates_of_runs_view, sweep_view

_SWEEP = "redheart sweep compact --steps 100 --data DIR --work DIR --json > sweep.json"
_ABLATION = "redheart ablate ablation --data DIR --work DIR --save ablation.json"
_MAX_MB = 1


def draw_studies(language: UiLanguage) -> None:
    """Draw learning rates, then techniques."""
    prose.heading(say("comparison.heading.sweep", language))
    view = rates_of_runs_view(all_runs(), language)
    if view is None:
        prose.paragraph(say("ablation.rates.too_few", language), kind="quiet")
    else:
        show_panels(view, key="study.rates", language=language)
    prose.paragraph(say("ablation.sweep.how", language), kind="quiet")
    st.code(_SWEEP, language="bash", wrap_lines=True)
    content = _upload("sweep", language)
    if content is not None:
        with boundary(language):
            show_panels(sweep_view(parse_sweep(content), language), key="study.sweep", language=language, keyed=True)
    prose.heading(say("comparison.heading.ablation", language))
    with boundary(language):
        recorded = load_measurement(MEASUREMENT)
        if recorded is not None:
            _draw_ablation(recorded, "recorded", language)
    st.code(_ABLATION, language="bash", wrap_lines=True)
    content = _upload("ablation", language)
    if content is not None:
        with boundary(language):
            _draw_ablation(parse_measurement(content, name=say("ablation.own", language)), "own", language)


def _upload(name: str, language: UiLanguage) -> bytes | None:
    given = st.file_uploader(
        say(f"ablation.upload_{name}", language), type="json", key=f"{Key.STUDY_FILE}.{name}",
        max_upload_size=_MAX_MB,
    )  # fmt: skip
    return None if given is None else given.getvalue()


def _draw_ablation(measurement: Measurement, kind: str, language: UiLanguage) -> None:
    view = ablation_view(measurement, language)
    prose.heading(say(f"ablation.{kind}", language), level=3)
    if view is None:
        prose.paragraph(say("ablation.none", language))
        return
    show_figure(
        view.text, effects_chart(view, colours()), key=f"study.ablation.{kind}", language=language, table=view.table
    )
    prose.bullets(view.notes)
    prose.paragraph(source_sentence(measurement, language), kind="quiet")
