"""Readings of usage meters that trackers keep as tables: SQLite databases, JSON documents, and plain CSV files.

Where
    In the data folder of a tracker, or where its export was saved. Known are the tables usage_history (wide) and
    usage_snapshots (long, or with a provider and minutes) of programs that poll the usage endpoint, and documents
    with a list `snapshots` of fiveHourUsagePercent and weeklyUsagePercent. Any other table is read as CSV with the
    columns time, window, used_percent and, where there are such, resets_at and account.
Which records
    Each row gives one reading for each window that states a share. An empty cell is a gap and not zero. Rows that a
    database has not merged yet, in a -wal file beside it, are read with it.
Units
    Percent, which the program is known for or the column says: a table of another program with five_hour_utilization
    in it is not read, since programs write fractions and percent under this name: its rows are counted as of an
    unknown unit. Times without a zone are refused.
    Resets are rounded to the minute.
Never read
    Other columns and tables; answers of the service that are kept whole. Accounts leave as pseudonyms.
"""

from __future__ import annotations

import re
from functools import partial
from io import BytesIO
from pathlib import Path
from sqlite3 import Connection
from typing import BinaryIO

import msgspec
from msgspec import Raw

from generator.importers import tables
from generator.importers.base import Importer
from generator.importers.documents import rows as document_rows
from generator.importers.fold import Extract
from generator.importers.guide import Guide, Verified
from generator.importers.json_lines import BOM
from generator.importers.meters import databases
from generator.importers.meters.columns import (
    DOCUMENT,
    HISTORY,
    PLAIN,
    TABLES,
    Columns,
    Row,
    is_alike,
    known,
    readings,
    unknown_windows,
)
from generator.importers.rows import UNKNOWN_UNIT, RowReader, RowResult
from generator.records.rows import SkipReason, SourceRef, Surface

READING = "reading"
NO_READING = "no-reading"  # a row whose cells are empty, of another service, or of a window without a name here
ABSENT = Raw(b"null")

_decode = msgspec.json.Decoder(dict[str, Raw]).decode
_decode_cell = msgspec.json.Decoder(float | str | None).decode
_SNAPSHOTS = re.compile(rb'"snapshots"\s*:\s*\[')
_PERCENT = re.compile(rb'"(?:fiveHour|weekly)UsagePercent"\s*:')


def sniff(path: Path, head: bytes) -> bool:
    """Is it a database or a document of a known program, or a table with the plain columns?"""
    if head.startswith(databases.MAGIC):
        return _is_database(path, head)
    start = head.removeprefix(BOM).lstrip()
    if start.startswith(b"{"):
        return None not in (_SNAPSHOTS.search(start), _PERCENT.search(start))
    return PLAIN.fits(tables.header(head))


def _is_database(path: Path, head: bytes) -> bool:
    try:
        with databases.opened(BytesIO(head), path) as connection:
            return bool(_meters(connection) or _alike(connection))
    except databases.UnreadableError:
        return any(name.encode() in head for name in (*HISTORY.names[1:3], *TABLES))


def _meters(connection: Connection) -> list[tuple[str, Columns]]:
    """Tables with readings."""
    found = ((table.name, known(table.name, table.columns)) for table in databases.tables(connection))
    return [(name, columns) for name, columns in found if columns is not None]


def _alike(connection: Connection) -> list[str]:
    """Tables that seem to hold readings, of a program that is not known: nothing says what 0.5 is half of."""
    return [table.name for table in databases.tables(connection) if is_alike(table.columns)]


def read(stream: BinaryIO, path: Path, index: int, key: bytes) -> Extract:
    """Read one open file, the `index`-th of its evidence."""
    rows = RowReader(index, METER_SNAPSHOTS.id)
    head = stream.read(64 * 1024)
    stream.seek(0)
    if head.startswith(databases.MAGIC):
        _read_database(stream, path, rows, key)
    elif head.removeprefix(BOM).lstrip().startswith((b"{", b"[")):
        for row in document_rows(stream, rows.count, ("snapshots",)):
            rows.json(row, partial(_take_json, key=key))
    else:
        for cells in tables.rows(stream, rows.count):
            rows.plain(cells, partial(_take, columns=PLAIN, key=key))
    return rows.extract()


