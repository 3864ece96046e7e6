"""Computed grades: each rule, what never moves a grade, and what the author's own logs say."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from public_library import LIBRARY, report

from generator.curated.claims import Claim, ClaimEvidence, Grade, Period
from generator.curated.kinds import Library
from generator.curated.models import EvidenceKind
from generator.grading import (
    OWN_LOGS,
    RULES,
    STRENGTHS,
    ComputedGrade,
    Strength,
    echoes_among,
    grade,
    grades,
    own_pieces,
)
from generator.grading.agreement import AGREES, agree, cross_table, first_sentence
from generator.grading.rules import RANK
from generator.records.results import Finding, FindingGrade, Level, Outcome, Pack, Run, Severity, Totals

STRONG, MEDIUM, WEAK = "open-measurement", "issue-with-logs", "blog"


def piece(kind, stance="for", group=None, **more) -> ClaimEvidence:
    """A piece of its own origin unless a group is given."""
    piece.made += 1
    return ClaimEvidence(
        kind=kind,
        stance=stance,
        shows="It.",
        group=group or f"origin-{piece.made}",
        url="https://example.org/x",
        **more,
    )


piece.made = 0


def claim(*evidence, **more) -> Claim:
    defaults = {
        "id": "C-001", "section": "s", "lines": "1", "statement": "It is so.", "kind": "event", "grade": "supported",
        "confidence": "low", "reason": "r",
    }  # fmt: skip
    return Claim(**(defaults | more), evidence=evidence)


def sides(supports=(), opposes=()):
    return (*(piece(kind) for kind in supports), *(piece(kind, "against") for kind in opposes))


RULED = [
    ("withdrawn", "withdrawn", sides([STRONG, STRONG]), {"withdrawn": "Its author, on 1 May."}),
    ("strong-against", "contradicted", sides([MEDIUM, MEDIUM, MEDIUM], [STRONG]), {}),
    ("two-medium-against", "contradicted", sides([WEAK, WEAK], [MEDIUM, MEDIUM]), {}),
    ("strong-and-second", "established", sides([STRONG, MEDIUM], [WEAK]), {}),
    ("strong-for", "supported", sides([STRONG, WEAK]), {}),
    ("strong-for", "supported", sides([STRONG, MEDIUM], [MEDIUM]), {}),
    ("two-medium-for", "supported", sides([MEDIUM, MEDIUM], [MEDIUM]), {}),
    ("contested", "plausible", sides([STRONG, MEDIUM], [STRONG]), {}),
    ("medium-for", "plausible", sides([MEDIUM]), {}),
    ("medium-for", "plausible", sides([MEDIUM, MEDIUM], [MEDIUM, MEDIUM]), {}),
    ("three-weak-for", "plausible", sides([WEAK] * 3, [WEAK]), {}),
    ("too-little", "unsupported", sides([WEAK, WEAK]), {"looked": "In the tracker."}),
    ("too-little", "unsupported", sides([MEDIUM], [MEDIUM, MEDIUM]), {}),
    ("too-little", "unsupported", sides([WEAK] * 3, [MEDIUM]), {}),
    ("private", "not_checkable", (), {"tested_by": ("idle-advance",)}),
    ("private", "not_checkable", (piece(STRONG, "context"),), {"tested_by": ("idle-advance",)}),
    ("private", "not_checkable", (piece(STRONG, "context"),), {"looked": "In the tracker.", "private": True}),
    ("only-context", "not_checkable", (piece(STRONG, "context"),), {}),
    ("nothing-found", "unsupported", (piece(STRONG, "context"),), {"looked": "In the tracker."}),
    ("nothing-found", "unsupported", (), {"looked": "In the tracker."}),
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


PIECES = st.lists(
    st.builds(
        ClaimEvidence,
        kind=st.sampled_from(EvidenceKind),
        stance=st.sampled_from(["for", "against", "context"]),
        shows=st.just("It."),
        group=st.sampled_from(["aa", "bb", "cc", "dd", "ee"]),
        url=st.just("https://example.org/x"),
    ),
    max_size=8,
)
COUNTED = [kind for kind in EvidenceKind if STRENGTHS[kind]]


@given(PIECES, st.sampled_from(COUNTED))
def test_a_piece_for_never_lowers_a_grade_and_one_against_never_raises_it(evidence, kind):
    before = RANK[grade(claim(*evidence)).grade]
    assert RANK[grade(claim(*evidence, piece(kind))).grade] >= before
    assert RANK[grade(claim(*evidence, piece(kind, "against"))).grade] <= before


@given(PIECES)
def test_more_of_one_origin_changes_nothing(evidence):
    """Each piece said twice, and each origin's weaker pieces left away: the same verdict."""
    verdict = grade(claim(*evidence))
    again = grade(claim(*evidence, *evidence))
    assert (again.rule, again.why) == (verdict.rule, verdict.why)
    counted = [one.written for one in verdict.pieces if not one.uncounted]
    fewer = grade(claim(*counted))
    assert (fewer.rule, fewer.why) == (verdict.rule, verdict.why)


