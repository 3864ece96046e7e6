"""One call in several formats is one call; a report replaces and never adds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.importers.buckets import settled
from generator.importers.fold import MarkCopy, RequestCopy
from generator.importers.match import joined, marks_once, one_account
from generator.records.pseudonyms import pseudonym
from generator.records.rows import (
    Difference,
    Mark,
    MarkKind,
    MatchKey,
    MeterReading,
    Request,
    SourceRef,
    Surface,
    UsageBucket,
    Window,
)

KEY = b"key"
START = datetime(2026, 3, 23, 10, tzinfo=UTC)
AUTHORITY = {"claude-code": 10, "proxy": 20, "otel": 35}


def named(kind: str, raw: str) -> str:
    return pseudonym(kind, raw, KEY)


def copy(
    format: str,
    *,
    message: str = "",
    request_id: str = "",
    own: str = "own",
    minutes: float = 0,
    counts: tuple[int, int, int, int] = (10, 1000, 50_000, 300),
    session: str = "s",
    **fields: object,
) -> RequestCopy:
    at = START + timedelta(minutes=minutes)
    given_fields = {"output_reliable": True, "model": "claude-opus-4-6"} | fields
    request = Request(
        id=named("message", message) if message else named("call", f"{format}/{own}/{request_id}"),
        session=named("session", session) if session else "",
        first_seen=at,
        ended=at,
        input_tokens=counts[0],
        cache_write_tokens=counts[1],
        cache_read_tokens=counts[2],
        output_tokens=counts[3],
        source=SourceRef(0, 1),
        **given_fields,
    )
    return RequestCopy(
        request,
        sidechain=False,
        named=False,
        began=at,
        format=format,
        message=bool(message),
        request_id=named("request", request_id) if request_id else "",
    )


def join(*copies: RequestCopy):
    found = joined(copies, AUTHORITY)
    return found.requests, found.formats


def test_a_message_id_is_enough_even_if_request_ids_differ():
    """A side question replays its parent's message under a new request id (log-formats 1.7)."""
    requests, accounts = join(
        copy("claude-code", message="msg", request_id="a"), copy("proxy", message="msg", request_id="b", minutes=99)
    )
    assert len(requests) == 1
    assert accounts[1].matched == {MatchKey.MESSAGE_ID: 1}


def test_a_request_id_joins_what_has_no_message_id():
    requests, accounts = join(copy("claude-code", message="msg", request_id="r"), copy("otel", request_id="r"))
    assert [request.id for request in requests] == [named("message", "msg")]
    assert accounts[1].matched == {MatchKey.REQUEST_ID: 1}


def test_equal_counts_within_two_minutes_join_what_has_neither_and_say_so():
    requests, accounts = join(copy("claude-code", message="msg"), copy("proxy", minutes=1.9))
    assert len(requests) == 1
    assert accounts[1].matched == {MatchKey.COUNTS_AND_TIME: 1}


@pytest.mark.parametrize(
    "other",
    [
        copy("proxy", minutes=2.1),
        copy("proxy", counts=(11, 1000, 50_000, 300)),
        copy("proxy", counts=(10, 1000, 50_000, 301)),
        copy("proxy", model="claude-sonnet-4-6"),
        copy("proxy", request_id="another"),
    ],
    ids=["later", "input", "final-output", "model", "request-id"],
)
def test_the_weaker_key_never_joins_what_something_contradicts(other):
    requests, _ = join(copy("claude-code", message="msg", request_id="one"), other)
    assert len(requests) == 2


def test_a_placeholder_output_does_not_contradict_and_is_replaced():
    requests, accounts = join(
        copy("claude-code", message="msg", counts=(10, 1000, 50_000, 1), output_reliable=False), copy("proxy")
    )
    assert [request.output_tokens for request in requests] == [300]
    assert accounts[0].differences == {Difference.PLACEHOLDER_OUTPUT: 1}
    assert accounts[1].differences == {}


def test_calls_of_no_tokens_are_never_joined_by_their_counts():
    requests, _ = join(copy("claude-code", message="msg", counts=(0, 0, 0, 5)), copy("proxy", counts=(0, 0, 0, 5)))
    assert len(requests) == 2


