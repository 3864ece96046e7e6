"""Breaks of the cache that nothing explains, by week, set and version, and what so few calls could have shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from generator.curated.measurements import Cell, Mark, Plot, PublishedTable
from generator.dossier.computed.base import Computed
from generator.dossier.computed.breaks_power import smallest_ratio
from generator.dossier.computed.public import (
    FIRST,
    LAST,
    Looked,
    by,
    nothing,
    public_sets,
    steps_of,
    threads_by_set,
    week_of,
)
from generator.ledger.explanations import UNEXPLAINED
from generator.ledger.subjects import version_key
from generator.statistics.clusters import Cluster, cluster_share, conditional_p, estimated_ratio, exact_share
from generator.statistics.estimate import Estimate, figure
from generator.statistics.rates import exact_rate

if TYPE_CHECKING:
    from generator.curated.measurements import Published
    from generator.records.results import Pack

FUNCTION = "generator.dossier.computed.breaks_by_week:breaks_by_week"
WEEK = date(2026, 3, 16)
"""Monday of the calendar week that holds six of the article's seven days."""
A_WEEK = "16 to 22 March"
UNREAD = "unread-last-write"
LEAST = 200  # steps of a version that is listed, and of a week that is drawn
SURE = 0.05  # p under which a difference is more than chance
THOUSAND = "per 1,000 steps"
Named = tuple[str, Estimate]


def breaks_by_week(_: Published, packs: tuple[Pack, ...]) -> Computed:
    """The week beside all others, sessions as clusters and sets as strata."""
    rows = tuple(steps_of(threads_by_set(packs)))
    week, others = ([row for row in rows if (week_of(row.day) == WEEK) is inside] for inside in (True, False))
    if not week or not others:
        return nothing(FUNCTION)
    same = _of_same_sets(week, others)
    against_all, against_same = smallest_ratio(sessions(week), sessions(others)), smallest_ratio(sessions(week), same)
    hits, base = _unexplained(week), _unexplained(others)
    answer = (
        f"In the week of 16 March, {hits} of {len(week):,} steps broke without an explanation "
        f"({figure(1000 * hits / len(week), 2)} in 1,000), in all other weeks {base} of {len(others):,} "
        f"({figure(1000 * base / len(others), 2)}): {_verdict(week, others, against_all)}."
    )
    calls = sum(FIRST <= call.first_seen.date() <= LAST for pack in public_sets(packs) for call in pack.requests)
    in_week = sum(week_of(call.first_seen.date()) == WEEK for pack in public_sets(packs) for call in pack.requests)
    cautions = (
        f"The eleven sets hold {in_week:,} calls of {A_WEEK} and {calls:,} of 17 to 23 March, most of one maintainer.",
        f"Against the other weeks of the same sets alone, {_alone(against_same)} would have been seen with a "
        "probability of 0.8.",
    )
    return Computed(
        FUNCTION,
        answer,
        tuple(_estimates(week, others, same)),
        (_weeks(rows), _sets(week, others), _versions(rows), _powers(against_all, against_same)),
        cautions,
    )


def _unexplained(rows: Iterable[Looked]) -> int:
    return sum(row.step.reason == UNEXPLAINED for row in rows)


def _verdict(week: Sequence[Looked], others: Sequence[Looked], smallest: float | None) -> str:
    p = float(conditional_p(_unexplained(week), _unexplained(others), len(week), len(others)))
    if p < SURE:
        return "more than chance gives where steps are independent"
    return f"too few to tell a rise from chance, and a rise smaller than {_times(smallest)} could hardly have been seen"


def sessions(rows: Iterable[Looked]) -> tuple[Cluster, ...]:
    """Unexplained breaks and steps by session."""
    found: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        one = found.setdefault(row.cluster, [0, 0])
        one[0] += row.step.reason == UNEXPLAINED
        one[1] += 1
    return tuple(Cluster(*one) for one in found.values())


def _of_same_sets(week: Sequence[Looked], others: Sequence[Looked]) -> tuple[Cluster, ...]:
    names = {row.set for row in week}
    return sessions(row for row in others if row.set in names)


def _estimates(week: Sequence[Looked], others: Sequence[Looked], same: Sequence[Cluster]) -> list[Named]:
    hits, base = _unexplained(week), _unexplained(others)
    found: list[Named] = [
        (f"{A_WEEK}, as far as sessions differ", _rate(sessions(week))),
        (f"{A_WEEK}, exact", exact_share(hits, len(week), "steps", unit=THOUSAND, scale=1000)),
        ("All other weeks, as far as sessions differ", _rate(sessions(others))),
    ]
    if hits + base:
        ratio = estimated_ratio(hits, len(week), base, len(others), "steps")
        found.append(("That week against all others, times as many", ratio))
    base_hits, base_trials = sum(one.hits for one in same), sum(one.trials for one in same)
    if base_trials and hits + base_hits:
        ratio = estimated_ratio(hits, len(week), base_hits, base_trials, "steps")
        found.append(("The same within the sets of that week alone", ratio))
    return found


