"""The words of a passage as a drawing: well formed and within its edges, whatever the words."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from tests.attributions import hand_made
from tests.fakes import HOSTILE
from workbench.charts.word_map_svg import word_map_svg
from workbench.views.word_map import word_map

SVG = "{http://www.w3.org/2000/svg}"
LONG = "약속을 어기고 거짓말을 해서 미안하고 슬펐지만 아무 말도 하지 못했어요. " * 8


def drawn(text: str, context: str = "") -> ET.Element:
    view = word_map(hand_made(text, context=context), "en")
    return ET.fromstring(word_map_svg(view, "“lied” moved it", "by hand"))


def test_hostile_words_are_text_and_nothing_else() -> None:
    root = drawn(HOSTILE, context=HOSTILE)
    assert {element.tag for element in root.iter()} == {
        f"{SVG}{tag}" for tag in ("svg", "title", "rect", "line", "text")
    }
    said = "".join(element.text or "" for element in root.iter(f"{SVG}text"))
    assert "script" in said
    assert "[U+202E]" in said
    assert "\u202e" not in ET.tostring(root, encoding="unicode")


def test_every_word_is_drawn_within_the_edges_and_below_the_one_before() -> None:
    root = drawn(LONG)
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    words = [element.attrib for element in root.iter(f"{SVG}text") if "textLength" in element.attrib]
    assert len(words) == len(hand_made(LONG).words)
    assert all(float(one["x"]) + float(one["textLength"]) <= width for one in words)
    rows = [float(one["y"]) for one in words]
    assert rows == sorted(rows)
    assert 1 < len(set(rows)) < len(rows)
    assert rows[-1] < height - 60


def test_what_raises_and_what_lowers_differ_without_colour() -> None:
    lines = [element.attrib for element in drawn("I lied today").iter(f"{SVG}line")]
    assert [("stroke-dasharray" in one) for one in lines[:3]] == [False, True, False]
