"""Importers of captured API traffic, on invented samples: what each gives, what it leaves, and the account of rows."""

from __future__ import annotations

import base64
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shares import drawn

from generator.detectors.shared.needs import NEEDS
from generator.importers import IMPORTERS, discover, read
from generator.importers.captures import headers
from generator.importers.captures.http_exchange import Kind, kind, unanswered
from generator.importers.fold import Extract, fold
from generator.importers.reading import assembled
from generator.ledger.subjects import subjects
from generator.records.pseudonyms import pseudonym
from generator.records.rows import (
    Entrypoint,
    LogData,
    MarkKind,
    Request,
    ServiceTier,
    SkipReason,
    Speed,
    StopReason,
    Surface,
    Window,
)

SAMPLES = Path(__file__).parent / "samples"
CAPTURES = ("har", "claude-trace", "sse-capture", "proxy-ndjson", "api-responses", "rate-limit-headers", "meter-log")
FILES = [path for name in CAPTURES for path in sorted((SAMPLES / name).iterdir()) if path.name != "README.md"]
KEY = b"key of a test"
BY_ID = {importer.id: importer for importer in IMPORTERS}
DEFAULT = pseudonym("account", "default", KEY)
ORGANISATION = pseudonym("account", "00000000-0000-4000-8000-0000000000a1", KEY)
SESSION = pseudonym("session", "00000000-0000-4000-8000-000000000001", KEY)
DATE = datetime(2026, 3, 3, tzinfo=UTC)


def sample(name: str) -> LogData:
    return read(discover([SAMPLES / name]).claimed, key=KEY)


def given_by(importer: str, data: bytes, index: int = 0) -> Extract:
    return BY_ID[importer].read(io.BytesIO(data), Path("log"), index, KEY)


def from_bytes(importer: str, *files: bytes) -> LogData:
    extracts = fold(given_by(importer, data, index) for index, data in enumerate(files))
    return assembled(extracts, [BY_ID[importer]] * len(files), KEY)


def rows(*objects: object) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in objects)


def counts(request: Request) -> tuple[int, int, int, int]:
    return (request.input_tokens, request.cache_write_tokens, request.cache_read_tokens, request.output_tokens)


def used(reading: LogData) -> list[tuple[str, float]]:
    return [(meter.window.value, meter.used) for meter in reading.meters]


def message(**fields: object) -> dict[str, object]:
    usage = {"input_tokens": 5, "output_tokens": 7}
    return {"id": "msg_01SampleX", "type": "message", "model": "claude-opus-4-6", "usage": usage, **fields}


def har(*entries: object) -> bytes:
    return json.dumps({"log": {"version": "1.2", "creator": {}, "entries": entries}}).encode()


def entry(**fields: object) -> dict[str, object]:
    return {
        "startedDateTime": "2026-03-03T10:00:00Z",
        "time": 1000,
        "request": {"method": "POST", "url": "https://api.anthropic.com/v1/messages", "headers": []},
        "response": {"status": 200, "headers": [], "content": {"text": json.dumps(message())}},
        **fields,
    }


# HAR


def test_a_recording_of_a_browser():
    """Three calls of fourteen entries; two attempts that were refused are marks."""
    reading = sample("har/browser-1.2.har")
    assert [counts(call) for call in reading.requests] == [(4, 900, 12000, 40), (6, 100, 12900, 55), (10, 500, 0, 70)]
    assert [(mark.kind, mark.value) for mark in reading.marks] == [
        (MarkKind.API_ERROR, 529),
        (MarkKind.LIMIT_REFUSAL, 429),
    ]
    (tally,) = reading.tallies
    assert (tally.read, tally.used, tally.other, tally.skipped) == (14, 7, 7, {})
    assert tally.types == {
        "api-error": 2, "cached": 2, "completion": 1, "messages": 3, "other": 2, "preflight": 1, "redirect": 1,
        "usage": 2,
    }  # fmt: skip


