"""Meter readings as lines of JSON: one form for readings of every format, that of polls of the usage endpoint.

The importer of the usage endpoint reads them back with the same values. A meter that one time does not state is null,
which is a gap and not zero.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from generator.importers import windows
from generator.records.rows import MeterReading, Pseudonym, Window

KEYS = {**{window: key for key, window in windows.KEYS.items()}, Window.EXTRA_USAGE: "extra_usage"}


def lines(readings: Iterable[MeterReading], mine: Pseudonym) -> Iterator[str]:
    """One line for each time and account, oldest first; `mine` is the account of logs that name none."""
    polls: dict[tuple[datetime, Pseudonym, int], dict[str, Any]] = {}
    for reading in readings:
        window: dict[str, float | str | None] = {"utilization": percent(reading.used)}
        if reading.window is not Window.EXTRA_USAGE:
            window["resets_at"] = None if reading.resets_at is None else _stated(reading.resets_at)
        _place(polls, reading)[KEYS[reading.window]] = window
    for (at, owner, _), stated in sorted(polls.items(), key=lambda item: item[0]):
        named = {} if owner == mine else {"account": owner}
        empty = {"five_hour": None, "seven_day": None}
        yield json.dumps({"timestamp": _stated(at), **named, **empty, **stated}, separators=(",", ":"))


def _place(polls: dict[tuple[datetime, Pseudonym, int], dict[str, Any]], reading: MeterReading) -> dict[str, Any]:
    """The first poll of that time whose place for the window is free: two sources may state two values."""
    number = 0
    while KEYS[reading.window] in polls.setdefault((reading.at, reading.account, number), {}):
        number += 1
    return polls[reading.at, reading.account, number]


def percent(used: float) -> float:
    """The percentage that reads back as exactly this share: the shortest that does, else the nearest."""
    nearest = used * 100
    near = (round(nearest, 10), nearest, math.nextafter(nearest, math.inf), math.nextafter(nearest, 0))
    return next((value for value in near if value / 100 == used), nearest)


def _stated(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
