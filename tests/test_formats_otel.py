"""OpenTelemetry events and metrics, and raw API bodies, on invented samples: what each gives, and every trap."""

from __future__ import annotations

import io
import json
import os
from collections import Counter as Bag
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shares import drawn

from generator.detectors.shared.needs import NEEDS
from generator.importers import IMPORTERS, discover, read, read_bytes
from generator.importers.captures import raw_bodies
from generator.importers.captures.raw_bodies import RAW_BODIES
from generator.importers.otel.otel_events import OTEL_EVENTS
from generator.importers.otel.otel_metrics import OTEL_METRICS
from generator.ledger.subjects import subjects
from generator.ledger.threads import threads_of
from generator.records.pseudonyms import pseudonym
from generator.records.rows import Entrypoint, LogData, MarkKind, MatchKey, Request, SkipReason, Speed, Surface, Trigger

SAMPLES = Path(__file__).parent / "samples"
OURS = (OTEL_EVENTS, OTEL_METRICS, RAW_BODIES)
FILES = [
    path
    for importer in OURS
    for path in sorted((SAMPLES / importer.id).iterdir())
    if path.suffix in {".json", ".jsonl"}
]
EVENTS_90 = SAMPLES / "otel-events" / "client-2.1.90.jsonl"
EVENTS_220 = SAMPLES / "otel-events" / "client-2.1.220.jsonl"
CUMULATIVE = SAMPLES / "otel-metrics" / "cumulative-2.1.90.jsonl"
DELTA = SAMPLES / "otel-metrics" / "delta-2.1.220.jsonl"
BODIES = SAMPLES / "raw-bodies"
KEY = b"key of a test"
SESSION = "00000000-0000-4000-8000-000000000002"
NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
OPUS = "claude-opus-4-6"
FIELDS = ("input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens")


def sample(*paths: Path) -> LogData:
    return read(discover(paths).claimed, key=KEY)


def of(path: Path):
    return next(importer for importer in OURS if importer.id == path.parent.name)


def parse(importer, data: bytes, path: str = "x") -> tuple[list[Request], object]:
    extract = importer.read(io.BytesIO(data), Path(path), 0, KEY)
    return [copy.request for copy in extract.calls.values()], extract


def lines(*objects: object) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in objects)


def nano(at: datetime) -> str:
    return f"{int(at.timestamp())}{at.microsecond:06d}000"


def attributes(given: dict) -> list[dict]:
    kinds = {str: "stringValue", bool: "boolValue", float: "doubleValue"}
    return [
        {"key": key, "value": {"intValue": str(value)} if type(value) is int else {kinds[type(value)]: value}}
        for key, value in given.items()
    ]


def record(name: str = "api_request", at: datetime = NOW, **given) -> dict:
    given = {key.replace("__", "."): value for key, value in given.items()}
    return {
        "timeUnixNano": nano(at),
        "body": {"stringValue": f"claude_code.{name}"},
        "attributes": attributes({"event.name": name, "session.id": SESSION, **given}),
    }


def request(at: datetime = NOW, **given) -> dict:
    counts = {"input_tokens": 5, "output_tokens": 9, "cache_read_tokens": 100, "cache_creation_tokens": 20}
    return record(at=at, **{"model": OPUS, "request_id": "req_01SampleA", **counts, **given})


def logs(*records: dict, service: str = "claude-code", version: str = "2.1.220", **scope) -> dict:
    resource = {"attributes": attributes({"service.name": service, "service.version": version})}
    return {"resourceLogs": [{"resource": resource, "scopeLogs": [{**scope, "logRecords": list(records)}]}]}


def point(value: object, start: datetime, end: datetime, **given) -> dict:
    number = {"asDouble": value} if isinstance(value, float) else {"asInt": value}
    given = {"session.id": SESSION, "model": OPUS, **given}
    return {"startTimeUnixNano": nano(start), "timeUnixNano": nano(end), "attributes": attributes(given), **number}


def metrics(*points: dict, name: str = "claude_code.token.usage", temporality: object = 1) -> dict:
    resource = {"attributes": attributes({"service.name": "claude-code"})}
    metric = {"name": name, "sum": {"aggregationTemporality": temporality, "dataPoints": list(points)}}
    return {"resourceMetrics": [{"resource": resource, "scopeMetrics": [{"metrics": [metric]}]}]}


def raw_records(path: Path) -> Iterator[tuple[str, dict]]:
    """Every log record of a sample as a naive reader takes it: no care for its service, nor for repeated batches."""
    for line in path.read_bytes().splitlines():
        try:
            batch = json.loads(line)
        except ValueError:
            continue
        for resource in batch.get("resourceLogs", ()):
            for scope in resource["scopeLogs"]:
                for one in scope["logRecords"]:
                    yield one["body"]["stringValue"], {pair["key"]: pair["value"] for pair in one["attributes"]}


def naive(value: dict) -> int:
    return int(value.get("intValue", value.get("stringValue", "0")))


def raw_points(path: Path, kind: str) -> list[float]:
    found = []
    for line in path.read_bytes().splitlines():
        try:
            batch = json.loads(line)
        except ValueError:
            continue
        for metric in batch["resourceMetrics"][0]["scopeMetrics"][0]["metrics"]:
            for one in metric["sum"]["dataPoints"]:
                given = {pair["key"]: pair["value"].get("stringValue") for pair in one["attributes"]}
                if given.get("type") == kind and metric["sum"]["aggregationTemporality"] != 0:
                    found.append(float(one.get("asInt", one.get("asDouble"))))
    return found


def total(reading: LogData, field: str) -> int:
    return sum(getattr(one, field) for one in reading.requests)


