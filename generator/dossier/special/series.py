"""From records to counts: days, weeks and surfaces. Every count of the page goes through here."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from generator.curated.counting import is_user_report
from generator.curated.models import Incident, Report
from generator.curated.registered import Stretch
from generator.statistics.ratios import Counted

DAY = dt.timedelta(days=1)
WEEK = 7
SHORTEST = 4  # days that make a week of their own at an end
SURFACES = (("claude.ai", "claude-ai"), ("Claude API", "api"), ("Claude Code", "claude-code"))
"""Services of the status page that are counted apart; others became parts of it later, or are seldom named."""
MORE_SURFACES = (*SURFACES, ("Cowork", "cowork"), ("Enterprise", "enterprise"))
OF_ALL = frozenset(surface for _, surface in SURFACES)
SERIOUS = frozenset({"major", "critical"})
TRACKER = "https://github.com/anthropics/claude-code/issues/"
QUIET = dt.timedelta(hours=12)
"""An announcement so long after the one before begins a new episode."""


def touches(incident: Incident, surface: str) -> bool:
    """Was it announced for the surface? "all" in the title counts for claude.ai, the API and Claude Code, for no other.

    The one place that reads the scope of an incident.
    """
    return surface in incident.scope or ("all" in incident.scope and surface in OF_ALL)


def day_of(incident: Incident) -> dt.date:
    """Day on which it was announced, UTC."""
    return incident.start.astimezone(dt.UTC).date()


def episodes(incidents: Iterable[Incident]) -> Iterator[Incident]:
    """The first announcement of each episode; incidents in order of their start."""
    last: dt.datetime | None = None
    for incident in incidents:
        if last is None or incident.start - last >= QUIET:
            yield incident
        last = incident.start if last is None else max(last, incident.start)


def middle(stretch: Stretch) -> str:
    """Its middle day, where a picture has its point (ISO)."""
    return (stretch.first + stretch.days // 2 * DAY).isoformat()


def by_day(days: Iterable[dt.date], stretch: Stretch) -> list[int]:
    """Hits on each day of the stretch."""
    found = Counter(days)
    return [found[stretch.first + place * DAY] for place in range(stretch.days)]


def whole_weeks(stretch: Stretch) -> list[Stretch]:
    """Weeks from its first day on; a last one that is not whole is left out."""
    starts = [stretch.first + place * DAY for place in range(0, stretch.days - WEEK + 1, WEEK)]
    return [Stretch(first=start, last=start + (WEEK - 1) * DAY) for start in starts]


def blocks(stretch: Stretch, without: Stretch | None = None) -> list[Stretch]:
    """The stretch cut into weeks, what is left out taken away; weeks begin beside what is left out.

    The last days of each side, where they are no whole week, are a short week of four days or more, or part of the last
    week: a rate of one or two days would say more about scatter than all others.
    """
    if without is None:
        return _cut(stretch.first, stretch.last, 1)
    return [*reversed(_cut(without.first - DAY, stretch.first, -1)), *_cut(without.last + DAY, stretch.last, 1)]


def _cut(start: dt.date, end: dt.date, way: int) -> list[Stretch]:
    found: list[Stretch] = []
    left = (end - start).days * way + 1
    while left > 0:
        size = left if left < WEEK + SHORTEST else WEEK
        stop = start + way * (size - 1) * DAY
        found.append(Stretch(first=min(start, stop), last=max(start, stop)))
        start, left = stop + way * DAY, left - size
    return found


def counted(
    days: Sequence[dt.date], stretches: Iterable[Stretch], exposure: Callable[[Stretch], float] | None = None
) -> list[Counted]:
    """Hits in each stretch, with the exposure; weeks where none is named."""
    return [
        Counted(sum(day in one for day in days), exposure(one) if exposure else one.days / WEEK) for one in stretches
    ]


def is_complaint(report: Report, symptoms: Iterable[str]) -> bool:
    """A first-hand report about usage in the tracker of Claude Code."""
    named = not set(symptoms).isdisjoint(report.symptoms)
    return named and is_user_report(report) and str(report.url).startswith(TRACKER)


def by_question(report: Report) -> bool:
    """Found by one of the logged questions, which were put alike to all months, and opened."""
    return report.opened and report.provenance.startswith("Q")


def by_index(report: Report) -> bool:
    """Found through one investigator's index; who it lists, and which days, was not ours to choose."""
    return report.provenance.startswith("index:")
