"""Acceptance checks of research/site.md section 5 on the whole site, read as files: 5, 9, 10, 16, 21, 24 and 25."""

from __future__ import annotations

import csv
import gzip
import io
import json
import posixpath
import re
from functools import cache

import jsonschema
import pytest
from selectolax.lexbor import LexborHTMLParser

from generator.pages.parts.stated import value_at

pytestmark = [pytest.mark.corpora, pytest.mark.slow]
CASE = "2026-03"
LINE = re.compile(r"https://github\.com/[\w.-]+/[\w.-]+/blob/[0-9a-f]{40}/([\w./-]+)#L([0-9]+)")
KINDS = ("c", "d", "e", "f", "i", "m", "r", "s", "surface", "symptom")


@cache
def html(path):
    return LexborHTMLParser((path / "index.html").read_text("utf-8"))


def folders(site, kind):
    return sorted(path.parent for path in (site / CASE / kind).glob("*/index.html"))


def words(node):
    """Text as a browser shows it, but for spaces."""
    return " ".join(node.text(deep=True, separator="").split())


# ---- 5 ----


def test_check_05_from_a_claim_to_a_log_line_in_four_clicks(full_site):
    """The last click opens the public line. That its hash can be recomputed is shown in test_acceptance_content.py,
    where the published file is at hand.
    """
    start = f"{CASE}/c/C-001"
    steps, front, line = {start: ()}, [start], None
    while front and line is None:
        page = front.pop(0)
        for href in (link.attributes.get("href") or "" for link in html(full_site / page).css("article a")):
            target = posixpath.normpath(posixpath.join(page, href.split("#")[0]))
            if LINE.fullmatch(href):
                line = page
                break
            if "://" not in href and target not in steps and (full_site / target / "index.html").is_file():
                steps[target] = (*steps[page], target)
                front.append(target)
    assert line is not None
    assert len(steps[line]) + 1 <= 4, steps[line]
    cards = html(full_site / line).css(".wm-record")
    assert cards
    for card in cards:
        assert re.fullmatch(r"[0-9a-f]{64}", words(card.css_first(".wm-hash")))
        assert re.fullmatch(
            r"curl -sL https://\S+ \| sed -n \d+p \| sha256sum", words(card.css_first(".wm-record__command"))
        )


# ---- 9 ----

NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
SECONDS = {"d": 86_400, "h": 3_600, "min": 60, "s": 1}


def shown(text):
    """Readings of a number as people write it: as it is, of a percentage, of a time in units; with its last digit's worth."""
    found = []
    for match in NUMBER.finditer(text):
        number = match[0].replace(",", "")
        worth = 10.0 ** -len(number.partition(".")[2])
        found += [(float(number), worth), (float(number) / 100, worth / 100)]
    units = re.findall(r"(\d+(?:\.\d+)?) (d|h|min|s)\b", text)
    if units:
        found.append((sum(float(many) * SECONDS[unit] for many, unit in units), SECONDS[units[-1][1]]))
    return found


