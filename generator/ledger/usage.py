"""Usage by day, week, month, model, session, agent, or any other name of a call: sums over one record a call.

A call counts on the day on which its answer began, as in the day sums of a pack. Weeks begin on Monday (ISO 8601).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from math import fsum

from generator.ledger.by import By
from generator.ledger.prices import cost
from generator.records.rows import Request, Role

MAIN = "main conversation"
UNNAMED = "sub-agents without an id"  # calls that only a parent's log tells, by clients that did not name the agent


@dataclass(frozen=True)
class Span:
    """Whole days in one time zone, both ends included; None = open. `zone` None is that of the machine."""

    zone: tzinfo | None
    since: date | None = None
    until: date | None = None

    @property
    def whole(self) -> bool:
        """Is nothing left out?"""
        return self.since is None and self.until is None

    def local(self, at: datetime) -> datetime:
        """An aware time in the zone; in UTC where the calendar ends before the zone's day does."""
        try:
            return at.astimezone(self.zone)
        except (OverflowError, OSError, ValueError):
            return at

    def day(self, at: datetime) -> date:
        """The day of an aware time in the zone."""
        return self.local(at).date()

    def holds(self, at: datetime, until: datetime | None = None) -> bool:
        """Does a time, or any part of a stretch of time, fall into these days?"""
        first, last = self.day(at), self.day(until or at)
        return (self.until is None or first <= self.until) and (self.since is None or last >= self.since)


@dataclass(frozen=True)
class Usage:
    """Sums of calls; tokens, and USD at list price of those `calls - unpriced` whose price is known.

    The price includes rounds beside the calls (advisors, compactions), which their tokens leave out, as `Totals` does.
    """

    name: str
    calls: int = 0
    input_tokens: int = 0
    cache_write_tokens: int = 0
    cache_read_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0
    unpriced: int = 0
    first: datetime | None = None  # when the first answer began
    last: datetime | None = None  # when the last answer began

    @property
    def tokens(self) -> tuple[int, int, int, int]:
        """Input, cache writes, cache reads, output."""
        return (self.input_tokens, self.cache_write_tokens, self.cache_read_tokens, self.output_tokens)


def used(requests: Sequence[Request], name: str = "", *, beside: Iterable[Request] = ()) -> Usage:
    """The sums of these calls, and of the price of the rounds beside them, under one name."""
    prices = [cost(request) for request in requests]
    known = [price for price in prices if price is not None]
    times = [request.first_seen for request in requests]
    return Usage(
        name=name,
        calls=len(requests),
        input_tokens=sum(request.input_tokens for request in requests),
        cache_write_tokens=sum(request.cache_write_tokens for request in requests),
        cache_read_tokens=sum(request.cache_read_tokens for request in requests),
        output_tokens=sum(request.output_tokens for request in requests),
        cost_usd=fsum([*known, *(cost(extra) or 0.0 for extra in beside)]),
        unpriced=len(prices) - len(known),
        first=min(times, default=None),
        last=max(times, default=None),
    )


def usage_by(
    requests: Iterable[Request],
    name: Callable[[Request], str],
    *,
    in_time: bool,
    beside: Iterable[Request] = (),
) -> tuple[Usage, ...]:
    """One row a name: in the order of the names where these are times, else the dearest first."""
    calls, rounds = _grouped(requests, name), _grouped(beside, name)
    names = sorted({*calls, *rounds})
    rows = [used(calls.get(one, []), one, beside=rounds.get(one, [])) for one in names]
    return tuple(rows if in_time else sorted(rows, key=lambda row: (-row.cost_usd, -sum(row.tokens), row.name)))


def billed_beside(rounds: Iterable[Request]) -> tuple[Request, ...]:
    """Rounds that are charged beside their answers; whether declined attempts are, nobody outside knows."""
    return tuple(extra for extra in rounds if extra.role in {Role.ADVISOR, Role.COMPACTION})


def _grouped(requests: Iterable[Request], name: Callable[[Request], str]) -> dict[str, list[Request]]:
    groups: defaultdict[str, list[Request]] = defaultdict(list)
    for request in requests:
        groups[name(request)].append(request)
    return groups


def namer(by: By, span: Span) -> Callable[[Request], str]:
    """The name of a call in a table by what its record tells. Raises KeyError for one that only the files tell."""
    names: dict[By, Callable[[Request], str]] = {
        By.DAY: lambda request: span.day(request.first_seen).isoformat(),
        By.WEEK: lambda request: monday(span.day(request.first_seen)).isoformat(),
        By.MONTH: lambda request: span.day(request.first_seen).isoformat()[:7],
        By.MODEL: lambda request: request.model,
        By.SESSION: lambda request: request.session,
        By.AGENT: agent_name,
    }
    return names[by]


def monday(day: date) -> date:
    """First day of the ISO week."""
    return day - timedelta(days=day.weekday())


def agent_name(request: Request) -> str:
    """The agent's pseudonym, or what stands for it."""
    return request.agent or (UNNAMED if request.nested else MAIN)
