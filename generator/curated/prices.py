"""The second price table: transcribed from the documentation by hand, and compared with the one that prices requests.

Two tables that were made apart and agree to the last digit are worth more than one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from generator.base.problems import Problem
from generator.curated.entries import Entry, Outside, sound
from generator.curated.models import Line, Model, WebUrl
from generator.ledger.prices import LONG_PROMPT, MILLION, Override, Rates, list_rates, override_of, table_rates
from generator.records.rows import Speed

SAME = 1e-9  # USD a million tokens; both tables are decimal, so a larger difference is a difference
PriceOf = Callable[[str, dt.date, int, Speed], Rates | None]
Dollars = Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)]


class PricesPerMillion(Model):
    """List prices in USD a million tokens, for one size of prompt."""

    input: Dollars
    write_5m: Dollars
    write_1h: Dollars
    read: Dollars
    output: Dollars

    @property
    def in_order(self) -> tuple[float, ...]:
        """Input, both cache writes, cache read, output: the order of the documentation."""
        return self.input, self.write_5m, self.write_1h, self.read, self.output


class PriceEpoch(Model):
    """What one model cost in one period. `until` is the last day; absent, the price still holds."""

    model: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9.-]{1,47}$")]
    speed: Literal["standard", "fast"] = "standard"
    since: dt.date
    until: dt.date | None = None
    prices: PricesPerMillion
    over_200k: PricesPerMillion | None = None  # of the whole request; absent, all prompts cost the same
    sources: Annotated[tuple[WebUrl, ...], Field(min_length=1)]
    note: Line | None = None

    def last_day(self, today: dt.date) -> dt.date:
        """Last day that can be compared."""
        return self.until or max(self.since, today)


class PriceCheck(StrEnum):
    """What the comparison of one size of prompt came to."""

    AGREE = "agree"
    OVERRIDE = "override"  # genai-prices has no price or another; the documentation's is used
    DIFFER = "differ"


@dataclass(frozen=True)
class PriceRow:
    """One size of prompt of one epoch in both tables; prices in USD a million tokens in the documentation's order."""

    epoch: PriceEpoch
    long_prompt: bool
    documented: tuple[float, ...]
    table: tuple[float, ...] | None  # genai-prices, on the first day on which it differs, else the first; None = none
    used: tuple[float, ...] | None  # what requests are priced with on that day
    override: Override | None
    day: dt.date
    check: PriceCheck


def compare(
    epochs: tuple[PriceEpoch, ...], today: dt.date, *, table: PriceOf = table_rates, used: PriceOf = list_rates
) -> tuple[PriceRow, ...]:
    """Each epoch on its first and last day; two rows each, short and long prompts."""
    return tuple(
        _compared(epoch, epoch.last_day(today), table, used, long_prompt=long_prompt)
        for epoch in epochs
        for long_prompt in (False, True)
    )


def _compared(epoch: PriceEpoch, last: dt.date, table: PriceOf, used: PriceOf, *, long_prompt: bool) -> PriceRow:
    size, speed = LONG_PROMPT + long_prompt, Speed(epoch.speed)
    documented = ((long_prompt and epoch.over_200k) or epoch.prices).in_order
    rows = []
    for day in (epoch.since, last):
        ours, theirs = (_dollars(prices(epoch.model, day, size, speed)) for prices in (used, table))
        override = override_of(epoch.model, day, speed)
        check = PriceCheck.DIFFER
        if same(documented, ours):
            check = PriceCheck.AGREE if same(documented, theirs) else PriceCheck.OVERRIDE
        rows.append(PriceRow(epoch, long_prompt, documented, theirs, ours, override, day, check))
    worst = (PriceCheck.DIFFER, PriceCheck.OVERRIDE, PriceCheck.AGREE)
    return min(rows, key=lambda row: worst.index(row.check))


def same(first: tuple[float, ...] | None, second: tuple[float, ...] | None) -> bool:
    """Are all prices equal?"""
    if first is None or second is None:
        return first is second
    return all(abs(one - other) <= SAME for one, other in zip(first, second, strict=True))


def _dollars(rates: Rates | None) -> tuple[float, ...] | None:
    if rates is None:
        return None
    prices = (rates.input, rates.cache_write_5m, rates.cache_write_1h, rates.cache_read, rates.output)
    return tuple(price * MILLION for price in prices)


def epochs_do_not_overlap(entries: Sequence[Entry], _: Outside) -> Iterator[Problem]:
    """No day of a model has two prices."""
    for (first, one), (second, other) in combinations(sound(entries, PriceEpoch), 2):
        if (one.model, one.speed) != (other.model, other.speed):
            continue
        if one.since <= (other.until or dt.date.max) and other.since <= (one.until or dt.date.max):
            line = first.document.place((*first.where, "model")).line
            message = "two epochs of one model share a day"
            yield second.problem(("since",), "W-price", message, f"the other begins in line {line}")


def prices_are_those_in_use(entries: Sequence[Entry], outside: Outside) -> Iterator[Problem]:
    """Each price agrees with what requests are priced with, or is overridden; not asked if no day is given."""
    if outside.today is None:
        return
    for entry, epoch in sound(entries, PriceEpoch):
        for row in compare((epoch,), outside.today):
            if row.check is not PriceCheck.DIFFER:
                continue
            size = f"{'over' if row.long_prompt else 'up to'} {LONG_PROMPT:,} tokens"
            used = "no price" if row.used is None else ", ".join(f"{price:g}" for price in row.used)
            yield entry.problem(
                ("over_200k" if row.long_prompt and epoch.over_200k else "prices",),
                "W-price",
                f"{epoch.model} on {row.day}, {size}: requests are priced with {used}",
                "correct the row, or add an override with its source to generator/ledger/prices.py",
            )