def billed(reading: LogData, field: str) -> float:
    return sum(getattr(bucket, field) or 0 for bucket in reading.buckets)


# What the samples give


def test_events_of_client_2_1_90():
    """Numbers as strings, a batch twice, a negative count, a broken line, an unended one."""
    reading = sample(EVENTS_90)
    assert [tuple(getattr(one, field) for field in FIELDS) for one in reading.requests] == [
        (4, 0, 20000, 300),
        (6, 20000, 900, 200),
        (2, 20900, 500, 100),
    ]
    first = reading.requests[0]
    assert (first.model, first.version, first.surface, first.speed) == (
        OPUS, "2.1.90", Surface.CLAUDE_CODE, Speed.STANDARD,
    )  # fmt: skip
    assert (first.started, first.ended) == (NOW + timedelta(seconds=1), NOW + timedelta(seconds=5))
    assert {one.session for one in reading.requests} == {
        pseudonym("session", "00000000-0000-4000-8000-000000000001", KEY)
    }
    assert [(mark.kind, mark.value) for mark in reading.marks] == [
        (MarkKind.PROMPT, None),
        (MarkKind.API_ERROR, None),
    ]
    (tally,) = reading.tallies
    assert (tally.read, tally.used, tally.other, tally.blank, tally.pending) == (12, 6, 2, 1, 1)
    assert tally.skipped == {SkipReason.NEGATIVE_COUNT: 1, SkipReason.NOT_JSON: 1}
    assert tally.types == {"api-error": 1, "api-request": 4, "tool-result": 2, "user-prompt": 1}


def test_events_of_client_2_1_220():
    """Sources, failures, compactions, commands, another service, another signal, and a record without a time."""
    reading = sample(EVENTS_220)
    assert len(reading.requests) == 7
    assert {(one.entrypoint, one.effort, one.output_reliable) for one in reading.requests} == {
        (Entrypoint.CLI, "high", True)
    }
    assert [one.speed for one in reading.requests].count(Speed.FAST) == 1
    assert [(mark.kind, mark.trigger, mark.value) for mark in reading.marks] == [
        (MarkKind.PROMPT, Trigger.NONE, None),
        (MarkKind.API_ERROR, Trigger.NONE, 529),
        (MarkKind.RETRY, Trigger.NONE, 10),
        (MarkKind.LIMIT_REFUSAL, Trigger.NONE, 429),
        (MarkKind.COMMAND, Trigger.COMPACT, None),
        (MarkKind.COMPACTION, Trigger.MANUAL, 160500),
        (MarkKind.COMMAND, Trigger.CUSTOM, None),
    ]
    (tally,) = reading.tallies
    assert (tally.read, tally.used, tally.other) == (25, 17, 7)
    assert tally.skipped == {SkipReason.NO_TIME: 1}
    assert (tally.types["metrics"], tally.types["empty"], tally.types["unknown"]) == (1, 1, 2)


def test_events_of_cowork_have_their_surface_and_no_version_of_the_client():
    """`service.version` is the desktop app's there, which is no version of Claude Code."""
    reading = sample(SAMPLES / "otel-events" / "cowork-1.1.4173.jsonl")
    assert {(one.surface, one.version, one.model) for one in reading.requests} == {
        (Surface.COWORK, "", "claude-sonnet-4-6")
    }
    assert [mark.kind for mark in reading.marks] == [MarkKind.PROMPT]


def test_deltas_of_client_2_1_220():
    """A batch twice, integers as number and double, a type nobody knows, a negative count, another service."""
    reading = sample(DELTA)
    assert [billed(reading, field) for field in FIELDS] == [8, 30000, 31200, 650]
    assert billed(reading, "cost_usd") == pytest.approx(0.65)
    assert {(bucket.end - bucket.start, bucket.model, bucket.grouping) for bucket in reading.buckets} == {
        (timedelta(minutes=1), OPUS, "series")
    }
    assert reading.requests == ()
    (tally,) = reading.tallies
    assert tally.types == {"cost-usage": 3, "session-count": 1, "token-usage": 11, "unknown": 1}
    assert tally.skipped == {SkipReason.BAD_FIELD: 2, SkipReason.NEGATIVE_COUNT: 2}


def test_cumulative_sums_of_client_2_1_90():
    """Differences within a series, and a restart; a sum without temporality is not used."""
    reading = sample(CUMULATIVE)
    assert [billed(reading, field) for field in FIELDS] == [12 + 9, 40900 + 9000, 21400 + 9100, 600 + 70]
    assert billed(reading, "cost_usd") == pytest.approx(0.20 + 0.07)
    assert not any(bucket.cumulative for bucket in reading.buckets)
    (tally,) = reading.tallies
    assert (tally.used, tally.pending, tally.skipped) == (30, 1, {SkipReason.BAD_FIELD: 1})


def test_raw_bodies_with_and_without_an_index():
    """The index tells time, session, caller and request; without it an answer needs a time of its own."""
    reading = sample(BODIES)
    assert [(one.model, one.requested_model, one.ended) for one in reading.requests] == [
        (OPUS, OPUS, NOW + timedelta(seconds=1006)),
        ("claude-sonnet-4-6", OPUS, NOW + timedelta(seconds=1026)),
        (OPUS, OPUS, NOW + timedelta(seconds=1060)),
        (OPUS, OPUS, NOW + timedelta(seconds=1200)),
    ]
    first, switched, compact, older = reading.requests
    assert (first.cache_write_1h_tokens, first.cache_write_5m_tokens, first.file_reads) == (30000, 0, 1)
    assert first.session == switched.session == pseudonym("session", "00000000-0000-4000-8000-000000000004", KEY)
    assert compact.session == compact.id, "the summary of a compaction is not of the main thread"
    assert older.session == pseudonym("session", "00000000-0000-4000-8000-000000000005", KEY)
    assert all(one.output_reliable for one in reading.requests)
    types = Bag[str]()
    skipped = Bag[SkipReason]()
    for tally in reading.tallies:
        types.update(tally.types)
        skipped.update(tally.skipped)
    assert types == {"index": 3, "request": 5, "response": 4}
    assert skipped == {SkipReason.NOT_JSON: 2, SkipReason.NO_TIME: 1}


