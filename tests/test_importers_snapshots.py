"""The importers of snapshots, statusline and usage endpoint, on invented samples: units, times, gaps, accounts."""

from __future__ import annotations

import io
import json
from collections import Counter as Bag
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shares import drawn

from generator.importers import IMPORTERS, discover, read
from generator.importers.fold import fold
from generator.importers.meters import statusline, usage_endpoint
from generator.importers.reading import assembled
from generator.importers.rows import read_lines
from generator.importers.values import to_minute
from generator.importers.windows import UNKNOWN_WINDOW
from generator.records.pseudonyms import pseudonym
from generator.records.rows import Counter, LogData, SkipReason, Tally, Window

SAMPLES = Path(__file__).parent / "samples"
SNAPSHOTS = [*sorted(SAMPLES.glob("statusline/*.jsonl")), *sorted(SAMPLES.glob("usage-endpoint/*.jsonl"))]
KEY = b"key of a test"
OWNER = pseudonym("account", "default", KEY)
TAKES = {
    "statusline": partial(statusline.take, key=KEY),
    "usage-endpoint": partial(usage_endpoint.take, key=KEY),
}

BY_ID = {importer.id: importer for importer in IMPORTERS}


def sample(name: str) -> LogData:
    return read(discover([SAMPLES / name]).claimed, key=KEY)


def read_bytes(importer: str, *files: bytes) -> LogData:
    extracts = fold(read_lines(io.BytesIO(data), index, importer, TAKES[importer]) for index, data in enumerate(files))
    return assembled(extracts, [BY_ID[importer]] * len(files), KEY)


def rows(*objects: object) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in objects)


def status(**fields) -> dict:
    return {"timestamp": "2026-04-03T10:00:00Z", "rate_limits": {"five_hour": {"used_percentage": 10}}, **fields}


def poll(**fields) -> dict:
    return {"timestamp": "2026-04-03T10:00:00Z", "five_hour": {"utilization": 10, "resets_at": None}, **fields}


def used(reading: LogData) -> list[tuple[str, float]]:
    return [(meter.window.value, meter.used) for meter in reading.meters]


# Statusline


def test_statusline_of_client_2_1_90():
    """Windows may be absent, a copied line counts once, and only one window may move."""
    reading = sample("statusline/client-2.1.90.jsonl")
    assert [(meter.window, meter.used, meter.resets_at is None) for meter in reading.meters] == [
        (Window.FIVE_HOUR, 0.01, False),
        (Window.SEVEN_DAY, 0.4, False),
        (Window.FIVE_HOUR, 0.235, False),
        (Window.FIVE_HOUR, 1.04, False),
        (Window.SEVEN_DAY, 0.42, True),
    ]
    assert reading.meters[0].resets_at == datetime(2026, 4, 3, 15, tzinfo=UTC)
    assert {meter.account for meter in reading.meters} == {OWNER}
    (tally,) = reading.tallies
    assert (tally.read, tally.used, tally.other, tally.blank) == (9, 5, 1, 1)
    assert tally.skipped == {SkipReason.NAIVE_TIME: 1, SkipReason.NO_TIME: 1}
    assert tally.types == {"statusline": 5, "unknown": 1}


def test_counters_carry_what_a_reset_can_be_told_from():
    """Version (their meaning changed in 2.1.132), model, and seconds since the counters began."""
    reading = sample("statusline/client-2.1.90.jsonl")
    second = reading.counters[3:6]
    assert [(row.counter, row.value) for row in second] == [
        (Counter.COST, 0.01234),
        (Counter.INPUT_TOKENS, 15234.0),
        (Counter.OUTPUT_TOKENS, 4521.0),
    ]
    assert {(row.uptime, row.version, row.model) for row in second} == {(130.0, "2.1.90", "claude-opus-4-6")}
    assert {row.session for row in reading.counters} == {
        pseudonym("session", "00000000-0000-4000-8000-0000000000a1", KEY)
    }


def test_statusline_of_client_2_1_251_in_three_wrappers():
    """The object under statusline, input or data; the time in seconds, milliseconds or digits."""
    reading = sample("statusline/client-2.1.251.jsonl")
    at = [meter.at for meter in reading.meters if meter.window is Window.FIVE_HOUR]
    start = datetime(2026, 9, 1, 10, 3, 20, tzinfo=UTC)
    assert at == [start + timedelta(seconds=seconds) for seconds in (0.5, 60.5, 120, 180)]
    assert [(row.value, row.uptime, row.model) for row in reading.counters if row.counter is Counter.COST] == [
        (1.5, 61.0, "claude-opus-5"),
        (1.75, 121.5, "claude-opus-5"),
        (1.5, 61.0, "other"),
    ]
    assert reading.tallies[0].skipped == {SkipReason.BAD_FIELD: 1, SkipReason.NEGATIVE_COUNT: 1}


