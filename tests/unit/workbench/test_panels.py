"""Panels of curves: titles stay over their panel, and what hardly moves does not look as if it did."""

from __future__ import annotations

import pytest

from tests.unit.workbench.test_panels_svg import view_of
from workbench.charts.panels import panels_chart
from workbench.charts.theme import LIGHT
from workbench.views.panels import LevelView, PanelsView, PanelView


def _titled(title: str) -> PanelsView:
    view = view_of(1, 2)
    return PanelsView(
        text=view.text, panels=(PanelView(title=title, lines=view.panels[0].lines),), axis_label="step",
        table=view.table,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("loss, nats", ["loss, nats"]),
        ("정서가·각성·지배감 (EmoBank): 각성의 상관", ["정서가·각성·지배감 (EmoBank)", "각성의 상관"]),
        (
            "the pleasanter of two (ETHICS): pairs right by the pleasure that the model gives each",
            ["the pleasanter of two (ETHICS)", "pairs right by the pleasure that the", "model gives each"],
        ),
    ],
)
def test_a_long_title_takes_several_lines_and_makes_room_for_them(title: str, expected: list[str]) -> None:
    view = _titled(title)
    chart, short = panels_chart(view, view.panels, LIGHT), panels_chart(_titled("a"), _titled("a").panels, LIGHT)
    assert chart.layout.annotations[0].text.split("<br>") == expected
    room = chart.layout.margin.t - short.layout.margin.t
    assert room == 15 * (len(expected) - 1)
    assert chart.layout.height - short.layout.height == room


@pytest.mark.parametrize(
    ("values", "level", "low", "high"),
    [((0.5, 0.5), 0.5, 0.49, 0.51), ((0.0, 0.0), 0.0, -0.1, 0.1), ((0.28715, 0.28715), 0.28735, 0.2815, 0.2930)],
)
def test_what_hardly_moves_is_drawn_flat(values: tuple[float, ...], level: float, low: float, high: float) -> None:
    view = view_of(*values)
    panel = PanelView(title="a", lines=view.panels[0].lines, levels=(LevelView(y=level, note="floor"),))
    assert panels_chart(view, (panel,), LIGHT).layout.yaxis.range == pytest.approx((low, high), abs=1e-4)


def test_what_moves_and_what_is_endless_is_left_to_plotly() -> None:
    for values in ((0.5, 0.6), (0.5, float("inf"))):
        view = view_of(*values)
        assert panels_chart(view, view.panels, LIGHT).layout.yaxis.range is None
