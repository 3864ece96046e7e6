"""The site on any host: below a path of its own, with the rules that hosts read, and a page that helps where none is."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
import xml.etree.ElementTree as ET
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
import small_case
import whole_site
from hosts import hosted, packed
from test_offline import addresses

from generator.site.hosting import LONGEST_LINE, headers_file, headers_problems, redirects_file

PREFIX = "/" + small_case.PROJECT
STATED = small_case.PUBLISHED + small_case.PROJECT


@pytest.fixture(scope="module")
def project(built_case):
    """The small case below /project/, as `site_url` says."""
    with hosted(built_case / "site", PREFIX) as host:
        yield host


@pytest.fixture(scope="module")
def root(small_site):
    """The stub site at the root of a host, as its `site_url` says."""
    with hosted(small_site.published) as host:
        yield host


@pytest.fixture
def page(browser):
    with whole_site.watched(browser) as made:
        yield made


def status(address):
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


# ---- below /project/ ----


def test_every_address_of_every_page_is_answered_below_the_path(built_case, project):
    site = built_case / "site"
    wanted = {}
    for path in site.rglob("*.html"):
        name = path.relative_to(site).as_posix()
        here = project.address + name.removesuffix("index.html")
        for tag, address in addresses(path).found:
            there = urldefrag(urljoin(here, address))[0]
            if there.startswith(project.address.removesuffix(PREFIX)) and not (
                tag == "link" and "canonical" in address
            ):
                wanted.setdefault(there, name)
    assert len(wanted) > 500
    outside = {there: name for there, name in wanted.items() if not there.startswith(project.address)}
    assert outside == {}
    project.asked.clear()
    assert {there: name for there, name in wanted.items() if status(there) != 200} == {}


def test_feeds_sitemap_and_api_name_addresses_that_are_there(built_case):
    site = built_case / "site"
    links = [node.get("href") for node in ET.parse(site / "feed.atom").iter() if node.get("href")]
    feed = json.loads((site / "feed.json").read_bytes())
    links += [feed["home_page_url"], feed["feed_url"], *(item["url"] for item in feed["items"])]
    links += [node.text for node in ET.parse(site / "sitemap.xml").iter() if node.tag.endswith("}loc")]
    assert len(links) > 150
    for link in links:
        path = urlsplit(link).path
        assert path.startswith(PREFIX), link
        place = site / path.removeprefix(PREFIX)
        assert (place / "index.html" if place.is_dir() else place).is_file(), link
    canonical = re.findall(r'rel="canonical" href="([^"]+)"', (site / "2026-03/c/C-064/index.html").read_text("utf-8"))
    assert canonical == [f"{STATED}2026-03/c/C-064/"]


@pytest.mark.browser
def test_the_search_leads_to_pages_below_the_path(page, project):
    page.goto(project.address + "2026-03/claims/")
    page.locator(".wm-searchbox").click()
    page.locator(".wm-find input[type=search]").press_sequentially("C-064")
    hit = page.locator(".wm-find__results a").first
    hit.wait_for(timeout=10_000)
    assert hit.get_attribute("href").endswith(f"{PREFIX}2026-03/c/C-064/")
    hit.click()
    page.wait_for_url(f"**{PREFIX}2026-03/c/C-064/")
    assert "nine-word prompt" in page.locator("h1").inner_text()
    assert page.faults == []
    assert {path for path in project.asked if not path.startswith(PREFIX)} == set()


@pytest.mark.browser
def test_filters_and_was_it_me_keep_their_address_below_the_path(page, project):
    page.goto(project.address + "2026-03/explore/?words=cc-46829")
    assert page.locator("tr[data-f]:visible a").first.get_attribute("href") == "../r/cc-46829/"
    page.goto(project.address + "2026-03/was-it-me/")
    page.locator("form.wm-ask [name=version]").fill("2.1.88")
    page.wait_for_url(f"**{PREFIX}2026-03/was-it-me/?version=2.1.88", timeout=5_000)
    assert page.faults == []


@pytest.mark.browser
def test_an_address_that_moved_says_where_it_is_now(page, project):
    page.goto(project.address + "2026-03/statements/")
    page.locator("article a[href$='/claims/']").first.click()
    page.wait_for_url(f"**{PREFIX}2026-03/claims/")


# ---- the page for addresses that do not exist ----

MEANT = [
    ("C-064", "2026-03/c/C-064/"),
    ("c-64", "2026-03/c/C-064/"),
    ("2026-03/c/c-064", "2026-03/c/C-064/"),
    ("2026-03/C/C-064/index.html", "2026-03/c/C-064/"),
    ("2026-03/claims/C-064/", "2026-03/c/C-064/"),
    ("v/2020-01-01.1/2026-03/c/C-064/", "2026-03/c/C-064/"),
    ("CC-46829.html", "2026-03/r/cc-46829/"),
    ("46829", "2026-03/r/cc-46829/"),
    ("e-90/", "2026-03/e/E-090/"),
    ("f/f-7brbrxyp", "2026-03/f/F-7BRBRXYP/"),
    ("Cache-Break", "2026-03/d/cache-break/"),
    ("2026-03/claimz/", "2026-03/claims/"),
    ("2026-03/Statements", "2026-03/statements/"),
    ("2026-03/c/C-064/%3Cscript%3E", "2026-03/c/C-064/"),
]


@pytest.mark.browser
def test_the_page_guesses_what_was_meant_at_any_depth(page, project):
    for asked, meant in MEANT:
        page.goto(f"{project.address}{asked}#why")
        guess = page.locator(".wm-missing a").first
        guess.wait_for(timeout=5_000)
        assert (asked, guess.get_attribute("href")) == (asked, f"{PREFIX}{meant}#why")
        assert page.evaluate("getComputedStyle(document.querySelector('.md-header')).position") == "sticky"
    guess.click()
    page.wait_for_url(f"**{PREFIX}2026-03/c/C-064/#why")
    assert [fault for fault in page.faults if "404" not in fault] == []


@pytest.mark.browser
def test_nonsense_is_answered_with_the_list_alone_and_so_is_a_browser_without_scripts(page, browser, project):
    page.goto(project.address + "wp-login.php")
    page.wait_for_timeout(500)
    assert page.locator(".wm-missing").inner_text() == ""
    context = browser.new_context(java_script_enabled=False)
    bare = context.new_page()
    bare.goto(project.address + "2026-03/c/c-064")
    assert "no page at this address" in bare.locator("h1").inner_text()
    hubs = bare.locator("#ids + ul a")
    assert hubs.count() >= 6
    for hub in hubs.all():
        assert status(urljoin(project.address, hub.get_attribute("href"))) == 200
    context.close()


@pytest.mark.browser
def test_at_the_root_of_a_host_it_does_the_same(page, root):
    page.goto(root.address + "deep/down/c-007")
    guess = page.locator(".wm-missing a").first
    guess.wait_for(timeout=5_000)
    assert guess.get_attribute("href") == "/2026-03/c/C-007/"
    page.locator(".wm-searchbox").click()
    page.locator(".wm-find input[type=search]").press_sequentially("Zanzibar")
    page.locator(".wm-find__results a[href$='/2026-03/c/C-007/']").first.wait_for(timeout=10_000)
    assert [fault for fault in page.faults if "404" not in fault] == []


def test_what_guesses_is_small(small_site):
    assert len(packed(small_site.published / "assets" / "missing.js")) < 2_500


# ---- rules for hosts ----


def rules(text):
    """A file of headers as Cloudflare documents it: places, each with its indented lines."""
    found, place = {}, ""
    for line in text.splitlines():
        if line.startswith("  "):
            name, _, value = line.strip().partition(": ")
            found[place].append((name, value))
        else:
            place = line
            assert place not in found
            found[place] = []
    return found


def test_no_header_is_sent_twice_for_one_address_and_no_line_is_too_long(built_case):
    text = (built_case / "site" / "_headers").read_text("utf-8")
    found = rules(text)
    assert len(found) <= 100
    assert all(len(line) <= LONGEST_LINE for line in text.splitlines())
    everywhere = {name for name, _ in found["/*"]}
    del found["/*"]
    for place, headers in found.items():
        assert not everywhere & {name for name, _ in headers}
        assert [other for other in found if other != place and other.startswith(place.rstrip("*"))] == []


def test_what_is_kept_for_a_year_has_a_digest_in_its_name(built_case):
    site = built_case / "site"
    kept = [
        place
        for place, headers in rules((site / "_headers").read_text("utf-8")).items()
        if ("Cache-Control", "public, max-age=31536000, immutable") in headers
    ]
    files = [path for place in kept for path in site.glob(place.strip("/*") + "/**/*") if path.is_file()]
    assert len(kept) == 5
    assert len(files) > 50
    for path in files:
        assert re.search(r"[._-][0-9a-f]{7,12}\.", path.name), path


def test_a_policy_that_is_too_long_for_a_host_is_named():
    scripts = [f"x{number}" for number in range(60)]
    from generator.site.csp import script_id

    known = frozenset(map(script_id, scripts))
    (problem,) = headers_problems(headers_file(scripts, known), scripts, known)
    assert (problem.path, problem.line, problem.code) == ("_headers", 2, "S214")


def test_pages_that_moved_are_led_on_and_what_is_gone_is_not(built_case):
    assert (built_case / "site" / "_redirects").read_text("utf-8") == (
        "/2026-03/statements /2026-03/claims/ 301\n/2026-03/statements/ /2026-03/claims/ 301\n"
    )
    assert redirects_file({}) == ""
    assert redirects_file({"a b/": "c/#d"}) == "/a%20b /c/#d 301\n/a%20b/ /c/#d 301\n"
    assert len(redirects_file({f"{number}/": "x/" for number in range(3_000)}).splitlines()) == 2_000
