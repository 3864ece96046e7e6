"""LiteLLM, Langfuse, Helicone and ccusage, on invented samples: what each gives, and every trap of counting twice."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shares import drawn

from generator.importers import discover, read
from generator.importers.base import LARGEST_COUNT
from generator.importers.fold import Extract
from generator.importers.gateways.counts import uncached
from generator.importers.gateways.helicone import HELICONE
from generator.importers.gateways.langfuse import LANGFUSE
from generator.importers.gateways.litellm_daily import LITELLM_DAILY
from generator.importers.gateways.litellm_spend import LITELLM_SPEND
from generator.importers.gateways.models import gateway_model
from generator.importers.gateways.rows import spells
from generator.importers.reports.ccusage_json import CCUSAGE_JSON
from generator.records.pseudonyms import pseudonym
from generator.records.rows import LogData, MarkKind, MatchKey, Request, SkipReason, Surface, UsageBucket

SAMPLES = Path(__file__).parent / "samples"
OURS = (LITELLM_SPEND, LITELLM_DAILY, LANGFUSE, HELICONE, CCUSAGE_JSON)
FILES = [path for one in OURS for path in sorted((SAMPLES / one.id).iterdir()) if path.suffix != ".md"]
SPEND = SAMPLES / "litellm-spend" / "spend-2026-03.jsonl"
DUMP = SAMPLES / "litellm-spend" / "dump-2026-03.csv"
ANSWER = SAMPLES / "litellm-spend" / "answer-2025-08.json"
TABLE = SAMPLES / "litellm-daily" / "table-2026-03.jsonl"
ACTIVITY = SAMPLES / "litellm-daily" / "activity-2026-03.json"
BLOB = SAMPLES / "langfuse" / "observations_v2-2026-03.jsonl"
EXPORT = SAMPLES / "helicone" / "export-2026-03.jsonl"
BODIES = SAMPLES / "helicone" / "with-bodies-2026-03.json"
DAILY = SAMPLES / "ccusage-json" / "daily-2026-03.json"
BLOCKS = SAMPLES / "ccusage-json" / "blocks-2026-03.json"
PROJECTS = SAMPLES / "ccusage-json" / "projects-2026-03.json"
KEPT = SAMPLES / "ccusage-json" / "kept.jsonl"
KEY = b"key of a test"
OPUS, SONNET = "claude-opus-4-6", "claude-sonnet-4-6"
DAY = datetime(2026, 3, 2, tzinfo=UTC)

by_file = pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")


def sample(*paths: Path) -> LogData:
    return read(discover(paths).claimed, key=KEY)


def of(path: Path):
    return next(importer for importer in OURS if importer.id == path.parent.name)


def parse(importer, data: bytes) -> Extract:
    return importer.read(io.BytesIO(data), Path("x"), 0, KEY)


def jsonl(*objects: object) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in objects)


def rows(path: Path) -> list[dict]:
    """The rows of a sample of JSON lines that are whole."""
    found = []
    for line in path.read_text().splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


def four(request: Request) -> tuple[int, int, int, int]:
    return (request.input_tokens, request.cache_write_tokens, request.cache_read_tokens, request.output_tokens)


def counts(reading: LogData) -> list[tuple[int, int, int, int]]:
    return [four(request) for request in reading.requests]


def prompts(reading: LogData) -> int:
    return sum(request.total_tokens for request in reading.requests)


def sums(bucket: UsageBucket) -> tuple[int | None, ...]:
    return (bucket.input_tokens, bucket.cache_write_tokens, bucket.cache_read_tokens, bucket.output_tokens)


def spend(**fields) -> dict:
    usage = {"prompt_tokens": 110, "completion_tokens": 7, "cache_read_input_tokens": 60}
    return {
        "request_id": "msg_01SampleQ", "call_type": "acompletion", "model": OPUS, "status": "success",
        "startTime": "2026-03-02T10:00:00Z", "endTime": "2026-03-02T10:00:05Z", "prompt_tokens": 110,
        "completion_tokens": 7, "metadata": {"usage_object": usage | {"cache_creation_input_tokens": 40}},
    } | fields  # fmt: skip


def observation(**fields) -> dict:
    return {
        "id": "obs", "trace_id": "t", "type": "GENERATION", "start_time": "2026-03-02 10:00:00.000000",
        "end_time": "2026-03-02 10:00:05.000000", "provided_model_name": OPUS,
        "usage_details": {"input": 5, "output": 7, "cache_read_input_tokens": 900},
    } | fields  # fmt: skip


def requested(**fields) -> dict:
    return {
        "request_id": "r", "request_created_at": "2026-03-02 10:00:00.000", "response_status": 200, "delay_ms": 5000,
        "request_model": OPUS, "provider": "ANTHROPIC", "prompt_tokens": 5, "completion_tokens": 7,
        "prompt_cache_read_tokens": 900, "prompt_cache_write_tokens": 0,
    } | fields  # fmt: skip


ROWS = {LITELLM_SPEND.id: spend, LANGFUSE.id: observation, HELICONE.id: requested}
CALLS = (LITELLM_SPEND, LANGFUSE, HELICONE)
by_calls = pytest.mark.parametrize("importer", CALLS, ids=lambda importer: importer.id)


# What the samples give


def test_spend_logs_of_2026():
    reading = sample(SPEND)
    assert counts(reading) == [
        (5, 1253, 128955, 400),
        (12, 0, 30000, 80),
        (500, 3000, 20000, 60),
        (7, 100, 4000, 90),
    ]
    assert [request.model for request in reading.requests] == [OPUS, OPUS, SONNET, OPUS]
    first = reading.requests[0]
    assert (first.cache_write_5m_tokens, first.cache_write_1h_tokens) == (0, 1253)
    assert (first.started, first.first_seen, first.ended) == (
        datetime(2026, 3, 2, 10, 0, tzinfo=UTC),
        datetime(2026, 3, 2, 10, 0, 2, tzinfo=UTC),
        datetime(2026, 3, 2, 10, 0, 9, 500_000, tzinfo=UTC),
    )
    assert first.id == pseudonym("message", "msg_01SampleA", KEY)
    told = [copy.request for copy in parse(LITELLM_SPEND, SPEND.read_bytes()).calls.values()]
    assert {(request.session, request.surface, request.output_reliable) for request in told} == {
        ("", Surface.API, True)
    }
    (tally,) = reading.tallies
    assert tally.types == {
        "cache-unknown": 1, "failure": 2, "no-tokens": 1, "other-vendor": 1, "own-cache": 1, "spend-log": 3,
        "unclear-input": 1,
    }  # fmt: skip
    assert tally.skipped == {SkipReason.NEGATIVE_COUNT: 1, SkipReason.NO_TIME: 1, SkipReason.NOT_JSON: 1}


def test_an_answer_of_the_versions_of_2025_and_the_name_of_a_company():
    """Writes stood outside of prompt_tokens then; an alias of a company stays "other"."""
    reading = sample(ANSWER)
    assert counts(reading) == [(88, 21002, 120269, 4156), (1500, 0, 0, 30)]
    assert [request.model for request in reading.requests] == [SONNET, "other"]


def test_a_dump_of_the_table_has_times_in_utc_without_a_zone():
    reading = sample(DUMP)
    assert counts(reading) == [(5, 1253, 128955, 400), (10, 0, 2000, 25)]
    assert reading.requests[1].started == datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
    assert reading.tallies[0].types == {"failure": 1, "header": 1, "spend-log": 2}


def test_daily_sums_leave_uncached_input_open_where_anything_was_cached():
    """A bucket may not know its uncached input; a call must."""
    reading = sample(TABLE)
    assert [(bucket.model, sums(bucket), bucket.requests) for bucket in reading.buckets] == [
        (OPUS, (None, 1353, 162955, 570), 6),
        (SONNET, (1000, 0, 0, 300), 4),
        (SONNET, (1000, 0, 0, 300), 4),
    ]
    assert {(bucket.start, bucket.end) for bucket in reading.buckets} == {(DAY, DAY + timedelta(days=1))}
    assert reading.buckets[0].as_of == datetime(2026, 3, 2, 23, 59, tzinfo=UTC)
    assert len({bucket.group for bucket in reading.buckets}) == 3
    assert reading.requests == ()


def test_the_first_shapes_of_daily_sums_say_nothing_of_a_cache():
    """A column that is not there is not zero."""
    reading = sample(SAMPLES / "litellm-daily" / "teams-2025.csv")
    assert [(sums(bucket), bucket.requests, bucket.grouping) for bucket in reading.buckets] == [
        ((None, None, None, 300), 5, "team-key-model-group-provider")
    ]
    first = [bucket for bucket in sample(ACTIVITY).buckets if bucket.start.year == 2025]
    assert [(bucket.model, sums(bucket), bucket.requests, bucket.cost_usd) for bucket in first] == [
        ("claude-3-7-sonnet-20250219", (None, None, None, 17), 11, 0.02)
    ]


def test_observations_of_a_blob_export():
    reading = sample(BLOB)
    assert counts(reading) == [
        (5, 1253, 128955, 400),
        (12, 0, 30000, 80),
        (6, 900, 40000, 50),
        (9, 700, 50000, 60),
        (4, 300, 50700, 40),
    ]
    assert [(mark.kind, mark.value, mark.session) for mark in reading.marks] == [(MarkKind.API_ERROR, None, "")]
    (tally,) = reading.tallies
    assert tally.types == {
        "cache-unknown": 1, "failure": 1, "generation": 6, "observation": 2, "other-vendor": 1, "unclear-input": 1
    }  # fmt: skip
    assert tally.skipped == {SkipReason.BAD_FIELD: 1, SkipReason.NEGATIVE_COUNT: 1, SkipReason.NOT_JSON: 1}


def test_observations_of_the_web_page_as_json_and_csv():
    """The same observation in both is one call; a time with a zone is taken at its word."""
    reading = sample(SAMPLES / "langfuse" / "table-2026-03.json", SAMPLES / "langfuse" / "table-2026-03.csv")
    assert counts(reading) == [(3, 100, 7000, 10), (3, 100, 7000, 10), (900, 100, 7000, 10), (5, 50, 7100, 12)]
    assert reading.requests[1].started == datetime(2026, 3, 2, 10, 40, tzinfo=UTC)


def test_requests_of_helicone():
    reading = sample(EXPORT)
    assert counts(reading) == [(5, 1253, 128955, 400), (9000, 0, 2000, 70), (12, 0, 30000, 80)]
    assert [(mark.kind, mark.value) for mark in reading.marks] == [
        (MarkKind.API_ERROR, 529),
        (MarkKind.API_ERROR, 429),
    ]
    assert reading.tallies[0].types == {
        "failure": 2, "other-vendor": 1, "own-cache": 1, "request": 2, "unclear-input": 1, "unfinished": 1
    }  # fmt: skip


def test_a_body_in_an_export_tells_the_api_message_id_and_lifetimes():
    first, second = sample(BODIES).requests
    assert (four(first), first.id) == ((6, 800, 70000, 55), pseudonym("message", "msg_01SampleH", KEY))
    assert (first.cache_write_5m_tokens, first.cache_write_1h_tokens) == (800, 0)
    assert (second.model, second.requested_model) == (SONNET, OPUS)
    assert second.ended == datetime(2026, 3, 2, 10, 31, 9, 500_000, tzinfo=UTC)


def test_the_table_of_the_export_tool_has_no_cache_columns_and_gives_no_call():
    reading = sample(SAMPLES / "helicone" / "tool-2026-03.csv")
    assert (reading.requests, len(reading.marks)) == ((), 1)
    assert reading.tallies[0].types == {"cache-unknown": 1, "failure": 1, "header": 1}


def test_reports_of_ccusage_by_day_model_and_project():
    assert [(bucket.model, bucket.start.day, sums(bucket)) for bucket in sample(DAILY).buckets] == [
        (OPUS, 2, (24, 1353, 162955, 570)),
        (SONNET, 2, (509, 3900, 60000, 360)),
        (OPUS, 3, (10, 200, 3000, 50)),
    ]
    by_project = sample(PROJECTS).buckets
    assert [sums(bucket) for bucket in by_project] == [(20, 1000, 160000, 500), (4, 353, 2955, 70)]
    assert {bucket.grouping for bucket in by_project} == {"local-day-project-model"}
    old = sample(SAMPLES / "ccusage-json" / "first-shape-2025.json").buckets
    assert [(bucket.model, sums(bucket)) for bucket in old] == [("claude-opus-4-20250514", (277, 512, 1024, 31456))]
    assert {(bucket.surface, bucket.cost_usd) for bucket in (*by_project, *old)} == {(Surface.CLAUDE_CODE, None)}


def test_blocks_of_ccusage_are_spans_and_a_gap_is_none():
    reading = sample(BLOCKS)
    assert [(bucket.model, bucket.start.hour, bucket.end - bucket.start) for bucket in reading.buckets] == [
        ("other", 10, timedelta(hours=5)),
        (OPUS, 8, timedelta(hours=5)),
    ]
    assert reading.tallies[0].types == {"block": 2, "gap": 1}


def test_outputs_of_ccusage_kept_one_a_line():
    """A month ends with its year; a session without its first moment has no span."""
    reading = sample(KEPT)
    assert [(bucket.grouping, bucket.start, bucket.end) for bucket in reading.buckets] == [
        ("local-week-model", datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 8, tzinfo=UTC)),
        ("session-model", DAY.replace(hour=10), DAY.replace(hour=10, minute=20, second=1)),
        ("local-month-model", datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
    ]
    assert reading.tallies[0].skipped == {SkipReason.NO_TIME: 1, SkipReason.NOT_JSON: 1}


# Traps: the wrong total of a naive reader beside the right one


def test_trap_litellm_cached_tokens_stand_in_prompt_tokens_too():
    """130,213 prompt tokens of which 130,208 were cached: added to the cache counts they make 260,421."""
    row = rows(SPEND)[0]
    usage = row["metadata"]["usage_object"]
    naive = row["prompt_tokens"] + usage["cache_read_input_tokens"] + usage["cache_creation_input_tokens"]
    assert naive == 260_421
    assert sample(SPEND).requests[0].total_tokens == 130_213


def test_trap_litellm_of_2025_held_only_reads_inside():
    """Taking reads and writes out would leave less than nothing; taking none out counts 120,269 twice."""
    row = json.loads(ANSWER.read_text())[0]
    usage = json.loads(row["metadata"])["usage_object"]
    assert row["prompt_tokens"] + usage["cache_read_input_tokens"] + usage["cache_creation_input_tokens"] == 261_628
    assert row["prompt_tokens"] - usage["cache_read_input_tokens"] - usage["cache_creation_input_tokens"] < 0
    assert sample(ANSWER).requests[0].total_tokens == 88 + 120_269 + 21_002 == 141_359


def test_trap_litellm_its_own_cache_was_never_sent():
    success = [
        row for row in rows(SPEND) if row["status"] == "success" and row["request_id"].startswith("msg_01SampleB")
    ]
    assert sum(row["prompt_tokens"] for row in success) == 60_024
    same = [request for request in sample(SPEND).requests if request.cache_read_tokens == 30_000]
    assert sum(request.total_tokens for request in same) == 30_012


def test_trap_failed_retried_and_fallback_rows_are_no_second_bill():
    """Seven tries at Claude models that ended well or not: two failed, and what answered in their place is one call."""
    tries = [row for row in rows(SPEND)[:7] if row["cache_hit"] == "False"]
    reading = sample(SPEND)
    assert (len(tries), len([row for row in tries if row["status"] == "failure"])) == (6, 2)
    assert (len(reading.requests), len(reading.marks)) == (4, 2)
    assert [(mark.kind, mark.value) for mark in reading.marks] == [
        (MarkKind.API_ERROR, 529),
        (MarkKind.API_ERROR, 429),
    ]


def test_trap_a_dump_and_an_export_of_the_same_rows():
    """The call and the failure that stand in both files count once."""
    naive = prompts(sample(SPEND)) + prompts(sample(DUMP))
    both = sample(SPEND, DUMP)
    assert naive == 320_055
    assert (prompts(both), len(both.marks)) == (189_842, 2)


def test_trap_litellm_daily_sums_added_to_rows():
    """The day's cache reads stand in the rows and in the sums; a reader of both has them twice."""
    reading = sample(SPEND, TABLE)
    calls = sum(request.cache_read_tokens for request in reading.requests if request.model == OPUS)
    booked = sum(bucket.cache_read_tokens or 0 for bucket in reading.buckets if bucket.model == OPUS)
    assert (calls, booked, calls + booked) == (162_955, 162_955, 325_910)
    assert sum(account.cache_read_tokens for account in reading.formats) == calls + 20_000


