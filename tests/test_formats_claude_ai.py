"""Claude.ai's data export and the meter readings of trackers: what samples give, traps, hostile files, the plain form."""

from __future__ import annotations

import io
import json
import os
import sqlite3
import stat
import struct
import tracemalloc
import zipfile
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shares import drawn

from generator.importers import IMPORTERS, archives, discover, read, read_bytes
from generator.importers.claude.claude_export import CLAUDE_EXPORT
from generator.importers.fold import Extract
from generator.importers.meters import databases
from generator.importers.meters.columns import PLAIN, known, number
from generator.importers.meters.meter_snapshots import METER_SNAPSHOTS
from generator.importers.meters.polls import KEYS
from generator.importers.rows import gave_nothing
from generator.importers.windows import UNKNOWN_WINDOW
from generator.records.pseudonyms import pseudonym
from generator.records.rows import LogData, MarkKind, MeterReading, SkipReason, Window

SAMPLES = Path(__file__).parent / "samples"
EXPORT = SAMPLES / "claude-export"
METERS = SAMPLES / "meter-snapshots"
KEY = b"key of a test"
FILES = sorted(path for path in (*EXPORT.iterdir(), *METERS.iterdir()) if path.suffix != ".md")


def sample(path: Path) -> LogData:
    return read(discover([path]).claimed, key=KEY)


def taken(importer, data: bytes, path: Path = Path("x")) -> Extract:
    return importer.read(io.BytesIO(data), path, 0, KEY)


def shares(meters: tuple[MeterReading, ...] | list[MeterReading]) -> list[tuple[str, float]]:
    return [(row.window.value, row.used) for row in meters]


# Samples


def test_every_sample_is_claimed_by_its_importer_only():
    for path in FILES:
        head = path.read_bytes()
        assert [one.id for one in IMPORTERS if one.sniff(path, head)] == [path.parent.name], path.name


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_account_of_a_sample_balances(path):
    (tally,) = sample(path).tallies
    assert tally.balances
    assert tally.bytes == path.stat().st_size
    typed = sum(tally.types.values()) - tally.types.get(UNKNOWN_WINDOW, 0)  # counted beside the row that states it
    assert typed == tally.used + tally.other + tally.recovered


def test_an_export_of_2025_unpacked():
    reading = sample(EXPORT / "conversations-2025-11.json")
    session = pseudonym("session", "claude.ai/00000000-0000-4000-8000-000000000001", KEY)
    assert [(mark.kind, mark.session, mark.at, mark.value) for mark in reading.marks] == [
        (MarkKind.PROMPT, session, datetime(2025, 11, 3, 9, tzinfo=UTC), 6),
        (MarkKind.OTHER, session, datetime(2025, 11, 3, 9, 0, 20, tzinfo=UTC), None),
    ]
    (tally,) = reading.tallies
    assert (tally.read, tally.used, tally.other) == (7, 2, 3)
    assert tally.types == {"assistant": 1, "conversation": 2, "human": 1, "unknown": 1}
    assert tally.skipped == {SkipReason.NAIVE_TIME: 1, SkipReason.NO_TIME: 1}


def test_an_export_of_2026_packed():
    """Words of content blocks that a person typed; a tool's result is none. Damage costs one row."""
    reading = sample(EXPORT / "export-2026-03.zip")
    assert [(mark.kind, mark.value) for mark in reading.marks][2:] == [(MarkKind.PROMPT, 4), (MarkKind.OTHER, None)]
    assert reading.marks[2].at == datetime(2026, 3, 5, 10, tzinfo=UTC)
    (tally,) = reading.tallies
    assert tally.types == {"assistant": 2, "conversation": 2, "human": 2, "projects": 1, "users": 1}
    assert tally.skipped == {SkipReason.BAD_FIELD: 1, SkipReason.NOT_OBJECT: 1}


def test_users_and_projects_give_nothing():
    reading = read(discover([EXPORT / "users.json", EXPORT / "projects.json"]).claimed, key=KEY)
    assert [tally.types for tally in reading.tallies] == [{"projects": 1}, {"users": 1}]
    assert (reading.marks, reading.requests, reading.meters) == ((), (), ())