@pytest.mark.parametrize("importer", OURS, ids=lambda importer: importer.id)
def test_a_format_gives_what_its_samples_show(importer):
    shown = subjects(sample(SAMPLES / importer.id))
    assert importer.gives == {need.id for need in NEEDS.values() if need.met(shown)}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_account_of_a_sample_balances(path):
    (tally,) = sample(path).tallies
    assert tally.balances
    assert (tally.bytes, tally.importer) == (path.stat().st_size, path.parent.name)
    assert sum(tally.types.values()) == tally.used + tally.other + tally.recovered


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_sample_is_claimed_by_one_importer_only(path):
    head = path.read_bytes()[: 64 * 1024]
    assert [importer.id for importer in IMPORTERS if importer.sniff(path, head)] == [path.parent.name]


# Traps: the wrong total beside the right one


def test_trap_numbers_are_strings_before_2_1_122():
    """A reader of integers alone finds no tokens at all."""
    wrong = sum(
        int(given["output_tokens"].get("intValue", 0))
        for _, given in raw_records(EVENTS_90)
        if "output_tokens" in given
    )
    assert (wrong, total(sample(EVENTS_90), "output_tokens")) == (0, 600)


def test_trap_the_event_name_is_bare_and_the_body_qualified():
    """A reader that looks for the documented name in `event.name` finds no call."""
    names = [given["event.name"]["stringValue"] for _, given in raw_records(EVENTS_220)]
    assert (names.count("claude_code.api_request"), len(sample(EVENTS_220).requests)) == (0, 7)


def test_trap_a_batch_that_was_sent_twice():
    """With and without a request id."""
    for path, wrong, right in ((EVENTS_220, 3627, 3012), (EVENTS_90, 850, 600)):
        ours = [given for body, given in raw_records(path) if body == "claude_code.api_request"]
        added = sum(naive(given["output_tokens"]) for given in ours)
        assert (added, total(sample(path), "output_tokens")) == (wrong, right)


def test_trap_marks_of_a_batch_that_was_sent_twice():
    batch = logs(record("user_prompt", event__sequence=1), record("api_error", event__sequence=2, status_code=500))
    reading = read_bytes({"a.jsonl": lines(batch, batch, batch), "b.jsonl": lines(batch)}, key=KEY)
    assert [mark.kind for mark in reading.marks] == [MarkKind.PROMPT, MarkKind.API_ERROR]
    assert reading.repeated_marks == {MarkKind.PROMPT: 3, MarkKind.API_ERROR: 3}


def test_trap_a_sequence_begins_anew_with_each_process():
    """Session and sequence alone would make one call of two: a resumed session counts from one again."""
    two = [request(at=NOW + timedelta(hours=hour), request_id="", event__sequence=4) for hour in (0, 5)]
    found, _ = parse(OTEL_EVENTS, lines(logs(*two)))
    assert (len({(SESSION, 4)}), len(found)) == (1, 2)


def test_trap_cumulative_sums_added_up():
    added = {kind: sum(raw_points(CUMULATIVE, kind)) for kind in ("input", "output", "cacheRead", "cacheCreation")}
    assert added == {"input": 53, "output": 2010, "cacheRead": 89900, "cacheCreation": 101300}
    assert [billed(sample(CUMULATIVE), field) for field in FIELDS] == [21, 49900, 30500, 670]


def test_trap_a_restart_of_a_cumulative_sum_is_no_reset():
    """The difference of neighbours is negative there, and the largest value alone forgets what came after."""
    points = [300, 500, 600, 40, 70]
    wrong = [after - before for before, after in pairwise(points)]
    right = [bucket.output_tokens for bucket in sample(CUMULATIVE).buckets if bucket.output_tokens is not None]
    assert (min(wrong), max(points), sum(right)) == (-560, 600, 670)
    assert right == [300, 200, 100, 40, 30]


def test_trap_deltas_of_a_batch_that_was_sent_twice():
    assert (sum(raw_points(DELTA, "output")), billed(sample(DELTA), "output_tokens")) == (1050, 650)


def test_trap_metrics_tell_the_calls_of_the_events_again():
    events, both = sample(EVENTS_90), sample(EVENTS_90, CUMULATIVE)
    wrong = total(both, "output_tokens") + billed(both, "output_tokens")
    assert (wrong, total(both, "output_tokens"), total(events, "output_tokens")) == (1270, 600, 600)
    assert both.requests == events.requests


def test_trap_tokens_of_a_sub_agent_that_completed():
    """`total_tokens` repeats its last call."""
    extra = {naive(given["total_tokens"]) for _, given in raw_records(EVENTS_220) if "total_tokens" in given}
    right = sum(one.total_tokens + one.output_tokens for one in sample(EVENTS_220).requests)
    assert (right + sum(extra), right) == (161743, 146946)


