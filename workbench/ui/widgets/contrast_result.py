"""Why one option and not another: a sentence, the words of both in colour, whether to believe it, the numbers."""

from __future__ import annotations

import json

import streamlit as st

from redheart_core.explain.attribution.contrast import OptionContrast
from redheart_core.explain.attribution.targets import OPTION_SCORE
from redheart_core.explain.attribution.trust.contrast import ContrastTrust
from workbench.charts.top_words import top_words_chart
from workbench.charts.top_words_svg import top_words_svg
from workbench.charts.word_map_svg import word_map_svg
from workbench.copy import UiLanguage, say
from workbench.ui import contrasts, prose, session, tasks
from workbench.ui.checkpoint_choice import checkpoint_in_use
from workbench.ui.contrasts import ContrastRequest
from workbench.ui.figure import colours, show_figure
from workbench.ui.progress import stoppable
from workbench.ui.session import Key
from workbench.ui.trust_box import draw_check_list, draw_trust_box
from workbench.ui.widgets.attribution_numbers import FILE_ENDINGS
from workbench.ui.widgets.attribution_trust import draw_verdict
from workbench.ui.widgets.dilemma_result import layer_switch
from workbench.ui.widgets.empty_result import draw_empty_result
from workbench.views.attribution_code import contrast_code
from workbench.views.attribution_trust import TrustPanel, check_lines
from workbench.views.contrast_trust import contrast_panel
from workbench.views.method_names import baseline_name, method_name
from workbench.views.option_contrast import ContrastView, contrast_table, contrast_view
from workbench.views.targets import label_source
from workbench.views.top_words import rounded
from workbench.views.word_map_html import word_map_html

LAYERS = ("words", "checks", "numbers")


def draw_contrast_result(request: ContrastRequest | None, language: UiLanguage) -> None:
    """Draw which words speak for which option, or what to do when nothing was asked yet.

    Raises:
        RedHeartError: The request or the checkpoint cannot be used.
    """
    if tasks.is_stopped(tasks.CONTRAST):
        prose.paragraph(say("attribution.progress.cancelled", language), kind="notice")
    if request is None:
        draw_empty_result("contrast", language)
        return
    notice = contrasts.help_notice(request, language)
    if notice is not None:
        prose.paragraph(notice, kind="notice")
        prose.paragraph(say("attribution.lead.help_only", language), kind="quiet")
        return
    contrast = _contrasted(request, language)
    view = contrast_view(contrast, request.letters, language)
    verdict = _draw_lead(view, request, language)
    prose.heading(say("contrast.map.heading", language))
    prose.raw(word_map_html(view.map, is_dark=st.context.theme.type == "dark"))
    trust, panel = _draw_trust(contrast, request, language)
    with verdict:
        draw_verdict(panel)
    layer = layer_switch(Key.CONTRAST_LAYER, "contrast", LAYERS, language)
    if layer == "checks":
        _draw_checks(trust, request, language)
    elif layer == "numbers":
        _draw_numbers(contrast, trust, view, request, language)
    else:
        show_figure(
            view.bars.text, top_words_chart(view.bars, colours()), key="contrast.words", language=language,
            table=view.bars.table,
        )  # fmt: skip


def _contrasted(request: ContrastRequest, language: UiLanguage) -> OptionContrast:
    task = say("contrast.progress.task_contrast", language)
    with stoppable(task, language, key="contrast.stop", on_stop=contrasts.stop) as report:
        contrast = contrasts.contrast_of(request, language, report)
    session.put(Key.CONTRAST_SHOWN, request)
    return contrast


def _draw_lead(view: ContrastView, request: ContrastRequest, language: UiLanguage) -> st.delta_generator.DeltaGenerator:
    """Draw the answer in sentences and return the place of the verdict among them."""
    prose.paragraph(view.sentence, kind="lead")
    verdict = st.container()
    prose.lettered(zip(request.letters, (request.first.text, request.against), strict=True))
    prose.bullets(view.speaks)
    prose.paragraph(view.how)
    prose.paragraph(label_source(OPTION_SCORE, language), kind="quiet")
    return verdict


def _draw_trust(
    contrast: OptionContrast, request: ContrastRequest, language: UiLanguage
) -> tuple[ContrastTrust | None, TrustPanel]:
    trust = _trusted(contrast, language)
    panel = contrast_panel(contrast, trust, request.letters, language)
    draw_trust_box(panel, language)
    if trust is None:
        st.button(
            say("attribution.trust.run", language), key="contrast.run_trust", on_click=tasks.ask,
            args=(tasks.CONTRAST_TRUST,),
        )  # fmt: skip
    return trust, panel


def _trusted(contrast: OptionContrast, language: UiLanguage) -> ContrastTrust | None:
    if tasks.is_stopped(tasks.CONTRAST_TRUST):
        return None
    with stoppable(
        say("contrast.progress.task_contrast_trust", language), language, key="contrast.stop_trust",
        on_stop=tasks.stop, args=(tasks.CONTRAST_TRUST,),
    ) as report:  # fmt: skip
        return contrasts.trust_of(contrast, language, report)


def _draw_checks(trust: ContrastTrust | None, request: ContrastRequest, language: UiLanguage) -> None:
    if trust is None:
        prose.paragraph(say("attribution.trust.pending", language), kind="quiet")
    else:
        prose.heading(say("contrast.trust.difference_heading", language))
        draw_check_list(check_lines([trust.sum_check], language), language)
        for letter, report in zip(request.letters, (trust.first, trust.second), strict=True):
            prose.heading(say("contrast.trust.side", language, letter=letter))
            draw_check_list(check_lines(report.checks, language), language)
    prose.heading(say("attribution.trust.cannot", language))
    prose.bullets(say(f"contrast.cannot.{place}", language) for place in ("right", "rules", "lenses", "baseline"))


def _draw_numbers(
    contrast: OptionContrast, trust: ContrastTrust | None, view: ContrastView, request: ContrastRequest,
    language: UiLanguage,
) -> None:  # fmt: skip
    caption = say("attribution.numbers.table", language)
    table = contrast_table(contrast, request.letters, language)
    prose.heading(caption)
    prose.small_table(rounded(table), caption=caption, number_columns=4, captioned=False)
    content = {"letters": list(request.letters), **contrast.to_dict(), "trust": trust.to_dict() if trust else None}
    key = contrast.first.key
    footer = (
        f"{method_name(key.method, language)} · {baseline_name(key.baseline, language)} · {key.checkpoint_sha256[:12]}"
    )
    files = (
        ("json", json.dumps(content, ensure_ascii=False, indent=2), "application/json"),
        ("csv", table.to_csv().encode("utf-8-sig"), "text/csv"),
        ("svg", top_words_svg(view.bars, footer), "image/svg+xml"),
        ("map_svg", word_map_svg(view.map, view.sentence, footer), "image/svg+xml"),
    )
    with st.container(horizontal=True):
        for kind, data, mime in files:
            st.download_button(
                say(f"attribution.numbers.{kind}", language), data, f"option-contrast.{FILE_ENDINGS[kind]}", mime,
                key=f"contrast.download_{kind}", on_click="ignore", type="tertiary",
            )  # fmt: skip
    prose.heading(say("attribution.numbers.again", language))
    st.code(contrast_code(contrast, checkpoint_in_use()), language="python", wrap_lines=True)
