"""What sub-agents' and main threads' writes cost at the price of either lifetime, and what the shorter one lost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from generator.curated.measurements import PublishedTable
from generator.dossier.computed.life_writes import FEBRUARY, LAST_HOUR
from generator.ledger.prices import rates
from generator.ledger.steps import Lifetime
from generator.ledger.threads import Thread
from generator.records.rows import Request

HOUR = 3600.0


@dataclass(frozen=True)
class Price:
    """Writes of one kind of thread in one span of days."""

    is_late: bool  # from 11 March; else 1 February to 4 March
    agents: bool  # sub-agents; else main threads
    calls: int
    tokens: int
    five_usd: float  # all of these writes at the price of five minutes
    hour_usd: float
    pauses: int  # between five minutes and an hour
    again: int  # tokens paid again after those of them that had been written for five minutes
    again_usd: float  # those at the price of an hour: what writes for an hour would have saved
    unpriced: int  # calls without a known price, in no sum

    @property
    def five_is_cheaper(self) -> bool:
        """Even after what had expired in a pause is taken off the price of an hour."""
        return self.five_usd < self.hour_usd - self.again_usd


@dataclass
class _Sums:
    """What `Price` is made of, while it is added up."""

    calls: int = 0
    tokens: int = 0
    five_usd: float = 0.0
    hour_usd: float = 0.0
    pauses: int = 0
    again: int = 0
    again_usd: float = 0.0
    unpriced: int = 0


def priced(threads: Iterable[tuple[str, Thread]]) -> tuple[Price, ...]:
    """The four sums. List prices: five minutes cost 1.25 times the input, an hour twice."""
    sums = {(late, agents): _Sums() for late in (False, True) for agents in (True, False)}
    for _, thread in threads:
        agents = bool(thread.agent)
        for call in thread.requests:
            if call.cache_write_tokens and call.first_seen.date() >= FEBRUARY:
                _add(sums[call.first_seen.date() > LAST_HOUR, agents], call)
        for step in thread.steps:
            day = step.after.first_seen.date()
            if day < FEBRUARY or not step.testable or not step.cache.short_seconds < step.oldest < HOUR:
                continue
            one = sums[day > LAST_HOUR, agents]
            one.pauses += 1
            if step.lifetime is Lifetime.FIVE_MINUTES:
                one.again += step.excess_tokens
                price = rates(step.after)
                one.again_usd += step.excess_tokens * price.cache_write_1h if price else 0.0
    return tuple(Price(late, agents, **asdict(one)) for (late, agents), one in sums.items())


def _add(one: _Sums, call: Request) -> None:
    price = rates(call)
    if price is None:
        one.unpriced += 1
        return
    one.calls += 1
    one.tokens += call.cache_write_tokens
    one.five_usd += call.cache_write_tokens * price.cache_write_5m
    one.hour_usd += call.cache_write_tokens * price.cache_write_1h


def prices(paid: Sequence[Price]) -> PublishedTable:
    """The sums as a table."""
    rows = tuple(
        (
            "11 March on" if one.is_late else "1 February to 4 March",
            "sub-agents" if one.agents else "main threads",
            one.calls,
            one.tokens,
            round(one.five_usd, 2),
            round(one.hour_usd, 2),
            one.pauses,
            one.again,
        )
        for one in paid
    )
    columns = (
        *("Days", "Threads", "Calls that wrote", "Tokens written", "USD for five minutes", "USD for an hour"),
        *("Pauses of 5 to 60 minutes", "Tokens paid again after five-minute writes"),
    )
    note = (
        "List prices, not bills: a write for five minutes costs 1.25 times the input price, one for an hour twice. "
        "The last column is what the hour would have saved: tokens that were gone after five to sixty minutes. Where "
        "pauses are long, as in main threads, the hour can be the cheaper one."
    )
    return PublishedTable(id="prices", title="What either lifetime costs", columns=columns, rows=rows, note=note)