@given(PIECES, st.sampled_from(["for", "against"]), st.booleans())
def test_echoes_and_machine_texts_change_nothing(evidence, stance, echo):
    """Added to any evidence, on either side; an echo also when it is written as something strong."""
    verdict = grade(claim(*evidence))
    added = piece("changelog", stance, report="copy") if echo else piece("machine-summary", stance)
    after = grade(claim(*evidence, added), echoes=frozenset({"copy"}))
    assert (after.rule, after.why) == (verdict.rule, verdict.why)
    assert after.pieces[-1].uncounted


@given(PIECES, st.sampled_from(["own-finding", *COUNTED]))
def test_what_becomes_a_machine_text_never_raises(evidence, kind):
    for_it = piece(kind, group="zz")
    assert (
        RANK[grade(claim(*evidence, for_it)).grade]
        >= RANK[grade(claim(*evidence, for_it.model_copy(update={"kind": EvidenceKind.MACHINE_SUMMARY}))).grade]
    )


@given(PIECES, st.booleans())
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
    """The announced piece, once added, gives the announced grade."""
    verdict = grade(claim(piece(MEDIUM)))
    assert verdict.raises == ("One more independent piece of medium weight for it would make it supported.",)
    assert grade(claim(piece(MEDIUM), piece(MEDIUM))).grade is ComputedGrade.SUPPORTED
    assert verdict.lowers[0] == "Two more independent pieces of medium weight against it would make it unsupported."
    assert grade(claim(*sides([MEDIUM], [MEDIUM, MEDIUM]))).grade is ComputedGrade.UNSUPPORTED


def test_the_strongest_of_an_origin_speaks_and_the_others_say_why_they_do_not():
    verdict = grade(claim(piece(WEAK, group="one-user"), piece(STRONG, group="one-user")))
    assert [one.uncounted for one in verdict.pieces] == ["same origin as another piece", ""]
    assert verdict.grade is ComputedGrade.SUPPORTED


def test_the_vendor_cannot_second_itself():
    """Changelog, documents and statements are one origin, also under different groups."""
    alone = grade(claim(*sides(["changelog", "official-document", "official-statement"])))
    assert alone.rule.id == "strong-for"
    assert [one.uncounted for one in alone.pieces] == ["", *["same origin as another piece"] * 2]
    assert grade(claim(*sides(["changelog", "press"]))).rule.id == "strong-and-second"
    assert grade(claim(*sides((), ["official-statement", "official-statement"]))).rule.id == "too-little"


def test_withdrawn_claims_are_not_weighed():
    verdict = grade(claim(piece(STRONG), withdrawn="Taken back."))
    assert (verdict.raises, verdict.lowers) == ((), ())


# ---- echoes and repeats ----


def test_an_address_is_an_echo_only_if_nobody_says_it_first_hand_there():
    url = "https://example.org/copy"
    copy = report("copy", date(2026, 3, 18), url=url, echo_of="first")
    assert echoes_among((copy,)) == {"copy", url}
    assert echoes_among((copy, report("comment", date(2026, 3, 19), url=url))) == {"copy"}


def library(*claims, **case) -> Library:
    changed = LIBRARY.case.model_copy(update=case)
    return LIBRARY.model_copy(update={"claims": claims, "case": changed})


def test_a_repeat_has_the_verdict_of_the_first():
    first = claim(piece(STRONG))
    second = claim(id="C-002", same_as="C-001")
    third = claim(id="C-003", same_as="C-002")
    found = grades(library(first, second, third), ())
    assert found["C-003"] is found["C-002"] is found["C-001"]
    assert found["C-001"].grade is ComputedGrade.SUPPORTED


def test_an_echo_in_the_library_does_not_support_a_claim():
    """ "copy" of the library repeats another report; its address is that of no first-hand report."""
    echo = ClaimEvidence(kind="press", stance="for", shows="It.", group="copy", report="copy")
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
        (outcome("found", finding("A")), "strong-for"),
        (outcome("found", finding("B")), "strong-for"),
        (outcome("found", finding("D"), finding("C")), "medium-for"),
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
    (found,) = own_pieces(PRIVATE, [pack(outcome("found", finding()))], ["mine"])
    (quiet,) = own_pieces(PRIVATE, [pack(outcome("quiet", examined=1234))], ["mine"])
    assert (found.stance.value, quiet.stance.value) == ("for", "against")
    assert "1,234 examined" in quiet.shows
    assert {found.group, quiet.group} == {OWN_LOGS}


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
    assert verdict_on(pack(sums)).rule.id == "medium-for"


def test_two_packs_of_the_author_are_one_origin():
    runs = outcome("found", finding())
    two = verdict_on(pack(runs), pack(runs, id="again"), authors=("mine", "again"))
    assert two.grade is ComputedGrade.SUPPORTED


def test_a_machine_summary_in_place_of_the_own_log_lowers_the_grade():
    own = verdict_on(pack(outcome("found", finding())))
    summary = claim(piece("machine-summary"), tested_by=("idle-advance",), dates=MARCH)
    without = verdict_on(of=summary)
    assert RANK[own.grade] > RANK[without.grade]
    assert without.grade is ComputedGrade.NOT_CHECKABLE


def test_a_private_claim_says_what_the_authors_logs_would_do_until_they_are_there():
    assert "author's own logs would make it supported" in verdict_on().raises[0]
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
