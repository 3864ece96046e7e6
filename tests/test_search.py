"""The search of the site: what is indexed, the same twice, refusals in words, and the dialog in Chromium by keys alone."""

from __future__ import annotations

import functools
import gzip
import http.server
import json
import random
import re
import shutil
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
import stub_site
from test_browser import violations

from generator.base.problems import PublishRefusedError
from generator.pages.parts.base import Page
from generator.site import pagefind, search
from generator.site.hosting import HEADERS_FILE
from generator.site.manifest import NAME, differences
from generator.site.search import FOLDER, RECORDS, sought, squash, write_index

GRADES = {"C-007": "not_checkable"}


def page(path, **fields):
    return Page(path, "t.md.j2", "T", "d", stub_site.context(), **fields)


# ---- what the search is told of a page ----


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("2026-03/c/C-007/", {"kind": "Claim", "id": "C-007", "grade": "Not checkable"}),
        ("2026-03/c/C-008/", {"kind": "Claim", "id": "C-008"}),
        ("2026-03/r/cc-16157/", {"kind": "Report", "id": "cc-16157"}),
        ("2026-03/surface/cowork/", {"kind": "Product", "id": "cowork"}),
        ("2026-03/evidence/specimen/account/", {"kind": "Page"}),
        ("2026-03/c/", {"kind": "Page"}),
        ("2026-03/", {"kind": "Page"}),
        ("", {"kind": "Page"}),
    ],
)
def test_kind_and_id_follow_from_the_address(path, told):
    assert sought(page(path), GRADES) == told


def test_a_page_that_is_left_out_is_told_nothing_of():
    assert sought(page("2026-03/c/C-007/", searchable=False, asked=("was it me",)), GRADES) == {}


def test_every_other_name_of_a_page_is_told():
    assert sought(page("2026-03/check/", asked=("was it me", "2.1.88")), {})["asked"] == "was it me; 2.1.88"


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("F-7K2QH3", "f7k2qh3"),
        (" cc-16157 ", "cc16157"),
        ("2.1.88", "2188"),
        ("79,000", "79000"),
        ("Ünï", "n"),
        ("…", ""),
    ],
)
def test_a_name_is_its_small_letters_and_digits(typed, name):
    assert squash(typed) == name


@pytest.mark.parametrize(
    ("url", "meta", "names"),
    [
        ("/2026-03/r/cc-16157/", {"id": "cc-16157"}, ["cc16157", "16157"]),
        ("/2026-03/r/cc-16157-comment-2/", {"id": "cc-16157-comment-2"}, ["cc16157comment2"]),
        ("/2026-03/e/E-085/", {"id": "E-085", "asked": "2.1.88"}, ["e085", "2188"]),
        ("/2026-03/check/", {"asked": "was it me; am I affected"}, ["check", "wasitme", "amiaffected"]),
        ("/", {}, ["index"]),
    ],
)
def test_a_page_is_found_by_every_name_that_it_has(url, meta, names):
    assert list(search._names(url, meta)) == names


def test_the_browser_squashes_names_as_the_build_does():
    script = (stub_site.REPOSITORY / "templates" / "assets" / "search.js").read_text("utf-8")
    assert 'name.toLowerCase().replace(/[^a-z0-9]+/g, "")' in script
    assert search._NOT_OF_A_NAME.pattern == "[^a-z0-9]+"


# ---- the index of a built site ----


def fragments(site):
    """What the index holds of each page, by its address."""
    found = {}
    for path in (site / FOLDER / "fragment").iterdir():
        content = json.loads(gzip.decompress(path.read_bytes()).removeprefix(b"pagefind_dcd"))
        found[content["url"]] = content
    return found


def test_what_a_page_says_is_in_the_index_and_what_is_left_out_is_not(small_site):
    found = fragments(small_site.published)
    claim = found["/2026-03/c/C-007/"]
    assert claim["meta"]["kind"] == "Claim"
    assert "Zanzibar" in claim["content"]
    assert "/2026-03/d/cache-rebuild/" not in found  # not searchable
    finding = found["/2026-03/f/F-7K2QH3/"]
    assert "Permalink" not in finding["content"]
    assert "Previous" not in finding["content"]
    assert finding["meta"]["title"] == "The cache was rebuilt within its lifetime"


