"""Snapshots that somebody's script or export kept: when each was taken, and amounts that can be amounts.

Which unit a figure has is known from its source and never guessed from its size: 1 may be one percent or all of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import msgspec
from msgspec import Raw, Struct

from generator.importers.base import LARGEST_COUNT, SkipLineError, utc
from generator.importers.documents import heads
from generator.importers.json_lines import BOM, REFUSED, glued
from generator.records.pseudonyms import pseudonym
from generator.records.rows import Pseudonym, SkipReason

ABSENT = Raw(b"null")
DEFAULT_ACCOUNT = "default"  # for snapshots that name none, of whatever source: one person's files have one account

LARGEST_PERCENT = 100_000.0
EPOCH_SECONDS = (10**9, 7_258_118_400)  # 2001 to 2200; the same span in milliseconds has three digits more
EPOCH_MILLISECONDS = (10**12, 7_258_118_400_000)

_NUMBER = re.compile(r"[0-9]{10,13}(?:\.[0-9]{1,9})?")
_decode_scalar = msgspec.json.Decoder(float | str).decode


class Stamped(Struct, gc=False, frozen=True):
    """The keys under which scripts write the time of a snapshot."""

    timestamp: Raw = ABSENT
    captured_at: Raw = ABSENT
    ts: Raw = ABSENT
    time: Raw = ABSENT


def account(name: str | None, key: bytes) -> Pseudonym:
    """Pseudonym of the account that a snapshot names."""
    return pseudonym("account", name or DEFAULT_ACCOUNT, key)


def is_stated(raw: Raw) -> bool:
    """Is there any value but null?"""
    return bytes(raw) != b"null"


def is_object(raw: Raw) -> bool:
    """Is the value a JSON object?"""
    return bytes(raw).startswith(b"{")


def captured(*stamps: Stamped) -> datetime:
    """When the snapshot was taken: the first key that is there, of the outermost object that has one. UTC.

    Raises SkipLineError where there is none, or one without a zone.
    """
    for stamp in stamps:
        for raw in (stamp.timestamp, stamp.captured_at, stamp.ts, stamp.time):
            if is_stated(raw):
                return _moment(raw)
    raise SkipLineError(SkipReason.NO_TIME)


def _moment(raw: Raw) -> datetime:
    """The time that a JSON value states."""
    return moment(_decode_scalar(raw))


def moment(value: float | str) -> datetime:
    """ISO 8601 with a zone, or a number since 1970, which scripts write as a string too. Raises SkipLineError."""
    if isinstance(value, str):
        return _epoch_time(float(value)) if _NUMBER.fullmatch(value) else iso_time(value)
    return _epoch_time(value)


def _epoch_time(value: float) -> datetime:
    """Seconds or milliseconds since 1970; the two spans do not touch. Raises SkipLineError outside both."""
    if EPOCH_SECONDS[0] <= value < EPOCH_SECONDS[1]:
        return datetime.fromtimestamp(value, UTC)
    if EPOCH_MILLISECONDS[0] <= value < EPOCH_MILLISECONDS[1]:
        return datetime.fromtimestamp(value / 1000, UTC)
    raise SkipLineError(SkipReason.BAD_FIELD)


def iso_time(text: str) -> datetime:
    """The time in UTC. Raises SkipLineError."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise SkipLineError(SkipReason.BAD_FIELD) from None
    return utc(at)


def to_minute(at: datetime) -> datetime:
    """The nearest whole minute: the service states one reset some milliseconds apart at every poll."""
    try:
        return (at + timedelta(seconds=30)).replace(second=0, microsecond=0)
    except OverflowError:
        raise SkipLineError(SkipReason.BAD_FIELD) from None


def share(percent: float) -> float:
    """A share 0-1 from percent 0-100; over 1 when over the limit. Raises SkipLineError."""
    return amount(percent, LARGEST_PERCENT) / 100


def amount(value: float, largest: float = LARGEST_COUNT) -> float:
    """The value, if it can be an amount of anything. Raises SkipLineError."""
    if value < 0:
        raise SkipLineError(SkipReason.NEGATIVE_COUNT)
    if not value <= largest:  # NaN too
        raise SkipLineError(SkipReason.BAD_FIELD)
    return value


def claims(head: bytes, is_mine: Callable[[bytes], bool]) -> bool:
    """Is any line of the head of this kind? A line that cannot be decoded, as the cut last one, is of none."""
    return any(_claims(line, is_mine) for line in head.removeprefix(BOM).split(b"\n") if line)


def claims_any(head: bytes, is_mine: Callable[[bytes], bool]) -> bool:
    """Is any row of the head of this kind, be it a line, an element of a list or the whole file?"""
    return any(_claims(row, is_mine) for row in heads(head))


def _claims(line: bytes, is_mine: Callable[[bytes], bool]) -> bool:
    try:
        return is_mine(line)
    except REFUSED:
        return any(_claims(part, is_mine) for part in glued(line))
