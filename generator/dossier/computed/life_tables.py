"""Shares of tokens that live an hour: by day for the picture, by week, and as runs of days of one kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from generator.curated.measurements import Mark, Plot, PublishedTable
from generator.dossier.computed.life_writes import CHANGED_MAIN, LAST_HOUR, Write
from generator.dossier.computed.public import FIRST, LAST, by, percent, week_of

DRAWN_FROM, DRAWN_TO = date(2026, 1, 19), date(2026, 4, 19)
KINDS = ("main threads", "sub-agents")
CLEAR = 0.99  # of the tokens, from which on a day is of one kind


def _kind(write: Write) -> str:
    return KINDS[bool(write.agent)]


def _share(writes: Sequence[Write]) -> float:
    return sum(one.hour for one in writes) / sum(one.tokens for one in writes) if writes else 0.0


def by_day(writes: Sequence[Write]) -> PublishedTable:
    """The picture: a point for each day and set, main threads above sub-agents."""
    shown = [one for one in writes if DRAWN_FROM <= one.day <= DRAWN_TO]
    rows = tuple(
        (str(day), KINDS[place], name, len(some), sum(one.tokens for one in some), percent(_share(some), 1))
        for (place, day, name), some in by(shown, lambda one: (bool(one.agent), one.day, one.set)).items()
    )
    late = [one for one in shown if one.day > LAST_HOUR]  # what the picture shows, and no later month
    after, main = ([one for one in late if bool(one.agent) is agent] for agent in (True, False))
    return PublishedTable(
        id="by-day",
        title="Percent of written tokens that live one hour, by day and set",
        columns=("Day", "Threads", "Set", "Calls that wrote", "Tokens written", "Percent for an hour"),
        rows=rows,
        note=(
            "A point is one set on one day. Without intervals: the tokens of one session share one decision. The line "
            "is the last hour of a sub-agent."
        ),
        plot=Plot(
            kind="days",
            label="Day",
            values=("Percent for an hour",),
            panel="Threads",
            band=(FIRST, LAST),
            band_label="Days of the article",
            dates=(Mark(day=LAST_HOUR, word="4 Mar"),),
            axis="Percent for an hour",
            sentence=(
                f"From 5 March to 19 April {percent(_share(after), 1):g} % of the tokens that sub-agents wrote live an "
                f"hour, and {percent(_share(main), 1):g} % of those of main threads "
                f"({_told(within(main, CHANGED_MAIN))} on 11 to 13 March, {_told(within(main, (FIRST, LAST)))} on the "
                "days of the article)."
            ),
        ),
    )


def _told(writes: Sequence[Write]) -> str:
    return f"{percent(_share(writes), 1):g} %" if writes else "nothing written"


def within(writes: Sequence[Write], days: tuple[date, date]) -> list[Write]:
    """Those of some days, first and last included."""
    return [one for one in writes if days[0] <= one.day <= days[1]]


def by_week(writes: Sequence[Write]) -> PublishedTable:
    """Each set by week from Monday."""
    rows = []
    for (name, week), some in by(writes, lambda one: (one.set, week_of(one.day))).items():
        main, agents = ([one for one in some if bool(one.agent) is kind] for kind in (False, True))
        rows.append(
            (
                name,
                str(week),
                len(main),
                percent(_share(main), 1) if main else None,
                len(agents),
                len({(one.session, one.agent) for one in agents}),
                percent(_share(agents), 1) if agents else None,
            )
        )
    columns = (
        *("Set", "Week from", "Calls of main threads", "Percent for an hour"),
        *("Calls of sub-agents", "Sub-agents", "Percent for an hour, sub-agents"),
    )
    title = "Percent of written tokens that live one hour, by week and set"
    return PublishedTable(id="by-week", title=title, columns=columns, rows=tuple(rows))


def runs(writes: Sequence[Write]) -> PublishedTable:
    """Days of one kind that follow each other, by set and kind of thread: where the lifetime changes."""
    rows = [
        (name, kind, *run)
        for (name, kind), some in by(writes, lambda one: (one.set, _kind(one))).items()
        for run in _runs(some)
    ]
    return PublishedTable(
        id="runs",
        title="Days on which the lifetime changes, set by set",
        columns=("Set", "Threads", "Written for", "From", "To", "Days with calls", "Calls that wrote"),
        rows=tuple(rows),
        note="A day is of one kind where 99 percent of its tokens are, else it is of both.",
    )


def _runs(writes: Sequence[Write]) -> Iterator[tuple[str, str, str, int, int]]:
    days = [(day, _word(_share(some)), len(some)) for day, some in by(writes, lambda one: one.day).items()]
    for word, group in groupby(days, key=lambda one: one[1]):
        some = list(group)
        yield (word, str(some[0][0]), str(some[-1][0]), len(some), sum(calls for *_, calls in some))


def _word(share: float) -> str:
    return "an hour" if share >= CLEAR else "five minutes" if share <= 1 - CLEAR else "both"
