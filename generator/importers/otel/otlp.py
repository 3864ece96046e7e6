"""OTLP as JSON: batches of one signal, a line each, as the collector's file exporter writes them.

Encoding: opentelemetry.io/docs/specs/otlp (JSON Protobuf encoding), and opentelemetry.io/docs/specs/otel/protocol,
file exporter. A 64-bit integer is a string there, but exporters written in JavaScript leave the number. A row is one
log record or one data point: a batch holds many, and one that is damaged must not take the others with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import BinaryIO, NamedTuple, Protocol

import msgspec
from msgspec import Raw, Struct

from generator.importers.base import LARGEST_COUNT, Count, SkipLineError, lines
from generator.importers.documents import elements
from generator.importers.fold import Extract
from generator.importers.json_lines import BOM, REFUSED, glued, is_utf8, mended, refusal
from generator.importers.rows import RowReader, RowResult
from generator.importers.values import ABSENT, EPOCH_SECONDS
from generator.records.rows import SkipReason, SourceRef, Surface

LOGS, METRICS = "resourceLogs", "resourceMetrics"
COWORK = "cowork"
SERVICES = frozenset({"claude-code", "claude-code-desktop", COWORK})
"""`service.name` of the clients: Claude Code docs (monitoring) for the first two, third parties for Cowork."""
SCOPE = "com.anthropic.claude_code"
Scalar = str | int | float | bool
PREFIXES = ("claude_code.", "cowork.")  # of event and metric names

MAIN = re.compile(r"(?:repl_main_thread|main|sdk)\b")  # `query_source` of the conversation itself
MOST_PARTS = 700_000  # commas of one batch: a collector puts 8192 records of some 75 into it; more only fill memory
EPOCH = datetime.fromtimestamp(0, UTC)

_OURS = re.compile(rb'claude_code\.|com\.anthropic\.claude_code|"(?:claude-code|claude-code-desktop|cowork)"')
_INTEGER = re.compile(r"-?[0-9]{1,19}")


class KeyValue(Struct, gc=False, frozen=True):
    """One attribute."""

    key: str = ""
    value: Raw = ABSENT


class Value(Struct, gc=False, frozen=True, rename="camel"):
    """`AnyValue`, as far as it is a scalar."""

    string_value: Raw = ABSENT
    int_value: Raw = ABSENT
    double_value: Raw = ABSENT
    bool_value: Raw = ABSENT


class _Resource(Struct, gc=False, frozen=True):
    attributes: list[KeyValue] | None = None


class _Scope(Struct, gc=False, frozen=True):
    name: str | None = None


class _Points(Struct, gc=False, frozen=True, rename="camel"):
    aggregation_temporality: int | str | None = None
    data_points: list[Raw] | None = None


class _Metric(Struct, gc=False, frozen=True):
    name: str | None = None
    sum: _Points | None = None
    gauge: _Points | None = None
    histogram: _Points | None = None


class _Scoped(Struct, gc=False, frozen=True, rename="camel"):
    scope: _Scope | None = None
    log_records: list[Raw] | None = None
    metrics: list[_Metric] | None = None


class _Resourced(Struct, gc=False, frozen=True, rename="camel"):
    resource: _Resource | None = None
    scope_logs: list[_Scoped] | None = None
    scope_metrics: list[_Scoped] | None = None


class _Batch(_Resourced, gc=False, frozen=True, rename="camel"):
    """A whole request, or one element of its list where a document was indented."""

    resource_logs: list[_Resourced] | None = None
    resource_metrics: list[_Resourced] | None = None


class Entry(NamedTuple):
    """One log record, or one data point with its metric's name and temporality, and whose it is."""

    raw: bytes
    resource: Mapping[str, Raw]
    scope: str
    metric: str = ""
    temporality: int | str | None = None

    @property
    def service(self) -> str:
        """`service.name`, "" where there is none."""
        return shown(self.resource, "service.name")

    @property
    def surface(self) -> Surface:
        """Where the client runs; the Code tab of the desktop app is Claude Code."""
        return Surface.COWORK if self.service == COWORK else Surface.CLAUDE_CODE

    @property
    def is_ours(self) -> bool:
        """Was it written by one of the clients? A collector gathers from others too."""
        return self.service in SERVICES or self.scope.startswith(SCOPE)


_decode_batch = msgspec.json.Decoder(_Batch).decode
_decode_value = msgspec.json.Decoder(Value).decode
_decode_scalar: Callable[[Raw], Scalar] = msgspec.json.Decoder(str | int | float | bool).decode


def holds(head: bytes, signal: str) -> bool:
    """Does a line, or a document, of this signal of one of the clients begin in the head?"""
    begins = re.search(rb'^[ \t]*\{\s*"%s"\s*:\s*\[' % signal.encode(), head.removeprefix(BOM), re.MULTILINE)
    return begins is not None and _OURS.search(head, begins.start()) is not None


class Take(Protocol):
    """From a row and what stands around it to what it gives. May raise SkipLineError, or what the decoder raises."""

    def __call__(self, raw: bytes, source: SourceRef, /, *, entry: Entry, key: bytes) -> RowResult:
        """What one log record or data point gives."""


def read_entries(stream: BinaryIO, index: int, key: bytes, *, importer: str, signal: str, take: Take) -> Extract:
    """Read one open file of a signal, the `index`-th of its evidence; its rows are log records or data points."""
    rows = RowReader(index, importer)
    for entry in entries(stream, rows.count, signal):
        rows.json(entry.raw, partial(take, entry=entry, key=key))
    return rows.extract()


