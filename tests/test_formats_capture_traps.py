"""Traps of captured traffic: the total that a naive reader gets from a sample beside the right one."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from generator.importers import discover, read, read_bytes
from generator.records.rows import LogData, MarkKind, MatchKey, ServiceTier, Window

SAMPLES = Path(__file__).parent / "samples"
KEY = b"key of a test"
SESSION = "00000000-0000-4000-8000-000000000001"


def sample(name: str) -> LogData:
    return read(discover([SAMPLES / name]).claimed, key=KEY)


def text(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def lines(name: str) -> list[dict[str, Any]]:
    found = []
    for line in text(name).splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


def entries(name: str = "har/browser-1.2.har") -> list[dict[str, Any]]:
    return json.loads(text(name))["log"]["entries"]


def events(data: bytes) -> list[dict[str, Any]]:
    return [json.loads(line[5:]) for line in data.splitlines() if line.startswith(b"data:")]


def transcript(*calls: tuple[str, str, str, dict[str, int]], copies: int = 2) -> bytes:
    """Lines of Claude Code for calls given as (time, message id, request id, usage), `copies` lines a call."""
    rows = [
        {
            "type": "assistant",
            "uuid": f"{message}-{copy}",
            "sessionId": SESSION,
            "timestamp": f"2026-03-03T{time}Z",
            "version": "2.1.104",
            "requestId": request,
            "message": {"id": message, "model": "claude-opus-4-6", "stop_reason": "end_turn", "usage": usage},
        }
        for time, message, request, usage in calls
        for copy in range(copies)
    ]
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


USAGE_A = {
    "input_tokens": 4,
    "cache_creation_input_tokens": 900,
    "cache_read_input_tokens": 12000,
    "output_tokens": 40,
}
CALL_A = ("10:00:02.700", "msg_01SampleA", "req_01SampleA", USAGE_A)


def test_trap_deltas_of_a_stream_are_totals_and_are_not_added():
    """The sum over all events is too large, in output and in everything that a delta repeats."""
    first = text("sse-capture/curl-headers.txt").split(b"HTTP/2 529")[0]
    told = [one.get("message", one) for one in events(first)]
    usages = [one["usage"] for one in told if "usage" in one]
    naive = [sum(usage.get(name, 0) for usage in usages) for name in ("output_tokens", "cache_read_input_tokens")]
    call = sample("sse-capture/curl-headers.txt").requests[0]
    assert naive == [66, 24_000]
    assert [call.output_tokens, call.cache_read_tokens] == [40, 12_000]


def test_trap_the_first_event_holds_a_placeholder_of_the_output():
    """A reader that stops at message_start gets 1 and 2 tokens of answers of 40 and 55."""
    started = [
        one["message"]["usage"]["output_tokens"]
        for one in events(text("sse-capture/curl-headers.txt"))
        if "message" in one
    ]
    reading = sample("sse-capture/curl-headers.txt")
    assert started[:2] == [1, 2]
    assert [call.output_tokens for call in reading.requests[:2]] == [40, 55]
    assert [call.first_output_tokens for call in reading.requests[:2]] == [1, 2]


def test_trap_preflights_redirects_and_other_hosts_are_no_calls():
    naive = [one for one in entries() if "/v1/messages" in one["request"]["url"]]
    assert len(naive) == 9
    assert len(sample("har/browser-1.2.har").requests) == 3


def test_trap_an_answer_out_of_the_cache_is_no_second_reading():
    naive = [one for one in entries() if one["request"]["url"].endswith("/oauth/usage")]
    asked = [meter for meter in sample("har/browser-1.2.har").meters if meter.at.minute == 5]
    assert (len(naive), len(asked)) == (3, 1)


def test_trap_a_refused_attempt_and_its_repetition_are_one_call():
    """The SDK asks again under another request id; the refused attempt was not billed."""
    posted = [
        one
        for one in entries()
        if one["request"]["method"] == "POST" and one["startedDateTime"].startswith("2026-03-03T10:01")
    ]
    ids = {header["value"] for one in posted for header in one["response"]["headers"] if header["name"] == "request-id"}
    reading = sample("har/browser-1.2.har")
    assert (len(posted), len(ids)) == (2, 2)
    assert len([call for call in reading.requests if call.ended.minute == 1]) == 1
    assert [mark.value for mark in reading.marks if mark.at.minute == 1] == [529]


def test_trap_recordings_that_overlap_hold_a_call_twice():
    naive = sum(len(sample(f"har/{name}").requests) for name in ("browser-1.2.har", "proxy-1.2.har"))
    reading = sample("har")
    assert (naive, len(reading.requests)) == (5, 4)


def test_trap_marks_of_overlapping_recordings_count_once():
    twice = read_bytes({"a.har": text("har/browser-1.2.har"), "b.har": text("har/browser-1.2.har")}, key=KEY)
    assert 2 * len(sample("har/browser-1.2.har").marks) == 4
    assert len(twice.marks) == 2


def test_trap_one_percent_is_not_all_of_it():
    """The endpoint says 1.0 for one percent; who decides by size takes it for the whole window."""
    stated = json.loads(
        next(one for one in entries() if "claude.ai" in one["request"]["url"])["response"]["content"]["text"]
    )["five_hour"]["utilization"]
    by_size = stated if stated <= 1 else stated / 100
    reading = sample("har/browser-1.2.har")
    (meter,) = [one for one in reading.meters if one.at.minute == 4 and one.window is Window.FIVE_HOUR]
    assert (by_size, meter.used) == (1.0, 0.01)


def test_trap_one_in_a_header_is_all_of_it():
    """A header says 1 for the whole window; who takes it for percent gets a hundredth."""
    stated = float(lines("rate-limit-headers/nested.jsonl")[0]["headers"]["anthropic-ratelimit-unified-7d-utilization"])
    (meter,) = [
        one
        for one in sample("rate-limit-headers/nested.jsonl").meters
        if one.at.minute == 0 and one.window is Window.SEVEN_DAY
    ]
    assert (stated / 100, meter.used) == (0.01, 1.0)
    row = lines("meter-log/usage-without-ids.jsonl")[1]
    assert (row["q5h"] / 100, sample("meter-log/usage-without-ids.jsonl").meters[2].used) == (0.01, 1.0)


def test_trap_a_row_without_meters_is_a_gap_and_no_zero():
    rows = [row["q5h"] for row in lines("meter-log/usage-without-ids.jsonl") if "input_tokens" in row]
    reading = sample("meter-log/usage-without-ids.jsonl")
    assert rows == [0.12, 1, 0]  # a fall to 0 would look like a reset
    assert [one.used for one in reading.meters if one.window is Window.FIVE_HOUR] == [0.12, 1.0]


def test_trap_resets_of_header_and_endpoint_are_one_reset():
    """The endpoint's time moves by parts of a second at every poll, the header's does not."""
    stated = set(re.findall(rb"2026-03-03T15:00:00[.0-9]*Z|1772550000", text("har/browser-1.2.har")))
    resets = {one.resets_at for one in sample("har/browser-1.2.har").meters if one.window is Window.FIVE_HOUR}
    assert len(stated) == 2
    assert resets == {datetime(2026, 3, 3, 15, tzinfo=UTC), None}


def test_trap_one_call_in_four_captures_and_a_transcript_counts_once():
    """Found by the message id, whatever the request id or the clock says; the client's thread owns it."""
    files = {
        "session.jsonl": transcript(CALL_A),
        "a.har": text("har/browser-1.2.har"),
        "log-1.jsonl": text("claude-trace/log-2026-03-03-10-00-00.jsonl"),
        "curl.txt": text("sse-capture/curl-headers.txt"),
        "own.jsonl": text("api-responses/log.jsonl"),
    }
    apart = [read_bytes({name: data}, key=KEY) for name, data in files.items()]
    naive = sum(call.cache_read_tokens for one in apart for call in one.requests if call.cache_read_tokens == 12_000)
    reading = read_bytes(files, key=KEY)
    calls = [call for call in reading.requests if call.cache_read_tokens == 12_000]
    assert naive == 60_000
    assert [call.cache_read_tokens for call in calls] == [12_000]
    assert (calls[0].version, calls[0].requested_model) == ("2.1.104", "claude-opus-4-6")
    matched = {account.importer: account.matched.get(MatchKey.MESSAGE_ID, 0) for account in reading.formats}
    assert matched["har"] + matched["claude-trace"] + matched["sse-capture"] + matched["api-responses"] >= 4


