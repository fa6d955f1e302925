"""Six weight layers of one option as a waterfall from the base to the weighted score."""

from __future__ import annotations

from dataclasses import dataclass

from redheart_core.vocabulary.bentham import Layer
from workbench.copy import UiLanguage, say
from workbench.views import numbers
from workbench.views.figure import FigureText, Table
from workbench.views.labels import layer_name
from workbench.views.shown import ShownOption


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerBar:
    """One layer: from which score to which it moves the option."""

    label: str
    start: float
    end: float
    factor: float
    reason: str

    @property
    def change(self) -> float:
        """Signed move of the score."""
        return self.end - self.start


@dataclass(frozen=True, slots=True, kw_only=True)
class LayersView:
    """The waterfall of one option."""

    text: FigureText
    base: float
    final: float
    bars: tuple[LayerBar, ...]
    base_label: str
    final_label: str
    axis_label: str
    table: Table


def layers_view(option: ShownOption, language: UiLanguage) -> LayersView:
    """Follow one option's realistic score through the six layers."""
    scores = dict(option.evaluation.waterfall)
    base = scores["base"]
    bars, previous = [], base
    for layer in Layer:
        reading = option.evaluation.layers[layer]
        bars.append(
            LayerBar(
                label=layer_name(layer, language),
                start=previous,
                end=scores[layer.value],
                factor=reading.factor,
                reason=reading.reason,
            )
        )
        previous = scores[layer.value]
    return LayersView(
        text=_text(option, base, previous, bars, language),
        base=base,
        final=previous,
        bars=tuple(bars),
        base_label=say("charts.layers.base", language),
        final_label=say("charts.layers.final", language),
        axis_label=say("charts.axis.score", language),
        table=_table(bars, base, language),
    )


def _text(option: ShownOption, base: float, final: float, bars: list[LayerBar], language: UiLanguage) -> FigureText:
    largest = max(bars, key=lambda bar: abs(bar.change))
    key = "title" if abs(largest.change) >= 0.005 else "title_still"
    title = say(
        f"charts.layers.{key}",
        language,
        letter=option.letter,
        layer=largest.label,
        change=numbers.signed(largest.change),
    )
    moves = ", ".join(f"{bar.label} {numbers.signed(bar.change)}" for bar in bars)
    return FigureText(
        title=title,
        subtitle=say("charts.layers.subtitle", language),
        alt=say(
            "charts.layers.alt",
            language,
            letter=option.letter,
            base=numbers.score(base),
            moves=moves,
            final=numbers.score(final),
        ),
    )


def _table(bars: list[LayerBar], base: float, language: UiLanguage) -> Table:
    keys = ("layer", "factor", "before", "after", "change", "reason")
    columns = tuple(say(f"charts.column.{key}", language) for key in keys)
    first = (say("charts.layers.base", language), None, None, base, None, None)
    rows = tuple((bar.label, bar.factor, bar.start, bar.end, bar.change, bar.reason) for bar in bars)
    return Table(name="layers", columns=columns, rows=(first, *rows))
