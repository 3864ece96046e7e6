"""Computed grades: each rule, what never moves a grade, and what the author's own logs say."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from public_library import LIBRARY, report

from generator import detectors
from generator.curated.claims import Claim, ClaimEvidence, Grade, Period
from generator.curated.kinds import Library
from generator.curated.models import OF_THE_VENDOR, EvidenceKind, Source
from generator.detectors import DETECTORS
from generator.grading import (
    OWN_LOGS,
    RULES,
    STRENGTHS,
    ComputedGrade,
    Document,
    Strength,
    documents,
    grades,
    own_items,
)
from generator.grading import grade as grade_of
from generator.grading.agreement import AGREES, agree, cross_table, first_sentence
from generator.grading.rules import RANK
from generator.grading.sensitivity import largest_investigator, sensitivity
from generator.records.results import Finding, FindingGrade, Level, Outcome, Pack, Run, Severity, Totals

STRONG, MEDIUM, WEAK = "open-measurement", "issue-with-logs", "blog"
KNOWN: dict[str, Document] = {}
"""Records that the items of these tests name; each is made with its item."""


def item(kind, stance="for", group=None, **more) -> ClaimEvidence:
    """An item of its own origin unless a group is given; what else is known of its record goes to the record."""
    number = len(KNOWN) + 1
    record = {name: more.pop(name) for name in ("first_hand", "echo", "opened") if name in more}
    kind = EvidenceKind(kind)
    origin = "vendor" if kind in OF_THE_VENDOR else group or f"origin-{number}"
    key = f"r{number:05d}"
    KNOWN[f"report:{key}"] = Document(f"report:{key}", kind, origin, **({"opened": True} | record))
    return ClaimEvidence(report=key, stance=stance, shows="It.", **more)


def grade(one, own=()):
    return grade_of(one, KNOWN, own)


def claim(*evidence, **more) -> Claim:
    defaults = {
        "id": "C-001", "section": "s", "lines": "1", "statement": "It is so.", "kind": "event", "grade": "supported",
        "confidence": "low", "reason": "r",
    }  # fmt: skip
    return Claim(**(defaults | more), evidence=evidence)


def sides(supports=(), opposes=()):
    return (*(item(kind) for kind in supports), *(item(kind, "against") for kind in opposes))


RULED = [
    ("withdrawn", "withdrawn", sides([STRONG, STRONG]), {"withdrawn": "Its author, on 1 May."}),
    ("firmly-against", "contradicted", sides([MEDIUM], [STRONG]), {}),
    ("firmly-against", "contradicted", sides([WEAK, WEAK], [MEDIUM, MEDIUM]), {}),
    ("firmly-against", "contradicted", sides([STRONG], [MEDIUM] * 10), {}),
    ("only-against", "contradicted", sides([], [WEAK] * 3), {}),
    ("firm-and-seconded", "established", sides([STRONG, MEDIUM], [WEAK, WEAK]), {}),
    ("firmly-for", "supported", sides([STRONG, WEAK]), {}),
    ("firmly-for", "supported", sides([STRONG, MEDIUM], [MEDIUM]), {}),
    ("firmly-for", "supported", sides([MEDIUM, MEDIUM], [MEDIUM]), {}),
    ("more-for", "plausible", sides([STRONG, MEDIUM], [STRONG]), {}),
    ("more-for", "plausible", sides([MEDIUM]), {}),
    ("more-for", "plausible", sides([MEDIUM, MEDIUM], [MEDIUM, MEDIUM]), {}),
    ("more-for", "plausible", sides([WEAK] * 2, [WEAK]), {}),
    ("more-for", "plausible", (item(STRONG, bears="part"),), {}),
    ("contested", "plausible", sides([MEDIUM, MEDIUM], [STRONG, MEDIUM]), {}),
    ("too-little", "unsupported", sides([WEAK]), {"looked": "In the tracker."}),
    ("too-little", "unsupported", sides([MEDIUM], [MEDIUM, MEDIUM, WEAK][:1] + [WEAK] * 3), {}),
    ("too-little", "unsupported", sides([WEAK] * 3, [WEAK] * 30), {}),
    ("too-little", "unsupported", (item(STRONG, bears="other-dates"),), {}),
    ("private", "not_checkable", (), {"tested_by": ("idle-advance",)}),
    ("private", "not_checkable", (item(STRONG, "context"),), {"tested_by": ("idle-advance",)}),
    ("private", "not_checkable", (item(STRONG, "context"),), {"looked": "In the tracker.", "private": True}),
    ("only-context", "not_checkable", (item(STRONG, "context"),), {}),
    ("nothing-found", "unsupported", (item(STRONG, "context"),), {"looked": "In the tracker."}),
    (
        "nothing-found",
        "unsupported",
        (),
        {"looked": "In the tracker.", "tested_by": ("idle-advance",), "kind": "inference"},
    ),
    ("not-looked", "not_checkable", (), {}),
]


@pytest.mark.parametrize(("rule", "computed", "evidence", "more"), RULED)
def test_each_rule(rule, computed, evidence, more):
    """The first rule that holds gives the grade."""
    verdict = grade(claim(*evidence, **more))
    assert (verdict.rule.id, verdict.grade.value) == (rule, computed)


def test_no_rule_is_untested_and_none_repeats():
    assert {rule.id for rule in RULES} == {row[0] for row in RULED}
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert all(rule.text.endswith(".") for rule in RULES)


def test_every_kind_has_its_weight():
    assert set(STRENGTHS) == set(EvidenceKind)
    assert STRENGTHS[EvidenceKind.OFFICIAL_STATEMENT] is Strength.MEDIUM  # the vendor about itself


def test_strength_is_no_matter_of_order():
    evidence = sides([WEAK, STRONG, MEDIUM], [WEAK, MEDIUM])
    assert grade(claim(*evidence)).why == grade(claim(*reversed(evidence))).why


ITEMS = st.lists(
    st.builds(
        item,
        st.sampled_from(EvidenceKind),
        st.sampled_from(["for", "against", "context"]),
        st.sampled_from(["aa", "bb", "cc", "dd", "ee"]),
        bears=st.sampled_from(["direct", "part", "other-dates"]),
    ),
    max_size=8,
)
COUNTED = [kind for kind in EvidenceKind if STRENGTHS[kind]]


@given(ITEMS, st.sampled_from(COUNTED))
def test_a_piece_for_never_lowers_a_grade_and_one_against_never_raises_it(evidence, kind):
    before = RANK[grade(claim(*evidence)).grade]
    assert RANK[grade(claim(*evidence, item(kind))).grade] >= before
    assert RANK[grade(claim(*evidence, item(kind, "against"))).grade] <= before


@given(ITEMS)
def test_more_of_one_origin_changes_nothing(evidence):
    """Each item said twice, and each origin's weaker items left away: the same verdict."""
    verdict = grade(claim(*evidence))
    again = grade(claim(*evidence, *evidence))
    assert (again.rule, again.why) == (verdict.rule, verdict.why)
    counted = [one.written for one in verdict.items if not one.uncounted]
    fewer = grade(claim(*counted))
    assert (fewer.rule, fewer.why) == (verdict.rule, verdict.why)