def test_equal_calls_of_one_format_stay_two_and_each_takes_one_of_the_other():
    """Parallel titles have equal counts: two in the proxy log and two in the transcript are two calls."""
    requests, accounts = join(
        copy("claude-code", message="one"),
        copy("claude-code", message="two", minutes=0.5),
        copy("proxy", own="a"),
        copy("proxy", own="b", minutes=0.5),
    )
    assert len(requests) == 2
    assert [account.only_here for account in accounts] == [0, 0]


def test_the_surest_format_owns_the_thread_and_others_fill_what_it_lacks():
    (request,), _ = join(
        copy("claude-code", message="msg", agent=named("agent", "x"), parent=named("line", "p"), version="2.1.90"),
        copy("proxy", message="msg", session="", requested_model="claude-opus-4-6"),
    )
    assert (request.agent, request.parent, request.version) == (named("agent", "x"), named("line", "p"), "2.1.90")
    assert request.requested_model == "claude-opus-4-6"


def test_the_split_of_lifetimes_survives_a_final_copy_without_one():
    split = {"cache_write_5m_tokens": 0, "cache_write_1h_tokens": 1000, "output_reliable": False}
    (request,), _ = join(copy("claude-code", message="msg", counts=(10, 1000, 50_000, 1), **split), copy("proxy"))
    assert (request.output_tokens, request.cache_write_1h_tokens) == (300, 1000)


def test_a_call_of_no_session_is_a_thread_of_its_own():
    requests, _ = join(copy("proxy", own="a", session=""), copy("proxy", own="b", session="", minutes=9))
    assert {request.session for request in requests} == {request.id for request in requests}


def test_calls_that_a_format_lacks_are_counted_between_its_first_and_its_last():
    _, (transcript, telemetry) = join(
        copy("claude-code", message="msg", request_id="r"),
        copy("claude-code", message="last", minutes=5),
        copy("otel", request_id="r"),
        copy("otel", request_id="title", own="title", counts=(300, 0, 0, 9), minutes=3),
        copy("otel", request_id="later", own="later", counts=(301, 0, 0, 9), minutes=6),
    )
    assert (transcript.lacking, telemetry.lacking) == (1, 1)
    assert telemetry.only_here == 2


@given(st.permutations(range(6)))
def test_the_order_of_files_changes_nothing(order):
    copies = [
        copy("claude-code", message="one", request_id="r1"),
        copy("claude-code", message="two", minutes=1),
        copy("proxy", message="one", minutes=0.1),
        copy("proxy", own="weak", minutes=1.1),
        copy("otel", request_id="r1", minutes=0.2),
        copy("otel", request_id="r9", minutes=1.2),
    ]
    assert joined([copies[place] for place in order], AUTHORITY) == joined(copies, AUTHORITY)


def test_two_sessions_never_share_a_call_by_equal_counts():
    requests, _ = join(copy("claude-code", message="msg"), copy("otel", request_id="r", session="another"))
    assert len(requests) == 2


def test_no_weaker_copy_takes_the_place_of_an_exact_one():
    """The earlier event has no id; the exact one of the same format comes later."""
    requests, (_, telemetry) = join(
        copy("claude-code", message="msg", request_id="r"),
        copy("otel", own="early", minutes=-0.1),
        copy("otel", request_id="r"),
    )
    assert telemetry.matched == {MatchKey.REQUEST_ID: 1}
    assert len(requests) == 2


def test_calls_that_lag_behind_each_other_are_paired_first_to_first():
    """Nearest to nearest would pair the second with the first and find nothing for the other: three calls."""
    requests, _ = join(
        copy("claude-code", message="one"),
        copy("claude-code", message="two", minutes=110 / 60),
        copy("proxy", own="a", minutes=1),
        copy("proxy", own="b", minutes=220 / 60),
    )
    assert len(requests) == 2


def test_another_clock_makes_no_call_begin_after_its_end():
    late = copy("proxy", message="msg", minutes=1.5, started=START + timedelta(seconds=80))
    (request,), _ = join(copy("claude-code", message="msg"), late)
    assert request.started is None
    early = copy("proxy", message="msg", minutes=1.5, started=START - timedelta(seconds=4))
    (request,), _ = join(copy("claude-code", message="msg"), early)
    assert request.started == START - timedelta(seconds=4)


def test_an_alias_and_its_dated_snapshot_are_one_model():
    requests, _ = join(
        copy("claude-code", message="msg", model="claude-sonnet-4-5-20250929"), copy("proxy", model="claude-sonnet-4-5")
    )
    assert len(requests) == 1


# Marks


