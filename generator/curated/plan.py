"""Checks of the plan of a case: its stretches lie in each other, and its days in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from generator.base.problems import Problem
from generator.curated.entries import Entry, Outside, sound
from generator.curated.models import Case
from generator.curated.registered import Registered, Stretch

WEEKS = 8  # of fewer, no step could be told from chance
WEEK = 7
STRETCHES = ("listed", "studied", "rollout", "before", "after", "compared", "crest", "near")
_INSIDE = (
    ("studied", "listed"),
    ("rollout", "listed"),
    ("before", "listed"),
    ("after", "listed"),
    ("compared", "listed"),
    ("crest", "studied"),
    ("near", "listed"),
)


def plan_can_be_counted(entries: Sequence[Entry], _: Outside) -> Iterator[Problem]:
    """What lies outside the list of incidents, or outside the days that dates are moved in, cannot be counted."""
    for entry, case in sound(entries, Case):
        if case.registered is not None:
            article = Stretch(first=case.article_window_start, last=case.article_window_end)
            yield from _stretches(entry, case.registered, article)
            yield from _days(entry, case.registered)


def _stretches(entry: Entry, plan: Registered, article: Stretch) -> Iterator[Problem]:
    for name in STRETCHES:
        stretch = getattr(plan, name)
        if stretch.last < stretch.first:
            yield entry.problem(("registered", name, "last"), "W-order", f'"{name}" ends before it begins')
    pairs = [(name, getattr(plan, name), outer) for name, outer in _INSIDE]
    pairs += [("studied", article, "studied"), ("compared", article, "compared")]
    for name, inner, outer in pairs:
        whole = getattr(plan, outer)
        if inner.first not in whole or inner.last not in whole:
            words = f"{inner.first} to {inner.last} does not lie in {outer}"
            yield entry.problem(("registered", name), "W-order", words, f"{whole.first} to {whole.last}")
    if plan.listed.days < WEEK * WEEKS:
        yield entry.problem(("registered", "listed"), "W-length", f"needs {WEEKS} weeks or more")
    if plan.listed.first.weekday():
        yield entry.problem(("registered", "listed", "first"), "W-date", "weeks begin on a Monday")
    if plan.crest.days % WEEK:
        yield entry.problem(("registered", "crest"), "W-length", "needs whole weeks")


def _days(entry: Entry, plan: Registered) -> Iterator[Problem]:
    named: list[tuple[tuple[str | int, ...], dt.date, str]] = []
    named += [
        (("rollouts", place, "day"), one.day, outer) for place, one in enumerate(plan.rollouts) for outer in _BOTH
    ]
    named += [(("client_releases", place), day, "studied") for place, day in enumerate(plan.client_releases)]
    named += [(("failures", place), day, "near") for place, day in enumerate(plan.failures)]
    for where, day, outer in named:
        if day not in getattr(plan, outer):
            yield entry.problem(("registered", *where), "W-date", f"{day} does not lie in {outer}")
    for place, test in enumerate(plan.headline):
        if test in plan.headline[:place]:
            yield entry.problem(("registered", "headline", place), "W-twice", f'"{test}" is listed twice')


_BOTH = ("studied", "near")
