"""Reports that come as tables: Console usage and cost, spend reports, audit logs; and their traps."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shares import drawn

from generator.importers import IMPORTERS, discover, read, read_bytes
from generator.importers.fold import Extract
from generator.importers.reports.names import LONGEST_SLUG, displayed_model, grouping
from generator.importers.reports.periods import named
from generator.ledger.subjects import subjects
from generator.records.rows import LogData, MarkKind, SkipReason, Surface, UsageBucket

SAMPLES = Path(__file__).parent / "samples"
KEY = b"key of a test"
OPUS, SONNET = "claude-opus-4-6", "claude-sonnet-4-6"
TABLES = ("console-usage-csv", "console-cost-csv", "spend-csv", "audit-log-csv")
BY_ID = {importer.id: importer for importer in IMPORTERS}
FILES = sorted(path for name in TABLES for path in (SAMPLES / name).iterdir() if path.suffix == ".csv")
SPEND = "spend-csv/spend-report-00000000-0000-4000-8000-000000000001-2026-03-01-to-2026-03-31.csv"
CANARIES = ("canary", "example.com", "apikey", "192.0.2", "00000000-0000", "org service", "private", "200k")
SECOND = datetime(2026, 3, 2, tzinfo=UTC)


def sample(*names: str) -> LogData:
    return read(discover([SAMPLES / name for name in names]).claimed, key=KEY)


def naive_rows(name: str, encoding: str = "utf-8-sig") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((SAMPLES / name).read_bytes().decode(encoding))))


def rows(reading: LogData, *fields: str) -> list[tuple]:
    return [tuple(getattr(bucket, field) for field in fields) for bucket in reading.buckets]


def total(buckets: Iterable[UsageBucket], field: str) -> float:
    return sum(getattr(bucket, field) or 0 for bucket in buckets)


def count(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0


# Console usage

NO_CACHE, WRITE_5M, WRITE_1H, OLD_WRITE = (
    "usage_input_tokens_no_cache",
    "usage_input_tokens_cache_write_5m",
    "usage_input_tokens_cache_write_1h",
    "usage_input_tokens_cache_write",
)


def test_console_usage_of_2026():
    """Every row accounted for: an hour in place of a day, a word in place of a number, and a short row are refused."""
    reading = sample("console-usage-csv/header-2026.csv")
    assert sorted(
        rows(reading, "model", "input_tokens", "cache_write_tokens", "cache_read_tokens", "output_tokens")
    ) == [
        (OPUS, 40, 0, 600, 20),
        (OPUS, 70, 0, 0, 30),
        (OPUS, 1000, 500, 9000, 400),
        (SONNET, 500, 100, 4000, 200),
    ]
    assert {(row.start, row.end, row.surface) for row in reading.buckets} == {
        (SECOND, SECOND + timedelta(days=1), Surface.API)
    }
    assert {row.grouping for row in reading.buckets} == {"model-key-workspace-type-context-geo-speed"}
    (tally,) = reading.tallies
    assert (tally.read, tally.used, tally.types) == (9, 5, {"day": 5, "header": 1})
    assert tally.skipped == {SkipReason.BAD_FIELD: 3}


def test_console_usage_of_2025_has_one_column_of_writes():
    reading = sample("console-usage-csv/header-2025.csv")
    assert rows(reading, "model", "grouping", "input_tokens", "cache_write_tokens") == [
        (OPUS, "model-key-workspace-type", 1000, 500),
        (SONNET, "model-key-workspace-type", 1200, None),
    ]


def test_trap_a_byte_order_mark_hides_the_first_column():
    """Read as plain UTF-8 no row has a date: nothing is left of 1,610 uncached tokens."""
    name = "console-usage-csv/header-2026.csv"
    naive = sum(count(row[NO_CACHE]) for row in naive_rows(name, "utf-8") if row.get("usage_date_utc"))
    assert naive == 0
    assert total(sample(name).buckets, "input_tokens") == 1610


def test_trap_old_and_new_columns_of_writes_added():
    """1,000 tokens written where 500 were: the old column is the sum of the two new ones."""
    name = "console-usage-csv/both-write-columns.csv"
    (row,) = naive_rows(name)
    assert sum(count(row[column]) for column in (OLD_WRITE, WRITE_5M, WRITE_1H)) == 1000
    assert rows(sample(name), "cache_write_tokens") == [(500,)]


def test_trap_two_keys_of_one_name_taken_for_a_double():
    """Only the last row of a name kept: 610 uncached tokens; of 1,610 the largest row would be gone."""
    name = "console-usage-csv/header-2026.csv"
    days = [row for row in naive_rows(name) if row["usage_date_utc"] == "2026-03-02"]
    by_name = {(row["model_version"], row["api_key"], row["usage_type"]): count(row[NO_CACHE]) for row in days}
    assert sum(by_name.values()) == 610
    reading = sample(name)
    assert total(reading.buckets, "input_tokens") == 1610
    assert len({(row.model, row.group) for row in reading.buckets}) == 4


def test_trap_a_row_that_was_pasted_twice_counts_twice():
    """2,110 uncached tokens where 1,610 were used."""
    name = "console-usage-csv/header-2026.csv"
    naive = sum(count(row[NO_CACHE]) for row in naive_rows(name) if row["usage_date_utc"] == "2026-03-02")
    assert naive == 2110
    assert total(sample(name).buckets, "input_tokens") == 1610


def test_trap_an_export_read_again_is_added():
    """4,220 from two copies of the file; 1,610 here."""
    data = (SAMPLES / "console-usage-csv/header-2026.csv").read_bytes()
    assert total(read_bytes({"a.csv": data, "b.csv": data}, key=KEY).buckets, "input_tokens") == 1610


def test_trap_the_utc_day_taken_for_the_local_day():
    """A call at half past eleven in the evening of March 1 in Los Angeles stands under March 2."""
    call = datetime(2026, 3, 1, 23, 30, tzinfo=timezone(timedelta(hours=-8)))
    (first, *_) = sample("console-usage-csv/header-2026.csv").buckets
    assert call.date().isoformat() == "2026-03-01"  # the naive reader's day, with no row in the export
    assert first.start <= call < first.end


# Console cost


def test_console_costs_in_all_headers():
    """From the oldest to that of 2026, display names as ids, and the unit is dollars in all of them."""
    files = ("header-2024.csv", "header-2025-12.csv", "header-2026-05.csv", "header-2026.csv")
    found = [rows(sample(f"console-cost-csv/{name}"), "model", "cost_usd") for name in files]
    assert found[:3] == [
        [("claude-3-5-sonnet-20241022", 0.4)],
        [("claude-3-5-haiku", 0.13)],
        [("claude-haiku-4-5", 0.2)],
    ]
    assert found[3] == [(OPUS, 1.5), (OPUS, 0.5), (OPUS, 3.25), (OPUS, 3.25), (SONNET, 0.75), ("other", 0.1)]
    (tally,) = sample("console-cost-csv/header-2026.csv").tallies
    assert tally.skipped == {SkipReason.BAD_FIELD: 1}


def test_trap_dollars_taken_for_cents():
    """0.0935 USD where 9.35 USD were charged: the Console writes dollars, the Admin API cents."""
    name = "console-cost-csv/header-2026.csv"
    naive = sum(float(row["cost_usd"] or 0) for row in naive_rows(name)) / 100
    assert naive == pytest.approx(0.0935)
    assert total(sample(name).buckets, "cost_usd") == pytest.approx(9.35)


def test_trap_the_list_price_added_to_the_cost():
    """20.80 USD where 9.35 USD were charged."""
    name = "console-cost-csv/header-2026.csv"
    naive = sum(float(row["cost_usd"] or 0) + float(row["list_price_usd"] or 0) for row in naive_rows(name))
    assert naive == pytest.approx(20.80)
    assert total(sample(name).buckets, "cost_usd") == pytest.approx(9.35)


def test_trap_rows_by_kind_of_token_or_key_dropped_as_doubles():
    """One row a day, model and key name: 4.10 USD of 9.35 left."""
    name = "console-cost-csv/header-2026.csv"
    kept = {
        (row["usage_date_utc"], row["model"], row["api_key"]): float(row["cost_usd"] or 0) for row in naive_rows(name)
    }
    assert sum(kept.values()) == pytest.approx(4.10)
    assert total(sample(name).buckets, "cost_usd") == pytest.approx(9.35)


def test_a_key_that_was_archived_since_is_the_same_row():
    data = (SAMPLES / "console-cost-csv/header-2026.csv").read_bytes()
    later = data.replace(b"apikey_01CanaryA,active", b"apikey_01CanaryA,archived")
    assert later != data
    assert total(read_bytes({"a.csv": data, "b.csv": later}, key=KEY).buckets, "cost_usd") == pytest.approx(9.35)


# Spend reports


def test_spend_of_a_range():
    """Product is the surface; the row of the organization itself has no tokens; a row that is too long is refused."""
    reading = sample(SPEND)
    assert rows(reading, "surface", "model", "requests", "output_tokens", "cost_usd") == [
        (Surface.CLAUDE_CODE, OPUS, 610, 20000, 12.5),
        (Surface.CLAUDE_AI, SONNET, 140, 7000, 1000.5),
        (Surface.COWORK, OPUS, 30, 4000, 2.25),
        (Surface.ENTERPRISE, "other", None, None, 0.5),
    ]
    assert {(row.start, row.end, row.grouping) for row in reading.buckets} == {
        (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC), "model-product-user-account-prompt-range")
    }
    assert reading.tallies[0].skipped == {SkipReason.BAD_FIELD: 1}


def test_trap_prompt_tokens_with_the_cache_taken_for_uncached_input():
    """1,100,000 "input" tokens, 5.50 USD at Opus's input price, where 100,000 were uncached; unsplit they are a mix."""
    name = "spend-csv/spend-report-2026-04.csv"
    (row,) = naive_rows(name)
    assert count(row["total_prompt_tokens"]) == 1_100_000
    assert rows(sample(name), "input_tokens", "cache_read_tokens", "cache_write_tokens") == [
        (100_000, 900_000, 100_000)
    ]
    assert rows(sample(SPEND), "input_tokens", "mixed_tokens") == [
        (None, count) for count in (1_100_000, 90_000, 50_000, None)
    ]