def test_trap_litellm_daily_a_refreshed_row_replaces():
    naive = sum(row["cache_read_input_tokens"] for row in rows(TABLE) if row["model"] == "anthropic/claude-opus-4-6")
    assert naive == 321_910
    assert sum(bucket.cache_read_tokens for bucket in sample(TABLE).buckets) == 162_955


def test_trap_litellm_activity_states_the_same_tokens_four_times():
    """Totals, models, providers and keys of one day."""
    day = json.loads(ACTIVITY.read_text())["results"][0]
    parts = [day["metrics"], *(one["metrics"] for by in day["breakdown"].values() for one in by.values())]
    assert sum(part["completion_tokens"] for part in parts) == 4 * 1170
    of_day = [bucket for bucket in sample(ACTIVITY).buckets if bucket.start == DAY]
    assert sum(bucket.output_tokens for bucket in of_day) == 870, "without another vendor's 300"


def test_trap_langfuse_input_holds_the_cached_tokens():
    """Langfuse fills in the total of all keys itself, so a total of 260,821 says nothing of what is inside."""
    row = next(row for row in rows(BLOB) if row["id"] == "obs-sum")
    usage = row["usage_details"]
    assert usage["total"] == sum(value for name, value in usage.items() if name != "total") == 260_821
    assert usage["total"] - usage["output"] == 260_421
    assert sample(BLOB).requests[0].total_tokens == 130_213


