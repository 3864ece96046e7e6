"""Does trouble follow the releases? The five that the article names, all versions of the client, and its own dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from generator.curated.models import Incident
from generator.curated.registered import Registered, Stretch
from generator.dossier.special.base import Cell, Section, Table, rounded
from generator.dossier.special.series import DAY, MORE_SURFACES, SERIOUS, by_day, day_of, touches
from generator.statistics.estimate import Estimate
from generator.statistics.event_study import Longest, Shifted, follows, follows_at_any, nearness, placebo

SHIFTS = "test over all circular shifts, one-sided, which gives no interval"
WINDOWS = (42, 7)  # days: the article's six weeks, and one


@dataclass(frozen=True)
class DatesFound:
    """What the sentences of the page need."""

    section: Section
    incidents: Shifted
    incidents_at_any: Longest
    complaints: Shifted | None
    complaints_at_any: Longest | None
    near: Shifted
    windows: tuple[int, int]
    """Windows of six weeks with an incident on each of three services, and all windows."""


def dates_found(incidents: Sequence[Incident], complaints: Sequence[dt.date], plan: Registered) -> DatesFound:
    """Shifts of every series against the dates, with placebo dates beside them."""
    series = {
        "Incidents": [day_of(one) for one in incidents],
        "Major and critical incidents": [day_of(one) for one in incidents if one.impact in SERIOUS],
        "Complaints about usage, opened": list(complaints),
    }
    counts = {name: by_day(days, plan.studied) for name, days in series.items()}
    counts = {name: found for name, found in counts.items() if sum(found)}
    dates = [_place(one.day, plan.studied) for one in plan.rollouts]
    releases = sorted({_place(day, plan.studied) for day in plan.client_releases})
    at_any = {name: follows_at_any(found, dates, plan.lags) for name, found in counts.items()}
    single = {name: follows(found, dates, plan.lag) for name, found in counts.items()}
    near = _nearness(plan, plan.failures)
    windows = every_service(incidents, plan.listed, WINDOWS[0])
    first, complained = single["Incidents"], "Complaints about usage, opened"
    section = Section(
        id="dates",
        title="In the days after releases",
        says=_says(plan, first, windows),
        function="generator.dossier.special.dates:dates_found",
        estimates=(
            *(
                (f"{name} from a release to {plan.lag} days after it", _shifted(one, sum(counts[name])))
                for name, one in single.items()
            ),
            ("Days from the last release to the article's dates of failures, summed", _days(near, len(plan.failures))),
        ),
        tables=(_clustering(counts, dates, releases, plan), _readings(plan), _every(incidents, plan)),
        cautions=(_crowded(plan),),
    )
    return DatesFound(
        section, first, at_any["Incidents"], single.get(complained), at_any.get(complained), near, windows
    )


def _says(plan: Registered, first: Shifted, windows: tuple[int, int]) -> str:
    told = (
        f"In the {plan.lag} days after the five releases that the article names there are {first.observed:.0f} "
        "incidents; "
        f"after dates moved round the calendar there are {first.expected:.1f} on average. Incidents on claude.ai, "
        "on the API "
        f"and on Claude Code fall into {windows[0]} of {windows[1]} windows of six weeks"
    )
    return told + (
        ", so “every service failed within six weeks” is true of any six weeks." if windows[0] == windows[1] else "."
    )


def _place(day: dt.date, stretch: Stretch) -> int:
    return (day - stretch.first).days


def _shifted(one: Shifted, n: int) -> Estimate:
    """As a ratio to what shifted dates have; its interval is the test's, so none is given."""
    ratio = one.observed / one.expected if one.expected else float("nan")
    return Estimate(ratio, None, None, n, "in all", "times what moved dates have", SHIFTS, one.p)


def _days(one: Shifted, n: int) -> Estimate:
    return Estimate(
        one.observed,
        None,
        None,
        n,
        "dates",
        "days",
        f"test over all {one.shifts} circular shifts, one-sided, which gives no interval",
        one.p,
    )


def _nearness(plan: Registered, failures: Sequence[dt.date]) -> Shifted:
    return nearness(
        [_place(day, plan.near) for day in failures],
        [_place(one.day, plan.near) for one in plan.rollouts],
        plan.near.days,
    )


