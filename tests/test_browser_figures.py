"""Charts drawn live in a real browser: by the policy of the site, in both themes, on a phone; the picture stays else."""

from __future__ import annotations

import functools
import http.server
import re
import threading
from datetime import UTC, datetime

import pytest
from test_permanence import small_root

from generator.build import build

REPORTS, FIGURE, HUB, WITHOUT = (
    "2026-03/reports/",
    "2026-03/g/reports-by-week/",
    "2026-03/figures/",
    "2026-03/contribute/",
)
VEGA = "/assets/live/vega-"
LIVE = "#reports-by-week .wm-chart--live, #figure .wm-chart--live"
MARKS = ".wm-drawn svg .role-mark path"

pytestmark = [pytest.mark.browser, pytest.mark.slow]


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A small case, published with every check of the site."""
    root = small_root(tmp_path_factory.mktemp("figures"))
    return build(root, now=datetime(2026, 11, 30, 12, tzinfo=UTC), version="0.1.0").site


@pytest.fixture(scope="module")
def address(site):
    handler = functools.partial(_Quiet, directory=str(site))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@pytest.fixture
def open_page(browser):
    """Opens pages; every message of the console, every error, every breach of the policy and every request is kept."""
    contexts = []

    def opened(address, *, width=1280, scheme="light", script=None, **more):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **more)
        contexts.append(context)
        page = context.new_page()
        page.faults, page.asked = [], []
        page.on("console", lambda message: page.faults.append(message.text))
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.on("request", lambda request: page.asked.append(request.url))
        page.add_init_script(
            "addEventListener('securitypolicyviolation', (event) => console.error('policy', event.violatedDirective))"
        )
        if script:
            page.add_init_script(script)
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()


def drawn(page, place="#reports-by-week, #figure"):
    page.locator(place).first.scroll_into_view_if_needed()
    page.locator(LIVE).first.wait_for(timeout=8_000)
    return page.locator(MARKS).count()


def elsewhere(page, address):
    return [url for url in page.asked if not url.startswith((address, "data:", "blob:"))]


@pytest.mark.parametrize("path", [REPORTS, FIGURE])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_a_figure_is_drawn_live_without_an_error_and_asks_no_other_host(open_page, address, path, scheme, width):
    page = open_page(address + path, width=width, scheme=scheme)
    assert drawn(page) > 3
    assert page.faults == []
    assert elsewhere(page, address) == []
    assert page.locator(".wm-chart--live > picture:visible").count() == 0
    box = page.locator(".wm-drawn")
    assert (box.get_attribute("role"), box.get_attribute("aria-roledescription")) == ("img", None)
    assert box.get_attribute("aria-label") == page.locator(".wm-chart img").first.get_attribute("alt")
    assert page.locator(".wm-drawn svg").get_attribute("aria-hidden") == "true"
    assert page.locator(".wm-drawn [aria-label]").count() == 0
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over == 0
    wide = page.locator(".wm-drawn svg").evaluate("node => node.viewBox.baseVal.width")
    assert (wide < 400) == (width == 360)
    ink = {"light": "#1c2326", "dark": "#e6e4dd"}[scheme]
    assert page.locator(f'.wm-drawn svg [fill="{ink}"]').count() > 0


def test_nothing_is_loaded_before_a_figure_is_near_or_where_there_is_none(open_page, address):
    page = open_page(address + REPORTS, script="window.IntersectionObserver = class { observe() {} unobserve() {} };")
    page.wait_for_timeout(300)
    assert not [url for url in page.asked if VEGA in url]
    page = open_page(address + WITHOUT)
    page.wait_for_timeout(300)
    assert not [url for url in page.asked if VEGA in url or "figures.js" in url]


@pytest.mark.parametrize(
    "script",
    [
        "Object.defineProperty(Navigator.prototype, 'connection', { get: () => ({ saveData: true }) });",
        "const plain = matchMedia; window.matchMedia = (query) => query.includes('reduced-data') ? "
        "{ matches: true, addEventListener() {} } : plain(query);",
    ],
    ids=["Save-Data", "prefers-reduced-data"],
)
def test_who_saves_data_keeps_the_picture(open_page, address, script):
    page = open_page(address + FIGURE, script=script)
    page.wait_for_timeout(500)
    assert not [url for url in page.asked if VEGA in url]
    assert page.locator(".wm-chart picture img:visible").count() == 1


@pytest.mark.parametrize(
    "body", [None, "not a script (", "window.wmVega = { embed() { throw new Error('x'); } };",
             "window.wmVega = { embed: async (box) => { box.textContent = 'x'; } };"],
    ids=["lost", "broken", "throws", "draws nothing"],
)  # fmt: skip
def test_on_any_failure_the_picture_stays(open_page, address, browser, body):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    served = {"body": body or "", "status": 200 if body else 404, "content_type": "text/javascript"}
    page.route(re.compile(re.escape(VEGA) + r"[0-9a-f]{12}\.js$"), lambda route: route.fulfill(**served))
    page.goto(address + FIGURE)
    page.wait_for_timeout(800)
    assert page.locator(".wm-drawn").count() == 0
    assert page.locator(".wm-chart--live").count() == 0
    assert page.locator(".wm-chart picture img:visible").count() == 1
    context.close()


def test_the_live_chart_follows_the_theme_and_the_width(open_page, address):
    page = open_page(address + FIGURE)
    drawn(page)
    assert page.locator('.wm-drawn svg [fill="#1c2326"]').count() > 0
    page.evaluate("document.body.dataset.mdColorScheme = 'slate'")
    page.locator('.wm-drawn svg [fill="#e6e4dd"]').first.wait_for(state="attached", timeout=10_000)
    assert page.locator(".wm-drawn").count() == 1
    page.set_viewport_size({"width": 360, "height": 800})
    page.wait_for_function("document.querySelector('.wm-drawn svg').viewBox.baseVal.width < 400")
    assert page.locator(".wm-drawn").count() == 1
    assert page.faults == []


def test_a_mark_says_the_words_of_the_table_as_text(open_page, address):
    page = open_page(address + FIGURE)
    drawn(page)
    page.locator(".wm-drawn svg .mark-rect.role-mark path").last.hover(force=True)
    tip = page.locator(".wm-tip:visible")
    tip.wait_for(timeout=5_000)
    said = tip.inner_text()
    heads = page.locator(".wm-table thead th").all_inner_texts()
    assert "Week from" in said
    assert "Week from" in heads
    assert any(week in said for week in page.locator(".wm-table tbody td:first-child").all_inner_texts())
    page.keyboard.press("Escape")
    assert page.locator(".wm-tip:visible").count() == 0
    assert page.faults == []


def test_what_is_printed_is_one_picture(open_page, address):
    page = open_page(address + FIGURE, scheme="dark")
    drawn(page)
    page.emulate_media(media="print")
    assert page.locator(".wm-chart img:visible").count() == 1
    assert page.locator(".wm-drawn:visible").count() == 0


def test_a_page_that_was_opened_as_a_file_draws_too(open_page, site):
    page = open_page((site / FIGURE / "index.html").as_uri())
    assert drawn(page) > 3
    assert all(url.startswith(("file:", "data:")) for url in page.asked)


def test_axe_finds_nothing_on_a_live_figure_and_in_the_list(open_page, address):
    from axe_playwright_python.sync_playwright import Axe

    for path, width, scheme in (
        (FIGURE, 1280, "light"),
        (FIGURE, 360, "dark"),
        (HUB, 1280, "dark"),
        (HUB, 360, "light"),
    ):
        page = open_page(address + path, width=width, scheme=scheme, reduced_motion="reduce")
        if path == FIGURE:
            drawn(page)
        found = Axe().run(page).response["violations"]
        assert [(path, fault["id"], [node["target"] for node in fault["nodes"]][:3]) for fault in found] == []
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
