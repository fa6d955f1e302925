"""Can I trust this: the panel beside every map, and below it every check in detail, the costly ones on request."""

from __future__ import annotations

import streamlit as st

from redheart_core.explain.attribution.result import Attribution
from workbench.charts.removal import removal_chart
from workbench.charts.word_heat import word_heat_chart
from workbench.copy import UiLanguage, say
from workbench.ui import prose, session, tasks
from workbench.ui.figure import colours, show_figure, show_twin
from workbench.ui.progress import stoppable
from workbench.ui.session import Key
from workbench.ui.trust_box import draw_check_list, draw_trust_box
from workbench.ui.trust_reports import Judged, costly_evaluations, judge
from workbench.views.attribution_trust import TrustPanel, check_lines, checks_table, flips_sentence, trust_panel
from workbench.views.progress import cost_text
from workbench.views.removal import removal_view
from workbench.views.word_heat import baselines_heat


def draw_trust(attribution: Attribution, language: UiLanguage) -> tuple[Judged | None, TrustPanel]:
    """Draw the panel and return what it says; nothing is judged where the visitor stopped the checks.

    Raises:
        RedHeartError: The checkpoint cannot be used.
    """
    judged = _judged(attribution, language)
    panel = trust_panel(attribution, judged.report if judged else None, language)
    draw_trust_box(panel, language)
    if judged is None:
        st.button(
            say("attribution.trust.run", language), key="attribution.run_trust", on_click=tasks.ask,
            args=(tasks.TRUST,),
        )  # fmt: skip
    return judged, panel


def draw_verdict(panel: TrustPanel) -> None:
    """Draw the verdict in one sentence, for the top of the page."""
    prose.paragraph(f"{panel.mark} {panel.sentence}", kind=f"verdict rh-verdict-{panel.kind}")


def draw_checks(attribution: Attribution, judged: Judged | None, target: str, language: UiLanguage) -> None:
    """Draw every check with its limits, the same map against other baselines, and what no check can tell.

    Raises:
        RedHeartError: The checkpoint cannot be used.
    """
    if judged is None:
        prose.paragraph(say("attribution.trust.pending", language), kind="quiet")
    else:
        _draw_table(judged, language)
        _draw_removal(attribution, judged, target, language)
        _draw_baselines(attribution, judged, target, language)
    _draw_costly(attribution, language)
    prose.heading(say("attribution.trust.cannot", language))
    prose.bullets(
        say(f"attribution.trust.cannot_{place}", language) for place in ("cause", "baseline", "alone", "model")
    )


def _judged(attribution: Attribution, language: UiLanguage) -> Judged | None:
    if tasks.is_stopped(tasks.TRUST):
        return None
    task, is_costly = tasks.TRUST, tasks.is_asked(tasks.COSTLY)
    if is_costly:
        task = tasks.COSTLY
    words = say(f"attribution.progress.task_{task}", language)
    key = f"attribution.stop_{task}"
    with stoppable(words, language, key=key, on_stop=tasks.stop, args=(task,)) as report:
        return judge(attribution, is_costly=is_costly, language=language, report=report)


def _draw_table(judged: Judged, language: UiLanguage) -> None:
    caption = say("attribution.trust.table_caption", language)
    checks = judged.report.checks
    prose.heading(say("attribution.trust.details", language))
    draw_check_list(check_lines(checks, language), language)
    show_twin(checks_table(checks, language), key="attribution.checks", language=language, title=caption)


def _draw_removal(attribution: Attribution, judged: Judged, target: str, language: UiLanguage) -> None:
    if not judged.report.curve:
        return
    view = removal_view(judged.report.curve, target, attribution.key.unit, language)
    show_figure(
        view.text, removal_chart(view, colours()), key="attribution.removal", language=language, table=view.table
    )


def _draw_baselines(attribution: Attribution, judged: Judged, target: str, language: UiLanguage) -> None:
    if not judged.baselines:
        return
    view = baselines_heat((attribution, *judged.baselines), target, language)
    show_figure(
        view.text, word_heat_chart(view, colours()), key="attribution.baselines", language=language, table=view.table
    )
    if judged.report.baseline_strip is not None:
        prose.paragraph(flips_sentence(attribution, judged.report.baseline_strip, language))


def _draw_costly(attribution: Attribution, language: UiLanguage) -> None:
    prose.heading(say("attribution.trust.costly", language))
    prose.paragraph(say("attribution.trust.costly_text", language))
    if tasks.is_asked(tasks.COSTLY):
        prose.paragraph(say("attribution.trust.costly_done", language), kind="quiet")
        return
    count = costly_evaluations(attribution, language)
    st.button(
        say("attribution.trust.run_costly", language), key="attribution.run_costly", on_click=tasks.ask,
        args=(tasks.COSTLY,),
    )  # fmt: skip
    prose.paragraph(cost_text(count, session.get(Key.ATTRIBUTION_PACE), language), kind="quiet")
