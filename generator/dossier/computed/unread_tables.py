"""Tables of the measurement "unread last write": by period, set, model, kind of thread, seconds, and day."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

from generator.curated.measurements import Cell, Mark, Plot, PublishedTable
from generator.dossier.computed.public import FIRST, LAST, by, percent
from generator.dossier.computed.unread_steps import (
    AFTER,
    BEFORE,
    BEGIN,
    DURING,
    PERIODS,
    Soon,
    counts,
    sessions,
    sessions_by_day,
    within,
)
from generator.ledger.steps import UNREAD_WITHIN, in_tool_loop
from generator.statistics.clusters import cluster_share
from generator.statistics.raised import Edge, Raised, raised
from generator.statistics.rates import exact_rate

SHARE = ("Percent", "Low", "High")
LEAST = 20  # steps of a day, below which its share is not drawn
DRAWN_FROM, DRAWN_TO = date(2026, 2, 1), date(2026, 5, 31)
RELEASES = ((date(2026, 2, 5), "O"), (date(2026, 2, 17), "S"), (BEGIN, "1M"))
"""Of the 4.6 models, and of the million-token window, whose day is that on which the period begins."""
ENDED = date(2026, 5, 7)
SECONDS = ((0.0, 1.0), (1.0, 2.0), (2.0, 5.0), (5.0, 60.0))


def in_periods(rows: Sequence[Soon]) -> PublishedTable:
    """Steps and sessions of the three periods, with exact intervals and those by session."""
    found = []
    for period in PERIODS:
        chosen = [row for row in rows if row.period == period]
        clusters = sessions(chosen)
        by_session = cluster_share(clusters, "requests", scale=100) if chosen else None
        found.append(
            (
                period,
                *_exact(chosen),
                round(by_session.low, 2) if by_session and by_session.low is not None else None,
                round(by_session.high, 2) if by_session and by_session.high is not None else None,
                len(clusters),
                sum(one.hits > 0 for one in clusters),
            )
        )
    by_columns = ("Low, by session", "High, by session", "Sessions", "Sessions with one")
    return PublishedTable(
        id="periods",
        title="Requests within five seconds of an answer, and how many did not read its cache entry",
        columns=("Period", *COUNTS, *by_columns),
        rows=tuple(found),
        note="Low and high are the exact 95 % interval of independent requests, then one as wide as sessions differ.",
    )


COUNTS = ("Requests", "Not read", *SHARE)


def _exact(rows: Sequence[Soon]) -> tuple[Cell, ...]:
    """Steps, hits, percent and exact interval; empty where there is no step."""
    hits, trials = counts(rows)
    if not trials:
        return (0, 0, None, None, None)
    rate = exact_rate(hits, trials)
    return (trials, hits, percent(rate.value), percent(rate.low), percent(rate.high))


def by_kind(rows: Sequence[Soon]) -> Iterator[PublishedTable]:
    """The period by set, model and kind of thread, each beside the time before it."""
    yield _beside(rows, "sets", "Set by set", "Set", lambda row: row.set)
    yield _beside(rows, "models", "Model by model", "Model", lambda row: row.step.after.model)
    kind = "Kind of thread"
    yield _beside(rows, "threads", "Main threads and sub-agents", kind, _kind)


def _kind(row: Soon) -> str:
    return "sub-agent" if row.agent else "main thread"


def _beside(rows: Sequence[Soon], name: str, title: str, column: str, key: Callable[[Soon], str]) -> PublishedTable:
    found = []
    for value, chosen in by(rows, key).items():
        parts = {period: [row for row in chosen if row.period == period] for period in PERIODS}
        sides: list[Cell] = []
        for period in PERIODS:
            sides += _exact(parts[period]) if period == DURING else reversed(counts(parts[period]))
        found.append((value, *sides))
    columns = (column, "Requests before", "Not read before", *COUNTS, "Requests after", "Not read after")
    note = "Before 13 March, 13 March to 6 May with the exact 95 % interval, and after 6 May."
    return PublishedTable(id=name, title=title, columns=columns, rows=tuple(found), note=note)


def by_seconds(rows: Sequence[Soon]) -> PublishedTable:
    """The period by seconds since the answer; tool loops alone beside, as prompts come later."""
    found = []
    for low, high in SECONDS:
        chosen = [row for row in rows if row.period == DURING and _between(row, low, high)]
        loops = [row for row in chosen if in_tool_loop(row.step)]
        found.append((f"{low:g} to {high:g} s", *_exact(chosen), *reversed(counts(loops))))
    shown = [f"{row[2]} of {row[1]:,}" for row in found]
    return PublishedTable(
        id="seconds",
        title="Percent of requests that did not read the last write, by seconds since the answer before",
        columns=("Seconds", *COUNTS, "Requests in tool loops", "Of them not read"),
        rows=tuple(found),
        note="13 March to 6 May. Intervals are exact and take requests as independent.",
        plot=Plot(
            kind="bars",
            label="Seconds",
            values=("Percent",),
            low="Low",
            high="High",
            axis="Percent of requests",
            sentence=(
                f"Within a second {shown[0]}, within two {shown[1]}, within five {shown[2]}, and from five to sixty "
                f"seconds {shown[3]}: it is a matter of seconds."
            ),
        ),
    )


def _between(row: Soon, low: float, high: float) -> bool:
    return low < row.step.age <= high or (not low and not row.step.age)


def days_drawn(rows: Sequence[Soon]) -> PublishedTable:
    """The picture: a point a day, sets in panels, the article's week shaded."""
    panels = _panels(rows)
    shown = [row for row in rows if DRAWN_FROM <= row.day <= DRAWN_TO]
    grouped = by(shown, lambda row: (tuple(panels.values()).index(panels[row.set]), row.day))
    found = [(str(day), tuple(panels.values())[place], *_of_day(some)) for (place, day), some in grouped.items()]
    hits, trials = counts([row for row in rows if FIRST <= row.day <= LAST])
    (early, many), (late, more) = (counts([row for row in rows if row.period == one]) for one in (BEFORE, AFTER))
    return PublishedTable(
        id="days",
        title="Percent of requests within five seconds of an answer that did not read its cache entry, by day",
        columns=("Day", "Sets", *COUNTS),
        rows=tuple(found),
        note=(
            f"Days with fewer than {LEAST} such requests have no point. Bars are exact 95 % intervals; on one day "
            "most requests are of a few sessions, so these are too narrow. All days from January to July: see below."
        ),
        plot=Plot(
            kind="days",
            label="Day",
            values=("Percent",),
            panel="Sets",
            low="Low",
            high="High",
            band=(FIRST, LAST),
            band_label="Days of the article",
            dates=(*(Mark(day=day, word=word) for day, word in RELEASES), Mark(day=ENDED, word="end")),
            axis="Percent of requests",
            sentence=(
                f"Until 12 March {early} of {many:,} requests, on the article's days {hits} of {trials:,}, after 6 May "
                f"{late} of {more:,}. Lines: Opus 4.6 (O), Sonnet 4.6 (S), the million-token window on 13 March "
                "(1M), the end."
            ),
        ),
    )


