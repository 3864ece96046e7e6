"""Tables: rows of CSV files by the names of their columns, as exports and spreadsheets write them."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import BinaryIO

from generator.importers.base import LARGEST_COUNT, Count, SkipLineError, utc
from generator.importers.json_lines import BOM
from generator.records.rows import SkipReason

LONGEST_ROW = 1024 * 1024  # bytes of one physical line
MOST_RETURNS = 1000  # of lines that an open quote took: each may cost a cell of the longest that csv allows
NARROW = 4  # columns
DAMAGED: list[str] = ["damaged"]  # by identity: no row
Row = Mapping[str, str]


def header(head: bytes) -> tuple[str, ...]:
    """Names of the columns, in lower case and without spaces around; () where the first line is no such thing."""
    first = head.removeprefix(BOM).split(b"\n", 1)[0]
    if not first.strip() or b"\0" in first or first.lstrip()[:1] in b"{[":
        return ()
    try:
        text = first.decode("utf-8").strip("\r")
    except UnicodeDecodeError:
        return ()
    try:
        return _names(next(csv.reader([text], delimiter=_delimiter(text)), []))
    except csv.Error:
        return ()


def _names(row: list[str]) -> tuple[str, ...]:
    return tuple(name.strip().lower() for name in row)


def _delimiter(text: str) -> str:
    return max(",;\t", key=text.count)


def rows(stream: BinaryIO, count: Count) -> Iterator[Row]:
    """Rows below the header, as column name to text without spaces around; a row of another width is skipped.

    `count.read` is the 1-based number of the row just given, the header being the first (counted as `header`).
    """
    names: tuple[str, ...] = ()
    physical = _Lines(stream, count)
    first = next(physical, "")
    if not first:
        return
    physical.give_back(1)
    delimiter = _delimiter(first)
    while (row := _row(physical, delimiter, len(names))) is not None:
        count.read += 1
        if row is DAMAGED:
            count.skip(SkipReason.BAD_FIELD)
        elif not names:
            names = _names(row)
            count.other += 1
            count.types["header"] += 1
        elif not any(cell.strip() for cell in row):
            count.blank += 1
        elif any("\udc80" <= character <= "\udcff" for cell in row for character in cell):
            count.skip(SkipReason.NOT_UTF8)
        elif len(row) != len(names):
            count.skip(SkipReason.BAD_FIELD)
        else:
            yield dict(zip(names, (cell.strip() for cell in row), strict=True))


def _row(physical: _Lines, delimiter: str, width: int) -> list[str] | None:
    """The next row, DAMAGED for a line that is none, None at the end.

    A quote that damage opened would take the rows below into its cell: then only its own line is given up. A cell that
    the file ends within is cut off, and so may its number be.
    """
    physical.taken.clear()
    try:
        row = next(csv.reader(physical, delimiter=delimiter, strict=False), None)
    except csv.Error:
        row = DAMAGED
    if row is not None and physical.ended:
        row = DAMAGED
    below = physical.taken[1:]
    if not below or not width or physical.returns >= MOST_RETURNS:
        return row
    if row is None or len(row) != width or any(_is_row(line, delimiter, width) for line in below):
        physical.give_back(len(below))
        return DAMAGED
    return row


def _is_row(line: str, delimiter: str, width: int) -> bool:
    """Is a line of a cell a row by itself? By chance a text has so many delimiters only in a narrow table.

    The line that ends a cell has an odd number of quotes.
    """
    if width < NARROW or line.count(delimiter) < width - 1 or line.count('"') % 2:
        return False
    try:
        return len(next(csv.reader([line], delimiter=delimiter, strict=True), ())) == width
    except csv.Error:
        return False


class _Lines:
    """Physical lines as text; bytes that are no UTF-8 become lone surrogates, so that their row can be refused."""

    def __init__(self, stream: BinaryIO, count: Count) -> None:
        self.stream, self.count, self.begun = stream, count, False
        self.taken: list[str] = []
        self.waiting: list[str] = []  # given back, the next one last
        self.returns = 0
        self.ended = False  # asked for a line after the last

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.waiting.pop() if self.waiting else self._read()
        self.taken.append(line)
        return line

    def give_back(self, lines: int) -> None:
        """Take back the last lines that were given."""
        self.waiting += reversed(self.taken[-lines:])
        self.returns += 1
        self.ended = False

    def _read(self) -> str:
        line = self.stream.readline(LONGEST_ROW)
        if not line:
            self.ended = True
            raise StopIteration
        self.count.bytes += len(line)
        if not self.begun:
            self.begun, line = True, line.removeprefix(BOM)
        return line.replace(b"\0", b"").decode("utf-8", "surrogateescape")


def whole(text: str, *, missing: int | None = None) -> int | None:
    """A count, with thousands separators or not. Raises SkipLineError; `missing` for an empty cell."""
    value = number(text)
    if value is None:
        return missing
    if value != int(value):
        raise SkipLineError(SkipReason.BAD_FIELD)
    return int(value)


def number(text: str) -> float | None:
    """A number that can be an amount, None for an empty cell. Raises SkipLineError."""
    plain = text.strip().lstrip("$").replace(",", "").replace("\u00a0", "")
    if not plain:
        return None
    try:
        value = Decimal(plain)
    except InvalidOperation:
        raise SkipLineError(SkipReason.BAD_FIELD) from None
    if not value.is_finite() or value > LARGEST_COUNT:
        raise SkipLineError(SkipReason.BAD_FIELD)
    if value < 0:
        raise SkipLineError(SkipReason.NEGATIVE_COUNT)
    return float(value)


def day(text: str) -> tuple[datetime, datetime]:
    """The UTC day that a cell names, as [start, end). Raises SkipLineError."""
    try:
        start = utc(datetime.fromisoformat(text[:10]).replace(tzinfo=UTC))
    except ValueError:
        raise SkipLineError(SkipReason.BAD_FIELD) from None
    return start, start + timedelta(days=1)
