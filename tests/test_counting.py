"""What may be said of a count: no share of what is none, no interval of few or of simulated data, plain plurals."""

from __future__ import annotations

import msgspec
import pytest
from builders import mark, request, steady
from counts_read import faults_of_json, faults_of_text, text_of
from hypothesis import given
from hypothesis import strategies as st

from generator.base.counting import FEWEST, counts
from generator.base.wording import noun, plural, singular, stat
from generator.detectors import DETECTORS
from generator.detectors.retry_storm import RETRY_STORM
from generator.detectors.shared.answers import counts_of_run, covered, naive_note, naive_sentence
from generator.detectors.shared.running import run
from generator.detectors.uncached_input import UNCACHED_INPUT
from generator.detectors.unread_last_write import UNREAD_LAST_WRITE
from generator.ledger.subjects import arranged
from generator.packs.aggregate import aggregate
from generator.packs.numbers import impossible_numbers
from generator.pages.parts.sentences import quantity_text
from generator.records.results import Level, Outcome, Pack, Run, Totals, Unit
from generator.records.rows import LogData

BY_ID = {detector.id: detector for detector in DETECTORS}
MANY = st.integers(0, 400)


# ---- what may be said ----


@pytest.mark.parametrize(
    ("found", "examined", "more", "said"),
    [
        (9, 3809, {"share": True}, "9 findings in 3,809 steps, 0.24 % (95 % interval 0.11 to 0.45 %)"),
        (0, 114, {"share": True}, "0 findings in 114 steps, 0 % (95 % interval 0 to 3.2 %)"),
        (1, 20, {"share": True}, "1 finding in 20 steps, 5.0 % (95 % interval 0.13 to 24.9 %)"),
        (1, 19, {"share": True}, "1 finding in 19 steps"),
        (4, 114, {"share": True, "simulated": True}, "4 findings in 114 steps"),
        (3, 120, {"share": False, "covered": 14}, "3 findings in 120 steps; they cover 14 of them"),
        (1, 120, {"share": False, "covered": 14}, "1 finding in 120 steps; it covers 14 of them"),
        (3, 2, {"share": False, "covered": 14}, "3 findings in 2 steps; they cover 2 of them"),
        (3, 120, {"share": False}, "3 findings in 120 steps"),
        (1, 1, {"share": False, "covered": 1}, "1 finding in 1 step"),
        (0, 0, {"share": True}, "no steps to look at"),
        (0, 50, {"share": True, "answered": False}, "no answer"),
        (4, 19, {"share": True, "sessions": (3, 7)}, "4 findings in 19 steps, in 3 of 7 sessions"),
        (1, 19, {"share": True, "sessions": (1, 1)}, "1 finding in 19 steps, in 1 of 1 session"),
        (0, 19, {"share": True, "sessions": (0, 1)}, "0 findings in 19 steps, in 0 of 1 session"),
        (0, 19, {"share": True, "sessions": (0, 0)}, "0 findings in 19 steps"),
        (0, 100, {"share": True, "few": 5, "some": True}, "fewer than 5 findings in 100 steps"),
        (0, 0, {"share": True, "few": 5}, "0 findings in fewer than 5 steps"),
        (40, 100, {"share": True, "few": 5, "some": True}, "40 findings in 100 steps"),
        (7, 3, {"share": True}, "7 findings in 3 steps"),
        (70, 30, {"share": True}, "70 findings in 30 steps"),
    ],
)
def test_what_is_said_of_so_many_findings(found, examined, more, said):
    told = counts(found, examined, unit="steps", **more)
    assert told.text == said
    assert told.share is None or "interval" in said
    assert told.count_text == said.split(", 0.24")[0].split(", 0 %")[0].split(", 5.0")[0]


def test_twenty_units_are_the_fewest_that_have_a_share():
    assert FEWEST == 20
    assert [counts(0, size, share=True).share is None for size in (19, 20)] == [True, False]


@given(found=MANY, examined=MANY, covers=st.none() | MANY, share=st.booleans(), simulated=st.booleans(), few=st.sampled_from([0, 5]),
       sessions=st.none() | st.tuples(st.integers(0, 9), st.integers(0, 9)), answered=st.booleans())  # fmt: skip
def test_nothing_over_one_is_ever_said(*, found, examined, covers, share, simulated, few, sessions, answered):
    told = counts(
        found, examined, share=share, unit="idle stretches", simulated=simulated, few=few, covered=covers,
        sessions=sessions, answered=answered,
    )  # fmt: skip
    assert list(faults_of_json(told.json())) == []
    for said in (told.text, told.count_text, told.share_text, told.brief, told.sessions_text):
        assert list(faults_of_text(said)) == []
    if told.share:
        assert share
        assert not simulated
        assert examined >= FEWEST
        assert 0 <= told.low <= told.value <= told.high <= 1


