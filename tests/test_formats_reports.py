"""Reports that come as JSON pages: Admin usage and cost, Claude Code Analytics, Analytics API; and their traps."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shares import drawn

from generator.importers import IMPORTERS, discover, read, read_bytes
from generator.importers.fold import Extract
from generator.importers.reports.pages import LONGEST_ROW
from generator.ledger.reconciliation import reconcile
from generator.ledger.subjects import subjects
from generator.records.rows import LogData, SkipReason, Surface, UsageBucket

SAMPLES = Path(__file__).parent / "samples"
KEY = b"key of a test"
OPUS, SONNET = "claude-opus-4-6", "claude-sonnet-4-6"
REPORTS = ("admin-usage", "admin-cost", "claude-code-analytics", "enterprise-usage", "enterprise-cost")
BY_ID = {importer.id: importer for importer in IMPORTERS}
FILES = sorted(path for name in REPORTS for path in (SAMPLES / name).iterdir() if path.name != "README.md")
CANARIES = ("canary", "example.com", "wrkspc", "page_", "00000000-0000", "slack", "vscode")


def sample(*names: str) -> LogData:
    return read(discover([SAMPLES / name for name in names]).claimed, key=KEY)


def pages(name: str) -> Iterable[dict]:
    """Pages of a sample, as a naive reader parses them: a line that is no JSON is passed over."""
    text = (SAMPLES / name).read_text()
    try:
        whole = json.loads(text)
        yield from whole if isinstance(whole, list) else [whole]
    except json.JSONDecodeError:
        for line in text.splitlines():
            try:
                yield json.loads(line)
            except json.JSONDecodeError:
                continue


def results(name: str) -> list[dict]:
    return [result for page in pages(name) for row in page.get("data", []) for result in row.get("results", [row])]


def rows(reading: LogData, *fields: str) -> list[tuple]:
    return [tuple(getattr(bucket, field) for field in fields) for bucket in reading.buckets]


def total(buckets: Iterable[UsageBucket], field: str) -> float:
    return sum(getattr(bucket, field) or 0 for bucket in buckets)


def usage(uncached: int = 1, **fields) -> dict:
    return {"uncached_input_tokens": uncached, "output_tokens": 1} | fields


def bucket(*found: dict, start: str = "2026-03-02T00:00:00Z", end: str = "2026-03-03T00:00:00Z") -> dict:
    return {"starting_at": start, "ending_at": end, "results": list(found)}


def page(*data: dict, **fields) -> bytes:
    return json.dumps({"data": list(data), "has_more": False} | fields).encode()


# Admin usage

COUNTS = ("start", "model", "grouping", "input_tokens", "cache_write_tokens", "cache_read_tokens", "output_tokens")


def test_usage_pages_of_one_question():
    """Groups over two pages; a day without use, one with a negative count, a cut page and an error are accounted for."""
    reading = sample("admin-usage/by-model-and-workspace.jsonl")
    second, third = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC)
    assert rows(reading, *COUNTS) == [
        (second, OPUS, "model-workspace", 1000, 500, 9000, 400),
        (second, SONNET, "model-workspace", 500, 100, 4000, 200),
        (third, OPUS, "model-workspace", 700, 100, 6000, 250),
    ]
    assert {bucket.surface for bucket in reading.buckets} == {Surface.API}
    (tally,) = reading.tallies
    assert (tally.read, tally.used, tally.other, tally.pending) == (9, 2, 4, 1)
    assert tally.skipped == {SkipReason.NOT_JSON: 1, SkipReason.NEGATIVE_COUNT: 1}
    assert tally.types == {"bucket": 2, "empty-bucket": 1, "page": 2, "page-with-more": 1}


def test_usage_in_one_pretty_page_and_in_a_list_of_pages():
    whole = sample("admin-usage/by-nothing.json")
    assert rows(whole, "model", "grouping", "group", "input_tokens") == [
        ("other", "none", "", 1500),
        ("other", "none", "", 700),
    ]
    hours = sample("admin-usage/hours.json")
    assert rows(hours, "model", "grouping", "input_tokens") == [
        (OPUS, "model-hour", 600),
        (OPUS, "model-hour", 400),
        (SONNET, "model-hour", 500),
    ]


def test_trap_pages_of_different_grouping_and_width_added():
    """The same two days as groups, as a whole and as hours: 5,900 uncached tokens where there were 2,200."""
    names = [f"admin-usage/{name}" for name in ("by-model-and-workspace.jsonl", "by-nothing.json", "hours.json")]
    naive = sum(result["uncached_input_tokens"] for name in names for result in results(name)) - 10  # the damaged day
    reading = sample(*names)
    by_grouping = {
        name: total((bucket for bucket in reading.buckets if bucket.grouping == name), "input_tokens")
        for name in {bucket.grouping for bucket in reading.buckets}
    }
    assert naive == 5900
    assert by_grouping == {"model-workspace": 2200, "none": 2200, "model-hour": 1500}
    lines = reconcile(reading, subjects(reading)).lines
    assert sum(line.input_tokens or 0 for line in lines) == 2200


def test_trap_a_refreshed_report_added_to_the_earlier_one():
    """4,600 where the later report says 2,400."""
    names = ["admin-usage/by-model-and-workspace.jsonl", "admin-usage/refreshed.jsonl"]
    naive = sum(result["uncached_input_tokens"] for name in names for result in results(name)) - 10
    assert naive == 4600
    assert total(sample(*names).buckets, "input_tokens") == 2400


def test_trap_the_default_workspace_taken_for_a_page_without_workspaces():
    """Its id is null in a report that is split by workspace; page by page it would look like another grouping."""
    alone = read_bytes({"a.jsonl": page(bucket(usage(7, model=OPUS)))}, key=KEY)
    chained = page(bucket(usage(5, model=OPUS, workspace_id="w")), has_more=True) + b"\n"
    chained += page(bucket(usage(7, model=OPUS), start="2026-03-03T00:00:00Z", end="2026-03-04T00:00:00Z")) + b"\n"
    together = read_bytes({"a.jsonl": chained}, key=KEY)
    assert rows(alone, "grouping") == [("model",)]
    assert rows(together, "grouping", "input_tokens") == [("model-workspace", 5), ("model-workspace", 7)]


def test_models_that_are_not_known_do_not_replace_each_other():
    found = read_bytes({"a.json": page(bucket(usage(5, model="canary-a"), usage(7, model="canary-b")))}, key=KEY)
    assert rows(found, "model", "input_tokens") == [("other", 5), ("other", 7)]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (bucket(usage(), start="2026-03-02T00:00:00"), SkipReason.NAIVE_TIME),
        (bucket(usage(), end=""), SkipReason.NO_TIME),
        (bucket(usage(), end="2026-03-02T00:00:00Z"), SkipReason.BAD_FIELD),
        (bucket(usage(), end="soon"), SkipReason.BAD_FIELD),
        (bucket(usage(), usage(10**13)), SkipReason.BAD_FIELD),
        (bucket(usage(), usage(-1)), SkipReason.NEGATIVE_COUNT),
        (bucket(usage("1")), SkipReason.BAD_FIELD),
        (bucket({"uncached_input_tokens": None}), SkipReason.BAD_FIELD),
    ],
)
def test_an_interval_with_a_damaged_part_is_left_out_whole(row, reason):
    good = bucket(usage(3), start="2026-03-05T00:00:00Z", end="2026-03-06T00:00:00Z")
    reading = read_bytes({"a.json": page(row, good)}, key=KEY)
    assert rows(reading, "input_tokens") == [(3,)]
    assert reading.tallies[0].skipped == {reason: 1}


def test_pages_joined_without_a_last_line_end_are_all_read():
    """Scripts join pages with line ends between them; that is no log which is still being written."""
    two = (
        page(bucket(usage(1)))
        + b"\n"
        + page(bucket(usage(2), start="2026-03-01T00:00:00Z", end="2026-03-02T00:00:00Z"))
    )
    reading = read_bytes({"a.jsonl": two}, key=KEY)
    assert (len(reading.buckets), reading.tallies[0].pending, reading.tallies[0].bytes) == (2, 0, len(two))


def test_a_row_of_a_page_that_is_too_long_is_skipped_without_the_rest():
    """Memory stays bounded whatever one interval holds."""
    long = bucket(usage() | {"x": "a" * (LONGEST_ROW + 1024 * 1024)})
    good = bucket(usage(3), start="2026-03-05T00:00:00Z", end="2026-03-06T00:00:00Z")
    reading = read_bytes({"a.json": page(good, long)}, key=KEY)
    assert rows(reading, "input_tokens") == [(3,)]
    assert reading.tallies[0].skipped == {SkipReason.TOO_LONG: 1}


# Costs


def test_trap_cents_as_text_taken_for_dollars():
    """1,605 "dollars" where 16 USD were charged; a charge that is no tokens counts, another currency does not."""
    reading = sample("admin-cost/by-description.jsonl")
    naive = sum(float(result["amount"]) for result in results("admin-cost/by-description.jsonl"))
    assert naive == 1605.0
    assert rows(reading, "model", "cost_usd") == [(OPUS, 12.345), (OPUS, 2.5), ("other", 0.155), (SONNET, 1.0)]
    assert total(reading.buckets, "cost_usd") == pytest.approx(16.0)
    assert reading.tallies[0].skipped == {SkipReason.BAD_FIELD: 1}


def test_trap_costs_with_and_without_groups_added():
    """32 USD where 16 were charged."""
    reading = sample("admin-cost")
    assert total(reading.buckets, "cost_usd") == pytest.approx(32.0)
    lines = reconcile(reading, subjects(reading)).lines
    assert sum(line.cost_usd or 0 for line in lines) == pytest.approx(16.0)


def test_trap_cents_as_a_number_taken_for_dollars():
    """370 USD where the estimate was 3.70 USD, the damaged row aside."""
    name = "claude-code-analytics/two-days.jsonl"
    naive = sum(part["estimated_cost"]["amount"] for row in results(name) for part in row["model_breakdown"]) - 1
    assert naive == 370.0
    assert total(sample(name).buckets, "cost_usd") == pytest.approx(3.70)


# Claude Code Analytics


def test_trap_rows_of_one_person_dropped_as_doubles():
    """A person with two terminals has two rows. Kept by e-mail and day alone, 200 of Opus's 400 tokens would be lost."""
    reading = sample("claude-code-analytics/two-days.jsonl")
    by_actor = {}
    for row in results("claude-code-analytics/two-days.jsonl"):
        actor = row["actor"].get("email_address", "")
        by_actor.setdefault((row["date"], actor), row)
    opus = [part for row in by_actor.values() for part in row["model_breakdown"] if part["model"] == OPUS]
    naive = sum(part["tokens"]["input"] for part in opus) - 1  # the damaged row
    assert naive == 200
    assert total((bucket for bucket in reading.buckets if bucket.model == OPUS), "input_tokens") == 400
    assert len({bucket.group for bucket in reading.buckets}) == 5
    assert rows(reading, "start", "surface", "model", "input_tokens")[-1] == (
        datetime(2026, 3, 3, tzinfo=UTC),
        Surface.CLAUDE_CODE,
        "other",
        7,
    )
    (tally,) = reading.tallies
    assert tally.types == {"page": 2, "page-with-more": 1, "person-day": 4, "person-day-without-tokens": 1}
    assert tally.skipped == {SkipReason.BAD_FIELD: 1}


