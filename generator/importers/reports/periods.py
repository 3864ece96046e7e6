"""Which time a row of a report covers: a stated interval, a UTC day, or the range that a file's name states."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from generator.importers.base import SkipLineError, utc
from generator.importers.tables import day
from generator.importers.values import iso_time
from generator.records.rows import SkipReason

Period = tuple[datetime, datetime]
"""Half-open interval in UTC."""

DAY = timedelta(days=1)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MIDNIGHT = re.compile(r"[T ]00:00(?::00(?:\.0+)?)?(?:Z|[+]00:?00| UTC)?")
_ONE_DAY = "(20[0-9]{2}-[0-9]{2}-[0-9]{2})"
_RANGE = re.compile(rf"(?<![0-9]){_ONE_DAY}[-_ ]*(?:to|until|through)?[-_ ]*{_ONE_DAY}(?![0-9])")
_MONTH = re.compile(r"(?<![0-9a-f])(20[0-9]{2})-([0-9]{2})(?![0-9a-f]|-[0-9])")  # no part of an id


def interval(starting_at: str | None, ending_at: str | None) -> Period:
    """The interval that two times with a zone state. Raises SkipLineError."""
    if not starting_at or not ending_at:
        raise SkipLineError(SkipReason.NO_TIME)
    return _ordered(iso_time(starting_at), iso_time(ending_at))


def utc_day(text: str) -> Period:
    """The UTC day that a cell names. Raises SkipLineError, for an hour too: rows of a day would replace each other."""
    text = text.strip()
    if not text:
        raise SkipLineError(SkipReason.NO_TIME)
    if is_part_of_a_day(text):
        raise SkipLineError(SkipReason.BAD_FIELD)
    return day(text)


def utc_hour(text: str) -> Period:
    """The hour in UTC that a cell names, as 2026-03-31 02:00. Raises SkipLineError, for part of an hour too."""
    try:
        start = datetime.fromisoformat(text.strip().removesuffix(" UTC"))
    except ValueError:
        raise SkipLineError(SkipReason.BAD_FIELD) from None
    if start.utcoffset() not in {None, timedelta()} or (start.minute, start.second, start.microsecond) != (0, 0, 0):
        raise SkipLineError(SkipReason.BAD_FIELD)
    start = utc(start.replace(tzinfo=UTC))
    return start, start + timedelta(hours=1)


def is_day(text: str) -> bool:
    """Does a cell name a day and no time?"""
    return _DAY.fullmatch(text.strip()) is not None


def is_part_of_a_day(text: str) -> bool:
    """Does a cell name a time that is no midnight? Spreadsheets write midnight behind days."""
    rest = text.strip()[10:]
    return bool(rest) and not _MIDNIGHT.fullmatch(rest)


def days(first: str, last: str) -> Period:
    """The UTC days from `first` to `last`, both whole. Raises SkipLineError."""
    return _ordered(utc_day(first)[0], utc_day(last)[1])


def named(file_name: str) -> Period | None:
    """The range that a file's name states: two dates, both included, or a month; None where it states none.

    Exports are called spend-report-<organization>-2026-03-01-to-2026-03-31.csv.
    """
    try:
        if found := _RANGE.search(file_name):
            return days(found.group(1), found.group(2))
        if month := _MONTH.search(file_name):
            start = datetime(int(month.group(1)), int(month.group(2)), 1, tzinfo=UTC)
            return start, (start + 31 * DAY).replace(day=1)
    except (SkipLineError, ValueError):
        return None
    return None


def width(start: datetime, end: datetime) -> str:
    """What a row's length adds to its grouping: minutes, hours and days of one report count the same tokens."""
    length = end - start
    if length == DAY:
        return ""
    if length > DAY:
        return "range"
    return "minute" if length <= timedelta(minutes=1) else "hour"


def _ordered(start: datetime, end: datetime) -> Period:
    if end <= start:
        raise SkipLineError(SkipReason.BAD_FIELD)
    return start, end
