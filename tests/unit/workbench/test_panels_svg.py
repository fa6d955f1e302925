"""Curves as a drawing of its own."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from workbench.charts.panels_svg import panel_svg, ticks
from workbench.views.figure import FigureText, Table
from workbench.views.panels import LineView, PanelsView, PanelView, single_points

HOSTILE = "<script>alert(1)</script> & \"'"


def view_of(*values: float, is_log: bool = False) -> PanelsView:
    line = LineView(name=HOSTILE, stretches=single_points(range(1, len(values) + 1), values), role="first")
    panel = PanelView(title="loss", lines=(line,), is_log=is_log)
    return PanelsView(
        text=FigureText(title="t", subtitle="s", alt=HOSTILE), panels=(panel,), axis_label="step",
        table=Table(name="t", columns=(), rows=()),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("low", "high", "is_log", "expected"),
    [
        (0.0, 1.0, False, (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)),
        (1, 120, False, (50, 100)),
        (-0.3, 0.3, False, (-0.2, 0.0, 0.2)),
        (0.002, 30, True, (0.01, 0.1, 1.0, 10.0)),
        (2.0, 3.0, True, (2.0, 2.2, 2.4, 2.6, 2.8, 3.0)),
    ],
)
def test_ticks_are_round(low: float, high: float, is_log: bool, expected: tuple[float, ...]) -> None:
    assert ticks(low, high, is_log=is_log) == pytest.approx(expected)


@pytest.mark.parametrize(("values", "is_log"), [((3, 1, 2), False), ((1, 1), False), ((0.0, 0.1, 10.0), True)])
def test_points_lie_inside_the_drawing_and_names_stay_text(values: tuple[float, ...], is_log: bool) -> None:
    view = view_of(*values, is_log=is_log)
    drawing = ET.fromstring(panel_svg(view, view.panels[0]))
    (curve,) = (each for each in drawing if each.tag.endswith("polyline"))
    places = [tuple(map(float, point.split(","))) for point in curve.attrib["points"].split()]
    _, _, width, height = map(float, drawing.attrib["viewBox"].split())
    assert len(places) == len(values)
    assert all(0 < x < width and 0 < y < height for x, y in places)
    order = sorted(range(len(values)), key=lambda place: values[place])
    heights = [places[place][1] for place in order]
    assert heights == sorted(heights, reverse=True), "a higher value lies higher"
    assert HOSTILE in {each.text for each in drawing.iter()}


def test_a_single_point_is_drawn() -> None:
    view = view_of(2.0)
    assert "<circle" in panel_svg(view, view.panels[0])