def test_trap_three_reports_of_the_same_tokens_added():
    """Analytics, Admin and Console count the same 1,000 tokens: 3,000 added up, three lines of 1,000 here."""
    console = "usage_date_utc,model_version,usage_input_tokens_no_cache,usage_output_tokens\n2026-03-02,{},1000,9\n"
    analytics = {
        "date": "2026-03-02",
        "actor": {"email_address": "a@example.com"},
        "terminal_type": "t",
        "model_breakdown": [{"model": OPUS, "tokens": {"input": 1000, "output": 9}}],
    }
    files = {
        "a.json": page(bucket(usage(1000, model=OPUS))),
        "b.csv": console.format(OPUS).encode(),
        "c.json": page(analytics),
    }
    reading = read_bytes(files, key=KEY)
    assert total(reading.buckets, "input_tokens") == 3000
    assert reading.requests == ()
    lines = reconcile(reading, subjects(reading)).lines
    assert [(line.report, line.input_tokens) for line in lines] == [
        ("admin-usage", 1000),
        ("claude-code-analytics", 1000),
        ("console-usage-csv", 1000),
    ]


# Analytics API


def test_trap_a_revised_report_added_or_taken_by_size():
    """Figures fall too when they are revised: added 912 uncached tokens, the larger ones 466, the later ones 446."""
    name = "enterprise-usage/over-time.jsonl"
    reading = sample(name)
    naive = sum(result["uncached_input_tokens"] for result in results(name))
    assert naive == 912
    assert total(reading.buckets, "input_tokens") == 446
    assert {bucket.as_of for bucket in reading.buckets} == {datetime(2026, 3, 20, 10, tzinfo=UTC)}


