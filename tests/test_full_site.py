"""The whole site of this repository with findings of real transcripts: built, checked, and walked through in a browser."""

from __future__ import annotations

import functools
import json
import posixpath
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from conftest import CORPORA
from counts_read import faults_of_site
from whole_site import chromium, own_evidence, served

from generator.detectors import DETECTORS
from generator.packs.pack import read_pack

ROOT = Path(__file__).parent.parent

PUBLIC_LINE = re.compile(r"https://github\.com/[\w.-]+/[\w.-]+/blob/[0-9a-f]{40}/[\w./-]+#L[0-9]+")

pytestmark = [pytest.mark.corpora, pytest.mark.browser]


@pytest.fixture(scope="module")
def own_logs():
    return own_evidence(CORPORA)


@pytest.fixture(scope="module")
def site(full_site):
    return full_site


class Body(HTMLParser):
    """Links and text of the article: what a reader clicks who does not use the menu."""

    def __init__(self):
        super().__init__()
        self.depth, self.links, self.text = 0, [], []

    def handle_starttag(self, tag, attrs):
        if tag == "article":
            self.depth += 1
        if self.depth and tag == "a":
            self.links.append(dict(attrs).get("href") or "")

    def handle_endtag(self, tag):
        self.depth -= tag == "article"

    def handle_data(self, data):
        if self.depth:
            self.text.append(data)


@functools.cache
def body(site, page):
    parsed = Body()
    parsed.feed((site / page / "index.html").read_text())
    return parsed


def linked(site, page):
    for href in body(site, page).links:
        target = posixpath.normpath(posixpath.join(page, href.split("#")[0])) + "/"
        if "://" not in href and (site / target / "index.html").is_file():
            yield target.removeprefix("./")


def test_every_record_has_a_page(site):
    def pages(kind):
        return len(list((site / "2026-03" / kind).glob("*/index.html")))

    content = ROOT / "content"
    records = {"c": len(list((content / "claims").glob("*.yml"))), "r": len(list((content / "reports").glob("*.yml")))}
    for kind, paths in {"e": "events/*.yml", "i": "incidents/*.yml", "s": "sources.yml"}.items():
        records[kind] = sum(path.read_text("utf-8").count("\n- id: ") for path in content.glob(paths))
    assert min(records.values()) > 100
    assert {kind: pages(kind) for kind in "creis"} == records
    assert pages("surface") == 5
    assert pages("symptom") == 27
    assert pages("d") == len(DETECTORS)


CURATED = frozenset({"to leave 0 to 110 %", "extra usage of"})
"""Words of records that people wrote, in which a percentage over 100 is right."""


def test_no_page_and_no_file_says_a_share_over_all_or_of_nothing_or_one_of_a_plural(site):
    assert faults_of_site(site, CURATED) == []


def test_every_finding_of_the_logs_has_a_page(site, own_logs):
    for run in own_logs.runs:
        for finding in run.findings:
            twin = json.loads((site / "2026-03" / "f" / finding.id / "index.json").read_text())
            assert twin["record"]["simulated"] is False


def test_from_the_ledger_a_public_log_line_is_at_most_four_clicks_away(site):
    """Breadth first over the links of articles; the last click opens the line at the commit it was published in."""
    seen, front = {"2026-03/claims/"}, ["2026-03/claims/"]
    for clicks in range(1, 5):
        lines = {href for page in front for href in body(site, page).links if PUBLIC_LINE.fullmatch(href)}
        if lines:
            assert clicks <= 4
            return
        front = sorted({target for page in front for target in linked(site, page)} - seen)
        seen.update(front)
    pytest.fail("no public line within four clicks of the claim ledger")


def test_every_finding_of_a_public_log_leads_to_its_line_and_has_a_proof(site):
    twins = [json.loads(path.read_text()) for path in (site / "2026-03" / "f").glob("*/index.json")]
    public = [twin["record"] for twin in twins if twin["record"]["public"]]
    assert len(public) > 100
    for record in public:
        folder = site / "2026-03" / "f" / record["id"]
        assert (folder / "proof.json").is_file(), record["id"]
        text = (folder / "index.html").read_text().replace("<wbr>", "")
        assert record["lines"], record["id"]
        for line in record["lines"][-6:]:
            assert PUBLIC_LINE.fullmatch(line["page"])
            assert line["page"] in text, record["id"]
            assert line["sha256"] in text, record["id"]


def test_simulated_findings_have_no_page_and_no_place_in_lists_search_or_data(site):
    ids = {finding.id for run in read_pack(ROOT / "content" / "evidence" / "specimen").runs for finding in run.findings}
    assert len(ids) > 100
    assert not ids & {path.name for path in (site / "2026-03" / "f").iterdir()}
    for place in ("2026-03/findings/index.html", "2026-03/data/api/v1/findings.json", "pagefind/records.json"):
        text = (site / place).read_text()
        assert not [id for id in ids if id in text], place


def test_only_pages_with_simulated_data_say_so_on_top(site):
    """The specimen, its account, and the detectors that it gives an example of."""
    banner = "This page also shows <strong>simulated data</strong>"
    told = {path.parent.relative_to(site).as_posix() for path in site.rglob("index.html") if banner in path.read_text()}
    assert {"2026-03/evidence/specimen", "2026-03/evidence/specimen/account"} <= told
    assert {page for page in told if not page.startswith(("2026-03/d/", "2026-03/evidence/specimen"))} == set()
    for page in (site / "2026-03").rglob("index.html"):
        if "wm-banner--simulated" in page.read_text():
            assert page.parent.relative_to(site).as_posix() in told


@pytest.fixture(scope="module")
def address(site):
    with served(site) as server:
        yield server.address