def test_a_call_of_a_recording_carries_what_request_and_headers_say():
    first, _, third = sample("har/browser-1.2.har").requests
    assert first.id == pseudonym("message", "msg_01SampleA", KEY)
    assert (first.session, first.agent) == (SESSION, "")
    assert (first.started, first.ended) == (DATE.replace(hour=10), DATE.replace(hour=10, second=2, microsecond=500_000))
    assert (first.version, first.entrypoint, first.surface) == ("2.1.90", Entrypoint.CLI, Surface.CLAUDE_CODE)
    assert (first.stop_reason, first.output_reliable, first.first_output_tokens) == (StopReason.TOOL_USE, True, 1)
    assert (third.requested_model, third.model) == ("claude-opus-4-6", "claude-sonnet-4-6")
    assert third.agent == pseudonym("agent", "agent-sample-1", KEY)
    assert third.cache_write_5m_tokens == 500


def test_a_recording_of_a_proxy_with_damage():
    """The overlapping entry is one call in both files; every damaged entry has its reason."""
    reading = sample("har/proxy-1.2.har")
    assert [counts(call) for call in reading.requests] == [(4, 900, 12000, 40), (20, 0, 0, 90)]
    assert (reading.requests[1].surface, reading.requests[1].ended) == (Surface.API, DATE.replace(hour=11))
    (tally,) = reading.tallies
    assert tally.skipped == {SkipReason.BAD_FIELD: 3, SkipReason.NAIVE_TIME: 1}
    assert tally.types == {"api-error": 1, "messages": 2, "no-usage": 1, "poll-error": 1, "unanswered": 1}
    assert len(sample("har").requests) == 4


def test_meters_of_a_recording_name_the_organisation_where_it_is_stated():
    reading = sample("har/browser-1.2.har")
    at = {(meter.at.minute, meter.window): (meter.used, meter.account) for meter in reading.meters}
    assert at[0, Window.FIVE_HOUR] == (0.12, ORGANISATION)
    assert at[3, Window.FIVE_HOUR] == (1.01, ORGANISATION)  # unnamed, beside the only one that is named
    assert at[4, Window.SEVEN_DAY] == (0.41, ORGANISATION)
    assert at[5, Window.FIVE_HOUR] == (0.02, ORGANISATION)


@pytest.mark.parametrize(
    ("method", "url", "about"),
    [
        ("POST", "https://api.anthropic.com/v1/messages?beta=true", Kind.MESSAGES),
        ("post", "https://API.ANTHROPIC.COM/v1/messages/", Kind.MESSAGES),
        ("GET", "https://api.anthropic.com/v1/messages", Kind.OTHER),
        ("POST", "https://api.anthropic.com/v1/messages/batches", Kind.OTHER),
        ("POST", "https://api.anthropic.com.example/v1/messages", Kind.OTHER),
        ("POST", "https://notanthropic.com/v1/messages", Kind.OTHER),
        ("GET", "https://claude.ai/api/organizations/00000000-0000-4000-8000-0000000000a1/usage", Kind.USAGE),
        ("GET", "https://claude.ai/api/organizations/x/usage", Kind.OTHER),
        ("POST", "https://claude.ai/api/organizations/x/chat_conversations/y/completion", Kind.COMPLETION),
        ("POST", "https://[broken", Kind.OTHER),
        ("", "", Kind.OTHER),
    ],
)
def test_what_an_address_is_about(method, url, about):
    assert kind(method, url) is about


@pytest.mark.parametrize(
    ("method", "status", "cached", "why"),
    [
        ("OPTIONS", 200, False, "preflight"),
        ("POST", 304, False, "cached"),
        ("POST", 200, True, "cached"),
        ("POST", 302, False, "redirect"),
        ("POST", 0, False, "unanswered"),
        ("POST", 200, False, ""),
        ("POST", 529, False, ""),
    ],
)
def test_what_cannot_be_a_call_by_its_outside(method, status, cached, why):
    assert unanswered(method, status, cached=cached) == why


