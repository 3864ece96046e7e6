"""Hits of the same questions for each 1,000 issues filed, month by month, with the interval that so few hits have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from generator.curated.computed_inputs import input_rows
from generator.curated.measurements import Plot, PublishedTable
from generator.dossier.computed.base import Computed
from generator.statistics.estimate import Estimate
from generator.statistics.rates import exact_interval

if TYPE_CHECKING:
    from generator.curated.measurements import Published
    from generator.records.results import Pack

THOUSAND = 1000
RATE = "Hits per 1,000 filed"
_METHOD = "rate with the exact interval of a Poisson count (Garwood 1936)"


@dataclass(frozen=True)
class Month:
    """Issues filed in one month, and hits among them."""

    first: date
    filed: float
    hits: int

    @property
    def name(self) -> str:
        """April 2026."""
        return f"{self.first:%B %Y}"

    @property
    def rate(self) -> float:
        """Hits for each 1,000 issues."""
        return THOUSAND * self.hits / self.filed

    @property
    def ends(self) -> tuple[float, float]:
        """Of the 95 % interval of the rate."""
        return exact_interval(self.hits, self.filed / THOUSAND)

    @property
    def told(self) -> str:
        """3.7 in April 2026 (95 % interval 2.7 to 4.9)."""
        low, high = self.ends
        return f"{self.rate:.1f} in {self.name} (95 % interval {low:.1f} to {high:.1f})"


def issues_by_month(one: Published, _: tuple[Pack, ...]) -> Computed:
    """Rates from the record's own table, in order of time."""
    months = sorted(
        (Month(date.fromisoformat(f"{month}-01"), filed, hits) for month, filed, hits in input_rows(one)),
        key=lambda month: month.first,
    )
    return Computed(
        function="generator/dossier/computed/issues_by_month.py:issues_by_month",
        answer=_answer(months),
        estimates=tuple(
            (f"{RATE}, {one.name}", Estimate(one.rate, *one.ends, one.hits, "hits", "for each 1,000 issues", _METHOD))
            for one in months
        ),
        tables=(_table(months),) if months else (),
        cautions=(
            "The interval is that of chance alone, each hit taken as independent. What a search ranks first, and how "
            "far the numbers of issues are rounded, is in none of them.",
        ),
    )


def _answer(months: Sequence[Month]) -> str:
    if not months:
        return "No month was counted."
    top = max(months, key=lambda one: one.rate)
    near = [one.name for one in months if one is not top and one.ends[1] >= top.ends[0]]
    if not near:
        return _extremes(months)
    listed = f"{', '.join(near[:-1])} and {near[-1]}" if len(near) > 1 else near[0]
    reach = "The intervals of" if len(near) > 1 else "The interval of"
    return f"{_extremes(months)} {reach} {listed} {'reach' if len(near) > 1 else 'reaches'} into that of {top.name}."


def _extremes(months: Sequence[Month]) -> str:
    top, least = max(months, key=lambda one: one.rate), min(months, key=lambda one: one.rate)
    if top.rate == least.rate:
        return f"Of each 1,000 issues filed the same questions find {top.told}."
    return f"Of each 1,000 issues filed the same questions find most, {top.told}, and least, {least.told}."


def _table(months: Sequence[Month]) -> PublishedTable:
    most, fewest = max(months, key=lambda one: one.filed), min(months, key=lambda one: one.filed)
    return PublishedTable(
        id="months",  # the address that the figure had when its rates were typed
        title="Hits of the same questions for each 1,000 issues filed, by month",
        columns=("Month", RATE, "Low", "High", "Filed", "Hits"),
        rows=tuple(
            (
                f"{one.first:%Y-%m}",
                round(one.rate, 1),
                round(one.ends[0], 1),
                round(one.ends[1], 1),
                int(one.filed) if one.filed == int(one.filed) else one.filed,
                one.hits,
            )
            for one in months
        ),
        note="Lines are exact 95 % intervals of Poisson counts; hits are few. Filed is rounded to hundreds.",
        plot=Plot(
            kind="months",
            label="Month",
            values=(RATE, "Filed", "Hits"),
            low="Low",
            high="High",
            axis="Month",
            sentence=(
                f"{_extremes(months)} Issues filed go from {fewest.filed:,.0f} in {fewest.name} to {most.filed:,.0f} "
                f"in {most.name}."
            ),
        ),
    )
