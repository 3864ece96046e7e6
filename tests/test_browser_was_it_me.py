"""Was it me? in a real browser: the rule of the script is the rule of the program, and the address repeats the answer."""

from __future__ import annotations

import functools
import shutil
import threading
from datetime import UTC, date, datetime
from http.server import ThreadingHTTPServer
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from test_browser import _Quiet, browser, page, violations
from test_browser_explore import tab_to
from test_pages_was_it_me import case

from generator.dossier.applying import applying
from generator.dossier.applying.base import Choice, applies
from generator.pages import was_it_me
from generator.site.publish import run_mkdocs, write_docs
from generator.site.render import SiteContext, render
from generator.site.static_files import static_files
from generator.site.swap import Layout

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

__all__ = ["browser", "page"]  # fixtures

ROOT = Path(__file__).parent.parent
PATH = "2026-03/was-it-me/"
WEEK = "?version=2.1.76&surface=claude-code&plan=pro&from=2026-03-17&to=2026-03-23"
PHONE_AND_DESK = pytest.mark.parametrize("page", [(360, "light"), (1280, "dark")], indirect=True)

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    """The page of the invented case in the theme of the site; what it links to is left out."""
    root = tmp_path_factory.mktemp("was-it-me")
    shutil.copytree(ROOT / "templates", root / "templates")
    config, rest = (ROOT / "mkdocs.yml").read_text("utf-8").split("\nnav:")
    (root / "mkdocs.yml").write_text(f"{config}\nvalidation:{rest.partition('validation:')[2]}", "utf-8")
    made = Layout(root)
    pages = tuple(was_it_me.KIND.pages(case()))
    files = render(pages, templates=root / "templates", site_context=SiteContext.of(case()))
    write_docs((*files, *static_files(root / "templates")), made)
    run_mkdocs(made, datetime(2026, 11, 24, tzinfo=UTC).date())
    return made


@pytest.fixture(scope="module")
def address(layout: Layout) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(layout.built)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/{PATH}"
    server.shutdown()


def shown(page: Page) -> set[str]:
    rows = page.locator("tr[data-id]")
    return set(rows.evaluate_all("rows => rows.filter((row) => row.checkVisibility()).map((row) => row.dataset.id)"))


def answer(page: Page) -> str:
    return page.locator(".wm-answer").inner_text()


def show_all(page: Page, address: str) -> None:
    """Before anything is chosen, each kind shows its first five records; a button shows the rest."""
    page.goto(address)
    while (more := page.locator(".wm-more:visible")).count():
        more.first.click()