def test_every_record_is_found_by_its_name(small_site):
    records = json.loads((small_site.published / FOLDER / RECORDS).read_text("utf-8"))
    assert set(records["Claim"]) == {"c007"}
    assert set(records["Finding"]) == {"f7k2qh3"}
    files = {path.stem for path in (small_site.published / FOLDER / "fragment").iterdir()}
    assert {fragment for names in records.values() for fragment in names.values()} == files


def test_nothing_is_left_of_the_search_of_the_theme_and_no_box_that_inserts_html(small_site):
    names = {path.relative_to(small_site.published).as_posix() for path in small_site.published.rglob("*")}
    assert not {name for name in names if "lunr" in name or "workers/" in name or name.startswith("search")}
    kept = {path.name.split(".")[0] for path in (small_site.published / FOLDER).iterdir() if path.is_file()}
    assert kept == {"pagefind", "pagefind-worker", "pagefind-entry", "records", "wasm"}
    assert "innerHTML" not in (small_site.published / "assets" / "search.js").read_text("utf-8")


@pytest.mark.parametrize("seed", range(3))
def test_the_index_has_the_same_bytes_each_time_and_however_the_disk_lists_its_files(
    monkeypatch, small_site, tmp_path, seed
):
    """Pagefind's own filters have a random order, and its command takes pages as the disk lists them."""
    before = listed(small_site.published / FOLDER)
    site = tmp_path / "site"
    shutil.copytree(small_site.published, site)
    shutil.rmtree(site / FOLDER)
    plain = Path.rglob

    def shuffled(folder, pattern):
        found = sorted(plain(folder, pattern))
        random.Random(seed).shuffle(found)
        return iter(found)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rglob", shuffled)
        write_index(site)
    assert listed(site / FOLDER) == before


def listed(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_manifest_holds_every_file_of_the_index(small_site):
    assert differences(small_site.published) == ()
    manifest = (small_site.published / NAME).read_text("utf-8")
    assert [name for name in listed(small_site.published / FOLDER) if f"{FOLDER}/{name}" not in manifest] == []


def test_only_the_headers_of_all_files_allow_webassembly_and_no_page_does(small_site):
    assert "'wasm-unsafe-eval'" in (small_site.published / HEADERS_FILE).read_text("utf-8")
    for path in small_site.published.rglob("*.html"):
        assert "wasm" not in path.read_text("utf-8").split("</head>")[0], path


# ---- refusals ----

ANSWERING = """
import base64, json, os, sys
def answers(type="ok", **files):
    rest = b""
    while True:
        *whole, rest = (rest + os.read(0, 65536)).split(b",")
        for one in whole:
            request = json.loads(base64.b64decode(one))
            payload = {"type": type, "message": "words"}
            if request["payload"]["type"] == "GetFiles" and files:
                payload["files"] = [
                    {"path": path, "content": base64.b64encode(data).decode()} for path, data in files["made"].items()
                ]
            sys.stdout.write(base64.b64encode(json.dumps({"payload": payload}).encode()).decode() + ",")
            sys.stdout.flush()
ENTRY, FRAGMENT = "pagefind-entry.json", "fragment/a.pf_fragment"
"""
"""The beginning of a program that speaks as the service of Pagefind does."""


def in_its_place(monkeypatch, site, script):
    """Put this script where the program is."""
    program = site.parent / "program"
    program.write_text(f"#!{sys.executable}\n{ANSWERING}\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setitem(sys.modules, "pagefind_bin", SimpleNamespace(get_executable=lambda: program))


@pytest.fixture
def bare(tmp_path):
    site = tmp_path / "site"
    site.mkdir()
    (site / "index.html").write_text("<html><article data-pagefind-body>x</article>" + " " * 300_000)
    return site


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("print('one', file=sys.stderr); print('two', file=sys.stderr); sys.exit(3)", "Pagefind ended early: two"),
        ("sys.exit(0)", "Pagefind ended early: no output"),
        ("os.close(0); os.kill(os.getpid(), 9)", "Pagefind ended early: no output"),
        ("os.read(0, 9); os.write(2, bytes([255, 0])); sys.exit(2)", "Pagefind ended early: "),
        ("os.write(1, b'!!!,,x,'); os.read(0, 9)", "Pagefind gave an answer that cannot be read"),
        ("os.write(1, base64.b64encode(b'[]') + b','); os.read(0, 9)", "Pagefind gave an answer that cannot be read"),
        ("answers('Error')", "Pagefind words"),
        ("answers()", "Pagefind gave files that cannot be read"),
        ("answers(made={})", "gave an index that cannot be read: KeyError"),
        ("answers(made={ENTRY: b'{'})", "cannot be read: JSONDecodeError"),
        ("answers(made={ENTRY: b'{}'})", "cannot be read: KeyError"),
        ("answers(made={ENTRY: b'[]'})", "cannot be read: TypeError"),
        ("""answers(made={ENTRY: b'{"languages": {"en": {"page_count": 2}}}'})""", "counts 2 pages and gave 0"),
        ("""answers(made={ENTRY: b'{"languages": {}}', FRAGMENT: b"x"})""", "cannot be read: BadGzipFile"),
        (
            """answers(made={ENTRY: b'{"languages": {}}', FRAGMENT: bytes([31, 139, 8]) + bytes(20)})""",
            "cannot be read: ",
        ),
    ],
)
def test_a_failure_of_pagefind_is_a_refusal_in_words(monkeypatch, bare, script, said):
    in_its_place(monkeypatch, bare, script)
    with pytest.raises(PublishRefusedError) as told:
        write_index(bare)
    assert str(told.value).startswith("pagefind:0:0: S103 Pagefind ")
    assert said in str(told.value)


