"""Takes pictures of every page into ./screenshots: light and dark, Korean and English, wide and narrow.

Run it with the app already served:  python scripts/screenshots.py http://127.0.0.1:8501
"""

from __future__ import annotations

import argparse
import itertools
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
CHROMIUM = "/usr/bin/chromium"
SIZES = {"wide": (1360, 900), "narrow": (390, 844)}
SETTLE_MS = 1500


def main() -> None:
    """Take the pictures that the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--out", type=Path, default=Path("screenshots"))
    parser.add_argument("--themes", nargs="+", default=["light", "dark"])
    parser.add_argument("--languages", nargs="+", default=["ko", "en"])
    parser.add_argument("--sizes", nargs="+", default=list(SIZES))
    arguments = parser.parse_args()
    arguments.out.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for theme, language, size in itertools.product(arguments.themes, arguments.languages, arguments.sizes):
            take_pictures(browser, arguments.url, arguments.out, theme, language, size)
        browser.close()


def take_pictures(browser: Browser, url: str, out: Path, theme: str, language: str, size: str) -> None:
    """Walk through the pages in one combination and take a picture of each state."""
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if theme == "dark" else "light",
        locale="ko-KR" if language == "ko" else "en-US",
    )
    page = context.new_page()
    stem = f"{theme}-{language}-{size}"
    for name in ("", "emotion", "attribution", "surd", "trace", "training", "model"):
        page.goto(f"{url}/{name}?lang={language}")
        picture(page, out / f"{name or 'home'}-{stem}.png")
    page.goto(f"{url}/?lang={language}")
    settle(page)
    page.locator("[class*='st-key-home-preset']").nth(1).locator("button").click()
    settle(page)
    picture(page, out / f"dilemma-input-{stem}.png")
    page.locator(".st-key-dilemma-run button").click()
    settle(page)
    layers = page.locator(".st-key-dilemma_layers button")
    for position, layer in enumerate(("tradeoff", "pictures", "trust", "steps")):
        layers.nth(position).click()
        picture(page, out / f"dilemma-{layer}-{stem}.png")
    page.locator(".st-key-dilemma-open_trace button").click()
    picture(page, out / f"trace-step-{stem}.png")
    page.goto(f"{url}/emotion?lang={language}")
    settle(page)
    page.locator(".st-key-emotion-example button").click()
    settle(page)
    page.locator(".st-key-emotion-run button").click()
    picture(page, out / f"emotion-result-{stem}.png")
    page.goto(f"{url}/attribution?lang={language}")
    settle(page)
    page.locator(".st-key-attribution-example button").click()
    settle(page)
    page.locator(".st-key-attribution-run button").click()
    settle(page)
    layers = page.locator(".st-key-attribution_layers button")
    for position, layer in enumerate(("words", "checks", "views", "numbers")):
        layers.nth(position).click()
        picture(page, out / f"attribution-{layer}-{stem}.png")
    context.close()


def settle(page: Page) -> None:
    """Wait until the app has drawn what it was asked for."""
    page.wait_for_selector("h1.rh-question")
    page.wait_for_timeout(400)
    page.wait_for_function("() => !document.querySelector('[data-testid=stApp][data-test-script-state=running]')")
    page.wait_for_timeout(SETTLE_MS)


def picture(page: Page, path: Path) -> None:
    """Take a picture of the whole page."""
    settle(page)
    height = page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollHeight")
    size = page.viewport_size or {"width": 1360, "height": 900}
    page.set_viewport_size({"width": size["width"], "height": max(size["height"], int(height))})
    page.wait_for_timeout(700)
    page.screenshot(path=str(path))
    page.set_viewport_size(size)


if __name__ == "__main__":
    main()