def test_a_finding_is_checked_in_its_page_and_a_changed_proof_is_refused(site, address):
    proofs = [
        (path, json.loads(path.read_text())["pack"]["evidence"])
        for path in (site / "2026-03" / "f").glob("*/proof.json")
    ]
    proof = min((path for path, pack in proofs if pack == "agentv"), key=lambda path: path.stat().st_size)
    changed = proof.read_text().replace(
        '"name": "output_tokens",\n     "text": "', '"name": "output_tokens",\n     "text": "1'
    )
    assert changed != proof.read_text()
    with chromium() as browser:
        page = browser.new_page()
        page.goto(f"{address}/2026-03/f/{proof.parent.name}/")
        page.click(".wm-checkhere button")
        page.wait_for_selector(".wm-verified strong")
        assert page.inner_text(".wm-verified strong") == "Holds."
        page.route("**/proof.json", lambda route: route.fulfill(body=changed, content_type="application/json"))
        page.reload()
        page.click(".wm-checkhere button")
        page.wait_for_selector(".wm-verified strong")
        assert page.inner_text(".wm-verified strong") == "Refused. Nothing is proved."
        other = next(
            path
            for path in (site / "2026-03" / "f").glob("*/proof.json")
            if path != proof and json.loads(path.read_text())["root"] == json.loads(proof.read_text())["root"]
        )
        page.unroute("**/proof.json")
        page.route(
            "**/proof.json", lambda route: route.fulfill(body=other.read_text(), content_type="application/json")
        )
        page.reload()
        page.click(".wm-checkhere button")
        page.wait_for_selector(".wm-verified strong")
        assert "another finding" in page.inner_text(".wm-verified")


FIRST = {
    "79000": "c/C-064", "79,000": "c/C-064", "27169": "m/breaks-by-cause", "cc-16157": "r/cc-16157", "16157": "r/cc-16157",
    "E-039": "e/E-039", "e039": "e/E-039", "C-064": "c/C-064", "S-143": "s/S-143", "mhnzmndv58bt": "i/mhnzmndv58bt",
    "2.1.88": "e/E-085", "2.1.69": "e/E-037",
}  # fmt: skip
"""What a reader types and the page that must be first: ids, versions, figures."""
AMONG_THREE = {
    "nine word prompt": "c/C-064", "was it me": "was-it-me", "Was I affected?": "was-it-me", "idle meter": "d/idle-advance",
    "resume bug": "symptom/resume-bug", "cowork": "surface/cowork", "how to cite": "data", "cache break": "d/cache-break",
    "prompt cache lifetime": "e/E-039", "false alarms": "calibration", "short prompt": "d/short-prompt-overbilled",
    "anthropic postmortem": "e/E-133", "status page": "incidents", "timeout 120 s": "c/C-080",
    "weekly limit gone in a day": "symptom/runaway-usage", "double billed": "d/doubled-call", "peak hours": "e/E-074",
    "enterprise": "surface/enterprise", "who made this": "method", "refund": "was-it-me", "cancel subscription": "was-it-me",
    "extra usage charged": "e/E-041", "opus 4.6": "e/E-005", "cache ttl": "m/cache-life", "max plan limit": "was-it-me",
    "credits gone": "c/C-009", "who wrote this": "method",
}  # fmt: skip


def test_twenty_questions_find_their_page_and_nothing_is_loaded_before_the_first_key(site):
    finding = next((site / "2026-03" / "f").glob("*/index.html")).parent.name
    asked = {**{words: (page, 1) for words, page in {**FIRST, finding: f"f/{finding}"}.items()},
             **{words: (page, 3) for words, page in AMONG_THREE.items()}}  # fmt: skip
    missed = []
    with served(site) as server, chromium() as browser:
        page = browser.new_page()
        page.goto(f"{server.address}/2026-03/c/C-064/")
        page.wait_for_load_state("networkidle")
        loaded = sum(size for _, size in server.sent)
        before = [path for path, _ in server.sent if "/pagefind/" in path]
        page.locator(".wm-searchbox").click()
        page.wait_for_timeout(3_000)
        opened = sum(size for path, size in server.sent if "/pagefind/" in path)
        for words, (wanted, within) in asked.items():
            box = page.locator(".wm-find input[type=search]")
            box.fill("")
            page.locator(".wm-find__results:empty").wait_for(state="attached")
            box.press_sequentially(words)
            page.locator(".wm-find__results a").first.wait_for()
            page.wait_for_timeout(400)  # the answer to the last key
            found = [
                href.rstrip("/")
                for href in page.eval_on_selector_all(".wm-find__results a", "all => all.map(one => one.pathname)")
            ]
            if f"/2026-03/{wanted}" not in found[:within]:
                missed.append((words, found[:3]))
            if words == "79000":
                first = sum(size for path, size in server.sent if "/pagefind/" in path)
        claim = page.locator(".wm-find__results li", has=page.locator("a[href*='/c/']"))
        box.fill("")
        page.locator(".wm-find__results:empty").wait_for(state="attached")
        box.fill("nine word prompt")
        claim.first.wait_for()
        assert claim.first.locator(".wm-tag").inner_text() == "Claim"
        assert claim.first.locator(".wm-grade").inner_text() == "Not checkable"
    index = sum(path.stat().st_size for path in (site / "pagefind").rglob("*") if path.is_file())
    print(f"\n{len(asked)} questions, {len(missed)} missed {missed}; the page alone {loaded:,} bytes, of the search {len(before)} files; "
          f"after the box was opened {opened:,} bytes of the search; "
          f"after the first question {first:,} bytes of the search; the index on disk {index:,} bytes")  # fmt: skip
    assert missed == []
    assert len(asked) >= 20
    assert before == []
    assert first < 400_000
