"""SQLite databases of strangers: rows of a table, with no code of the file run and no step without a bound.

A database can hold views, triggers, generated columns and virtual tables that run when it is queried
(https://www.sqlite.org/security.html). Only plain tables are read here, by name of table and columns, on a connection
that may do nothing but select, and the file is opened as one that nobody writes: a change that its program has not
merged yet (the -wal file beside it) is not seen.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

MAGIC = b"SQLite format 3\0"
LARGEST_IN_MEMORY = 64 * 1024 * 1024  # bytes of a database that has no path
LARGEST_VALUE = 1024 * 1024  # bytes of one value
MOST_COLUMNS = 200
MOST_TABLES = 1000
STEPS = 10_000  # of the virtual machine between two looks at the budget
MOST_LOOKS = 20_000  # 200 million steps: some ten million rows
VERSIONS = slice(18, 20)  # of the header: 2 = with a -wal file, which memory cannot have (sqlite.org/fileformat2.html)
COLUMNS = "table_xinfo"
ALLOWED = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ})

Value = str | float | None


class UnreadableError(Exception):
    """The file is damaged, too large for memory, or asks for more steps than it may have."""


@dataclass(frozen=True)
class Table:
    """Name of a plain table and of its columns, as they are written."""

    name: str
    columns: tuple[str, ...]


@contextmanager
def opened(stream: BinaryIO, path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that can only select: to the file itself, or to a copy in memory where there is none."""
    try:
        connection = _connected(stream, path)
    except (sqlite3.Error, ValueError, OverflowError) as error:
        raise UnreadableError from error
    with closing(connection):
        try:
            _guard(connection)
            yield connection
        except (sqlite3.Error, ValueError, OverflowError) as error:
            raise UnreadableError from error


def _connected(stream: BinaryIO, path: Path) -> sqlite3.Connection:
    if path.is_file():
        return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    data = bytearray(stream.read(LARGEST_IN_MEMORY + 1))
    if not len(MAGIC) < len(data) <= LARGEST_IN_MEMORY:
        raise UnreadableError
    data[VERSIONS] = b"\1\1"
    connection = sqlite3.connect(":memory:")
    connection.deserialize(bytes(data))
    return connection


def _guard(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    connection.execute("PRAGMA mmap_size = 0")
    for limit, most in (
        (sqlite3.SQLITE_LIMIT_LENGTH, LARGEST_VALUE),
        (sqlite3.SQLITE_LIMIT_SQL_LENGTH, LARGEST_VALUE),
        (sqlite3.SQLITE_LIMIT_COLUMN, MOST_COLUMNS),
        (sqlite3.SQLITE_LIMIT_ATTACHED, 0),
        (sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH, 0),
    ):
        connection.setlimit(limit, most)
    connection.text_factory = lambda text: text.decode("utf-8", "replace")
    left = iter(range(MOST_LOOKS))
    connection.set_progress_handler(lambda: next(left, None) is None, STEPS)
    connection.set_authorizer(_judge)


def _judge(action: int, name: str | None, *_: str | None) -> int:
    """Reading, and asking what columns a table has; no function, no other pragma, no write."""
    asks = action == sqlite3.SQLITE_PRAGMA and name == COLUMNS
    return sqlite3.SQLITE_OK if asks or action in ALLOWED else sqlite3.SQLITE_DENY


def tables(connection: sqlite3.Connection) -> tuple[Table, ...]:
    """Plain tables with their columns; one that cannot be read is left out. Raises `UnreadableError` by `opened`."""
    found = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchmany(MOST_TABLES)
    plain = [
        name
        for name, sql in found
        if isinstance(name, str) and isinstance(sql, str) and not sql.upper().startswith("CREATE VIRTUAL")
    ]
    return tuple(table for name in plain if (table := _table(connection, name)) is not None)


def _table(connection: sqlite3.Connection, name: str) -> Table | None:
    """The table without generated columns: those would be computed here."""
    try:
        columns = connection.execute(f"PRAGMA {COLUMNS}({_quoted(name)})").fetchall()
    except sqlite3.Error:
        return None
    return Table(name, tuple(column for _, column, _, _, _, _, hidden in columns if not hidden))


def rows(connection: sqlite3.Connection, table: str, columns: Sequence[str]) -> Iterator[dict[str, Value]]:
    """Rows of a plain table as column to value; what is no number and no text comes as text without meaning."""
    names = ", ".join(_quoted(column) for column in columns)
    for row in connection.execute(f"SELECT {names} FROM {_quoted(table)}"):  # noqa: S608  quoted
        yield {
            column: value if value is None or isinstance(value, str) else float(value) if _is_number(value) else ""
            for column, value in zip(columns, row, strict=True)
        }


def _is_number(value: object) -> bool:
    return isinstance(value, int | float)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
