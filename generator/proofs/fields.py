"""The fields of a record that are committed to, each as one text, so that two programs cannot disagree about it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any, get_args, get_type_hints

import msgspec

from generator.records.results import Pack
from generator.records.rows import CounterReading, LogData, Mark, MeterReading, Request, UsageBucket

KINDS: dict[str, type[msgspec.Struct]] = {
    "request": Request,
    "mark": Mark,
    "meter": MeterReading,
    "bucket": UsageBucket,
    "counter": CounterReading,
}
LEFT_OUT = frozenset({"lines", "position", "source"})
"""Not of the line itself: copies in later files raise `lines`, and the rest depends on the other files."""
MINUTE = "_minute"
LINE = "line"
UPTIME = "uptime"
DEFAULT_FIELDS: dict[str, tuple[str, ...]] = {
    "request": ("id", "input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens"),
    "meter": (LINE, "window", "at_minute", "used"),
    "counter": (LINE, "counter", "at_minute", "value"),
}
"""What a proof opens unless told otherwise: what names the record, and its numbers."""
NAMED_BY: dict[str, tuple[str, ...]] = {"request": ("id",), "meter": (LINE,), "counter": (LINE,)}
"""What a proof always opens: by these a finding cites the record."""


def records_of(reading: LogData | Pack) -> dict[str, tuple[Any, ...]]:
    """Records by kind."""
    return {
        "request": reading.requests,
        "mark": reading.marks,
        "meter": reading.meters,
        "bucket": reading.buckets,
        "counter": reading.counters,
    }


@lru_cache
def field_names(kind: str) -> tuple[str, ...]:
    """Committed fields of a kind, in their order. A time is there twice: exact, and to the minute."""
    names = [LINE]
    for name, hint in get_type_hints(KINDS[kind]).items():
        if name in LEFT_OUT:
            continue
        names.append(name)
        if hint is datetime or datetime in get_args(hint):
            names.append(name + MINUTE)
    return tuple(names)


@lru_cache
def times(kind: str) -> frozenset[str]:
    """Committed fields of a kind that tell a time, or, beside one, the moment at which a client was started."""
    told = {name.removesuffix(MINUTE) for name in field_names(kind) if name.endswith(MINUTE)}
    return frozenset({*told, *(name + MINUTE for name in told), UPTIME})


def checked_fields() -> str:
    """Names of the fields of each kind that a finding cites, as JSON: what the checker in a page needs."""
    return json.dumps({kind: field_names(kind) for kind in NAMED_BY})


def field_texts(kind: str, record: Any) -> list[str]:
    """Values in the order of `field_names`."""
    return [read(record) for read in _readers(kind)]


@lru_cache
def _readers(kind: str) -> tuple[Callable[[Any], str], ...]:
    return tuple(_reader(name) for name in field_names(kind))


def _reader(name: str) -> Callable[[Any], str]:
    if name == LINE:
        return lambda record: str(record.source.line)
    if name.endswith(MINUTE):
        at = attrgetter(name.removesuffix(MINUTE))
        return lambda record: _minute(at(record))
    value = attrgetter(name)
    return lambda record: _text(value(record))


def _minute(at: datetime | None) -> str:
    return "null" if at is None else at.isoformat(timespec="minutes").replace("+00:00", "Z")


def _text(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return repr(value) if isinstance(value, float) else str(value)
