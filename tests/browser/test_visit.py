"""A person in front of a browser."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import Visitor
from tests.fakes import HOSTILE
from workbench.copy import say

SITUATION = "병동에서 환자에게 약이 잘못 들어간 걸 나만 봤어요. 말하면 동료가 징계를 받을 수 있어요."
OPTION_FIELDS = "[class*=st-key-dilemma-option-] textarea"
OPTIONS = ("수간호사에게 바로 알려 환자를 지킨다.", "동료와의 약속을 지켜 아무 말도 하지 않는다.")


def describe(visitor: Visitor, situation: str, options: tuple[str, str]) -> None:
    visitor.write("dilemma.situation", situation)
    for number, option in enumerate(options):
        visitor.page.locator(OPTION_FIELDS).nth(number).fill(option)
    visitor.press("dilemma.run")
    visitor.page.wait_for_selector(".st-key-dilemma_layers")
    visitor.settle()


def read_example(visitor: Visitor) -> None:
    visitor.press("emotion.example")
    visitor.page.wait_for_function("() => document.querySelector('.st-key-emotion-text textarea').value !== ''")
    visitor.settle()
    visitor.press("emotion.run")
    visitor.page.wait_for_selector(".st-key-emotion_layers")
    visitor.settle()


def show_layer(visitor: Visitor, page: str, position: int) -> None:
    button = visitor.page.locator(f".st-key-{page}_layers button").nth(position)
    button.click()
    expect(button).to_have_attribute("aria-checked", "true")
    visitor.settle()


def test_a_dilemma_is_typed_read_traced_and_read_again_in_english(visitor: Visitor) -> None:
    visitor.open("")
    visitor.expect(say("home.question", "ko"))
    visitor.press("home.own")
    describe(visitor, SITUATION, OPTIONS)
    visitor.expect(say("dilemma.result.speaks_for", "ko"))
    visitor.press("dilemma.reveal")
    revealed = visitor.read()
    assert (
        say("dilemma.result.abstained_title", "ko") in revealed or say("dilemma.result.reveal_title", "ko") in revealed
    )
    show_layer(visitor, "dilemma", 3)
    visitor.press("dilemma.open_trace")
    visitor.page.wait_for_url("**step=**")
    visitor.page.wait_for_selector(".js-plotly-plot")
    visitor.press("trace.verify")
    visitor.page.wait_for_selector("[data-testid=stAlertContentSuccess]")
    visitor.page.locator(".st-key-frame-language button").nth(1).click()
    visitor.settle()
    visitor.expect(say("trace.question", "en"))
    assert "lang=en" in visitor.page.url
    visitor.page.get_by_role("link", name="Dilemma").first.click()
    visitor.settle()
    visitor.expect(say("dilemma.result.source", "en"))
    visitor.press("dilemma.edit")
    expect(visitor.page.locator(".st-key-dilemma-situation textarea")).to_have_value(SITUATION)
    expect(visitor.page.locator(OPTION_FIELDS).first).to_have_value(OPTIONS[0])
    assert all(word not in visitor.page.url for word in ("%EB", "situation"))


def test_every_request_stays_on_this_machine(visitor: Visitor) -> None:
    visitor.open("emotion?lang=ko")
    read_example(visitor)
    visitor.page.wait_for_selector(".js-plotly-plot")
    home = urlsplit(visitor.url).netloc
    assert visitor.requested
    assert {urlsplit(url).netloc for url in visitor.requested if not url.startswith(("data:", "blob:"))} == {home}
    loaded = visitor.page.evaluate(
        "() => document.fonts.ready.then(() => document.fonts.check('16px Pretendard', '뷁쮏A'))"
    )
    assert loaded
    assert any(url.endswith("PretendardVariable.woff2") for url in visitor.requested)


def test_hostile_text_shows_as_text(visitor: Visitor) -> None:
    dialogs: list[str] = []
    visitor.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    visitor.open("dilemma?lang=en")
    describe(visitor, f"I must decide. {HOSTILE}", (f"Tell {HOSTILE}", f"Stay silent {HOSTILE}"))
    for layer in range(4):
        show_layer(visitor, "dilemma", layer)
        shown = visitor.read()
        assert "<script>alert(1)</script> **bold** $x^2$ :red[red]" in shown
        assert visitor.page.locator("[data-testid=stMain] .katex").count() == 0
        assert visitor.page.locator("[data-testid=stMain] a[href*='a.example']").count() == 0
    visitor.press("dilemma.edit")
    visitor.page.locator(OPTION_FIELDS).nth(1).fill(f"Tell {HOSTILE}")
    visitor.press("dilemma.run")
    message = visitor.page.locator("[data-testid=stAlertContentError]").inner_text().replace("\u2060", "")
    assert "<script>alert(1)</script> **bold** $x^2$ :red[red] <b>b</b> [link](http://a.example) :smile:" in message
    assert not dialogs


def test_the_keyboard_reaches_the_primary_button_and_works_it(visitor: Visitor) -> None:
    visitor.open("emotion?lang=en")
    visitor.page.locator(".st-key-emotion-text textarea").fill("I am so sad and tired today.")
    for _ in range(12):
        visitor.page.keyboard.press("Tab")
        key = visitor.page.evaluate("() => document.activeElement.closest('.st-key-emotion-run') !== null")
        if key:
            break
    assert key
    visitor.page.keyboard.press("Enter")
    visitor.settle()
    visitor.expect(say("emotion.result.words", "en"))


@pytest.mark.parametrize("path", ["", "dilemma", "emotion", "attribution", "trace", "model"])
def test_no_page_has_a_serious_barrier_of_ours(visitor: Visitor, path: str) -> None:
    visitor.open(f"{path}?lang=ko")
    if path == "emotion":
        read_example(visitor)
    results = Axe().run(visitor.page, options={"runOnly": ["wcag2a", "wcag2aa"]}).response
    serious = [
        (violation["id"], node["target"])
        for violation in results["violations"]
        if violation["impact"] in {"serious", "critical"}
        for node in violation["nodes"]
    ]
    assert not serious


def test_a_trace_is_downloaded_whole(visitor: Visitor, tmp_path: Path) -> None:
    visitor.open("emotion?lang=ko")
    read_example(visitor)
    show_layer(visitor, "emotion", 2)
    with visitor.page.expect_download() as pending:
        visitor.page.locator(".st-key-emotion-download button").click()
    target = tmp_path / "result.json"
    pending.value.save_as(target)
    assert json.loads(target.read_text(encoding="utf-8"))["calculation_trace"]["schema"] == "redheart.trace/1"


def test_the_menu_of_a_telephone_gives_way_to_the_page_it_leads_to(visitor: Visitor) -> None:
    visitor.page.set_viewport_size({"width": 390, "height": 844})
    visitor.open("?lang=en")
    opens = visitor.page.locator("[data-testid=stExpandSidebarButton]")
    opens.click()
    expect(opens).to_have_count(0)
    visitor.page.get_by_role("link", name="Emotion").first.click()
    visitor.expect(say("emotion.question", "en"))
    expect(opens).to_be_visible()
    opens.click()
    visitor.page.locator(".st-key-frame-language button").first.click()
    visitor.expect(say("emotion.question", "ko"))
    expect(opens).to_have_count(0)