def test_a_pagefind_that_is_not_there_or_cannot_run_is_a_refusal(monkeypatch, bare):
    monkeypatch.setitem(sys.modules, "pagefind_bin", None)
    with pytest.raises(PublishRefusedError, match=r"ModuleNotFoundError \(install requirements/run.txt\)"):
        write_index(bare)
    monkeypatch.setitem(sys.modules, "pagefind_bin", SimpleNamespace(get_executable=lambda: bare / "none"))
    with pytest.raises(PublishRefusedError, match="cannot be started: FileNotFoundError"):
        write_index(bare)
    (bare / "text").write_text("no program")
    monkeypatch.setitem(sys.modules, "pagefind_bin", SimpleNamespace(get_executable=lambda: bare / "text"))
    with pytest.raises(PublishRefusedError, match="cannot be started: PermissionError"):
        write_index(bare)
    (bare / "text").chmod(0o755)
    with pytest.raises(PublishRefusedError, match="cannot be started: it is made for another machine"):
        write_index(bare)  # no program, or one for another machine


def test_a_pagefind_that_never_ends_is_a_refusal(monkeypatch, bare):
    monkeypatch.setattr(pagefind, "_MINUTES", 0.02)
    in_its_place(monkeypatch, bare, "import time; time.sleep(60)")
    with pytest.raises(PublishRefusedError, match="took more than"):
        write_index(bare)


@pytest.mark.parametrize("script", [
    "print('thread panicked: No space left on device (os error 28)', file=sys.stderr); sys.exit(101)",
    "os.write(1, base64.b64encode(json.dumps({'payload': {'type': 'Error', 'message': 'x (os error 28)'}}).encode()) + b','); os.read(0, 9)",
])  # fmt: skip
def test_a_full_disk_is_told_as_one(monkeypatch, bare, script):
    in_its_place(monkeypatch, bare, script)
    with pytest.raises(OSError, match="No space left on device"):
        write_index(bare)


def test_a_refusal_leaves_the_published_site_as_it_was(monkeypatch, small_site, tmp_path):
    layout = stub_site.make_root(tmp_path)
    (layout.published / "index.html").write_text("as it was")
    monkeypatch.setitem(sys.modules, "pagefind_bin", None)
    with pytest.raises(PublishRefusedError):
        stub_site.publish(layout, stub_site.stub_files(layout))
    assert (layout.published / "index.html").read_text() == "as it was"


