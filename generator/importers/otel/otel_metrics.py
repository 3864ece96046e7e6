"""Metrics of tokens and cost that Claude Code sends over OpenTelemetry, kept by a collector's file exporter.

Where
    A file that a collector of the user or of the organisation writes: a line each batch, `resourceMetrics` (OTLP/JSON).
Which records
    `claude_code.token.usage` and `claude_code.cost.usage`, each data point a row of a report. They count the calls that
    the events tell one by one, so they never become calls. Other metrics are counted by their public name.
Units
    Tokens by `type` (input without cached ones, output, cacheRead, cacheCreation), and USD as the client estimates it.
    Delta by default: a point counts since its start. Cumulative: since the process began; differences are taken within
    one series, which is all attributes of resource and point and the start, so that a restart is no reset.
Never read
    Values of attributes except type and model: they leave as one pseudonym of the series.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Struct

from generator.importers.base import LARGEST_COUNT, Importer, SkipLineError
from generator.importers.fold import Extract
from generator.importers.guide import Guide, Verified
from generator.importers.otel.otlp import (
    LOGS,
    METRICS,
    PREFIXES,
    Entry,
    KeyValue,
    attributes,
    holds,
    moment,
    number,
    plain_name,
    read_entries,
    shown,
)
from generator.importers.rows import UNKNOWN, RowResult
from generator.importers.values import amount
from generator.records.models import public_model
from generator.records.pseudonyms import SEPARATOR, pseudonym
from generator.records.rows import SkipReason, SourceRef, Surface, UsageBucket

TOKENS, COST = "token.usage", "cost.usage"
FIELDS = {
    "input": "input_tokens",
    "output": "output_tokens",
    "cacheRead": "cache_read_tokens",
    "cacheCreation": "cache_write_tokens",
}
CUMULATIVE = {
    1: False, "AGGREGATION_TEMPORALITY_DELTA": False,
    2: True, "AGGREGATION_TEMPORALITY_CUMULATIVE": True,
}  # fmt: skip
"""OTLP writes the number; some writers the name. Without either nothing can be said of a sum."""
NAMES = frozenset({
    TOKENS, COST, "session.count", "lines_of_code.count", "pull_request.count", "commit.count",
    "code_edit_tool.decision", "active_time.total",
})  # fmt: skip
"""Public names of metrics (Claude Code docs, monitoring); any other name counts as "unknown"."""


class Point(Struct, gc=False, frozen=True, rename="camel"):
    """One data point. A 64-bit integer is a string, from some exporters a number."""

    start_time_unix_nano: int | str | None = None
    time_unix_nano: int | str | None = None
    as_int: int | str | None = None
    as_double: float | str | None = None
    attributes: list[KeyValue] | None = None


_decode = msgspec.json.Decoder(Point).decode


def sniff(_path: Path, head: bytes) -> bool:
    """Does the head hold metrics of one of the clients, and no events? A file of both is read for its events."""
    return holds(head, METRICS) and not holds(head, LOGS)


def take(raw: bytes, source: SourceRef, *, entry: Entry, key: bytes) -> RowResult:
    """The row of a report that one data point is."""
    name = plain_name(entry.metric)
    if name not in NAMES or not (entry.is_ours or entry.metric.startswith(PREFIXES)):
        return RowResult(UNKNOWN)
    public = name.replace(".", "-").replace("_", "-")
    if name not in {TOKENS, COST}:
        return RowResult(public)
    return RowResult(public, buckets=(_bucket(_decode(raw), entry, name, source, key),))


def _bucket(point: Point, entry: Entry, name: str, source: SourceRef, key: bytes) -> UsageBucket:
    start, end = moment(point.start_time_unix_nano), moment(point.time_unix_nano)
    if start is None or end is None:
        raise SkipLineError(SkipReason.NO_TIME)
    given = attributes(point.attributes)
    field = "cost_usd" if name == COST else FIELDS.get(shown(given, "type"))
    cumulative = CUMULATIVE.get(entry.temporality or 0)
    if start > end or field is None or cumulative is None:
        raise SkipLineError(SkipReason.BAD_FIELD)
    bucket = UsageBucket(
        report=OTEL_METRICS.id,
        start=start,
        end=end,
        surface=entry.surface,
        model=public_model(shown(given, "model")),
        group=pseudonym("group", _series(point, entry), key),
        grouping="series-running" if cumulative else "series",  # exported both ways, they are one count
        cumulative=cumulative,
        source=source,
    )
    return msgspec.structs.replace(bucket, **{field: _dollars(point) if name == COST else _tokens(point)})


def _series(point: Point, entry: Entry) -> str:
    """What names a series in the data model of OpenTelemetry, in an order of its own: that of attributes may change."""
    own = attributes(point.attributes)
    pairs = [
        f"{place}{key}={bytes(raw)!r}"
        for place, given in (("r", entry.resource), ("p", own))
        for key, raw in given.items()
    ]
    return SEPARATOR.join((entry.scope, entry.metric, *sorted(pairs)))


def _tokens(point: Point) -> int:
    tokens = number(point.as_double if point.as_int is None else point.as_int)
    if tokens is None:
        raise SkipLineError(SkipReason.BAD_FIELD)
    return tokens


def _dollars(point: Point) -> float:
    """USD, which an exporter writes as an integer where it is whole."""
    if isinstance(point.as_double, float):
        return amount(point.as_double, LARGEST_COUNT)
    return float(_tokens(point))


def read(stream: BinaryIO, _path: Path, index: int, key: bytes) -> Extract:
    """Read one open file, the `index`-th of its evidence."""
    return read_entries(stream, index, key, importer=OTEL_METRICS.id, signal=METRICS, take=take)


OTEL_METRICS = Importer(
    id="otel-metrics",
    title="OpenTelemetry metrics",
    how="Turn on the telemetry of Claude Code, send its metrics to an OpenTelemetry collector of your own, and let its "
    "file exporter write them as JSON.",
    surface=Surface.CLAUDE_CODE,
    sniff=sniff,
    read=read,
    guide=Guide(
        where="In the file that the exporter named file of your OpenTelemetry collector writes. A company may have "
        "them in a database of metrics instead; only files of the collector can be read here.",
        get=(
            "Install the OpenTelemetry collector and give it a receiver otlp and an exporter file with a path, in a "
            "pipeline for metrics. Use another file for logs.",
            "Before you start Claude Code set CLAUDE_CODE_ENABLE_TELEMETRY=1, OTEL_METRICS_EXPORTER=otlp, "
            "OTEL_EXPORTER_OTLP_PROTOCOL=grpc and OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4317, in the shell or "
            "under env in the file settings.json of the folder .claude in your home folder.",
            "Better send logs too (OTEL_LOGS_EXPORTER=otlp): they tell every call, metrics only sums.",
        ),
        shows=(
            "Tokens by type and model, and the client's own estimate of the cost, once a minute.",
            "Whether what the calls of other files add up to is all that the client counted.",
        ),
        hides=(
            "Single calls: from sums alone no broken cache can be told.",
            "With cumulative sums a point counts since the process began: adding points up multiplies the total. When "
            "the client starts again the sum starts at zero, which is not a reset.",
            "Before client 2.1.214 a call could count its tokens twice.",
            "Events and transcripts tell the same calls: metrics are compared with them and never added.",
            "The cost is estimated from a price list in the client, also on a subscription, where nobody pays it.",
        ),
        private="E-mail address and ids of account and organisation on every point. None of it is kept.",
        verified=Verified.DOCUMENTED,
        sources=(
            "https://code.claude.com/docs/en/monitoring-usage",
            "https://opentelemetry.io/docs/specs/otel/metrics/data-model/",
            "https://opentelemetry.io/docs/specs/otel/protocol/file-exporter/",
            "https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/exporter/fileexporter",
        ),
    ),
    gives=frozenset(),
    reports=True,
    spelling=(b'"resourceMetrics"', b'"scopeMetrics"', b'"dataPoints"', b'"aggregationTemporality"', b"claude_code."),
    authority=35,
)