def test_trap_calls_of_sub_agents_stand_between_those_of_the_main_thread():
    """By session alone they make one thread, whose cache reads fall and rise; only kinds of agents are named."""
    reading = sample(EVENTS_220)
    by_session = reading.requests
    falls = sum(
        after.cache_read_tokens < before.total_tokens / 2
        for before, after in pairwise(by_session)
        if before.total_tokens > 10_000
    )
    main = pseudonym("session", SESSION, KEY)
    threads = {thread.session: len(thread.requests) for thread in threads_of(reading.requests, reading.marks)}
    assert (falls, len(by_session), threads[main]) == (2, 7, 3)
    assert sorted(threads.values()) == [1, 1, 1, 1, 3]


def test_trap_one_failure_is_told_by_two_events():
    wrong = sum("status_code" in given and naive(given["status_code"]) == 529 for _, given in raw_records(EVENTS_220))
    right = sum(mark.kind is MarkKind.API_ERROR for mark in sample(EVENTS_220).marks)
    assert (wrong, right) == (2, 1)


def test_trap_a_compaction_that_failed_is_none():
    wrong = sum(body == "claude_code.compaction" for body, _ in raw_records(EVENTS_220))
    right = sum(mark.kind is MarkKind.COMPACTION for mark in sample(EVENTS_220).marks)
    assert (wrong, right) == (2, 1)


def test_trap_a_collector_gathers_from_other_services_too():
    """Even an event of the same name."""
    ours = [given for body, given in raw_records(EVENTS_220) if body.endswith("api_request")]
    wrong = sum(naive(given["input_tokens"]) for given in ours)
    assert (wrong, total(sample(EVENTS_220), "input_tokens")) == (78636, 834)


def test_trap_telemetry_before_2_1_214_counted_tokens_twice():
    """The larger count is not the final one: a transcript that states its own final count goes before."""
    transcript = lines(answered("msg_01SampleA", "req_01SampleA", NOW, (5, 100, 20, 9), version="2.1.150"))
    events = lines(logs(request(output_tokens=18), version="2.1.150"))
    (one,) = read_bytes({"a.jsonl": events, f"{SESSION}.jsonl": transcript}, key=KEY).requests
    assert (max(9, 18), one.output_tokens, one.output_reliable) == (18, 9, True)
    reliable = {
        version: parse(OTEL_EVENTS, lines(logs(request(), version=version)))[0][0].output_reliable
        for version in ("2.1.150", "2.1.213", "2.1.214", "3.0.0", "x")
    }
    assert reliable == {"2.1.150": False, "2.1.213": False, "2.1.214": True, "3.0.0": True, "x": False}


def test_trap_requests_are_attempts_and_not_calls():
    """A request file is written for every attempt, a response only for an answer."""
    attempts = sum(path.name.endswith(".request.json") for path in BODIES.iterdir())
    answers = len(sample(BODIES).requests)
    indexed = sum(one.ended < NOW + timedelta(seconds=1100) for one in sample(BODIES).requests)
    assert (attempts, answers) == (5, 4)
    assert (attempts - 1, indexed) == (4, 3), "of the client with an index"


# The same calls in four formats

COUNTS = [(5, 0, 30000, 250), (9, 8000, 6000, 120), (3, 30000, 1200, 400)]
TITLE = (800, 0, 0, 12)


def usage(counts: tuple[int, int, int, int]) -> dict:
    keys = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens", "output_tokens")
    return dict(zip(keys, counts, strict=True))


def answered(message: str, request_id: str, at: datetime, counts, *, version: str = "2.1.220", **line) -> dict:
    return {
        "type": "assistant", "uuid": f"line-{message}", "parentUuid": None, "sessionId": SESSION, "isSidechain": False,
        "version": version, "requestId": request_id, "timestamp": at.isoformat(),
        "message": {"id": message, "model": OPUS, "stop_reason": "end_turn", "usage": usage(counts)}, **line,
    }  # fmt: skip


def four_formats() -> dict[str, bytes]:
    """Three calls, the second of a sub-agent, in four formats; telemetry also has the call that made a title."""
    ids = [
        (f"msg_01Sample{letter}", f"req_01Sample{letter}", NOW + timedelta(minutes=n)) for n, letter in enumerate("ABC")
    ]
    told = [answered(*names, counts) for names, counts in zip(ids, COUNTS, strict=True)]
    agent = told[1] | {"agentId": "abc1234", "isSidechain": True}
    sources = ("repl_main_thread", "agent:builtin:Explore", "repl_main_thread")
    names = ("input_tokens", "cache_read_tokens", "cache_creation_tokens", "output_tokens")
    events = [
        request(at, request_id=request_id, query_source=source, **dict(zip(names, counts, strict=True)))
        for (_, request_id, at), counts, source in zip(ids, COUNTS, sources, strict=True)
    ]
    title = dict(zip(names, TITLE, strict=True))
    events.append(request(NOW, request_id="req_01SampleT", query_source="generate_session_title", **title))
    sums = [
        point(sum(column), NOW, NOW + timedelta(minutes=5), type=kind)
        for kind, column in zip(
            ("input", "cacheRead", "cacheCreation", "output"), zip(*COUNTS, TITLE, strict=True), strict=True
        )
    ]
    bodies = {
        f"bodies/{request_id}.response.json": json.dumps(
            {"id": message, "type": "message", "role": "assistant", "model": OPUS, "content": [], "stop_reason": "end_turn",
             "usage": usage(counts), "timestamp": at.isoformat()}
        ).encode()
        for (message, request_id, at), counts in zip(ids, COUNTS, strict=True)
    }  # fmt: skip
    return {
        f"{SESSION}.jsonl": lines(told[0], told[2]),
        "agent-abc1234.jsonl": lines(agent),
        "logs.jsonl": lines(logs(*events), logs(*events)),
        "metrics.jsonl": lines(metrics(*sums)),
        **bodies,
    }


