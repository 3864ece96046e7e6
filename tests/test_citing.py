"""A citation holds address or path, sentence, grade and digest of the records, and each format can be read back."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import public_library
import pytest

from generator.dossier.edition import Edition, is_public, records_list
from generator.pages import claims, events, home, incidents, reports, sources, surfaces, symptoms
from generator.pages.parts.cite import NO_ADDRESS, Cited, cite
from generator.site.context import SiteContext
from generator.site.head import head_fields

INPUTS = {"content/case.yml": "ab" * 32, "content/claims/C-001.yml": "cd" * 32, "mkdocs.yml": "ef" * 32}
HOSTILE = f"100 % {{of}} it_all & #1 $5 ~^ \\ \r\nER  - \u2028{public_library.HOSTILE}"
STATED = Cited("Statement.", "by rules: plausible", "claim")
FIGURE = SimpleNamespace(id="weeks", title="Reports a week", sentence="There were 12 in one week.", simulated=False)
CSL_TYPES = {"webpage", "dataset"}


def published(address="https://witness.example.dev/case"):
    return public_library.dossier(edition=Edition.of(address, INPUTS))


def made(dossier, title="Claim C-001: Statement.", cited=STATED, figures=()):
    return cite(dossier, "2026-03/c/C-001/", title, cited, figures)


def files(citation):
    return {file.name: file.content.decode() for file in citation.downloads}


# ---- editions ----


@pytest.mark.parametrize(
    "address",
    [
        "", "https://witnessmark.example/", "https://a.b.example", "https://example.org/x/", "https://www.example.com/",
        "http://localhost:8000/", "http://127.0.0.1:8000/", "http://[::1]/", "https://host/", "https://site.local/",
        "https://x.test/", "https://x.invalid/", "ftp://files.of.me/", "witness.dev", "https://WITNESSMARK.EXAMPLE./",
        "https://[bad/",
    ],
)  # fmt: skip
def test_an_address_that_nobody_could_open_is_no_address(address):
    assert not is_public(address)
    assert Edition.of(address, INPUTS).url("2026-03/") == ""


@pytest.mark.parametrize("address", ["https://witness.dev", "https://who.github.io/case/", "http://xn--bcher-kva.de/"])
def test_the_address_of_a_page_is_absolute_where_the_site_has_one(address):
    assert Edition.of(address, INPUTS).url("2026-03/c/C-001/") == f"{address.rstrip('/')}/2026-03/c/C-001/"


def test_the_digest_is_of_the_records_alone_and_moves_with_each():
    one = Edition.of("", INPUTS).records
    assert re.fullmatch("[0-9a-f]{64}", one)
    assert records_list(INPUTS) == f"{'ab' * 32}  content/case.yml\n{'cd' * 32}  content/claims/C-001.yml\n"
    assert Edition.of("", INPUTS | {"mkdocs.yml": "00", "templates/x.j2": "00"}).records == one
    assert Edition.of("", INPUTS | {"content/case.yml": "00"}).records != one
    assert Edition.of("", {}).records == ""


def test_a_build_is_called_by_its_day():
    assert public_library.dossier().snapshot == "2026-11-24"
    assert "snapshot 2026-11-24" in made(public_library.dossier()).text


# ---- what it says ----


def test_before_there_is_an_address_the_path_and_who_sets_it():
    citation = made(public_library.dossier(edition=Edition.of("https://witnessmark.example/", INPUTS)))
    for name, text in files(citation).items():
        assert "2026-03/c/C-001/" in text, name
        assert NO_ADDRESS in text, name
        assert "https://" not in text, name


def test_with_an_address_every_format_has_it_the_grade_and_the_digest():
    dossier = published()
    for name, text in files(made(dossier)).items():
        assert "https://witness.example.dev/case/2026-03/c/C-001/" in text, name
        assert "Grade by rules: plausible" in text, name
        assert dossier.edition.records in text, name
        assert NO_ADDRESS not in text, name


def test_the_sentence_is_said_once():
    assert made(published()).text.count("Statement.") == 1
    other = made(
        published(), title="Finding F-1: Cache", cited=Cited("5 of 7 were lost.", "B: one assumption", "finding")
    )
    assert "Finding F-1: Cache. \u201c5 of 7 were lost.\u201d Case 2026-03, snapshot 2026-11-24" in other.text


def test_the_abstract_of_a_claim_says_whose_words_they_are_and_the_grade():
    said = "The article says, in our words: Statement. Grade by rules: plausible."
    texts = files(made(published()))
    for name in ("cite.bib", "cite.json", "cite.ris"):
        assert said in texts[name], name
    assert said not in texts["cite.txt"], "the title names the claim"
    finding = files(made(published(), cited=Cited("5 of 7 were lost.", "B: one assumption", "finding")))
    assert "AB  - 5 of 7 were lost.\r\n" in finding["cite.ris"]


@pytest.mark.parametrize(("kind", "place"), [("claim", "g/c-001-weeks/"), ("finding", "c/C-001/#weeks")])
def test_each_figure_is_cited_with_its_own_page_or_its_place_on_the_one_that_is_about_it(kind, place):
    citation = made(published(), cited=replace(STATED, kind=kind), figures=(None, FIGURE))
    assert set(citation.figures) == {"weeks"}
    assert place in citation.figures["weeks"]
    assert "Grade" not in citation.figures["weeks"]
    for name, text in files(citation).items():
        assert place in text, name
        assert "There were 12 in one week." in text, name


# ---- the formats, read back ----


def parsed_bibtex(text):
    """Entries of a strict reader: balanced braces, a key once, fields in braces, signs of TeX escaped."""
    entries = {}
    place = 0
    while match := re.compile(r"\s*@(\w+)\{([A-Za-z0-9._-]+),\n").match(text, place):
        place, fields = match.end(), {}
        while field := re.compile(r"  ([a-z]+) = \{").match(text, place):
            depth, end = 1, field.end()
            while depth:
                depth += {"{": 1, "}": -1}.get(text[end], 0)
                end += 1
            value = text[field.end() : end - 1]
            assert text[end : end + 2] == ",\n"
            assert field[1] not in fields
            if field[1] != "url":
                assert not re.search(r"(?<!\\)[#$%&_~^]", value), value
            fields[field[1]], place = value, end + 2
        assert text[place : place + 2] == "}\n"
        place += 2
        assert match[2] not in entries
        entries[match[2]] = (match[1], fields)
    assert text[place:].strip() == ""
    return entries


def parsed_ris(text):
    """Records of a strict reader; a value that ends a line would be another tag or no tag."""
    assert text.endswith("ER  - \r\n")
    assert "\n" not in text.replace("\r\n", "")
    records, current = [], []
    for line in text.split("\r\n")[:-1]:
        tag, value = re.fullmatch(r"([A-Z][A-Z0-9])  - ?(.*)", line).groups()
        if tag == "ER":
            records.append(dict(current))
            current = []
        else:
            assert (tag == "TY") == (not current)
            current.append((tag, value))
    assert current == []
    return records


def checked_csl(text):
    """Items with the essentials of the schema of CSL data: known types, dates as numbers, texts as texts."""
    items = json.loads(text)
    for item in items:
        assert item["type"] in CSL_TYPES
        assert all(isinstance(item[name], str) and item[name] for name in ("id", "title", "note", "version"))
        for name in ("issued", "accessed"):
            ((year, month, day),) = item[name]["date-parts"]
            assert date(year, month, day)
        assert item["author"] == [{"literal": "Witnessmark"}]
    return items


@pytest.mark.parametrize("title", ["Claim C-001: Statement.", HOSTILE, "\u00e9\u4e16 \U0001f600 {{{", "}}}", "\\", "%"])
@pytest.mark.parametrize("address", ["", "https://witness.example.dev"])
def test_every_format_can_be_read_back_whatever_the_title_is(title, address):
    citation = made(published(address), title=title, cited=Cited(title, title, "claim"), figures=(FIGURE,))
    text = files(citation)
    assert text["cite.txt"].count("\n") == 2
    bibtex, ris, csl = parsed_bibtex(text["cite.bib"]), parsed_ris(text["cite.ris"]), checked_csl(text["cite.json"])
    assert len(bibtex) == len(ris) == len(csl) == 2
    (kind, fields), item, record = next(iter(bibtex.values())), csl[0], ris[0]
    assert kind == "misc"
    assert fields["date"] == "2026-11-24"
    assert (record["TY"], record["DA"], record["PY"]) == ("ELEC", "2026/11/24", "2026")
    assert item["title"] == record["TI"] == " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", title).split())
    wanted = "https://witness.example.dev/2026-03/c/C-001/" if address else None
    assert fields.get("url") == item.get("URL") == record.get("UR") == wanted
    assert fields.get("urldate") == ("2026-11-24" if address else None)


def test_data_is_cited_as_data():
    text = files(made(published(), cited=Cited(kind="data")))
    assert text["cite.bib"].startswith("@dataset{")
    assert json.loads(text["cite.json"])[0]["type"] == "dataset"
    assert text["cite.ris"].startswith("TY  - DATA\r\n")


def test_every_item_of_the_public_kinds_has_a_citation_and_its_file():
    dossier = published()
    kinds = (claims, events, incidents, reports, sources, surfaces, symptoms)
    items = [page for kind in kinds for page in kind_pages(kind, dossier) if page.path.count("/") > 2]
    assert len(items) > 30
    for page in items:
        assert {"cite.txt", "cite.bib", "cite.json", "cite.ris"} <= {file.name for file in page.files}, page.path
        assert page.path in page.citation.text
        assert re.fullmatch(r"content/[a-z]+(/[A-Za-z0-9-]+)?\.yml", page.written_in), page.written_in
    written = {page.path: page.written_in for page in items}
    assert written["2026-03/e/E-002/"] == "content/events/2026-03.yml"
    assert written["2026-03/i/inc0/"] == "content/incidents/2025-12.yml"
    assert written["2026-03/c/C-001/"] == "content/claims/C-001.yml"
    assert written["2026-03/s/S-001/"] == "content/sources.yml"


def kind_pages(kind, dossier):
    return kind.event_pages(dossier) if kind is events else kind.KIND.pages(dossier)


# ---- the head ----

SITE = SiteContext(id="2026-03", title="The case", built=date(2026, 11, 24), version="0.1.0", card="card.png")


def linked(page, **fields):
    return head_fields(page, replace(SITE, **fields))["ld"]


def test_the_linked_data_of_a_claim_has_the_grade_as_a_word_and_no_number():
    page = next(page for page in claims.pages(published()) if page.path == "2026-03/c/C-001/")
    found = json.loads(linked(page, address="https://witness.example.dev/"))
    assert found["@type"] == "ClaimReview"
    assert found["claimReviewed"] == "Statement C-001"
    assert found["url"] == "https://witness.example.dev/2026-03/c/C-001/"
    assert set(found["reviewRating"]) == {"@type", "alternateName"}
    assert "url" not in json.loads(linked(page))


def test_no_title_ends_the_element_that_the_linked_data_is_in():
    dossier = public_library.dossier()
    page = next(page for page in reports.pages(dossier) if page.path == "2026-03/r/in-article/")
    text = linked(page)
    assert not set("<>&\u2028\n") & set(text)
    assert json.loads(text)["name"].endswith(public_library.HOSTILE)


def test_an_item_without_a_card_has_that_of_the_site_and_a_claim_its_own():
    dossier = public_library.dossier()
    claim = next(page for page in claims.pages(dossier) if page.path == "2026-03/c/C-001/")
    report = next(page for page in reports.pages(dossier) if page.path == "2026-03/r/press/")
    assert head_fields(claim, SITE)["card"] == "2026-03/c/C-001/card.png"
    assert head_fields(report, SITE)["card"] == "card.png"
    assert "card" not in head_fields(report, replace(SITE, card=""))
    assert all(page.card for page in home.pages(dossier))