def _read_database(stream: BinaryIO, path: Path, rows: RowReader, key: bytes) -> None:
    try:
        with databases.opened(stream, path) as connection:
            for name, columns in _meters(connection):
                for cells in databases.rows(connection, name, columns.names):
                    rows.count.read += 1
                    rows.plain(cells, partial(_take, columns=columns, key=key))
            for name in () if rows.count.read else _alike(connection):
                for _ in databases.rows(connection, name, ()):
                    rows.count.read += 1
                    rows.count.other += 1
                    rows.count.types[UNKNOWN_UNIT] += 1
    except databases.UnreadableError:
        rows.count.read += 1
        rows.count.skip(SkipReason.INCOMPLETE)
    if databases.is_partial(path):
        rows.count.read += 1
        rows.count.skip(SkipReason.INCOMPLETE)
    rows.count.bytes = stream.seek(0, 2)


def _take_json(raw: bytes, source: SourceRef, *, key: bytes) -> RowResult:
    values = _decode(raw)
    row = {name: _decode_cell(values.get(name, ABSENT)) for name in DOCUMENT.names}
    return _take(row, source, columns=DOCUMENT, key=key)


def _take(row: Row, source: SourceRef, *, columns: Columns, key: bytes) -> RowResult:
    found = tuple(readings(row, columns, source, key))
    return RowResult(READING if found else NO_READING, found, unknown_windows=unknown_windows(row, columns))


METER_SNAPSHOTS = Importer(
    id="meter-snapshots",
    title="Meter readings that a tracker kept",
    how="In the data folder of a usage tracker (SQLite or JSON), or in a CSV file of your own with the columns time, "
    "window and used_percent.",
    surface=Surface.CLAUDE_AI,
    sniff=sniff,
    read=read,
    guide=Guide(
        where="In the data folder of a usage tracker (a menu bar or tray program): look in its settings or its "
        "description for the file, which mostly ends in .db, .sqlite, .json or .csv.",
        get=(
            "Quit the tracker, so that its last readings are in the file, and copy the file. If a file of the same "
            "name with -wal at its end is beside it, copy both: the newest readings are there.",
            "If it is a database with a table usage_history or usage_snapshots, or a JSON file with a list snapshots, "
            "that is all.",
            "Else export a CSV file and name its columns, in any order: time, window, used_percent, and where you have "
            "them resets_at and account. Other columns may stay and are not read.",
            "time and resets_at are written as 2026-03-02T10:00:00Z or with an offset as +01:00, or as seconds since "
            "1970. window is five_hour, seven_day, seven_day_opus, seven_day_sonnet, seven_day_haiku, seven_day_fable, "
            "seven_day_mythos, seven_day_overage_included or extra_usage. used_percent is from 0 to 100. Each "
            "window has a row of its own.",
        ),
        shows=("The meters of a subscription over the time in which the tracker ran, and when each window resets.",),
        hides=(
            "Nothing was read while the tracker did not run: a gap is not a zero, and neither is an empty cell.",
            "0.5 may be half a percent or half of all: only the program that wrote it knows. In a CSV file it is half "
            "a percent, as the column's name says.",
            "A tracker that follows several accounts without naming them makes a meter that jumps: use one file each.",
            "Some trackers keep the meters of other services in the same table; those rows are not read.",
        ),
        private="Names or addresses of accounts, sometimes whole answers of the service. Accounts leave as pseudonyms, "
        "the rest is not read.",
        verified=Verified.THIRD_PARTY,
        sources=("https://github.com/yanicells/claude-usage", "https://github.com/steipete/CodexBar"),
    ),
    gives=frozenset({"meter"}),
    spelling=(b"five_hour", b"seven_day", b"UsagePercent", b"resets_at", b"used_p", b"usage_"),
    authority=40,
    beside=True,
)