@given(ITEMS, st.sampled_from(["for", "against"]), st.booleans())
def test_echoes_and_machine_texts_change_nothing(evidence, stance, echo):
    """Added to any evidence, on either side; an echo also when it is written as something strong."""
    verdict = grade(claim(*evidence))
    added = item("changelog", stance, echo=True) if echo else item("machine-summary", stance)
    after = grade(claim(*evidence, added))
    assert (after.rule, after.why) == (verdict.rule, verdict.why)
    assert after.items[-1].uncounted


@given(ITEMS, st.sampled_from(COUNTED), st.sampled_from(["medium", "weak", "none"]))
def test_what_weighs_less_never_raises(evidence, kind, to):
    """A part, other dates, a lowered weight and a machine's text in place of a document: never a higher grade."""
    whole = RANK[grade(claim(*evidence, item(kind, group="zz"))).grade]
    lower = {"to": to, "why": "So."}
    for less in (
        item(kind, group="zz", bears="part"),
        item(kind, group="zz", bears="other-dates"),
        item(kind, group="zz", lowered=lower),
        item("machine-summary", group="zz"),
    ):
        assert RANK[grade(claim(*evidence, less)).grade] <= whole


@given(ITEMS, st.booleans())
def test_what_would_change_a_grade_names_another_grade(evidence, private):
    """A sentence that announces the grade that stands would be wrong."""
    verdict = grade(claim(*evidence, tested_by=("idle-advance",) if private else ()))
    word = verdict.grade.value.replace("_", " ")
    for sentence in (*verdict.raises, *verdict.lowers):
        assert not sentence.endswith(f" {word}.")
    if verdict.grade is ComputedGrade.ESTABLISHED:
        assert verdict.raises == ()
        assert verdict.lowers
    if verdict.grade is ComputedGrade.CONTRADICTED:
        assert verdict.lowers == ()