def test_a_body_in_base64_is_the_same_body():
    content = {"text": base64.b64encode(json.dumps(message()).encode()).decode(), "encoding": "base64"}
    plain = from_bytes("har", har(entry()))
    encoded = from_bytes("har", har(entry(response={"status": 200, "headers": [], "content": content})))
    assert plain.requests == encoded.requests
    assert len(plain.requests) == 1


def test_values_of_other_headers_are_not_decoded():
    """A value that no decoder takes does no harm: it is never looked at."""
    hostile = [{"name": "Cookie", "value": {"deep": [1]}}, {"name": "Authorization", "value": 7}]
    request = {"method": "POST", "url": "https://api.anthropic.com/v1/messages", "headers": hostile}
    assert len(from_bytes("har", har(entry(request=request))).requests) == 1
    pairs = [("Cookie", msgspec.Raw(b'"x"')), ("Request-Id", msgspec.Raw(b'"y"')), ("date", msgspec.Raw(b"null"))]
    assert headers.wanted(pairs) == {"request-id": "y"}


# claude-trace


def test_a_log_of_claude_trace():
    reading = sample("claude-trace/log-2026-03-03-10-00-00.jsonl")
    assert [counts(call) for call in reading.requests] == [
        (4, 900, 12000, 40),
        (6, 100, 12900, 55),
        (10, 500, 0, 70),
        (3, 40, 500, 30),
    ]
    assert {call.session for call in reading.requests} == {SESSION}
    (tally,) = reading.tallies
    assert tally.types == {"api-error": 1, "messages": 4, "other": 2, "unanswered": 1}
    assert (tally.blank, tally.skipped) == (1, {SkipReason.NOT_JSON: 1})


def test_an_answer_ends_when_its_body_was_logged_and_not_with_its_headers():
    first = sample("claude-trace/log-2026-03-03-10-00-00.jsonl").requests[0]
    assert first.started == DATE.replace(hour=10, microsecond=250_000)
    assert first.ended == DATE.replace(hour=10, second=2, microsecond=500_000)


def test_an_answer_that_was_cut_off_is_a_call_with_an_output_that_is_not_reliable():
    served, cut = sample("claude-trace/log-2026-03-03-11-00-00.jsonl").requests
    assert (served.requested_model, served.model, served.output_reliable) == (
        "claude-opus-4-6",
        "claude-sonnet-4-6",
        True,
    )
    assert (cut.output_tokens, cut.output_reliable, cut.stop_reason) == (1, False, None)


def test_the_last_line_of_a_log_that_is_still_written_is_pending():
    (tally,) = sample("claude-trace/log-2026-03-03-11-00-00.jsonl").tallies
    assert (tally.pending, tally.skipped) == (1, {SkipReason.NEGATIVE_COUNT: 1})


def test_a_first_line_longer_than_the_head_does_not_hide_claude_trace():
    head = (SAMPLES / "claude-trace/log-2026-03-03-10-00-00.jsonl").read_bytes()[:400]
    assert BY_ID["claude-trace"].sniff(Path("x"), head)


# Event streams


def test_streams_with_heads():
    """One row an answer; 100 Continue belongs to the answer after it; a refusal without a body is a mark."""
    reading = sample("sse-capture/curl-headers.txt")
    assert [counts(call) for call in reading.requests] == [(4, 900, 12000, 40), (6, 100, 12900, 55), (3, 40, 500, 1)]
    assert [call.output_reliable for call in reading.requests] == [True, True, False]
    assert [mark.value for mark in reading.marks] == [529, 429]
    (tally,) = reading.tallies
    assert (tally.read, tally.used, tally.skipped) == (6, 5, {SkipReason.NO_TIME: 1})
    assert used(reading) == [("five-hour", 0.12), ("seven-day", 0.4)]


