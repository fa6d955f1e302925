"""The map of a passage as HTML, made here and nowhere else.

Every character of a word passes ``visible_html``; every word stands in a ``bdi`` of its own, so that no word can turn
round what stands beside it. Colour never speaks alone: what raises has a plus and a solid line, what lowers a minus and
a dashed one.
"""

from __future__ import annotations

import html

from workbench.views.visible import visible_html, visible_text
from workbench.views.word_map import SIZE, MapLine, MapWord, WordMap

_MOST_FOLDED = 2
"""With more passages than that a reader must see that there are others below, so they scroll later."""
_KINDS = {"+": "raises", "−": "lowers", SIZE: "weighs"}


def word_map_html(view: WordMap, *, is_dark: bool) -> str:
    """Return the map as HTML, with its legend."""
    lines = "".join(_line_html(line) for line in view.lines)
    ground = " rh-map-dark" if is_dark else ""
    ground += " rh-map-several" if len(view.lines) > _MOST_FOLDED else ""
    legend = "".join(
        f'<li><span class="rh-word rh-{_KINDS[sign]}" style="--rh-strength:100%"><span class="rh-sign">{sign}</span>'
        f"</span> {html.escape(text)}</li>"
        for sign, text in view.legend
    )
    legend += f"<li>{html.escape(view.unmarked)}</li>"
    return (
        f'<div class="rh-map{ground}"><div class="rh-map-text" role="region" tabindex="0" '
        f'aria-label="{html.escape(view.label)}">{lines}</div><ul class="rh-key">{legend}</ul></div>'
    )


def _line_html(line: MapLine) -> str:
    label = f'<p class="rh-side">{html.escape(line.label)}</p>' if line.label else ""
    words = "".join(_word_html(word) for word in line.words)
    return f'{label}<p class="rh-text" dir="auto">{words}{visible_html(line.after)}</p>'


def _word_html(word: MapWord) -> str:
    before, shown = visible_html(word.before), f"<bdi>{visible_html(word.text)}</bdi>"
    note = html.escape(f"{visible_text(word.text)}: {word.note}")
    if not word.sign:
        return f'{before}<span title="{note}">{shown}</span>'
    strength = round(100 * word.strength)
    return (
        f'{before}<mark class="rh-word rh-{_KINDS[word.sign]}" style="--rh-strength:{strength}%" title="{note}">'
        f'<span class="rh-sign">{word.sign}</span>{shown}</mark>'
    )
