"""Incidents a week: is there a step, and when; is there a second one; is the article's week above its neighbours?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from generator.curated.models import Incident
from generator.curated.registered import Registered, Stretch
from generator.dossier.special.series import (
    DAY,
    SERIOUS,
    SURFACES,
    blocks,
    counted,
    day_of,
    episodes,
    touches,
    whole_weeks,
)
from generator.statistics import change_points as steps
from generator.statistics.extremes import highest_by_chance
from generator.statistics.ratios import (
    Counted,
    Ratio,
    dispersion,
    exact_ratio,
    quasi_poisson_rate,
    quasi_poisson_ratio,
    together,
)


@dataclass(frozen=True)
class Stepped:
    """The step of one series, in weeks of the list."""

    name: str
    week: dt.date
    first: dt.date
    last: dt.date
    before: Ratio
    after: Ratio
    ratio: Ratio
    weeks: int
    p: float
    second_p: float
    found: int
    """Steps that gain more than Schwarz's criterion asks for."""
    scatter: float
    scatter_without: float


@dataclass(frozen=True)
class IncidentsFound:
    """What the sentences of the page need."""

    series: Mapping[str, Sequence[dt.date]]
    """Days of the incidents, all and by service."""
    stepped: tuple[Stepped, ...]
    """All of them, each service, and episodes."""
    every: Stepped
    alike: bool
    """Is the step at the same time, within its intervals, and as large on every surface?"""
    week: Ratio
    week_hits: int
    week_usual: float
    week_parts: int
    serious: Ratio
    serious_hits: int
    serious_chance: float
    serious_weeks: int


def _stepped(name: str, days: Sequence[dt.date], plan: Registered) -> Stepped:
    weeks = whole_weeks(plan.listed)
    parts = counted(days, weeks)
    hits, exposure = [part.hits for part in parts], [part.exposure for part in parts]
    step = steps.one_step(hits, exposure)
    low, high = steps.date_interval(hits, exposure)
    halves = parts[: step.at], parts[step.at :]
    scatter = dispersion(halves)
    return Stepped(
        name=name,
        week=weeks[step.at].first,
        first=weeks[low].first,
        last=weeks[high].first,
        before=quasi_poisson_rate(halves[0]),
        after=quasi_poisson_rate(halves[1]),
        ratio=ratio_of(halves[1], halves[0]),
        weeks=len(weeks),
        p=steps.step_test(hits, exposure),
        second_p=steps.second_step_test(hits, exposure),
        found=len(steps.steps(hits, exposure, penalty=steps.penalty_of(len(hits), scatter))),
        scatter=scatter,
        scatter_without=dispersion((parts,)),
    )


def ratio_of(one: Sequence[Counted], other: Sequence[Counted]) -> Ratio:
    """Quasi-Poisson where it can be, else exact."""
    few = len(one) + len(other) < 3 or not together(one).hits or not together(other).hits  # noqa: PLR2004
    return exact_ratio(together(one), together(other)) if few else quasi_poisson_ratio(one, other)


def incidents_found(incidents: Sequence[Incident], plan: Registered, article: Stretch) -> IncidentsFound:
    """Everything about incidents. Raises ValueError for a list of fewer than four weeks."""
    series = {"All services": [day_of(one) for one in incidents]}
    series |= {name: [day_of(one) for one in incidents if touches(one, surface)] for name, surface in SURFACES}
    stepped = [_stepped(name, days, plan) for name, days in series.items()]
    stepped.append(_stepped("All, each episode once", [day_of(one) for one in episodes(incidents)], plan))
    every, apart = stepped[0], stepped[1 : 1 + len(SURFACES)]
    week, rest = _week_and_rest(series["All services"], plan, article)
    grave = [day_of(one) for one in incidents if one.impact in SERIOUS]
    grave_weeks = [one for one in whole_weeks(plan.listed) if one.first >= plan.studied.first]
    grave_parts = counted(grave, grave_weeks)
    of_article = max(range(len(grave_weeks)), key=lambda place: shared(grave_weeks[place], article))
    others = [part for place, part in enumerate(grave_parts) if place != of_article]
    serious = ratio_of([grave_parts[of_article]], others)
    hits = grave_parts[of_article].hits
    chance = highest_by_chance(sum(part.hits for part in grave_parts), [part.exposure for part in grave_parts], hits)
    usual = together(rest)
    return IncidentsFound(
        series=series,
        stepped=tuple(stepped),
        every=every,
        alike=all(one.first <= every.last and one.last >= every.first and one.ratio.low > 1 for one in apart),
        week=ratio_of(week, rest),
        week_hits=together(week).hits,
        week_usual=usual.hits / usual.exposure,
        week_parts=len(week) + len(rest),
        serious=serious,
        serious_hits=hits,
        serious_chance=chance,
        serious_weeks=len(grave_parts),
    )


def shared(one: Stretch, other: Stretch) -> int:
    """Days that are in both."""
    return sum(one.first + place * DAY in other for place in range(one.days))


def _week_and_rest(days: Sequence[dt.date], plan: Registered, article: Stretch) -> tuple[list[Counted], list[Counted]]:
    return counted(days, [article]), counted(days, blocks(plan.compared, article))
