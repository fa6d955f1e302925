"""The raw numbers of an attribution: the table, files to take away, the key, and code that repeats it."""

from __future__ import annotations

import json

import streamlit as st

from redheart_core.explain.attribution.request import AttributionRequest
from redheart_core.explain.attribution.result import Attribution
from workbench.charts.top_words_svg import top_words_svg
from workbench.charts.word_map_svg import word_map_svg
from workbench.copy import UiLanguage, say
from workbench.ui import prose
from workbench.ui.checkpoint_choice import checkpoint_in_use
from workbench.ui.trust_reports import Judged
from workbench.views.attribution_code import python_code, shell_command
from workbench.views.attribution_lead import attribution_lead
from workbench.views.top_words import rounded, top_words_view, words_table
from workbench.views.word_map import word_map

FILE_ENDINGS = {"json": "json", "csv": "csv", "svg": "svg", "map_svg": "map.svg"}
"""How the files of an attribution end, by what they hold."""


def draw_numbers(
    attribution: Attribution, judged: Judged | None, request: AttributionRequest, target: str, language: UiLanguage
) -> None:
    """Draw the numbers at full precision, with everything that is needed to get them again."""
    prose.heading(say("attribution.numbers.table", language))
    table = words_table(attribution, language)
    caption = say("attribution.numbers.table", language)
    prose.small_table(rounded(table), caption=caption, number_columns=4, captioned=False)
    _draw_downloads(attribution, judged, target, language)
    prose.heading(say("attribution.numbers.key", language))
    prose.paragraph(say("attribution.numbers.key_text", language), kind="quiet")
    key = attribution.key
    prose.facts(
        (
            ("checkpoint", key.checkpoint_sha256), ("target", key.target), ("method", key.method),
            ("baseline", key.baseline), ("unit", key.unit.value), ("seed", str(key.seed)),
            ("options", ", ".join(f"{name}={value}" for name, value in key.options) or "–"),
            (say("attribution.numbers.evaluations", language), str(attribution.num_evaluations)),
        )
    )  # fmt: skip
    prose.heading(say("attribution.numbers.again", language))
    command = shell_command(key, checkpoint_in_use(), untrained=request.untrained)
    if command is not None:
        st.code(command, language="bash", wrap_lines=True)
    st.code(python_code(key, checkpoint_in_use(), untrained=request.untrained), language="python", wrap_lines=True)


def _draw_downloads(attribution: Attribution, judged: Judged | None, target: str, language: UiLanguage) -> None:
    trust = judged.report.to_dict() if judged else None
    content = json.dumps({**attribution.to_dict(), "trust": trust}, ensure_ascii=False, indent=2)
    view = top_words_view(attribution, target, language)
    footer = f"{attribution_lead(attribution, target, language).how} {attribution.key.checkpoint_sha256[:12]}"
    files = (
        ("json", content, "application/json"),
        ("csv", words_table(attribution, language).to_csv().encode("utf-8-sig"), "text/csv"),
        ("svg", top_words_svg(view, footer), "image/svg+xml"),
        ("map_svg", word_map_svg(word_map(attribution, language), view.text.title, footer), "image/svg+xml"),
    )
    with st.container(horizontal=True):
        for kind, data, mime in files:
            st.download_button(
                say(f"attribution.numbers.{kind}", language), data, f"attribution.{FILE_ENDINGS[kind]}", mime,
                key=f"attribution.download_{kind}", on_click="ignore", type="tertiary",
            )  # fmt: skip
    prose.paragraph(say("attribution.numbers.png", language), kind="quiet")
