"""What a page says at first sight: titles that differ, notes in whole words, what would decide a claim, long addresses."""

from __future__ import annotations

import re

import pytest
import real_case
from public_library import claim, dossier, incident

from generator.detectors import DETECTORS
from generator.detectors.shared.attribution import LEAN_WORDS, LEANINGS
from generator.grading import ComputedGrade
from generator.pages import incidents, told_apart
from generator.pages.method import KIND as METHOD
from generator.pages.parts.base import Page
from generator.pages.parts.deciding import would_decide
from generator.pages.parts.report_words import found_how, linked
from generator.records.results import Lean
from generator.site.untrusted import breakable

HASH = "69dbd5659a40e8aba64ec0b90f01ee6ba21c999030d74f1afe3a92da398d753b"


def page(path: str, title: str) -> Page:
    return Page(path=path, template="x.md.j2", title=title, description="", context=None)


# ---- titles ----


def test_only_titles_that_two_pages_share_get_the_id_of_the_record():
    made = (
        page("2026-03/r/cc-1/", "Limit reached"),
        page("2026-03/r/cc-2/", "Limit reached"),
        page("2026-03/", "Case"),
    )
    assert [one.title for one in told_apart(made)] == ["Limit reached (cc-1)", "Limit reached (cc-2)", "Case"]


def test_an_incident_has_its_day_and_two_of_one_day_their_hour(monkeypatch):
    found = dossier(
        incidents=(
            incident("one", at(5, 9), ("api",), title="Errors"),
            incident("two", at(6, 9), ("api",), title="Errors"),
            incident("three", at(6, 17), ("api",), title="Errors"),
            incident("four", at(6, 18), ("api",), title="Slow"),
        )
    )
    titles = [one.title for one in incidents.pages(found) if one.template == "incident.md.j2"]
    assert titles == [
        "Errors, 5 March 2026",
        "Errors, 2026-03-06 09:00 UTC",
        "Errors, 2026-03-06 17:00 UTC",
        "Slow, 6 March 2026",
    ]


def at(day: int, hour: int):
    from datetime import UTC, datetime

    return datetime(2026, 3, day, hour, tzinfo=UTC)


# ---- notes of curators ----


@pytest.mark.parametrize(
    ("noted", "said"),
    [
        ("Q033", "by question 33 of our list"),
        ("Q001", "by question 1 of our list"),
        ("index:ArkNill", "in the index of ArkNill"),
        ("Q048 index:ArkNill", "by question 48 of our list, and in the index of ArkNill"),
        ("index:ArkNill; opened on 2026-11-30", "in the index of ArkNill; opened on 2026-11-30"),
        ("read by the contributor", "read by the contributor"),
    ],
)
def test_how_a_report_was_found_is_said_in_words(noted, said):
    assert found_how(noted) == said


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("see cc-1-comment-2 for it", (("see ", ""), ("cc-1-comment-2", "cc-1-comment-2"), (" for it", ""))),
        ("cites issue 33120, issue 99999", (("cites ", ""), ("issue 33120", "cc-33120"), (", issue 99999", ""))),
        ("one-hour cache, 33120 tokens", (("one-hour cache, 33120 tokens", ""),)),
        ("cc-33120", (("cc-33120", "cc-33120"),)),
        ("", ()),
    ],
)
def test_a_report_that_a_note_names_is_a_link_and_nothing_else_is(text, pieces):
    assert linked(text, {"cc-1-comment-2", "cc-33120"}) == pieces


SPEAKER = re.compile(r"(?:staff|vendor|reporter|maintainer|commenter|client|server|account|tool author|status page): ")


@pytest.mark.slow
def test_no_note_of_the_content_is_in_the_shorthand_of_its_curators():
    for one in real_case.library().reports:
        for note in (one.layer_reason or "", one.independence, *(figure.note or "" for figure in one.figures)):
            assert not SPEAKER.match(note), (one.id, note)
            assert "has repro" not in note, (one.id, note)
            assert not re.search(
                r"(?<!issue )(?<!issues )(?<![\d,.-])\b(?:33120|46829|38335)\b", note.replace("cc-", "-")
            ), one.id


# ---- what would decide a claim ----


@pytest.mark.parametrize("grade", ComputedGrade)
@pytest.mark.parametrize("kind", ["event", "symptom", "inference", "mechanism", "figure", "report"])
def test_every_open_claim_says_what_would_decide_it(kind, grade):
    said = would_decide(claim("C-001", kind=kind), (), grade)
    assert (said is None) == (grade.value in {"established", "contradicted", "withdrawn"})
    assert said is None or said.endswith(".")


def test_what_the_record_of_a_claim_names_comes_before_what_its_kind_needs():
    one = claim("C-001", wanted={"record": "The export of May", "holder": "The author"})
    assert would_decide(one, (), ComputedGrade.PLAUSIBLE) == "The export of May. Who has it: The author."
    logs = would_decide(claim("C-001"), DETECTORS[:1], ComputedGrade.NOT_CHECKABLE)
    assert logs is not None
    assert logs.startswith("The raw logs of that time")


COMPONENTS = re.compile(r"claude\.ai (\d+), (\d+), (\d+); API (\d+), (\d+), (\d+); Claude Code (\d+), (\d+), (\d+)")


@pytest.mark.slow
def test_claims_count_incidents_as_the_page_of_incidents_does():
    library = real_case.library()
    counted = tuple(
        str(sum(one.start.month == month and scope in one.scope for one in library.incidents))
        for scope in ("claude-ai", "api", "claude-code")
        for month in (1, 2, 3)
    )
    told = [
        (one.id, found) for one in library.claims for item in one.evidence for found in COMPONENTS.findall(item.shows)
    ]
    assert len(told) >= 3
    assert [(id, found) for id, found in told if found != counted] == []


# ---- one definition of a lean ----


def test_the_method_page_gives_every_reason_of_every_lean():
    (method,) = METHOD.pages(dossier())
    assert [words for words, _ in method.context.leans] == list(LEAN_WORDS.values())
    assert {one.id for _, reasons in method.context.leans for one in reasons} == set(LEANINGS)
    assert set(LEAN_WORDS) == set(Lean)
    by_id = {one.id: words for words, reasons in method.context.leans for one in reasons}
    assert by_id["nothing-read"] == "neither"
    assert all(one.words == by_id[one.id] for one in LEANINGS.values())


# ---- long addresses ----


@pytest.mark.parametrize(
    "text",
    [
        "github.com/anthropics/claude-code/issues/46829",
        HASH,
        f"SHA-256 of the records {HASH}.",
        "tests/test_a.py::test_what_it_does",
        "words without any place to break",
        "",
    ],
)
def test_places_to_break_change_no_sign_of_the_text(text):
    assert breakable(text).replace("<wbr>", "") == text


def test_addresses_break_after_their_signs_and_hashes_after_eight():
    assert breakable("a.org/b/c") == "a.org/<wbr>b/<wbr>c"
    assert breakable(HASH).split("<wbr>") == [HASH[i : i + 8] for i in range(0, 64, 8)]
    assert "<wbr>" not in breakable("d994a229b086")


def test_what_breaks_is_escaped_and_has_no_unseen_sign():
    assert breakable("<b>/\u202ex\0</b>") == "&lt;b&gt;/<wbr>x&lt;/<wbr>b&gt;"