def _rate(clusters: Sequence[Cluster]) -> Estimate:
    return cluster_share(clusters, "steps", unit=THOUSAND, scale=1000)


def _cells(rows: Sequence[Looked]) -> tuple[Cell, ...]:
    hits = _unexplained(rows)
    rate = exact_rate(hits, len(rows))
    shown = (round(1000 * one, 2) for one in (rate.value, rate.low, rate.high))
    return (len(rows), len({row.cluster for row in rows}), hits, *shown)


COLUMNS = ("Steps", "Sessions", "Unexplained", "In 1,000", "Low", "High")


def _weeks(rows: Sequence[Looked]) -> PublishedTable:
    found = []
    for week, some in by(rows, lambda row: week_of(row.day)).items():
        reasons = Counter(row.step.reason for row in some)
        sets = ", ".join(sorted({row.set for row in some}))
        cells = _cells(some) if len(some) >= LEAST else (*_cells(some)[:3], None, None, None)
        found.append((str(week), *cells, reasons[UNREAD], sum(reasons.values()) - reasons[None], sets))
    return PublishedTable(
        id="weeks",
        title="Unexplained breaks of the cache in 1,000 steps, by week",
        columns=("Week from", *COLUMNS, "Last write not read", "All breaks", "Sets"),
        rows=tuple(found),
        note=(
            f"Exact 95 % intervals; weeks with fewer than {LEAST} steps have no point. A step is a request with at "
            "least 4,096 tokens to read; a break reads less than 98 percent of them. Breaks where just the last write "
            "was not read have a measurement of their own."
        ),
        plot=Plot(
            kind="days",
            label="Week from",
            values=("In 1,000",),
            low="Low",
            high="High",
            band=(WEEK, WEEK + timedelta(days=6)),
            band_label=A_WEEK,
            dates=(Mark(day=date(2026, 3, 13), word="1M"),),
            axis="Unexplained breaks in 1,000 steps",
            sentence=(
                f"In the week of 16 March {_unexplained([row for row in rows if week_of(row.day) == WEEK])} breaks are "
                f"unexplained, of {_unexplained(rows)} in all weeks; highest for its steps is the week of "
                f"{_highest(rows)}."
            ),
        ),
    )


def _highest(rows: Sequence[Looked]) -> str:
    weeks = {week: some for week, some in by(rows, lambda row: week_of(row.day)).items() if len(some) >= LEAST}
    most = max(weeks, key=lambda week: _unexplained(weeks[week]) / len(weeks[week]), default=WEEK)
    return f"{most.day} {most:%B}"


def _sets(week: Sequence[Looked], others: Sequence[Looked]) -> PublishedTable:
    found = []
    for name in sorted({row.set for row in (*week, *others)}):
        for words, side in ((A_WEEK, week), ("other weeks", others)):
            some = [row for row in side if row.set == name]
            if some:
                found.append((name, words, *_cells(some)))
    title = "Set by set, that week and all others"
    return PublishedTable(id="sets", title=title, columns=("Set", "Weeks", *COLUMNS), rows=tuple(found))


def _versions(rows: Sequence[Looked]) -> PublishedTable:
    key: Callable[[Looked], tuple[int, ...]] = lambda row: version_key(row.version)  # noqa: E731  one use, two rows
    found = [
        (
            ".".join(map(str, version)),
            str(min(row.day for row in some)),
            str(max(row.day for row in some)),
            *_cells(some),
        )
        for version, some in by(rows, key).items()
        if len(some) >= LEAST or any(row.step.reason == UNEXPLAINED for row in some)
    ]
    return PublishedTable(
        id="versions",
        title="Version by version",
        columns=("Version", "From", "To", *COLUMNS),
        rows=tuple(found),
        note=f"Versions with at least {LEAST} steps or an unexplained break.",
    )


def _powers(against_all: float | None, against_same: float | None) -> PublishedTable:
    return PublishedTable(
        id="power",
        title="The smallest rise that these calls would have shown with a probability of 0.8",
        columns=("Compared with", "Times as many breaks"),
        rows=(
            ("all other weeks of all sets", against_all or "more than twenty"),
            ("other weeks of the same sets", against_same or "more than twenty"),
        ),
        note=(
            "Simulated 2,000 times for each rise: every session has a rate of its own, spread as it is in the other "
            "weeks; the test is the exact one of two counts at 0.05, two-sided."
        ),
    )


def _alone(ratio: float | None) -> str:
    return f"only a rise of {_times(ratio)}" if ratio else "no rise up to twenty times"


def _times(ratio: float | None) -> str:
    return f"{ratio:g} times" if ratio else "twenty times"
