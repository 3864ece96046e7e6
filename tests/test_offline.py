"""The zip to read without a network: opened as files in a real browser, no address that leads nowhere, same bytes twice."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from datetime import date
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import click
import pytest
import small_case
import whole_site

from generator.base.problems import PublishRefusedError
from generator.site import manifest
from generator.site.offline import as_file, as_plain_script, dead_links, offline_names
from generator.site.zipped import Copy, is_fresh, zip_site

NAME = f"witnessmark-{small_case.DAY}"


@pytest.fixture(scope="module")
def packed(built_case, tmp_path_factory):
    """The zip that the command wrote, and what it said."""
    target = tmp_path_factory.mktemp("packed") / "copy.zip"
    said = small_case.run(built_case, "offline", "--out", str(target))
    return target, said


@pytest.fixture(scope="module")
def folder(packed, tmp_path_factory):
    """The zip as somebody unpacks it."""
    place = tmp_path_factory.mktemp("a folder # with 100% signs")
    with zipfile.ZipFile(packed[0]) as archive:
        archive.extractall(place)
    return place / NAME


@pytest.mark.parametrize("place", ["site", "content", "content/evidence", "templates"])
def test_a_zip_is_not_written_where_the_site_or_what_it_is_made_from_lies(tmp_path, place):
    (tmp_path / "mkdocs.yml").touch()
    with pytest.raises(click.UsageError, match=r"--out: .*name another"):
        small_case.run(tmp_path, "offline", "--out", str(tmp_path / place / "copy.zip"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mkdocs.yml"]


class _Addresses(HTMLParser):
    """Every href and src of a page, by another parser than the one that wrote it."""

    def __init__(self):
        super().__init__()
        self.found, self.ids = [], set()

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.found += [(tag, values[name]) for name in ("href", "src") if values.get(name)]
        self.ids |= {values.get("id")}


def addresses(path):
    reader = _Addresses()
    reader.feed(path.read_text("utf-8"))
    return reader


# ---- the zip ----


def test_the_zip_has_one_folder_and_says_first_what_it_is(packed, folder):
    target, said = packed
    with zipfile.ZipFile(target) as archive:
        names = archive.namelist()
        assert {name.split("/")[0] for name in names} == {NAME}
        assert names[:-2] == sorted(names[:-2])
        assert archive.testzip() is None
    assert f"{len(names):,} files" in said
    lines = (folder / "README.txt").read_text("utf-8").splitlines()
    assert lines[0].startswith("Witnessmark: ")
    assert "copy of the whole site" in lines[0]
    assert "2026-11-30" in lines[1]
    assert "Open index.html" in lines[2]
    assert "CC BY 4.0" in "".join(lines)
    assert (folder / "LICENSE.txt").read_bytes() == (small_case.REPOSITORY / "LICENSE").read_bytes()


def test_what_only_a_host_or_the_search_reads_is_left_out_and_all_else_is_there(built_case, folder):
    site = {
        path.relative_to(built_case / "site").as_posix() for path in (built_case / "site").rglob("*") if path.is_file()
    }
    mine = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    left = {name for name in site - mine if not name.startswith("pagefind/") and not name.endswith(".map")}
    of_hosts = {".gitignore", "404.html", "_headers", "_redirects", "robots.txt", "sitemap.xml", "sitemap.xml.gz"}
    assert left == (of_hosts | {"assets/missing.js", "assets/search.js"}) & site
    assert mine - site == {"README.txt", "LICENSE.txt"}
    assert {"feed.atom", "api/v1/claims.json"} & site <= mine


def test_the_unpacked_copy_agrees_with_its_manifest_and_its_sums(folder):
    assert manifest.differences(folder) == ()
    sums = dict(line.split("  ")[::-1] for line in (folder / "SHA256SUMS").read_text().splitlines())
    outputs = json.loads((folder / "manifest.json").read_bytes())["outputs"]
    assert sums == {name: digest for name, digest in outputs.items() if name != "SHA256SUMS"}


def test_the_same_site_gives_the_same_bytes(built_case, packed, tmp_path):
    again = tmp_path / "again.zip"
    small_case.run(built_case, "offline", "--out", str(again))
    assert again.read_bytes() == packed[0].read_bytes()
    with zipfile.ZipFile(again) as archive:
        assert {one.date_time for one in archive.infolist()} == {(2026, 11, 30, 0, 0, 0)}


def test_no_address_of_any_page_leads_nowhere(folder):
    """With another parser than the generator's: every href and src is a file of the zip, and every # a place on it."""
    pages = {path: addresses(path) for path in folder.rglob("*.html")}
    assert len(pages) > 100
    wrong, links = [], 0
    for path, page in pages.items():
        for tag, address in page.found:
            parts = urlsplit(address)
            if parts.scheme or address.startswith("//"):
                assert tag in {"a", "link"}, (path.name, address)
                continue
            links += 1
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.is_file() or (
                parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].ids
            ):
                wrong.append((path.relative_to(folder).as_posix(), address))
    assert wrong == []
    assert links > 5000
    text = "".join(path.read_text("utf-8") for path in pages)
    assert "pagefind/" not in text
    assert "search.js" not in text
    assert 'rel="preload"' not in text
    assert 'type="module"' not in text