def test_counters_without_a_session_are_not_read():
    """Counters of several sessions under one empty name would look like resets."""
    cost = {"total_cost_usd": 1}
    assert read_bytes("statusline", rows(status(cost=cost))).counters == ()
    assert len(read_bytes("statusline", rows(status(cost=cost, session_id="s"))).counters) == 1


def test_a_session_has_the_same_pseudonym_as_in_its_transcript():
    cost = {"total_cost_usd": 1}
    (row,) = read_bytes("statusline", rows(status(cost=cost, session_id="s"))).counters
    assert row.session == pseudonym("session", "s", KEY)


# Usage endpoint


def test_polls_of_2025_11():
    """Resets a second apart are one, null is a gap, a refused poll is told from an answer."""
    reading = sample("usage-endpoint/shape-2025-11.jsonl")
    assert used(reading) == [
        ("five-hour", 0.005),
        ("seven-day", 0.3),
        ("seven-day-opus", 0.0),
        ("five-hour", 0.01),
        ("seven-day", 0.3),
        ("seven-day", 0.31),
    ]
    resets = {meter.resets_at for meter in reading.meters if meter.window is Window.SEVEN_DAY}
    assert resets == {datetime(2025, 11, 24, 8, tzinfo=UTC)}
    (tally,) = reading.tallies
    assert tally.types == {"poll-error": 1, "usage": 4}
    assert (tally.used, tally.other, tally.skipped) == (3, 2, {SkipReason.NAIVE_TIME: 1})


def test_polls_of_2026_06_with_accounts_and_extra_usage():
    reading = sample("usage-endpoint/shape-2026-06.jsonl")
    assert Bag(meter.window for meter in reading.meters) == {
        Window.FIVE_HOUR: 2,
        Window.SEVEN_DAY: 2,
        Window.SEVEN_DAY_SONNET: 1,
        Window.EXTRA_USAGE: 1,
    }
    accounts = {pseudonym("account", name, KEY) for name in ("acme", "00000000-0000-4000-8000-0000000000c3")}
    assert {meter.account for meter in reading.meters} == accounts
    assert reading.tallies[0].types == {"poll-error": 1, "usage": 2}


def test_the_list_of_2026_07_fills_what_the_keys_leave_empty():
    """And no more: keys are exact where the list rounds. A model without a window of its own is left out."""
    assert used(sample("usage-endpoint/shape-2026-07.jsonl")) == [
        ("five-hour", 0.25),
        ("seven-day", 0.19),
        ("seven-day-sonnet", 0.11),
        ("five-hour", 0.256),
        ("seven-day", 0.192),
    ]


@pytest.mark.parametrize("value", [None, {}, {"utilization": None, "resets_at": None}])
def test_a_window_that_states_nothing_is_a_gap_not_zero(value):
    reading = read_bytes("usage-endpoint", rows(poll(five_hour=value)))
    assert (reading.meters, reading.tallies[0].other) == ((), 1)


@pytest.mark.parametrize("failed", [{"status": 429}, {"error": "x"}, {"response": {"error": {"type": "x"}}}])
def test_a_poll_that_failed_needs_no_time(failed):
    (tally,) = read_bytes("usage-endpoint", rows(failed)).tallies
    assert (tally.types, tally.other, tally.skipped) == ({"poll-error": 1}, 1, {})


@pytest.mark.parametrize("wrapper", ["usage", "data", "response", "body"])
def test_an_answer_may_be_wrapped(wrapper):
    line = {"ts": 1775210400, "status": 200, wrapper: {"seven_day": {"utilization": 4}}}
    assert used(read_bytes("usage-endpoint", rows(line))) == [("seven-day", 0.04)]


# Units and times


@pytest.mark.parametrize("percent", [0, 0.37, 1, 1.0, 37, 100, 250])
def test_the_source_decides_the_unit_never_the_size(percent):
    """0.37 and 1 are percent too."""
    by_status = read_bytes("statusline", rows(status(rate_limits={"five_hour": {"used_percentage": percent}})))
    by_poll = read_bytes("usage-endpoint", rows(poll(five_hour={"utilization": percent})))
    assert used(by_status) == used(by_poll) == [("five-hour", percent / 100)]