def test_a_wide_table():
    reading = sample(METERS / "tracker-wide.db")
    assert shares(reading.meters) == [
        ("five-hour", 0.01),
        ("seven-day", 0.3),
        ("five-hour", 0.03),
        ("seven-day", 0.3),
        ("seven-day-opus", 0.0),
        ("seven-day-sonnet", 0.04),
    ]
    (tally,) = reading.tallies
    assert (tally.read, tally.used, tally.other) == (5, 2, 1)
    assert tally.skipped == {SkipReason.NAIVE_TIME: 1, SkipReason.NEGATIVE_COUNT: 1}


def test_a_long_table():
    reading = sample(METERS / "tracker-long.db")
    assert [(row.used, row.account == pseudonym("account", "canary-one", KEY)) for row in reading.meters] == [
        (0.005, True),
        (0.12, True),
        (0.88, False),
        (0.01, True),
    ]
    (tally,) = reading.tallies
    assert (tally.other, tally.skipped) == (1, {SkipReason.BAD_FIELD: 1})


def test_a_menu_bar_table_has_rows_of_other_services():
    reading = sample(METERS / "menu-bar.db")
    assert shares(reading.meters) == [("five-hour", 0.01), ("seven-day", 0.3), ("five-hour", 0.025)]
    assert [row.resets_at is None for row in reading.meters] == [False, False, True]


def test_a_document_of_snapshots():
    reading = sample(METERS / "usage-history.json")
    assert shares(reading.meters) == [("five-hour", 0.62), ("seven-day", 0.37), ("five-hour", 0.005)]
    assert reading.tallies[0].skipped == {SkipReason.NAIVE_TIME: 1, SkipReason.NOT_OBJECT: 1}


def test_an_export_in_the_plain_form():
    """A percent sign, a decimal comma and seconds since 1970 are read; a naive time and a row that is cut are not."""
    reading = sample(METERS / "export.csv")
    assert shares(reading.meters) == [
        ("five-hour", 0.01),
        ("seven-day", 0.3),
        ("five-hour", 0.03),
        ("seven-day", 0.305),
    ]
    assert {row.at for row in reading.meters[2:]} == {datetime(2026, 3, 2, 10, 10, tzinfo=UTC)}
    assert {row.account for row in reading.meters} == {pseudonym("account", "canary", KEY)}
    (tally,) = reading.tallies
    assert (tally.types["no-reading"], tally.other) == (1, 2)  # the gap, and with it the header
    assert tally.skipped == {SkipReason.BAD_FIELD: 3, SkipReason.NAIVE_TIME: 1, SkipReason.NO_TIME: 1}


# Traps of section 8, each with what a naive reader gets