def test_trap_langfuse_input_without_the_cached_tokens_is_kept():
    """Taking 50,700 cached tokens out of an input of 9 would lose it."""
    usage = next(row for row in rows(BLOB) if row["id"] == "obs-inner-1")["usage_details"]
    assert max(0, usage["input"] - usage["cache_read_input_tokens"] - usage["cache_creation_input_tokens"]) == 0
    assert (9, 700, 50000, 60) in counts(sample(BLOB))


def test_trap_langfuse_a_total_of_input_and_output_says_that_cached_tokens_are_inside():
    row = next(row for row in rows(BLOB) if row["id"] == "obs-told")
    usage = row["usage_details"]
    assert usage["input"] + usage["cache_read_input_tokens"] == 60_012
    assert usage["total"] == usage["input"] + usage["output"]
    extract = parse(LANGFUSE, jsonl(row))
    assert [four(copy.request) for copy in extract.calls.values()] == [(12, 0, 30000, 80)]
    assert extract.tallies[0].types == {"generation": 1}, "told, not assumed"


def test_trap_langfuse_parents_repeat_the_sums_of_what_is_inside():
    """An agent, a generation around a span, the span and two generations inside: the same 101,713 tokens four times."""
    tree = ("obs-root", "obs-outer", "obs-span", "obs-inner-1", "obs-inner-2")
    usages = [row["usage_details"] for row in rows(BLOB) if row["id"] in tree]
    assert sum(usage["total"] - usage["output"] for usage in usages) == 4 * 101_713
    inside = [request for request in sample(BLOB).requests if request.started.minute >= 20]
    assert sum(request.total_tokens for request in inside) == 101_713


