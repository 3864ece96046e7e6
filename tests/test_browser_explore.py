"""Timeline and explore in a real browser: by keyboard alone, with state in the address, and whole without scripts."""

from __future__ import annotations

import functools
import shutil
import threading
from datetime import UTC, datetime
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from test_browser import _Quiet, browser, page, violations

from generator.build import plan, read_content
from generator.site.publish import run_mkdocs, write_docs
from generator.site.render import SiteContext, render
from generator.site.static_files import static_files
from generator.site.swap import Layout

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

__all__ = ["browser", "page"]  # fixtures

ROOT = Path(__file__).parent.parent
SMALL = Path(__file__).parent / "sites" / "small" / "content"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
EXPLORE, TIMELINE = "2026-03/explore/", "2026-03/timeline/"
ROWS = "[data-f]"
PHONE_AND_DESK = pytest.mark.parametrize("page", [(360, "light"), (1280, "dark")], indirect=True)

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Both pages of the small case in the theme of the site; what they link to is left out."""
    root = tmp_path_factory.mktemp("explore")
    shutil.copytree(SMALL, root / "content")
    shutil.copytree(ROOT / "content" / "examples", root / "content" / "examples")
    shutil.copytree(ROOT / "templates", root / "templates")
    config, rest = (ROOT / "mkdocs.yml").read_text("utf-8").split("\nnav:")
    (root / "mkdocs.yml").write_text(f"{config}\nvalidation:{rest.partition('validation:')[2]}", "utf-8")
    dossier = read_content(root, now=NOW, version="0.1.0")
    pages = tuple(page for page in plan(dossier) if page.path in {EXPLORE, TIMELINE, ""})
    layout = Layout(root)
    files = render(pages, templates=root / "templates", site_context=SiteContext.of(dossier))
    write_docs((*files, *static_files(root / "templates")), layout)
    run_mkdocs(layout, NOW.date())
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(layout.built)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


def shown(page: Page) -> list[str]:
    """Records on screen, in order, by the addresses of their pages."""
    return page.evaluate(
        """() => [...document.querySelectorAll("[data-f]")].filter((row) => row.checkVisibility())
              .map((row) => row.querySelector("a").getAttribute("href").replace("../", ""))"""
    )


def listed(page: Page) -> list[str]:
    """The same of all rows, also of those folded away."""
    return page.evaluate(
        """() => [...document.querySelectorAll("[data-f]:not([hidden])")]
              .map((row) => row.querySelector("a").getAttribute("href").replace("../", ""))"""
    )


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is there; a control that no Tab reaches fails."""
    for _ in range(80):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"no Tab leads to {selector}")


def status(page: Page) -> str:
    return page.locator(".wm-filters [role=status]").inner_text()


