"""Readings of usage meters that trackers keep as tables: SQLite databases, CSV files, JSON documents.

Where
    In the data folder of a tracker, or where its export was saved. Known by themselves are the tables
    usage_history (wide) and usage_snapshots (long) of programs that poll the usage endpoint, and any table whose
    columns say percent by name: fiveHourUsagePercent, five_hour_pct, primary_used_pct with a provider and minutes.
    Every other table needs a mapping beside it (`column_maps`).
Which records
    Each row gives one reading for each window that states a share. An empty cell is a gap and not zero.
Units
    Percent or fraction by the source, see `columns`; a table with five_hour_utilization in it that is of no known
    program is not read without a mapping, since programs write fractions and percent under this name. Times
    without a zone are refused unless the mapping states one. Resets are rounded to the minute.
Never read
    Other columns and tables; answers of the service that are kept whole. Accounts leave as pseudonyms.
"""

from __future__ import annotations

import re
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Raw

from generator.importers import tables
from generator.importers.base import Importer
from generator.importers.documents import rows as document_rows
from generator.importers.fold import Extract
from generator.importers.guide import Guide, Verified
from generator.importers.json_lines import BOM
from generator.importers.meters import column_maps, databases
from generator.importers.meters.columns import TABLES, Columns, Row, known, readings
from generator.importers.rows import RowReader, RowResult
from generator.records.rows import SkipReason, SourceRef, Surface

LISTS = ((), ("snapshots",), ("history",), ("data",))  # where a JSON document keeps its rows
READING = "reading"
NO_READING = "no-reading"  # a row whose cells are empty, of another service, or of a window without a name here

_decode = msgspec.json.Decoder(dict[str, Raw]).decode
_decode_cell = msgspec.json.Decoder(float | str | None).decode
_SNAPSHOTS = re.compile(rb'"snapshots"\s*:\s*\[')
_PERCENT = re.compile(rb'"(?:fiveHour|weekly)UsagePercent"\s*:')


def sniff(path: Path, head: bytes) -> bool:
    """Do a table's columns, or a mapping beside it, say what its figures are? Raises LogError for a bad mapping."""
    if head.startswith(databases.MAGIC):
        return _is_database(path, head)
    start = head.removeprefix(BOM).lstrip()
    if start.startswith((b"{", b"[")):
        return _json_columns(path, start) is not None or _is_document(start)
    return _csv_columns(path, head) is not None


def _is_database(path: Path, head: bytes) -> bool:
    try:
        with databases.opened(BytesIO(head), path) as connection:
            return bool(_meters(path, databases.tables(connection)))
    except databases.UnreadableError:
        return any(name.encode() in head for name in (*TABLES["usage_history"].names[1:3], *TABLES))


def _is_document(start: bytes) -> bool:
    return start.startswith(b"{") and None not in (_SNAPSHOTS.search(start), _PERCENT.search(start))


def _csv_columns(path: Path, head: bytes) -> Columns | None:
    names = tables.header(head)
    if len(names) < 2:  # noqa: PLR2004  a time and a share at least
        return None
    mapped = column_maps.beside(path)
    if mapped is not None and mapped.fits(names):
        return mapped.columns
    return known(names)


def _json_columns(path: Path, start: bytes) -> Columns | None:
    """Of a mapping that lies beside this very file; one for the whole folder would take other formats' files."""
    mapped = column_maps.beside(path)
    if mapped is None or not mapped.own:
        return None
    keys = {match.decode("utf-8", "replace") for match in re.findall(rb'"([^"\\\n]{1,200})"\s*:', start)}
    return mapped.columns if mapped.fits(keys) else None


def _meters(path: Path, found: tuple[databases.Table, ...]) -> list[tuple[str, Columns]]:
    """Tables with readings. A mapping beside the file speaks for all of it."""
    mapped = column_maps.beside(path)
    if mapped is not None and (mapped.own or mapped.table):
        return [(name, mapped.columns) for name in mapped.fitting({table.name: table.columns for table in found})]
    by_name = ((table.name, known(table.columns, table.name)) for table in found)
    return [(name, columns) for name, columns in by_name if columns is not None]


