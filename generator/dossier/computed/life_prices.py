"""What sub-agents' and main threads' writes cost at the price of either lifetime, and what the shorter one lost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from generator.curated.measurements import PublishedTable
from generator.dossier.computed.life_writes import FEBRUARY, LAST_HOUR, Write
from generator.ledger.prices import rates
from generator.ledger.steps import Lifetime
from generator.ledger.threads import Thread

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
    unpriced: int  # calls without a known price, in no sum


def priced(writes: Sequence[Write], threads: Iterable[tuple[str, Thread]]) -> tuple[Price, ...]:
    """The four sums. List prices: five minutes cost 1.25 times the input, an hour twice."""
    dated = {write.at.date() for write in writes}
    spans = {day: day > LAST_HOUR for day in dated if day >= FEBRUARY}
    sums: dict[tuple[bool, bool], list[float]] = {(late, agents): [0.0] * 7 for late in (False, True) for agents in (True, False)}
    for _, thread in threads:
        agents = bool(thread.agent)
        for call in thread.requests:
            late = spans.get(call.first_seen.date())
            if late is None or not call.cache_write_tokens:
                continue
            one, price = sums[late, agents], rates(call)
            if price is None:
                one[6] += 1
                continue
            one[0] += 1
            one[1] += call.cache_write_tokens
            one[2] += call.cache_write_tokens * price.cache_write_5m
            one[3] += call.cache_write_tokens * price.cache_write_1h
        for step in thread.steps:
            late = spans.get(step.after.first_seen.date())
            if late is None or not step.testable or not Lifetime.FIVE_MINUTES.seconds[1] < step.oldest < HOUR:
                continue
            sums[late, agents][4] += 1
            if step.lifetime is Lifetime.FIVE_MINUTES:
                sums[late, agents][5] += step.excess_tokens
    return tuple(
        Price(late, agents, int(one[0]), int(one[1]), one[2], one[3], int(one[4]), int(one[5]), int(one[6]))
        for (late, agents), one in sums.items()
    )


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
        "The last column is what the hour would have saved: tokens that had expired in a pause of five to sixty minutes."
    )
    return PublishedTable(id="prices", title="What either lifetime costs", columns=columns, rows=rows, note=note)
