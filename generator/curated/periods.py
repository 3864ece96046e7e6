"""Where the days of records are: in the window of the case, before it or after it, and never in the future."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Literal

from generator.base.problems import Problem
from generator.curated.case import Case
from generator.curated.entries import Records, sound
from generator.curated.models import Report

Period = Literal["before-control", "control-before", "window", "control-after", "after-control"]
_BEFORE: tuple[Period, ...] = ("before-control", "control-before")
_AFTER: tuple[Period, ...] = ("control-after", "after-control")
_AHEAD = dt.timedelta(days=1)
"""Days are those of UTC; where the sun rises first it is tomorrow already."""


def periods_of(day: dt.date, case: Case) -> tuple[Period, ...]:
    """What a report of this day may be called."""
    if day < case.window_start:
        return _BEFORE
    return _AFTER if day > case.window_end else ("window",)


def usual_period(day: dt.date, case: Case, reports: Iterable[Report]) -> Period:
    """The period of a report of this day, as the reports of the case have it; the nearer one, where none tells."""
    known = periods_of(day, case)
    if len(known) == 1:
        return known[0]
    control, outside = known[::-1] if known is _BEFORE else known
    held = [report.date for report in reports if report.period == control]
    beyond = [report.date for report in reports if report.period == outside]
    if known is _BEFORE:
        return outside if beyond and day <= max(beyond) and day < min(held, default=dt.date.max) else control
    return outside if beyond and day >= min(beyond) and day > max(held, default=dt.date.min) else control


def dates_are_in_their_period(records: Records) -> Iterator[Problem]:
    """`window` is in the window of the case, and the controls are before and after it: counts by period rest on that.

    Where a control begins or ends no record says, so which of two on one side is not judged.
    """
    cases = [case for _, case in sound(records.of_word("case"), Case)]
    for entry, report in sound(records.of_word("report"), Report) if cases else ():
        right = periods_of(report.date, cases[0])
        if report.period not in right:
            window = f"the window is {cases[0].window_start} to {cases[0].window_end}"
            message = f'the period "{report.period}" does not hold {report.date}'
            hint = f"{window}: write {' or '.join(right)}, or mend the date"
            yield entry.problem(("period",), "W-period", message, hint)


def nothing_is_to_come(records: Records) -> Iterator[Problem]:
    """What somebody saw has happened. Nothing is said where today is not known."""
    today = records.outside.today
    for entry in records.entries if today else ():
        for path in entry.kind.past if entry.record else ():
            for where, written in entry.leaves(path):
                if today and isinstance(written, str) and written[:10] > (today + _AHEAD).isoformat():
                    hint = f"today is {today}; check the year and the month"
                    yield entry.problem(where, "W-date", f"{written[:10]} is to come", hint)
