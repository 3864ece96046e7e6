"""Rows of a pack as Parquet, written and read.

A table comes from strangers, and a small file can unpack to gigabytes. So sizes are capped three times: by what the
footer says, by the header of every page (`layout.py`), and while reading, a few thousand rows at a time with texts as
a dictionary, so that one long text that a million rows repeat stays one text.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_type_hints

import msgspec

from generator.packs.layout import LayoutError, rows_and_unpacked
from generator.records.rows import SourceRef

if TYPE_CHECKING:
    import pyarrow as pa

MOST_ROWS = 1_000_000
"""Of one table. The largest real packs hold some 27,000 calls; a million is a year of a large company."""
FREE_ROWS = 10_000
"""Rows that need no bytes of their own; beyond, a table has at least a byte a row. Real ones have 8 to 65: each row
names its line, and none is like another.
"""
MOST_UNPACKED = 400 * 2**20  # bytes of all pages of a table; a million calls unpack to about 120 MiB
BATCH = 4_096  # rows held as plain values at a time
MOST_TEXT = 128  # characters of one cell; the longest that a record type allows are 64
LARGEST = 2**53 - 1  # beyond, a count is not exact as JSON number or cell of a spreadsheet
EARLIEST, LATEST = datetime(1970, 1, 1), datetime(2200, 1, 1)  # noqa: DTZ001  UTC, compared as milliseconds
_SOURCE = ("source_file", "source_line")
OTHER_COUNT = "has another number of rows than pack.json says"

Row = TypeVar("Row", bound=msgspec.Struct)


class TableError(ValueError):
    """What is wrong with a table: a code, and words that hold nothing of it but names of known columns."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def to_parquet(kind: type[Row], rows: Sequence[Row]) -> bytes:
    """The rows as one file; same rows, same bytes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pylist([_flat(row) for row in rows], schema=arrow_schema(kind))
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd", store_schema=False)
    return sink.getvalue()


def from_parquet(kind: type[Row], data: bytes, count: int, today: Callable[[str], str]) -> tuple[Row, ...]:
    """The `count` rows of a file; `today` gives the present name of a column. Raises TableError."""
    import pyarrow as pa

    try:
        _check_size(data, count)
        file = _opened(data)
        columns = _columns(kind, file.schema_arrow, today, count)
        return tuple(_rows(kind, file, columns, count)) if count else ()
    except LayoutError as error:
        raise TableError("W-pack-table", str(error)) from None
    except (msgspec.MsgspecError, OverflowError):
        raise TableError("W-pack-row", "holds a cell that its record type does not allow") from None
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError, IndexError, MemoryError) as error:
        if isinstance(error, TableError):
            raise
        raise TableError("W-pack-table", "is not a table that can be read") from None


def arrow_schema(kind: type[msgspec.Struct]) -> pa.Schema:
    """Columns of a record type."""
    import pyarrow as pa

    fields = []
    for name, hint in get_type_hints(kind).items():
        if hint is SourceRef:
            fields += [pa.field("source_file", pa.int32()), pa.field("source_line", pa.int64())]
        else:
            fields.append(pa.field(name, _arrow_type(hint)))
    return pa.schema(fields)


def _opened(data: bytes) -> Any:
    import pyarrow.parquet as pq

    # Without threads: a pool still alive when the process ends aborts it now and then (exit 134, 1 run in 10).
    plain = pq.ParquetFile(io.BytesIO(data), pre_buffer=False)
    texts = [field.name for field in plain.schema_arrow if str(field.type) == "string"]
    return pq.ParquetFile(io.BytesIO(data), pre_buffer=False, read_dictionary=texts)


def _check_size(data: bytes, count: int) -> None:
    if count > MOST_ROWS or count > FREE_ROWS + len(data):
        words = f"more than {MOST_ROWS:,} rows" if count > MOST_ROWS else "more rows than bytes"
        raise TableError("W-pack-size", f"holds {words}")
    rows, unpacked = rows_and_unpacked(data)
    if rows != count:
        raise TableError("W-pack-table", OTHER_COUNT)
    if unpacked > MOST_UNPACKED:
        raise TableError("W-pack-size", f"unpacks to more than {MOST_UNPACKED:,} bytes")


def _columns(kind: type[msgspec.Struct], found: pa.Schema, today: Callable[[str], str], count: int) -> list[str]:
    """Today's name of each column, in the order of the file. Raises TableError for a strange or a missing one."""
    wanted = {field.name: field.type for field in arrow_schema(kind)}
    columns = [today(name) for name in found.names]
    if set(columns) - set(wanted) or len(set(columns)) < len(columns):
        raise TableError("W-pack-column", "holds a column that this program does not know")
    for name, field in zip(columns, found, strict=True):
        if getattr(field.type, "value_type", field.type) != wanted[name]:
            raise TableError("W-pack-column", f"holds another type in its column {name}")
    if count and (lacking := sorted(set(wanted) - set(columns) - set(_defaults(kind)))):
        raise TableError("W-pack-column", f"lacks the column {', '.join(lacking)}")
    return columns


