"""The ledger: threads, the cache identity, the age of a cache, and the bands around the end of its lifetime."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.ledger.explanations import EXPLANATIONS, UNEXPLAINED
from generator.ledger.steps import MIN_EXPECTED, Lifetime
from generator.ledger.threads import threads_of
from generator.records.rows import Mark, MarkKind, MissReason, Request, SourceRef

START = datetime(2026, 3, 17, 9, 0, tzinfo=UTC)
SESSION = "a" * 16
OTHER = "b" * 16


def pseudonym(number: int) -> str:
    return "".join("abcdefghijklmnopqrstuvwxyz234567"[number >> shift & 31] for shift in range(75, -1, -5))


def request(
    number: int, at: float, *, read: int = 0, written: int = 0, took: float = 5, lifetime: str = "1h", **more
) -> Request:
    began = START + timedelta(seconds=at)
    defaults = {
        "id": pseudonym(number),
        "session": SESSION,
        "model": "claude-opus-4-6",
        "version": "2.1.76",
        "started": began,
        "first_seen": began + timedelta(seconds=min(1, took)),
        "ended": began + timedelta(seconds=took),
        "input_tokens": 5,
        "cache_read_tokens": read,
        "cache_write_tokens": written,
        "cache_write_5m_tokens": written if lifetime == "5m" else 0,
        "cache_write_1h_tokens": written if lifetime == "1h" else 0,
        "output_tokens": 100,
        "source": SourceRef(0, number + 1),
    }
    return Request(**(defaults | more))


def mark(kind: MarkKind, at: float, line: int = 900, **more) -> Mark:
    return Mark(kind=kind, session=SESSION, at=START + timedelta(seconds=at), source=SourceRef(0, line), **more)


def only_step(*requests: Request, marks=()):
    (thread,) = threads_of(requests, marks)
    (step,) = thread.steps
    return step


def pause(seconds: float, lifetime: str = "1h", read: int = 0, took: float = 0):
    """The step of a pair whose second request begins so long after the first answer ended; that `took` so long."""
    before = request(0, 0, read=20_000, written=40_000, lifetime=lifetime, took=took)
    after = request(1, took + seconds, read=read, written=62_000 - read, lifetime=lifetime)
    return only_step(before, after)


def test_expected_read_is_what_was_read_plus_what_was_written_one_request_before():
    step = only_step(request(0, 0, read=20_000, written=40_000), request(1, 60, read=60_000, written=100))
    assert step.expected == 60_000
    assert step.continuity == 1.0
    assert not step.is_break
    assert step.excess_tokens == 0


@pytest.mark.parametrize(("read", "breaks"), [(58_800, False), (58_799, True)])
def test_a_break_begins_under_98_percent_of_the_expected_read(read, breaks):
    step = only_step(request(0, 0, read=20_000, written=40_000), request(1, 60, read=read, written=4_000))
    assert step.is_break is breaks


@pytest.mark.parametrize(("written", "testable"), [(MIN_EXPECTED - 1, False), (MIN_EXPECTED, True)])
def test_a_read_smaller_than_the_smallest_cacheable_prompt_is_not_tested(written, testable):
    step = only_step(request(0, 0, written=written), request(1, 60, written=written))
    assert step.testable is testable
    assert step.is_break is testable


def test_excess_is_at_most_what_was_missed_and_at_most_what_was_sent_again():
    missed_more = only_step(
        request(0, 0, read=60_000), request(1, 60, written=1_000, read=0, input_tokens=7, miss_reason=None)
    )
    assert missed_more.excess_tokens == 1_007
    sent_more = only_step(request(0, 0, read=10_000), request(1, 60, read=4_000, written=90_000))
    assert sent_more.excess_tokens == 6_000


def test_age_runs_from_the_end_of_the_answer_to_the_start_of_the_next_request():
    assert pause(61.5).age == 61.5


def test_age_of_overlapping_requests_is_zero_and_they_count_as_concurrent():
    step = only_step(request(0, 0, written=60_000, took=10), request(1, 4, written=62_000))
    assert step.age == 0.0
    assert step.reason == "concurrent"


def test_where_no_parent_is_known_the_request_starts_with_its_first_line():
    step = only_step(request(0, 0, written=60_000), request(1, 60, written=62_000, started=None))
    assert step.age == 56.0  # first line 1 s after the start, previous answer ended at 5 s


@pytest.mark.parametrize(
    ("lifetime", "seconds", "reason"),
    [
        ("5m", 284, UNEXPLAINED),
        ("5m", 285, "lifetime-ambiguous"),
        ("5m", 330, "lifetime-ambiguous"),
        ("5m", 331, "lifetime-elapsed"),
        ("1h", 331, UNEXPLAINED),
        ("1h", 3584, UNEXPLAINED),
        ("1h", 3585, "lifetime-ambiguous"),
        ("1h", 3630, "lifetime-ambiguous"),
        ("1h", 3631, "lifetime-elapsed"),
    ],
)
def test_bands_around_the_end_of_the_lifetime(lifetime, seconds, reason):
    step = pause(seconds, lifetime)
    assert step.reason == reason
    assert step.within_lifetime is (reason == UNEXPLAINED)


@pytest.mark.parametrize(
    ("took", "seconds", "reason"),
    [(284, 0, UNEXPLAINED), (285, 0, "lifetime-ambiguous"), (200, 84, UNEXPLAINED), (200, 85, "lifetime-ambiguous")],
)
def test_an_entry_can_be_as_old_as_the_answer_that_it_was_written_for(took, seconds, reason):
    """Whether its life counts from the begin or the end of the answer, no document says; elapsed it is by neither."""
    step = pause(seconds, "5m", took=took)
    assert step.reason == reason
    assert step.within_lifetime is (reason == UNEXPLAINED)
    assert pause(0, "5m", took=4000).reason == "lifetime-ambiguous"


def test_a_hit_after_the_lifetime_is_no_break():
    assert pause(4000, read=60_000).reason is None


@pytest.mark.parametrize(
    ("seconds", "reason"),
    [(284, UNEXPLAINED), (285, "lifetime-ambiguous"), (3630, "lifetime-ambiguous"), (3631, "lifetime-elapsed")],
)
def test_without_a_known_lifetime_expiry_is_possible_from_the_shorter_and_certain_from_the_longer(seconds, reason):
    before = request(0, 0, read=60_000, took=0)
    after = request(1, seconds, written=62_000)
    step = only_step(before, after)
    assert step.lifetime is Lifetime.UNKNOWN
    assert step.reason == reason


def test_lifetime_is_that_of_the_last_write_and_outlives_requests_that_write_nothing():
    (thread,) = threads_of(
        (
            request(0, 0, written=30_000, lifetime="5m"),
            request(1, 60, read=30_000, written=30_000, lifetime="1h"),
            request(2, 120, read=60_000),
            request(3, 180, read=60_000),
        ),
        (),
    )
    assert [step.lifetime.value for step in thread.steps] == ["5m", "1h", "1h"]


@pytest.mark.parametrize(
    ("at", "more", "reason"),
    [
        (9000, {}, "lifetime-elapsed"),  # whatever else happened: the cache was gone by right
        (60, {}, "compaction"),
        (9000, {"miss_reason": MissReason.TOOLS_CHANGED}, "stated-change"),  # the API's own word is above all
    ],
)
def test_an_elapsed_lifetime_comes_before_what_the_log_tells_of_the_step(at, more, reason):
    before = request(0, 0, read=20_000, written=40_000)
    after = request(1, at, written=8_000, **more)
    assert only_step(before, after, marks=[mark(MarkKind.COMPACTION, 30)]).reason == reason


def test_marks_before_the_previous_request_explain_nothing():
    before = request(0, 100, read=20_000, written=40_000)
    after = request(1, 160, written=62_000)
    assert only_step(before, after, marks=[mark(MarkKind.SKILL, 50)]).reason == UNEXPLAINED
    assert only_step(before, after, marks=[mark(MarkKind.SKILL, 130)]).reason == "skill"


@pytest.mark.parametrize("kind", [MarkKind.API_ERROR, MarkKind.RETRY])
@pytest.mark.parametrize(
    ("at", "reasons"),
    [
        (-5, [None, UNEXPLAINED]),  # before the thread's first request
        (30, [None, "retry"]),  # in the step before
        (90, [None, "retry"]),  # in the step itself
        (130, [None, UNEXPLAINED]),  # after it
    ],
)
def test_an_error_explains_the_step_it_lies_in_and_the_next(kind, at, reasons):
    requests = (
        request(0, 0, read=20_000, written=40_000),
        request(1, 60, read=60_000, written=1_000),
        request(2, 120, written=62_000),
    )
    (thread,) = threads_of(requests, [mark(kind, at, value=529)])
    assert [step.reason for step in thread.steps] == reasons


def test_an_error_two_steps_before_explains_nothing():
    """However near in time: three good calls in a minute lie between them."""
    requests = [request(n, n * 20, read=60_000 + n, written=1) for n in range(4)]
    last = request(4, 80, written=62_000)
    assert threads_of([*requests, last], [mark(MarkKind.RETRY, 30)])[0].steps[-1].reason == UNEXPLAINED
    assert threads_of([*requests, last], [mark(MarkKind.RETRY, 50)])[0].steps[-1].reason == "retry"


@pytest.mark.parametrize(("thought", "reason"), [(False, "thinking-changed"), (True, UNEXPLAINED)])
def test_leaving_a_skill_that_did_not_think_rebuilds_the_messages(thought, reason):
    """A skill's text states no thinking, as a command's: the turn begins with it, not with the prompt before."""
    requests = (
        request(0, 0, written=40_000, prompt_words=5, thinking_asked=True, thought=True),
        request(1, 20, read=40_000, written=1_000, thought=thought),
        request(2, 40, read=41_000, written=1_000, thought=thought),
        request(3, 90, read=16_000, written=27_000, prompt_words=5, thinking_asked=True, thought=True),
    )
    (thread,) = threads_of(requests, [mark(MarkKind.PROMPT, -1), mark(MarkKind.SKILL, 19), mark(MarkKind.PROMPT, 89)])
    assert [step.reason for step in thread.steps] == [None, None, reason]


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [(False, True, "retry"), (True, False, "retry"), (True, True, UNEXPLAINED), (False, False, UNEXPLAINED)],
)
def test_an_answer_in_one_piece_between_streams_is_asked_for_with_other_settings(before, after, reason):
    """entire-january, b0/2936744f3b/0, lines 72 to 90: each kind reads on from the last of its own kind."""
    requests = (request(0, 0, read=33_000, written=32_000, whole=before), request(1, 20, read=50_000, whole=after))
    step = only_step(requests[0], msgspec.structs.replace(requests[1], cache_write_tokens=17_000))
    assert step.reason == reason


def test_sub_agents_between_the_requests_of_the_main_thread_do_not_break_its_identity():
    main = [request(n, n * 60, read=n * 20_000, written=20_000) for n in range(4)]
    agent = [request(10 + n, n * 60 + 20, read=n * 9_000, written=9_000, agent=OTHER) for n in range(4)]
    shuffled = [*main, *agent]
    random.Random(7).shuffle(shuffled)
    first, second = threads_of(shuffled, ())
    assert [request.id for request in first.requests] == [request.id for request in main]
    assert [request.id for request in second.requests] == [request.id for request in agent]
    assert not any(step.is_break for thread in (first, second) for step in thread.steps)


def test_marks_of_another_thread_explain_nothing():
    before, after = request(0, 0, read=20_000, written=40_000), request(1, 60, written=62_000)
    foreign = msgspec.structs.replace(mark(MarkKind.COMPACTION, 30), agent=OTHER)
    assert only_step(before, after, marks=[foreign]).reason == UNEXPLAINED


def test_positions_count_from_zero_in_each_thread():
    (thread,) = threads_of([request(n, n * 60, written=20_000) for n in range(3)], ())
    assert [row.position for row in thread.requests] == [0, 1, 2]


def test_rows_of_a_partial_pack_keep_their_position_and_make_no_step_over_a_gap():
    rows = [request(n, n * 60, read=50_000, written=100, position=n) for n in (3, 4, 9, 10)]
    (thread,) = threads_of(rows, ())
    assert [row.position for row in thread.requests] == [3, 4, 9, 10]
    assert [(step.before.position, step.after.position) for step in thread.steps] == [(3, 4), (9, 10)]


def test_every_explanation_has_an_id_of_its_own_and_a_text():
    assert len({explanation.id for explanation in EXPLANATIONS}) == len(EXPLANATIONS)
    assert all(explanation.text.endswith(".") for explanation in EXPLANATIONS)


counts = st.integers(0, 500_000)
rows = st.lists(
    st.tuples(
        st.integers(0, 20_000), counts, counts, counts, st.sampled_from(["5m", "1h"]), st.sampled_from(["", OTHER])
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda row: row[0],
)


def made(drawn) -> list[Request]:
    return [
        request(number, at, read=read, written=written, input_tokens=uncached, lifetime=lifetime, agent=agent)
        for number, (at, read, written, uncached, lifetime, agent) in enumerate(drawn)
    ]


@given(rows)
def test_excess_never_exceeds_the_expected_read_nor_what_was_sent(drawn):
    for thread in threads_of(made(drawn), ()):
        for step in thread.steps:
            assert 0 <= step.excess_tokens <= step.expected
            assert step.excess_tokens <= step.after.cache_write_tokens + step.after.input_tokens
            assert step.age >= 0


@given(rows, st.randoms(use_true_random=False))
def test_the_order_of_input_does_not_matter(drawn, chance):
    requests = made(drawn)
    shuffled = list(requests)
    chance.shuffle(shuffled)
    assert threads_of(shuffled, ()) == threads_of(requests, ())


@given(rows)
def test_running_the_ledger_over_its_own_rows_changes_nothing(drawn):
    first = threads_of(made(drawn), ())
    again = threads_of([row for thread in first for row in thread.requests], ())
    assert again == first