def test_trap_langfuse_a_generation_around_another_with_tokens_of_its_own_is_kept():
    outer = observation(id="outer")
    inner = observation(id="inner", parent_observation_id="outer", usage_details={"input": 1, "input_cached_tokens": 9})
    assert len(parse(LANGFUSE, jsonl(outer, inner)).calls) == 2


def test_trap_langfuse_versions_of_one_observation():
    """An update with a cut time is written as a second row of the same id."""
    twice = [row for row in rows(BLOB) if row["id"] == "obs-apart"]
    assert [int(row["usage_details"]["input_cached_tokens"]) for row in twice[:1]] == [40_000]
    assert len(twice) == 2
    (call,) = [request for request in sample(BLOB).requests if request.cache_write_tokens == 900]
    assert (call.cache_read_tokens, call.lines) == (40_000, 2)


def test_trap_helicone_prompt_tokens_of_anthropic_hold_no_cached_ones():
    """9,000 uncached beside 2,000 read are 11,000; taking the reads out would make 9,000 of them."""
    row = rows(EXPORT)[1]
    assert row["total_tokens"] - row["completion_tokens"] == 9_000
    assert sample(EXPORT).requests[1].total_tokens == 11_000


def test_trap_helicone_of_another_provider_may_hold_them():
    row = rows(EXPORT)[6]
    assert row["prompt_tokens"] + row["prompt_cache_read_tokens"] == 60_012
    assert sample(EXPORT).requests[2].total_tokens == 30_012


