"""The bars of words as a drawing of its own, for papers and slides: an SVG file without script or outside reference."""

from __future__ import annotations

import html

from workbench.charts.theme import FONT, LIGHT, Palette
from workbench.views import numbers
from workbench.views.labels import display_width
from workbench.views.top_words import TopWordsView, WordBar

_WIDTH, _ROW, _BAR, _COLUMN = 860, 30, 17, 8
_TOP, _FOOT = 92, 52


def top_words_svg(view: TopWordsView, footer: str, colours: Palette = LIGHT) -> str:
    """Return the bars as SVG.

    Args:
        view: What is drawn.
        footer: Method, baseline and checkpoint, in one line.
        colours: Of paper and ink; those of the light page by default.
    """
    height = _TOP + _ROW * len(view.bars) + _FOOT
    left = 28 + _COLUMN * max(display_width(bar.label) for bar in view.bars)
    rows = "".join(_row(bar, i, left, _reach(view), colours) for i, bar in enumerate(view.bars))
    middle = (left + _WIDTH) / 2
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" '
        f'viewBox="0 0 {_WIDTH} {height}" font-family="{html.escape(FONT)}" font-size="14" fill="{colours.ink}">'
        f"<title>{_text(view.text.alt)}</title>"
        f'<defs><pattern id="lowers" width="7" height="7" patternTransform="rotate(45)" '
        f'patternUnits="userSpaceOnUse"><rect width="7" height="7" fill="{colours.lowers}"/>'
        f'<rect width="2" height="7" fill="{colours.paper}"/></pattern></defs>'
        f'<rect width="100%" height="100%" fill="{colours.paper}"/>'
        f'<text x="20" y="34" font-size="18" font-weight="650">{_text(view.text.title)}</text>'
        f'<text x="20" y="60" fill="{colours.muted}">{_text(view.text.subtitle)}</text>'
        f'<line x1="{middle}" x2="{middle}" y1="{_TOP - 8}" y2="{height - _FOOT + 4}" stroke="{colours.ink}"/>'
        f'{rows}<text x="20" y="{height - 18}" font-size="13" fill="{colours.muted}">{_text(footer)}</text></svg>\n'
    )


def _reach(view: TopWordsView) -> float:
    return max(max(abs(bar.score), abs(bar.through_ngrams or 0.0)) for bar in view.bars) or 1.0


def _row(bar: WordBar, place: int, left: float, reach: float, colours: Palette) -> str:
    middle, half = (left + _WIDTH) / 2, (_WIDTH - left) / 2 - 84
    y = _TOP + _ROW * place
    length = half * bar.score / reach
    raises = bar.score >= 0
    fill = colours.raises if raises else "url(#lowers)"
    anchor, gap = ("start", 8) if raises else ("end", -8)
    diamond = ""
    if bar.through_ngrams:
        x, c = middle + half * bar.through_ngrams / reach, y + _BAR / 2
        diamond = (
            f'<path d="M{x:.1f} {c - 6:.1f}l6 6l-6 6l-6 -6z" fill="{colours.paper}" stroke="{colours.ink}" '
            'stroke-width="1.5"/>'
        )
    return (
        f'<text x="{left - 8}" y="{y + 13}" text-anchor="end">{_text(bar.label)}</text>'
        f'<rect x="{min(middle, middle + length):.1f}" y="{y}" width="{abs(length):.1f}" height="{_BAR}" '
        f'fill="{fill}" stroke="{colours.ink}" stroke-width="0.5"/>{diamond}'
        f'<text x="{middle + length + gap:.1f}" y="{y + 13}" text-anchor="{anchor}">'
        f"{numbers.signed_short(bar.score)}</text>"
    )


def _text(words: str) -> str:
    return html.escape(words, quote=True)