def test_products_are_surfaces_and_those_without_a_door_stay_apart():
    assert rows(sample("enterprise-usage/over-time.jsonl"), "surface", "model", "requests") == [
        (Surface.CLAUDE_AI, SONNET, 10),
        (Surface.CLAUDE_CODE, OPUS, 28),
        (Surface.COWORK, OPUS, 5),
        (Surface.ENTERPRISE, OPUS, 1),
        (Surface.ENTERPRISE, OPUS, 2),
    ]


def test_rows_by_user_take_their_range_from_the_file_name():
    named = sample("enterprise-usage/by-user-2026-03-01-to-2026-03-31.json")
    assert rows(named, "start", "end", "grouping", "input_tokens") == [
        (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC), "user-range", count) for count in (400, 57)
    ]
    plain = sample("enterprise-usage/by-user.json")
    assert rows(plain, "grouping", "input_tokens") == [("product-user", 400)]
    assert plain.tallies[0].skipped == {SkipReason.NO_TIME: 1}


def test_trap_overlapping_groups_of_users_added():
    """One user in two groups: 857 uncached tokens where 457 were used. Such a page is not read."""
    name = "enterprise-usage/by-group-of-users.json"
    assert sum(result["uncached_input_tokens"] for result in results(name)) == 857
    reading = sample(name)
    assert (reading.buckets, reading.tallies[0].types) == ((), {"overlapping-groups": 1, "page": 1})