def test_trap_helicone_own_cache_failures_and_cancelled_requests():
    sent = [row for row in rows(EXPORT) if "claude" in row["request_model"] and row["request_created_at"]]
    assert (len(sent), len(sample(EXPORT).requests)) == (8, 3)


def test_trap_ccusage_beside_the_calls_that_it_summed():
    """Its file and the spend logs tell the same day: 101 percent more if added, nothing more if compared."""
    reading = sample(DAILY, SPEND)
    calls = sum(request.cache_read_tokens for request in reading.requests)
    kept = sum(bucket.cache_read_tokens for bucket in reading.buckets if bucket.start == DAY)
    assert (calls, kept, calls + kept) == (182_955, 222_955, 405_910)
    assert [account.importer for account in reading.formats] == ["litellm-spend"]
    assert len(reading.requests) == 4


def test_trap_ccusage_reports_of_one_day_are_not_added():
    """Days, projects, sessions and blocks are views of the same tokens: the groupings keep them apart."""
    buckets = sample(DAILY, PROJECTS, KEPT, BLOCKS).buckets
    opus = [bucket for bucket in buckets if bucket.start.month == 3 and bucket.start.day <= 2]
    assert sum(bucket.cache_read_tokens for bucket in opus) == 937_775
    by_day = [bucket for bucket in opus if bucket.grouping == "local-day-model"]
    assert sum(bucket.cache_read_tokens for bucket in by_day) == 222_955


def test_trap_ccusage_projects_of_one_day_do_not_replace_one_another():
    assert max(bucket.cache_read_tokens for bucket in sample(PROJECTS).buckets) == 160_000
    assert sum(bucket.cache_read_tokens for bucket in sample(PROJECTS).buckets) == 162_955


def test_trap_another_vendors_tokens_are_none_of_ours():
    document = json.loads(DAILY.read_text())
    assert sum(row["cacheReadTokens"] for row in document["daily"]) == 226_356
    assert sum(bucket.cache_read_tokens for bucket in sample(DAILY).buckets) == 225_955


def test_trap_ccusage_beside_the_transcripts_that_it_read():
    """Nothing of a report joins the calls: they are the same with it and without it."""
    transcript = SAMPLES / "claude-code" / "client-2.1.104.jsonl"
    alone, both = sample(transcript), sample(transcript, DAILY)
    naive = prompts(alone) + sum(sum(part or 0 for part in sums(bucket)[:3]) for bucket in both.buckets)
    assert naive == prompts(alone) + 231_951
    assert counts(both) == counts(alone)
    assert [account.importer for account in both.formats] == ["claude-code"]