def test_trap_net_and_gross_spend_added():
    """2,133.50 USD where 1,015.75 USD were spent."""
    naive = sum(
        float(row[column].replace(",", ""))
        for row in naive_rows(SPEND)[:4]
        for column in ("total_net_spend_usd", "total_gross_spend_usd")
    )
    assert naive == pytest.approx(2133.5)
    assert total(sample(SPEND).buckets, "cost_usd") == pytest.approx(1015.75)


def test_a_report_without_a_range_is_not_used():
    """Neither in its name nor in its columns; a column may state it, and another spelling of the header is understood."""
    path = SAMPLES / "spend-csv/renamed.csv"
    assert sample("spend-csv/renamed.csv").tallies[0].skipped == {SkipReason.NO_TIME: 1}
    header, row, _ = path.read_text().split("\n")
    stated = f"{header};Start date;End date\n{row};2026-03-01;2026-03-07\n".encode()
    reading = read_bytes({"renamed.csv": stated}, key=KEY)
    assert rows(reading, "start", "end", "cost_usd") == [
        (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 8, tzinfo=UTC), 0.25)
    ]


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("spend-report-2026-03-01-to-2026-03-31.csv", 31),
        ("x_2026-03-01_2026-03-02.csv", 2),
        ("2026-03-05 to 2026-03-05.csv", 1),
        ("spend-report-2026-02.csv", 28),
        ("spend-report-fb01cd94-335a-4e06-80cd-af774ef7f65e.csv", None),
        ("a-2012-1234-2012-12ab.csv", None),
        ("2026-03-05.csv", None),
        ("2026-13.csv", None),
        ("2026-03-05-to-2026-03-01.csv", None),
        ("2026-02-30-to-2026-03-01.csv", None),
    ],
)
def test_the_range_in_a_file_name_includes_both_days(name, days):
    period = named(name)
    assert (None if period is None else (period[1] - period[0]).days) == days