def test_what_would_raise_is_true():
    """The announced evidence, once added, gives the announced grade."""
    verdict = grade(claim(item(MEDIUM)))
    assert verdict.raises == ("Direct evidence of medium weight, of one more origin, for it would make it supported.",)
    assert grade(claim(item(MEDIUM), item(MEDIUM))).grade is ComputedGrade.SUPPORTED
    lowers = "Direct evidence of medium weight, of two more origins, against it would make it contradicted."
    assert verdict.lowers[0] == lowers
    assert grade(claim(*sides([MEDIUM], [MEDIUM, MEDIUM]))).grade is ComputedGrade.CONTRADICTED


def test_the_strongest_of_an_origin_speaks_and_the_others_say_why_they_do_not():
    verdict = grade(claim(item(WEAK, group="one-user"), item(STRONG, group="one-user")))
    assert [one.uncounted for one in verdict.items] == ["same origin as another", ""]
    assert verdict.grade is ComputedGrade.SUPPORTED


def test_the_vendor_cannot_second_itself():
    """Changelog, documents and statements are one origin."""
    alone = grade(claim(*sides(["changelog", "official-document", "official-statement", "admission"])))
    assert alone.rule.id == "firmly-for"
    assert [one.uncounted for one in alone.items] == ["", *["same origin as another"] * 3]
    assert grade(claim(*sides(["changelog", "press"]))).rule.id == "firm-and-seconded"
    assert grade(claim(*sides((), ["official-statement", "official-statement"]))).rule.id == "too-little"


def test_withdrawn_claims_are_not_weighed():
    verdict = grade(claim(item(STRONG), withdrawn="Taken back."))
    assert (verdict.raises, verdict.lowers) == ((), ())


# ---- eleven tries to game a grade ----


def _of(*reports, sources=(), reports_beside=(), **more):
    """Verdict on a claim whose evidence is these records of a library, all for it unless they say otherwise."""
    evidence = [ClaimEvidence(report=one.id, stance=more.get(one.id, "for"), shows="It.") for one in reports]
    evidence += [ClaimEvidence(source=one.id, stance=more.get(one.id, "for"), shows="It.") for one in sources]
    made = LIBRARY.model_copy(
        update={"reports": (*reports, *reports_beside), "sources": sources, "claims": (claim(*evidence),)}
    )
    return grades(made, ())["C-001"]


def post(number, **fields):
    url = fields.pop("url", f"https://example.org/{number}")
    return report(f"post-{number}", date(2026, 3, 18), url=url, source_type="blog", **fields)


def document(number, kind, **fields):
    url = fields.pop("url", f"https://{number}.example.net/")
    given = {"opened": True, "read_how": "whole", "reliability": "any"} | fields
    return Source(id=f"S-{number:03d}", url=url, kind=kind, **given)


def test_ten_posts_of_one_person_are_one():
    assert _of(*(post(number, author="somebody") for number in range(10))).grade is ComputedGrade.UNSUPPORTED


def test_ten_posts_at_one_outlet_are_one_though_no_author_is_on_record():
    assert _of(*(post(number) for number in range(10))).grade is ComputedGrade.UNSUPPORTED


