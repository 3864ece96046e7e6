"""From the rows of a file to records: every row is read, recovered, or skipped for a reason, whatever the format.

A row is a line of JSON, an element of a JSON document, or a row of a table. A format gives a `take` function, which
says what one row holds; the account of rows is kept here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import BinaryIO, NamedTuple, TypeVar

from msgspec import Raw

from generator.importers.base import Count, SkipLineError, lines
from generator.importers.documents import objects
from generator.importers.fold import Extract, MarkCopy, RequestCopy, merged
from generator.importers.json_lines import REFUSED, glued, is_utf8, mended, refusal
from generator.importers.windows import UNKNOWN_WINDOW
from generator.records.rows import CounterReading, MeterReading, SkipReason, SourceRef, Tally, UsageBucket

UNKNOWN = "unknown"
COUNTING = "count-tokens"  # a question how many tokens a prompt would have: no call, and free
UNKNOWN_UNIT = "unknown-unit"  # rows of readings of which nothing says whether 1 is one percent or all
_COUNTS = re.compile(rb"count[_-]?tokens|token[_-]?count(?:er|ing)", re.IGNORECASE)
RowT = TypeVar("RowT")


class RowResult(NamedTuple):
    """What one row gave. `type` is what the tally counts it as: a public name, never text of the row.

    `unknown_windows`: meters of it that have no name here, which the tally counts too.
    """

    type: str
    meters: tuple[MeterReading, ...] = ()
    counters: tuple[CounterReading, ...] = ()
    calls: tuple[RequestCopy, ...] = ()
    marks: tuple[MarkCopy, ...] = ()
    buckets: tuple[UsageBucket, ...] = ()
    unknown_windows: int = 0

    @property
    def is_used(self) -> bool:
        """Did the row give any record?"""
        return any(self[1:-1])


Take = Callable[[bytes, SourceRef], RowResult]
"""From a row of JSON and its place to what it gives. May raise SkipLineError, or what the decoder raises."""


class RowReader:
    """The account of one file while its rows are taken, and what they gave."""

    def __init__(self, index: int, importer: str, count: Count | None = None) -> None:
        self.index, self.importer = index, importer
        self.count = count or Count()
        self.found = Extract(calls={}, marks=[], meters=[], counters=[], buckets=[])

    @property
    def here(self) -> SourceRef:
        """Place of the row that was just read."""
        return SourceRef(self.index, self.count.line)

    def json(self, row: bytes, take: Take) -> None:
        """Account for one row of JSON, or for each of the objects that stand on one line."""
        if not is_utf8(row):
            self.count.skip(SkipReason.NOT_UTF8)
            return
        try:
            try:
                found = take(row, self.here)
            except REFUSED:
                if parts := glued(row):
                    self._each(parts, take)
                    return
                found = take(mended(row), self.here)
                self.count.recovered += 1
                self._keep(found)
                return
        except SkipLineError as skipped:
            self.count.skip(skipped.reason)
        except REFUSED:
            self.count.skip(refusal(mended(row)))
        else:
            self._account(found)

    def _each(self, parts: list[bytes], take: Take) -> None:
        for number, part in enumerate(parts):
            if number:
                self.count.next_on_line()
            self.json(part, take)

    def plain(self, row: RowT, take: Callable[[RowT, SourceRef], RowResult]) -> None:
        """Account for one row that is decoded already."""
        try:
            found = take(row, self.here)
        except SkipLineError as skipped:
            self.count.skip(skipped.reason)
        else:
            self._account(found)

    def _account(self, found: RowResult) -> None:
        if found.is_used:
            self.count.used += 1
        else:
            self.count.other += 1
        self._keep(found)

    def _keep(self, found: RowResult) -> None:
        self.count.types[found.type] += 1
        if found.unknown_windows:
            self.count.types[UNKNOWN_WINDOW] += found.unknown_windows
        self.count.usage_lines += len(found.calls)
        for call in found.calls:
            name = call_key(call)
            known = self.found.calls.get(name)
            self.found.calls[name] = call if known is None else merged(known, call)
        self.found.marks += found.marks
        self.found.meters += found.meters
        self.found.counters += found.counters
        self.found.buckets += found.buckets

    def extract(self) -> Extract:
        """Everything the rows gave, with their account."""
        self.found.tallies = {self.index: self.count.tally(self.index, self.importer)}
        return self.found


def is_counting(*stated: bytes | Raw) -> bool:
    """Does an address, or the name of a kind of call, say that tokens were only counted (/v1/messages/count_tokens)?"""
    return any(_COUNTS.search(bytes(one)) for one in stated)


def gave_nothing(tally: Tally) -> str:
    """Why a file that a format claims gave no record at all, in words; "" where it gave some, or had none to give.

    A file of known records without usage, such as a transcript of one summary, had none to give.
    """
    if tally.used or tally.recovered:
        return ""
    reasons = [f"{count:,} {reason.value}" for reason, count in tally.skipped.items()]
    reasons += [f"{tally.pending:,} pending"] if tally.pending else []
    reasons += [
        f"{tally.types[name]:,} of type {name}"
        for name in (UNKNOWN, UNKNOWN_UNIT, UNKNOWN_WINDOW)
        if tally.types.get(name)
    ]
    return ", ".join(reasons)


def call_key(copy: RequestCopy) -> str:
    """Name of a call within its format (see `fold.Extract`)."""
    return f"{copy.format} {copy.request.id}"


def read_lines(stream: BinaryIO, index: int, importer: str, take: Take) -> Extract:
    """Read one open file of JSON lines, the `index`-th of its evidence."""
    rows = RowReader(index, importer)
    for line in lines(stream, rows.count):
        rows.json(line, take)
    return rows.extract()


def read_objects(stream: BinaryIO, index: int, importer: str, take: Take) -> Extract:
    """Read one open file of JSON lines, of one list of such rows, or of one row alone."""
    rows = RowReader(index, importer)
    return read_each(objects(stream, rows.count), rows, take)


def read_each(given: Iterable[bytes], rows: RowReader, take: Take) -> Extract:
    """Take every row that `given` yields; `given` keeps `rows.count.line` at the number of the row just given."""
    for row in given:
        rows.json(row, take)
    return rows.extract()