# Audit logs


def test_audit_events_are_activity_in_no_session():
    """Public names are counted by name, private ones as unknown; without a zone or a time there is no event."""
    reading = sample("audit-log-csv/export-april.csv")
    assert [mark.at.isoformat() for mark in reading.marks] == [
        "2026-03-02T08:00:00.123456+00:00",
        "2026-03-02T08:05:00.500000+00:00",
        "2026-03-03T09:00:00.250000+00:00",
        "2026-03-04T09:00:00+00:00",
    ]
    assert {(mark.kind, mark.session) for mark in reading.marks} == {(MarkKind.OTHER, "")}
    (tally,) = reading.tallies
    assert tally.types == {
        "header": 1,
        "user-signed-in-sso": 1,
        "conversation-created": 1,
        "unknown": 1,
        "file-uploaded": 1,
    }
    assert tally.skipped == {SkipReason.NAIVE_TIME: 1, SkipReason.NO_TIME: 1}


def test_trap_audit_events_taken_for_requests():
    """8 "requests" by the rows of two exports; an event is none."""
    names = ("audit-log-csv/export-april.csv", "audit-log-csv/export-may.csv")
    assert sum(len(naive_rows(name)) for name in names) == 8
    reading = sample(*names)
    assert (reading.requests, reading.buckets) == ((), ())
    assert not any(thread.requests for thread in subjects(reading).threads)