@pytest.mark.parametrize("author", [None, "somebody"])
@pytest.mark.parametrize("variant", ["", "/", "?a=1", "#top", "HTTPS"])
def test_one_thread_named_as_two_records_is_one(author, variant):
    """Also where one of them names an author, and where its address is written otherwise."""
    url = "https://github.com/example/client/issues/7"
    other = "https://www.GitHub.com/Example/client/pull/7" if variant == "HTTPS" else url + variant
    thread = report("thread", date(2026, 3, 18), url=url, detail="logs", author=author)
    measured = report("measured", date(2026, 3, 18), url=other, detail="measurements", kind="open-measurement")
    verdict = _of(thread, measured)
    assert [one.uncounted for one in verdict.items].count("same origin as another") == 1
    assert verdict.grade is ComputedGrade.SUPPORTED  # by the open measurement alone, and not established


def test_two_analyses_of_one_set_of_data_are_one():
    verdict = _of(sources=(document(1, "open-measurement", data="calls"), document(2, "others-finding", data="calls")))
    assert verdict.grade is ComputedGrade.SUPPORTED


def test_what_passes_on_an_echo_or_itself_by_a_ring_counts_for_nothing():
    echo = post(1, echo_of="elsewhere")
    ring = report("ring", date(2026, 3, 18), relays="S-009", source_type="blog", url="https://ring.example.org/")
    assert _of(sources=(document(9, "open-measurement", relays="post-1"),), reports_beside=(echo,)).items[0].uncounted
    assert _of(sources=(document(9, "open-measurement", relays="ring"),), reports_beside=(ring,)).items[0].uncounted


def test_a_document_named_thrice_as_passing_on_others_is_one():
    stories = [post(number, url=f"https://{number}.example.org/") for number in (1, 2)]
    listed = document(9, "open-measurement")
    items = [ClaimEvidence(source="S-009", stance="for", shows="It.", relays=one) for one in (None, "post-1", "post-2")]
    made = LIBRARY.model_copy(update={"reports": tuple(stories), "sources": (listed,), "claims": (claim(*items),)})
    assert grades(made, ())["C-001"].grade is ComputedGrade.SUPPORTED


def test_a_part_beside_it_takes_nothing_from_what_an_origin_says_directly():
    three = [item(WEAK, "against", group=name) for name in ("aa", "bb", "cc")]
    assert grade(claim(*three)).rule.id == "only-against"
    heavier = item(MEDIUM, "against", group="aa", bears="part")
    assert grade(claim(*three, heavier)).grade is ComputedGrade.CONTRADICTED


def test_what_a_grade_hangs_on():
    """Without the one strong origin, and with it a step lighter, the grade is another; the press decides nothing."""
    one = claim(item(STRONG, group="by:somebody"), item("press", "against", group="by:paper"))
    verdict = grade(one)
    assert largest_investigator([verdict]) in {"by:somebody", "by:paper"}
    found = sensitivity(one, verdict, "by:somebody")
    without = {row.what: (row.items, row.grade.value) for row in found.classes}
    assert without["the largest investigator"] == (1, "unsupported")
    assert without["press and blogs"] == (1, "supported")
    assert without["the vendor's own words"] == (0, "supported")
    assert [row.what for row in found.origins] == ["by:somebody"]
    assert {(row.item.origin, row.to.name) for row in found.typings} == {
        ("by:somebody", "MEDIUM"),
        ("by:paper", "STRONG"),
    }
    assert not found.firm
    assert sensitivity(claim(), grade(claim()), "").firm


def test_a_part_is_never_tried_as_strong():
    one = claim(item(STRONG, bears="part"), item(WEAK, bears="other-dates"))
    tried = sensitivity(one, grade(one), "").typings
    assert all(row.to <= Strength.MEDIUM for row in tried)


def test_what_passes_on_the_status_page_is_the_vendor_and_no_second_origin():
    listed = document(1, "open-measurement", relays="status-page")
    log = document(2, "changelog")
    verdict = _of(sources=(listed, log))
    assert {one.origin for one in verdict.items} == {"vendor"}
    assert verdict.grade is ComputedGrade.SUPPORTED


def test_passing_on_never_weighs_more_than_what_is_passed_on():
    story = post(1)
    listed = document(1, "open-measurement", relays="post-1")
    verdict = _of(story, sources=(listed,))
    assert verdict.grade is ComputedGrade.UNSUPPORTED
    assert {one.strength for one in verdict.items} == {Strength.WEAK}


