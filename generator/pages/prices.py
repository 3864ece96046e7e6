"""The prices: both tables side by side, whether they agree, and what no table of prices can say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from generator.charts.files import csv_bytes
from generator.curated.prices import PriceCheck
from generator.ledger.prices import BATCH_FACTOR, LONG_PROMPT, US_FACTOR
from generator.pages.parts.base import Download, Page, PageKind
from generator.pages.parts.position import place
from generator.records.vendor import vendor_of_formats

if TYPE_CHECKING:
    from generator.curated.prices import PriceRow
    from generator.dossier import Dossier

KINDS = ("Input", "Write 5 min", "Write 1 h", "Read", "Output")
COLUMNS = (
    "model", "speed", "since", "until", "prompt", "verdict",
    *(f"documented_{kind}" for kind in ("input", "write_5m", "write_1h", "read", "output")),
    *(f"table_{kind}" for kind in ("input", "write_5m", "write_1h", "read", "output")),
)  # fmt: skip
CHECKS = {
    PriceCheck.AGREE: "yes",
    PriceCheck.OVERRIDE: "no, overridden",
    PriceCheck.DIFFER: "no",
}


@dataclass(frozen=True)
class PriceLine:
    """One size of prompt of one model in one period; prices in USD a million tokens."""

    model: str
    fast: bool
    since: date
    until: date | None
    prompt: str
    documented: tuple[float, ...]
    table: tuple[float, ...] | None
    agree: str


@dataclass(frozen=True)
class PriceSource:
    """Where the documented prices of one model in one period come from."""

    model: str
    fast: bool
    since: date
    links: tuple[tuple[str, str], ...]  # address, and the address short enough for a line
    note: str | None


@dataclass(frozen=True)
class PricesContext:
    """Variables of prices.md.j2."""

    kinds: tuple[str, ...]
    lines: tuple[PriceLine, ...]
    price_sources: tuple[PriceSource, ...]
    epochs: int
    models: int
    agreeing: int
    overridden: int
    long_prompt: int
    batch_factor: float
    us_factor: float
    us_models: str


def pages(dossier: Dossier) -> Iterator[Page]:
    """One page."""
    rows = dossier.prices
    lines = tuple(_lines(rows))
    sources = tuple(_source(row) for row in rows if not row.long_prompt)
    yield Page(
        path=f"{dossier.library.case.id}/prices/",
        template="prices.md.j2",
        title="Prices",
        description="List prices by model and day in two tables that were made apart, and whether they agree.",
        context=PricesContext(
            kinds=KINDS,
            lines=lines,
            price_sources=sources,
            epochs=len(sources),
            models=len({row.epoch.model for row in rows}),
            agreeing=sum(line.agree == CHECKS[PriceCheck.AGREE] for line in lines),
            overridden=sum(line.agree == CHECKS[PriceCheck.OVERRIDE] for line in lines),
            long_prompt=LONG_PROMPT,
            batch_factor=BATCH_FACTOR,
            us_factor=US_FACTOR,
            us_models=vendor_of_formats().prices.us_only_words,
        ),
        downloads=(Download("prices.csv", csv_bytes(COLUMNS, map(_cells, lines))),) if lines else (),
    )


def _lines(rows: tuple[PriceRow, ...]) -> Iterator[PriceLine]:
    """A line a row; one line for both sizes of prompt where both tables charge the same for them."""
    for short, long in zip(rows[::2], rows[1::2], strict=True):
        alike = (short.documented, short.table, short.check) == (long.documented, long.table, long.check)
        if alike:
            yield _line(short, "any")
        else:
            yield _line(short, f"up to {LONG_PROMPT:,}")
            yield _line(long, f"over {LONG_PROMPT:,}")


def _line(row: PriceRow, prompt: str) -> PriceLine:
    epoch = row.epoch
    return PriceLine(
        model=epoch.model,
        fast=epoch.speed == "fast",
        since=epoch.since,
        until=epoch.until,
        prompt=prompt,
        documented=row.documented,
        table=row.table,
        agree=CHECKS[row.check],
    )


def _source(row: PriceRow) -> PriceSource:
    urls = tuple(map(str, row.epoch.sources))
    return PriceSource(
        model=row.epoch.model,
        fast=row.epoch.speed == "fast",
        since=row.epoch.since,
        links=tuple((url, place(url)) for url in urls),
        note=row.epoch.note,
    )


def _cells(line: PriceLine) -> tuple[object, ...]:
    speed = "fast" if line.fast else "standard"
    table = tuple(round(price, 9) for price in line.table) if line.table else (None,) * len(KINDS)
    return (line.model, speed, line.since, line.until, line.prompt, line.agree, *line.documented, *table)


KIND = PageKind("prices", pages)