def database(name: str, query: str) -> list[tuple]:
    connection = sqlite3.connect(f"{(METERS / name).as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def test_trap_resets_that_jitter_are_no_resets():
    naive = len(
        {row[0] for row in database("tracker-wide.db", "SELECT seven_day_resets_at FROM usage_history LIMIT 2")}
    )
    right = {row.resets_at for row in sample(METERS / "tracker-wide.db").meters if row.window is Window.SEVEN_DAY}
    assert (naive, right) == (2, {datetime(2026, 3, 6, 8, tzinfo=UTC)})


def test_trap_an_empty_cell_is_a_gap_and_not_zero():
    cells = database("tracker-wide.db", "SELECT COALESCE(five_hour_utilization, 0) FROM usage_history")
    naive = sum(before[0] > 0 and after[0] == 0 for before, after in pairwise(cells))
    used = [row.used for row in sample(METERS / "tracker-wide.db").meters if row.window is Window.FIVE_HOUR]
    assert (naive, used) == (1, [0.01, 0.03])  # a meter "reset" that never was


def test_trap_the_size_of_a_figure_tells_no_unit():
    """1 is one percent where percent is written; a rule `at most 1 is a fraction` makes it all of the window."""
    values = [
        row[0] for row in database("tracker-long.db", "SELECT utilization FROM usage_snapshots WHERE id IN (1, 4)")
    ]
    naive = [value if value <= 1 else value / 100 for value in values]
    long = [row.used for row in sample(METERS / "tracker-long.db").meters if row.used <= 0.01]
    assert (naive, long) == ([0.5, 1.0], [0.005, 0.01])


def test_trap_a_switch_of_accounts_is_no_jump():
    rows = database("tracker-long.db", "SELECT utilization FROM usage_snapshots WHERE bucket = 'five_hour' ORDER BY id")
    naive = [after[0] - before[0] for before, after in pairwise(rows)]
    found: dict[str, list[float]] = {}
    for row in sample(METERS / "tracker-long.db").meters:
        if row.window is Window.FIVE_HOUR:
            found.setdefault(row.account, []).append(row.used)
    assert naive == [87.5, -87.0]
    assert sorted(found.values()) == [[0.005, 0.01], [0.88]]


def test_trap_rows_of_another_service_are_not_read():
    naive = max(row[0] for row in database("menu-bar.db", "SELECT primary_used_pct FROM usage_snapshots"))
    assert (naive, max(row.used for row in sample(METERS / "menu-bar.db").meters)) == (77.0, 0.3)


def test_trap_two_exports_tell_the_same_messages_once():
    both = [EXPORT / "conversations-2025-11.json", EXPORT / "export-2026-03.zip"]
    naive = sum(len(sample(path).marks) for path in both)
    reading = read(discover(both).claimed, key=KEY)
    assert (naive, len(reading.marks)) == (6, 4)
    assert reading.repeated_marks == {MarkKind.OTHER: 1, MarkKind.PROMPT: 1}


def test_trap_words_stand_in_text_or_in_blocks_never_in_both():
    message = {
        "uuid": "1", "sender": "human", "created_at": "2026-03-05T10:00:00Z", "text": "two words",
        "content": [{"type": "text", "text": "two words"}],
    }  # fmt: skip
    data = json.dumps([{"uuid": "c", "chat_messages": [message]}]).encode()
    naive = len(message["text"].split()) + len(message["content"][0]["text"].split())
    (copy,) = taken(CLAUDE_EXPORT, data).marks
    assert (naive, copy.mark.value) == (4, 2)


def test_names_that_programs_use_for_both_units_are_known_only_in_the_table_of_a_known_program():
    names = (
        "timestamp",
        "five_hour_utilization",
        "five_hour_resets_at",
        "seven_day_utilization",
        "seven_day_resets_at",
    )
    rest = ("opus_utilization", "opus_resets_at", "sonnet_utilization", "sonnet_resets_at")
    assert known("usage_history", (*names, *rest)) is not None
    assert known("usage_history", names) is None
    assert known("history", (*names, *rest)) is None
    head = ",".join((*names, *rest)).encode() + b"\n2026-03-02T10:00:00Z,0.5,,,,,,,\n"
    assert not METER_SNAPSHOTS.sniff(Path("x.csv"), head)


@pytest.mark.parametrize("left_out", ["time", "window", "used_percent"])
def test_the_plain_form_needs_three_columns_in_any_order(left_out):
    names = [name for name in reversed(PLAIN.names) if name not in PLAIN.optional]
    assert METER_SNAPSHOTS.sniff(Path("x.csv"), ";".join(names).encode() + b"\n")
    names.remove(left_out)
    assert not METER_SNAPSHOTS.sniff(Path("x.csv"), ";".join((*names, "resets_at", "account")).encode() + b"\n")


def test_the_page_names_every_column_and_window_of_the_plain_form():
    told = " ".join(METER_SNAPSHOTS.guide.get)
    assert not [name for name in (*PLAIN.names, *KEYS.values()) if name not in told]


def test_the_plain_form_without_resets_and_accounts(tmp_path):
    (tmp_path / "x.csv").write_text("used_percent\twindow\ttime\n0.5\tfive_hour\t2026-03-02T10:00:00Z\n")
    (row,) = sample(tmp_path / "x.csv").meters
    assert (row.used, row.resets_at, row.account) == (0.005, None, pseudonym("account", "default", KEY))


def test_a_bad_table_stops_nothing_else(tmp_path):
    """One file with a mistake costs its own rows, and no other file."""
    (tmp_path / "bad.csv").write_text("time,window,used_percent\nnow,6h,all\n")
    (tmp_path / "columns.yml").write_text("time: [\n")
    (tmp_path / "good.csv").write_text("time,window,used_percent\n2026-03-02T10:00:00Z,5h,1\n")
    reading = sample(tmp_path)
    assert shares(reading.meters) == [("five-hour", 0.01)]
    assert [tally.skipped for tally in reading.tallies] == [{SkipReason.BAD_FIELD: 1}, {}]


@pytest.mark.parametrize(
    ("cell", "value"),
    [("12", 12.0), ("12.5", 12.5), ("12,5", 12.5), (" 7 % ", 7.0), ("", None), (None, None), (3.5, 3.5)],
)
def test_cells(cell, value):
    assert number(cell) == value


# Hostile archives


def conversations(messages: int = 1, text: str = "x") -> bytes:
    rows = [
        {"uuid": f"m{number}", "sender": "human", "created_at": "2026-03-05T10:00:00Z", "text": text}
        for number in range(messages)
    ]
    return json.dumps([{"uuid": "c", "chat_messages": rows}]).encode()


def archive(*members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as packed:
        for name, data in members:
            packed.writestr(name, data, compress_type=method)
    return out.getvalue()


def unsafe(data: bytes) -> bool:
    """Claimed, counted as unsafe, and no exception."""
    assert CLAUDE_EXPORT.sniff(Path("x.zip"), data[: 64 * 1024])
    (tally,) = taken(CLAUDE_EXPORT, data).tallies.values()
    assert tally.balances
    assert tally.bytes == len(data)
    return tally.skipped == {SkipReason.UNSAFE: 1}


def test_a_harmless_archive_is_read():
    data = archive(("some/where/conversations.json", conversations(3)), ("inner.zip", archive(("x", b"x"))))
    extract = taken(CLAUDE_EXPORT, data)
    assert len(extract.marks) == 3
    assert extract.tallies[0].types == {"conversation": 1, "human": 3, "other-member": 1}  # nested: not opened


@pytest.mark.parametrize("name", ["../conversations.json", "a/../conversations.json", "/conversations.json", "C:/conversations.json", "..\\conversations.json", "C:\\a\\conversations.json"])  # fmt: skip
def test_a_name_that_leads_out_is_not_opened(name):
    assert unsafe(archive((name, conversations())))


def test_a_link_is_not_opened():
    link = zipfile.ZipInfo("conversations.json")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert unsafe(archive((link, b"/etc/passwd")))


def test_a_member_that_unpacks_to_too_much_for_its_size_is_stopped():
    """A bomb: 64 MB of one conversation's text from 65 kB. It is stopped early, in little memory."""
    data = archive(("conversations.json", b'[{"uuid":"c","chat_messages":[{"text":"' + b" " * 64_000_000))
    tracemalloc.start()
    try:
        assert unsafe(data)
        assert tracemalloc.get_traced_memory()[1] < 40_000_000
    finally:
        tracemalloc.stop()


def test_caps_on_members_and_bytes_hold_while_reading(monkeypatch):
    text = (
        "".join(chr(33 + (number * number * 7919) % 90) for number in range(200_000))
        .replace('"', "'")
        .replace("\\", "/")
    )
    data = archive(("conversations.json", conversations(1, text)), ("a/conversations.json", conversations(1, text)))
    assert len(taken(CLAUDE_EXPORT, data).marks) == 2
    monkeypatch.setattr(archives, "LARGEST_TOTAL", 300_000)
    assert unsafe(data)
    monkeypatch.setattr(archives, "LARGEST_MEMBER", 100_000)
    assert unsafe(data)
    monkeypatch.setattr(archives, "MOST_MEMBERS", 1)
    assert unsafe(data)


def test_members_that_share_their_bytes_are_refused():
    """The list of members names one stored member twice."""
    data = archive(("conversations.json", conversations()), ("b/conversations.json", conversations()))
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        second = packed.infolist()[1].header_offset
    directory = data.index(b"PK\x01\x02")
    entry = data.index(b"PK\x01\x02", directory + 1)
    damaged = data[: entry + 42] + struct.pack("<L", second - 20) + data[entry + 46 :]
    assert unsafe(damaged)


def test_a_secret_member_is_not_opened():
    data = bytearray(archive(("conversations.json", conversations())))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    assert unsafe(bytes(data))


def test_a_packing_without_a_bound_is_not_opened():
    assert unsafe(archive(("conversations.json", conversations()), method=zipfile.ZIP_LZMA))


def test_a_stated_size_is_not_believed():
    """The list says one byte, or four gigabytes: no exception, and the row is counted."""
    data = archive(("conversations.json", conversations(5)))
    entry = data.index(b"PK\x01\x02")
    for size in (1, 2**32 - 2):
        lying = data[: entry + 24] + struct.pack("<L", size) + data[entry + 28 :]
        (tally,) = taken(CLAUDE_EXPORT, lying).tallies.values()
        assert tally.balances
        assert tally.skipped or tally.used == 5


def test_an_archive_of_another_service_is_left_alone():
    """Others name their list of conversations alike."""
    data = archive(("conversations.json", b'[{"title":"x","mapping":{}}]'), ("user.json", b"{}"))
    assert not CLAUDE_EXPORT.sniff(Path("x.zip"), data)


def test_a_list_of_members_that_is_huge_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("conversations.json", conversations())
        for number in range(12_000):
            packed.writestr(f"{number}", b"")
    assert unsafe(out.getvalue())


# Hostile databases

SQL = {
    "tracker-wide": """CREATE TABLE usage_history (id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp TEXT NOT NULL, five_hour_utilization REAL, five_hour_resets_at TEXT, seven_day_utilization REAL, seven_day_resets_at TEXT, sonnet_utilization REAL, sonnet_resets_at TEXT, opus_utilization REAL, opus_resets_at TEXT);
INSERT INTO usage_history VALUES (1, '2026-03-02T10:00:00.000Z', 1.0, '2026-03-02T14:59:59.612000+00:00', 30.0, '2026-03-06T08:00:00.004000+00:00', NULL, NULL, NULL, NULL);
INSERT INTO usage_history VALUES (2, '2026-03-02T10:05:00.000Z', 3.0, '2026-03-02T15:00:00.201000+00:00', 30.0, '2026-03-06T07:59:59.970000+00:00', 4.0, '2026-03-06T08:00:00.004000+00:00', 0.0, NULL);
INSERT INTO usage_history VALUES (3, '2026-03-02T10:10:00.000Z', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO usage_history VALUES (4, '2026-03-02 10:15:00', 5.0, NULL, 31.0, NULL, NULL, NULL, NULL, NULL);
INSERT INTO usage_history VALUES (5, '2026-03-02T10:20:00.000Z', -1.0, NULL, 31.0, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE notes (text TEXT);
INSERT INTO notes VALUES ('canary');""",
    "tracker-long": """CREATE TABLE usage_snapshots (id INTEGER PRIMARY KEY, timestamp INTEGER NOT NULL, account_name TEXT, bucket TEXT NOT NULL, utilization REAL, resets_at TEXT);
INSERT INTO usage_snapshots VALUES (1, 1772445600, 'canary-one', 'five_hour', 0.5, '2026-03-02T15:00:00Z');
INSERT INTO usage_snapshots VALUES (2, 1772445600, 'canary-one', 'seven_day', 12, '2026-03-06T08:00:00Z');
INSERT INTO usage_snapshots VALUES (3, 1772445900, 'canary-two', 'five_hour', 88, '2026-03-02T12:00:00Z');
INSERT INTO usage_snapshots VALUES (4, 1772446200, 'canary-one', 'five_hour', 1, '2026-03-02T15:00:00Z');
INSERT INTO usage_snapshots VALUES (5, 1772446200, 'canary-one', 'iguana_necktie', 3, NULL);
INSERT INTO usage_snapshots VALUES (6, 1772446200, 'canary-one', 'seven_day', 'canary', NULL);""",
    "menu-bar": """CREATE TABLE usage_snapshots (provider TEXT NOT NULL, fetched_at TEXT NOT NULL, source TEXT, primary_used_pct REAL, primary_window_minutes INTEGER, primary_resets_at INTEGER, secondary_used_pct REAL, secondary_window_minutes INTEGER, secondary_resets_at INTEGER);
INSERT INTO usage_snapshots VALUES ('claude', '2026-03-02T10:00:00Z', 'oauth', 1, 300, 1772463600, 30, 10080, 1772784000);
INSERT INTO usage_snapshots VALUES ('codex', '2026-03-02T10:00:00Z', 'cli', 77, 300, 1772463600, 66, 10080, 1772784000);
INSERT INTO usage_snapshots VALUES ('claude', '2026-03-02T10:05:00Z', 'oauth', 2.5, 300, 0, NULL, 10080, NULL);""",
}
LONG = (
    "CREATE TABLE usage_snapshots (timestamp TEXT, account_name TEXT, bucket TEXT, utilization REAL, resets_at TEXT);"
)
ROW = "INSERT INTO usage_snapshots VALUES ('2026-03-02T10:00:00Z', 'a', '5h', 1, NULL);"


def made(script: str, path: Path) -> Path:
    connection = sqlite3.connect(path)
    connection.executescript(script)
    connection.commit()
    connection.close()
    return path


@pytest.mark.parametrize("name", sorted(SQL))
def test_a_sample_database_holds_what_is_written_here(name, tmp_path):
    wanted, there = sqlite3.connect(made(SQL[name], tmp_path / "x.db")), sqlite3.connect(METERS / f"{name}.db")
    assert list(there.iterdump()) == list(wanted.iterdump())
    wanted.close()
    there.close()


@pytest.mark.parametrize("name", ["tracker-wide", "tracker-long", "menu-bar"])
def test_a_database_in_memory_reads_as_the_file_does(name):
    path = METERS / f"{name}.db"
    assert read_bytes({"x.db": path.read_bytes()}, key=KEY).meters == sample(path).meters


def test_a_database_that_its_program_left_open_is_read_from_both(tmp_path):
    path = made("PRAGMA journal_mode = WAL;" + LONG + ROW, tmp_path / "x.db")
    assert path.read_bytes()[18:20] == b"\2\2"
    assert (
        shares(sample(path).meters)
        == shares(read_bytes({"x.db": path.read_bytes()}, key=KEY).meters)
        == [("five-hour", 0.01)]
    )
    assert sorted(file.name for file in tmp_path.iterdir()) == ["x.db"]  # reading left nothing behind


def left_open(script: str, path: Path, mode: str = "WAL") -> sqlite3.Connection:
    """A database whose program goes on: its newest rows stand beside it until it ends."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(f"PRAGMA journal_mode = {mode}")
    connection.executescript(script)
    return connection


def test_rows_that_are_not_merged_yet_are_read_and_nothing_is_written(tmp_path):
    """Case attack-wal-database: the first rows stand in the database, or even none, and the rest beside it."""
    path = tmp_path / "x.db"
    program = left_open(LONG + ROW * 6, path)
    before = {file.name: (file.read_bytes(), file.stat().st_mtime_ns) for file in tmp_path.iterdir()}
    assert len(before["x.db-wal"][0]) > 0
    assert sample(path).tallies[0].used == 6
    assert {file.name: (file.read_bytes(), file.stat().st_mtime_ns) for file in tmp_path.iterdir()} == before
    program.close()


def test_a_write_that_was_cut_off_is_rolled_back_in_the_copy(tmp_path):
    path = tmp_path / "x.db"
    program = left_open(LONG + ROW, path, "DELETE")
    program.execute("PRAGMA cache_size = 1")
    program.executescript("BEGIN;" + "INSERT INTO usage_snapshots SELECT a.* FROM usage_snapshots a;" * 12)
    assert (tmp_path / "x.db-journal").stat().st_size > 0
    before = path.read_bytes()
    assert sample(path).tallies[0].used == 1
    assert path.read_bytes() == before
    program.close()


def test_a_database_too_large_to_be_copied_is_said_to_be_incomplete(tmp_path, monkeypatch):
    path = tmp_path / "x.db"
    program = left_open(LONG + ROW, path)
    program.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    program.executescript(ROW)
    monkeypatch.setattr(databases, "LARGEST_COPY", 10)
    reading = sample(path)
    assert (len(reading.meters), reading.tallies[0].skipped) == (1, {SkipReason.INCOMPLETE: 1})
    program.close()


def test_a_pipe_in_place_of_the_file_beside_it_is_not_waited_for(tmp_path):
    path = made(LONG + ROW, tmp_path / "x.db")
    os.mkfifo(tmp_path / "x.db-wal")
    assert len(sample(path).meters) == 1


def test_readings_of_an_unknown_program_are_counted_as_of_an_unknown_unit(tmp_path):
    """0.5 may be half a percent or half of all: case attack-wal-database, whose table no program is known for."""
    rows = "INSERT INTO polls VALUES ('2026-03-01T00:00:00Z', 0.1);"
    program = left_open("CREATE TABLE polls(at text, used real);" + rows * 6, tmp_path / "x.db")
    reading = sample(tmp_path / "x.db")
    (tally,) = reading.tallies
    assert (reading.meters, tally.read, tally.other, tally.types) == ((), 6, 6, {"unknown-unit": 6})
    assert gave_nothing(tally) == "6 of type unknown-unit"
    program.close()


@pytest.mark.parametrize(
    "script",
    [
        "CREATE VIEW usage_snapshots AS SELECT '2026-03-02T10:00:00Z' AS timestamp, 'a' AS account_name, '5h' AS bucket, 1 AS utilization, NULL AS resets_at;",
        "CREATE VIRTUAL TABLE usage_snapshots USING fts5(timestamp, account_name, bucket, utilization, resets_at);"
        + ROW,
        "CREATE TABLE usage_snapshots (timestamp TEXT, account_name TEXT, bucket TEXT, resets_at TEXT, utilization REAL AS (abs(length(bucket))));"
        "INSERT INTO usage_snapshots (timestamp, bucket) VALUES ('2026-03-02T10:00:00Z', '5h');",
    ],
)
def test_no_code_of_a_database_runs(script, tmp_path):
    """Views and virtual tables are no tables here; a column that calls a function is refused."""
    path = made(script, tmp_path / "x.db")
    assert not METER_SNAPSHOTS.sniff(path, path.read_bytes())
    assert METER_SNAPSHOTS.parse(path, 0, KEY).meters == []


def test_steps_are_bounded(tmp_path, monkeypatch):
    script = LONG + ROW + "INSERT INTO usage_snapshots SELECT a.* FROM usage_snapshots a;" * 12
    path = made(script, tmp_path / "x.db")
    assert METER_SNAPSHOTS.parse(path, 0, KEY).tallies[0].read == 4096
    monkeypatch.setattr(databases, "MOST_LOOKS", 2)
    (tally,) = METER_SNAPSHOTS.parse(path, 0, KEY).tallies.values()
    assert (tally.balances, tally.skipped) == (True, {SkipReason.INCOMPLETE: 1})


def test_a_database_too_large_for_memory_is_a_counted_skip(monkeypatch):
    monkeypatch.setattr(databases, "LARGEST_IN_MEMORY", 600)
    (tally,) = taken(METER_SNAPSHOTS, (METERS / "tracker-long.db").read_bytes()).tallies.values()
    assert (tally.read, tally.skipped) == (1, {SkipReason.INCOMPLETE: 1})


def test_a_foreign_database_is_left_alone(tmp_path):
    path = made(
        "CREATE TABLE usage_history (id, timestamp, model_name, daily_used); CREATE TABLE t (x)", tmp_path / "x.db"
    )
    assert not METER_SNAPSHOTS.sniff(path, path.read_bytes())


# Any bytes, any damage, nothing private


@given(st.sampled_from([CLAUDE_EXPORT, METER_SNAPSHOTS]), st.sampled_from([b"", b"PK\x03\x04", databases.MAGIC, b"[{", b'{"snapshots":[', b"time,window,used_percent\n"]), st.binary(max_size=300))  # fmt: skip
def test_any_bytes_are_accounted_for(importer, start, data):
    importer.sniff(Path("x"), start + data)
    (tally,) = taken(importer, start + data).tallies.values()
    assert tally.balances


@settings(max_examples=drawn(200))
@given(st.sampled_from(FILES), st.data())
def test_any_damage_is_accounted_for(path, data):
    whole = path.read_bytes()
    at = data.draw(st.integers(0, len(whole)))
    patch = data.draw(st.binary(max_size=6) | st.sampled_from([b"\x00", b"\xef\xbb\xbf", b"\r\n", "\u2028".encode()]))
    damaged = whole[:at] + patch + whole[at + data.draw(st.integers(0, 40)) :]
    importer = next(one for one in (CLAUDE_EXPORT, METER_SNAPSHOTS) if one.id == path.parent.name)
    importer.sniff(Path("x"), damaged)
    extract = taken(importer, damaged)
    assert extract.tallies[0].balances
    assert msgspec.json.decode(msgspec.json.encode(extract), type=Extract) == extract


def test_no_text_of_a_sample_leaves():
    reading = read(discover([EXPORT, METERS]).claimed, key=KEY)
    out = msgspec.json.encode(reading).decode().lower()
    assert not [word for word in ("canary", "invented", "00000000-0000", "example.com", "question") if word in out]
