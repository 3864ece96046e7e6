"""Meters, reports and calls side by side: what is predicted, what remains, and what is missing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from generator.ledger.reconciliation import MISSING, OTHERS, reconcile
from generator.ledger.subjects import subjects
from generator.records.results import Reconciliation
from generator.records.rows import LogData, MeterReading, Request, SourceRef, Surface, Tally, UsageBucket, Window

START = datetime(2026, 3, 23, tzinfo=UTC)
WINDOW = timedelta(hours=5)
SOURCE = SourceRef(0, 1)


def call(at: datetime, *, output: int = 40_000, surface: Surface = Surface.CLAUDE_CODE, model: str = "claude-opus-4-6"):
    """One dollar at list price of Opus 4.6 (25 USD a million output tokens)."""
    return Request(
        id=f"{int(at.timestamp()) % 10**9:x}".translate(str.maketrans("0189", "wxyz")).rjust(16, "a"),
        session="",
        surface=surface,
        model=model,
        first_seen=at,
        ended=at,
        input_tokens=0,
        cache_read_tokens=0,
        cache_write_tokens=0,
        output_tokens=output,
        output_reliable=True,
        source=SOURCE,
    )


def window(number: int, *points: float, every: timedelta = timedelta(minutes=30)) -> list[MeterReading]:
    began = START + number * WINDOW
    return [
        MeterReading(
            account="",
            window=Window.FIVE_HOUR,
            at=began + timedelta(minutes=1) + place * every,
            used=used / 100,
            resets_at=began + WINDOW,
            source=SourceRef(0, 100 * number + place),
        )
        for place, used in enumerate(points)
    ]


def account(calls: list[Request], meters: list[MeterReading], **fields: object) -> Reconciliation:
    reading = LogData(requests=tuple(calls), meters=tuple(meters), **fields)
    return reconcile(reading, subjects(reading))


def calls_in(number: int, dollars: int) -> list[Request]:
    began = START + number * WINDOW + timedelta(minutes=10)
    return [call(began + timedelta(minutes=place)) for place in range(dollars)]


ORDINARY = [*window(0, 0, 10), *window(1, 0, 20), *window(2, 0, 8), *window(3, 0, 40)]
SPENT = [*calls_in(0, 5), *calls_in(1, 8), *calls_in(2, 4), *calls_in(3, 5)]


def test_a_window_is_predicted_by_the_price_of_a_point_in_the_others():
    """Windows cost 0.5, 0.4, 0.5 and 0.125 USD a point; the last is held against the other three."""
    last = account(SPENT, ORDINARY).windows[3]
    assert (last.moved, last.cost_usd, last.others) == (40, 5.0, 3)
    assert last.predicted == pytest.approx(5 / 0.5)
    assert last.remainder == pytest.approx(30)
    assert last.low == pytest.approx(40 - 1 - 5 / 0.4)
    assert last.high == pytest.approx(40 + 1 - 5 / 0.5)


def test_the_window_that_is_judged_does_not_set_its_own_price():
    first = account(SPENT, ORDINARY).windows[0]
    assert first.predicted == pytest.approx(5 / 0.4)  # median of 0.4, 0.5 and 0.125


def test_too_few_windows_predict_nothing_and_say_so():
    few = account(SPENT, [reading for reading in ORDINARY if reading.at < START + OTHERS * WINDOW])
    assert [balance.predicted for balance in few.windows] == [None] * OTHERS
    assert "few-windows" in few.missing


def test_a_full_meter_tells_nothing_after_it_is_full():
    filled = account(SPENT + calls_in(4, 50), [*ORDINARY, *window(4, 0, 60, 100, 100, 100)])
    assert filled.windows[4].readings == 3
    assert filled.windows[4].end == START + 4 * WINDOW + timedelta(minutes=61)


def test_what_a_waiting_client_repeats_neither_tears_nor_shrinks_a_window():
    """A second session shows its last answer again: below the meter, and after the window has ended."""
    stale = [
        msgspec.structs.replace(reading, at=reading.at + late, source=SourceRef(1, place))
        for place, (reading, late) in enumerate(
            [(ORDINARY[0], timedelta(minutes=45)), (ORDINARY[0], WINDOW), (ORDINARY[2], WINDOW + timedelta(hours=1))]
        )
    ]
    moved = [balance.moved for balance in account(SPENT, [*ORDINARY, *stale]).windows]
    assert moved == [balance.moved for balance in account(SPENT, ORDINARY).windows] == [10, 20, 8, 40]


def test_gaps_of_the_meter_are_gaps_and_not_zeros():
    gap = account(SPENT, [*ORDINARY, *window(4, 0, 5, every=timedelta(minutes=61))])
    assert gap.windows[4].longest_gap == 61 * 60
    assert "meter-gaps" in gap.missing
    assert "meter-gaps" not in account(SPENT, ORDINARY).missing


def test_what_is_missing_follows_from_what_was_given():
    assert account([], []).missing == ("no-meter", "no-calls", "no-report", "other-computers")
    given = account(SPENT, ORDINARY)
    assert {"no-claude-ai", "no-cowork"} <= set(given.missing)
    assert "no-claude-code" not in given.missing
    chats = account(SPENT, ORDINARY, tallies=(Tally(label="log-0001", importer="claude-export", bytes=0),))
    assert "no-claude-ai" not in chats.missing
    unknown = account([*SPENT, call(START + timedelta(minutes=20), model="other")], ORDINARY)
    assert "unpriced-calls" in unknown.missing


def test_every_missing_piece_says_how_to_get_it():
    for missing in MISSING.values():
        assert missing.text.endswith(".")
        assert missing.how.endswith(".")


# Reports


def bucket(hour: int = 0, *, hours: int = 1, tokens: int = 100, **fields: object) -> UsageBucket:
    start = START + timedelta(hours=hour)
    shape = {"report": "admin-usage", "surface": Surface.API, "model": "claude-opus-4-6", "source": SOURCE} | fields
    return UsageBucket(start=start, end=start + timedelta(hours=hours), output_tokens=tokens, **shape)


def lines(*buckets: UsageBucket, calls: tuple[Request, ...] = ()):
    return account(list(calls), [], buckets=tuple(buckets)).lines


def test_hours_of_a_report_become_its_day_beside_the_calls_of_that_day():
    (line,) = lines(bucket(1), bucket(2, tokens=40_000), calls=(call(START), call(START + timedelta(days=1))))
    assert (line.output_tokens, line.logged.output_tokens, line.logged.requests) == (40_100, 40_000, 1)
    assert line.logged_usd == pytest.approx(1.0)


def test_pages_of_different_grouping_are_never_added():
    """The finest is taken; both say the same tokens, and a naive reader would find twice as many."""
    rows = [
        bucket(grouping="model", tokens=90),
        *(bucket(grouping="model-key", group=16 * key, tokens=45) for key in "ab"),
    ]
    (line,) = lines(*rows)
    assert (line.output_tokens, line.grouping) == (90, "model-key")
    assert sum(row.output_tokens or 0 for row in rows) == 180


def test_reports_are_never_added_to_each_other_or_to_calls():
    two = lines(bucket(), bucket(report="console-usage-csv"), calls=(call(START),))
    assert [(line.report, line.output_tokens) for line in two] == [("admin-usage", 100), ("console-usage-csv", 100)]


def test_a_report_of_one_client_is_held_against_its_calls_only():
    calls = (call(START), call(START + timedelta(minutes=1), surface=Surface.COWORK))
    (organisation,) = lines(bucket(), calls=calls)
    (client,) = lines(bucket(surface=Surface.COWORK), calls=calls)
    assert (organisation.logged.requests, client.logged.requests) == (2, 1)


def test_a_bucket_of_many_days_keeps_its_span():
    (line,) = lines(bucket(hours=24 * 7))
    assert line.end - line.start == timedelta(days=7)


def test_what_a_report_does_not_state_is_none_and_not_zero():
    (line,) = lines(bucket())
    assert (line.input_tokens, line.cost_usd, line.requests) == (None, None, None)