def test_streams_without_heads_have_no_time():
    reading = sample("sse-capture/events-only.txt")
    assert (reading.requests, reading.tallies[0].read) == ((), 2)
    assert reading.tallies[0].skipped == {SkipReason.NO_TIME: 2}


def test_text_of_an_answer_that_looks_like_an_event_is_none():
    """In the stream the quotes of a text are escaped; the text of the sample holds such a line."""
    text = (SAMPLES / "sse-capture/curl-headers.txt").read_bytes()
    assert rb"\"message_delta\"" in text
    assert 7 not in {call.output_tokens for call in from_bytes("sse-capture", text).requests}


@pytest.mark.parametrize(
    ("before", "read_"), [(b"", 1), (b"\n\n", 1), (b"  % Total    % Received\n", 2), (b"\xef\xbb\xbf", 1)]
)
def test_what_a_tool_printed_before_the_head_is_a_row_of_its_own(before, read_):
    head = b"HTTP/2 200\r\ndate: Tue, 03 Mar 2026 10:00:00 GMT\r\n\r\n"
    (tally,) = from_bytes("sse-capture", before + head + json.dumps(message()).encode()).tallies
    assert (tally.read, tally.used, tally.balances) == (read_, 1, True)


def test_what_a_tool_printed_between_head_and_events_is_passed_over():
    whole = (SAMPLES / "sse-capture/curl-headers.txt").read_bytes()
    noisy = whole.replace(b"\r\n\r\nevent: message_start", b"\r\n\r\n100 4096 --:--\nevent: message_start", 1)
    assert noisy != whole
    assert from_bytes("sse-capture", noisy).requests == from_bytes("sse-capture", whole).requests


def test_an_answer_that_is_too_long_is_skipped_and_the_next_one_read(monkeypatch):
    module = __import__("generator.importers.captures.sse_capture", fromlist=["x"])
    monkeypatch.setattr(module, "LONGEST_LINE", 2000)
    monkeypatch.setattr(module, "SWALLOW_BYTES", 100)
    whole = (SAMPLES / "sse-capture/curl-headers.txt").read_bytes()
    long = b"HTTP/2 200\r\ndate: Tue, 03 Mar 2026 09:00:00 GMT\r\n\r\ndata: " + b"x" * 5000 + b"\n"
    (tally,) = from_bytes("sse-capture", long + whole).tallies
    assert (tally.read, tally.used) == (7, 5)
    assert tally.skipped == {SkipReason.TOO_LONG: 1, SkipReason.NO_TIME: 1}
    assert tally.bytes == len(long + whole)


# Proxy, responses, headers, meter rows


def test_a_log_of_the_proxy_without_ids():
    reading = sample("proxy-ndjson/proxy-2026-03-03.ndjson")
    assert [counts(call) for call in reading.requests] == [(4, 900, 12000, 40), (6, 100, 12900, 55)]
    assert {call.requested_model for call in reading.requests} == {None}
    (tally,) = reading.tallies
    assert tally.types == {"api-error": 2, "local-refusal": 1, "messages": 2, "other": 1}
    assert tally.skipped == {SkipReason.NEGATIVE_COUNT: 1, SkipReason.NOT_JSON: 1}


def test_a_newer_log_of_the_proxy():
    """The model that answered is known beside the one that was asked for; without a stop reason the output is not."""
    first, second, third = sample("proxy-ndjson/proxy-2026-03-04.ndjson").requests
    assert (first.requested_model, first.model) == ("claude-opus-4-6", "claude-sonnet-4-6")
    assert (first.cache_write_1h_tokens, first.output_reliable, second.output_reliable) == (900, True, False)
    assert (third.started, third.requested_model) == (None, None)


