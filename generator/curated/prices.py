"""The second price table: transcribed from the documentation by hand, and compared with the one that prices requests.

Two tables that were made apart and agree to the last digit are worth more than one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from generator.base.problems import ContentError, Problem
from generator.curated.checking import value_at
from generator.curated.listfile import read_list
from generator.curated.models import Line, Model, WebUrl
from generator.curated.yamlfile import Document
from generator.ledger.prices import LONG_PROMPT, MILLION, Override, Rates, list_rates, override_of, table_rates
from generator.records.rows import Speed

FILE = "prices.yml"
FIRST, LAST = dt.date(2023, 1, 1), dt.date(2030, 12, 31)
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

    model: Annotated[str, StringConstraints(pattern=r"^claude-[a-z0-9.-]{1,40}$")]
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


def load_prices(content: Path, today: dt.date) -> tuple[PriceRow, ...]:
    """The epochs of content/prices.yml compared with the prices in use; none where the file is absent.

    Raises ContentError with every mistake, and with W-price for every price that neither agrees nor is overridden.
    """
    path = content / FILE
    if not path.exists():
        return ()
    document, epochs = read_list(path, f"content/{FILE}", PriceEpoch)
    rows = compare(epochs, today)
    problems = [*_problems(document, epochs), *_differences(document, rows)]
    if problems:
        raise ContentError(*problems)
    return rows


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


def _problems(document: Document, epochs: tuple[PriceEpoch, ...]) -> Iterator[Problem]:
    for index, epoch in enumerate(epochs):
        for field, day in (("since", epoch.since), ("until", epoch.until)):
            if day is None:
                continue
            if value_at(document.value, (index, field)) != day.isoformat():
                yield document.problem((index, field), "W-date", "not written as a date of ISO 8601", "2026-03-17")
            elif not FIRST <= day <= LAST:
                yield document.problem((index, field), "W-date", f"outside {FIRST.year} to {LAST.year}")
        if epoch.until is not None and epoch.until < epoch.since:
            yield document.problem((index, "until"), "W-order", "the end lies before the start")
    for (earlier, first), (later, second) in combinations(enumerate(epochs), 2):
        if (first.model, first.speed) != (second.model, second.speed):
            continue
        if first.since <= (second.until or LAST) and second.since <= (first.until or LAST):
            line = document.place((earlier, "model")).line
            yield document.problem(
                (later, "since"), "W-price", "two epochs of one model share a day", f"the other begins in line {line}"
            )


def _differences(document: Document, rows: tuple[PriceRow, ...]) -> Iterator[Problem]:
    for place, row in enumerate(rows):
        if row.check is not PriceCheck.DIFFER:
            continue
        index = place // 2  # an epoch has two rows
        size = f"{'over' if row.long_prompt else 'up to'} {LONG_PROMPT:,} tokens"
        used = "no price" if row.used is None else ", ".join(f"{price:g}" for price in row.used)
        yield document.problem(
            (index, "over_200k" if row.long_prompt and row.epoch.over_200k else "prices"),
            "W-price",
            f"{row.epoch.model} on {row.day}, {size}: requests are priced with {used}",
            "correct the row, or add an override with its source to generator/ledger/prices.py",
        )