def test_trap_the_same_calls_in_four_formats_count_once():
    reading = read_bytes(four_formats(), key=KEY)
    once = sum(counts[3] for counts in COUNTS) + TITLE[3]
    wrong = sum(account.output_tokens for account in reading.formats) + billed(reading, "output_tokens")
    assert (wrong, total(reading, "output_tokens")) == (3104, once)
    assert once == 782
    assert len(reading.requests) == 4
    transcript, events, bodies = reading.formats
    assert (transcript.importer, transcript.calls, transcript.only_here) == ("claude-code", 3, 0)
    assert (events.importer, events.calls, events.only_here) == ("otel-events", 4, 1)
    assert events.matched == {MatchKey.REQUEST_ID: 3}
    assert (bodies.importer, bodies.calls, bodies.only_here) == ("raw-bodies", 3, 0)
    assert bodies.matched == {MatchKey.MESSAGE_ID: 3}


def test_what_telemetry_has_more_is_explained_by_its_own_calls():
    """A higher total of the metrics is the title's call and no double billing."""
    reading = read_bytes(four_formats(), key=KEY)
    transcripts = next(account for account in reading.formats if account.importer == "claude-code")
    for place, field in enumerate(FIELDS):
        assert billed(reading, field) == total(reading, field)
        assert billed(reading, field) - getattr(transcripts, field) == TITLE[place]


def test_place_and_thread_are_those_of_the_transcript():
    """The event of a sub-agent's call names no thread, and the transcript does."""
    reading = read_bytes(four_formats(), key=KEY)
    session = pseudonym("session", SESSION, KEY)
    threads = Bag((one.session == session, bool(one.agent)) for one in reading.requests)
    assert threads == {(True, False): 2, (True, True): 1, (False, False): 1}


def test_bodies_fill_what_no_transcript_tells(tmp_path):
    for name, data in four_formats().items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    bodies = tmp_path / "bodies"
    entries = [
        {"timestamp": NOW.isoformat(), "session_id": SESSION, "query_source": "repl_main_thread",
         "request_id": f"req_01Sample{letter}", "message_id": f"msg_01Sample{letter}", "request_file": f"{letter}.request.json",
         "response_file": f"req_01Sample{letter}.response.json"}
        for letter in "ABC"
    ]  # fmt: skip
    (bodies / "index.jsonl").write_bytes(lines(*entries))
    for letter in "ABC":
        (bodies / f"{letter}.request.json").write_bytes(b'{"model":"claude-opus-4-5","messages":[]}')
    reading = sample(tmp_path)
    assert len(reading.requests) == 4
    assert Bag(one.requested_model for one in reading.requests) == {"claude-opus-4-5": 3, None: 1}


# Events, one by one


@pytest.mark.parametrize(
    "value", [{"intValue": "7"}, {"intValue": 7}, {"doubleValue": 7.0}, {"doubleValue": 7}, {"stringValue": "7"}]
)
def test_a_count_in_every_spelling(value):
    row = request()
    next(pair for pair in row["attributes"] if pair["key"] == "input_tokens")["value"] = value
    found, _ = parse(OTEL_EVENTS, lines(logs(row)))
    assert [one.input_tokens for one in found] == [7]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"intValue": "-1"}, SkipReason.NEGATIVE_COUNT),
        ({"doubleValue": 1.5}, SkipReason.BAD_FIELD),
        ({"doubleValue": 1e300}, SkipReason.BAD_FIELD),
        ({"intValue": "9" * 19}, SkipReason.BAD_FIELD),
        ({"boolValue": True}, SkipReason.BAD_FIELD),
        ({"stringValue": "many"}, SkipReason.BAD_FIELD),
        ({"stringValue": "undefined"}, SkipReason.BAD_FIELD),
        ({"stringValue": ["7"]}, SkipReason.BAD_FIELD),
        ({"arrayValue": {"values": []}}, SkipReason.BAD_FIELD),
        ("7", SkipReason.BAD_FIELD),
        (None, SkipReason.BAD_FIELD),
    ],
)
def test_a_count_that_cannot_be_one(value, reason):
    row = request()
    next(pair for pair in row["attributes"] if pair["key"] == "input_tokens")["value"] = value
    _, extract = parse(OTEL_EVENTS, lines(logs(row, request(request_id="req_01SampleB"))))
    (tally,) = extract.tallies.values()
    assert (tally.skipped, tally.used) == ({reason: 1}, 1), "and its neighbour in the batch is used"


@pytest.mark.parametrize(
    ("stamps", "seconds"),
    [
        ({"timeUnixNano": nano(NOW)}, 0),
        ({"timeUnixNano": int(nano(NOW))}, 0),
        ({"timeUnixNano": "0", "observedTimeUnixNano": nano(NOW)}, 0),
        ({"timeUnixNano": nano(NOW), "observedTimeUnixNano": nano(NOW + timedelta(seconds=9))}, 0),
    ],
)
def test_the_time_of_an_event(stamps, seconds):
    row = {key: value for key, value in request().items() if key != "timeUnixNano"} | stamps
    (one,), _ = parse(OTEL_EVENTS, lines(logs(row)))
    assert (one.ended, one.ended.tzinfo) == (NOW + timedelta(seconds=seconds), UTC)


def test_the_time_of_an_attribute_beats_when_the_collector_saw_it():
    row = request(event__timestamp=NOW.isoformat()) | {
        "timeUnixNano": "",
        "observedTimeUnixNano": nano(NOW + timedelta(1)),
    }
    (one,), _ = parse(OTEL_EVENTS, lines(logs(row)))
    assert one.ended == NOW