def test_trap_a_gateway_beside_the_transcripts_of_the_same_calls(tmp_path):
    """The gateway's whole prompt and the transcript's three parts are one call, by the message id."""
    transcript = SAMPLES / "claude-code" / "client-2.1.104.jsonl"
    line = next(row for row in rows(transcript) if row.get("message", {}).get("usage"))
    message, usage = line["message"], line["message"]["usage"]
    read_, written = usage["cache_read_input_tokens"], usage["cache_creation_input_tokens"]
    whole = usage["input_tokens"] + read_ + written
    times = dict.fromkeys(("startTime", "endTime"), line["timestamp"])
    stated = {"prompt_tokens": whole, "completion_tokens": 1, "cache_read_input_tokens": read_}
    row = spend(request_id=message["id"], metadata={"usage_object": stated | {"cache_creation_input_tokens": written}})
    (tmp_path / "spend.jsonl").write_bytes(jsonl(row | times))
    alone, both = sample(transcript), sample(transcript, tmp_path)
    assert prompts(alone) + prompts(sample(tmp_path)) == prompts(alone) + whole
    assert (prompts(both), len(both.requests)) == (prompts(alone), len(alone.requests))
    assert [account.matched for account in both.formats] == [{}, {MatchKey.MESSAGE_ID: 1}]


def test_trap_a_call_in_several_gateways_and_by_its_message_id(tmp_path):
    """A gateway that keeps the id is matched by it; one that does not, by its counts and its time."""
    (tmp_path / "spend.jsonl").write_bytes(jsonl(spend(request_id="msg_01SampleS")))
    usage = {"input": 10, "output": 7, "cache_read_input_tokens": 60, "cache_creation_input_tokens": 40}
    (tmp_path / "observations.jsonl").write_bytes(jsonl(observation(usage_details=usage)))
    reading = sample(tmp_path)
    assert counts(reading) == [(10, 40, 60, 7)]
    assert {account.importer: account.matched for account in reading.formats} == {
        "langfuse": {MatchKey.COUNTS_AND_TIME: 1},
        "litellm-spend": {},
    }


# How much was not cached


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_every_way_of_counting_a_prompt_is_read_without_a_token_too_many(own, read, written):
    """Exact where both kinds are inside; never above the truth where that cannot be told."""
    assert uncached(own + read + written, read, written)[0] == own
    assert uncached(own, read, written)[0] <= own
    assert uncached(own + read, read, written)[0] <= own


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_prompt_that_is_certain_is_kept_as_it_is(prompt, read, written):
    left, is_clear = uncached(prompt, read, written)
    assert left >= 0
    if is_clear:
        assert left == prompt
        assert read + written == 0 or prompt < read + written


def test_the_uncached_part_that_litellm_states_is_taken_at_its_word():
    details = {"text_tokens": 10, "cached_tokens": 60, "cache_creation_tokens": 40}
    usage = {"prompt_tokens": 110, "completion_tokens": 7, "prompt_tokens_details": details}
    extract = parse(LITELLM_SPEND, jsonl(spend(metadata={"usage_object": usage})))
    assert [four(copy.request) for copy in extract.calls.values()] == [(10, 40, 60, 7)]
    assert extract.tallies[0].types == {"spend-log": 1}
    details["text_tokens"] = 77  # fits no way of counting: not believed
    assert parse(LITELLM_SPEND, jsonl(spend(metadata={"usage_object": usage}))).tallies[0].types == {"unclear-input": 1}


@pytest.mark.parametrize("usage", [{}, {"prompt_tokens": 9}, {"cache_read_input_tokens": 0}, None])
def test_a_row_without_cache_counts_gives_no_call(usage):
    """Half a statement is none."""
    extract = parse(LITELLM_SPEND, jsonl(spend(metadata={"usage_object": usage})))
    assert (extract.calls, extract.tallies[0].types) == ({}, {"cache-unknown": 1})


def test_an_inclusive_input_of_anothers_spelling_is_not_taken_for_anthropics():
    usage = {
        "input_tokens": 110, "output_tokens": 7, "input_tokens_details": {"cached_tokens": 60},
        "cache_read_input_tokens": 60, "cache_creation_input_tokens": 40,
    }  # fmt: skip
    extract = parse(LITELLM_SPEND, jsonl(spend(metadata={"usage_object": usage})))
    assert [copy.request.input_tokens for copy in extract.calls.values()] == [10]


def test_cache_counts_of_zero_are_counts():
    """Zero is stated; a key that is not there is not."""
    usage = {"input": 700, "output": 20, "cache_read_input_tokens": 0, "cache_creation_input_tokens": 0}
    extract = parse(LANGFUSE, jsonl(observation(usage_details=usage)))
    assert [four(copy.request) for copy in extract.calls.values()] == [(700, 0, 0, 20)]
    assert extract.tallies[0].types == {"generation": 1}


# Names of models


