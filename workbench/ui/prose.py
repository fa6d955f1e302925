"""Words and small tables as HTML. Everything passes ``html.escape`` here; nothing else writes tags around text."""

from __future__ import annotations

import html
from collections.abc import Iterable

import streamlit as st

from workbench.copy import UiLanguage
from workbench.views.figure import Cell, Table

_METER_KINDS = {"~": " rh-meter-unsure", "✗": " rh-meter-fails"}


def paragraph(text: str, *, kind: str = "body", language: UiLanguage | None = None) -> None:
    """Draw a paragraph. ``kind`` is the end of its CSS class: body, lead, quiet, notice, quote."""
    st.html(f'<p class="rh-{kind}"{_lang(language)} dir="auto">{_lines(text)}</p>')


def alert(text: str, *, is_grave: bool) -> None:
    """Draw what is wrong: a bar at the side, red where nothing can go on."""
    kind = "failed" if is_grave else "doubtful"
    st.html(f'<p class="rh-verdict rh-verdict-{kind}" role="status" dir="auto">{_lines(text)}</p>')


def question(text: str, language: UiLanguage) -> None:
    """Draw the heading of a page: the question that it answers."""
    st.html(f'<h1 class="rh-question"{_lang(language)}>{html.escape(text)}</h1>')


def heading(text: str, *, level: int = 2) -> None:
    """Draw a heading inside a page, level 2 or 3."""
    st.html(f'<h{level} class="rh-heading rh-h{level}" dir="auto">{html.escape(text)}</h{level}>')


def titled(title: str, text: str) -> None:
    """Draw a small title and, close under it, a paragraph."""
    st.html(f'<p class="rh-side">{html.escape(title)}</p><p class="rh-body" dir="auto">{_lines(text)}</p>')


def figure_heading(title: str, subtitle: str) -> None:
    """Draw the finding of a figure and, close under it, what is drawn."""
    st.html(
        f'<h3 class="rh-heading rh-h3" dir="auto">{html.escape(title)}</h3>'
        f'<p class="rh-quiet" dir="auto">{html.escape(subtitle)}</p>'
    )


def bullets(items: Iterable[str], *, title: str = "", mark: str = "") -> None:
    """Draw a list under a small title. ``mark`` is the end of its CSS class: plain, raises, lowers."""
    side = f'<p class="rh-side">{html.escape(title)}</p>' if title else ""
    rows = "".join(f'<li dir="auto">{_lines(item)}</li>' for item in items)
    kind = f" rh-list-{mark}" if mark else ""
    st.html(f'{side}<ul class="rh-list{kind}">{rows}</ul>')


def lettered(items: Iterable[tuple[str, str]]) -> None:
    """Draw options with the letters that stand for them in figures."""
    rows = "".join(
        f'<li><span class="rh-letter">{html.escape(letter)}</span><span dir="auto">{html.escape(name)}</span></li>'
        for letter, name in items
    )
    st.html(f'<ul class="rh-lettered">{rows}</ul>')


def small_table(table: Table, *, caption: str, number_columns: int, captioned: bool = True) -> None:
    """Draw a table whose last ``number_columns`` columns are numbers. It alone may scroll sideways.

    A caption that repeats the heading above is left to screen readers with ``captioned=False``.
    """
    above = f'<p class="rh-quiet">{html.escape(caption)}</p>' if captioned else ""
    first_number = len(table.columns) - number_columns
    head = "".join(f'<th scope="col"{_align(i, first_number)}>{_cell(c)}</th>' for i, c in enumerate(table.columns))
    body = "".join(f"<tr>{_row(row, first_number)}</tr>" for row in table.rows)
    st.html(
        f'{above}<div class="rh-scroll" role="region" tabindex="0" aria-label="{html.escape(caption)}">'
        f'<table class="rh-table"><caption class="rh-hidden">{html.escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def meters(rows: Iterable[tuple[str, float, str]]) -> None:
    """Draw labelled shares from 0 to 1: (label, value, mark)."""
    lines = "".join(_meter(label, value, mark) for label, value, mark in rows)
    st.html(f'<dl class="rh-meters">{lines}</dl>')


def facts(rows: Iterable[tuple[str, str]]) -> None:
    """Draw names with their values."""
    lines = "".join(f"<dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd>" for name, value in rows)
    st.html(f'<dl class="rh-facts">{lines}</dl>')


def raw(markup: str) -> None:
    """Draw HTML that was made by ``workbench.views.marks``, which escapes every character of the text."""
    st.html(markup)


def _meter(label: str, value: float, mark: str) -> str:
    width = round(100 * min(1.0, max(0.0, value)))
    kind = _METER_KINDS.get(mark, "")
    return (
        f"<dt>{html.escape(label)}</dt>"
        f'<dd><span class="rh-meter{kind}" aria-hidden="true"><span style="width:{width}%"></span></span>'
        f'<span class="rh-meter-value">{html.escape(mark)} {value:.2f}</span></dd>'
    )


def _row(row: tuple[Cell, ...], first_number: int) -> str:
    first = f'<th scope="row">{_cell(row[0])}</th>'
    rest = "".join(f"<td{_align(i, first_number)}>{_cell(cell)}</td>" for i, cell in enumerate(row[1:], start=1))
    return first + rest


def _align(column: int, first_number: int) -> str:
    return ' class="rh-number"' if column >= first_number else ""


def _cell(cell: Cell) -> str:
    return "" if cell is None else html.escape(str(cell))


def _lines(text: str) -> str:
    return html.escape(text).replace("\n", "<br>")


def _lang(language: UiLanguage | None) -> str:
    return f' lang="{language}"' if language else ""
