"""The content security policy: on every page, first, and no more than the page needs; what it does not know fails."""

from __future__ import annotations

import re
import shutil

import pytest
from promises import record

from generator.site.check import check_site
from generator.site.csp import guarded, policy, script_hash, script_id
from generator.site.hosting import headers_file
from generator.site.publish import write_policies
from generator.site.scan import scan

PLANTED = {
    "inline script": "<script>alert(1)</script>",
    "module": '<script type="module">alert(1)</script>',
    "import map": '<script type="importmap">{"imports":{"x":"https://evil.example/x.js"}}</script>',
    "speculation rules": '<script type="speculationrules">{"prefetch":[{"urls":["https://evil.example/"]}]}</script>',
    "script with a space": "<script >alert(1)</script >",
    "script in upper case": "<SCRIPT>alert(1)</SCRIPT>",
    "script of odd type": '<script type="text/ecmascript">alert(1)</script>',
    "script in a picture": "<svg><script>alert(1)</script></svg>",
    "known script, one sign more": "<script>var target=document.getElementById(location.hash.slice(1));target&&alert(1)</script>",
    "outside script": '<script src="https://cdn.example/x.js"></script>',
    "outside script, no scheme": '<script src="//cdn.example/x.js"></script>',
    "outside style": '<link rel="stylesheet" href="https://cdn.example/x.css">',
    "outside font": '<link rel="preload" as="font" href="https://fonts.example/x.woff2">',
    "outside hint": '<link rel="dns-prefetch" href="//cdn.example">',
    "outside picture": '<img src="https://cdn.example/x.png" alt="" width="1" height="1">',
    "outside picture set": '<img srcset="https://cdn.example/x.png 2x" alt="" width="1" height="1">',
    "outside frame": '<iframe src="https://cdn.example/"></iframe>',
    "frame with its page": '<iframe srcdoc="x"></iframe>',
    "outside form": '<form action="https://cdn.example/"></form>',
    "outside button": '<button formaction="https://cdn.example/">x</button>',
    "outside ping": '<a href="./" ping="https://cdn.example/">x</a>',
    "outside video": '<video src="https://cdn.example/x.mp4"></video>',
    "outside use": '<svg><use xlink:href="https://cdn.example/x.svg#a"/></svg>',
    "base": '<base href="https://cdn.example/">',
    "handler": '<p onclick="alert(1)">x</p>',
    "style attribute": '<p style="background:url(https://cdn.example/x)">x</p>',
    "script address": '<a href="javascript:alert(1)">x</a>',
    "data address": '<a href="data:text/html,x">x</a>',
}


@pytest.fixture
def page(small_site, tmp_path):
    """One really built page of its own site; what it links to stays behind."""
    site = tmp_path / "site"
    shutil.copytree(small_site.published, site)
    return site / "2026-03" / "claims" / "index.html"


def test_whatever_is_planted_on_a_built_page_fails_the_build(page):
    """Each alone: the checker names the page, at the line, and the policy gives it no hash."""
    clean = page.read_text("utf-8")
    site = page.parents[2]
    for path in site.rglob("*.html"):
        if path != page:
            path.write_text(re.sub(r"(?s)<body.*</body>", "<body></body>", path.read_text("utf-8")), "utf-8")
    before = {problem for problem in check_site(site) if problem.path == "2026-03/claims/index.html"}
    passed = []
    for name, planted in PLANTED.items():
        bare = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", clean)
        dirty = bare.replace("</h1>", f"</h1>{planted}", 1)
        page.write_text(guarded(dirty, scan(dirty).script_texts), "utf-8")
        assert script_hash("alert(1)") not in page.read_text("utf-8")
        found = {problem for problem in check_site(site) if problem.path == "2026-03/claims/index.html"} - before
        if not {problem.code for problem in found} & {"S202", "S203", "S207", "S208"}:
            passed.append(name)
    record("policy-planted", trials=len(PLANTED), failures=len(passed))
    assert passed == []


def test_every_built_page_has_its_policy_first(small_site):
    """The first <meta>, exactly one, before any script, with the hash of each inline script and no other."""
    pages = sorted(small_site.published.rglob("*.html"))
    bad = []
    for path in pages:
        text = path.read_text("utf-8")
        first = re.search(r"<(meta|script|link|style)\b[^>]*>", text)
        content = re.search(r'content="([^"]*)"', first[0])
        wanted = policy(script_hash(body) for body in scan(text).script_texts)
        if not first[0].startswith('<meta http-equiv="Content-Security-Policy"') or content[1] != wanted:
            bad.append(path.name)
        if text.count("Content-Security-Policy") != 1 or "unsafe" in content[1]:
            bad.append(path.name)
    record("policy-pages", trials=len(pages), failures=len(bad))
    assert bad == []
    headers = (small_site.published / "_headers").read_text("utf-8")
    assert headers == headers_file(text for path in pages for text in scan(path.read_text("utf-8")).script_texts)
    assert "frame-ancestors 'none'" in headers


@pytest.mark.parametrize(
    "change",
    [
        lambda text: re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text),
        lambda text: text.replace("<head>", '<head><meta name="x" content="y">', 1),
        lambda text: text.replace("default-src 'none'", "default-src *", 1),
        lambda text: text.replace("script-src 'self'", "script-src 'self' 'unsafe-inline'", 1),
        lambda text: re.sub(r"'sha256-[^']*'", "", text, count=1),
    ],
    ids=["gone", "not first", "wider", "unsafe", "a hash short"],
)
def test_a_page_with_another_policy_fails_the_build(page, change):
    page.write_text(change(page.read_text("utf-8")), "utf-8")
    assert "S213" in {problem.code for problem in check_site(page.parents[2])}


def test_a_site_with_other_headers_fails_the_build(page):
    headers = page.parents[2] / "_headers"
    headers.write_text(headers.read_text("utf-8").replace("'none'", "*", 1), "utf-8")
    assert "S214" in {problem.code for problem in check_site(page.parents[2])}
    headers.unlink()
    assert "S214" in {problem.code for problem in check_site(page.parents[2])}


def test_policies_are_the_same_bytes_twice(page):
    """The hashes are sorted, and a page that has none yet gets what it had."""
    site = page.parents[2]
    before = page.read_text("utf-8")
    for path in site.rglob("*.html"):
        path.write_text(
            re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", path.read_text("utf-8")), "utf-8"
        )
    scans = write_policies(site)
    assert page.read_text("utf-8") == before
    again = {path.relative_to(site).as_posix(): scan(path.read_text("utf-8")) for path in site.rglob("*.html")}
    assert scans == again, "what was scanned before the policy came in is what a reader gets"


def test_a_base_address_cannot_carry_a_program():
    """What is left out of the identity of a script is an address and nothing else."""
    known = script_id('__md_scope=new URL("../..",location),x()')
    assert script_id('__md_scope=new URL("/project/",location),x()') == known
    assert script_id('__md_scope=new URL("javascript:alert(1)",location),x()') != known
    assert script_id('__md_scope=new URL(".",location),alert(1),new URL("..",location),x()') != known
