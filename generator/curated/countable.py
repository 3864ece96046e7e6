"""Checks of the plan of a case beside its records: are there incidents, questions and releases enough to count?

The build works out the page and can fail later still; what is asked here needs no statistics.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from itertools import islice

from generator.base.problems import Problem
from generator.curated.case import Case
from generator.curated.entries import Entry, Records, sound
from generator.curated.measurements import Published
from generator.curated.models import Event, Incident
from generator.curated.registered import Registered, Stretch
from generator.curated.yamlfile import clipped

FEWEST = 30  # incidents, of fewer no week can be compared
SERVICES = frozenset({"claude-ai", "api", "claude-code"})  # counted apart
OF_ALL = "all"  # an incident of this scope counts for each of them
MONTHS = 6  # of fewer, two cannot be told from the others
_MONTH = re.compile(r"20[0-9]{2}-(?:0[1-9]|1[0-2])")
_COLUMNS = ("Month", "Filed", "Hits")
_DAY = dt.timedelta(days=1)


def plan_has_its_records(records: Records) -> Iterator[Problem]:
    """A plan names records that can be counted; nothing is said of those of which a file could not be read."""
    for entry, case in sound(records.of_word("case"), Case):
        if case.registered is not None:
            yield from _incidents(entry, case.registered, case, records)
            yield from _questions(entry, case.registered, records)
            yield from _releases(entry, case.registered, records)


def _incidents(entry: Entry, plan: Registered, case: Case, records: Records) -> Iterator[Problem]:
    entries = records.of_word("incident")
    if _partly_read("incident", records) or not any(kind.word == "incident" for kind in records.kinds):
        return
    listed = [one for _, one in sound(entries, Incident) if _day(one) in plan.listed]
    if len(listed) < FEWEST:
        message = f"{len(listed)} incidents are on these days, and {FEWEST} or more are needed"
        yield entry.problem(
            ("registered", "listed"), "W-registered", message, "add incidents, or leave registered away"
        )
        return
    for service in sorted(SERVICES):
        if not any({service, OF_ALL} & set(one.scope) for one in listed):
            message = f'no incident of these days is one of "{service}", which is counted apart'
            yield entry.problem(("registered", "listed"), "W-registered", message)
    article = Stretch(first=case.article_window_start, last=case.article_window_end)
    for name in ("studied", "compared", "rollout", "before", "after"):
        stretch: Stretch = getattr(plan, name)
        if stretch.days > 0 and not any(_day(one) in stretch and _day(one) not in article for one in listed):
            message = f'no incident is in "{name}", so nothing can be compared with it'
            yield entry.problem(("registered", name), "W-registered", message)


def _day(incident: Incident) -> dt.date:
    return incident.start.astimezone(dt.UTC).date()


def _partly_read(word: str, records: Records) -> bool:
    """Was a file of the kind, or a record in one, not read? Then its records cannot be counted."""
    lost = word in records.broken or any(lost == word for lost, _ in records.lost)
    return lost or any(entry.record is None for entry in records.of_word(word))


def _questions(entry: Entry, plan: Registered, records: Records) -> Iterator[Problem]:
    """The first table of the measurement has a month, the issues filed in it and the hits in each row."""
    found = [one for _, one in sound(records.of_word("measurement"), Published) if one.id == plan.neutral_questions]
    for one in found:
        for said in islice(_faults_of_table(one), 1):
            message = f'measurement "{one.id}" cannot be counted: {said}'
            hint = f"its first table needs the columns {', '.join(_COLUMNS)}"
            yield entry.problem(("registered", "neutral_questions"), "W-registered", message, hint)


def _faults_of_table(one: Published) -> Iterator[str]:
    if not one.tables:
        yield "it has no table"
        return
    table = one.tables[0]
    missing = [name for name in _COLUMNS if name not in table.columns]
    if missing:
        yield f'its first table has no column "{missing[0]}"'
        return
    even = [row for row in table.rows if len(row) == len(table.columns)]
    rows = [[row[table.columns.index(name)] for name in _COLUMNS] for row in even]
    months = [str(month) for month, _, _ in rows]
    if len(set(months)) < max(len(months), MONTHS):
        yield f"it has {len(set(months))} months in {len(months)} rows, and {MONTHS} or more are needed, a row each"
    for month, filed, hits in rows:
        if not _MONTH.fullmatch(str(month)):
            yield f'"{clipped(str(month))}" is no month as 2026-03'
        if not isinstance(filed, int | float) or filed <= 0:
            yield f"{clipped(str(month))} has no issues filed"
        if not isinstance(hits, int) or hits < 0:
            yield f"the hits of {clipped(str(month))} are no count"


def _releases(entry: Entry, plan: Registered, records: Records) -> Iterator[Problem]:
    """The event of a release is on its day, or beside it: articles give days in local time."""
    events = {event.id: event for _, event in sound(records.of_word("event"), Event)}
    for place, release in enumerate(plan.rollouts):
        if release.event not in events:
            continue
        day = events[release.event].start.astimezone(dt.UTC).date()
        if abs(day - release.day) > _DAY:
            message = f"{release.event} is of {day}, not of {release.day}"
            yield entry.problem(("registered", "rollouts", place, "event"), "W-registered", message)