@pytest.mark.parametrize(
    ("stamp", "reason"),
    [("soon", SkipReason.BAD_FIELD), (1775210400, SkipReason.BAD_FIELD), (None, SkipReason.NO_TIME)],
)
def test_a_time_that_cannot_be_used(stamp, reason):
    _, extract = parse(OTEL_EVENTS, lines(logs(request() | {"timeUnixNano": stamp})))
    assert extract.tallies[0].skipped == {reason: 1}


def test_a_call_that_nothing_names_is_skipped():
    row = request(request_id="", session__id="")
    _, extract = parse(OTEL_EVENTS, lines(logs(row)))
    assert extract.tallies[0].skipped == {SkipReason.NO_ID: 1}


@pytest.mark.parametrize("source", ["repl_main_thread", "repl_main_thread:outputStyle:custom", "sdk", "main", ""])
def test_the_main_thread_has_its_session(source):
    (one,), _ = parse(OTEL_EVENTS, lines(logs(request(query_source=source))))
    assert one.session == pseudonym("session", SESSION, KEY)


@pytest.mark.parametrize(
    "source", ["compact", "generate_session_title", "agent:builtin:Explore", "auxiliary", "subagent"]
)
def test_calls_of_others_have_none(source):
    (one,), _ = parse(OTEL_EVENTS, lines(logs(request(query_source=source))))
    assert (one.session, one.agent) == ("", "")


@pytest.mark.parametrize(
    ("service", "surface"),
    [
        ("claude-code", "claude-code"),
        ("claude-code-desktop", "claude-code"),
        ("cowork", "cowork"),
        ("a-name-of-ours", "claude-code"),
    ],
)
def test_the_service_tells_the_surface(service, surface):
    """A service name that a company chose is known by the qualified names of its events."""
    (one,), _ = parse(OTEL_EVENTS, lines(logs(request(), service=service)))
    assert one.surface == surface


def test_the_name_of_an_event_may_stand_in_the_record_alone():
    row = request() | {"body": {"stringValue": "x"}, "eventName": "claude_code.api_request"}
    row["attributes"] = [pair for pair in row["attributes"] if pair["key"] != "event.name"]
    assert len(parse(OTEL_EVENTS, lines(logs(row)))[0]) == 1


def test_a_duration_longer_than_a_day_is_no_start():
    (one,), _ = parse(OTEL_EVENTS, lines(logs(request(duration_ms=10**11))))
    assert one.started is None


@pytest.mark.parametrize(
    "row", [logs(request(), request(request_id="req_01SampleB")), metrics(point(5, NOW, NOW, type="input"))]
)
def test_an_indented_document_is_read_like_its_line(row):
    importer = OTEL_EVENTS if "resourceLogs" in row else OTEL_METRICS
    _, indented = parse(importer, json.dumps(row, indent=2).encode())
    _, line = parse(importer, lines(row))
    assert (len(indented.calls), len(indented.buckets)) == (len(line.calls), len(line.buckets)) != (0, 0)
    assert indented.tallies[0].used == line.tallies[0].used


def test_a_mark_of_byte_order_and_a_lone_surrogate_hide_nothing():
    text = lines(logs(request(note="x"))).replace(b'"x"', b'"\\ud83d"')
    assert len(parse(OTEL_EVENTS, b"\xef\xbb\xbf" + text)[0]) == 1


# Metrics, one by one


@pytest.mark.parametrize("temporality", [0, None, 3, "AGGREGATION_TEMPORALITY_UNSPECIFIED", "x"])
def test_a_sum_without_temporality_says_nothing(temporality):
    row = metrics(point(5, NOW, NOW, type="input"), temporality=temporality)
    assert read_bytes({"m.jsonl": lines(row)}, key=KEY).tallies[0].skipped == {SkipReason.BAD_FIELD: 1}


@pytest.mark.parametrize("value", ["NaN", -1.5, 2.5, "Infinity", None, 1e300])
def test_a_value_that_cannot_be_one(value):
    row = metrics(point(0, NOW, NOW, type="input") | {"asInt": None, "asDouble": value})
    (tally,) = read_bytes({"m.jsonl": lines(row)}, key=KEY).tallies
    assert (tally.used, sum(tally.skipped.values())) == (0, 1)


def test_a_point_that_ends_before_it_starts_or_has_no_start():
    late = metrics(point(5, NOW + timedelta(1), NOW, type="input"))
    startless = metrics(point(5, NOW, NOW, type="input") | {"startTimeUnixNano": "0"})
    (tally,) = read_bytes({"m.jsonl": lines(late, startless)}, key=KEY).tallies
    assert tally.skipped == {SkipReason.BAD_FIELD: 1, SkipReason.NO_TIME: 1}


def test_sessions_are_series_of_their_own():
    """Else the differences of one would be taken from the other."""
    end = NOW + timedelta(minutes=1)
    points = [point(value, NOW, end, type="input", **{"session.id": str(value)}) for value in (100, 7)]
    reading = read_bytes({"m.jsonl": lines(metrics(*points, temporality=2))}, key=KEY)
    assert billed(reading, "input_tokens") == 107
    assert len({bucket.group for bucket in reading.buckets}) == 2


@given(st.permutations(range(8)), st.lists(st.integers(0, 10**6), min_size=8, max_size=8))
def test_the_order_of_batches_does_not_change_the_sum(order, steps):
    """The exporter of files gives no order; whatever it is, differences add up to the last reading."""
    running = [sum(steps[: n + 1]) for n in range(8)]
    batches = [
        metrics(point(running[n], NOW, NOW + timedelta(minutes=n + 1), type="output"), temporality=2) for n in order
    ]
    assert billed(read_bytes({"m.jsonl": lines(*batches)}, key=KEY), "output_tokens") == sum(steps)


