"""The words of a passage in colour as a drawing of its own, for papers and slides: SVG without script or reference.

A browser lays words out by the font that it finds; a file must not depend on it. So every word gets a width here, by
its letters, and is told to fill exactly that: its ground and its underline then fit it in any font.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass

from workbench.charts.theme import FONT, LIGHT, Palette
from workbench.views.labels import display_width
from workbench.views.visible import visible_text
from workbench.views.word_map import SIZE, MapLine, MapWord, WordMap

_WIDTH, _EDGE, _COLUMN, _SPACE, _LINE = 860, 20, 8, 5, 34
_TOP, _LABEL, _LEGEND = 44, 30, 24
_DEPTH = 0.45
"""Opacity of the deepest colour, as on the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    word: MapWord
    x: float
    y: float
    width: float


def word_map_svg(view: WordMap, title: str, footer: str, colours: Palette = LIGHT) -> str:
    """Return the words as SVG.

    Args:
        view: What is drawn.
        title: What the words moved, in one line.
        footer: Method, baseline and checkpoint, in one line.
        colours: Of paper and ink; those of the light page by default.
    """
    y, parts = float(_TOP), [f'<text x="{_EDGE}" y="30" font-size="18" font-weight="650">{_text(title)}</text>']
    for line in view.lines:
        if line.label:
            y += _LABEL
            parts.append(f'<text x="{_EDGE}" y="{y:.0f}" font-weight="650">{_text(line.label)}</text>')
        placed = tuple(_placed(line, y + _LABEL))
        parts += [_word(one, colours) for one in placed]
        y = max((one.y for one in placed), default=y)
    y += _LABEL
    for sign, text in (*view.legend, ("", view.unmarked)):
        y += _LEGEND
        parts.append(_legend(sign, text, y, colours))
    height = round(y) + 54
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" '
        f'viewBox="0 0 {_WIDTH} {height}" font-family="{html.escape(FONT)}" font-size="15" fill="{colours.ink}">'
        f"<title>{_text(view.label)}</title>"
        f'<rect width="100%" height="100%" fill="{colours.paper}"/>{"".join(parts)}'
        f'<text x="{_EDGE}" y="{height - 18}" font-size="13" fill="{colours.muted}">{_text(footer)}</text></svg>\n'
    )


def _placed(line: MapLine, first: float) -> Iterator[_Placed]:
    """Yield the words with their places, from left to right in lines that end before the edge."""
    x, y = float(_EDGE), first
    for word in line.words:
        width = _COLUMN * (display_width(visible_text(word.text)) + (1 if word.sign else 0)) + (4 if word.sign else 0)
        gap = _SPACE if word.before and x > _EDGE else 0
        if "\n" in word.before or x + gap + width > _WIDTH - _EDGE:
            x, y, gap = float(_EDGE), y + _LINE, 0
        yield _Placed(word=word, x=x + gap, y=y, width=width)
        x += gap + width


def _word(one: _Placed, colours: Palette) -> str:
    sign, (x, y, width) = one.word.sign, (one.x, one.y, one.width)
    drawn = (
        f'<text x="{x + (2 if sign else 0):.1f}" y="{y:.1f}" textLength="{width - (4 if sign else 0):.1f}" '
        f'lengthAdjust="spacingAndGlyphs">{sign}{_text(visible_text(one.word.text))}'
        f"<title>{_text(one.word.note)}</title></text>"
    )
    return _ground(sign, one.word.strength, x, y, width, colours) + drawn if sign else drawn


def _ground(sign: str, strength: float, x: float, y: float, width: float, colours: Palette) -> str:
    colour = {"+": colours.raises, "−": colours.lowers, SIZE: colours.ink}[sign]
    dash = ' stroke-dasharray="5 3"' if sign == "−" else ""
    return (
        f'<rect x="{x:.1f}" y="{y - 16:.1f}" width="{width:.1f}" height="22" rx="2" fill="{colour}" '
        f'fill-opacity="{_DEPTH * strength:.3f}"/>'
        f'<line x1="{x:.1f}" x2="{x + width:.1f}" y1="{y + 6:.1f}" y2="{y + 6:.1f}" stroke="{colour}" '
        f'stroke-width="2"{dash}/>'
    )


def _legend(sign: str, text: str, y: float, colours: Palette) -> str:
    mark = ""
    if sign:
        mark = f'{_ground(sign, 1.0, _EDGE, y, 16, colours)}<text x="{_EDGE + 4}" y="{y:.0f}">{sign}</text>'
    return f'{mark}<text x="{_EDGE + (26 if sign else 0)}" y="{y:.0f}" font-size="13">{_text(text)}</text>'


def _text(words: str) -> str:
    return html.escape(words, quote=True)
