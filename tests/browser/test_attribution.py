"""A person who asks which words moved a score."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Visitor
from tests.fakes import HOSTILE
from workbench.copy import say

WORDS = ".rh-map-text"
QUICK = "attribution?lang=en&method=input_x_gradient"


def test_hostile_words_are_marked_and_stay_text(visitor: Visitor) -> None:
    dialogs: list[str] = []
    visitor.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    visitor.open(QUICK)
    visitor.write("attribution.text", f"I feel so sad. {HOSTILE}")
    visitor.press("attribution.run")
    visitor.page.wait_for_selector(WORDS)
    visitor.settle()
    shown = visitor.page.locator(WORDS).inner_text().replace("+", "").replace("−", "")
    assert "<script>alert(1)</script> **bold** $x^2$ :red[red] <b>b</b> [link](http://a.example) :smile:" in shown
    assert visitor.page.locator(f"{WORDS} mark").count() >= 1
    assert visitor.page.locator("[data-testid=stMain] .katex, .rh-map-text b, .rh-map-text a").count() == 0
    assert not dialogs


def test_the_keyboard_alone_leads_from_the_text_to_the_words(visitor: Visitor) -> None:
    visitor.open(QUICK)
    visitor.page.locator(".st-key-attribution-text textarea").fill("I am so sad and tired today.")
    reached = False
    for _ in range(14):
        visitor.page.keyboard.press("Tab")
        reached = visitor.page.evaluate("() => document.activeElement.closest('.st-key-attribution-run') !== null")
        if reached:
            break
    assert reached
    visitor.page.keyboard.press("Enter")
    words = visitor.page.locator(WORDS)
    words.wait_for()
    visitor.settle()
    words.focus()
    expect(words).to_be_focused()
    visitor.expect(say("attribution.trust.heading", "en"))


def test_a_long_work_stops_when_it_is_told_to_and_gives_the_model_back(visitor: Visitor) -> None:
    visitor.open("attribution?lang=en&steps=512")
    visitor.write("attribution.text", "I felt scared and so sad to be left alone on the ward. " * 12)
    visitor.page.locator(".st-key-attribution-run button").click()
    stop = visitor.page.locator(".st-key-attribution-stop_words button")
    stop.wait_for()
    stop.click()
    visitor.expect(say("attribution.progress.cancelled", "en"))
    visitor.settle()
    assert visitor.page.locator(WORDS).count() == 0
    visitor.open(QUICK)
    visitor.write("attribution.text", "I am so sad.")
    visitor.press("attribution.run")
    visitor.page.wait_for_selector(WORDS)


def test_a_text_travels_from_the_emotions_without_entering_the_address_and_the_way_leads_back(visitor: Visitor) -> None:
    text = "I lied to my friend, and now I am so sad."
    visitor.open("emotion?lang=en")
    visitor.write("emotion.text", text)
    visitor.press("emotion.run")
    visitor.page.locator("[class*='st-key-emotion-words-'] button").first.click()
    carried = visitor.page.locator(".st-key-attribution-text textarea")
    carried.wait_for()
    visitor.settle()
    expect(carried).to_have_value(text)
    assert "/attribution" in visitor.page.url
    assert "lied" not in visitor.page.url
    visitor.page.get_by_role("link", name=say("attribution.back.emotion", "en")).click()
    visitor.page.wait_for_url("**/emotion**")
    visitor.settle()
    expect(visitor.page.locator(".st-key-emotion-text textarea")).to_have_value(text)
