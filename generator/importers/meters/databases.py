"""SQLite databases of strangers: rows of a table, with no code of the file run and no step without a bound.

A database can hold views, triggers, generated columns and virtual tables that run when it is queried
(https://www.sqlite.org/security.html). Only plain tables are read here, by name of table and columns, on a connection
that may do nothing but select, and the file is opened as one that nobody writes.

What its program has not merged yet stands in a file beside it: a -wal file holds the newest rows, sometimes all of
them, and a -journal file what a write in the making has overwritten. To read them SQLite writes, into the database
too, so both are copied to a folder that nobody else may look into, and the copy is read
(https://www.sqlite.org/wal.html, section 5).
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

MAGIC = b"SQLite format 3\0"
LARGEST_IN_MEMORY = 64 * 1024 * 1024  # bytes of a database that has no path
LARGEST_COPY = 1024 * 1024 * 1024  # bytes of a database and what stands beside it
COPIES = 3  # tries to copy files that their program changes meanwhile
BESIDE = ("-wal", "-journal")
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
    """A connection that can only select: to the file itself, or to a copy where there is none or more stands beside it.

    Raises UnreadableError, here or while rows are taken.
    """
    with ExitStack() as kept:
        try:
            connection = kept.enter_context(closing(_connected(stream, path, kept)))
            _guard(connection)
            yield connection
        except (sqlite3.Error, OSError, ValueError, OverflowError) as error:
            raise UnreadableError from error


def is_partial(path: Path) -> bool:
    """Do rows stand beside the database that are not read, since both are too large to be copied?"""
    return bool(_beside(path)) and not _can_be_copied(path)


def _connected(stream: BinaryIO, path: Path, kept: ExitStack) -> sqlite3.Connection:
    if path.is_file():
        if _beside(path) and _can_be_copied(path):
            folder = Path(kept.enter_context(tempfile.TemporaryDirectory(prefix="witnessmark-")))
            return sqlite3.connect(f"{_copied(path, folder).as_uri()}?mode=rw", uri=True)
        return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    data = bytearray(stream.read(LARGEST_IN_MEMORY + 1))
    if not len(MAGIC) < len(data) <= LARGEST_IN_MEMORY:
        raise UnreadableError
    data[VERSIONS] = b"\1\1"
    connection = sqlite3.connect(":memory:")
    connection.deserialize(bytes(data))
    return connection


def _copied(path: Path, folder: Path) -> Path:
    """The database with what stands beside it, copied between two writes of its program if there is such a moment."""
    copy = folder / "copy.db"
    for _ in range(COPIES):
        before = _state(path)
        for suffix in ("", *_beside(path)):
            shutil.copyfile(f"{path}{suffix}", f"{copy}{suffix}")
        if _state(path) == before:
            break
    return copy


def _beside(path: Path) -> tuple[str, ...]:
    """Ends of the names of files with unmerged rows. An empty one holds none."""
    return tuple(suffix for suffix in BESIDE if (size := _size(f"{path}{suffix}")) is not None and size[0])


def _can_be_copied(path: Path) -> bool:
    return sum(size[0] for size in _state(path) if size) <= LARGEST_COPY


def _state(path: Path) -> list[tuple[int, int] | None]:
    return [_size(f"{path}{suffix}") for suffix in ("", *BESIDE)]


def _size(name: str) -> tuple[int, int] | None:
    """Size and time of change of a regular file."""
    try:
        status = os.stat(name)  # noqa: PTH116  a name, no path
    except OSError:
        return None
    return (status.st_size, status.st_mtime_ns) if stat.S_ISREG(status.st_mode) else None


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
    names = ", ".join(_quoted(column) for column in columns) or "1"
    for row in connection.execute(f"SELECT {names} FROM {_quoted(table)}"):  # noqa: S608  quoted
        yield {
            column: value if value is None or isinstance(value, str) else float(value) if _is_number(value) else ""
            for column, value in zip(columns, row, strict=bool(columns))
        }


def _is_number(value: object) -> bool:
    return isinstance(value, int | float)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