def test_answers_that_a_program_logged():
    reading = sample("api-responses/log.jsonl")
    assert [counts(call) for call in reading.requests] == [
        (4, 900, 12000, 40),
        (6, 100, 12900, 55),
        (7, 0, 13000, 60),
        (1, 2, 3, 4),
    ]
    (tally,) = reading.tallies
    assert tally.types == {"api-error": 1, "messages": 5, "unknown": 1}
    assert tally.skipped == {
        SkipReason.BAD_FIELD: 1,
        SkipReason.NAIVE_TIME: 1,
        SkipReason.NO_TIME: 1,
        SkipReason.NOT_JSON: 1,
    }
    assert used(reading) == [("five-hour", 0.12), ("seven-day", 0.4)]


def test_the_same_as_one_document():
    later, first = sample("api-responses/array.json").requests[::-1]
    assert (later.input_tokens, first.input_tokens) == (10, 11)
    assert (first.speed, first.region, first.ended.hour) == (Speed.FAST, "us", 9)


def test_results_of_a_batch():
    reading = sample("api-responses/batch-results.jsonl")
    assert [(counts(call), call.service_tier) for call in reading.requests] == [((100, 0, 0, 50), ServiceTier.BATCH)]
    (tally,) = reading.tallies
    assert (tally.types, tally.skipped) == ({"batch-not-billed": 2, "batch-result": 1}, {SkipReason.NO_TIME: 1})


@pytest.mark.parametrize(
    "row",
    [
        {"timestamp": 1, "sessionId": "s", "type": "assistant", "message": message()},
        {"timestamp": 1, "uuid": "u", "session_id": "s", "message": message()},
        {"timestamp": 1, "call_type": "anthropic_messages", "response": message()},
        {"timestamp": 1, "request": {"url": "https://api.anthropic.com/v1/messages"}, "response": {"body": message()}},
        {"timestamp": 1, "usage": {"input_tokens": 3, "output_tokens": 4}},
        {"timestamp": 1, "response": {"id": "msg_1", "usage": {"prompt_tokens": 3}}},
    ],
)
def test_rows_of_other_tools_are_not_taken_for_logged_answers(row):
    assert not BY_ID["api-responses"].sniff(Path("x"), rows(row))


def test_a_first_row_longer_than_the_head_does_not_hide_logged_answers():
    row = {"timestamp": "2026-03-03T10:00:00Z", "response": message(content=["x" * 70_000])}
    sniff = BY_ID["api-responses"].sniff
    assert sniff(Path("x"), rows(row)[:65536])
    assert not sniff(Path("x"), rows({"sessionId": "s"} | row)[:65536])
    assert not sniff(Path("x.response.json"), rows(row)[:65536])


def test_saved_headers():
    reading = sample("rate-limit-headers/nested.jsonl")
    assert used(reading) == [
        ("five-hour", 0.01),
        ("seven-day", 1.0),
        ("five-hour", 0.02),
        ("seven-day", 1.0),
        ("five-hour", 1.02),
        ("seven-day", 1.01),
    ]
    assert [mark.kind for mark in reading.marks] == [MarkKind.LIMIT_REFUSAL]
    (tally,) = reading.tallies
    assert tally.types == {"api-limits": 1, "headers": 3, "unknown": 1}
    assert tally.skipped == {SkipReason.NO_TIME: 1, SkipReason.NOT_OBJECT: 1, SkipReason.BAD_FIELD: 1}
    assert {meter.account for meter in sample("rate-limit-headers/flat.jsonl").meters} == {ORGANISATION}


def test_rows_of_the_meter_without_ids():
    reading = sample("meter-log/usage-without-ids.jsonl")
    assert [counts(call) for call in reading.requests] == [
        (4, 900, 12000, 40),
        (6, 100, 12900, 55),
        (6, 100, 13000, 56),
    ]
    assert used(reading) == [("five-hour", 0.12), ("seven-day", 0.4), ("five-hour", 1.0), ("seven-day", 0.41)]