@pytest.mark.parametrize("field", ["timestamp", "captured_at", "ts", "time"])
@pytest.mark.parametrize(
    "value",
    [
        "2026-04-03T10:00:00Z",
        "2026-04-03T12:00:00+02:00",
        "2026-04-03T12:00:00+0200",
        "2026-04-03 10:00:00.000+00:00",
        1775210400,
        1775210400.0,
        1775210400000,
        "1775210400",
        "1775210400000",
    ],
)
def test_times_in_every_spelling(field, value):
    (meter,) = read_bytes("statusline", rows(status(timestamp=None) | {field: value})).meters
    assert meter.at == datetime(2026, 4, 3, 10, tzinfo=UTC)
    assert meter.at.tzinfo is UTC


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("2026-04-03T10:00:00", SkipReason.NAIVE_TIME),
        ("2026-04-03", SkipReason.NAIVE_TIME),
        (None, SkipReason.NO_TIME),
        ("yesterday", SkipReason.BAD_FIELD),
        ("", SkipReason.BAD_FIELD),
        ("0001-01-01T00:00:00+10:00", SkipReason.BAD_FIELD),
        (0, SkipReason.BAD_FIELD),
        (17752104000, SkipReason.BAD_FIELD),
        (-1775210400, SkipReason.BAD_FIELD),
        (1e300, SkipReason.BAD_FIELD),
        (True, SkipReason.BAD_FIELD),
        ([], SkipReason.BAD_FIELD),
    ],
)
def test_times_that_cannot_be_used(value, reason):
    for importer, row in (("statusline", status), ("usage-endpoint", poll)):
        assert read_bytes(importer, rows(row(timestamp=value))).tallies[0].skipped == {reason: 1}


@pytest.mark.parametrize(
    ("percent", "reason"),
    [(-1, SkipReason.NEGATIVE_COUNT), (10**9, SkipReason.BAD_FIELD), ("10", SkipReason.BAD_FIELD)],
)
def test_impossible_percentages_are_skipped(percent, reason):
    by_status = read_bytes("statusline", rows(status(rate_limits={"five_hour": {"used_percentage": percent}})))
    by_poll = read_bytes("usage-endpoint", rows(poll(five_hour={"utilization": percent})))
    assert by_status.tallies[0].skipped == by_poll.tallies[0].skipped == {reason: 1}


@given(st.integers(29_000_000, 30_000_000), st.integers(-29_000, 29_000))
def test_jitter_below_half_a_minute_makes_no_new_reset(minutes, milliseconds):
    reset = datetime.fromtimestamp(minutes * 60, UTC)
    assert to_minute(reset + timedelta(milliseconds=milliseconds)) == reset


def test_a_reset_at_the_end_of_the_calendar_is_no_crash():
    last = {"utilization": 1, "resets_at": "9999-12-31T23:59:59Z"}
    assert read_bytes("usage-endpoint", rows(poll(five_hour=last))).tallies[0].skipped == {SkipReason.BAD_FIELD: 1}


@pytest.mark.parametrize("seconds", [0, 1775228400000, -5])
def test_a_statusline_reset_that_cannot_be_is_left_out(seconds):
    limits = {"five_hour": {"used_percentage": 3, "resets_at": seconds}}
    (meter,) = read_bytes("statusline", rows(status(rate_limits=limits))).meters
    assert (meter.used, meter.resets_at) == (0.03, None)


# Both


def test_equal_readings_count_once_and_keep_the_known_reset():
    """Otherwise the first that was read, whatever the order of files."""
    reset = {"used_percentage": 10, "resets_at": 1775228400}
    with_reset = read_bytes("statusline", rows(status(), status(rate_limits={"five_hour": reset})))
    assert [(meter.source.line, meter.resets_at is None) for meter in with_reset.meters] == [(2, False)]
    other = read_bytes("statusline", rows(status()), rows(status(), status()))
    assert [(meter.source.file, meter.source.line) for meter in other.meters] == [(0, 1)]


def test_equal_counters_count_once():
    line = rows(status(session_id="s", cost={"total_cost_usd": 1}))
    later = rows(status(session_id="s", cost={"total_cost_usd": 1}, timestamp="2026-04-03T10:00:01Z"))
    reading = read_bytes("statusline", line + line + later, line)
    assert [(row.source.file, row.source.line) for row in reading.counters] == [(0, 1), (0, 3)]


def test_both_sources_speak_of_the_same_account(tmp_path):
    (tmp_path / "one.jsonl").write_bytes(rows(status()))
    (tmp_path / "two.jsonl").write_bytes(rows(poll()))
    reading = read(discover([tmp_path]).claimed, key=KEY)
    assert [tally.importer for tally in reading.tallies] == ["statusline", "usage-endpoint"]
    assert [(meter.account, meter.used) for meter in reading.meters] == [(OWNER, 0.1)]


