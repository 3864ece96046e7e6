"""Shapes of files that real people keep: lists of polls, hours in an export, ccusage 20, questions that only count."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from test_reader_robustness import SAMPLES, holds, live_formats

from generator.importers import IMPORTERS, read_bytes
from generator.records.rows import LogData, SkipReason

KEY = b"key of a test"
LISTS = {"usage-endpoint", "statusline", "meter-log", "rate-limit-headers", "api-responses"}


def of(name: str, given: object) -> LogData:
    data = given if isinstance(given, bytes) else json.dumps(given).encode()
    return read_bytes({name: data}, key=KEY)


# Lists of polls


@pytest.mark.parametrize(
    "sample", [one for one in live_formats() if one.importer.id in LISTS], ids=lambda one: one.path.name
)
@pytest.mark.parametrize("indent", [None, 2])
def test_rows_in_a_list_and_a_row_alone_are_the_rows(sample, indent):
    """Case real-11: a script keeps its polls as one JSON list. A file of one row may be laid out over lines."""
    parsed = [json.loads(line) for line in sample.lines if holds(sample.extract(line + b"\n"))]
    assert parsed
    apart = sample.extract(b"".join(json.dumps(row).encode() + b"\n" for row in parsed))
    listed = json.dumps(parsed, indent=indent).encode()
    assert [one.id for one in IMPORTERS if one.sniff(sample.path, listed)][:1] == [sample.importer.id]
    together = sample.extract(listed)
    assert holds(together) == holds(apart)
    assert (together.tallies[0].balances, together.tallies[0].read) == (True, len(parsed))
    alone = json.dumps(parsed[0], indent=indent).encode()
    assert [one.id for one in IMPORTERS if one.sniff(sample.path, alone)][:1] == [sample.importer.id]
    assert holds(sample.extract(alone)) == holds(sample.extract(json.dumps(parsed[0]).encode()))


@pytest.mark.parametrize(
    "sample", [one for one in live_formats() if one.importer.id in LISTS], ids=lambda one: one.path.name
)
def test_the_beginning_of_a_first_line_is_pending_and_of_a_list_too(sample):
    """The file is just being written."""
    whole = next(line for line in sample.lines if holds(sample.extract(line + b"\n")))
    for start in (whole[:1], whole[: len(whole) // 2], b"[" + whole[:1], b"[\n" + whole[: len(whole) // 2]):
        tally = sample.extract(start).tallies[0]
        assert (tally.pending, tally.skipped, tally.balances) == (1, {}, True), start[:9]


# Hours of the Console

HEADER = (
    "usage_date_utc,model_version,api_key,workspace,usage_type,context_window,usage_input_tokens_no_cache,"
    "usage_input_tokens_cache_write_5m,usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,"
    "usage_output_tokens,web_search_count,inference_geo,speed\n"
)
COSTS = "usage_date_utc,model,workspace,api_key,usage_type,context_window,token_type,cost_usd\n"


def hours(*times: str) -> list[tuple[datetime, datetime, int | None]]:
    rows = "".join(
        f"{at},claude-haiku-4-5-20251001,k,Default,standard,x,{n},0,0,0,20,0,,\n" for n, at in enumerate(times, 1)
    )
    return [(one.start, one.end, one.input_tokens) for one in of("tokens.csv", (HEADER + rows).encode()).buckets]


def at(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def test_an_export_of_one_day_has_buckets_of_an_hour():
    """Case real-08; the hour of midnight too, and the other spellings of a time in UTC."""
    assert hours("2026-03-30 00:00", "2026-03-30 02:00", "2026-03-30T03:00:00Z", "2026-03-30 04:00:00 UTC") == [
        (at(30), at(30, 1), 1),
        (at(30, 2), at(30, 3), 2),
        (at(30, 3), at(30, 4), 3),
        (at(30, 4), at(30, 5), 4),
    ]


def test_a_day_that_a_spreadsheet_wrote_with_midnight_stays_a_day():
    assert hours("2026-03-29 00:00:00", "2026-03-30") == [(at(29), at(30), 1), (at(30), at(31), 2)]


@pytest.mark.parametrize("wrong", ["2026-03-30 02:30", "2026-03-30 02:00+01:00", "2026-03-30 25:00", "2026-03-30 x"])
def test_a_part_of_an_hour_and_another_zone_are_refused(wrong):
    assert hours("2026-03-30 01:00", wrong) == [(at(30, 1), at(30, 2), 1)]


def test_an_hour_among_days_is_refused():
    assert hours("2026-03-29", "2026-03-29 02:00") == [(at(29), at(30), 1)]
    assert sorted(one for _, _, one in hours("2026-03-29 01:00", "2026-03-29 02:00", "2026-03-29")) == [1, 2, 3]


def test_the_cost_export_has_hours_too():
    rows = "".join(f"2026-03-30 0{n}:00,Claude Haiku 4.5,Default,k,standard,x,output,0.{n}\n" for n in (1, 2))
    found = of("cost.csv", (COSTS + rows).encode())
    assert [(one.start, one.end, one.cost_usd) for one in found.buckets] == [
        (at(30, 1), at(30, 2), 0.1),
        (at(30, 2), at(30, 3), 0.2),
    ]
    assert found.tallies[0].types == {"header": 1, "hour": 2}


# ccusage from version 20 on


def sums(agent: str, n: int = 40, model: str = "claude-opus-5", **more: object) -> dict:
    counts = {"inputTokens": n, "outputTokens": 20, "cacheCreationTokens": 2000, "cacheReadTokens": 10000}
    part = {"modelName": model, "cost": 0.9, **counts}
    totals = {"totalTokens": 12060, "totalCost": 0.9, "modelsUsed": [model], "modelBreakdowns": [part]}
    return {"agent": agent, **counts, **totals, **more}


def ccusage(**reports: object) -> LogData:
    return of("report.json", reports | {"totals": {}})


@pytest.mark.parametrize(
    ("report", "period", "days", "grouping"),
    [
        ("daily", "2026-08-18", ("2026-08-18", "2026-08-19"), "local-day-model"),  # case report-19
        ("weekly", "2026-08-16", ("2026-08-16", "2026-08-23"), "local-week-model"),
        ("monthly", "2026-12", ("2026-12-01", "2027-01-01"), "local-month-model"),
    ],
)
@pytest.mark.parametrize("agent", ["claude", "all"])
def test_a_period_is_the_span_of_its_report(report, period, days, grouping, agent):
    (one,) = ccusage(**{report: [sums(agent, period=period, metadata={"agents": ["claude"]})]}).buckets
    assert (f"{one.start:%Y-%m-%d}", f"{one.end:%Y-%m-%d}") == days
    assert (one.grouping, one.model, one.input_tokens, one.cache_read_tokens) == (grouping, "claude-opus-5", 40, 10000)


def test_a_session_of_version_20_has_its_moments_in_metadata():
    moments = {"firstActivity": "2026-08-18T10:00:00Z", "lastActivity": "2026-08-18T12:00:00Z", "projectPath": "/p"}
    whole = sums("claude", period="0000-a", metadata=moments)
    late = sums("claude", period="0000-b", metadata={"lastActivity": "2026-08-18T12:00:00Z"})
    found = ccusage(session=[whole, late])
    assert [(f"{one.start:%H:%M}", f"{one.end:%H:%M}", one.grouping) for one in found.buckets] == [
        ("10:00", "12:00", "session-model")
    ]
    assert found.tallies[0].skipped == {SkipReason.NO_TIME: 1}


def test_blocks_are_spelled_as_before():
    block = {
        "id": "x",
        "startTime": "2026-08-18T10:00:00.000Z",
        "endTime": "2026-08-18T15:00:00.000Z",
        "isGap": False,
        "models": ["claude-opus-5"],
        "tokenCounts": {
            "inputTokens": 40,
            "outputTokens": 20,
            "cacheCreationInputTokens": 1,
            "cacheReadInputTokens": 2,
        },
        "totalTokens": 63,
    }
    (one,) = ccusage(blocks=[block]).buckets
    assert (one.end - one.start).total_seconds() == 5 * 3600
    assert (one.input_tokens, one.cache_read_tokens) == (40, 2)


def test_calls_of_other_programs_are_not_those_of_claude_code():
    """Version 20 adds up all programs of a computer; another program can use the same models."""
    both = sums("all", 100, period="2026-08-18", agents=[sums("claude", 40), sums("opencode", 60)])
    mixed = sums("all", 90, period="2026-08-19", metadata={"agents": ["claude", "opencode"]})
    without = sums("all", period="2026-08-20", metadata={"agents": ["codex"]})
    found = ccusage(
        daily=[both, mixed, without, sums("codex", period="2026-08-21"), sums("all", 7, period="2026-08-22")]
    )
    assert [(one.start.day, one.input_tokens, one.grouping) for one in found.buckets] == [
        (18, 40, "local-day-model"),
        (19, 90, "local-day-programs-model"),
        (22, 7, "local-day-programs-model"),
    ]
    assert found.tallies[0].types == {"daily": 3, "other-program": 2}


def test_several_reports_of_one_output_are_grouped_apart():
    found = ccusage(daily=[sums("claude", period="2026-08-18")], monthly=[sums("claude", period="2026-08")])
    assert {one.grouping for one in found.buckets} == {"local-day-model", "local-month-model"}


# Questions that only count tokens

HELICONE = {
    "request_id": "r0",
    "request_created_at": "2026-09-20T10:00:00.000Z",
    "response_created_at": "2026-09-20T10:00:20.000Z",
    "response_status": 200,
    "request_model": "claude-sonnet-4-6",
    "provider": "ANTHROPIC",
    "prompt_tokens": 12,
    "completion_tokens": 50,
    "prompt_cache_write_tokens": 1000,
    "prompt_cache_read_tokens": 20000,
}
LITELLM = {
    "request_id": "r0",
    "call_type": "anthropic_messages",
    "startTime": "2026-09-20T10:00:00Z",
    "endTime": "2026-09-20T10:00:09Z",
    "model": "claude-sonnet-4-6",
    "spend": 0.1,
    "prompt_tokens": 21012,
    "completion_tokens": 50,
    "metadata": {
        "usage_object": {"cache_read_input_tokens": 20000, "cache_creation_input_tokens": 1000, "prompt_tokens": 21012}
    },
}
DAILY = {
    "date": "2026-09-20",
    "model": "claude-sonnet-4-6",
    "api_requests": 3,
    "spend": 0.1,
    "prompt_tokens": 12,
    "completion_tokens": 50,
    "cache_read_input_tokens": 1,
    "cache_creation_input_tokens": 1,
}
LANGFUSE = {
    "id": "o",
    "traceId": "t",
    "type": "GENERATION",
    "startTime": "2026-09-20T10:00:00Z",
    "parentObservationId": None,
    "model": "claude-sonnet-4-6",
    "usageDetails": {"input": 12, "cache_read_input_tokens": 20000, "cache_creation_input_tokens": 0, "output": 50},
}
PROXY = {
    "ts_start": "2026-09-20T10:00:00Z",
    "ts_end": "2026-09-20T10:00:09Z",
    "path": "/v1/messages",
    "upstream_status": 200,
    "usage": {"input_tokens": 12, "output_tokens": 50},
    "request_hints": {"model": "claude-sonnet-4-6"},
}
ANSWER = {
    "timestamp": "2026-09-20T10:00:00Z",
    "response": {
        "id": "msg_1",
        "type": "message",
        "model": "claude-sonnet-4-6",
        "usage": {"input_tokens": 12, "output_tokens": 5},
    },
}
COUNTED = "/v1/messages/count_tokens"


@pytest.mark.parametrize(
    ("row", "counting"),
    [
        (HELICONE, {"request_path": COUNTED}),
        (HELICONE, {"target_url": f"https://api.anthropic.com{COUNTED}?beta=true"}),
        (LITELLM, {"call_type": "acount_tokens"}),
        (LITELLM, {"api_base": f"https://api.anthropic.com{COUNTED}"}),
        (LITELLM, {"metadata": {**LITELLM["metadata"], "user_api_key_request_route": COUNTED}}),
        (DAILY, {"endpoint": COUNTED}),
        (LANGFUSE, {"name": "count_tokens"}),
        (LANGFUSE, {"metadata": {"path": COUNTED}}),
        (PROXY, {"path": f"{COUNTED}?beta=true"}),
        (ANSWER, {"url": f"https://api.anthropic.com{COUNTED}"}),
        (ANSWER, {"path": COUNTED}),
    ],
)
def test_a_question_that_counts_tokens_is_not_a_call(row, counting):
    """Case report-21 (Helicone issue 5191): 40,000 tokens and 0.12 USD too many."""
    other = {name: value for name, value in counting.items() if name in row}
    second = row | counting | ({"request_id": "r1"} if "request_id" in row else {})
    found = of("rows.jsonl", b"".join(json.dumps(one).encode() + b"\n" for one in (row, second)))
    assert len(found.requests) + len(found.buckets) == 1, other
    (tally,) = found.tallies
    assert (tally.used, tally.other, tally.skipped) == (1, 1, {})


def test_a_capture_of_a_question_that_counts_tokens_is_not_a_call():
    """HAR and claude-trace: only /v1/messages itself is a call."""
    har = SAMPLES / "har"
    (path, *_) = [
        one
        for one in sorted(har.iterdir())
        if one.suffix == ".har" and read_bytes({one.name: one.read_bytes()}, key=KEY).requests
    ]
    data = path.read_bytes()
    assert read_bytes({path.name: data.replace(b"/v1/messages", COUNTED.encode())}, key=KEY).requests == ()