def mark(format: str, seconds: float, kind: MarkKind = MarkKind.PROMPT, session: str = "s") -> MarkCopy:
    at = START + timedelta(seconds=seconds)
    return MarkCopy(
        "",
        Mark(kind=kind, session=named("session", session), at=at, source=SourceRef(0, 1)),
        named=False,
        format=format,
    )


def test_a_mark_of_a_session_that_two_formats_tell_counts_once():
    kept, dropped = marks_once([mark("otel", 4), mark("claude-code", 0), mark("otel", 60)], AUTHORITY)
    assert [(copy.format, copy.mark.at) for copy in kept] == [
        ("claude-code", START),
        ("otel", START + timedelta(seconds=60)),
    ]
    assert dropped == {MarkKind.PROMPT: 1}


def test_marks_of_one_format_or_of_other_sessions_are_all_kept():
    marks = [mark("claude-code", 0), mark("claude-code", 1), mark("otel", 0, session="t")]
    assert len(marks_once(marks, AUTHORITY)[0]) == 3


# Buckets


def bucket(
    hours: float = 0, length: float = 1, tokens: int = 5, as_of: int | None = None, **fields: object
) -> UsageBucket:
    start = START + timedelta(hours=hours)
    return UsageBucket(
        report="r",
        start=start,
        end=start + timedelta(hours=length),
        surface=Surface.API,
        model="claude-opus-4-6",
        input_tokens=tokens,
        as_of=None if as_of is None else START + timedelta(days=as_of),
        source=SourceRef(0, 1),
        **fields,
    )


def test_a_refreshed_report_replaces_the_earlier_one():
    rows = [bucket(tokens=9, as_of=1), bucket(tokens=7, as_of=2)]
    assert [row.input_tokens for row in settled(rows)] == [7]
    assert settled(reversed(rows)) == settled(rows)


def test_a_page_read_twice_counts_once_and_other_groups_stay():
    rows = [bucket(), bucket(), bucket(group=named("group", "x"))]
    assert sum(row.input_tokens for row in settled(rows)) == 10


def test_cumulative_counts_become_differences_and_a_restart_is_no_reset():
    rows = [
        bucket(length=1, tokens=100, cumulative=True),
        bucket(length=2, tokens=150, cumulative=True),
        bucket(length=2, tokens=150, cumulative=True),
        bucket(hours=3, length=1, tokens=20, cumulative=True),
    ]
    found = settled(rows)
    assert sorted(row.input_tokens for row in found) == [20, 50, 100]
    assert not any(row.cumulative for row in found)
    assert sum(row.input_tokens for row in rows) == 420  # what adding up the points would give


def test_a_running_count_that_falls_takes_nothing_away():
    rows = [bucket(length=1, tokens=100, cumulative=True), bucket(length=2, tokens=90, cumulative=True)]
    assert [row.input_tokens for row in settled(rows)] == [100, 0]


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(1, 3), st.integers(0, 9), st.booleans()), max_size=8),
    st.randoms(),
)
def test_settling_depends_on_no_order(shapes, random):
    rows = [
        msgspec.structs.replace(bucket(hours, length, tokens, cumulative=cumulative), source=SourceRef(0, place))
        for place, (hours, length, tokens, cumulative) in enumerate(shapes)
    ]
    shuffled = random.sample(rows, len(rows))
    order = lambda row: (row.start, row.end, row.source, row.input_tokens)  # noqa: E731
    assert sorted(settled(shuffled), key=order) == sorted(settled(rows), key=order)


# Accounts


def meter(account: str, seconds: float = 0) -> MeterReading:
    at = START + timedelta(seconds=seconds)
    return MeterReading(account=account, window=Window.FIVE_HOUR, at=at, used=0.4, source=SourceRef(0, 1))


def test_a_meter_of_nobody_is_the_only_named_account_s():
    kept = one_account([meter("unnamed"), meter("somebody", 9)], "unnamed")
    assert {reading.account for reading in kept} == {"somebody"}


def test_the_same_reading_of_nobody_and_of_the_named_account_is_one():
    assert one_account([meter("unnamed"), meter("somebody")], "unnamed") == [meter("somebody")]


def test_between_two_accounts_a_meter_of_nobody_stays_nobody_s():
    rows = [meter("unnamed"), meter("one", 1), meter("two", 2)]
    assert one_account(rows, "unnamed") == rows
    assert one_account(rows[:1], "unnamed") == rows[:1]
