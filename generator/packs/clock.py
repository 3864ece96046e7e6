"""The clock of a pack at level `findings`: that of the log, put back by less than a minute, the same in every pack.

The shift depends on the owner's key alone (`pseudonyms.clock_shift`). So all distances stay exact, the rules give the
same answer on the rows that are left, and no second pack, no cut of the log and no comparison of two threads, meters or
counters tells more about it than that it is less than a minute. What would tell more are times that are known from
elsewhere: borders of reports and resets of meters on the clock face stay as they are, and files in which many times are
whole minutes are cut to minutes instead, since the seconds of those would be the shift.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import chain

import msgspec

from generator.records.rows import Mark, Request

MINUTE = timedelta(minutes=1)
ON_THE_FACE = timedelta(minutes=15)  # zones differ from UTC by multiples of it, and so do days and hours in them
OFTEN_WHOLE = 0.1  # of a file's times; where they are told in seconds, one in sixty is a whole minute by chance
JITTER = timedelta(seconds=2)  # the same reset is reported up to a second apart (log-formats 4.2)


class Clock(msgspec.Struct, frozen=True):
    """How far times are put back, and the files (indices) whose times are cut to whole minutes instead."""

    shift: timedelta
    whole: frozenset[int] = frozenset()

    def request(self, request: Request) -> Request:
        """The request on this clock."""
        if not self.shift:
            return request
        if request.source.file in self.whole:
            return msgspec.structs.replace(
                request,
                started=floored(request.started) if request.started else None,
                first_seen=floored(request.first_seen),
                ended=floored(request.ended),
            )
        return msgspec.structs.replace(
            request,
            started=request.started - self.shift if request.started else None,
            first_seen=request.first_seen - self.shift,
            ended=request.ended - self.shift,
        )

    def mark(self, mark: Mark) -> Mark:
        """The mark on this clock."""
        if mark.source.file in self.whole:
            return msgspec.structs.replace(mark, at=floored(mark.at))
        return msgspec.structs.replace(mark, at=mark.at - self.shift)

    def minute(self, at: datetime) -> datetime:
        """The minute of this clock at that time of the log."""
        return floored(at - self.shift)

    def border(self, at: datetime) -> datetime:
        """A border of a report, or a reset: kept where a clock's face has it, else the minute of this clock."""
        nearest = floored(at + JITTER, ON_THE_FACE)
        return nearest if abs(at - nearest) <= JITTER else self.minute(at)


def clock_of(requests: Iterable[Request], marks: Iterable[Mark], shift: timedelta) -> Clock:
    """The clock for a pack of these requests and marks."""
    times: Counter[int] = Counter()
    whole: Counter[int] = Counter()
    told = chain(((one.source.file, one.first_seen) for one in requests), ((one.source.file, one.at) for one in marks))
    for file, at in told:
        times[file] += 1
        if not at.second and not at.microsecond:
            whole[file] += 1
    return Clock(shift, frozenset(file for file, count in times.items() if whole[file] > OFTEN_WHOLE * count))


def floored(at: datetime, grid: timedelta = MINUTE) -> datetime:
    """The time, down to the grid, which divides an hour."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    return hour + (at - hour) // grid * grid
