"""Sessions of one author's agents that a server error or a limit ended: by day, and in spans that are compared."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from generator.curated.computed_inputs import ARTICLE, FROM_LIMITS, NAMED, UNTIL_LIMITS, Span, input_rows
from generator.curated.measurements import Mark, Plot, PublishedTable
from generator.dossier.computed.base import Computed
from generator.statistics.estimate import Estimate
from generator.statistics.rates import exact_rate
from generator.statistics.ratios import exact_odds
from generator.statistics.stretches import window_rank

if TYPE_CHECKING:
    from generator.curated.measurements import Published
    from generator.records.results import Pack

_EXACT = "odds ratio with the exact conditional interval; p of Fisher's test"
_SHARE = "share with the exact interval, as the other side has none; p of Fisher's test"
_RANKED = "share of sessions in a stretch minus the share outside; one-sided p: share of stretches that are as high"


@dataclass(frozen=True)
class Day:
    """Sessions that began on one day, UTC, and how many of them ended how."""

    day: date
    sessions: int
    server: int
    limit: int
    unnamed: int  # the client only said that its process had ended with an error


Count = Callable[[Day], int]


def agent_errors(one: Published, _: tuple[Pack, ...]) -> Computed:
    """The article's week against all other days, with sessions, days and stretches of days as units."""
    days = _days(one)
    week, others = _split(days, ARTICLE)
    server = [(_sum(side, _server), _sum(side, _sessions)) for side in (week, others)]
    return Computed(
        function="generator/dossier/computed/agent_errors.py:agent_errors",
        answer=(
            f"A server error ended {server[0][0]} of {server[0][1]} agent sessions in the article's week and "
            f"{server[1][0]} of {server[1][1]} on other days; but the {server[0][0]} came on "
            f"{sum(day.server > 0 for day in week)} days, in as many episodes."
        ),
        estimates=(*_server_errors(days), *_limits(days)),
        tables=(_by_day(days), _spans(days)),
        cautions=(
            "Errors come in episodes. With sessions as units the p is too small; trust the tests with days and with "
            "stretches of days as units.",
            "Until 14 March the tool could not name causes: failures that it calls process exits may have been server "
            "errors or limits. The second and third figure say how much depends on that.",
        ),
    )


def _server_errors(days: Sequence[Day]) -> list[tuple[str, Estimate]]:
    named = [day for day in days if _in(day, NAMED)]
    found = [
        _compared("Server errors, 17 to 23 March against all other days", days, ARTICLE, _server),
        _compared("The same, only days from 15 March, when causes have names", named, ARTICLE, _server),
        _compared(
            "The same, if every unnamed failure had been a server error too",
            days,
            ARTICLE,
            lambda day: day.server + day.unnamed,
        ),
        _compared_days("Days with a server error, 17 to 23 March against all other days", days, ARTICLE, _server),
    ]
    shares = {day.day: [1.0] * day.server + [0.0] * (day.sessions - day.server) for day in days}
    rank = window_rank(shares, ARTICLE, of="mean")
    what = (
        "Server errors: stretches of seven days with as high a share as 17 to 23 March, itself counted "
        f"({rank.as_high} of {rank.windows})"
    )
    of = "overlapping stretches with sessions"
    return [*found, (what, Estimate(rank.p, None, None, rank.windows, of, "of all", _RANKED, rank.p))]


def _limits(days: Sequence[Day]) -> list[tuple[str, Estimate]]:
    named = [day for day in days if _in(day, NAMED)]
    return [
        _compared("Limit refusals, to 29 March against later days", days, UNTIL_LIMITS, _limit),
        _compared("The same, only days from 15 March", named, UNTIL_LIMITS, _limit),
        _compared_days("Days with a limit refusal, 15 to 29 March against later days", named, UNTIL_LIMITS, _limit),
    ]


def _compared(what: str, days: Sequence[Day], span: Span, count: Count) -> tuple[str, Estimate]:
    inside, others = _split(days, span)
    return _odds(
        what,
        (_sum(inside, count), _sum(inside, _sessions)),
        (_sum(others, count), _sum(others, _sessions)),
        "sessions",
    )