@pytest.mark.parametrize(
    ("supports", "opposes", "expected"),
    [
        ([WEAK] * 3, [WEAK] * 30, "unsupported"),
        ([], [WEAK] * 3, "contradicted"),
        ([STRONG], [MEDIUM] * 10, "contradicted"),
        (["machine-summary"] * 10, [], "not_checkable"),
        (["official-statement", "changelog"], [], "supported"),
    ],
)
def test_numbers_weigh_on_both_sides_alike(supports, opposes, expected):
    assert grade(claim(*sides(supports, opposes), tested_by=("idle-advance",))).grade.value == expected


def test_private_evidence_without_a_pack_is_not_checkable():
    assert grade(claim(private=True)).grade is ComputedGrade.NOT_CHECKABLE


def test_unopened_threads_are_stories_also_where_an_index_gives_figures():
    thread = report("thread", date(2026, 3, 18), detail="logs", opened=False)
    assert _of(thread).items[0].strength is Strength.WEAK


def test_a_claim_that_something_was_reported_is_shown_by_the_report():
    thread = report("thread", date(2026, 3, 18))
    made = LIBRARY.model_copy(
        update={
            "reports": (thread,),
            "claims": (claim(ClaimEvidence(report="thread", stance="for", shows="It."), kind="report"),),
        }
    )
    assert grades(made, ())["C-001"].grade is ComputedGrade.SUPPORTED


# ---- echoes and repeats ----


def test_an_address_is_an_echo_only_if_nobody_says_it_first_hand_there():
    url = "https://example.org/copy"
    copy = report("copy", date(2026, 3, 18), url=url, echo_of="first")
    source = LIBRARY.sources[0].model_copy(update={"url": url})

    def echoes(*reports):
        known = documents(LIBRARY.model_copy(update={"reports": reports, "sources": (source,)}))
        return {key for key, document in known.items() if document.echo}

    assert echoes(copy) == {"report:copy", "source:S-001"}
    assert echoes(copy, report("comment", date(2026, 3, 19), url=url)) == {"report:copy"}


def library(*claims, **case) -> Library:
    changed = LIBRARY.case.model_copy(update=case)
    return LIBRARY.model_copy(update={"claims": claims, "case": changed})


def test_a_repeat_has_the_verdict_of_the_first():
    first = claim(ClaimEvidence(incident="inc1", stance="for", shows="It."))
    second = claim(id="C-002", same_as="C-001")
    third = claim(id="C-003", same_as="C-002")
    found = grades(library(first, second, third), ())
    assert found["C-003"] is found["C-002"] is found["C-001"]
    assert found["C-001"].grade is ComputedGrade.SUPPORTED


def test_an_echo_in_the_library_does_not_support_a_claim():
    """ "copy" of the library repeats another report; its address is that of no first-hand report."""
    echo = ClaimEvidence(stance="for", shows="It.", report="copy")
    assert grades(library(claim(echo, looked="Here.")), ())["C-001"].rule.id == "nothing-found"


# ---- the author's own logs ----

MARCH = Period(start=date(2026, 3, 10), end=date(2026, 3, 20), text="March")


def finding(letter="A", day=15) -> Finding:
    return Finding(
        id="F-AAAAAA", detector="idle-advance", version="1.0.0", at=datetime(2026, 3, day, tzinfo=UTC), requests=(),
        quantities=(), grade=FindingGrade(letter), severity=Severity.LOW, ruled_out=(), not_ruled_out=(),
    )  # fmt: skip


def outcome(name="found", *findings, examined=40, detector="idle-advance") -> Run:
    return Run(
        detector=detector,
        version="1.0.0",
        outcome=Outcome(name),
        found=len(findings),
        examined=examined,
        findings=findings,
    )


def pack(*runs, id="mine", simulated=False, days=("2026-03-01", "2026-03-31")) -> Pack:
    from generator.records.results import DaySum

    sums = tuple(
        DaySum(
            day=day, model="m", requests=1, input_tokens=1, cache_write_tokens=0, cache_read_tokens=0, output_tokens=1
        )
        for day in days
    )
    return Pack(
        id=id, simulated=simulated, level=Level.FINDINGS, tool_version="0.1.0", tallies=(), totals=Totals(), days=sums,
        marks_by_kind={}, breaks=(), runs=runs,
    )  # fmt: skip