# ---- in a browser, as files ----


@pytest.fixture
def page(browser):
    with whole_site.watched(browser) as made:
        made.on(
            "request", lambda sent: None if sent.url.startswith(("file:", "data:")) else made.faults.append(sent.url)
        )
        yield made


@pytest.mark.browser
def test_a_reader_clicks_from_home_to_the_record_behind_a_finding(page, folder):
    page.goto((folder / "index.html").as_uri())
    assert page.evaluate("[...document.fonts].some(face => face.status === 'loaded')")
    page.locator("article a[href='2026-03/index.html']").first.click()
    page.wait_for_load_state()
    assert page.locator("h1").count() == 1
    page.locator("nav.md-tabs a", has_text="Claims").first.click()
    page.wait_for_load_state()
    for step in ("c/C-064/", "r/cc-46829/"):
        page.locator(f"article a[href*='{step}']:visible").first.click()
        page.wait_for_load_state()
        assert page.url.endswith(f"{step}index.html")
    page.locator("nav.md-tabs a", has_text="Findings").first.click()
    page.wait_for_load_state()
    page.locator("article a[href*='f/F-']:visible").first.click()
    page.wait_for_load_state()
    assert re.search(r"/f/F-[A-Z2-7]+/index\.html", page.url)
    page.locator(".wm-checkhere button").first.click()
    assert "choose proof.json" in page.locator(".wm-checkhere .wm-verified").inner_text()
    assert page.faults == []


@pytest.mark.browser
def test_the_box_of_the_search_leads_to_the_table_of_all_records_and_its_filter_works(page, folder):
    page.goto((folder / "2026-03/c/C-064/index.html").as_uri())
    box = page.locator(".wm-searchbox")
    assert box.inner_text().strip() == "All records"
    box.click()
    page.wait_for_load_state()
    assert page.url.endswith("/2026-03/explore/index.html")
    words = page.locator("form.wm-filters input[name=words]")
    status = page.locator("form.wm-filters [role=status]")
    whole = status.inner_text()
    for typed, wanted in (("cc-46829", "r/cc-46829/"), ("nine-word", "c/C-064/")):
        words.fill(typed)
        shown = page.locator("tr[data-f]:visible a")
        assert wanted in shown.first.get_attribute("href")
        assert status.inner_text() != whole
    assert "words=nine-word" in page.url
    page.reload()
    assert page.locator("tr[data-f]:visible").count() >= 1
    assert status.inner_text() != whole
    assert page.faults == []


@pytest.mark.browser
def test_was_it_me_answers_and_a_proof_is_checked(page, folder):
    page.goto((folder / "2026-03/was-it-me/index.html").as_uri())
    page.locator("form.wm-ask [name=version]").fill("2.1.88")
    page.locator(".wm-answer", has_text="Claude Code 2.1.88:").wait_for(timeout=5_000)
    page.locator("nav.md-tabs a", has_text="Verify a number").first.click()
    page.wait_for_load_state()
    proof = next(folder.glob("2026-03/f/*/proof.json"))
    page.locator("form.wm-verify input[type=file]").set_input_files(str(proof))
    page.locator("form.wm-verify button[type=submit], form.wm-verify button:not([type])").first.click()
    page.locator(".wm-verified", has_text="Holds.").wait_for(timeout=5_000)
    assert page.faults == []


# ---- parts ----


def test_addresses_of_folders_get_their_page_and_others_stay():
    page = '<a href="../../c/C-064/#why">x</a><a title="a > b" href="..">y</a><a href="./?words=a#b">z</a>'
    assert as_file(page, "2026-03/r/x/index.html") == (
        '<a href="../../c/C-064/index.html#why">x</a><a title="a > b" href="../index.html">y</a>'
        '<a href="./index.html?words=a#b">z</a>'
    )
    same = '<a href="#top">x</a><a href="https://a.org/b/">y</a><a href="data.csv">z</a><a href="mailto:a@b.org">m</a><code>&lt;a href="x/"></code>'
    assert as_file(same, "2026-03/r/x/index.html") == same


