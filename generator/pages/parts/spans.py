"""When something happened, as exactly as the record knows it: a moment, a day, a period, or a range it lies in.

A report whose day was estimated is given the range that its place in the tracker's numbering leaves open.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from generator.charts.weeks import DAY, WEEK, monday
from generator.curated.models import Event, Incident, Report

_ISSUE = re.compile(r"(https://[^/]+/[^/]+/[^/]+)/issues/([0-9]+)")
_GUESSED = ("estimated", "interpolated")

Numbered = Mapping[str, Sequence[tuple[int, date]]]
"""Issue numbers of each tracker with the days they were posted on, in order."""


@dataclass(frozen=True)
class Span:
    """Begin and end, each a moment or, where the hour is not known, a day. `uncertain`: somewhere in between."""

    start: date | datetime
    until: date | datetime | None = None
    uncertain: bool = False

    @property
    def day(self) -> date:
        """The day it begins on, UTC."""
        return self.start.date() if isinstance(self.start, datetime) else self.start

    @property
    def order(self) -> tuple[date, int]:
        """Place in a list: what has no hour comes first in its day."""
        start = self.start
        return (self.day, start.hour * 60 + start.minute + 1) if isinstance(start, datetime) else (start, 0)


def event_span(event: Event, events: Mapping[str, Event] | None = None) -> Span:
    """Span of an event; with `events` it reaches to the one that put an end to it."""
    start = event.start.date() if event.day_only else event.start
    ending = (events or {}).get(event.ended_by or "")
    if ending is not None:
        return Span(start, ending.start.date() if ending.day_only or event.day_only else ending.start)
    if event.end is None:
        return Span(start)
    return Span(start, event.end.date() if event.day_only else event.end)


def incident_span(incident: Incident) -> Span:
    """Life of the announcement; an end that equals the start is none."""
    return Span(incident.start, incident.end if incident.end > incident.start else None)


def numbered(reports: Iterable[Report]) -> Numbered:
    """What is known of the order of issues: only those whose day is the day they were posted on."""
    found: defaultdict[str, list[tuple[int, date]]] = defaultdict(list)
    for report in reports:
        match = _ISSUE.match(str(report.url))
        if match and report.date_basis == "posted":
            found[match[1]].append((int(match[2]), report.date))
    return {tracker: sorted(days) for tracker, days in found.items()}


def report_span(report: Report, issues: Numbered) -> Span:
    """The day of a report, or the days that it may have been posted on."""
    day = report.date
    if report.date_basis == "unknown-day":
        first = day.replace(day=1)
        return _between(first, (first + timedelta(days=31)).replace(day=1) - DAY)
    if report.date_basis not in _GUESSED:
        return Span(day)
    match = _ISSUE.match(str(report.url))
    days = issues.get(match[1], ()) if match else ()
    place = bisect_left(days, (int(match[2]), date.min)) if match else 0
    if 0 < place < len(days):
        return _between(min(days[place - 1][1], day), max(days[place][1], day))
    return _between(monday(day), monday(day) + WEEK - DAY)


def _between(first: date, last: date) -> Span:
    return Span(first) if first == last else Span(first, last, uncertain=True)