def test_a_mixed_folder_gives_each_file_to_its_importer(tmp_path):
    wanted = {}
    for path in SAMPLES.rglob("*.jsonl"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
        wanted[path.name] = path.parent.name
    (tmp_path / "foreign.jsonl").write_bytes(
        b'{"timestamp":1775210400,"cost":{"total":1},"usage":{"input_tokens":3}}\n'
    )
    found = discover([tmp_path])
    assert {file.path.name: file.importer.id for file in found.claimed} == wanted
    assert [file.path.name for file in found.unclaimed] == ["foreign.jsonl"]


@pytest.mark.parametrize("path", sorted(SAMPLES.rglob("*.jsonl")), ids=lambda path: path.name)
def test_a_file_is_claimed_by_one_importer_only(path):
    """Whatever the order in which importers are asked."""
    head = path.read_bytes()
    assert [importer.id for importer in IMPORTERS if importer.sniff(path, head)] == [path.parent.name]


@pytest.mark.parametrize(
    "row",
    [
        {"rate_limits": {"primary": {"used_percent": 3}}},
        {"five_hour": {"used": 3}},
        {"limits": [{"kind": "cpu", "percent": 3}]},
        {"limits": []},
        {"usage": {"input_tokens": 3}, "model": "x"},
        {"error": "x", "status": 500},
        ["five_hour"],
    ],
)
def test_other_json_lines_are_left_alone(row):
    assert not statusline.sniff(Path("x"), rows(row))
    assert not usage_endpoint.sniff(Path("x"), rows(row))


def test_a_cut_or_damaged_line_does_not_hide_the_format():
    for module, row in ((statusline, status()), (usage_endpoint, poll())):
        assert module.sniff(Path("x"), b"\xef\xbb\xbf" + rows(row))
        assert module.sniff(Path("x"), b"\x00broken\n" + rows(row) + rows(row)[:20])


def test_marks_of_byte_order_and_lone_surrogates_are_recovered():
    line = b"\xef\xbb\xbf" + rows(status(name="x")).replace(b'"x"', b'"\\ud83d"')
    (tally,) = read_bytes("statusline", line).tallies
    assert (tally.recovered, tally.used, tally.skipped) == (1, 0, {})


def typed(tally: Tally) -> int:
    """Rows by their type; a window without a name here is counted beside the row that states it."""
    return sum(count for name, count in tally.types.items() if name != UNKNOWN_WINDOW)


@pytest.mark.parametrize("path", SNAPSHOTS, ids=lambda path: path.name)
def test_the_account_of_a_sample_balances(path):
    (tally,) = read(discover([path]).claimed, key=KEY).tallies
    assert tally.balances
    assert tally.bytes == path.stat().st_size
    assert typed(tally) == tally.used + tally.other + tally.recovered


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10**20) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
fields = st.sampled_from(
    ["timestamp", "ts", "five_hour", "limits", "extra_usage", "rate_limits", "cost", "context_window", "model", "data"]
)


@given(st.sampled_from(sorted(TAKES)), st.dictionaries(fields, json_values, max_size=4))
def test_any_object_is_accounted_for(importer, row):
    line = status(**row) if importer == "statusline" else poll(**row)
    (tally,) = read_bytes(importer, rows(line)).tallies
    assert tally.balances
    assert typed(tally) == tally.used + tally.other + tally.recovered
    assert SkipReason.NOT_OBJECT not in tally.skipped


@given(st.sampled_from(sorted(TAKES)), st.binary(max_size=300))
def test_any_bytes_are_accounted_for(importer, data):
    (tally,) = read_bytes(importer, data).tallies
    assert tally.balances
    assert tally.bytes == len(data)


@settings(max_examples=drawn(150))
@given(st.sampled_from(SNAPSHOTS), st.data())
def test_any_damage_is_accounted_for(path, data):
    whole = path.read_bytes()
    at = data.draw(st.integers(0, len(whole)))
    patch = data.draw(st.binary(max_size=6) | st.sampled_from([b"\x00", b"\xef\xbb\xbf", b"\r\n", "\u2028".encode()]))
    damaged = whole[:at] + patch + whole[at + data.draw(st.integers(0, 40)) :]
    reading = read_bytes(path.parent.name, damaged)
    assert reading.tallies[0].balances
    assert msgspec.json.decode(msgspec.json.encode(reading), type=LogData) == reading


def test_no_text_of_a_snapshot_reaches_a_record():
    reading = read(discover([SAMPLES / "statusline", SAMPLES / "usage-endpoint"]).claimed, key=KEY)
    out = msgspec.json.encode(reading).decode().lower()
    assert not [word for word in ("invented", "secret", "acme", "00000000-0000", "folder") if word in out]


def test_every_importer_says_how_its_log_is_come_by():
    assert all(importer.how.strip() == importer.how and importer.how.endswith((".", "jsonl")) for importer in IMPORTERS)