# ---- the dialog ----


class Served(http.server.SimpleHTTPRequestHandler):
    """As a host that reads `_headers`: its policy binds every file, the worker too."""

    def log_message(self, *arguments):
        pass

    def end_headers(self):
        self.send_header("Content-Security-Policy", self.server.policy)
        super().end_headers()


@pytest.fixture(scope="module")
def address(small_site):
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Served, directory=str(small_site.published))
    )
    rules = (small_site.published / HEADERS_FILE).read_text("utf-8")
    server.policy = next(line for line in rules.splitlines() if "Content-Security-Policy: " in line).split(": ", 1)[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@pytest.fixture
def tab(browser, request):
    """A page; what it asked for is in `asked`, what went wrong in `faults`."""
    width, scheme = getattr(request, "param", (1280, "light"))
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    made = context.new_page()
    made.faults, made.asked = [], []
    made.on("console", lambda said: made.faults.append(said.text) if said.type in {"error", "warning"} else None)
    made.on("pageerror", lambda error: made.faults.append(str(error)))
    made.on("request", lambda sent: made.asked.append(sent.url))
    yield made
    context.close()


def typed(tab, words):
    """Open the search by a key and type; waits for the answer."""
    tab.keyboard.press("/")
    tab.locator(".wm-find input[type=search]").fill("")
    tab.keyboard.type(words)
    tab.locator(".wm-find__status", has_text=re.compile(r"\S")).wait_for()


def focused(tab):
    return tab.evaluate("document.activeElement.textContent || document.activeElement.name")


@pytest.mark.browser
def test_nothing_is_loaded_before_the_search_is_used_and_no_other_host_ever(tab, address):
    tab.goto(address + "2026-03/claims/")
    tab.wait_for_timeout(300)
    assert [url for url in tab.asked if "pagefind" in url or "records" in url] == []
    typed(tab, "zanzibar")
    assert [url for url in tab.asked if url.endswith("pagefind/pagefind.js")]
    assert [url for url in tab.asked if not url.startswith((address, "data:"))] == []
    assert tab.faults == []


@pytest.mark.browser
@pytest.mark.parametrize("key", ["/", "s", "f", "Control+k"])
def test_a_reader_searches_filters_and_leaves_by_keys_alone(tab, address, key):
    tab.goto(address + "2026-03/claims/")
    tab.locator(".md-header .md-logo").focus()
    tab.keyboard.press(key)
    assert focused(tab) == "words"
    tab.keyboard.type("cache")
    tab.wait_for_selector(".wm-find__results a")
    tab.keyboard.press("Tab")  # Close
    tab.keyboard.press("Tab")  # the kinds: one stop, arrows choose
    tab.keyboard.press("ArrowRight")
    tab.locator(".wm-find__status", has_text="1 page of the kind Finding.").wait_for()
    assert tab.locator(".wm-find__results .wm-tag").all_inner_texts() == ["Finding"]
    assert tab.evaluate("document.activeElement.value") == "Finding"
    tab.locator(".wm-find input[type=search]").focus()
    tab.keyboard.press("ArrowDown")
    assert focused(tab) == "The cache was rebuilt within its lifetime"
    tab.keyboard.press("ArrowUp")
    assert focused(tab) == "words"
    tab.keyboard.press("Escape")
    tab.keyboard.press("Escape")  # the first may only empty a search field
    assert tab.locator(".wm-find[open]").count() == 0
    assert tab.evaluate("document.activeElement.classList.contains('md-logo')")
    assert tab.faults == []


@pytest.mark.browser
def test_enter_opens_the_first_page_and_an_id_is_first_whatever_its_signs(tab, address):
    for words in ("F-7K2QH3", "f7k2qh3", "f 7k2qh3"):
        tab.goto(address + "2026-03/claims/")
        tab.keyboard.press("/")
        tab.keyboard.type(words)
        tab.keyboard.press("Enter")  # before the answer is there
        tab.wait_for_url("**/2026-03/f/F-7K2QH3/")


@pytest.mark.browser
def test_an_id_that_no_record_has_and_words_of_no_page_are_said_so(tab, address):
    tab.goto(address)
    typed(tab, "F-QQQQQQ")
    assert "No record has the id F-QQQQQQ." in tab.inner_text(".wm-find__status")
    typed(tab, "xyzzyx plughh")
    tab.locator(".wm-find__status", has_text="nothing found").wait_for()
    assert tab.locator(".wm-find__results li").count() == 0


@pytest.mark.browser
def test_text_of_strangers_is_text_in_the_results(tab, address):
    tab.goto(address)
    typed(tab, "window.hacked")
    tab.wait_for_selector(".wm-find__results a")
    assert "window.hacked" in tab.inner_text(".wm-find__results")
    assert tab.evaluate("window.hacked") is None
    allowed = {"A", "P", "SPAN", "MARK", "I", "LI"}
    assert (
        set(tab.evaluate("[...document.querySelectorAll('.wm-find__results *')].map(node => node.tagName)")) <= allowed
    )
    assert tab.faults == []


@pytest.mark.browser
@pytest.mark.parametrize("tab", [(360, "light"), (360, "dark"), (1280, "light"), (1280, "dark")], indirect=True)
def test_axe_finds_nothing_in_the_open_search_and_it_is_no_wider_than_the_screen(tab, address):
    from axe_playwright_python.sync_playwright import Axe

    tab.goto(address + "2026-03/claims/")
    typed(tab, "nine word prompt")
    tab.wait_for_selector(".wm-find__results a")
    tab.wait_for_timeout(200)
    assert violations(Axe().run(tab)) == []
    assert tab.evaluate("document.querySelector('.wm-find').scrollWidth <= innerWidth")
    box = tab.locator(".wm-find__close").bounding_box()
    assert box["x"] + box["width"] <= tab.viewport_size["width"]


@pytest.mark.browser
def test_as_a_file_the_box_says_why_and_leads_to_the_table_of_all_records(tab, small_site):
    tab.goto((small_site.published / "2026-03" / "claims" / "index.html").as_uri())
    tab.keyboard.press("/")
    tab.keyboard.type("cache break")
    said = tab.inner_text(".wm-find__status")
    assert "opened as a file" in said
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/2026-03/explore/index.html?words=cache+break")
    assert tab.inner_text("h1").startswith("Explore")


@pytest.mark.browser
@pytest.mark.parametrize("missing", ["pagefind.js", "pagefind-worker.js", "records.json", "wasm.en.pagefind"])
def test_without_an_index_the_box_leads_to_the_table(tab, address, missing):
    tab.route(f"**/{missing}", lambda route: route.fulfill(status=404, body=""))
    tab.goto(address + "2026-03/claims/")
    tab.keyboard.press("/")
    tab.keyboard.type("cache")
    tab.wait_for_selector(".wm-find__status[data-instead] a", timeout=20_000)
    assert "could not be loaded" in tab.inner_text(".wm-find__status")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/2026-03/explore/?words=cache")


@pytest.mark.browser
def test_a_line_that_broke_is_tried_again_at_the_next_key(tab, address):
    tab.route("**/wasm.en.pagefind", lambda route: route.abort())
    tab.goto(address + "2026-03/claims/")
    tab.keyboard.press("/")
    tab.keyboard.type("zanziba")
    tab.wait_for_selector(".wm-find__status[data-instead] a", timeout=20_000)
    tab.unroute("**/wasm.en.pagefind")
    tab.keyboard.type("r")
    tab.wait_for_selector(".wm-find__results a", timeout=20_000)


@pytest.mark.browser
def test_without_scripts_the_box_is_a_link_to_the_table(browser, address):
    context = browser.new_context(java_script_enabled=False)
    bare = context.new_page()
    bare.goto(address + "404.html")
    bare.click(".wm-searchbox")
    assert bare.url == address + "2026-03/explore/"
    context.close()