def _of_day(rows: Sequence[Soon]) -> tuple[Cell, ...]:
    cells = _exact(rows)
    return cells if len(rows) >= LEAST else (*cells[:2], None, None, None)


def _panels(rows: Sequence[Soon]) -> dict[str, str]:
    """By set the panel it is in: the two with most steps in the period alone, in the order of their first days."""
    within_period = by((row for row in rows if row.period == DURING), lambda row: row.set)
    large = sorted(within_period, key=lambda name: len(within_period[name]), reverse=True)[:2]
    small = sorted(set(within_period) - set(large))
    first = sorted(large, key=lambda name: min(row.day for row in within_period[name]))
    alone = {name: name for name in first}
    others = dict.fromkeys(sorted({row.set for row in rows} - set(within_period)), "sets that end before 13 March")
    few = dict.fromkeys(small, f"{len(small)} smaller sets of March")
    return others | dict(list(alone.items())[:1]) | few | dict(list(alone.items())[1:])


def all_days(rows: Sequence[Soon]) -> PublishedTable:
    """Every day with a step, all sets together."""
    found = [(str(day), len({row.set for row in some}), *_of_day(some)) for day, some in by(rows, _day).items()]
    parts = (counts([row for row in rows if row.period == period]) for period in PERIODS)
    shown = [f"{hits} of {trials:,}" for hits, trials in parts]
    return PublishedTable(
        id="all-days",
        title="The same for all sets together, January to July",
        columns=("Day", "Sets", *COUNTS),
        rows=tuple(found),
        note=f"Days with fewer than {LEAST} such requests have no point. Bars are exact 95 % intervals.",
        plot=Plot(
            kind="days",
            label="Day",
            values=("Percent",),
            low="Low",
            high="High",
            band=(FIRST, LAST),
            band_label="Days of the article",
            dates=(Mark(day=BEGIN, word="1M"), Mark(day=ENDED, word="end")),
            axis="Percent of requests",
            sentence=(
                f"{shown[0]} before 13 March, {shown[1]} to 6 May, {shown[2]} after; shaded are the article's days."
            ),
        ),
    )


def _day(row: Soon) -> date:
    return row.day


def change_days(rows: Sequence[Soon]) -> PublishedTable:
    """First and last raised day, of all sets and of the two that carry them."""
    close = within(rows, UNREAD_WITHIN)
    sets = [("all sets", close), *by(close, lambda row: row.set).items()]
    found = [(name, raised(sessions_by_day(some))) for name, some in sets if counts(some)[0] >= FEWEST]
    lines = [line for name, one in found if one for line in _lines(name, one)]
    return PublishedTable(
        id="change-days",
        title="From which day to which the share is raised",
        columns=("Sets", "Edge", "Day", "Likely from", "Likely to", "Drawn from", "Drawn to"),
        rows=tuple(lines),
        note=(
            "Two change points of a binomial share. Likely: days within the 95 % likelihood ratio of the best, wide "
            "where no calls were made. Drawn: 95 % of the days found with sessions drawn again 500 times. Both "
            "end with a set's own days, so a set that begins inside of the period cannot date its begin."
        ),
    )


FEWEST = 10  # hits of a set, below which its days say nothing


def _lines(name: str, one: Raised) -> Iterator[tuple[Any, ...]]:
    for word, edge in (("first raised day", one.first), ("last raised day", one.last)):
        yield (name, word, str(edge.day), *_range(edge))


def _range(edge: Edge) -> tuple[str, ...]:
    return tuple(map(str, (*edge.likely, *edge.drawn)))
