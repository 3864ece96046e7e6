"""Strangers' text on really built pages in Chromium, with the content security policy and with it taken out.

Each record of a small library is filled with lines of the payload lists; all page kinds are planned, rendered, built
by MkDocs and checked as any site is. Nothing may run, nothing may be fetched from outside, and the browser's own
parser must see no element or attribute that the theme and the templates do not make.
"""

from __future__ import annotations

import functools
import http.server
import re
import shutil
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import hostile
import pytest
import stub_site
from promises import record
from public_library import LIBRARY, dossier, report

from generator.build import plan, render_site
from generator.curated.models import Figure
from generator.site.check import check_site
from generator.site.publish import run_mkdocs, write_docs, write_policies
from generator.site.search import write_index
from generator.site.swap import Layout

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
PER_REPORT = 40
POLICY = re.compile(rb'<meta http-equiv="Content-Security-Policy"[^>]*>')
SPY = """
window.__ran = [];
for (const name of ["alert", "confirm", "prompt", "print", "open"])
  window[name] = (...words) => { window.__ran.push(name + ":" + words.join(",").slice(0, 60)); };
addEventListener("securitypolicyviolation", (seen) => window.__ran.push("blocked " + seen.violatedDirective + " " + seen.blockedURI));
"""
WALK = """() => {
  const bad = [];
  for (const node of document.querySelectorAll("*")) {
    const tag = node.tagName.toLowerCase();
    if (["iframe", "object", "embed", "base", "frame", "math", "foreignobject", "video", "audio", "marquee"].includes(tag)) bad.push(tag);
    if (tag === "script" && !node.src && !["application/json", "application/ld+json"].includes(node.type)
        && !/__md_|palette|__search|location.hash.slice/.test(node.textContent)) bad.push("script " + node.textContent.slice(0, 60));
    for (const { name, value } of node.attributes) {
      if (name.startsWith("on") || name === "srcdoc") bad.push(tag + " " + name);
      if (["href", "src", "action", "formaction", "xlink:href"].includes(name) && /^[\\s\\0-\\x20]*(javascript|data:text|vbscript|blob)/i.test(value))
        bad.push(tag + " " + name + "=" + value.slice(0, 60));
    }
  }
  return bad;
}"""