@pytest.mark.parametrize(
    ("address", "wanted"),
    [("https://a.org/w/", "https://a.org/w/v/2026-11-30.1/2026-03/c/C-064/#why"), ("", "../../../README.txt")],
)
def test_a_link_to_a_frozen_copy_leads_out_or_says_why_not(address, wanted):
    page = '<a href="../../../v/2026-11-30.1/2026-03/c/C-064/#why">as it was</a>'
    assert as_file(page, "2026-03/c/C-064/index.html", address) == f'<a href="{wanted}">as it was</a>'


def test_a_module_becomes_a_script_of_its_own_scope_and_one_that_imports_is_refused():
    assert as_plain_script("export function f() {}\nconst g = () => import(x);\n") == (
        '(() => {\n"use strict";\nfunction f() {}\nconst g = () => import(x);\n})();\n'
    )
    for bad in ("import { a } from './a.js';\n", "export default 1;\n", "const a = 1;\nexport { a };\n"):
        with pytest.raises(ValueError, match="module"):
            as_plain_script(bad)


@pytest.mark.parametrize(
    ("link", "code"),
    [
        ('<a href="x/">', "S210"),
        ('<a href="/index.html">', "S210"),
        ('<a href="b.html">', "S210"),
        ('<a href="#no">', "S211"),
        ('<img src="https://a.org/x.png" alt="">', "S207"),
    ],
)
def test_a_link_that_would_lead_nowhere_is_named(link, code):
    found = dead_links({"a.html": f"<html><body>{link}</body></html>"}, frozenset({"a.html", "x/index.html"}))
    assert [problem.code for problem in found] == [code]


def test_names_that_stay_out():
    names = [
        "index.html",
        "404.html",
        "pagefind/pagefind.js",
        "v/2026-11-30.1/index.html",
        "assets/x.js.map",
        "a/404.html",
    ]
    assert offline_names(names) == ("a/404.html", "index.html")


# ---- what it is made from ----


def copied(built_case, tmp_path):
    root = tmp_path / "root"
    shutil.copytree(built_case, root)
    return root


def test_a_site_of_another_day_or_of_other_inputs_or_with_a_changed_file_is_not_fresh(built_case, tmp_path):
    root = copied(built_case, tmp_path)
    site = root / "site"
    assert is_fresh(root, site, small_case.DAY)
    assert not is_fresh(root, site, date(2026, 12, 1))
    page = site / "index.html"
    text = page.read_bytes()
    page.write_bytes(text + b" ")
    assert not is_fresh(root, site, small_case.DAY)
    page.write_bytes(text)
    assert is_fresh(root, site, small_case.DAY)
    (root / "content" / "surfaces.yml").write_text(
        (root / "content" / "surfaces.yml").read_text("utf-8") + "\n", "utf-8"
    )
    assert not is_fresh(root, site, small_case.DAY)
    assert not is_fresh(root, root / "no-site", small_case.DAY)


def test_a_site_of_private_logs_and_a_page_with_a_dead_link_are_refused_and_leave_the_old_zip(built_case, tmp_path):
    root = copied(built_case, tmp_path)
    made = root / "site" / "manifest.json"
    stated = json.loads(made.read_bytes())
    stated["parameters"]["own_logs"] = ["own-logs"]
    made.write_text(json.dumps(stated))
    with pytest.raises(PublishRefusedError, match="S224"):
        is_fresh(root, root / "site", small_case.DAY)
    old = tmp_path / "old.zip"
    old.write_bytes(b"old")
    page = root / "site" / "index.html"
    page.write_text(
        page.read_text("utf-8").replace("</article>", '<a href="2026-03/nowhere/">x</a></article>'), "utf-8"
    )
    with pytest.raises(PublishRefusedError, match="S210"):
        zip_site(root / "site", "", Copy("t", small_case.DAY, "", ""), old)
    assert old.read_bytes() == b"old"
    assert [path.name for path in tmp_path.glob("*zip*")] == ["old.zip"]


def test_a_day_that_a_zip_does_not_know_is_the_first_that_it_knows():
    from generator.site.zipped import _day

    assert (_day(date(1970, 1, 1)), _day(date(2026, 11, 30))) == ((1980, 1, 1), (2026, 11, 30))