PRIVATE = claim(tested_by=("idle-advance",), dates=MARCH)


def verdict_on(*bodies, authors=("mine",), of=PRIVATE):
    return grades(library(of, author_packs=authors), bodies)["C-001"]


@pytest.mark.parametrize(
    ("run", "rule"),
    [
        (outcome("found", finding("A")), "firmly-for"),
        (outcome("found", finding("B")), "firmly-for"),
        (outcome("found", finding("D"), finding("C")), "more-for"),
        (outcome("found", finding("D")), "too-little"),
        (outcome("quiet"), "too-little"),
        (outcome("quiet", examined=0), "private"),
        (outcome("not-measurable", examined=0), "private"),
        (outcome("failed"), "private"),
        (outcome("found", finding("A", day=30)), "private"),  # on other days than the claim's
        (outcome("found", finding("A"), detector="cache-break"), "private"),  # of another detector
    ],
)
def test_an_outcome_in_the_authors_logs_decides_a_private_claim(run, rule):
    assert verdict_on(pack(run)).rule.id == rule


def test_found_speaks_for_and_quiet_against_with_the_number_examined():
    (found,) = own_items(PRIVATE, [pack(outcome("found", finding()))], ["mine"])
    (quiet,) = own_items(PRIVATE, [pack(outcome("quiet", examined=1234))], ["mine"])
    assert (found.stance.value, quiet.stance.value) == ("for", "against")
    assert "1,234 examined" in quiet.shows
    assert {found.origin, quiet.origin} == {OWN_LOGS}


@pytest.mark.parametrize(
    "body",
    [
        pack(outcome("found", finding()), simulated=True),
        pack(outcome("found", finding()), id="somebody"),
        pack(outcome("found", finding()), days=("2026-08-01",)),
        pack(outcome("found", finding()), days=()),
    ],
)
def test_simulated_strange_and_other_days_say_nothing(body):
    assert verdict_on(body).rule.id == "private"


def test_a_pack_of_sums_weighs_medium():
    """It says neither when nor how surely."""
    sums = Run(detector="idle-advance", version="1.0.0", outcome=Outcome.FOUND, found=3, examined=40)
    assert verdict_on(pack(sums)).rule.id == "more-for"


def test_two_packs_of_the_author_are_one_origin():
    runs = outcome("found", finding())
    two = verdict_on(pack(runs), pack(runs, id="again"), authors=("mine", "again"))
    assert two.grade is ComputedGrade.SUPPORTED


def test_a_machine_summary_in_place_of_the_own_log_lowers_the_grade():
    own = verdict_on(pack(outcome("found", finding())))
    digests = LIBRARY.sources[0].model_copy(update={"kind": EvidenceKind.MACHINE_SUMMARY})
    summary = claim(ClaimEvidence(source="S-001", stance="for", shows="It."), tested_by=("idle-advance",), dates=MARCH)
    told = library(summary, author_packs=("mine",)).model_copy(update={"sources": (digests,)})
    without = grades(told, ())["C-001"]
    assert RANK[own.grade] > RANK[without.grade]
    assert without.grade is ComputedGrade.NOT_CHECKABLE


def test_a_private_claim_says_what_the_authors_logs_would_do_until_they_are_there():
    assert verdict_on().raises[0] == "A finding of grade C in the author's own logs would make it plausible."
    assert "author's own logs would make it unsupported" in verdict_on().lowers[0]
    assert not any("own logs" in sentence for sentence in verdict_on(pack(outcome("found", finding()))).raises)


# ---- two grades ----


def test_agreement_covers_every_grade_of_the_reviewer():
    assert set(AGREES) == set(Grade)
    assert {computed for pairs in AGREES.values() for computed in pairs} == set(ComputedGrade) - {
        ComputedGrade.WITHDRAWN
    }
    assert all(agree(ComputedGrade.WITHDRAWN, reviewed) for reviewed in Grade)