def test_trap_a_row_with_a_request_id_is_the_call_of_the_transcript():
    call = ("10:00:02.700", "msg_01SampleP", "req_01SampleP", USAGE_A)
    data = transcript(call).replace(b"2026-03-03", b"2026-06-13")
    rows = text("meter-log/usage-with-ids.jsonl").splitlines(keepends=True)[0]
    reading = read_bytes({"session.jsonl": data, "usage.jsonl": rows}, key=KEY)
    naive = len(read_bytes({"a": data}, key=KEY).requests) + len(read_bytes({"a": rows}, key=KEY).requests)
    assert (naive, len(reading.requests)) == (2, 1)
    assert reading.requests[0].cache_write_5m_tokens == 900  # the row has the split that the transcript lacks


def test_trap_lines_of_a_transcript_beside_a_proxy_are_a_recording_effect():
    """Two lines an answer beside one row of the proxy: twice the cache reads, and nothing was billed twice."""
    second = ("10:01:02.600", "msg_01SampleC", "req_01SampleC", USAGE_A | {"input_tokens": 6, "cache_read_input_tokens": 12_900, "cache_creation_input_tokens": 100, "output_tokens": 55})  # fmt: skip
    data = transcript(CALL_A, second)
    naive = sum(json.loads(line)["message"]["usage"]["cache_read_input_tokens"] for line in data.splitlines())
    reading = read_bytes({"session.jsonl": data, "proxy.ndjson": text("proxy-ndjson/proxy-2026-03-03.ndjson")}, key=KEY)
    proxied = sample("proxy-ndjson/proxy-2026-03-03.ndjson").requests
    assert naive == 49_800
    assert sum(call.cache_read_tokens for call in reading.requests) == 24_900
    assert sum(call.cache_read_tokens for call in proxied) == 24_900
    assert {one.importer: one.matched for one in reading.formats}["proxy-ndjson"] == {MatchKey.COUNTS_AND_TIME: 2}


