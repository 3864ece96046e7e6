"""Rows of a pack as Parquet, written and read.

A table comes from strangers, and a small file can unpack to gigabytes. So sizes are capped three times: by what the
footer says, by the header of every page (`layout.py`), and while reading, so few rows at a time that one long text
which all of them repeat stays within bounds.

arro3 (https://kylebarron.dev/arro3/) is Arrow's Rust library for Python: 33 MB installed, where pyarrow takes 170.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from enum import Enum
from math import isfinite
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_type_hints

import msgspec

from generator.packs.layout import LayoutError, rows_and_unpacked
from generator.packs.trial import survives
from generator.records.rows import SourceRef

if TYPE_CHECKING:
    from arro3.core import DataType, RecordBatch, RecordBatchReader, Schema

MOST_ROWS = 1_000_000
"""Of one table. The largest real packs hold some 27,000 calls; a million is a year of a large company."""
FREE_ROWS = 10_000
"""Rows that need no bytes of their own; beyond, a table has at least a byte a row. Real ones have 8 to 65: each row
names its line, and none is like another.
"""
MOST_UNPACKED = 400 * 2**20  # bytes of all pages of a table; a million calls unpack to about 120 MiB
BATCH = 4_096  # rows held as plain values at a time
MOST_TEXT_BYTES = 2**27  # of all texts of a batch, were each as long as the largest page of its file is
MOST_TEXT = 128  # characters of one cell; the longest that a record type allows are 64
LARGEST = 2**53 - 1  # beyond, a count is not exact as JSON number or cell of a spreadsheet
EARLIEST, LATEST = datetime(1970, 1, 1), datetime(2200, 1, 1)  # noqa: DTZ001  UTC, compared as milliseconds
_SOURCE = ("source_file", "source_line")
UNREADABLE = "is not a table that can be read"
OTHER_COUNT = "has another number of rows than pack.json says"

Row = TypeVar("Row", bound=msgspec.Struct)


class TableError(ValueError):
    """What is wrong with a table: a code, and words that hold nothing of it but names of known columns."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def to_parquet(kind: type[Row], rows: Sequence[Row]) -> bytes:
    """The rows as one file; same rows, same bytes."""
    from arro3.core import RecordBatch
    from arro3.io import write_parquet

    schema = arrow_schema(kind)
    columns = zip(*map(_flat, rows), strict=True) if rows else ((),) * len(schema)
    arrays = [_array(cells, field.type) for cells, field in zip(columns, schema, strict=True)]
    sink = io.BytesIO()
    write_parquet(
        RecordBatch.from_arrays(arrays, schema=schema),
        sink,
        compression="zstd(1)",
        skip_arrow_metadata=True,
        created_by="witnessmark",
    )
    return sink.getvalue()


