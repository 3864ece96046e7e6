"""What detectors of the usage meter share: what logged calls can have cost it, and which of its readings to trust."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from generator.detectors.shared.base import Benign, Parameter, Reference
from generator.ledger.prices import rates
from generator.ledger.subjects import Interval, Meter
from generator.records.results import Quantity, Unit

LATE = timedelta(minutes=10)
LONGEST_CALL = timedelta(hours=1)  # what takes longer is a machine that slept
NEARBY = 3  # readings

OTHER_CLIENT = Benign(
    "other-client",
    "The account worked elsewhere: claude.ai, the desktop program, a phone, Cowork or another machine draw on the "
    "same meter.",
    decidable=False,
)
GLITCH = Benign(
    "glitch",
    "A wrong or old reading: the value falls back within three readings, or only returns to what the window had shown.",
)
STOOD_STILL = Benign(
    "stood-still",
    "The meter had not moved while calls worth as much were logged: a refused poller, or posting in batches.",
)
OLD_VALUE = Benign(
    "old-value",
    "The lower value is one that the window had shown before: a second session, or a cache, repeats an old answer.",
)
BATCHED_POSTING = Benign(
    "batched-posting",
    "Usage of earlier calls was posted later than ten minutes, or the display caught up with it hours later.",
    decidable=False,
)
LATE_POSTING = Benign("late-posting", "Calls of the ten minutes before explain it; usage is posted late.")

LATE_PARAMETER = Parameter(
    Quantity("late-posting", LATE.total_seconds(), Unit.SECONDS),
    "Calls are looked for this long before the meter moved. An allowance; no document states the delay.",
)
NEARBY_PARAMETER = Parameter(
    Quantity("nearby-readings", NEARBY, Unit.READINGS),
    "A wrong value in public reports was gone at one of the next readings.",
)

LIMITS_DOCS = Reference(
    "Anthropic help centre: usage limits (one meter for all clients of an account)",
    "https://support.claude.com/en/articles/11647753-how-do-usage-and-length-limits-work",
)
STATUSLINE_DOCS = Reference(
    "Claude Code documentation: statusline (rate limits, context window, cost)",
    "https://code.claude.com/docs/en/statusline",
)
METER_DATA = Reference(
    "Public meter data of 90 five-hour windows, with weights by kind of token",
    "https://github.com/cnighswonger/claude-code-meter",
)
POLLER_REFUSED = Reference(
    "Report: the usage endpoint refuses other programs from March 2026 on",
    "https://github.com/anthropics/claude-code/issues/30930",
)
CAUGHT_UP = Reference(
    "Report of a weekly display that caught up by sixteen points overnight, as support explained it",
    "https://github.com/anthropics/claude-code/issues/84887",
)
WRONG_READING = Reference(
    "Report of a reading of 100 percent beside 5 percent on the web page, with the same reset time",
    "https://github.com/nesszer/Win-CodexBar/issues/279",
)


def has_rate(meter: Meter) -> bool:
    """Is it known what a point costs? Calls set no rate for the windows of `UNRATED`."""
    return meter.usd_per_point is not None


def explained_points(meter: Meter, start: datetime, end: datetime, usd_per_point: float | None = None) -> float:
    """Points that calls running after `start` and begun by `end` can have cost; infinite where one has no price.

    A call that runs while the meter is read may be posted before it ends.
    """
    running = [
        call for call in meter.requests_between(end, end + LONGEST_CALL) if (call.started or call.first_seen) <= end
    ]
    if meter.unpriced_between(start, end) or any(rates(call) is None for call in running):
        return math.inf
    rate = usd_per_point or meter.usd_per_point
    cost = meter.cost_between(start, end) + sum(meter.cost(call) for call in running)
    return cost / rate if rate else math.inf


def settled_points(meter: Meter, first: int, last: int) -> float:
    """Points between two readings that hold against the others of the window.

    Inside a window a meter cannot fall. So a rise counts from the highest value that was shown before and not passed
    since (sessions that are open side by side repeat old values), up to the lowest of the next three readings.
    """
    start, end = meter.readings[first], meter.readings[last]
    before = [
        row.used
        for row in meter.readings[meter.window_starts[first] : first]
        if start.used < row.used <= end.used and Interval(row, end).same_window
    ]
    after = [row.used for row in meter.readings[last + 1 : last + 1 + NEARBY] if Interval(end, row).same_window]
    return round(100 * (min([end.used, *after]) - max([start.used, *before])), 6)


def unconfirmed(meter: Meter, last: int) -> tuple[str, ...]:
    """The explanation by a glitch, where no later reading of the window is there to hold against it."""
    later = meter.readings[last + 1 : last + 1 + NEARBY]
    return () if any(Interval(meter.readings[last], row).same_window for row in later) else (GLITCH.id,)


def is_old_value(meter: Meter, index: int) -> bool:
    """Was the value of this reading shown earlier in its window, before the reading that it follows?"""
    row = meter.readings[index]
    earlier = reversed(meter.readings[meter.window_starts[index] : max(0, index - 1)])  # mostly a recent one
    return any(one.used == row.used and Interval(one, row).same_window for one in earlier)


def standing_since(meter: Meter, index: int) -> datetime:
    """Since when the meter shows the value of this reading."""
    while index > 0 and meter.intervals[index - 1].same_window and meter.intervals[index - 1].points == 0:
        index -= 1
    return meter.readings[index].at


def states_resets(interval: Interval) -> bool:
    """Do both readings say when the window is reset? Without that, a fall can only be read as a reset."""
    return interval.before.resets_at is not None and interval.after.resets_at is not None