def test_trap_meters_of_headers_and_of_the_endpoint_are_one_meter():
    """0.12 in a header and 12.0 in a poll are one height; taken as they stand, the meter falls by 98 of 100 parts."""
    header = b'{"timestamp":"2026-03-03T10:00:10Z","headers":{"anthropic-ratelimit-unified-5h-utilization":"0.12"}}\n'
    poll = b'{"timestamp":"2026-03-03T10:05:20Z","five_hour":{"utilization":12.0,"resets_at":null}}\n'
    naive = [0.12, 12.0]
    reading = read_bytes({"a.jsonl": header, "b.jsonl": poll}, key=KEY)
    assert max(naive) - min(naive) > 11
    assert [one.used for one in reading.meters] == [0.12, 0.12]
    assert len({(one.account, one.window) for one in reading.meters}) == 1


def test_trap_calls_of_a_sub_agent_stand_in_a_thread_of_their_own():
    """In one thread the step from 12,900 cached tokens to none would look like a lost cache."""
    calls = sample("claude-trace/log-2026-03-03-10-00-00.jsonl").requests
    naive = [call.cache_read_tokens for call in calls]
    threads = {call.thread for call in calls}
    assert naive == [12_000, 12_900, 0, 500]
    assert [[call.cache_read_tokens for call in calls if call.thread == one] for one in sorted(threads, key=lambda one: one[1])] == [[12_000, 12_900], [0, 500]]  # fmt: skip


def test_trap_a_refusal_without_the_mark_of_the_service_was_made_on_the_way():
    refused = [row for row in lines("proxy-ndjson/proxy-2026-03-03.ndjson") if row["upstream_status"] == 429]
    marks = [
        mark for mark in sample("proxy-ndjson/proxy-2026-03-03.ndjson").marks if mark.kind is MarkKind.LIMIT_REFUSAL
    ]
    assert (len(refused), len(marks)) == (2, 1)


def test_trap_counting_tokens_is_no_call():
    naive = sum(
        row["response"]["body"].get("input_tokens", 0)
        for row in lines("claude-trace/log-2026-03-03-10-00-00.jsonl")
        if row["response"] and isinstance(row["response"].get("body"), dict)
    )
    called = sum(call.input_tokens for call in sample("claude-trace/log-2026-03-03-10-00-00.jsonl").requests)
    assert (naive, called) == (900, 23)


def test_trap_results_of_a_batch_cost_half_and_only_where_they_succeeded():
    rows = lines("api-responses/batch-results.jsonl")
    reading = sample("api-responses/batch-results.jsonl")
    fields = [row["result"]["message"]["usage"]["service_tier"] for row in rows if "message" in row["result"]]
    assert (len(rows), fields) == (4, ["standard", "standard"])
    assert [call.service_tier for call in reading.requests] == [ServiceTier.BATCH]


def test_trap_a_row_that_was_logged_twice_is_one_call():
    rows = [row for row in lines("api-responses/log.jsonl") if row.get("timestamp") == "2026-03-03T10:00:02.500Z"]
    naive = sum(row["response"]["usage"]["cache_read_input_tokens"] for row in rows)
    calls = [call for call in sample("api-responses/log.jsonl").requests if call.cache_read_tokens == 12_000]
    assert naive == 24_000
    assert [call.cache_read_tokens for call in calls] == [12_000]


def test_trap_limits_of_an_api_key_are_no_meter():
    """39,000 tokens left of this minute is no share of a window."""
    row = lines("rate-limit-headers/nested.jsonl")[2]["headers"]
    assert row["anthropic-ratelimit-tokens-remaining"] == "39000"
    assert not [one for one in sample("rate-limit-headers/nested.jsonl").meters if one.at.minute == 6]


def test_trap_a_run_of_the_proxy_is_no_session():
    """`sid` is one for all calls of a run: in one thread, three unrelated conversations would look like lost caches."""
    rows = [row for row in lines("meter-log/usage-without-ids.jsonl") if "sid" in row]
    reading = sample("meter-log/usage-without-ids.jsonl")
    assert len({row["sid"] for row in rows}) == 1
    assert len({call.thread for call in reading.requests}) == len(rows) == 3