def says(text, value):
    """Does the text say what the JSON says?"""
    if isinstance(value, bool) or value is None:
        return False
    if isinstance(value, int | float):
        return any(abs(abs(value) - number) <= 0.51 * worth for number, worth in shown(text))
    if isinstance(value, str):
        time = re.fullmatch(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(:\d\d)?.*", value)
        return text == " ".join(value.split()) or text == value.replace("..", " to ") or bool(time and text.startswith(f"{time[1]} {time[2]}"))  # fmt: skip
    numbers = [one for one in flat(value) if isinstance(one, int | float)]
    return all(any(abs(abs(one) - number) <= 0.51 * worth or one == 0 for one in (*numbers, 95, 0.001) for number, worth in shown(each)) for each in NUMBER.findall(text) if not any(each in str(one) for one in flat(value)))  # fmt: skip


def flat(value):
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else [value]:
        yield from flat(one) if isinstance(one, dict | list) else [one]


def test_check_09_every_number_beside_a_finding_claim_or_measurement_is_that_of_its_json(full_site):
    """Each value with `data-v` equals the one in index.json. The first sentence and the facts of findings have no number without."""
    compared, pages = 0, 0
    for kind in ("f", "c", "m"):
        for folder in folders(full_site, kind):
            twin = json.loads((folder / "index.json").read_text("utf-8"))
            values = html(folder).css("[data-v]")
            assert values, folder
            pages += 1
            for node in values:
                value = value_at(twin, node.attributes["data-v"])
                stated = node.attributes.get("value")
                if stated is not None:
                    assert stated == (value if isinstance(value, str) else json.dumps(value)), (folder, stated)
                assert says(words(node), value), (folder, node.attributes["data-v"], words(node), value)
                compared += 1
    assert pages > 290
    assert compared > 1_500
    for folder in folders(full_site, "f"):
        for node in html(folder).css(".wm-head__key, article .wm-facts > div"):
            if node.tag == "div" and words(node.css_first("dt")) == "About":
                continue  # a pseudonym or a version
            left = LexborHTMLParser(node.html or "")
            for told in left.css("[data-v]"):
                told.decompose()
            assert not re.search(r"\d", left.body.text(deep=True)), (folder, node.html)


def test_check_09_a_number_that_is_not_that_of_the_json_would_be_seen():
    for text, value in (("79,412", 79_412), ("12.5 %", 0.1249), ("2 h 5 min", 7_512), ("$1.06", 1.0649), ("2026-03-18 10:00 UTC", "2026-03-18T10:00:00Z")):  # fmt: skip
        assert says(text, value)
    for text, value in (("79,412", 79_413), ("12.5 %", 0.13), ("2 h 5 min", 7_000), ("$1.06", 1.08), ("2026-03-18 10:00 UTC", "2026-03-19T10:00:00Z"), ("4 of 5", {"n": 4})):  # fmt: skip
        assert not says(text, value)


# ---- 10 ----


@pytest.mark.parametrize("claim", ["C-100", "C-101"])
def test_check_10_the_headline_has_evidence_against_it_beside_the_evidence_for_it(full_site, claim):
    """Two lists of one kind side by side (their widths are compared in the browser), and tests that count for both."""
    page = html(full_site / CASE / "c" / claim)
    both = page.css("#evidence ~ .wm-weigh, .wm-weigh")[0].css("section")
    assert [words(one.css_first("h3")).split()[0] for one in both] == ["For", "Against"]
    assert all(len(one.css("li")) >= 1 for one in both)
    record = json.loads((full_site / CASE / "c" / claim / "index.json").read_text("utf-8"))["record"]
    for one, stance in zip(both, ("for", "against"), strict=True):
        counted = int(re.search(r"\((\d+)\)", words(one.css_first("h3")))[1])
        assert counted == len(one.css("li")) == sum(item["stance"] == stance for item in record["computed"]["items"])
    assert len(html(full_site / CASE / "headline").css("table tbody tr")) >= 5


# ---- 16 ----


def test_check_16_every_figure_has_one_sentence_and_a_table_and_no_badge_is_a_colour_alone(full_site):
    """What a screen reader says of a picture is the sentence below it; the data are a table and a file beside it."""
    seen = 0
    for path in sorted((full_site / CASE).rglob("index.html")):
        page = LexborHTMLParser(path.read_text("utf-8"))
        for box in page.css(".wm-figure"):
            seen += 1
            said = words(box.css_first("figcaption"))
            alts = {" ".join((image.attributes.get("alt") or "").split()) for image in box.css("img")}
            (alt,) = alts
            assert alt, path
            assert said.startswith(alt), (path, alt, said)
            around = page if path.parents[1].name == "g" else box  # the page of a figure is all about it
            assert len(around.css("table tbody tr")) >= 1, path
            assert any((link.attributes.get("href") or "").endswith(".csv") for link in around.css("a")), path
        for badge in page.css(".wm-badge"):
            assert re.search(r"\w", words(badge)), path
    assert seen > 150


# ---- 21 ----


def test_check_21_every_endpoint_is_valid_json_of_its_schema_with_its_stamp(full_site):
    """The stamp's fields are `generated`, `snapshot`, `case` and `licence` (the check calls the first generated_at)."""
    api = full_site / CASE / "data" / "api" / "v1"
    index = json.loads((api / "index.json").read_text("utf-8"))
    assert "Access-Control-Allow-Origin" in index["cors"]
    assert "Access-Control-Allow-Origin: *" in (full_site / "_headers").read_text("utf-8")
    named = {one["path"] for one in index["endpoints"]}
    on_disk = {path.name for path in api.iterdir() if path.is_file()} - {"index.json"}
    assert named == on_disk
    for one in index["endpoints"]:
        text = (api / one["path"]).read_text("utf-8")
        if one["path"].endswith(".csv"):
            continue
        content = json.loads(text)
        assert {"schema", "generated", "snapshot", "case", "licence"} <= set(content)
        schema = json.loads((api / one["schema"]).read_text("utf-8"))
        jsonschema.Draft202012Validator.check_schema(schema)
        assert [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(content)][:3] == []
        assert len(content["records"]) == one["records"]
    entrance = json.loads((full_site / "api" / "v1" / "index.json").read_text("utf-8"))
    assert (full_site / "api" / "v1" / entrance["cases"][0]["index"]).resolve() == (api / "index.json").resolve()


def test_check_21_no_cell_of_any_table_is_a_formula(full_site):
    files = sorted(full_site.rglob("*.csv"))
    assert len(files) > 150
    for path in files:
        rows = list(csv.reader(io.StringIO(path.read_text("utf-8"), newline="")))
        assert len({len(row) for row in rows}) == 1, path
        bad = [cell for row in rows for cell in row if re.match(r"\s*[=+@\t\r]|\s*-(?![\d.])", cell)]
        assert bad == [], path


# ---- 24 ----

FONTS_AND_PICTURES = (".woff2", ".png")


def weight(site, page):
    """Bytes over the wire of a page and what it loads before anybody acts, compressed as a host does it.

    Without fonts, without what draws charts live, and with the picture of one theme: the other is never asked for.
    """
    tree = html(site / page)
    told = {f"{page}/index.html"}
    for node in tree.css("link[rel=stylesheet], script[src]:not([src$='figures.js']), img[src]:not(.wm-dark)"):
        address = node.attributes.get("href") or node.attributes.get("src") or ""
        target = posixpath.normpath(posixpath.join(page, address))
        if (site / target).is_file() and not target.endswith(FONTS_AND_PICTURES):
            told.add(target)
    return sum(len(gzip.compress((site / name).read_bytes(), 6)) for name in told)


def test_check_24_pages_are_light_and_there_are_as_many_as_there_are_records(full_site):
    """Sizes and counts. Times hang on the machine and are in tests/benchmarks/site_twice.py."""
    findings = {folder.name: weight(full_site, f"{CASE}/f/{folder.name}") for folder in folders(full_site, "f")}
    claims = {folder.name: weight(full_site, f"{CASE}/c/{folder.name}") for folder in folders(full_site, "c")}
    print(f"\nfindings {min(findings.values()):,} to {max(findings.values()):,} bytes, "
          f"claims {min(claims.values()):,} to {max(claims.values()):,} bytes")  # fmt: skip
    middle = sorted(findings.values())[len(findings) // 2]
    assert middle < 100_000
    assert max(findings.values()) < 120_000, "the longest has 200 rows in its table"
    assert max(claims.values()) < 150_000
    pages = {kind: len(folders(full_site, kind)) for kind in KINDS}
    api = full_site / CASE / "data" / "api" / "v1"
    for kind, name in {"c": "claims", "f": "findings", "r": "reports", "e": "events", "i": "incidents", "s": "sources", "m": "measurements"}.items():  # fmt: skip
        assert len(json.loads((api / f"{name}.json").read_text("utf-8"))["records"]) == pages[kind], name
    assert sum(pages.values()) > 1_000


# ---- 25 ----


def test_check_25_corrections_and_replies_exist_and_every_footer_says_who_why_and_how(full_site):
    """A response time is what the publisher promises (`answers_within` in case.yml); without one the page says that there is none."""
    page = html(full_site / CASE / "corrections")
    ids = {node.attributes["id"] for node in page.css("article [id]")}
    assert {"corrections", "replies", "asked", "ask", "how", "who"} <= ids
    text = words(page.css_first("article"))
    assert re.search(r"You get an answer within \d+ days?|How soon you are answered is not promised yet", text)
    log = page.css("[id^=asked-]")
    assert log or "Nobody has been asked for a reply yet" in text
    for one in log:
        assert re.search(r"\d{4}-\d\d-\d\d|\d{1,2} \w+ \d{4}", words(one))
    files = sorted(full_site.rglob("*.html"))
    assert len(files) > 1_000
    for path in files:
        footer = path.read_text("utf-8").partition('<footer class="wm-footer">')[2]
        for said in ("Witnessmark", "Not affiliated with Anthropic", "language models", "interest"):
            assert said in footer, (path, said)
        assert re.search(r'href="[./\w-]*#who"', footer), path
        assert re.search(r'href="[./\w-]*#ask"', footer), path