def test_without_scripts_every_record_stands_there_and_no_dead_control(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    bare = context.new_page()
    bare.goto(address + WEEK)
    assert not bare.locator(".wm-ask").is_visible()
    assert bare.locator("tr[data-id]:visible").count() == len(applying(case().library, clients=True))
    assert bare.locator(".wm-none:visible").count() == 0
    context.close()


def test_the_script_hides_exactly_what_the_program_says_does_not_apply(page: Page, address: str) -> None:
    """Every combination of versions around the ends of ranges, products, plans and days around the ends of periods."""
    found = applying(case().library, clients=True)
    days = [
        ("", ""),
        ("2026-03-17", "2026-03-23"),
        ("2026-03-28", ""),
        ("", "2026-03-12"),
        ("2026-04-23", "2026-04-23"),
    ]
    show_all(page, address)
    versions = ["", "2.1.9", "2.1.68", "2.1.69", "2.1.76", "2.1.88", "2.1.90", "2.1.100", "2.1.200"]
    for version, surface, plan, (first, last) in product(versions, ["", "claude-ai", "api"], ["", "max", "free"], days):
        ids = page.evaluate(
            """(values) => {
                const form = document.querySelector(".wm-ask");
                for (const [name, value] of Object.entries(values)) form.elements[name].value = value;
                form.dispatchEvent(new Event("submit", { cancelable: true }));
                return new Promise((done) => setTimeout(() => done(
                    [...document.querySelectorAll("tr[data-id]:not([hidden])")].map((row) => row.dataset.id)), 2));
            }""",
            {"version": version, "surface": surface, "plan": plan, "from": first, "to": last},
        )
        choice = Choice(
            version,
            surface,
            plan,
            date.fromisoformat(first) if first else None,
            date.fromisoformat(last) if last else None,
        )
        assert (choice, ids) == (choice, [one.id for one in found if applies(one, choice)])
    assert page.faults == []


def test_a_copied_address_repeats_the_answer(page: Page, address: str) -> None:
    page.goto(address)
    few = shown(page)
    show_all(page, address)
    everything = shown(page)
    assert few < everything == {one.id for one in applying(case().library, clients=True)}
    assert answer(page) == f"Nothing is chosen yet, so all {len(everything)} records are shown."
    page.locator("input[name=version]").fill("2.1.76 (Claude Code)")
    page.locator("select[name=surface]").select_option("claude-code")
    page.locator("select[name=plan]").select_option("pro")
    page.locator("input[name=from]").fill("2026-03-17")
    page.locator("input[name=to]").fill("2026-03-23")
    page.wait_for_function("wanted => location.search === wanted", arg=WEEK)
    said, rows = answer(page), shown(page)
    assert rows < everything
    assert said == (
        "Between 17 and 23 March 2026, on Claude Code 2.1.76 with the Pro plan: 3 documented faults, 1 promotion, limit or "
        "default in force, no rule for peak hours, 4 ordinary reasons, 1 incident of the status page and 1 release. None of "
        "it says whether your usage was counted right."
    )
    again = page.context.new_page()
    again.goto(page.url)
    assert (answer(again), shown(again)) == (said, rows)
    assert page.faults == []


def test_works_by_keyboard_alone_and_starts_again(page: Page, address: str) -> None:
    page.goto(address)
    everything = shown(page)
    tab_to(page, "input[name=version]")
    page.keyboard.type("v2.1.90")
    page.wait_for_function("location.search === '?version=2.1.90'")
    tab_to(page, "select[name=surface]")
    page.keyboard.press("a")  # API
    page.wait_for_function("location.search.includes('surface=api')")
    assert page.evaluate("document.activeElement.name") == "surface"
    assert "fault-telemetry-5m" not in shown(page), "the API runs no Claude Code"
    tab_to(page, "button[type=reset]")
    page.keyboard.press("Enter")
    page.wait_for_function("location.search === ''")
    assert shown(page) == everything


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?version=2.1.200", "No release of 2.1.200 is on record here, so only its number was compared."),
        (
            "?version=2.1.76&from=2026-03-01&to=2026-03-02",
            "2.1.76 came out on 14 March 2026, after these days.",
        ),
        ("?from=2026-03-09&to=2026-03-01", "The days are left out: the first is after the last."),
        ("?from=2026-04-30&to=2026-05-02", "Records are of 1 February 2026 to 30 April 2026 only; other days are not"),
        ("?version=2.1.88&from=2026-07-01&to=2026-07-02", "These days are not covered: records are of 1 February 2026"),
        ("?from=2026-03-19&to=2026-03-19", "On 19 March 2026: "),
        ("?from=2026-02-26&to=2026-03-02&plan=api", "Between 26 February and 2 March 2026, paid by token: "),
        ("?from=2026-04-01", "From 1 April 2026 on: "),
        ("?to=2026-04-01&surface=claude-ai&version=2.1.9", "Until 1 April 2026, on claude.ai (Claude Code 2.1.9): "),
        (
            "?version=2.1.9&from=2026-03-14&to=2026-03-14",
            "no incident of the status page and 2 releases (1 newer than 2.1.9).",
        ),
        ("?version=<b>x&surface=nowhere&plan=%00&from=2026-99-01", "Nothing is chosen yet"),
    ],
)
def test_the_answer_says_what_was_asked_and_what_was_left_out(page: Page, address: str, query: str, words: str) -> None:
    page.goto(address + query)
    assert words in answer(page)
    assert page.faults == []


def test_what_is_no_version_is_said_and_not_kept(page: Page, address: str) -> None:
    page.goto(address)
    everything = shown(page)
    for typed in ("2.1", "newest", "2.1.76.3.4.5", "1" * 40):
        page.locator("input[name=version]").fill(typed)
        page.locator("input[name=version][aria-invalid=true]").wait_for()
        assert "The version is left out" in answer(page)
        assert (shown(page), page.evaluate("location.search")) == (everything, "")
    page.locator("input[name=version]").fill("2.1.76")
    page.locator("input[name=version][aria-invalid=false]").wait_for()


def test_it_answers_from_a_file_and_keeps_the_address(page: Page, layout: Layout) -> None:
    file = (layout.built / PATH / "index.html").as_uri()
    page.goto(file + WEEK)
    assert answer(page).startswith("Between 17 and 23 March 2026, on Claude Code 2.1.76 with the Pro plan: ")
    page.locator("select[name=plan]").select_option("free")
    page.wait_for_function("location.search.includes('plan=free')")


def test_nothing_is_stored_and_nothing_is_asked_of_the_network(page: Page, address: str) -> None:
    page.goto(address, wait_until="networkidle")
    asked: list[str] = []
    page.on("request", lambda sent: asked.append(sent.url))
    page.locator("input[name=version]").fill("2.1.76")
    page.locator("select[name=surface]").select_option("api")
    page.wait_for_function("location.search === '?version=2.1.76&surface=api'")
    assert [url for url in asked if not url.endswith("/assets/favicon.svg")] == [], (
        "a browser may ask for its icon anew"
    )
    assert page.context.cookies() == []
    kept = page.evaluate("JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)])")
    assert "2.1.76" not in kept


@PHONE_AND_DESK
def test_axe_finds_nothing_and_the_page_is_not_wider_than_the_screen(page: Page, address: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    for query in (
        "",
        WEEK,
        "?version=2.1&from=2026-03-09&to=2026-03-01",
        "?surface=enterprise&from=2026-02-03&to=2026-02-03",
    ):
        page.goto(address + query)
        assert (query, violations(Axe().run(page))) == (query, [])
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert (query, over) == (query, 0)
    assert page.faults == []
