"""What the page says and shows of incidents."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise

from generator.curated.registered import Registered, Stretch
from generator.dossier.special.base import Cell, Drawn, Section, Table, day_told, estimated, rounded
from generator.dossier.special.incidents import IncidentsFound, ratio_of, shared
from generator.dossier.special.series import blocks, counted, middle, whole_weeks
from generator.statistics.neighbours import neighbours_ratio
from generator.statistics.ratios import Counted, Ratio, dispersion, exact_ratio, together

QUASI = "interval widened by how much the weeks scatter (quasi-Poisson)"
ENOUGH = 8  # weeks, to say how far neighbouring ones are alike
ALONE = 0.05


def incident_section(found: IncidentsFound, plan: Registered, article: Stretch) -> Section:
    """The step in words, the numbers, the weeks drawn, the steps of each series, and windows against controls."""
    every, episodes = found.every, found.stepped[-1]
    return Section(
        id="incidents",
        title="Incidents of the vendor's status page",
        says=_says(found),
        function="generator.dossier.special.incidents:incidents_found",
        estimates=(
            (
                "Incidents a week before the step",
                estimated(every.before, every.weeks, "weeks in all", QUASI, "a week", tested=False),
            ),
            (
                "Incidents a week from the step on",
                estimated(every.after, every.weeks, "weeks in all", QUASI, "a week", tested=False),
            ),
            (
                f"The article's week ({found.week_hits}) against the rest since {day_told(plan.compared.first)}",
                estimated(found.week, found.week_parts, "weeks, the ends longer or shorter", QUASI),
            ),
            (
                f"Major and critical incidents in its calendar week ({found.serious_hits}) against the others since "
                "February",
                estimated(found.serious, found.serious_weeks, "weeks", QUASI),
            ),
        ),
        tables=(_weekly(found, plan, article), _steps(found), _windows(found, plan, article)),
        cautions=(
            f"The article's calendar week has {found.serious_hits} major and critical incidents; the worst of "
            f"{found.serious_weeks} weeks that are all alike has as many with probability {found.serious_chance:.2f}.",
            f"Counted by episodes (a new one after 12 hours without an announcement) "
            f"{'no step is visible' if episodes.p >= ALONE else 'the step remains'}: {episodes.before.value:.1f} and "
            f"{episodes.after.value:.1f} a week. Where announcements are dense, several faults become one episode, "
            "so this "
            "way of counting can hardly rise.",
            "An incident is an announcement. How often a vendor announces can change without any change of the "
            "service.",
        ),
    )


def _says(found: IncidentsFound) -> str:
    every, none = found.every, found.every.second_p >= ALONE
    alike = "claude.ai, the API and Claude Code show it alike." if found.alike else "The services do not show it alike."
    second = "No second step is visible, in March or elsewhere." if none else "There is a second step."
    return (
        f"Before the week of {day_told(every.week)} {every.before.value:.1f} incidents a week were announced, from "
        f"then on {every.after.value:.1f}. The step may be as early as the week of {day_told(every.first)} or as late "
        f"as that of {day_told(every.last)}. {alike} {second}"
    )


def _weekly(found: IncidentsFound, plan: Registered, article: Stretch) -> Table:
    weeks, every, alike = whole_weeks(plan.listed), found.every, found.week.low <= 1
    rise = f"Incidents a week go from {every.before.value:.1f} to {every.after.value:.1f}"
    high = "the article's week is not measurably above its neighbours" if alike else "the article's week is higher"
    return Table(
        id="incidents-by-week",
        title="Incidents announced on the vendor's status page, by week",
        columns=("Week of", "Middle", "Series", "Incidents"),
        rows=tuple(
            (week.first.isoformat(), middle(week), name, part.hits)
            for name, days in found.series.items()
            for week, part in zip(weeks, counted(days, weeks), strict=True)
        ),
        note=(
            f"An incident announced for all services counts for each of the three. Weeks begin on {_begin(weeks)}; the "
            "article's week is shaded. Dashed: "
            + ", ".join(f"{place} {one.word}" for place, one in enumerate(plan.rollouts, 1))
            + "."
        ),
        drawn=Drawn(
            value="Incidents",
            axis="Incidents a week",
            sentence=f"{rise} in the week of {day_told(every.week)}; {high}.{_both_weeks(found, weeks, article)}",
            band=(article.first.isoformat(), article.last.isoformat()),
            band_label="the article's week",
            dates=tuple((one.day.isoformat(), str(place)) for place, one in enumerate(plan.rollouts, 1)),
        ),
    )


def _begin(weeks: Sequence[Stretch]) -> str:
    return f"{weeks[0].first:%A}" if weeks else "Monday"


def _both_weeks(found: IncidentsFound, weeks: Sequence[Stretch], article: Stretch) -> str:
    """The dot in the shaded days is of other days than the shaded ones: both counts, or nothing where it is not.

    The test counts the article's own days; weeks of the list go on from its first day, so the two are seldom the same.
    """
    one = max((week for week in weeks if shared(week, article)), key=lambda week: shared(week, article), default=None)
    if one is None or (one.first, one.last) == (article.first, article.last):
        return ""
    (dot,) = counted(next(iter(found.series.values())), [one])
    return (
        f" The dot in the shaded days is the week of {day_told(one.first)} to {day_told(one.last)}, with {dot.hits}; "
        f"the article's own days, {day_told(article.first)} to {day_told(article.last)}, have {found.week_hits}."
    )


def _steps(found: IncidentsFound) -> Table:
    return Table(
        id="steps",
        title="The step of each series, and whether there is a second one",
        columns=(
            "Series",
            "Before, a week",
            "After, a week",
            "Ratio",
            "Low",
            "High",
            "Step in week of",
            "Earliest",
            "Latest",
            "p of a step",
            "p of a second",
            "Changes found",
            "Scatter",
            "Without a step",
        ),
        rows=tuple(
            (
                one.name,
                rounded(one.before.value, 1),
                rounded(one.after.value, 1),
                rounded(one.ratio.value),
                rounded(one.ratio.low),
                rounded(one.ratio.high),
                one.week.isoformat(),
                one.first.isoformat(),
                one.last.isoformat(),
                rounded(one.p, 4),
                rounded(one.second_p),
                one.found,
                rounded(one.scatter),
                rounded(one.scatter_without),
            )
            for one in found.stepped
        ),
        note=(
            "The ratio is that at the step found, and so a little too large. The p of a step is the share of random "
            "orders of three weeks at a time that have one as large; single weeks in random order would find too many, "
            "because neighbouring weeks are alike. An episode begins after 12 hours without a new announcement."
        ),
    )


def _windows(found: IncidentsFound, plan: Registered, article: Stretch) -> Table:
    """Each window against each control, by four methods."""
    rows: list[tuple[Cell, ...]] = []
    for name, days in found.series.items():
        pairs = (
            (
                "the week",
                [article],
                "the rest",
                blocks(plan.compared, article),
            ),
            ("rollout", blocks(plan.rollout), "before", blocks(plan.before)),
            ("rollout", blocks(plan.rollout), "after", blocks(plan.after)),
        )
        for window, inside, control, outside in pairs:
            one, other = counted(days, inside), counted(days, outside)
            exact, quasi = exact_ratio(together(one), together(other)), ratio_of(one, other)
            alike = _alike([*zip(inside, one, strict=True)], [*zip(outside, other, strict=True)])
            rows.append(
                (
                    name,
                    window,
                    control,
                    together(one).hits,
                    together(other).hits,
                    rounded(quasi.value),
                    rounded(exact.low),
                    rounded(exact.high),
                    rounded(quasi.low),
                    rounded(quasi.high),
                    rounded(alike.low) if alike else None,
                    rounded(alike.high) if alike else None,
                    rounded(dispersion((one, other))),
                )
            )
    return Table(
        id="windows",
        title="Windows against control windows",
        columns=(
            "Series",
            "Window",
            "Control",
            "Hits",
            "Hits there",
            "Ratio of rates",
            "Exact low",
            "Exact high",
            "Quasi low",
            "Quasi high",
            "Neighbours low",
            "Neighbours high",
            "Scatter",
        ),
        rows=tuple(rows),
        note=(
            f"The week: {article.first} to {article.last}. The rest: {plan.compared.first} to {plan.compared.last} "
            "without it. "
            f"Rollout: {plan.rollout.first} to {plan.rollout.last}. Before: {plan.before.first} to {plan.before.last}. "
            f"After: {plan.after.first} to {plan.after.last}. Exact: as if every incident came "
            "by itself (conditional interval of Poisson counts). Quasi: widened by how much the weeks scatter. "
            f"Neighbours: weeks may resemble the week before by any correlation; from {ENOUGH} weeks on."
        ),
    )


def _alike(inside: Sequence[tuple[Stretch, Counted]], outside: Sequence[tuple[Stretch, Counted]]) -> Ratio | None:
    """The ratio where neighbouring weeks may be alike; half a hit is added to each, so that 0 has a logarithm."""
    weeks = sorted(
        [*((*one, True) for one in inside), *((*one, False) for one in outside)], key=lambda one: one[0].first
    )
    if len(weeks) < ENOUGH:
        return None
    apart = [max(1, round((later[0].first - week[0].first).days / 7)) for week, later in pairwise(weeks)]
    rates = [(part.hits + 0.5) / part.exposure for _, part, _ in weeks]
    return neighbours_ratio(list(accumulate(apart, initial=0)), rates, [side for _, _, side in weeks])
