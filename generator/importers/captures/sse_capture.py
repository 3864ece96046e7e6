"""Text of server-sent events as a program or curl saved it: one answer of the Messages API, or many in one file.

Where
    Files that people write themselves, mostly `curl -i ... >> answers.txt` or the same from a script.
Which records
    A row of the account is one answer: all lines from its head (`HTTP/...` and headers, as `curl -i` writes them) or,
    without a head, from its `message_start`, up to the next one. The call is that of the answer's `message_start` and
    its last `message_delta`. A head with a refusal and a JSON body is a mark. An answer given as JSON is read too.
Units
    No event holds a time. It comes from the `date` header (RFC 9110, in GMT), which is when the answer began; without
    one the answer is skipped. `message_delta` states totals so far: the last one wins, none is added.
Never read
    Everything but `message_start`, `message_delta` and errors: lines of content are dropped as they are read, so an
    answer of any length needs no memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO, NamedTuple

from generator.importers.base import LONGEST_LINE, NEWLINE, SWALLOW_BYTES, Count, Importer, SkipLineError, utc
from generator.importers.captures import http_exchange
from generator.importers.captures.headers import LIMITS, WANTED
from generator.importers.captures.http_exchange import Exchange
from generator.importers.fold import Extract
from generator.importers.guide import Guide, Verified
from generator.importers.json_lines import BOM, is_utf8
from generator.importers.rows import UNKNOWN, RowReader, RowResult
from generator.records.rows import SkipReason, SourceRef, Surface

LARGEST_ANSWER = LONGEST_LINE  # bytes of an answer that are kept: events with usage, or a JSON body
OK = 200
_STATUS = re.compile(rb"HTTP/[0-9.]{1,4} +([0-9]{3})\b")
_HEADER = re.compile(rb"([A-Za-z][A-Za-z0-9-]{0,80}):[ \t]*(.{0,300}?)[ \t\r\n]*", re.DOTALL)
_START = re.compile(rb'"type"\s*:\s*"message_start"')  # inside a string the quotes are escaped
_TELLING = re.compile(rb'"type"\s*:\s*"(?:message_start|message_delta|error)"')
_SNIFFED = re.compile(rb'^(?:data: ?\{.{0,200}"type"\s*:\s*"message_start"|event: ?message_start\r?$)', re.MULTILINE)


class Part(NamedTuple):
    """What is kept of one answer."""

    headers: dict[str, str]
    status: int
    body: bytes
    fault: SkipReason | None

    @property
    def is_blank(self) -> bool:
        """Does it hold nothing at all?"""
        return not self.headers and not self.status and not self.body and self.fault is None


class _Open:
    """One answer while its lines are read."""

    def __init__(self) -> None:
        self.headers: dict[str, str] = {}
        self.status = 0
        self.kept: list[bytes] = []
        self.size = 0
        self.in_head = False
        self.began = False  # its message_start was there
        self.text = False  # it holds anything but blank lines
        self.fault: SkipReason | None = None

    def add(self, line: bytes) -> None:
        """One more line of the answer."""
        if not line.strip():
            self.in_head = False
            return
        self.text = True
        if self.in_head:
            self._header(line)
            return
        if line.startswith(b"data:"):
            if _TELLING.search(line):
                self._event(line)
        elif not self.began and not line.startswith((b"event:", b":", b"id:", b"retry:")):
            self._keep(line)  # of a body in JSON

    def ends_at(self, status: int | None, line: bytes) -> bool:
        """Does the line begin another answer? Heads without an answer, as 100 Continue, belong to the next one."""
        if status is None:
            return self.began and _starts(line)
        interim = self.status // 100 == 1 or (self.status == OK and not self.headers)
        return self.text and not (interim and not self.kept)

    def _event(self, line: bytes) -> None:
        if _starts(line):
            self.began = True
            self.kept.clear()  # whatever a tool printed before it
        self._keep(line)

    def head(self, status: int) -> None:
        """The status line; of several (100 Continue, a proxy's own) the last one counts."""
        self.status, self.in_head, self.text = status, True, True
        self.headers.clear()

    def _header(self, line: bytes) -> None:
        found = _HEADER.fullmatch(line)
        name = found.group(1).decode().lower() if found else ""
        if found and (name in WANTED or name.startswith(LIMITS)):
            self.headers[name] = found.group(2).decode("ascii", "replace")

    def _keep(self, line: bytes) -> None:
        if not is_utf8(line):
            self.fault = SkipReason.NOT_UTF8
        self.size += len(line)
        if self.size > LARGEST_ANSWER:
            self.fault = SkipReason.TOO_LONG
            self.kept.clear()
        elif self.fault is None:
            self.kept.append(line)

    def part(self) -> Part:
        """The answer as it was kept."""
        return Part(self.headers, self.status, b"".join(self.kept) or (b" " if self.text else b""), self.fault)


def _starts(line: bytes) -> bool:
    return line.startswith(b"data:") and _START.search(line) is not None


def sniff(_path: Path, head: bytes) -> bool:
    """Does a line of the head begin an answer, as an event and not inside JSON? Pages of documentation quote some."""
    return _SNIFFED.search(head.removeprefix(BOM)) is not None and b"\n```" not in head


def parts(stream: BinaryIO, count: Count) -> Iterator[Part]:
    """Answers of the file, oldest first. Memory stays within about twice `LARGEST_ANSWER`."""
    current = _Open()
    for line in _lines(stream, count):
        if line is None:
            current.text, current.fault = True, SkipReason.TOO_LONG
            continue
        shown = line.removeprefix(BOM).removeprefix(b"< ")
        found = _STATUS.match(shown)
        status = int(found.group(1)) if found else None
        if current.ends_at(status, shown):
            yield current.part()
            current = _Open()
        if status is None:
            current.add(shown)
        else:
            current.head(status)
    yield current.part()


def _lines(stream: BinaryIO, count: Count) -> Iterator[bytes | None]:
    """Lines of the file; None for one that is too long to be held."""
    for line in iter(partial(stream.readline, LONGEST_LINE + 1), b""):
        count.bytes += len(line)
        if line[-1] == NEWLINE or len(line) <= LONGEST_LINE:
            yield line
            continue
        for rest in iter(partial(stream.readline, SWALLOW_BYTES), b""):
            count.bytes += len(rest)
            if rest[-1] == NEWLINE:
                break
        yield None


def take(part: Part, source: SourceRef, *, key: bytes) -> RowResult:
    """What one answer gives."""
    if part.fault is not None:
        raise SkipLineError(part.fault)
    outside = http_exchange.unanswered("POST", part.status) if part.status else ""
    if outside or not (part.status or _TELLING.search(part.body)):
        return RowResult(outside or UNKNOWN)
    found = Exchange(
        path="",
        status=part.status or OK,
        sent={},
        received=part.headers,
        request=b"",
        body=part.body,
        began=None,
        ended=_time(part.headers),
    )
    return http_exchange.messages(found, source, format=SSE_CAPTURE.id, key=key)


def _time(headers: dict[str, str]) -> datetime:
    """The `date` header in UTC. Raises SkipLineError."""
    stated = headers.get("date")
    if not stated:
        raise SkipLineError(SkipReason.NO_TIME)
    try:
        return utc(parsedate_to_datetime(stated))
    except (TypeError, ValueError, OverflowError):
        raise SkipLineError(SkipReason.BAD_FIELD) from None


def read(stream: BinaryIO, _path: Path, index: int, key: bytes) -> Extract:
    """Read one open file, the `index`-th of its evidence."""
    rows = RowReader(index, SSE_CAPTURE.id)
    for part in parts(stream, rows.count):
        if not part.is_blank:
            rows.count.read += 1
            rows.plain(part, partial(take, key=key))
    return rows.extract()


SSE_CAPTURE = Importer(
    id="sse-capture",
    title="Saved event streams of the API",
    how="Call the API with curl -i and append what it prints to a file; the headers that -i adds hold the time and the "
    "request id, without which an answer cannot be placed.",
    surface=Surface.API,
    sniff=sniff,
    read=read,
    guide=Guide(
        where="Nowhere until you save it: the API sends an answer once.",
        get=(
            "Add the option -i to your curl command, so that the headers are above the events, and append the output "
            "to a file with >>.",
            "In a program of your own, write the response headers date and request-id before the events, in the same "
            "form, with a line such as HTTP/1.1 200 above them.",
        ),
        shows=(
            "The tokens of each answer as the service states them, with the split of cache writes by lifetime.",
            "The output count with which the stream began, beside the final one.",
            "Refusals and meters, where the headers were saved.",
        ),
        hides=(
            "The events hold no time. Without a date header the answer is counted and skipped.",
            "message_delta events state totals so far. A sum over them is too large.",
            "A stream that was cut off has no final count: its output is marked as not reliable.",
            "What was asked for: the request is not in the file.",
        ),
        private="The text of the answers, and headers that name your organisation. None of it is kept.",
        verified=Verified.REAL_FILES,
        tried="Streams among 239 answers in recordings of pydantic/pydantic-ai, traceloop/openllmetry and "
        "simonw/llm-anthropic, put into files for the trial: sums of tokens equal an independent count.",
        sources=(
            "https://platform.claude.com/docs/en/build-with-claude/streaming",
            "https://curl.se/docs/manpage.html",
        ),
    ),
    gives=frozenset({"first-lines", "lifetime-split", "meter", "refusals", "token-counts"}),
    spelling=(b"event: message_start", b"message_delta", b"content_block_delta", b"data: {", b"event: ping"),
    authority=20,
)