def read(stream: BinaryIO, path: Path, index: int, key: bytes) -> Extract:
    """Read one open file, the `index`-th of its evidence. Raises LogError for a bad mapping."""
    rows = RowReader(index, METER_SNAPSHOTS.id)
    head = stream.read(64 * 1024)
    stream.seek(0)
    start = head.removeprefix(BOM).lstrip()
    if head.startswith(databases.MAGIC):
        _read_database(stream, path, rows, key)
    elif start.startswith((b"{", b"[")):
        columns = _json_columns(path, start)
        for row in document_rows(stream, rows.count, *LISTS):
            rows.json(row, partial(_take_json, columns=columns, key=key))
    else:
        columns = _csv_columns(path, head)
        for cells in tables.rows(stream, rows.count):
            rows.plain(cells, partial(_take, columns=columns, key=key))
    return rows.extract()


def _read_database(stream: BinaryIO, path: Path, rows: RowReader, key: bytes) -> None:
    try:
        with databases.opened(stream, path) as connection:
            for name, columns in _meters(path, databases.tables(connection)):
                for cells in databases.rows(connection, name, columns.names):
                    rows.count.read += 1
                    rows.plain(cells, partial(_take, columns=columns, key=key))
    except databases.UnreadableError:
        rows.count.read += 1
        rows.count.skip(SkipReason.INCOMPLETE)
    rows.count.bytes = stream.seek(0, 2)


def _take_json(raw: bytes, source: SourceRef, *, columns: Columns | None, key: bytes) -> RowResult:
    values = _decode(raw)
    columns = columns or known(values.keys())
    if columns is None:
        return RowResult(NO_READING)
    return _take(
        {name: _decode_cell(values.get(name, Raw(b"null"))) for name in columns.names}, source, columns=columns, key=key
    )


def _take(row: Row, source: SourceRef, *, columns: Columns | None, key: bytes) -> RowResult:
    found = tuple(readings(row, columns, source, key)) if columns is not None else ()
    return RowResult(READING if found else NO_READING, found)


METER_SNAPSHOTS = Importer(
    id="meter-snapshots",
    title="Meter readings that a tracker kept",
    how="In the data folder of a usage tracker (SQLite), or exported from it as CSV or JSON. A table that is not known "
    "by its columns needs a small file beside it that says what they mean.",
    surface=Surface.CLAUDE_AI,
    sniff=sniff,
    read=read,
    guide=Guide(
        where="In the data folder of a usage tracker (a menu bar or tray program): look in its settings or its "
        "description for the file, which mostly ends in .db, .sqlite, .json or .csv.",
        get=(
            "Quit the tracker, so that its last readings are in the file, and copy the file. Or use its export.",
            "If the columns say percent by name, or the program is known, that is all.",
            "Else write a file beside it, with the same name and .columns.yml behind, one key a line: time, unit "
            "(percent or fraction), window (a column, or one of five-hour, seven-day, seven-day-opus, "
            "seven-day-sonnet, extra-usage), used, and where there are such columns resets_at and account. A database "
            "needs table too. Where times state no zone, zone says it, as UTC or Europe/Berlin.",
            "A table with one column for each window names them under used, one window and its column a line, "
            "further in.",
        ),
        shows=("The meters of a subscription over the time in which the tracker ran, and when each window resets.",),
        hides=(
            "Nothing was read while the tracker did not run: a gap is no zero, and an empty cell is none either.",
            "0.5 may be half a percent or half of all: only the program that wrote it knows. That is why unit has to "
            "be stated where the column's name does not.",
            "A tracker that follows several accounts without naming them makes a meter that jumps: use one file each.",
            "Programs for other services use the same names of columns; a column provider tells them apart.",
        ),
        private="Names or addresses of accounts, sometimes whole answers of the service. Accounts leave as pseudonyms, "
        "the rest is not read.",
        verified=Verified.THIRD_PARTY,
        sources=("https://github.com/yanicells/claude-usage", "https://github.com/steipete/CodexBar"),
    ),
    gives=frozenset({"meter"}),
    spelling=(b"five_hour", b"seven_day", b"UsagePercent", b"resets_at", b"used_pct", b"usage_"),
    authority=40,
)
