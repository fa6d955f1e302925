"""The box that says whether to believe a picture. Its colour, its mark and its words say the same thing."""

from __future__ import annotations

import html
from collections.abc import Iterable

import streamlit as st

from workbench.copy import UiLanguage, say
from workbench.views.attribution_trust import CheckLine, TrustPanel


def draw_trust_box(panel: TrustPanel, language: UiLanguage) -> None:
    """Draw the panel. What failed comes first."""
    title = html.escape(say("attribution.trust.heading", language))
    facts = "".join(f"<dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd>" for name, value in panel.facts)
    st.html(
        f'<section class="rh-trust rh-trust-{panel.kind}" aria-label="{title}">'
        f'<h2 class="rh-heading rh-h3">{title}</h2>'
        f'<p class="rh-trust-verdict"><span class="rh-trust-mark" aria-hidden="true">{panel.mark}</span> '
        f"{html.escape(panel.short)}</p>"
        f'<dl class="rh-facts">{facts}</dl><ul class="rh-checks">{_lines(panel.lines)}</ul>{_note(panel)}</section>'
    )


def draw_check_list(lines: Iterable[CheckLine], language: UiLanguage) -> None:
    """Draw every check with what it means and when it passes."""
    rows = "".join(
        f'<li class="rh-check rh-check-{line.verdict.value}"><span class="rh-check-mark">{line.mark} '
        f"{html.escape(line.word)}</span><span>{html.escape(line.question)}"
        f'<span class="rh-check-detail">{html.escape(line.detail)}</span>'
        f'<span class="rh-check-meaning">{html.escape(_meaning(line, language))}</span></span></li>'
        for line in lines
    )
    st.html(f'<ul class="rh-checks rh-checks-all">{rows}</ul>')


def _meaning(line: CheckLine, language: UiLanguage) -> str:
    limit = say("attribution.trust.limit", language, limit=line.limit) if line.limit else ""
    return ". ".join(filter(None, (line.meaning, limit)))


def _note(panel: TrustPanel) -> str:
    return f'<p class="rh-quiet">{html.escape(panel.not_asked)}</p>' if panel.not_asked else ""


def _lines(lines: Iterable[CheckLine]) -> str:
    return "".join(
        f'<li class="rh-check rh-check-{line.verdict.value}"><span class="rh-check-mark">{line.mark} '
        f"{html.escape(line.word)}</span><span>{html.escape(line.question)}"
        f'<span class="rh-check-detail">{html.escape(line.detail)}</span></span></li>'
        for line in lines
    )
