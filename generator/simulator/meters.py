"""What the usage meter truly is: calls with their weights, windows that open at first use, and planted points."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import accumulate
from statistics import median
from typing import NamedTuple

POINT = 0.30  # USD of weighted tokens that move the five-hour meter by one point
WEEK_POINT = 3.0  # and the seven-day meter
FIVE_HOURS, WEEK = timedelta(hours=5), timedelta(days=7)
WEEK_BEGINS = datetime(2026, 1, 1, 10, tzinfo=UTC)  # a Thursday
PEAK_SINCE = datetime(2026, 3, 26, tzinfo=UTC)  # five-hour limits burn faster on weekdays from 5 to 11 Pacific
PEAK_HOURS = range(12, 18)  # UTC; all dates from then to November have daylight saving time
PEAK = 1.5  # no figure is public
PROMOTION = (datetime(2026, 3, 13, tzinfo=UTC), datetime(2026, 3, 28, tzinfo=UTC))
PROMOTED = 0.5  # double five-hour usage off peak (research/detectors.md 1.4)
FULL = 100
SATURDAY = 5


class Spent(NamedTuple):
    """Something that moved the meter, in points of the five-hour window."""

    at: datetime
    plain: float  # what logged calls cost at the usual weight
    shown: float  # what the meter adds
    week: float  # points of the seven-day window
    planted: float = 0.0  # of what is shown: points that nothing innocent explains


class Span(NamedTuple):
    """One five-hour window."""

    start: datetime
    end: datetime


class Shown(NamedTuple):
    """One reading of the five-hour meter."""

    at: datetime
    span: Span | None
    points: int


def factor(at: datetime) -> float:
    """Weight of usage at this time: more in peak hours, less in the promotion."""
    peak = at.hour in PEAK_HOURS and at.weekday() < SATURDAY
    if PROMOTION[0] <= at < PROMOTION[1] and not peak:
        return PROMOTED
    return PEAK if at >= PEAK_SINCE and peak else 1.0


def windows(times: Iterable[datetime]) -> list[Span]:
    """Five-hour windows: each opens at the first use after the one before."""
    found: list[Span] = []
    for at in times:
        if not found or at >= found[-1].end:
            start = at.replace(second=0, microsecond=0)
            found.append(Span(start, start + FIVE_HOURS))
    return found


@dataclass
class TrueMeter:
    """The meter at any time, from everything that moved it."""

    spans: Sequence[Span]
    spent: Sequence[Spent]  # oldest first

    def __post_init__(self) -> None:
        self._times = [one.at for one in self.spent]
        self._plain = [0.0, *accumulate(one.plain for one in self.spent)]
        self._shown = [0.0, *accumulate(one.shown for one in self.spent)]
        self._week = [0.0, *accumulate(one.week for one in self.spent)]
        self._planted = [0.0, *accumulate(one.planted for one in self.spent)]
        self._starts = [span.start for span in self.spans]

    def span(self, at: datetime) -> Span | None:
        """The open window."""
        place = bisect_right(self._starts, at) - 1
        return self.spans[place] if place >= 0 and at < self.spans[place].end else None

    def used(self, at: datetime) -> float:
        """Points of the open five-hour window."""
        span = self.span(at)
        return self._between(self._shown, span.start, at) if span else 0.0

    def week(self, at: datetime) -> tuple[float, datetime]:
        """Points of the week, and its end."""
        start = WEEK_BEGINS + WEEK * ((at - WEEK_BEGINS) // WEEK)
        return self._between(self._week, start, at), start + WEEK

    def usual(self, start: datetime, end: datetime) -> float:
        """Points that logged calls in (start, end] cost at the usual weight."""
        return self._plain[bisect_right(self._times, end)] - self._plain[bisect_right(self._times, start)]

    @cached_property
    def typical(self) -> float:
        """Weight of the median window, by which a reader of the meter judges all others."""
        return median([self.weight(span) for span in self.spans] or [1.0])

    def predicted(self, start: datetime, end: datetime) -> float:
        """Points that a reader of the meter expects of the calls in (start, end]."""
        return self.typical * self.usual(start, end)

    def weight(self, span: Span) -> float:
        """How much more than usual the calls of a window weigh."""
        plain = self.usual(span.start, span.end)
        return self._between(self._shown, span.start, span.end) / plain if plain else 1.0

    def ruled(self, span: Span) -> bool:
        """Do rules on hours make the calls of this window weigh otherwise than those of most windows?"""
        return abs(self._rule(span) / self._usual_rule - 1) > 0.25  # noqa: PLR2004  half of the window

    @cached_property
    def _usual_rule(self) -> float:
        return median([self._rule(span) for span in self.spans] or [1.0])

    def _rule(self, span: Span) -> float:
        plain = self.usual(span.start, span.end)
        innocent = self._between(self._shown, span.start, span.end) - self.planted(span.start, span.end)
        return innocent / plain if plain else 1.0

    def planted(self, start: datetime, end: datetime) -> float:
        """Points in (start, end] that nothing innocent explains."""
        return self._planted[bisect_right(self._times, end)] - self._planted[bisect_right(self._times, start)]

    def _between(self, sums: Sequence[float], start: datetime, end: datetime) -> float:
        return sums[bisect_right(self._times, end)] - sums[bisect_left(self._times, start)]


def true_meter(
    usd: Iterable[tuple[datetime, float]],
    planted: Iterable[tuple[datetime, float]] = (),
    elsewhere: Iterable[tuple[datetime, float]] = (),
    tripled: Sequence[Span] = (),
) -> TrueMeter:
    """The meter of calls (time, USD), of planted points of five hours, and of points of another device.

    In tripled windows calls weigh three times as much. Only what another device uses moves the week as well.
    """
    calls, others = sorted(usd), list(elsewhere)
    spans = windows(sorted(at for at, _ in (*calls, *others)))
    meter = TrueMeter(spans, ())
    spent = []
    for at, cost in calls:
        plain = cost / POINT
        usual = plain * factor(at)
        again = 2 * usual if tripled and meter.span(at) in tripled else 0.0
        spent.append(Spent(at, plain, usual + again, cost / WEEK_POINT, again))
    spent += [Spent(at, 0.0, points, 0.0, points) for at, points in planted]
    spent += [Spent(at, 0.0, points, points * POINT / WEEK_POINT) for at, points in others]
    return TrueMeter(spans, sorted(spent))