# ---- runs ----


def test_sessions_are_counted_beside_units_and_a_finding_covers_what_it_says():
    """Session s has two runs of uncached requests of two and three, session t has none; a call of no session is in none."""

    def call(number, at, *, cached, session="s"):
        sizes = (20_000, 100) if cached else (0, 0)
        return request(number, at, *sizes, input_tokens=0 if cached else 40_000, session=session)

    spoilt = [call(number, number * 20, cached=number not in {2, 3, 5, 6, 7}) for number in range(9)]
    sound = [call(100 + number, number * 20, cached=True, session="t") for number in range(4)]
    alone = request(200, 0, 20_000, 100)
    alone = msgspec.structs.replace(alone, session=alone.id)
    told = run(UNCACHED_INPUT, arranged([*spoilt, *sound, alone], ()))
    assert (told.found, told.examined, told.sessions_found, told.sessions_examined) == (2, 14, 1, 2)
    assert covered(UNCACHED_INPUT, told) == 5
    words = counts_of_run(UNCACHED_INPUT, told, simulated=False).text
    assert words == "2 findings in 14 requests, in 1 of 2 sessions; they cover 5 of them"


def test_sessions_of_a_rule_on_the_whole_account_are_those_of_the_requests_it_looked_at():
    """Twice the last write is not read, in one of two sessions."""
    calls = []
    for session in ("s", "t"):
        read = 60_000
        for place in range(6):
            late = session == "s" and place in {2, 4}
            calls.append(
                request(
                    len(calls),
                    place * 6 + (1000 if session == "t" else 0),
                    read - (500 if late else 0),
                    1000 if late else 500,
                    session=session,
                )
            )
            read += 500
    told = run(UNREAD_LAST_WRITE, arranged(calls, ()))
    assert told.outcome is Outcome.FOUND
    assert (told.sessions_found, told.sessions_examined) == (1, 2)
    assert run(BY_ID["tier-change"], arranged(calls, ())).sessions_examined is None


def test_a_storm_says_how_many_error_lines_it_covers():
    marks = [mark("api-error", 100 + number, line=900 + number) for number in range(6)]
    told = run(RETRY_STORM, arranged(steady(4), [*marks, mark("api-error", 90_000, line=990)]))
    assert (told.found, told.examined, told.naive) == (1, 7, 1)
    assert counts_of_run(RETRY_STORM, told, simulated=False).text == (
        "1 finding in 7 error lines, in 1 of 1 session; it covers 6 of them"
    )


def test_what_findings_cover_is_unknown_where_they_are_not_shown():
    told = Run(detector="retry-storm", version="1.0.0", outcome=Outcome.FOUND, found=5, examined=40)
    assert covered(RETRY_STORM, told) is None
    assert counts_of_run(RETRY_STORM, told, simulated=False, few=5).text == "5 findings in 40 error lines"
    assert counts_of_run(None, told, simulated=False).text == "5 findings in 40 units"


def test_more_sessions_with_a_finding_than_sessions_are_refused_in_a_pack():
    told = Run(
        detector="cache-break",
        version="1.0.0",
        outcome=Outcome.QUIET,
        examined=9,
        sessions_examined=2,
        sessions_found=3,
    )
    pack = Pack(
        id="p", simulated=True, level=Level.AGGREGATE, tool_version="", tallies=(), totals=Totals(), days=(), marks_by_kind={},
        breaks=(), runs=(told,),
    )  # fmt: skip
    assert ("evidence.runs[0].sessions_found", "are more than the sessions that were looked at") in impossible_numbers(
        pack
    )


def test_at_level_aggregate_no_count_of_sessions_is_told():
    """A session is often one person's day: those with a finding are few."""
    calls = [call for place in range(6) for call in steady(5, first=10 * place, session_name=f"s{place}")]
    later = request(999, 30 * 86_400, 0, 100, session_name="later")
    assert run(UNCACHED_INPUT, arranged(calls, ())).sessions_examined == 6
    made = aggregate(LogData(requests=(*calls, later)), id="p", simulated=False, tool_version="0.1.0")
    shown = next(one for one in made.runs if one.detector == UNCACHED_INPUT.id)
    assert (shown.sessions_examined, shown.sessions_found) == (None, None)
    assert counts_of_run(UNCACHED_INPUT, shown, simulated=False, few=5).text == "0 findings in 30 requests"


# ---- the naive rule ----


