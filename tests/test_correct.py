"""Whoever finds a mistake reaches a form with the page in it, a person, or the file; and who was asked is on record."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import public_library
import pytest
from click.testing import CliRunner
from pydantic import ValidationError

from generator.cli import cli
from generator.curated.case import Case
from generator.curated.cited import cited
from generator.curated.published import lacking
from generator.curated.voices import Asked, Correction, Reply
from generator.guard.gate import allow, gate
from generator.pages import corrections, events, incidents, reports, sources
from generator.site.context import SiteContext
from generator.site.correct import correction
from generator.site.links import Site, link_faults
from generator.site.render import RenderedFile, render
from generator.site.scan import scan

ROOT = Path(__file__).parent.parent
CASE = public_library.LIBRARY.case
FORM = "https://tracker.example.org/site/issues/new"
PAGE = "2026-03/r/in-article/"


def dossier(library=None, **fields):
    """The library with a case that has these ways to write, and no repository."""
    case = CASE.model_validate(CASE.model_dump() | {"repository": None} | fields)
    return public_library.dossier(case=case, **(library or {}))


def shown(found, path=PAGE):
    pages = [*reports.pages(found), *events.event_pages(found), *corrections.KIND.pages(found)]
    site = SiteContext.of(found)
    files = render([page for page in pages if page.path == path], templates=ROOT / "templates", site_context=site)
    return next(file.content.decode() for file in files if file.path.endswith(".md"))


def way(found, path=PAGE, **fields):
    page = next(page for page in reports.pages(found) if page.path == path)
    return correction(page, replace(SiteContext.of(found), **fields))


def test_a_form_opens_with_title_page_and_file_filled_in():
    found = dossier(issues=FORM, contact="mailto:desk@paper.org")
    parts = urlsplit(way(found, address="https://witness.dev/").address)
    fields = parse_qs(parts.query)
    assert f"https://{parts.netloc}{parts.path}" == FORM
    assert PAGE in fields["title"][0]
    assert (
        f"Page: https://witness.dev/{PAGE}\nFile: content/reports/in-article.yml\nSnapshot: 2026-11-24"
        in fields["body"][0]
    )
    assert "<script" not in way(found).address


def test_a_form_that_has_a_query_keeps_it():
    parts = urlsplit(way(dossier(issues=f"{FORM}?template=wrong.yml#top")).address)
    assert parse_qs(parts.query)["template"] == ["wrong.yml"]
    assert parts.fragment == "top"
    assert "title" in parse_qs(parts.query)


def test_a_mail_has_its_subject_and_text_without_a_plus():
    address = way(dossier(contact="mailto:desk@paper.org")).address
    assert address.startswith("mailto:desk@paper.org?subject=Correction%3A%20")
    assert "+" not in address.partition("?")[2]
    assert "content/reports/in-article.yml" in parse_qs(urlsplit(address).query)["body"][0]


def test_a_page_of_contact_is_linked_as_it_is():
    assert way(dossier(contact="https://paper.org/contact")).address == "https://paper.org/contact"


@pytest.mark.parametrize("fields", [{}, {"repository": "https://code.example.org/site"}])
def test_without_either_the_page_on_corrections_and_the_file(fields):
    assert way(dossier(**fields)).address == ""
    text = shown(dossier(**fields))
    assert '<a href="../../corrections/#ask">Correct this record</a>' in text
    assert "<code>content/reports/in-article.yml</code>" in text.replace("<wbr>", "")


@pytest.mark.parametrize(
    "fields", [{"issues": FORM}, {"contact": "mailto:desk@paper.org"}, {"contact": "https://paper.org/c"}]
)
def test_the_link_stands_on_the_page_is_sound_and_passes_the_gate(fields):
    found = dossier(**fields)
    for path in (PAGE, "2026-03/e/E-002/", "2026-03/corrections/"):
        text = shown(found, path)
        start = next(iter(fields.values()))
        assert f'href="{start}' in text
        page = scan(f"<html><body>{text}</body></html>")
        faults = link_faults("x", Site(frozenset({"x"}), {"x": page}, "/"), set())
        assert [fault for fault in faults if fault.code in {"S208", "S209", "S207"}] == []
        said = allow(cited=cited(found.library), reviewed=[(ROOT / "templates" / "_macros.md.j2").read_text()])
        mine = gate([RenderedFile("x.md", text.encode())], said)
        assert [problem for problem in mine if problem.code == "W-gate-mail"] == []
        assert [problem for problem in mine if start in problem.message] == []


def test_a_strangers_title_stays_inside_the_address():
    text = shown(dossier(issues=FORM))
    link = text.partition(f'<a href="{FORM}')[2].partition(">")[0]
    assert not set("<>'") & set(link)
    assert link.count('"') == 3  # the end of the address, and rel


@pytest.mark.parametrize(
    "contact",
    [
        "mailto:", "mailto:a", "mailto:a@b", "mailto:a@b.org?subject=x", "mailto:a@b.org,c@d.org", "mailto:a@b.local",
        "http://paper.org", "javascript:alert(1)", "tel:123", "https://user:pw@paper.org/", "https://localhost/",
        "mailto:a@b.org%0ABcc:c@d.org", "mailto:<a@b.org>",
    ],
)  # fmt: skip
def test_a_contact_that_is_no_plain_way_is_refused(contact):
    with pytest.raises(ValidationError):
        Case.model_validate(CASE.model_dump() | {"contact": contact})


def test_check_warns_whoever_publishes_without_a_contact(tmp_path):
    (tmp_path / "case.yml").write_text("id: 2026-03\n")
    (problem,) = lacking(CASE, tmp_path)
    assert str(problem).startswith("content/case.yml:1:1: W-contact warning: ")
    for fields in ({"contact": "mailto:desk@paper.org"}, {"issues": FORM}):
        assert list(lacking(CASE.model_validate(CASE.model_dump() | fields), tmp_path)) == []


@pytest.mark.slow
def test_the_warning_is_beside_the_result_and_no_error():
    done = CliRunner().invoke(cli, ["check", "--root", str(ROOT)])
    assert done.exit_code == 0
    assert done.stdout.startswith("content/ is sound")
    assert done.stderr.count("W-contact") == (public_contact() is None)


def public_contact():
    """What the real case says; a person sets it before publication."""
    import real_case

    case = real_case.library().case
    return case.contact or case.issues


# ---- who was asked ----

ASKED = Asked(
    id="vendor-first", date=date(2026, 11, 20), who="The vendor's press office", by="The maintainers", way="mail",
    about="What is wrong on the page, and may be said in reply?", page="r/press",
)  # fmt: skip


def asked(**fields):
    return shown(dossier({"asked": (ASKED.model_copy(update=fields),)}), "2026-03/corrections/")


def test_a_log_without_an_entry_says_that_nobody_was_asked():
    assert "Nobody has been asked for a reply yet" in shown(dossier(), "2026-03/corrections/")


def test_a_request_is_shown_with_day_way_page_and_that_nobody_answered():
    text = asked()
    assert "Nobody has been asked" not in text
    assert '<time datetime="2026-11-20">' in text
    assert '<a href="../r/press/">r/press</a>' in text
    assert "Asked by The maintainers, mail. No answer on record." in text


def test_an_answer_is_shown_with_its_day():
    text = asked(answered=date(2026, 11, 22), answer="They decline to comment.")
    assert "Answered 2026-11-22: They decline to comment." in text
    assert "No answer on record" not in text


def test_an_answer_in_full_is_linked():
    reply = Reply(
        id="vendor-reply",
        page="r/press",
        date=date(2026, 11, 22),
        by="The vendor",
        stands="vendor",
        text="No.",
        received="By mail.",
    )
    entry = ASKED.model_copy(update={"answered": date(2026, 11, 22), "reply": "vendor-reply"})
    text = shown(dossier({"asked": (entry,), "replies": (reply,)}), "2026-03/corrections/")
    assert '<a href="../r/press/#reply-vendor-reply">in full</a>' in text


def test_a_strangers_words_in_the_log_are_text():
    assert "<script" not in asked(who=public_library.HOSTILE, about=public_library.HOSTILE, way=public_library.HOSTILE)


def test_every_record_with_a_page_can_be_answered_and_corrected_there():
    """A correction of an incident or of a source is shown on its page too."""
    library = public_library.LIBRARY
    noted = {f"i/{one.id}" for one in library.incidents} | {f"s/{one.id}" for one in library.sources}
    noted |= {f"r/{one.id}" for one in library.reports} | {f"e/{one.id}" for one in library.events}
    fixes = tuple(
        Correction(id=f"fix-{number}", page=page, date=date(2026, 11, 20), was="a", now="b", why="c")
        for number, page in enumerate(sorted(noted))
    )
    found = dossier({"corrections": fixes})
    planned = [*reports.pages(found), *events.event_pages(found), *incidents.pages(found), *sources.pages(found)]
    shown = {page.path.removeprefix(f"{CASE.id}/").strip("/"): page.notes for page in planned if page.notes}
    assert {place for place, notes in shown.items() if notes.corrections} == noted
    assert noted


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("site_name: x\nsite_url: https://witnessmark.example/ # set this\n", 2),
        ("site_url: 'http://localhost:8000/'\n", 1),
        ("site_name: x\n", 1),
        ("site_url:\nsite_name: x\n", 1),
        ("site_url: https://name.github.io/project/\n", 0),
        ("site_url: https://example.dev/\n", 0),
    ],
)
def test_an_address_that_is_no_address_is_a_warning(tmp_path, text, line):
    (tmp_path / "content").mkdir()
    (tmp_path / "mkdocs.yml").write_text(text)
    case = CASE.model_validate(CASE.model_dump() | {"contact": "mailto:a@example.org"})
    found = list(lacking(case, tmp_path / "content"))
    assert [(one.path, one.line, one.code) for one in found] == (
        [("mkdocs.yml", line, "W-unpublished")] if line else []
    )
