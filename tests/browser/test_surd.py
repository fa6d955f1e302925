"""A person who asks whether components say the same thing."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Visitor
from workbench.copy import say

MAKE, STOP = ".st-key-surd-make button", ".st-key-surd-stop_making button"


def test_scoring_an_ensemble_stops_when_it_is_told_to_and_can_begin_again(visitor: Visitor) -> None:
    visitor.open("surd?lang=en&population=ensemble&parts=5")
    visitor.page.locator(MAKE).click()
    visitor.page.locator(STOP).click()
    visitor.expect(say("surd.progress.stopped", "en"))
    visitor.settle()
    expect(visitor.page.locator(MAKE)).to_be_visible()
    assert visitor.page.locator(".js-plotly-plot").count() == 0


def test_the_figures_of_the_study_stand_inside_a_narrow_page(visitor: Visitor) -> None:
    visitor.page.set_viewport_size({"width": 390, "height": 844})
    visitor.open("surd?lang=ko&surrogates=199&bootstrap=200")
    visitor.page.locator(".js-plotly-plot").nth(1).wait_for()
    visitor.settle()
    wide = visitor.page.evaluate(
        "() => [...document.querySelectorAll('.js-plotly-plot, .rh-lead, .rh-trust')]"
        ".filter(e => e.getBoundingClientRect().right > window.innerWidth + 1).length"
    )
    assert wide == 0
