"""Footer and page headers of a Parquet file, looked at before Arrow is.

Arrow believes the header of each page and takes as much memory as it says, and its Python binding ends the process
where a row group has fewer columns than the schema. So both are read here first.
Source: https://github.com/apache/parquet-format (src/main/thrift/parquet.thrift: FileMetaData, PageHeader).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from generator.packs.thrift import Compact, ThriftError

MOST_FOOTER_BYTES = 256 * 2**10  # our writer's footers take 10 kB
MOST_PAGE_BYTES = 4 * 2**20  # unpacked; our writer begins a new page at 1 MiB
MOST_COLUMNS = 64
MAGIC = b"PAR1"

_FLAT = frozenset({0, 1})  # required or optional; no lists
_CODECS = frozenset({0, 6})  # none, zstd
_ENCODINGS = frozenset({0, 2, 3, 8})
"""PLAIN, PLAIN_DICTIONARY, RLE, RLE_DICTIONARY. Others build values from those before, so that a page grows."""
_DATA_PAGE, _DICTIONARY_PAGE, _DATA_PAGE_V2 = 0, 2, 3
_INNER = {_DATA_PAGE: (5, 2), _DICTIONARY_PAGE: (7, 2), _DATA_PAGE_V2: (8, 4)}
"""By kind of page: field of its own header, and field of the encoding in that."""


class LayoutError(ValueError):
    """What is strange about a file; the words hold nothing of it."""


def rows_and_unpacked(data: bytes) -> tuple[int, int, int]:
    """Rows of a file, and bytes that all its pages and its largest one unpack to. Raises LayoutError."""
    try:
        footer = _footer(data)
        names = _names(footer.get(2))
        groups = _records(footer.get(4, []))
        sizes = [size for group in groups for size in _group(data, group, names)]
    except ThriftError:
        raise LayoutError("is not a table that can be read") from None
    rows = footer.get(3)
    if not isinstance(rows, int) or sum(_whole(group.get(3)) for group in groups) != rows:
        raise LayoutError("has another number of rows than its groups")
    return rows, sum(sizes), max(sizes, default=0)


def _footer(data: bytes) -> dict[int, Any]:
    if len(data) < 12 or not (data.startswith(MAGIC) and data.endswith(MAGIC)):  # noqa: PLR2004  magic, size, magic
        raise LayoutError("is not a table that can be read")
    size = int.from_bytes(data[-8:-4], "little")
    end = len(data) - 8
    if size > min(MOST_FOOTER_BYTES, end - len(MAGIC)):
        raise LayoutError(f"has a footer of more than {MOST_FOOTER_BYTES:,} bytes, or than it holds")
    return Compact(data, end - size, end).struct()


def _names(schema: Any) -> list[tuple[Any, Any]]:
    """Name and type of each column of a flat schema."""
    elements = _records(schema)
    if not elements or len(elements) - 1 > MOST_COLUMNS or elements[0].get(5) != len(elements) - 1:
        raise LayoutError("has columns that packs do not have")
    if any(one.get(5) or one.get(3) not in _FLAT or 1 not in one for one in elements[1:]):
        raise LayoutError("has columns that packs do not have")
    return [(one.get(4), one.get(1)) for one in elements[1:]]


def _group(data: bytes, group: dict[int, Any], names: list[tuple[Any, Any]]) -> Iterator[int]:
    """Unpacked size of each page of a row group."""
    chunks = _records([chunk.get(3) for chunk in _records(group.get(1))])
    if [(_only(chunk.get(3)), chunk.get(1)) for chunk in chunks] != names:
        raise LayoutError("has other columns in a group than in its schema")
    for chunk in chunks:
        if chunk.get(4) not in _CODECS:
            raise LayoutError("is packed in another way than packs are")
        if _whole(group.get(3)):
            yield from _pages(data, *_span(data, chunk))


def _span(data: bytes, chunk: dict[int, Any]) -> tuple[int, int]:
    """First byte of a column chunk, and the one behind its last, as Arrow finds them."""
    start, dictionary, length = _whole(chunk.get(9)), chunk.get(11), _whole(chunk.get(7))
    if dictionary is not None and 0 < _whole(dictionary) < start:
        start = dictionary
    if not (start > 0 and 0 < length <= len(data) - start):
        raise LayoutError("has a column outside of its bytes")
    return start, start + length


def _pages(data: bytes, place: int, end: int) -> Iterator[int]:
    while place < end:
        reader = Compact(data, place, end)
        unpacked, packed = _page(reader.struct())
        if unpacked > MOST_PAGE_BYTES:
            raise LayoutError(f"holds a page of more than {MOST_PAGE_BYTES:,} bytes")
        yield unpacked
        place = reader.place + packed


def _page(header: dict[int, Any]) -> tuple[int, int]:
    """Bytes of a page unpacked and packed."""
    own, encoding = _INNER.get(header.get(1, -1), (0, 0))
    inner = header.get(own)
    if not isinstance(inner, dict) or inner.get(encoding) not in _ENCODINGS:
        raise LayoutError("holds a page of a kind or encoding that packs do not have")
    return _whole(header.get(2)), _whole(header.get(3))


def _records(value: Any) -> list[dict[int, Any]]:
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise LayoutError("is not a table that can be read")
    return value


def _only(path: Any) -> Any:
    return path[0] if isinstance(path, list) and len(path) == 1 else None


def _whole(value: Any) -> int:
    if not isinstance(value, int) or value < 0:
        raise LayoutError("has a size that cannot be")
    return value