def _clustering(counts: dict[str, list[int]], dates: Sequence[int], releases: Sequence[int], plan: Registered) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for name, found in counts.items():
        for what, days, lags in (
            ("five releases", dates, plan.lags),
            ("all client versions", releases, plan.client_lags),
        ):
            longest = follows_at_any(found, days, lags)
            for lag, one in longest.by_lag:
                sham = placebo(found, days, lag).p if what == "five releases" else None
                rows.append((name, what, lag, int(one.observed), rounded(one.expected, 1), rounded(one.p, 3),
                             None if sham is None else rounded(sham, 3), rounded(longest.p, 3)))  # fmt: skip
    return Table(
        id="after-releases",
        title="Hits from a release to so many days after it",
        columns=("Series", "After", "Days", "Hits", "Moved dates", "p", "p, placebo dates", "p, best of the lags"),
        rows=tuple(rows),
        note=(
            f"{plan.studied.first} to {plan.studied.last}. Moved dates: mean over all {plan.studied.days} circular "
            "shifts. Placebo "
            "dates: other dates of the same weekdays with as many days after them. Best of the lags: the p of the "
            "most telling "
            "lag, each shift choosing its own."
        ),
    )


def _readings(plan: Registered) -> Table:
    """The article's dates can be read in several ways; the p hangs on that."""
    once = tuple(dict.fromkeys(plan.failures))
    last = [day for day in once if day != plan.failures[-1]]
    twice = {day for day in plan.failures if plan.failures.count(day) > 1}
    early = [day for day in last if day not in twice]
    readings: tuple[tuple[str, Sequence[dt.date]], ...] = (
        ("All rows of the article", plan.failures),
        ("Each date once", once),
        ("Each date once, without the last", last),
        ("Each date once, without the last and the repeated one", early),
    )
    rows: list[tuple[Cell, ...]] = []
    for name, days in readings:
        if days:
            found = _nearness(plan, days)
            mean = rounded(found.observed / len(days), 1)
            rows.append(
                (
                    name,
                    len(days),
                    int(found.observed),
                    mean,
                    rounded(found.expected / len(days), 1),
                    rounded(found.p, 3),
                )
            )
    return Table(
        id="own-dates",
        title="The article's dates of failures beside its dates of releases",
        columns=("Reading", "Dates", "Days since the last release, summed", "Mean", "Mean of moved dates", "p"),
        rows=tuple(rows),
        note=f"{plan.near.first} to {plan.near.last}; whole days are summed, so that equal sums are equal.",
    )


def every_service(
    incidents: Sequence[Incident],
    stretch: Stretch,
    length: int,
    surfaces: Sequence[tuple[str, str]] = MORE_SURFACES[:3],
) -> tuple[int, int]:
    """Windows of so many days in which each surface has an incident, and how many windows there are."""
    days = [{day_of(one) for one in incidents if touches(one, surface)} for _, surface in surfaces]
    found = whole = 0
    for place in range(stretch.days - length + 1):
        first = stretch.first + place * DAY
        window = Stretch(first=first, last=first + (length - 1) * DAY)
        found += all(any(day in window for day in surface) for surface in days)
        whole += 1
    return found, whole


def _every(incidents: Sequence[Incident], plan: Registered) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for length in WINDOWS:
        for surfaces in (MORE_SURFACES[:3], MORE_SURFACES):
            found, whole = every_service(incidents, plan.listed, length, surfaces)
            rows.append((length, ", ".join(name for name, _ in surfaces), found, whole))
    return Table(
        id="every-service",
        title="How often every service has an incident within so many days",
        columns=("Days", "Services", "Windows with all of them", "Windows"),
        rows=tuple(rows),
        note=f"Windows of {plan.listed.first} to {plan.listed.last}, one beginning on each day.",
    )


def _crowded(plan: Registered) -> str:
    """How many days lie near a version of the client."""
    days = [plan.near.first + place * DAY for place in range(3, plan.near.days)]  # versions before it are not listed
    released = set(plan.client_releases)
    near = sum(any(day - back * DAY in released for back in range(4)) for day in days)
    inside = [day for day in plan.client_releases if day in plan.rollout]
    return (
        f"{len(inside)} versions of Claude Code came out on {len(set(inside))} days from {plan.rollout.first} to "
        f"{plan.rollout.last}; {near} of {len(days)} days from {days[0]} to {days[-1]} are at most three days after "
        "one, "
        "so nearness to some release says nothing."
    )
