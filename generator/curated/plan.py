"""Checks of the plan of a case by itself: stretches are in order, long enough and in each other, days are in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import pairwise

from generator.base.problems import Problem
from generator.curated.case import Case
from generator.curated.entries import Entry, Outside, sound
from generator.curated.registered import Registered, Stretch

WEEK = 7
WEEKS = {
    "listed": 8,  # of fewer, no step could be told from chance
    "studied": 4,
    "compared": 4,
    "rollout": 2,  # two weeks or more have a scatter
    "before": 2,
    "after": 2,
    "near": 2,
    "crest": 1,
}
"""Fewest weeks of each stretch."""
LONGEST = 1100
"""Days of a stretch, three years: each day is worked on, and a wrong century is a slip."""
REST = 2  # weeks that are left to compare the article's week, or the crest, with
_IN_ORDER = (("before", "rollout"), ("rollout", "after"))
_INSIDE = (
    ("studied", "listed"),
    ("rollout", "studied"),
    ("before", "listed"),
    ("after", "listed"),
    ("compared", "listed"),
    ("crest", "studied"),
    ("near", "listed"),
)
_ARTICLE = "the article's days"
_RELEASED = ("rollout", "studied", "near")


def plan_can_be_counted(entries: Sequence[Entry], _: Outside) -> Iterator[Problem]:
    """What is outside the list of incidents, or outside the days that dates are moved in, cannot be counted."""
    for entry, case in sound(entries, Case):
        if case.registered is not None:
            article = Stretch(first=case.article_window_start, last=case.article_window_end)
            case_days = Stretch(first=case.window_start, last=case.window_end)
            yield from _stretches(entry, case.registered)
            yield from _around(entry, case.registered, article, case_days)
            yield from _days(entry, case.registered)


def _stretches(entry: Entry, plan: Registered) -> Iterator[Problem]:
    """Each stretch by itself: it ends after it begins, is long enough, and has whole weeks where it must."""
    for name, weeks in WEEKS.items():
        stretch: Stretch = getattr(plan, name)
        where = ("registered", name)
        if stretch.last < stretch.first:
            yield entry.problem((*where, "last"), "W-order", f'"{name}" ends before it begins')
        elif stretch.days < weeks * WEEK:
            message = f'"{name}" has {stretch.days} days and needs {weeks * WEEK} or more'
            yield entry.problem((*where, "last"), "W-length", message)
        elif stretch.days > LONGEST:
            message = f'"{name}" has {stretch.days:,} days and may have {LONGEST:,}'
            yield entry.problem((*where, "last"), "W-length", message)
    if plan.listed.first.weekday():
        yield entry.problem(("registered", "listed", "first"), "W-date", "weeks begin on a Monday")
    if plan.crest.days > 0 and plan.crest.days % WEEK:
        yield entry.problem(("registered", "crest", "last"), "W-length", "needs whole weeks")


def _around(entry: Entry, plan: Registered, article: Stretch, case_days: Stretch) -> Iterator[Problem]:
    """Stretches beside each other, in each other, and what is left of one when another is taken away."""
    for earlier, later in _IN_ORDER:
        first: Stretch = getattr(plan, earlier)
        second: Stretch = getattr(plan, later)
        if second.first <= first.last:
            message = f'"{earlier}" does not end before "{later}" begins'
            hint = f'"{later}" begins on {second.first}'
            yield entry.problem(("registered", earlier, "last"), "W-order", message, hint)
    wholes = [(name, outer, getattr(plan, outer)) for name, outer in _INSIDE]
    wholes.append(("studied", "the window of the case", case_days))
    for name, outer, whole in wholes:
        inner: Stretch = getattr(plan, name)
        outside = [side for side in ("first", "last") if getattr(inner, side) not in whole]
        if outside and inner.days > 0 and whole.days > 0:
            message = f'"{name}" is not within {outer}'
            yield entry.problem(("registered", name, outside[0]), "W-order", message, f"{whole.first} to {whole.last}")
    for name, part, told in (
        ("studied", article, _ARTICLE),
        ("compared", article, _ARTICLE),
        ("studied", plan.crest, "the crest"),
    ):
        yield from _rest(entry, plan, name, part, told)


def _rest(entry: Entry, plan: Registered, name: str, part: Stretch, told: str) -> Iterator[Problem]:
    """A stretch holds the article's days, and has enough beside what is compared with it."""
    whole: Stretch = getattr(plan, name)
    left = whole.days - part.days
    if part.first in whole and part.last in whole:
        if part.days > 0 and left < REST * WEEK <= whole.days:
            message = f'"{name}" has {left} days beside {told} and needs {REST * WEEK} or more'
            at = name if told == _ARTICLE else "crest"
            yield entry.problem(("registered", at), "W-length", message)
    elif told == _ARTICLE:  # the crest has its own line in the table above
        message = f'"{name}" does not hold {told}'
        yield entry.problem(("registered", name), "W-order", message, f"{part.first} to {part.last}")


def _days(entry: Entry, plan: Registered) -> Iterator[Problem]:
    """Days are in their stretches and in order; lags are shorter than the days that dates are moved in."""
    named: list[tuple[tuple[str | int, ...], dt.date, tuple[str, ...]]] = []
    named += [(("rollouts", place, "day"), one.day, _RELEASED) for place, one in enumerate(plan.rollouts)]
    named += [(("client_releases", place), day, ("studied",)) for place, day in enumerate(plan.client_releases)]
    named += [(("failures", place), day, ("near",)) for place, day in enumerate(plan.failures)]
    for where, day, outers in named:
        missed = [outer for outer in outers if day not in getattr(plan, outer)]
        if missed:
            whole: Stretch = getattr(plan, missed[0])
            message = f"{day} is not within {missed[0]}"
            yield entry.problem(("registered", *where), "W-date", message, f"{whole.first} to {whole.last}")
    for (_, before, _), (where, day, _) in pairwise(named):
        if where[1] and day < before:
            yield entry.problem(("registered", *where), "W-order", f"{day} comes after {before}; write days in order")
    for place, lag in enumerate(plan.lags):
        if lag >= plan.studied.days > 0:
            yield entry.problem(
                ("registered", "lags", place), "W-value", f"{lag} days are all that is studied, or more"
            )
    if plan.lag not in plan.lags:
        hint = f"one of {', '.join(map(str, plan.lags))}"
        yield entry.problem(("registered", "lag"), "W-value", f"{plan.lag} is none of the lags that are tried", hint)
    for place, test in enumerate(plan.headline):
        if test in plan.headline[:place]:
            yield entry.problem(("registered", "headline", place), "W-twice", f'"{test}" is listed twice')