def _compared_days(what: str, days: Sequence[Day], span: Span, count: Count) -> tuple[str, Estimate]:
    sides = [[day for day in side if day.sessions] for side in _split(days, span)]
    hits = [sum(count(day) > 0 for day in side) for side in sides]
    return _odds(what, (hits[0], len(sides[0])), (hits[1], len(sides[1])), "days with sessions")


def _odds(what: str, inside: tuple[int, int], others: tuple[int, int], of: str) -> tuple[str, Estimate]:
    odds = exact_odds(*inside, *others)
    words = f"{what} ({inside[0]} of {inside[1]} against {others[0]} of {others[1]})"
    if math.isfinite(odds.value):
        return words, Estimate(odds.value, odds.low, odds.high, inside[1] + others[1], of, "times", _EXACT, odds.p)
    rate = exact_rate(*inside)
    return words, Estimate(rate.value, rate.low, rate.high, inside[1], of, "of all", _SHARE, odds.p)


def _by_day(days: Sequence[Day]) -> PublishedTable:
    kinds: tuple[tuple[str, Count], ...] = (
        ("Sessions begun", _sessions),
        ("Ended by a server error", _server),
        ("Ended by a limit", _limit),
    )
    return PublishedTable(
        id="by-day",
        title="Sessions begun each day, and those that a server error or a limit ended",
        columns=("Day", "What", "Count"),
        rows=tuple((day.day.isoformat(), words, count(day)) for words, count in kinds for day in days if day.sessions),
        note="Days by UTC; days without sessions have no point. Shaded: 17 to 23 March.",
        plot=Plot(
            kind="days",
            label="Day",
            values=("Count",),
            panel="What",
            band=ARTICLE,
            dates=(
                Mark(day=date(2026, 3, 14), word="causes get names"),
                Mark(day=date(2026, 3, 28), word="promotion over"),
            ),
            axis="Count",
            sentence=(
                f"{_sum(days, _server)} of {_sum(days, _sessions):,} sessions end by a server error, on "
                f"{sum(day.server > 0 for day in days)} days; {_sum(days, _limit)} end at a limit, on "
                f"{sum(day.limit > 0 for day in days)} days."
            ),
        ),
    )


def _spans(days: Sequence[Day]) -> PublishedTable:
    spans = (
        ("17 to 23 March", [day for day in days if _in(day, ARTICLE)]),
        ("all other days", [day for day in days if not _in(day, ARTICLE)]),
        ("15 to 29 March", [day for day in days if _in(day, (NAMED[0], UNTIL_LIMITS[1]))]),
        ("from 30 March", [day for day in days if _in(day, FROM_LIMITS)]),
        ("all days", list(days)),
    )
    return PublishedTable(
        id="spans",
        title="Sessions and how they failed, in the spans that are compared",
        columns=("Days", "Sessions", "Server errors", "Limit refusals", "Unnamed failures"),
        rows=tuple(
            (words, *(_sum(side, count) for count in (_sessions, _server, _limit, lambda day: day.unnamed)))
            for words, side in spans
        ),
        note="Unnamed: the client's process ended with an error and the tool did not say which.",
    )


def _days(one: Published) -> tuple[Day, ...]:
    found = [Day(date.fromisoformat(day), *rest) for day, *rest in input_rows(one)]
    return tuple(sorted(found, key=lambda day: day.day))


def _split(days: Sequence[Day], span: Span) -> tuple[list[Day], list[Day]]:
    return [day for day in days if _in(day, span)], [day for day in days if not _in(day, span)]


def _in(day: Day, span: Span) -> bool:
    return span[0] <= day.day <= span[1]


def _sum(days: Sequence[Day], count: Count) -> int:
    return sum(map(count, days))


def _sessions(day: Day) -> int:
    return day.sessions


def _server(day: Day) -> int:
    return day.server


def _limit(day: Day) -> int:
    return day.limit
