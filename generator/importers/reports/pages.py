"""Pages of a report: answers of a reporting endpoint as people save them, and which pages belong together.

A file holds one page, several pages as lines, or a list of pages. The rows are the elements of each page's `data`, and
each page itself is one more row of the account, so that a page which says that more follow is seen. Whether a report
is split by a dimension is not stated in a page: a dimension is null where it was not asked for, but also where a row
has none (the default workspace). So it is told from all rows of the pages that follow each other by `has_more`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from io import BytesIO
from typing import BinaryIO, NamedTuple, cast

import msgspec
from msgspec import Struct

from generator.importers.base import LONGEST_LINE, Count, SkipLineError, lines
from generator.importers.documents import elements
from generator.importers.fold import Extract
from generator.importers.json_lines import BOM, REFUSED, glued, has_later_object, mended, refusal
from generator.importers.rows import RowReader, RowResult
from generator.importers.values import iso_time
from generator.records.rows import SkipReason, SourceRef

HEAD = 64 * 1024
SWALLOW = 1024 * 1024
LONGEST_ROW = 8 * 1024 * 1024  # bytes of one element of `data`: an interval with ten thousand groups
PAGE, PAGE_WITH_MORE = "page", "page-with-more"
DATA = ("data",)


class Page(NamedTuple):
    """What a row's page says of it: when the report was refreshed, and by which dimensions it is split."""

    as_of: datetime | None
    dimensions: frozenset[str]


Take = Callable[[bytes, SourceRef, Page], RowResult]
Dimensions = Callable[[bytes], frozenset[str]]
"""Names of the dimensions that a row states. May raise what the decoder raises."""


class Envelope(Struct, gc=False, frozen=True):
    """What stands around the rows."""

    has_more: bool | None = None
    data_refreshed_at: str | None = None


_decode = msgspec.json.Decoder(Envelope).decode
_decode_raw = msgspec.json.Decoder(msgspec.Raw).decode


def read_pages(stream: BinaryIO, index: int, importer: str, take: Take, dimensions: Dimensions) -> Extract:
    """Read one open file of pages, the `index`-th of its evidence; twice, since a page does not say its dimensions."""
    start = stream.tell()
    threads = _threads(stream, dimensions)
    stream.seek(start)
    rows, outer = RowReader(index, importer), Count()
    for number, raw in enumerate(_pages(stream, outer)):
        envelope = _envelope(raw, rows.count)
        page = Page(_as_of(envelope), threads[number] if number < len(threads) else frozenset())
        for row in elements(BytesIO(raw), rows.count, DATA, longest=LONGEST_ROW):
            rows.json(row, partial(_taken, take, page))
    count = rows.count
    count.read += outer.read - outer.used
    count.pending += outer.pending
    count.blank += outer.blank
    for reason, skipped in outer.skipped.items():
        count.skipped[reason] = count.skipped.get(reason, 0) + skipped
    count.bytes = stream.tell() - start
    return rows.extract()


def _taken(take: Take, page: Page, row: bytes, source: SourceRef) -> RowResult:
    return take(row, source, page)


def _pages(stream: BinaryIO, count: Count) -> Iterator[bytes]:
    """Each page as bytes; `count.used` counts them, the rest of `count` what is no page."""
    for given in _parts(stream, count):
        pages = glued(given) or [given]
        count.read += len(pages) - 1
        for page in pages:
            count.used += 1
            yield page


def _parts(stream: BinaryIO, count: Count) -> Iterator[bytes]:
    start = stream.tell()
    head = stream.read(HEAD).removeprefix(BOM).lstrip()
    stream.seek(start)
    in_lines = has_later_object(head)
    if head.startswith(b"[") and not in_lines:
        return elements(stream, count, ())
    first, _, rest = head.partition(b"\n")
    if not in_lines and head.startswith(b"{") and (not rest.strip() or not _is_whole(first)):
        return _document(stream, count)
    return lines(cast("BinaryIO", _Ended(stream)), count)


def _document(stream: BinaryIO, count: Count) -> Iterator[bytes]:
    whole = stream.read(LONGEST_LINE + 1)
    count.read += 1
    if len(whole) <= LONGEST_LINE:
        yield whole
        return
    count.skip(SkipReason.TOO_LONG)
    while stream.read(SWALLOW):
        pass


def _is_whole(line: bytes) -> bool:
    try:
        _decode_raw(line)
    except REFUSED:
        return False
    return True


class _Ended:
    """A stream whose last line has an end: pages that a script joined are no log that is being written."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream

    def readline(self, limit: int) -> bytes:
        """The next line."""
        line = self.stream.readline(limit)
        return line + b"\n" if line and not line.endswith(b"\n") and len(line) < limit else line


def _envelope(page: bytes, count: Count) -> Envelope:
    """What stands around the rows; nothing where the page is damaged, whose whole rows are read all the same."""
    count.read += 1
    try:
        envelope = _decode(mended(page))
    except REFUSED:
        count.skip(refusal(mended(page)))
        return Envelope()
    count.other += 1
    count.types[PAGE_WITH_MORE if envelope.has_more else PAGE] += 1
    return envelope


def _as_of(envelope: Envelope) -> datetime | None:
    try:
        return iso_time(envelope.data_refreshed_at) if envelope.data_refreshed_at else None
    except SkipLineError:
        return None


def _threads(stream: BinaryIO, dimensions: Dimensions) -> list[frozenset[str]]:
    """Of each page, the dimensions that any page of its thread states."""
    threads: list[list[int]] = []
    stated: list[frozenset[str]] = []
    goes_on = False
    for number, raw in enumerate(_pages(stream, Count())):
        stated.append(frozenset().union(*_stated(raw, dimensions)))
        if goes_on:
            threads[-1].append(number)
        else:
            threads.append([number])
        goes_on = bool(_envelope(raw, Count()).has_more)
    return [
        whole
        for thread in threads
        for whole in [frozenset[str]().union(*(stated[number] for number in thread))] * len(thread)
    ]


def _stated(page: bytes, dimensions: Dimensions) -> Iterator[frozenset[str]]:
    for row in elements(BytesIO(page), Count(), DATA, longest=LONGEST_ROW):
        try:
            yield dimensions(mended(row))
        except REFUSED:
            continue
