"""A row of a table of OpenTelemetry logs becomes the line that the collector's file exporter would have written.

Columns are those that the collector's ClickHouse exporter makes (`otel_logs`), and otlp2parquet in its Parquet files:
Timestamp, ServiceName, Body, ResourceAttributes, ScopeName, LogAttributes, EventName; in snake_case they are taken
too. Attributes are a map, a struct, or a text with a JSON object; a map holds texts only, and the reader of events
takes numbers in texts (clients before 2.1.122 wrote them so). What reads the line is the importer of `scan`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

TIME, OBSERVED, RESOURCE, LOG = "Timestamp", "ObservedTimestamp", "ResourceAttributes", "LogAttributes"
SERVICE, BODY, SCOPE, EVENT = "ServiceName", "Body", "ScopeName", "EventName"
COLUMNS: Mapping[str, tuple[str, ...]] = {
    TIME: ("timestamp", "time_unix_nano"),
    OBSERVED: ("observed_timestamp", "observedtimestamp", "observed_time_unix_nano"),
    SERVICE: ("servicename", "service_name"),
    BODY: ("body",),
    RESOURCE: ("resourceattributes", "resource_attributes"),
    SCOPE: ("scopename", "scope_name"),
    LOG: ("logattributes", "log_attributes", "attributes"),
    EVENT: ("eventname", "event_name"),
}
"""Our name of a column, and its spellings in small letters."""
NEEDED = (TIME, LOG)
USER = ("user.account_uuid", "user.account_id", "user.id", "user.email")
"""Attributes that name a person, surest first (Claude Code docs, monitoring)."""

_decode = msgspec.json.Decoder(dict[str, Any]).decode


def columns_in(names: Sequence[str]) -> dict[str, str]:
    """The table's own name of each of our columns that it has."""
    by_small = {name.lower(): name for name in reversed(names)}
    return {
        ours: by_small[spelling]
        for ours, spellings in COLUMNS.items()
        for spelling in spellings[::-1]
        if spelling in by_small
    }


def user_in(row: bytes) -> str:
    """Who the row is of; "" where it names nobody. `row` is one row as a JSON object with our names of columns."""
    cells = _decode(row)
    places = (_attributes(cells.get(LOG)), _attributes(cells.get(RESOURCE)))
    return next((str(place[name]) for name in USER for place in places if place.get(name)), "")


def line_of(row: bytes) -> bytes:
    """The row as a line of OTLP/JSON."""
    cells = _decode(row)
    resource = _attributes(cells.get(RESOURCE))
    if service := cells.get(SERVICE):
        resource.setdefault("service.name", service)
    record = {
        "timeUnixNano": _nanoseconds(cells.get(TIME)),
        "observedTimeUnixNano": _nanoseconds(cells.get(OBSERVED)),
        "eventName": cells.get(EVENT) or None,
        "body": _value(cells.get(BODY) or ""),
        "attributes": _pairs(_attributes(cells.get(LOG))),
    }
    batch = {
        "resource": {"attributes": _pairs(resource)},
        "scopeLogs": [{"scope": {"name": cells.get(SCOPE) or ""}, "logRecords": [record]}],
    }
    return msgspec.json.encode({"resourceLogs": [batch]}) + b"\n"


def lines_of(rows: Iterable[bytes]) -> bytes:
    """The rows as one file: in the order of time and text, so that no order of partitions shows."""
    return b"".join(line for _, line in sorted((_moment(row), line_of(row)) for row in rows))


def _moment(row: bytes) -> int:
    return int(_nanoseconds(_decode(row).get(TIME)) or 0)


def _attributes(cell: Any) -> dict[str, Any]:
    """Attributes of a cell, however the table holds them."""
    if isinstance(cell, str):
        try:
            cell = _decode(cell)
        except msgspec.MsgspecError:
            return {}
    return dict(cell) if isinstance(cell, dict) else {}


def _pairs(given: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": _value(value)} for key, value in sorted(given.items()) if value is not None]


def _value(value: Any) -> dict[str, Any]:
    match value:
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value}
        case str():
            return {"stringValue": value}
        case _:
            return {}


def _nanoseconds(cell: Any) -> str | None:
    return str(cell) if isinstance(cell, int) and not isinstance(cell, bool) else None