# Raw bodies, one by one


def response(**fields) -> bytes:
    body = {"id": "msg_01SampleA", "type": "message", "model": OPUS, "content": [], "stop_reason": "end_turn"}
    return json.dumps({**body, "usage": usage((5, 100, 20, 9)), **fields}).encode()


def test_a_response_in_memory_needs_a_time_of_its_own():
    name = "req_01SampleA.response.json"
    timed = read_bytes({name: response(timestamp="2026-03-10T09:00:00Z")}, key=KEY)
    assert [(one.ended, one.requested_model) for one in timed.requests] == [(NOW, None)]
    timeless = read_bytes({name: response()}, key=KEY)
    assert (timeless.requests, timeless.tallies[0].skipped) == ((), {SkipReason.NO_TIME: 1})


def test_the_name_of_a_response_is_its_request_id():
    name = "req_01SampleA.response.json"
    (copy,) = parse(RAW_BODIES, response(timestamp=NOW.isoformat()), name)[1].calls.values()
    assert (copy.request_id, copy.message) == (pseudonym("request", "req_01SampleA", KEY), True)


def test_a_response_that_did_not_end_is_not_final():
    found, _ = parse(RAW_BODIES, response(timestamp=NOW.isoformat(), stop_reason=None), "x.response.json")
    assert [one.output_reliable for one in found] == [False]


def test_an_index_leads_out_of_no_folder(tmp_path):
    """Its names are those of strangers: only files beside the response are opened, and only requests."""
    (tmp_path / "outside.request.json").write_bytes(b'{"model":"claude-opus-4-5"}')
    folder = tmp_path / "bodies"
    folder.mkdir()
    (folder / "a.response.json").write_bytes(response())
    (folder / "notes.json").write_bytes(b'{"model":"claude-opus-4-5"}')
    entry = {"timestamp": NOW.isoformat(), "session_id": SESSION, "response_file": "a.response.json"}
    for name in (
        "../outside.request.json",
        "..\\outside.request.json",
        str(tmp_path / "outside.request.json"),
        "notes.json",
    ):
        (folder / "index.jsonl").write_bytes(lines(entry | {"request_file": name}))
        (one,) = sample(folder / "a.response.json").requests
        assert (one.ended, one.requested_model) == (NOW, None)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_what_is_no_regular_file_is_not_opened(tmp_path):
    (tmp_path / "a.response.json").write_bytes(response(timestamp=NOW.isoformat()))
    os.mkfifo(tmp_path / "index.jsonl")
    os.mkfifo(tmp_path / "a.request.json")
    with (tmp_path / "a.response.json").open("rb") as stream:
        extract = RAW_BODIES.read(stream, tmp_path / "a.response.json", 0, KEY)
    assert len(extract.calls) == 1


def test_a_log_in_memory_opens_no_file(tmp_path):
    """Even where its name leads to a folder that holds an index."""
    entry = {"timestamp": NOW.isoformat(), "session_id": SESSION, "response_file": "a.response.json"}
    (tmp_path / "index.jsonl").write_bytes(lines(entry))
    (tally,) = read_bytes({str(tmp_path / "a.response.json"): response()}, key=KEY).tallies
    assert tally.skipped == {SkipReason.NO_TIME: 1}


def test_an_index_is_held_up_to_a_number_of_answers(monkeypatch, tmp_path):
    monkeypatch.setattr(raw_bodies, "MOST_ANSWERS", 2)
    entries = [{"timestamp": NOW.isoformat(), "response_file": f"{letter}.response.json"} for letter in "abc"]
    (tmp_path / "index.jsonl").write_bytes(lines(*entries))
    for letter in "ac":
        (tmp_path / f"{letter}.response.json").write_bytes(response())
    assert [len(sample(tmp_path / f"{letter}.response.json").requests) for letter in "ac"] == [1, 0]


def test_a_changed_index_is_read_again(tmp_path):
    (tmp_path / "a.response.json").write_bytes(response())
    entry = {"session_id": SESSION, "request_file": "a.request.json", "response_file": "a.response.json"}
    for hour in (1, 22):
        (tmp_path / "index.jsonl").write_bytes(
            lines(entry | {"timestamp": f"2026-03-10T{hour}:00:00Z".replace("T1:", "T01:")})
        )
        (one,) = sample(tmp_path / "a.response.json").requests
        assert one.ended.hour == hour


def test_a_body_longer_than_the_service_accepts_is_passed_over(monkeypatch):
    monkeypatch.setattr(raw_bodies, "LONGEST_LINE", 100)
    _, extract = parse(RAW_BODIES, response(), "a.response.json")
    (tally,) = extract.tallies.values()
    assert (tally.read, tally.skipped, tally.bytes) == (1, {SkipReason.TOO_LONG: 1}, len(response()))


# Which files are claimed


