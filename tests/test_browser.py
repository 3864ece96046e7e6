"""The published site in a real browser: no outside request, no error, found by search, readable by everybody."""

from __future__ import annotations

import functools
import http.server
import re
import shutil
import threading
from typing import TYPE_CHECKING

import pytest
from whole_site import LAID_OUT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from axe_playwright_python.base import AxeResults
    from playwright.sync_api import Browser, Page

    from generator.site.swap import Layout

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PAGES = ["2026-03/claims/", "2026-03/f/F-7K2QH3/", "2026-03/c/C-007/", "404.html"]
SCHEMES = ["light", "dark"]
WIDTHS = [360, 1280]

pytestmark = pytest.mark.browser


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture(scope="module")
def address(small_site: Layout) -> Iterator[str]:
    handler = functools.partial(_Quiet, directory=str(small_site.published))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # Without a Chromium on the path playwright takes its own; there is no skip.
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page of its own context. Faults (console errors, other hosts) are collected in `page.faults`."""
    width, scheme = getattr(request, "param", (1280, "light"))
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    made = context.new_page()
    made.faults = []
    made.on(
        "console", lambda message: made.faults.append(message.text) if message.type in {"error", "warning"} else None
    )
    made.on("pageerror", lambda error: made.faults.append(str(error)))
    made.on(
        "request",
        lambda sent: (
            None if sent.url.startswith(("http://127.0.0.1:", "data:", "blob:")) else made.faults.append(sent.url)
        ),
    )
    made.on(
        "response", lambda answer: made.faults.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None
    )
    yield made
    context.close()


def violations(results: AxeResults) -> list[tuple[str, list[str]]]:
    """Rule and the first three places, so that a failure can be read."""
    return [
        (fault["id"], [str(node["target"]) for node in fault["nodes"]][:3]) for fault in results.response["violations"]
    ]


EVERY_VIEW = pytest.mark.parametrize("page", [(width, scheme) for width in WIDTHS for scheme in SCHEMES], indirect=True)


@EVERY_VIEW
def test_axe_finds_nothing_and_no_page_is_wider_than_the_screen(page: Page, address: str) -> None:
    """WCAG A, AA, 2.2 and best practice; light and dark, phone and desk."""
    from axe_playwright_python.sync_playwright import Axe

    axe = Axe()
    for path in PAGES:
        page.goto(address + path)
        page.evaluate(LAID_OUT)
        assert (path, violations(axe.run(page))) == (path, [])
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert (path, over) == (path, 0)
    assert page.faults == []


@pytest.mark.parametrize("page", [(360, "dark"), (1280, "light")], indirect=True)
def test_axe_finds_nothing_while_search_or_menu_is_open(page: Page, address: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page.goto(address + "2026-03/claims/")
    if page.viewport_size["width"] < 1000:
        page.locator("label.md-header__button[for=__drawer]").click()
        page.wait_for_timeout(300)
        assert violations(Axe().run(page)) == []
        page.goto(address + "2026-03/claims/")
    page.locator(".wm-searchbox").click()
    page.locator(".wm-find input[type=search]").press_sequentially("Zanzibar")
    page.locator(".wm-find__results a").first.wait_for()
    page.wait_for_timeout(300)
    assert violations(Axe().run(page)) == []


def test_hostile_text_runs_nothing(page: Page, address: str) -> None:
    for path in PAGES:
        page.goto(address + path)
        assert page.evaluate("window.hacked") is None
        assert page.locator("a[href^='javascript:']").count() == 0
    page.goto(address + "2026-03/c/C-007/")
    assert "window.hacked=1" in page.locator("h1").inner_text()
    assert "script" in page.title()


def test_search_finds_a_page_by_a_word_and_by_an_id_and_not_what_is_excluded(page: Page, address: str) -> None:
    page.goto(address)
    page.locator(".wm-searchbox").click()
    box = page.locator(".wm-find input[type=search]")
    for words, wanted in (("Zanzibar", "2026-03/c/C-007/"), ("F-7K2QH3", "2026-03/f/F-7K2QH3/")):
        box.fill("")
        box.press_sequentially(words)
        hit = page.locator(f".wm-find__results a[href*='{wanted}']").first
        hit.wait_for(timeout=10_000)
    box.fill("")
    page.locator(".wm-find__results:empty").wait_for(state="attached")
    box.press_sequentially("detector rule")
    page.locator(".wm-find__status", has_text=re.compile("pages?|nothing found")).wait_for()
    assert page.locator(".wm-find__results a[href*='/d/cache-rebuild/']").count() == 0
    assert page.faults == []


def test_the_reader_can_switch_to_dark_and_the_figure_goes_along(page: Page, address: str) -> None:
    page.goto(address + "2026-03/f/F-7K2QH3/")
    light, dark = page.locator(".wm-light").first, page.locator(".wm-dark").first
    assert (light.is_visible(), dark.is_visible()) == (True, False)
    page.locator("label[title='Switch to dark mode']").click()
    assert (light.is_visible(), dark.is_visible()) == (False, True)


def test_everything_is_readable_without_scripts(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    bare = context.new_page()
    bare.goto(address + "2026-03/f/F-7K2QH3/")
    for selector in (
        "h1",
        ".wm-head__key",
        ".wm-grade",
        ".wm-light",
        "figcaption",
        "#rows ~ .wm-scroll .wm-table",
        ".wm-out",
        ".wm-footer",
    ):
        assert bare.locator(selector).first.is_visible(), selector
    context.close()


def test_on_paper_the_data_is_open_and_addresses_are_written_out(page: Page, address: str) -> None:
    page.goto(address + "2026-03/f/F-7K2QH3/")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator(".wm-data table").is_visible()
    assert not page.locator(".md-header").is_visible()
    written = page.locator(".wm-out").first.evaluate("link => getComputedStyle(link, '::after').content")
    assert "https://github.com/" in written
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator(".wm-data").get_attribute("open") is None


def test_the_keyboard_reaches_content_first_and_every_wide_table(page: Page, address: str) -> None:
    page.goto(address + "2026-03/f/F-7K2QH3/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.classList.contains('md-skip')")
    for region in page.locator(".wm-scroll").all():
        assert region.get_attribute("tabindex") == "0"
        assert region.get_attribute("aria-label")