def from_parquet(kind: type[Row], data: bytes, count: int, today: Callable[[str], str]) -> tuple[Row, ...]:
    """The `count` rows of a file; `today` gives the present name of a column. Raises TableError."""
    try:
        largest = _check_size(data, count)
        schema = _opened(data, 1).schema
        columns = _columns(kind, schema, today, count)
        if not count:
            return ()
        texts = sum(_is("is_string", field.type) for field in schema)
        batch = max(1, min(BATCH, MOST_TEXT_BYTES // max(1, texts * largest)))
        if not survives(lambda: _opened(data, batch)):
            raise TableError("W-pack-table", UNREADABLE)  # noqa: TRY301  the same as below, without the abort
        return tuple(_rows(kind, _opened(data, batch), columns, count))
    except LayoutError as error:
        raise TableError("W-pack-table", str(error)) from None
    except (msgspec.MsgspecError, OverflowError):
        raise TableError("W-pack-row", "holds a cell that its record type does not allow") from None
    except TableError:
        raise
    except Exception:  # noqa: BLE001  arro3 raises bare ones
        raise TableError("W-pack-table", UNREADABLE) from None


def _opened(data: bytes, batch: int) -> RecordBatchReader:
    """The table, `batch` rows at a time. Raises TableError."""
    from arro3.io import read_parquet

    try:
        with _unheard():
            return read_parquet(data, batch_size=batch)
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # how the Rust code ends on a footer that it did not foresee
            raise
        raise TableError("W-pack-table", UNREADABLE) from None


@contextmanager
def _unheard() -> Iterator[None]:
    """Without what Rust says of a panic on the error output of the process, below Python's."""
    said = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(said, 2)
        os.close(said)
        os.close(nowhere)


def arrow_schema(kind: type[msgspec.Struct]) -> Schema:
    """Columns of a record type."""
    from arro3.core import DataType, Field, Schema

    fields = []
    for name, hint in get_type_hints(kind).items():
        if hint is SourceRef:
            fields += [Field("source_file", DataType.int32()), Field("source_line", DataType.int64())]
        else:
            fields.append(Field(name, _arrow_type(hint)))
    return Schema(fields)


def _check_size(data: bytes, count: int) -> int:
    """Bytes of the largest page, unpacked."""
    if count > MOST_ROWS or count > FREE_ROWS + len(data):
        words = f"more than {MOST_ROWS:,} rows" if count > MOST_ROWS else "more rows than bytes"
        raise TableError("W-pack-size", f"holds {words}")
    rows, unpacked, largest = rows_and_unpacked(data)
    if rows != count:
        raise TableError("W-pack-table", OTHER_COUNT)
    if unpacked > MOST_UNPACKED:
        raise TableError("W-pack-size", f"unpacks to more than {MOST_UNPACKED:,} bytes")
    return largest


def _columns(kind: type[msgspec.Struct], found: Schema, today: Callable[[str], str], count: int) -> list[str]:
    """Today's name of each column, in the order of the file. Raises TableError for a strange or a missing one."""
    wanted = {field.name: field.type for field in arrow_schema(kind)}
    columns = [today(name) for name in found.names]
    if set(columns) - set(wanted) or len(set(columns)) < len(columns):
        raise TableError("W-pack-column", "holds a column that this program does not know")
    for name, field in zip(columns, found, strict=True):
        if field.type != wanted[name]:
            raise TableError("W-pack-column", f"holds another type in its column {name}")
    if count and (lacking := sorted(set(wanted) - set(columns) - set(_defaults(kind)))):
        raise TableError("W-pack-column", f"lacks the column {', '.join(lacking)}")
    return columns


def _defaults(kind: type[msgspec.Struct]) -> dict[str, Any]:
    return {one.name: one.default for one in msgspec.structs.fields(kind) if one.default is not msgspec.NODEFAULT}


def _rows(kind: type[Row], batches: Iterable[RecordBatch], columns: list[str], count: int) -> Iterator[Row]:
    defaults = _defaults(kind)
    order = kind.__struct_fields__  # rows are array-like: quick to send between processes
    seen = 0
    for batch in batches:
        seen += batch.num_rows
        if seen > count:
            raise TableError("W-pack-table", OTHER_COUNT)
        cells = {name: _cells(name, column) for name, column in zip(columns, batch.columns, strict=True)}
        cells["source"] = list(zip(*(cells.pop(name) for name in _SOURCE), strict=True))
        plain = zip(*(cells.get(name) or [defaults.get(name)] * batch.num_rows for name in order), strict=True)
        yield from (msgspec.convert(row, type=kind) for row in plain)
    if seen != count:
        raise TableError("W-pack-table", OTHER_COUNT)


def _cells(name: str, column: Any) -> list[Any]:
    """Plain values of one column of a batch, after their size was looked at. A repeated text is one object."""
    cells: list[Any] = column.to_pylist()
    if _is("is_string", column.type):
        if max((len(text) for text in cells if text), default=0) > MOST_TEXT:
            raise TableError("W-pack-row", f"holds a text of more than {MOST_TEXT} characters in its column {name}")
        return [text and sys.intern(text) for text in cells]
    if _is("is_timestamp", column.type):
        _check_range(name, column.cast(_whole()).to_pylist(), *(_milliseconds(end) for end in (EARLIEST, LATEST)))
    elif _is("is_floating", column.type):
        if not all(map(isfinite, (cell for cell in cells if cell is not None))):
            raise TableError("W-pack-number", f"holds a number in its column {name} that is none")
        _check_range(name, cells, -LARGEST, LARGEST)
    elif not _is("is_boolean", column.type):
        _check_range(name, cells, 0, LARGEST)
    return cells


def _check_range(name: str, cells: list[Any], low: int, high: int) -> None:
    """Counts and times that can be."""
    known = [cell for cell in cells if cell is not None]
    if known and (min(known) < low or max(known) > high):
        raise TableError("W-pack-number", f"holds a number or time in its column {name} that cannot be")


def _flat(row: msgspec.Struct) -> tuple[Any, ...]:
    """Its cells in the order of `arrow_schema`."""
    cells: list[Any] = []
    for cell in msgspec.structs.astuple(row):
        cells.extend((cell.file, cell.line) if isinstance(cell, SourceRef) else (cell,))
    return tuple(cells)


def _array(cells: Sequence[Any], kind: DataType) -> Any:
    from arro3.core import Array

    if _is("is_timestamp", kind):
        return Array([None if cell is None else _milliseconds(cell) for cell in cells], _whole()).cast(kind)
    return Array([cell.value if isinstance(cell, Enum) else cell for cell in cells], kind)


def _whole() -> DataType:
    from arro3.core import DataType

    return DataType.int64()


def _milliseconds(at: datetime) -> int:
    """Since 1970; a part of one is cut off."""
    return (at.replace(tzinfo=None) - EARLIEST) // timedelta(milliseconds=1)


def _arrow_type(hint: Any) -> DataType:
    from arro3.core import DataType

    kinds = [part for part in (get_args(hint) or (hint,)) if part is not type(None)]
    plain = kinds[0]
    if plain is bool:
        return DataType.bool()
    if plain is int:
        return DataType.int64()
    if plain is float:
        return DataType.float64()
    if plain is datetime:
        return DataType.timestamp("ms", tz="UTC")
    return DataType.string()


def _is(kind: str, found: DataType) -> bool:
    """Is the type of this kind, as arro3 calls it: is_string, is_timestamp, is_floating, is_boolean?"""
    from arro3.core import DataType

    return bool(getattr(DataType, kind)(found))