def test_trap_overlapping_exports_of_the_audit_log_added():
    """6 usable rows, 5 events: exports reach back 180 days."""
    reading = sample("audit-log-csv")
    assert sum(tally.used for tally in reading.tallies) == 6
    assert len(reading.marks) == 5
    assert reading.repeated_marks == {MarkKind.OTHER: 1}


# Names


@pytest.mark.parametrize(
    ("shown", "model", "rest"),
    [
        ("Claude Opus 4.6", OPUS, ""),
        ("claude-opus-4-6", OPUS, ""),
        ("Claude Sonnet 4", "claude-sonnet-4", ""),
        ("Claude Sonnet 4.6 (1M context)", SONNET, "Claude Sonnet 4.6 (1M context)"),
        ("Claude 3.5 Sonnet 2024-10-22", "claude-3-5-sonnet-20241022", ""),
        ("Claude Haiku 3.5", "claude-3-5-haiku", ""),
        ("claude-3-5-haiku-20241022", "claude-3-5-haiku-20241022", ""),
        ("Canary Model", "other", "Canary Model"),
        ("", "other", ""),
    ],
)
def test_display_names_become_ids(shown, model, rest):
    """What the id does not tell stays in the group's pseudonym, so that no row replaces another."""
    assert displayed_model(shown) == (model, rest)


@given(st.lists(st.sampled_from(["model", "workspace", "environment", "deployment", "product"]), max_size=20))
def test_a_grouping_is_a_slug_whatever_it_names(dimensions):
    name = grouping(dimensions, SECOND, SECOND + timedelta(hours=1))
    assert 0 < len(name) <= LONGEST_SLUG
    assert name == grouping(dimensions, SECOND, SECOND + timedelta(hours=1))


# All


def read_one(importer: str, data: bytes) -> Extract:
    return BY_ID[importer].read(io.BytesIO(data), Path("spend-2026-03.csv"), 0, KEY)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_each_sample_is_claimed_by_its_importer_only(path):
    data = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    for head in (data, b"\xef\xbb\xbf" + data, data[: len(data) * 3 // 4], data.replace(b",", b";")):
        assert [importer.id for importer in IMPORTERS if importer.sniff(path, head)] == [path.parent.name]


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_account_of_each_sample_balances(path):
    (tally,) = read(discover([path]).claimed, key=KEY).tallies
    assert tally.balances
    assert tally.bytes == path.stat().st_size
    assert sum(tally.types.values()) == tally.used + tally.other + tally.recovered


def test_no_text_of_a_table_reaches_a_record():
    for name in TABLES:
        out = msgspec.json.encode(sample(name)).decode().lower()
        assert not [word for word in CANARIES if word in out]
        reading = msgspec.json.decode(out, type=LogData)
        assert reading.buckets or reading.marks


@given(st.sampled_from(FILES), st.lists(st.text(max_size=12), max_size=16))
def test_any_row_below_a_header_is_accounted_for(path, cells):
    table = io.StringIO()
    csv.writer(table).writerow(cells)
    data = path.read_bytes().split(b"\n")[0] + b"\n" + table.getvalue().encode("utf-8", "surrogatepass")
    assert read_one(path.parent.name, data).tallies[0].balances


@given(st.sampled_from(TABLES), st.binary(max_size=300))
def test_any_bytes_are_accounted_for(importer, data):
    (tally,) = read_one(importer, data).tallies.values()
    assert tally.balances
    assert tally.bytes == len(data)


@settings(max_examples=drawn(150))
@given(st.sampled_from(FILES), st.data())
def test_any_damage_of_a_sample_is_accounted_for(path, data):
    whole = path.read_bytes()
    at = data.draw(st.integers(0, len(whole)))
    patch = data.draw(st.binary(max_size=6) | st.sampled_from([b"\x00", b"\n", b'"', b";", "\u2028".encode()]))
    extract = read_one(path.parent.name, whole[:at] + patch + whole[at + data.draw(st.integers(0, 40)) :])
    assert extract.tallies[0].balances
    assert msgspec.json.decode(msgspec.json.encode(extract), type=Extract) == extract