def test_the_cross_table_counts_every_pair_once():
    pairs = [(ComputedGrade.PLAUSIBLE, Grade.SUPPORTED), (ComputedGrade.PLAUSIBLE, Grade.SUPPORTED)]
    rows = cross_table(pairs)
    assert [row.computed for row in rows] == list(ComputedGrade)
    assert {row.computed: sum(row.counts) for row in rows if sum(row.counts)} == {ComputedGrade.PLAUSIBLE: 2}


def test_only_the_first_sentence_of_a_reason_is_said():
    assert first_sentence(claim(reason="Fixed in 2.1.70. A second one.")) == "Fixed in 2.1.70."
    assert first_sentence(claim(reason="No full stop")) == "No full stop"


# ---- what own logs could say, by the detectors of the claim ----

FOUND = {"A": "A or B", "B": "A or B", "C": "C", "D": "D"}


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda one: one.id)
def test_what_a_finding_or_silence_would_make_is_what_it_makes(detector):
    """The announced outcome, once it is there, gives the announced grade; a proxy announces nothing by silence."""
    private = claim(tested_by=(detector.id,), dates=MARCH)
    before = grade(private)
    one = msgspec.structs.replace(finding(detector.surest.value), detector=detector.id)
    after = verdict_on(pack(outcome("found", one, detector=detector.id)), of=private)
    words = after.grade.value.replace("_", " ")
    said = f"A finding of grade {FOUND[detector.surest.value]} in the author's own logs would make it {words}."
    assert (said in before.raises) is (RANK[after.grade] > RANK[before.grade])
    assert sum("own logs" in sentence for sentence in before.raises) == (said in before.raises)
    silent = verdict_on(pack(outcome("quiet", detector=detector.id)), of=private)
    told = [sentence for sentence in before.lowers if "quiet run" in sentence]
    if detector.proxy_for:
        assert (silent.grade, told) == (before.grade, [])
    else:
        assert told == [f"A quiet run of its detectors on the author's own logs would make it {silent.grade.value}."]


def test_silence_of_a_proxy_is_context_and_that_of_another_detector_is_not():
    both = claim(tested_by=("recount-cluster", "idle-advance"), dates=MARCH)
    runs = [outcome("quiet", detector=name) for name in both.tested_by]
    assert [one.stance.value for one in own_items(both, [pack(*runs)], ["mine"])] == ["context", "against"]
    assert any("quiet run" in sentence for sentence in grade(both).lowers)


def test_the_surest_grade_of_each_detector_is_the_best_that_its_file_names():
    """A detector that names its grades in its own file can give no better one than it says."""
    folder = Path(detectors.__file__).parent
    for one in DETECTORS:
        text = (
            (folder / f"{one.id.replace('-', '_')}.py")
            .read_text("utf-8")
            .replace(f"surest=FindingGrade.{one.surest.value},", "")
        )
        named = re.findall(r"FindingGrade\.([A-D])\b", text)
        assert not named or min(named) == one.surest.value, one.id


def test_a_text_that_a_machine_made_is_no_first_hand_report():
    """Two of them, typed as users' reports, would establish that something was reported."""
    made = [item("machine-summary", first_hand=True) for _ in range(2)]
    assert grade(claim(*made, kind="report")).grade.value not in {"established", "supported", "plausible"}
    told = [item("blog", first_hand=True) for _ in range(2)]
    assert grade(claim(*told, kind="report")).grade.value == "established"


def test_words_of_another_do_not_part_two_items_of_one_author():
    """What an item says it passes on can lower it and join it to another, and never makes two origins of one."""
    elsewhere = item("blog", group="somebody")  # a record that the claim does not name
    two = [item("closed-measurement", group="joe"), item("closed-measurement", group="joe", relays=elsewhere.report)]
    assert grade(claim(two[0], item("closed-measurement", group="joe"))).grade.value == "plausible"
    assert grade(claim(*two)).grade.value == "plausible"
    official = [item("official-statement"), item("official-statement", relays=elsewhere.report)]
    assert grade(claim(*official)).grade.value == "plausible"
    apart = [item("blog", group="x"), item("issue-with-logs", group="y", relays="r00001")]
    assert len({one.origin for one in grade(claim(*apart)).items}) == 2