def filled(texts):
    """A library whose reports, claims, events and symptoms say what the lists say, as far as fields go."""
    lines = [text for text in (re.sub("[\x00-\x1f\x7f]", "", one)[:300].strip() for one in texts) if text]
    reports, used = [], 0
    for at in range(0, len(lines), PER_REPORT):
        part = lines[at : at + PER_REPORT]
        title, status, model, client, layer, independence, provenance, *rest = (part + ["x"] * 7)[: max(7, len(part))]
        figures = tuple(Figure(metric=rest[i], value=rest[i + 1], note=rest[i]) for i in range(0, len(rest) - 1, 2))
        reports.append(
            report(
                f"hostile-{at}", LIBRARY.reports[0].date, title=title, status=status, model=model, client_version=client,
                layer_reason=layer, independence=independence, provenance=provenance, figures=figures,
            )
        )  # fmt: skip
        used += len(part)

    def text(at):
        return "\n\n".join(lines[at :: max(1, len(lines) // 8)])[:4000]

    symptoms = tuple(
        one.model_copy(update={"definition": text(3 * i), "looks_like": text(3 * i + 1), "layer_note": text(3 * i + 2)})
        for i, one in enumerate(LIBRARY.symptoms)
    )
    claims = tuple(
        one.model_copy(update={"statement": lines[i % len(lines)], "reason": text(i)})
        for i, one in enumerate(LIBRARY.claims)
    )
    events = tuple(
        one.model_copy(update={"title": lines[-1 - i % len(lines)], "detail": text(i)})
        for i, one in enumerate(LIBRARY.events)
    )
    update = {"reports": (*LIBRARY.reports, *reports), "symptoms": symptoms, "claims": claims, "events": events}
    return LIBRARY.model_copy(update=update), used


def built(folder, texts):
    shutil.copyfile(stub_site.REPOSITORY / "mkdocs.yml", folder / "mkdocs.yml")
    shutil.copytree(stub_site.REPOSITORY / "templates", folder / "templates")
    library, used = filled(texts)
    made = dossier(library=library)
    files = render_site(made, plan(made), folder / "templates")
    layout = Layout(folder)
    write_docs(files, layout)
    run_mkdocs(layout, made.day)
    write_policies(layout.built)
    write_index(layout.built)
    problems = check_site(layout.built)
    assert {problem.code for problem in problems} <= {"S210", "S211"}  # the small library has no worked examples
    return layout.built, used


def served(folder: Path, *, with_policy: bool):
    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *arguments: object) -> None:
            pass

        def do_GET(self) -> None:
            path = Path(self.translate_path(self.path))
            path = path / "index.html" if path.is_dir() else path
            if with_policy or path.suffix != ".html" or not path.is_file():
                super().do_GET()
                return
            page, found = POLICY.subn(b"", path.read_bytes())
            assert found == 1
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def watched(browser: Browser) -> tuple[Page, list[str]]:
    """A page and what happened on it that should not: other hosts, errors, dialogs."""
    page = browser.new_context().new_page()
    page.add_init_script(SPY)
    faults: list[str] = []
    page.on(
        "request",
        lambda sent: (
            None
            if sent.url.startswith("http://127.0.0.1:") or sent.url.startswith("data:image/")
            else faults.append(sent.url)
        ),
    )
    page.on("dialog", lambda dialog: (faults.append("dialog"), dialog.dismiss()))
    page.on("pageerror", lambda error: faults.append(str(error)))
    return page, faults


def walk(browser: Browser, site: Path, *, with_policy: bool, within: str = "") -> list[tuple[str, str]]:
    """Every page with such text, opened: what ran, what was asked for outside, what stands there that should not."""
    server = served(site, with_policy=with_policy)
    page, faults = watched(browser)
    found = []
    base = f"http://127.0.0.1:{server.server_port}/"
    for path in sorted(site.rglob("*.html")):
        name = path.relative_to(site).as_posix()
        if within not in path.read_text("utf-8"):
            continue
        page.goto(base + name.removesuffix("index.html"))
        found += [(name, fault) for fault in (*faults, *page.evaluate("window.__ran"), *page.evaluate(WALK))]
        faults.clear()
    page.context.close()
    server.shutdown()
    return found


def tried(browser, folder, texts):
    site, used = built(folder, texts)
    everything = "".join(path.read_text("utf-8") for path in site.rglob("*.html"))
    assert used >= len(texts) * 0.95
    assert everything.count("alert") > len(texts) // 4  # the texts are there, as text
    found = [fault for kept in (True, False) for fault in walk(browser, site, with_policy=kept, within="alert")]
    record(
        "xss-browser", trials=used, failures=len(found), note="built pages in Chromium, with the policy and without it"
    )
    assert found == []


def spread(count):
    """This many of the texts that do something, own ones first."""
    own = [text for text in (hostile.OWN / "xss.txt").read_text("utf-8").split("\n") if text]
    rest = [text for text in hostile.xss() if ("<" in text or ":" in text) and text not in own]
    return (own[:: max(1, 2 * len(own) // count)] + rest[:: max(1, len(rest) * 2 // count)])[:count]


def test_a_hundred_texts_run_nothing_and_fetch_nothing(browser, tmp_path):
    tried(browser, tmp_path, spread(100))


@pytest.mark.full
def test_texts_of_the_lists_run_nothing_and_fetch_nothing(browser, tmp_path):
    """All lines that hold a tag or an address: more than 1,000."""
    texts = [text for text in hostile.xss() if "<" in text or ":" in text or "(" in text]
    assert len(texts) >= 1_000
    tried(browser, tmp_path, texts)


RAW = '<p>x</p><img src=x onerror="alert(1)"><script>alert(2)</script><img src="//127.0.0.2:9/x.png"><a href="javascript:alert(3)" id=a>x</a>'


def test_the_browser_sees_what_runs_and_the_policy_stops_it(browser, small_site, tmp_path):
    """The control: raw text runs and fetches without the policy, and does neither with it."""
    site = tmp_path / "site"
    shutil.copytree(small_site.published, site)
    for path in site.rglob("*.html"):
        if path.parent != site / "2026-03" / "claims":
            path.unlink()
    path = site / "2026-03" / "claims" / "index.html"
    path.write_text(path.read_text("utf-8").replace("</h1>", f"</h1>{RAW}", 1), "utf-8")
    bare = {fault for _, fault in walk(browser, site, with_policy=False)}
    assert {"alert:1", "alert:2", "http://127.0.0.2:9/x.png"} <= bare
    assert {"img onerror", "a href=javascript:alert(3)"} <= bare
    kept = {fault for _, fault in walk(browser, site, with_policy=True)}
    assert not {"alert:1", "alert:2"} & kept
    assert any(fault.startswith("blocked script-src") for fault in kept)
    assert any(fault.startswith("blocked img-src") for fault in kept)


def test_search_palette_and_lists_work_under_the_policy(browser, small_site):
    """Nothing of the site is blocked: no violation on any page, search finds, colours switch and stay."""
    assert walk(browser, small_site.published, with_policy=True) == []
    server = served(small_site.published, with_policy=True)
    page, faults = watched(browser)
    page.goto(f"http://127.0.0.1:{server.server_port}/2026-03/claims/")
    page.locator("label[title='Switch to dark mode']").click()
    page.reload()
    assert page.evaluate("document.body.dataset.mdColorScheme") == "slate"
    page.locator(".wm-searchbox").click()
    page.locator(".wm-find input[type=search]").press_sequentially("Zanzibar")
    page.locator(".wm-find__results a").first.wait_for()
    assert [*faults, *page.evaluate("window.__ran")] == []
    page.context.close()
    server.shutdown()