@pytest.mark.parametrize("path", [EXPLORE, TIMELINE])
def test_without_scripts_every_row_stands_there_and_no_dead_control(browser: Browser, address: str, path: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    bare = context.new_page()
    bare.goto(address + path)
    assert not bare.locator(".wm-filters").is_visible()
    assert bare.locator(".wm-explore button").count() == 0
    rows = bare.locator(ROWS)
    folded = bare.locator(f"details:not([open]) {ROWS}").count()
    seen = rows.evaluate_all("rows => rows.filter(row => row.checkVisibility() && row.getClientRects().length).length")
    assert seen == rows.count() - folded
    hrefs = rows.evaluate_all("rows => rows.map(row => row.querySelector('a').getAttribute('href'))")
    context.close()
    context = browser.new_context()
    live = context.new_page()
    live.goto(address + path)
    assert ["../" + one for one in listed(live)] == hrefs, "the same rows in the same order with scripts"
    context.close()


def test_filters_work_by_keyboard_alone_and_the_focus_stays(page: Page, address: str) -> None:
    page.goto(address + EXPLORE)
    everything = shown(page)
    tab_to(page, "input[name=record][value=report]")
    page.keyboard.press("Space")
    assert shown(page) == [one for one in everything if one.startswith("r/")]
    assert page.evaluate("document.activeElement.value") == "report"
    tab_to(page, "select[name=layer]")
    page.keyboard.press("c")  # Client
    assert page.evaluate("document.activeElement.name") == "layer"
    assert page.locator("select[name=layer]").input_value() == "client"
    found = shown(page)
    assert found == ["r/cc-46829/"]
    assert status(page) == f"1 of {len(everything)} rows shown"
    assert page.evaluate("location.search") == "?record=report&layer=client"
    tab_to(page, "button[type=reset]")
    page.keyboard.press("Enter")
    page.wait_for_function("location.search === ''")
    assert shown(page) == everything
    assert page.faults == []


def test_the_address_carries_the_state_and_restores_it(page: Page, address: str) -> None:
    page.goto(
        f"{address}{EXPLORE}?record=event&record=incident&surface=claude-code&sort=-date&words=code&week=nonsense"
    )
    ticked = page.locator("input[name=record]:checked").evaluate_all("boxes => boxes.map((box) => box.value)")
    assert set(ticked) == {"event", "incident"}
    assert page.locator("select[name=surface]").input_value() == "claude-code"
    assert page.locator("select[name=week]").input_value() == "", "a value that is not offered filters nothing"
    assert page.locator("th[aria-sort]").get_attribute("aria-sort") == "descending"
    found = shown(page)
    assert found
    assert all(one.startswith(("e/", "i/")) for one in found)
    page.locator("select[name=surface]").select_option("")
    again = page.evaluate("location.href")
    kept = shown(page)
    page.goto(again)
    assert shown(page) == kept


def test_a_count_beside_a_choice_is_what_the_choice_gives(page: Page, address: str) -> None:
    page.goto(address + EXPLORE)
    page.locator("input[name=record][value=report]").check()
    for option in page.locator("select[name=symptom] option:not([value=''])").all():
        value, label = option.get_attribute("value"), option.inner_text()
        page.locator("select[name=symptom]").select_option(value)
        assert label.endswith(f"({len(shown(page))})"), label


def test_heads_sort_by_keyboard_up_then_down_then_back_to_groups(page: Page, address: str) -> None:
    page.goto(address + EXPLORE)
    grouped = shown(page)
    days = """() => [...document.querySelectorAll(".wm-explore time:first-of-type")]
        .filter((time) => time.checkVisibility()).map((time) => time.textContent)"""
    tab_to(page, "th[data-sort=date] button")
    page.keyboard.press("Enter")
    up = page.evaluate(days)
    assert up == sorted(up)
    assert page.evaluate("document.activeElement.parentNode.getAttribute('aria-sort')") == "ascending"
    assert not page.locator(".wm-explore__group").first.is_visible(), "a sorted table has no groups"
    page.keyboard.press("Enter")
    down = page.evaluate(days)
    assert down == sorted(up, reverse=True)
    assert page.evaluate("location.search") == "?sort=-date"
    page.keyboard.press("Enter")
    assert shown(page) == grouped
    assert page.evaluate("location.search") == ""
    assert page.faults == []


def test_the_timeline_opens_folded_months_that_hold_what_is_asked_for_and_hides_empty_ones(
    page: Page, address: str
) -> None:
    page.goto(address + TIMELINE)
    tab_to(page, "input[name=kind][value=report]")
    page.keyboard.press("Space")
    found = shown(page)
    assert found == listed(page)
    assert "r/cc-46829/" in found
    assert page.evaluate("location.search") == "?kind=report"
    empty = page.evaluate(
        """() => [...document.querySelectorAll("[data-group]")].filter((group) => group.checkVisibility()
              && !group.querySelector("[data-f]:not([hidden])")).length"""
    )
    assert empty == 0


def test_the_strip_draws_what_the_list_shows_and_the_article_behind_it(page: Page, address: str) -> None:
    page.goto(address + TIMELINE)
    marks = page.locator(".wm-live rect:not(.wm-live__article, .wm-live__fault, .wm-live__policy, .wm-live__statement)")
    assert page.locator(".wm-live__article").count() == 1
    assert marks.count() > 0
    assert not page.locator("#timeline-strip .wm-chart").is_visible(), "one strip is enough"
    page.locator("input[name=words]").fill("no such word anywhere")
    assert marks.count() == 0
    assert status(page).startswith("0 of ")
    assert page.locator(".wm-live").get_attribute("aria-hidden") == "true"
    assert page.locator(".wm-live :is(a, button, [tabindex])").count() == 0, (
        "what is hidden from readers takes no focus"
    )


@PHONE_AND_DESK
def test_axe_finds_nothing_and_the_pages_are_not_wider_than_the_screen(page: Page, address: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    for path in (EXPLORE, TIMELINE, f"{EXPLORE}?sort=grade&record=claim", f"{TIMELINE}?kind=report"):
        page.goto(address + path)
        assert (path, violations(Axe().run(page))) == (path, [])
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert (path, over) == (path, 0)
    assert page.faults == []