@pytest.mark.parametrize(
    ("raw", "model"),
    [
        ("claude-opus-4-6", "claude-opus-4-6"),
        ("anthropic/claude-opus-4-6", "claude-opus-4-6"),
        ("openrouter/anthropic/claude-opus-4.6:beta", "claude-opus-4-6"),
        ("bedrock/us.anthropic.claude-opus-4-6-v1:0", "claude-opus-4-6"),
        ("us.anthropic.claude-opus-4-6-v1:0", "claude-opus-4-6"),
        ("global.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5-20250929"),
        ("us-gov.anthropic.claude-3-5-sonnet-20240620-v1:0", "claude-3-5-sonnet-20240620"),
        ("anthropic.claude-3-sonnet-20240229-v1:0:200k", "claude-3-sonnet-20240229"),
        ("arn:aws:bedrock:us-east-1:000000000000:inference-profile/eu.anthropic.claude-opus-4-6-v1", "claude-opus-4-6"),
        ("vertex_ai/claude-opus-4-6@20260205", "claude-opus-4-6-20260205"),
        ("vertex_ai/claude-opus-4-6@default", "claude-opus-4-6"),
        ("anthropic/claude-3.7-sonnet:thinking", "claude-3-7-sonnet"),
        ("claude-2.1", "claude-2.1"),
        ("claude-instant-1.2", "claude-instant-1.2"),
        ("Claude-Opus-4-6[1m]", "claude-opus-4-6"),
        ("claude-acme-internal", "other"),
        ("acme/large", "other"),
        ("", "other"),
        ("llama-distilled-from-claude", "other"),
        ("gpt-4o", None),
        ("azure/gpt-5-codex", None),
        ("vertex_ai/gemini-2.5-pro", None),
        ("o3-mini", None),
        ("text-embedding-3-small", None),
        ("meta.llama3-70b-instruct-v1:0", None),
        ("acme-o365-helper", "other"),
    ],
)
def test_names_of_gateways(raw, model):
    """A company's name never leaves, and another vendor's model is none of ours."""
    assert gateway_model(raw) == model


# Shapes of files


