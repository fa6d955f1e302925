"""The raw numbers of a decomposition: the parts, files to take away, and code that repeats it."""

from __future__ import annotations

import streamlit as st

from redheart_core.inference.text_json import to_json
from workbench.charts.surd_svg import surd_svg
from workbench.copy import say
from workbench.ui import prose
from workbench.ui.surd_request import SurdRequest
from workbench.views.surd_bars import parts_table, surd_bars_view, terms_table
from workbench.views.surd_beside import beside_facts, state_facts
from workbench.views.surd_case import SurdCase
from workbench.views.surd_code import python_code, shell_command


def draw_numbers(case: SurdCase, request: SurdRequest) -> None:
    """Draw the numbers at full precision, with everything that is needed to get them again."""
    language = case.language
    if case.terms:
        title = say("surd.numbers.parts", language)
        prose.heading(title)
        prose.small_table(parts_table(case), caption=title, number_columns=4, captioned=False)
    prose.heading(say("surd.numbers.files", language))
    _draw_downloads(case)
    prose.heading(say("surd.numbers.states", language))
    prose.facts(state_facts(case))
    prose.heading(say("surd.numbers.again", language))
    prose.paragraph(say("surd.numbers.again_text", language), kind="quiet")
    asked = (case.population, request.question(), request.settings(), request.population.units)
    leaves_out = case.answer.num_left_out > 0
    st.code(shell_command(*asked, leaves_out=leaves_out), language="bash", wrap_lines=True)
    st.code(python_code(*asked), language="python", wrap_lines=True)


def _draw_downloads(case: SurdCase) -> None:
    language = case.language
    files: list[tuple[str, str | bytes, str]] = [("json", to_json(case.report.to_dict()), "application/json")]
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
