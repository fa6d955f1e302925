"""The raw numbers of a decomposition: the parts, files to take away, and code that repeats it."""

from __future__ import annotations

import streamlit as st

from redheart_core.explain.surd.populations import answer_content
from redheart_core.inference.text_json import to_json
from workbench.charts.surd_svg import surd_svg
from workbench.copy import say
from workbench.ui import prose
from workbench.ui.checkpoint_choice import checkpoint_in_use
from workbench.views.surd_bars import parts_table, surd_bars_view, terms_table
from workbench.views.surd_beside import beside_facts, state_facts
from workbench.views.surd_case import SurdCase
from workbench.views.surd_code import OWN_DILEMMA, dilemma_json, python_code, shell_command
from workbench.views.surd_request import EnsembleChoice, SurdRequest, TableChoice


def draw_numbers(case: SurdCase, request: SurdRequest) -> None:
    """Draw the numbers at full precision, with everything that is needed to get them again."""
    language = case.language
    if case.terms:
        title = say("surd.numbers.parts", language)
        prose.heading(title)
        prose.small_table(parts_table(case), caption=title, number_columns=4, captioned=False)
    prose.heading(say("surd.numbers.files", language))
    _draw_downloads(case, request)
    prose.heading(say("surd.numbers.states", language))
    prose.facts(state_facts(case))
    prose.heading(say("surd.numbers.again", language))
    prose.paragraph(say("surd.numbers.again_text", language), kind="quiet")
    command = shell_command(request, checkpoint_in_use(), leaves_out=case.answer.num_left_out > 0)
    st.code(command, language="bash", wrap_lines=True)
    if isinstance(request.population, EnsembleChoice) and not request.population.preset:
        st.download_button(
            say("surd.numbers.dilemma", language, name=OWN_DILEMMA), dilemma_json(request.population.dilemma),
            OWN_DILEMMA, "application/json", key="surd.download_dilemma", on_click="ignore", type="tertiary",
        )  # fmt: skip
    st.code(python_code(request, checkpoint_in_use()), language="python", wrap_lines=True)


def _draw_downloads(case: SurdCase, request: SurdRequest) -> None:
    language = case.language
    is_table = isinstance(request.population, TableChoice)
    content = case.report.to_dict() if is_table else answer_content(case.population, case.answer)
    files: list[tuple[str, str | bytes, str]] = [("json", to_json(content), "application/json")]
    if case.terms:
        view = surd_bars_view(case, is_share=False)
        footer = " · ".join(f"{name} {value}" for name, value in beside_facts(case)[1:3])
        files.append(("csv", terms_table(case).to_csv().encode("utf-8-sig"), "text/csv"))
        files.append(("svg", surd_svg(view, footer), "image/svg+xml"))
    with st.container(horizontal=True):
        for kind, data, mime in files:
            st.download_button(
                say(f"surd.numbers.{kind}", language), data, f"surd.{kind}", mime, key=f"surd.download_{kind}",
                on_click="ignore", type="tertiary",
            )  # fmt: skip
    prose.paragraph(say("surd.numbers.files_text", language), kind="quiet")