@by_calls
@pytest.mark.parametrize("ending", [b"\n", b""])
def test_one_row_alone_is_a_row(importer, ending):
    """An object on one line is no document around a list, with or without a last line end; half of one is pending."""
    row = json.dumps(ROWS[importer.id]()).encode()
    extract = parse(importer, row + ending)
    assert (len(extract.calls), extract.tallies[0].pending) == (1, 0)
    half = parse(importer, row + b"\n" + row[: len(row) // 2])
    assert (len(half.calls), half.tallies[0].pending) == (1, 1)


@by_calls
def test_rows_in_every_wrapping_are_the_same_calls(importer):
    row = ROWS[importer.id]()
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(["\ufeff" + name if not n else name for n, name in enumerate(row)])
    writer.writerow([json.dumps(cell) if isinstance(cell, dict) else cell for cell in row.values()])
    given = [
        jsonl(row, row), b"{broken\n" + jsonl(row), b"\x00broken\n" + jsonl(row), b"\xef\xbb\xbf" + jsonl(row, row),
        json.dumps([row]).encode(), json.dumps({"data": [row]}).encode(), json.dumps([row], indent=2).encode(),
        json.dumps({"page": 1, "data": [row]}, indent=2).encode(), table.getvalue().encode(),
    ]  # fmt: skip
    found = []
    for data in given:
        assert importer.sniff(Path("x"), data), data[:60]
        found.append([(copy.request.id, four(copy.request)) for copy in parse(importer, data).calls.values()])
    assert found == [found[0]] * len(given)
    assert len(found[0]) == 1


def test_a_first_line_longer_than_the_head_hides_nothing():
    row = observation() | {"input": "x" * 100_000}
    assert LANGFUSE.sniff(Path("x"), jsonl(row)[:65536])
    assert len(parse(LANGFUSE, jsonl(row, observation(id="two"))).calls) == 2


def test_a_trace_holds_its_observations():
    trace = {"id": "t", "totalCost": 1, "observations": [observation()]}
    assert len(parse(LANGFUSE, json.dumps(trace, indent=1).encode()).calls) == 1


def test_keys_inside_of_strings_are_not_spelled():
    """A transcript that quotes a row of a gateway is no row of it."""
    assert spells(b'{"request_id" : 1}', "request_id")
    assert not spells(json.dumps({"text": json.dumps({"request_id": 1})}).encode(), "request_id")


@pytest.mark.parametrize("value", ["2026-03-02T10:00:00", "soon", None, ""])
def test_blocks_of_ccusage_need_a_zone(value):
    block = {"startTime": value, "endTime": "2026-03-02T15:00:00Z", "tokenCounts": {}, "models": [OPUS]}
    assert parse(CCUSAGE_JSON, json.dumps({"blocks": [block]}).encode()).buckets == []


@pytest.mark.parametrize("name", ["date", "week", "month"])
@pytest.mark.parametrize("value", ["9999-12-31", "0000-00-00", "2026-13-01", "x", "0001-01-01"])
def test_dates_at_the_ends_of_the_calendar_are_no_crash(name, value):
    row = {name: value, "inputTokens": 1, "models": [OPUS]}
    (tally,) = parse(CCUSAGE_JSON, json.dumps({"data": [row]}).encode()).tallies.values()
    assert (tally.balances, tally.read) == (True, 1)


def test_a_report_of_ccusage_above_the_longest_line_is_not_held():
    class Endless(io.RawIOBase):
        left = 40 * 2**20

        def read(self, size: int = -1) -> bytes:
            given = min(size, self.left)
            self.left -= given
            return b"x" * given

    (tally,) = CCUSAGE_JSON.read(Endless(), Path("x"), 0, KEY).tallies.values()
    assert (tally.skipped, tally.bytes) == ({SkipReason.TOO_LONG: 1}, 40 * 2**20)


@by_calls
@pytest.mark.parametrize("count", [-1, LARGEST_COUNT + 1])
def test_counts_that_cannot_be_counts_are_skipped(importer, count):
    wrong = {
        LITELLM_SPEND.id: {"metadata": {"usage_object": {
            "prompt_tokens": 1, "completion_tokens": count, "cache_read_input_tokens": 0,
            "cache_creation_input_tokens": 0}}},
        LANGFUSE.id: {"usage_details": {"input": 1, "output": count, "cache_read_input_tokens": 1}},
        HELICONE.id: {"completion_tokens": count},
    }  # fmt: skip
    (tally,) = parse(importer, jsonl(ROWS[importer.id](**wrong[importer.id]))).tallies.values()
    assert tally.skipped == {SkipReason.NEGATIVE_COUNT if count < 0 else SkipReason.BAD_FIELD: 1}


@by_calls
def test_a_row_without_an_id_cannot_be_counted_once(importer):
    row = ROWS[importer.id](request_id=None, id=None, response_id=None)
    (tally,) = parse(importer, jsonl(row)).tallies.values()
    assert tally.skipped == {SkipReason.NO_ID: 1}


# Any input at all


@by_file
def test_the_account_of_a_sample_balances(path):
    (tally,) = sample(path).tallies
    assert tally.balances
    assert tally.bytes == path.stat().st_size
    assert sum(tally.types.values()) == tally.used + tally.other + tally.recovered


def test_no_text_of_a_sample_leaves():
    """Names of users, keys, projects and sessions, prompts, and ids of every kind."""
    planted = {path.parent.name for path in FILES if "canary" in path.read_text().lower()}
    assert planted == {importer.id for importer in OURS}
    for path in FILES:
        out = msgspec.json.encode(of(path).parse(path, 0, KEY)).decode().lower()
        assert not [word for word in ("canary", "msg_01", "obs-", "00000000-0000", "gpt-", "gemini-") if word in out]


@given(st.sampled_from(OURS), st.binary(max_size=300))
def test_any_bytes_are_accounted_for(importer, data):
    (tally,) = parse(importer, data).tallies.values()
    assert tally.balances
    assert tally.bytes == len(data)


json_values = st.recursive(
    st.sampled_from(["nan", "inf", "-inf", "1e400", "7", "", "True"])
    | st.none()
    | st.booleans()
    | st.integers(-5, 10**20)
    | st.floats(allow_nan=False)
    | st.text(max_size=8),
    lambda within: st.lists(within, max_size=3) | st.dictionaries(st.text(max_size=8), within, max_size=3),
    max_leaves=6,
)
fields = st.sampled_from(
    ["request_id", "model", "startTime", "endTime", "start_time", "end_time", "metadata", "usage_details", "cache_hit",
     "prompt_tokens", "prompt_cache_read_tokens", "response_body", "response_status", "delay_ms", "id", "level", "status",
     "parent_observation_id", "completion_tokens", "type", "provided_model_name", "request_model"]
)  # fmt: skip


day_fields = st.sampled_from(
    ["date", "model", "spend", "prompt_tokens", "api_requests", "metrics", "breakdown", "updated_at"]
)


@given(st.dictionaries(day_fields, json_values, max_size=4))
def test_any_daily_row_is_accounted_for(row):
    day = {"date": "2026-03-02", "model": OPUS, "api_requests": 1, "prompt_tokens": 1, "spend": 1}
    extract = parse(LITELLM_DAILY, jsonl(day | row, day))
    assert (extract.tallies[0].balances, extract.tallies[0].read) == (True, 2)
    assert msgspec.json.decode(msgspec.json.encode(extract), type=Extract) == extract


@given(st.sampled_from(CALLS), st.dictionaries(fields, json_values, max_size=4))
def test_any_row_is_accounted_for(importer, row):
    data = jsonl(ROWS[importer.id](**row), ROWS[importer.id]())
    extract = parse(importer, data)
    assert extract.tallies[0].balances
    assert extract.tallies[0].read == 2
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(extract), type=Extract) == extract


@settings(max_examples=drawn(150), deadline=None)
@given(st.sampled_from(FILES), st.data())
def test_any_damage_is_accounted_for(path, data):
    whole = path.read_bytes()
    at = data.draw(st.integers(0, len(whole)))
    patch = data.draw(st.binary(max_size=6) | st.sampled_from([b"\x00", b"\xef\xbb\xbf", b"\r\n", b'"', b"}"]))
    damaged = whole[:at] + patch + whole[at + data.draw(st.integers(0, 40)) :]
    extract = parse(of(path), damaged)
    (tally,) = extract.tallies.values()
    assert tally.balances
    assert tally.bytes == len(damaged)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(extract), type=Extract) == extract
