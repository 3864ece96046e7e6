"""Calls of public sets that wrote to the cache, with how many of their tokens live an hour."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from generator.records.results import Pack
from generator.records.rows import Request

FEBRUARY = date(2026, 2, 1)
LAST_HOUR = date(2026, 3, 4)
"""Last day on which a sub-agent of these sets wrote for an hour; the next calls of one are of 11 March."""
CHANGED_MAIN = (date(2026, 3, 11), date(2026, 3, 13))
"""Days on which main threads of one set wrote for both lifetimes, by the table of runs of days."""


@dataclass(frozen=True, slots=True)
class Write:
    """One call that wrote."""

    set: str
    session: str
    agent: str  # "" = main thread
    at: datetime
    version: str
    hour: int  # tokens that live an hour
    tokens: int  # all that were written
    day: date  # UTC


def writes_of(packs: Iterable[Pack]) -> tuple[Write, ...]:
    """Calls that wrote and say for how long, oldest first in each set."""
    return tuple(write for pack in packs for write in writes_in(pack.id, pack.requests))


def writes_in(name: str, calls: Iterable[Request]) -> tuple[Write, ...]:
    """Those of one set, oldest first."""
    return tuple(
        Write(
            name,
            call.session,
            call.agent,
            call.first_seen,
            call.version,
            call.cache_write_1h_tokens,
            call.cache_write_tokens,
            call.first_seen.date(),
        )
        for call in sorted(calls, key=lambda call: (call.first_seen, call.id))
        if call.cache_write_tokens and call.cache_write_1h_tokens is not None
    )