def test_a_naive_rule_that_counts_fewer_says_what_it_counts():
    assert naive_sentence(BY_ID["recount-cluster"], 1, 2) == (
        "A naive rule would have reported 1, fewer, because it counts meters; findings are clusters of falls, of which "
        "a meter can have several."
    )
    assert naive_note(BY_ID["known-bad-version"], 160, 564).startswith("it counts client versions")
    assert naive_note(BY_ID["cache-break"], 13, 4) == ""
    assert naive_sentence(BY_ID["cache-break"], 13, 4).endswith("would have reported 13.")


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.id)
def test_every_detector_says_what_its_naive_rule_and_its_findings_count(detector):
    assert detector.naive_unit
    assert naive_note(detector, 0, 1) == f"it counts {detector.naive_unit}; findings are {detector.finding_unit}"
    assert detector.one_a_unit == (detector.covers is None) or detector.id in {"tier-change", "log-integrity"}


# ---- plurals ----

ONE_UNIT = {
    "answers whose output count can be checked": "answer whose output count can be checked",
    "compactions": "compaction",
    "days of one client version": "day of one client version",
    "error lines": "error line",
    "idle stretches": "idle stretch",
    "intervals": "interval",
    "lines written by the client": "line written by the client",
    "pairs of a client version and a fault of its range": "pair of a client version and a fault of its range",
    "pairs of readings": "pair of readings",
    "pauses of over an hour with at least three requests within the cache lifetime after them": (
        "pause of over an hour with at least three requests within the cache lifetime after it"
    ),
    "refusals": "refusal",
    "requests": "request",
    "requests of more than 200,000 tokens": "request of more than 200,000 tokens",
    "requests whose asked and answering model are both named": "request whose asked and answering model are both named",
    "reset windows": "reset window",
    "resumes with a cached prefix": "resume with a cached prefix",
    "rises": "rise",
    "short human prompts": "short human prompt",
    "steps": "step",
    "steps after a pause of five minutes or more": "step after a pause of five minutes or more",
    "steps within five seconds": "step within five seconds",
    "threads": "thread",
    "tool results": "tool result",
}


def test_one_of_each_unit_is_said_in_the_singular():
    said = {detector.unit: detector.unit_one or singular(detector.unit) for detector in DETECTORS}
    assert said == ONE_UNIT


def test_counts_and_labels():
    assert [plural(count, "reply", "replies") for count in (0, 1, 1204)] == ["0 replies", "1 reply", "1,204 replies"]
    assert [noun(count, "is", "are") for count in (0, 1, 2)] == ["are", "is", "are"]
    assert stat(1, "finding", after="in own logs") == ("1", "finding in own logs")
    assert stat(1200, "body", "bodies") == ("1,200", "bodies")


@pytest.mark.parametrize("unit", [unit for unit in Unit if unit.value.endswith("s")])
def test_one_of_a_quantity_is_singular(unit):
    assert list(faults_of_text(quantity_text(1, unit))) == []
    assert list(faults_of_text(quantity_text(1.2, unit))) == []
    assert "2" in quantity_text(2, unit)


# ---- the reader of built pages itself ----


@pytest.mark.parametrize(
    "page",
    [
        "<td>63.6 % (25.6 to 131.1 %)</td>", "<p>186.6 %</p>", "<p>0 in 0 requests of more</p>", "<td>0 of 0</td>",
        "<li><b>1</b> explanations not ruled out</li>", "<dd>1 events</dd>", "<p>1 of 1 refusals</p>", "<p>0 % of 0</p>",
        "<p>1 status-page incidents</p>", "<summary>1 explanations says</summary>", "<p>1,131 %</p>",
    ],
)  # fmt: skip
def test_the_reader_sees_what_no_page_may_say(page):
    assert len(list(faults_of_text(text_of(page)))) == 1


@pytest.mark.parametrize(
    "page",
    [
        "<td>100 %</td>", "<p>0 of 0.5</p>", "<p>10 of 0x2</p>", "<td>1</td><td>events</td>", "<p>21 events</p>",
        "<p>C-1 claims</p>", "<p>falls to 80,005, to 80 %.</p>", "<p>2.1 versions</p>", "<code>200 %</code>", "<p>10 in 0</p>",
    ],
)  # fmt: skip
def test_the_reader_takes_nothing_else_for_it(page):
    assert list(faults_of_text(text_of(page))) == []


def test_the_reader_sees_shares_over_one_in_json():
    wrong = {"runs": [{"share": 1.5, "low_95": None, "high_95": 2}], "sentence": "1 events", "share_before": 4}
    assert len(list(faults_of_json(wrong))) == 3
    assert list(faults_of_json({"share": 1, "high_95": 0.2, "n": 3, "text": "one"})) == []