def test_the_successor_of_2026_08_states_group_and_usage_apart():
    assert rows(sample("enterprise-usage/successor-2026-08.json"), "surface", "model", "grouping", "input_tokens") == [
        (Surface.CLAUDE_CODE, OPUS, "model-product-user", 300),
        (Surface.CLAUDE_AI, SONNET, "model-product-user", 100),
    ]
    assert rows(sample("enterprise-cost/successor-2026-08.json"), "surface", "grouping", "cost_usd") == [
        (Surface.COWORK, "model-product-cost", 12.505)
    ]


def test_trap_revised_costs_in_cents_added():
    """81,921 "dollars" from two reports of the same day, where 403.20 USD were charged."""
    name = "enterprise-cost/over-time.jsonl"
    naive = sum(float(result["amount"]) for result in results(name))
    assert naive == 81921.0
    assert rows(sample(name), "requests", "cost_usd") == [(28, 400.0), (10, 3.2025)]


def test_a_negative_amount_is_skipped():
    reading = sample("enterprise-cost/by-user-2026-03-01-to-2026-03-31.json")
    assert [bucket.cost_usd for bucket in reading.buckets] == [400.0, 3.2025]
    assert reading.tallies[0].skipped == {SkipReason.NEGATIVE_COUNT: 1}


def test_a_renamed_or_deleted_user_keeps_the_pseudonym():
    """Else the revised row would stand beside the earlier one."""

    def row(**actor) -> dict:
        return usage(5, product=None) | {"actor": {"user_id": "u"} | actor} | bucket()

    def by_user(**actor) -> bytes:
        stated = {key: value for key, value in row(**actor).items() if key != "results"}
        return page(stated)

    reading = read_bytes({"a.json": by_user(name="a"), "b.json": by_user(name="b", deleted=True)}, key=KEY)
    assert rows(reading, "input_tokens") == [(5,)]


# All


def read_one(importer: str, data: bytes) -> Extract:
    return BY_ID[importer].read(io.BytesIO(data), Path("file.json"), 0, KEY)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_each_sample_is_claimed_by_its_importer_only(path):
    """Also with a byte order mark, and with its head cut."""
    data = path.read_bytes()
    for head in (data, b"\xef\xbb\xbf" + data, data[: len(data) * 3 // 4]):
        assert [importer.id for importer in IMPORTERS if importer.sniff(path, head)] == [path.parent.name]


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_account_of_each_sample_balances(path):
    (tally,) = read(discover([path]).claimed, key=KEY).tallies
    assert tally.balances
    assert tally.bytes == path.stat().st_size
    assert sum(tally.types.values()) == tally.used + tally.other + tally.recovered


def test_no_text_of_a_report_reaches_a_record():
    for name in REPORTS:
        out = msgspec.json.encode(sample(name)).decode().lower()
        assert not [word for word in CANARIES if word in out]
        assert msgspec.json.decode(out, type=LogData).buckets


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10**20) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
fields = st.sampled_from(
    ["starting_at", "results", "group", "usage", "cost", "actor", "amount", "model", "date", "model_breakdown", "x"]
)


@given(st.sampled_from(REPORTS), st.dictionaries(fields, json_values, max_size=4), json_values)
def test_any_row_of_a_page_is_accounted_for(importer, row, other):
    extract = read_one(importer, page(bucket(usage()) | row, row, data_refreshed_at=other))
    assert extract.tallies[0].balances


@given(st.sampled_from(REPORTS), st.binary(max_size=200) | st.binary(max_size=40).map(lambda data: b'{"data":[' + data))
def test_any_bytes_are_accounted_for(importer, data):
    (tally,) = read_one(importer, data).tallies.values()
    assert tally.balances
    assert tally.bytes == len(data)


@settings(max_examples=drawn(150))
@given(st.sampled_from(FILES), st.data())
def test_any_damage_of_a_sample_is_accounted_for(path, data):
    whole = path.read_bytes()
    at = data.draw(st.integers(0, len(whole)))
    patch = data.draw(st.binary(max_size=6) | st.sampled_from([b"\x00", b"\n", b'"', b"]", "\u2028".encode()]))
    extract = read_one(path.parent.name, whole[:at] + patch + whole[at + data.draw(st.integers(0, 40)) :])
    assert extract.tallies[0].balances
    assert msgspec.json.decode(msgspec.json.encode(extract), type=Extract) == extract
