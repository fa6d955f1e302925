"""Every check of a decomposition in detail: three estimates, other bins, and what no check can tell."""

from __future__ import annotations

from redheart_core.measurements import load_measurement
from workbench.charts.surd_estimates import surd_estimates_chart
from workbench.charts.surd_sensitivity import surd_sensitivity_chart
from workbench.copy import say
from workbench.ui import prose
from workbench.ui.figure import colours, show_figure
from workbench.ui.trust_box import draw_check_list
from workbench.views.attribution_trust import TrustPanel
from workbench.views.surd_case import SurdCase
from workbench.views.surd_covered import covered_sentence
from workbench.views.surd_estimates import surd_estimates_view
from workbench.views.surd_power import MEASUREMENT
from workbench.views.surd_sensitivity import surd_sensitivity_view


def draw_checks(case: SurdCase, panel: TrustPanel) -> None:
    """Draw the checks with their limits and meanings, and the figures behind two of them."""
    language = case.language
    prose.heading(say("surd.trust.details", language))
    draw_check_list(panel.lines, language)
    covered = covered_sentence(load_measurement(MEASUREMENT), language)
    if covered and case.report.total.interval is not None:
        prose.paragraph(covered, kind="quiet")
    estimates = surd_estimates_view(case)
    show_figure(
        estimates.text, surd_estimates_chart(estimates, colours()), key="surd.estimates", language=language,
        table=estimates.table,
    )  # fmt: skip
    if case.report.sensitivity and case.shows_split:
        bins = surd_sensitivity_view(case)
        show_figure(
            bins.text, surd_sensitivity_chart(bins, colours()), key="surd.bins_row", language=language,
            table=bins.table,
        )  # fmt: skip
    prose.heading(say("surd.caution.heading", language))
    prose.bullets(say(f"surd.caution.{name}", language) for name in ("cause", "synergy", "redundancy", "leak", "right"))