def test_a_cut_or_damaged_line_does_not_hide_the_format():
    for importer, row in ((OTEL_EVENTS, logs(request())), (OTEL_METRICS, metrics(point(1, NOW, NOW, type="input")))):
        line = lines(row)
        for head in (b"\xef\xbb\xbf" + line, b"\x00broken\n" + line, line[: len(line) * 2 // 3], b"{\n" + line[1:]):
            assert importer.sniff(Path("x"), head), head
    head = response(content=[{"type": "text", "text": "x" * 100_000}])[: 64 * 1024]
    assert RAW_BODIES.sniff(Path("a.response.json"), head)


def test_a_file_of_both_signals_is_read_for_its_events():
    both = lines(metrics(point(1, NOW, NOW, type="input")), logs(request()))
    assert (OTEL_EVENTS.sniff(Path("x"), both), OTEL_METRICS.sniff(Path("x"), both)) == (True, False)
    (tally,) = read_bytes({"x.jsonl": both}, key=KEY).tallies
    assert tally.types == {"api-request": 1, "metrics": 1}


@pytest.mark.parametrize(
    "row",
    [
        logs({"body": {"stringValue": "x"}}, service="shop"),
        {"resourceSpans": [{"resource": {"attributes": attributes({"service.name": "claude-code"})}}]},
        {"type": "user", "text": json.dumps(logs(request()))},
        answered("msg_01SampleA", "req_01SampleA", NOW, (1, 2, 3, 4)),
        json.loads(response()),
        {"messages": [], "model": OPUS},
        {"timestamp": "x", "session_id": SESSION},
        ["resourceLogs"],
    ],
)
def test_other_files_are_left_alone(row):
    assert not any(importer.sniff(Path("x.json"), lines(row)) for importer in OURS)


# Whatever is in the file


NAMES = st.sampled_from(["x.jsonl", "a.response.json", "a.request.json", "index.jsonl"])
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10**20) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
keys = st.sampled_from(
    [
        "attributes",
        "body",
        "timeUnixNano",
        "eventName",
        "asInt",
        "asDouble",
        "startTimeUnixNano",
        "usage",
        "id",
        "timestamp",
    ]
)


@given(st.sampled_from(OURS), NAMES, st.binary(max_size=300))
def test_any_bytes_are_accounted_for(importer, name, data):
    _, extract = parse(importer, data, name)
    (tally,) = extract.tallies.values()
    assert tally.balances
    assert tally.bytes == len(data)


@given(st.dictionaries(keys, json_values, max_size=4), json_values)
def test_any_record_is_accounted_for(given, value):
    batches = (
        (OTEL_EVENTS, "x", lines(logs(request() | given, request()))),
        (OTEL_EVENTS, "x", lines(logs(request() | {"attributes": [*request()["attributes"], {"key": "input_tokens", "value": value}]}))),
        (OTEL_METRICS, "x", lines(metrics(point(1, NOW, NOW, type="input") | given))),
        (OTEL_METRICS, "x", lines({"resourceMetrics": [{"scopeMetrics": [{"metrics": [value]}]}]})),
        (OTEL_EVENTS, "x", lines({"resourceLogs": [{"resource": value, "scopeLogs": [{"scope": value, "logRecords": [request()]}]}]})),
        (RAW_BODIES, "a.response.json", response(**given)),
    )  # fmt: skip
    for importer, name, data in batches:
        (tally,) = parse(importer, data, name)[1].tallies.values()
        assert tally.balances
        assert sum(tally.types.values()) == tally.used + tally.other + tally.recovered


@settings(max_examples=drawn(200))
@given(st.sampled_from(FILES), st.data())
def test_any_damage_is_accounted_for(path, data):
    whole = path.read_bytes()
    at = data.draw(st.integers(0, len(whole)))
    patch = data.draw(st.binary(max_size=6) | st.sampled_from([b"\x00", b"\xef\xbb\xbf", b"\r\n", "\u2028".encode()]))
    damaged = whole[:at] + patch + whole[at + data.draw(st.integers(0, 40)) :]
    extract = of(path).read(io.BytesIO(damaged), path, 0, KEY)
    (tally,) = extract.tallies.values()
    assert tally.balances
    assert tally.bytes == len(damaged)
    encoded = msgspec.json.encode(extract)
    assert msgspec.json.encode(msgspec.json.decode(encoded, type=type(extract))) == encoded


def test_a_batch_of_more_parts_than_any_collector_writes_is_passed_over():
    """Eleven million empty records fit into one line and would fill a gigabyte."""
    line = b'{"resourceLogs":[{"scopeLogs":[{"logRecords":[' + b"{}," * 700_001 + b"{}]}]}]}\n"
    (tally,) = parse(OTEL_EVENTS, line + lines(logs(request())))[1].tallies.values()
    assert (tally.read, tally.used, tally.skipped) == (2, 1, {SkipReason.TOO_LONG: 1})


def test_a_bomb_of_brackets_is_counted():
    for importer, start in ((OTEL_EVENTS, b'{"resourceLogs":'), (OTEL_METRICS, b'{"resourceMetrics":')):
        _, extract = parse(importer, start + b"[" * 100_000 + b"]" * 100_000 + b"}\n" + lines(logs(request())))
        assert (extract.tallies[0].balances, sum(extract.tallies[0].skipped.values())) == (True, 1)


def test_no_text_of_a_sample_leaves():
    canaries = (
        "invented",
        "secret",
        "example.org",
        "00000000-0000",
        "explore",
        "toolu",
        "req_01",
        "msg_01",
        "redacted",
    )
    texts = b"".join(path.read_bytes() for path in FILES).decode().lower()
    assert all(word in texts for word in canaries)
    for path in FILES:
        with path.open("rb") as stream:
            out = msgspec.json.encode(of(path).read(stream, path, 0, KEY)).decode().lower()
        assert not [word for word in canaries if word in out]


def test_a_name_that_is_not_public_is_counted_as_unknown():
    """Names of events and metrics are counted only where they are on the documented list."""
    events = lines(logs(record("an_invented_secret")))
    sums = lines(metrics(point(1, NOW, NOW), name="claude_code.an_invented_secret"))
    tallies = read_bytes({"e.jsonl": events, "m.jsonl": sums}, key=KEY).tallies
    assert [tally.types for tally in tallies] == [{"unknown": 1}, {"unknown": 1}]
