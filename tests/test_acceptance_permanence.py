"""Acceptance checks of research/site.md section 5 on the story of two snapshots: 3, 4, 6, 8, 12, 13, 18, 22 and 23.

The small case, published on 30 November and on 14 December by a simulated clock (story_of_snapshots.py).
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from datetime import date, datetime

import jsonschema
import pytest
import stub_site
from story_of_snapshots import (
    ADDRESS,
    BURIED,
    HOSTILE,
    NEW,
    NEW_TITLE,
    OLD_TITLE,
    SECOND,
    THIRD,
    content,
    epoch,
)
from whole_site import chromium, served

from generator.base.problems import PublishRefusedError
from generator.site import manifest
from generator.site.feeds import feeds, item_id
from generator.site.scan import scan

pytestmark = pytest.mark.slow
ATOM = "{http://www.w3.org/2005/Atom}"
ONE, TWO = "2026-11-30.1", "2026-12-14.1"


def files(folder):
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path for name, path in found.items() if not name.startswith("v/") and name != ".gitignore"}


@pytest.mark.full  # `make test` builds the small case twice in test_determinism
def test_check_03_the_same_inputs_give_the_same_bytes_in_another_folder_zone_and_language(story, tmp_path):
    """A second machine: another folder, process, time zone, locale and order of hashes; and no copies of snapshots."""
    root = tmp_path / "elsewhere"
    root.mkdir()
    for name in ("content", "templates"):
        shutil.copytree(story.root / name, root / name)
    shutil.copy(story.root / "mkdocs.yml", root)
    surroundings = {
        **os.environ, "SOURCE_DATE_EPOCH": epoch(SECOND), "TZ": "America/Caracas", "LC_ALL": "C", "PYTHONHASHSEED": "77",
        "PYTHONPATH": str(stub_site.REPOSITORY),
    }  # fmt: skip
    command = [sys.executable, "-m", "generator", "build", "--root", str(root)]
    done = subprocess.run(command, env=surroundings, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    here, there = files(story.root / "site"), files(root / "site")
    assert set(here) == set(there)
    assert [name for name, path in here.items() if path.read_bytes() != there[name].read_bytes()] == []
    assert manifest.differences(root / "site") == ()
    for number in (ONE, TWO):
        assert f"snapshots/{number}:0:0: S223 the frozen copy is not here" in done.stderr
    assert not (root / "site" / "v").exists()


def test_check_04_every_address_and_place_of_the_snapshot_before_still_answers(story):
    """By its pages as they were, not by a list: each has a page, a stub or a tombstone now, with every place it had."""
    now, asked = story.root / "site", 0
    for path in sorted((now / "v" / ONE).rglob("*.html")):
        name = path.relative_to(now / "v" / ONE)
        assert (now / name).is_file(), name
        before, after = scan(path.read_text("utf-8")).ids, scan((now / name).read_text("utf-8")).ids
        lost = {id for id in before - after if not id.startswith("__")}  # those are of the theme's menu
        assert lost == set(), (name, lost)
        asked += len(before)
    assert asked > 1_000
    buried = now / "2026-03" / "r" / "cc-24048" / "index.html"
    assert "The reporter was on another product." in buried.read_text("utf-8")


def test_check_06_a_title_with_other_words_changes_no_address_and_is_told(story):
    assert NEW_TITLE in story.read("2026-03/c/C-008/index.html")
    assert OLD_TITLE in story.read(f"v/{ONE}/2026-03/c/C-008/index.html")
    assert f"Its title then: {OLD_TITLE}" in story.read("2026-03/c/C-008/index.html")
    told = story.json(f"2026-03/changes/{TWO}/index.json")["record"]["changes"]
    (renamed,) = (one for one in told if one["what"] == "renamed")
    assert (renamed["record"], renamed["before"], renamed["after"]) == ("c/C-008", OLD_TITLE, NEW_TITLE)
    page = story.read(f"2026-03/changes/{TWO}/index.html")
    assert OLD_TITLE in page
    assert NEW_TITLE in page


def test_check_08_a_withdrawn_finding_is_a_tombstone_regrades_its_claim_and_is_in_the_feed(story):
    tomb = story.read(f"2026-03/f/{BURIED}/index.html")
    assert "A relay wrote the call twice." in tomb
    assert "2026-12-14" in tomb
    assert '<meta name="robots" content="noindex">' in tomb
    before = json.loads(story.read(f"v/{ONE}/2026-03/c/C-104/index.json"))["record"]
    after = story.json("2026-03/c/C-104/index.json")["record"]
    assert (before["grade"], after["grade"]) == ("supported", "unsupported")
    claim = story.read("2026-03/c/C-104/index.html")
    assert f"The grade last changed in snapshot {TWO}: from supported to unsupported." in claim
    assert BURIED not in story.read("2026-03/findings/index.html")
    for feed in ("feed.json", "2026-03/c/C-104/feed.json"):
        items = {item["id"]: item for item in story.json(feed)["items"]}
        assert "from supported to unsupported" in items[item_id("2026-03", "c/C-104")]["content_text"]
    entry = {item["id"]: item for item in story.json("feed.json")["items"]}[item_id("2026-03", f"f/{BURIED}")]
    assert entry["title"].startswith("Withdrawn")
    assert "A relay wrote the call twice." in entry["content_text"]


# ---- 12 ----

TEXT = {"type": "string", "minLength": 1}
DATE = {
    "type": "object", "additionalProperties": False, "required": ["date-parts"],
    "properties": {"date-parts": {"type": "array", "minItems": 1, "maxItems": 2, "items": {"type": "array", "minItems": 3, "maxItems": 3, "items": {"type": "integer"}}}},
}  # fmt: skip
CSL = {
    "type": "array", "minItems": 1,
    "items": {
        "type": "object", "additionalProperties": False,
        "required": ["id", "type", "title", "author", "issued", "URL"],
        "properties": {
            "type": {"enum": ["webpage", "dataset", "figure", "graphic", "report", "document"]},
            **dict.fromkeys(("id", "title", "container-title", "abstract", "note", "version", "URL", "publisher"), TEXT),
            "author": {"type": "array", "minItems": 1, "items": {"type": "object", "additionalProperties": False, "required": ["literal"], "properties": {"literal": TEXT}}},
            "issued": DATE, "accessed": DATE,
        },
    },
}  # fmt: skip
"""What the schema of CSL data says of the fields that are used here; no others are
(https://resource.citationstyles.org/schema/latest/input/json/csl-data.json)."""


@pytest.mark.parametrize("place", ["c/C-008", "c/C-103", "r/cc-46829", f"f/{'{new}'}", "e/E-090", "s/S-009"])
def test_check_12_a_citation_is_read_by_real_readers_and_leads_to_the_frozen_page_with_the_sentence(story, place):
    """BibTeX by bibtexparser, RIS by rispy, CSL-JSON by what its schema says of these fields; dates are ISO days."""
    import bibtexparser
    import rispy

    page = f"2026-03/{place.replace('{new}', story.finding)}/"
    library = bibtexparser.parse_string(story.read(f"{page}cite.bib"))
    assert not library.failed_blocks
    entry = library.entries[0].fields_dict
    items = story.json(f"{page}cite.json")
    jsonschema.Draft202012Validator(CSL).validate(items)
    record = rispy.loads(story.read(f"{page}cite.ris"))[0]
    address = f"{ADDRESS}v/{TWO}/{page}"
    assert address == entry["url"].value == items[0]["URL"] == record["urls"][0]
    assert entry["date"].value == entry["urldate"].value == SECOND.isoformat()
    assert date(*items[0]["issued"]["date-parts"][0]) == SECOND
    frozen = story.read(f"{address.removeprefix(ADDRESS)}index.html")
    sentence = items[0].get("abstract") or items[0]["title"]
    said = sentence.removeprefix("The article says, in our words: ").partition(" Grade by rules: ")[0]
    assert words(said) in words(re.sub(r"<[^>]*>", "", frozen))
    assert sentence == record.get("abstract", record["title"])


def words(text):
    from html import unescape

    return " ".join(unescape(text).split())


# ---- 13 ----


def test_check_13_every_page_of_a_snapshot_says_so_and_leads_to_the_page_of_today(story):
    checked = 0
    for number, day in ((ONE, "2026-11-30"), (TWO, "2026-12-14")):
        for path in sorted((story.root / "site" / "v" / number).rglob("index.html")):
            name = path.relative_to(story.root / "site" / "v" / number).as_posix()
            html = path.read_text("utf-8")
            assert f"You read snapshot {number}" in html, name
            assert day in html.partition(f"You read snapshot {number}")[2][:600], name
            assert '<meta name="robots" content="noindex">' in html, name
            address = "https://witnessmark.example/" if number == ONE else ADDRESS
            if "canonical" in html:
                assert f'<link rel="canonical" href="{address}' in html, name
                assert f'<link rel="canonical" href="{address}v/' not in html, name
            banner = html.partition(f"You read snapshot {number}")[2][:900]
            led = re.search(r'href="((?:\.\./)+[^"]*)"', banner)[1]
            assert (path.parent / led).resolve() == (story.root / "site" / name).parent.resolve(), (name, led)
            checked += 1
    assert checked > 300


# ---- 18 ----


def test_check_18_text_of_a_stranger_is_text_on_the_built_page_and_the_policy_has_nothing_to_report(story):
    """The small case has had a report with a hostile title and status since the first snapshot."""
    with served(story.root / "site") as server, chromium() as browser:
        page = browser.new_page()
        page.add_init_script(
            "window.told = []; addEventListener('securitypolicyviolation', e => told.push(e.violatedDirective));"
        )
        said = []
        page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
        page.on("dialog", lambda _: said.append("a dialog"))
        for path in (
            "2026-03/r/of-a-stranger/",
            "2026-03/reports/",
            "2026-03/explore/",
            f"v/{ONE}/2026-03/r/of-a-stranger/",
        ):
            page.goto(f"{server.address}/{path}")
            assert HOSTILE.split()[0] in page.text_content("article")
            live = page.evaluate(
                "[window.hacked ?? null, [...document.querySelectorAll('*')].flatMap(n => [...n.attributes]"
                ".filter(a => a.name.startsWith('on') || /^\\s*javascript:/i.test(a.value)).map(a => a.name)), told]"
            )
            assert live == [None, [], []], path
        assert said == []
        page.goto(f"{server.address}/2026-03/r/of-a-stranger/")
        assert page.inner_text("h1").replace("¶", "").strip() == HOSTILE


# ---- 22 ----


def atom(data):
    """RFC 4287, 4.1.1 and 4.1.2: what a feed and an entry must have, once each."""
    feed = ET.fromstring(data)
    assert feed.tag == f"{ATOM}feed"
    for element in (feed, *feed.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            (one,) = element.findall(f"{ATOM}{name}")
            assert (one.text or "").strip()
        assert re.match(r"[a-z][a-z0-9+.-]*:", element.find(f"{ATOM}id").text)
        assert datetime.strptime(element.find(f"{ATOM}updated").text, "%Y-%m-%dT%H:%M:%S%z")
        assert [link.get("type") for link in element.findall(f"{ATOM}link") if link.get("rel") == "alternate"].count("text/html") == 1  # fmt: skip
    assert feed.find(f"{ATOM}author/{ATOM}name").text
    ids = [one.text for one in feed.iter(f"{ATOM}id")]
    assert len(ids) == len(set(ids))
    return {entry.find(f"{ATOM}id").text: entry.find(f"{ATOM}updated").text for entry in feed.findall(f"{ATOM}entry")}


def json_feed(feed):
    """JSON Feed 1.1: what a feed and an item must have."""
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"]
    for item in feed["items"]:
        assert item["id"]
        assert item["content_text"]
        datetime.fromisoformat(item["date_modified"])
        datetime.fromisoformat(item["date_published"])
    return {item["id"]: item["date_modified"] for item in feed["items"]}


def test_check_22_feeds_are_valid_and_a_correction_is_an_update_of_its_item(story, tmp_path):
    """The Atom and the JSON Feed of the site, of each product and of each claim say the same items."""
    site = story.root / "site"
    found = [path for path in sorted(site.rglob("feed.atom")) if "v" not in path.relative_to(site).parts]
    assert len(found) == 1 + 5 + 4
    for path in found:
        entries = atom(path.read_bytes())
        assert entries == json_feed(json.loads(path.with_suffix(".json").read_text("utf-8"))), path
    root = story.copied(tmp_path).root
    corrected = item_id("2026-03", "r/cc-46829")
    before = {item_id("2026-03", item.key): item for feed in feeds(content(root, THIRD)) for item in feed.items}
    corrections = root / "content" / "corrections.yml"
    corrections.write_text(
        corrections.read_text("utf-8")
        + "- id: another\n  page: r/cc-46829\n  date: 2026-12-15\n  was: x.\n  now: y.\n  why: Read again.\n",
        "utf-8",
    )
    after = {item_id("2026-03", item.key): item for feed in feeds(content(root, THIRD)) for item in feed.items}
    assert set(after) == set(before), "no item is new"
    assert {id for id in after if after[id].updated != before[id].updated} == {corrected}
    assert (before[corrected].updated, after[corrected].updated) == (date(2026, 12, 10), date(2026, 12, 15))


# ---- 23 ----


def test_check_23_a_broken_link_place_picture_or_front_matter_is_refused_with_its_source(story, tmp_path):
    """Each on its own page of the published stub site, and the page that is made from a record names the record's file."""
    broken = {
        "link": b"---\ntitle: x\ndescription: d\n---\n# X\n\n[a](../../c/C-999/)\n",
        "place": b'---\ntitle: x\ndescription: d\n---\n# X\n\n<p><a href="#nowhere">a</a></p>\n',
        "picture": b'---\ntitle: x\ndescription: d\n---\n# X\n\n<p><img src="no.png" alt="a" width="1" height="1"></p>\n',
        "front matter": b"---\ntitle: 'x\ndescription: d\n---\n# X\n",
    }
    for kind, text in broken.items():
        (folder := tmp_path / kind.replace(" ", "-")).mkdir()
        layout = stub_site.make_root(folder)
        page = stub_site.RenderedFile("2026-03/f/F-AAAAAA/index.md", text)
        with pytest.raises(PublishRefusedError) as refused:
            stub_site.publish(layout, (*stub_site.stub_files(layout), page))
        assert all("F-AAAAAA" in problem.path for problem in refused.value.problems), (kind, refused.value.problems)
        assert not (layout.published / "index.html").exists(), kind
    assert "2026-03/r/cc-46829/index.html:0:0: S220" in story.refused
    assert "content/reports/cc-46829.yml" in story.refused


# ---- the whole story ----


def test_two_snapshots_a_fortnight_apart_tell_what_happened_between_them(story):
    """A withdrawn report, two regraded claims, a new finding, a renamed title, a deleted file: addresses, changes,
    tombstones, feeds and citations, each of which the checks above look at more closely.
    """
    told = {(one["what"], one["record"]) for one in story.json(f"2026-03/changes/{TWO}/index.json")["record"]["changes"]}  # fmt: skip
    assert told == {
        ("withdrawn", "r/cc-24048"), ("withdrawn", "i/0ghc53zpsfmt"), ("withdrawn", f"f/{BURIED}"),
        ("regraded", "c/C-103"), ("regraded", "c/C-104"), ("renamed", "c/C-008"), ("corrected", "r/cc-46829"),
        ("added", f"f/{story.finding}"),
    }  # fmt: skip
    assert story.json(f"2026-03/f/{story.finding}/index.json")["record"]["evidence"] == NEW
    assert not (story.root / "site" / "v" / ONE / "2026-03" / "f" / story.finding).exists()
    feed = {item["id"] for item in story.json("feed.json")["items"]}
    assert {item_id("2026-03", record) for _, record in told} <= feed
    assert item_id("2026-03", "c/C-064") not in feed, "nothing happened to it"
    for page, reason in (("r/cc-24048", "The reporter was on another product."), ("i/0ghc53zpsfmt", "The status page took it back.")):  # fmt: skip
        tomb = story.read(f"2026-03/{page}/index.html")
        assert reason in tomb
        assert "2026-12-14" in tomb
        assert (story.root / "site" / "v" / ONE / "2026-03" / page / "index.html").is_file()
    assert 'content="noindex"' in story.read("2026-03/i/0ghc53zpsfmt/index.html")
    for place in (NEW_TITLE, f"{ADDRESS}v/{TWO}/2026-03/c/C-008/"):
        assert place in story.read("2026-03/c/C-008/cite.txt")
    assert OLD_TITLE in story.read(f"v/{ONE}/2026-03/c/C-008/cite.txt")
    assert ADDRESS not in story.read(f"v/{ONE}/2026-03/c/C-008/cite.txt"), "there was no address yet"
    corrections = story.read("2026-03/corrections/index.html")
    assert "This heading." in corrections
    assert "You get an answer within 14 days" in corrections