def test_rows_of_the_meter_with_ids():
    """Two rows of one moment and one count are two calls, since their request ids differ."""
    reading = sample("meter-log/usage-with-ids.jsonl")
    assert [call.id for call in reading.requests] == [
        pseudonym("request", name, KEY) for name in ("req_01SampleP", "req_01SampleQ")
    ]
    assert {meter.account for meter in reading.meters} == {pseudonym("account", "sampleorg", KEY)}
    assert reading.tallies[0].skipped == {SkipReason.NEGATIVE_COUNT: 1}


# All


@pytest.mark.parametrize("text", ["0.5", "0.3333333333333333"])
def test_utilization_of_any_length_is_read(text):
    reading = from_bytes(
        "rate-limit-headers", rows({"ts": 1772532000, "anthropic-ratelimit-unified-5h-utilization": text})
    )
    assert used(reading) == [("five-hour", float(text))]


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_account_of_a_sample_balances_and_one_importer_claims_it(path):
    head = path.read_bytes()
    assert [importer.id for importer in IMPORTERS if importer.sniff(path, head)] == [path.parent.name]
    (tally,) = read(discover([path]).claimed, key=KEY).tallies
    assert tally.balances
    assert tally.bytes == path.stat().st_size
    assert sum(tally.types.values()) == tally.used + tally.other + tally.recovered
    assert sum(byte in head for byte in BY_ID[path.parent.name].spelling) >= 2 or path.name == "flat.jsonl"


@pytest.mark.parametrize("name", CAPTURES)
def test_a_format_gives_what_it_says(name):
    assert BY_ID[name].gives == {need.id for need in NEEDS.values() if need.met(subjects(sample(name)))}


@pytest.mark.parametrize("name", CAPTURES)
def test_no_text_of_a_sample_leaves(name):
    paths = [path for path in FILES if path.parent.name == name]
    out = b"".join(msgspec.json.encode(given_by(name, path.read_bytes())) for path in paths).lower()
    given_ = b"".join(path.read_bytes() for path in paths).lower()
    words = (b"canary-words", b"redacted", b"msg_01", b"req_01", b"00000000-0000", b"sampleorg", b"0000abcd")
    assert any(word in given_ for word in words)
    assert not [word for word in words if word in out]


@given(st.sampled_from(CAPTURES), st.binary(max_size=300))
def test_any_bytes_are_accounted_for(name, data):
    (tally,) = from_bytes(name, data).tallies
    assert tally.balances
    assert tally.bytes == len(data)


@settings(max_examples=drawn(200))
@given(st.sampled_from(FILES), st.data())
def test_any_damage_is_accounted_for(path, data):
    whole = path.read_bytes()
    at = data.draw(st.integers(0, len(whole)))
    patch = data.draw(
        st.binary(max_size=6)
        | st.sampled_from([b"\x00", b"\xef\xbb\xbf", b"\r\n", b"\\ud83d", b"null", b"-1", b"1e999"])
    )
    reading = from_bytes(path.parent.name, whole[:at] + patch + whole[at + data.draw(st.integers(0, 40)) :])
    assert reading.tallies[0].balances
    assert msgspec.json.decode(msgspec.json.encode(reading), type=LogData) == reading


values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10**20) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=drawn(200))
@given(st.sampled_from([path for path in FILES if path.suffix in {".jsonl", ".ndjson"}]), st.data())
def test_any_value_under_any_key_is_accounted_for(path, data):
    """Each key of a good row in turn holds something else."""
    row = msgspec.json.decode(path.read_bytes().splitlines()[0])
    inside = data.draw(st.sampled_from([one for one in (row, *row.values()) if isinstance(one, dict) and one]))
    inside[data.draw(st.sampled_from(sorted(inside)))] = data.draw(values)
    (tally,) = from_bytes(path.parent.name, rows(row)).tallies
    assert tally.balances