def entries(stream: BinaryIO, count: Count, signal: str) -> Iterator[Entry]:
    """Every log record or data point; `count.read` is the number of the one just given.

    A batch that cannot be decoded is one row, and so is one that is empty.
    """
    for raw in _objects(_batches(stream, count, signal), count):
        batch = _decoded(raw, count)
        if batch is None:
            continue
        found = _entries(batch)
        first = next(found, None)
        if first is None:
            count.other += 1
            count.types["empty"] += 1
            continue
        yield first
        for entry in found:
            count.read += 1
            yield entry


def _objects(batches: Iterator[bytes], count: Count) -> Iterator[bytes]:
    """The batches, and each of several that stand on one line."""
    for raw in batches:
        for number, part in enumerate(glued(raw) or (raw,)):
            count.read += number > 0
            yield part


def _batches(stream: BinaryIO, count: Count, signal: str) -> Iterator[bytes]:
    start = stream.tell()
    first = stream.readline(80)
    stream.seek(start)
    indented = first.removeprefix(BOM).strip() in {b"{", b"["}
    return elements(stream, count, (signal,), ("", signal)) if indented else lines(stream, count)


def _decoded(raw: bytes, count: Count) -> _Batch | None:
    if raw.count(b",") > MOST_PARTS:
        count.skip(SkipReason.TOO_LONG)
        return None
    try:
        try:
            return _decode_batch(raw)
        except REFUSED:
            return _decode_batch(mended(raw))
    except REFUSED:
        count.skip(refusal(mended(raw)) if is_utf8(raw) else SkipReason.NOT_UTF8)
        return None


def _entries(batch: _Batch) -> Iterator[Entry]:
    for resourced in (batch, *(batch.resource_logs or ()), *(batch.resource_metrics or ())):
        resource = attributes(resourced.resource.attributes if resourced.resource else None)
        for scoped in (*(resourced.scope_logs or ()), *(resourced.scope_metrics or ())):
            scope = (scoped.scope.name if scoped.scope else None) or ""
            for record in scoped.log_records or ():
                yield Entry(bytes(record), resource, scope)
            for metric in scoped.metrics or ():
                for points in (metric.sum, metric.gauge, metric.histogram):
                    for point in (points.data_points if points else None) or ():
                        temporality = points.aggregation_temporality if points else None
                        yield Entry(bytes(point), resource, scope, metric.name or "", temporality)


def attributes(given: Iterable[KeyValue] | None) -> dict[str, Raw]:
    """Attributes by their key, values undecoded."""
    return {pair.key: pair.value for pair in given or ()}


def plain_name(name: str) -> str:
    """Name of an event or a metric without the client's prefix: `event.name` is bare, the body is qualified."""
    for prefix in PREFIXES:
        name = name.removeprefix(prefix)
    return name


def scalar(raw: Raw) -> Scalar | None:
    """The value of an attribute, None for one that is no scalar. Raises what the decoder raises."""
    if not bytes(raw).startswith(b"{"):
        return None
    value = _decode_value(raw)
    for kind in (value.string_value, value.double_value, value.bool_value):
        if kind is not ABSENT and bytes(kind) != b"null":
            return _decode_scalar(kind)
    if bytes(value.int_value) == b"null":
        return None
    integer = _decode_scalar(value.int_value)
    return int(integer) if isinstance(integer, str) and _INTEGER.fullmatch(integer) else integer


def shown(given: Mapping[str, Raw], *names: str) -> str:
    """The first of these attributes that is there, as text; "" for none."""
    for name in names:
        value = scalar(given.get(name, ABSENT))
        if value is not None and value != "":
            return str(value).lower() if isinstance(value, bool) else str(value)
    return ""


def number(value: object) -> int | None:
    """A count in any of its spellings; None for one that is not there or, as clients write, "undefined".

    Numeric attributes were strings before client 2.1.122. Raises SkipLineError.
    """
    if value is None or value in {"", "undefined", "null"}:
        return None
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value > LARGEST_COUNT:
        raise SkipLineError(SkipReason.BAD_FIELD)
    if value < 0:
        raise SkipLineError(SkipReason.NEGATIVE_COUNT)
    return value


def whole(given: Mapping[str, Raw], name: str) -> int | None:
    """A count among the attributes. Raises SkipLineError."""
    return number(scalar(given.get(name, ABSENT)))


def moment(nanoseconds: int | str | None) -> datetime | None:
    """Nanoseconds since 1970 as UTC to the microsecond; None for 0 or nothing. Raises SkipLineError."""
    if isinstance(nanoseconds, str) and _INTEGER.fullmatch(nanoseconds):
        nanoseconds = int(nanoseconds)
    if not nanoseconds:
        return None
    if not isinstance(nanoseconds, int) or not EPOCH_SECONDS[0] <= nanoseconds // 10**9 < EPOCH_SECONDS[1]:
        raise SkipLineError(SkipReason.BAD_FIELD)
    return EPOCH + timedelta(microseconds=nanoseconds // 1000)


def threaded(session: str, source: str) -> str:
    """The session of a call if it may be of the main thread, else "".

    `query_source` names other callers by their kind (compact, a title, a sub-agent's type), and several of a kind run
    at the same time: in one thread they would look like a cache that breaks. Older clients do not name it.
    """
    return session if not source or MAIN.match(source) else ""