def _defaults(kind: type[msgspec.Struct]) -> dict[str, Any]:
    return {one.name: one.default for one in msgspec.structs.fields(kind) if one.default is not msgspec.NODEFAULT}


def _rows(kind: type[Row], file: Any, columns: list[str], count: int) -> Iterator[Row]:
    defaults = _defaults(kind)
    order = kind.__struct_fields__  # rows are array-like: quick to send between processes
    seen = 0
    for batch in file.iter_batches(batch_size=BATCH, use_threads=False):
        seen += len(batch)
        if seen > count:
            raise TableError("W-pack-table", OTHER_COUNT)
        cells = {name: _cells(name, column) for name, column in zip(columns, batch.columns, strict=True)}
        cells["source"] = list(zip(*(cells.pop(name) for name in _SOURCE), strict=True))
        plain = zip(*(cells.get(name) or [defaults.get(name)] * len(batch) for name in order), strict=True)
        yield from (msgspec.convert(row, type=kind) for row in plain)
    if seen != count:
        raise TableError("W-pack-table", OTHER_COUNT)


def _cells(name: str, column: Any) -> list[Any]:
    """Plain values of one column of a batch, after their size was looked at. A repeated text is one object."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(column.type):
        longest = pc.max(pc.utf8_length(column.dictionary)).as_py() or 0
        if longest > MOST_TEXT:
            raise TableError("W-pack-row", f"holds a text of more than {MOST_TEXT} characters in its column {name}")
        if len(column.dictionary) > len(column):
            return list(column.dictionary_decode().to_pylist())
        texts = column.dictionary.to_pylist()
        return [None if index is None else texts[index] for index in column.indices.to_pylist()]
    _check_range(name, column)
    return list(column.to_pylist())


def _check_range(name: str, column: Any) -> None:
    """Counts and times that can be; no NaN, no infinity."""
    import pyarrow as pa
    import pyarrow.compute as pc

    low, high = 0, LARGEST
    if pa.types.is_boolean(column.type):
        return
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.int64())
        low, high = (round((at - EARLIEST).total_seconds() * 1000) for at in (EARLIEST, LATEST))
    if pa.types.is_floating(column.type):
        low = -LARGEST
        if not pc.all(pc.is_finite(column)).as_py() and len(column) > column.null_count:
            raise TableError("W-pack-number", f"holds a number in its column {name} that is none")
    ends = pc.min_max(column).as_py()
    if ends["min"] is not None and (ends["min"] < low or ends["max"] > high):
        raise TableError("W-pack-number", f"holds a number or time in its column {name} that cannot be")


def _flat(row: msgspec.Struct) -> dict[str, Any]:
    plain = msgspec.structs.asdict(row)
    source: SourceRef = plain.pop("source")
    return {**plain, "source_file": source.file, "source_line": source.line}


def _arrow_type(hint: Any) -> pa.DataType:
    import pyarrow as pa

    kinds = [part for part in (get_args(hint) or (hint,)) if part is not type(None)]
    plain = kinds[0]
    if plain is bool:
        return pa.bool_()
    if plain is int:
        return pa.int64()
    if plain is float:
        return pa.float64()
    if plain is datetime:
        return pa.timestamp("ms", tz="UTC")
    return pa.string()
