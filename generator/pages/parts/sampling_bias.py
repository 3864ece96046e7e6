"""How the collection leans: issues filed each month, what the same questions found in them, and what was kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from generator.curated.counting import is_user_report, states_a_number
from generator.statistics.rates import exact_interval

if TYPE_CHECKING:
    from generator.curated.kinds import Library
    from generator.curated.measurements import Published
    from generator.curated.models import Report
    from generator.dossier import Dossier

MEASUREMENT, MONTH, FILED, HITS = "issues-by-month", "Month", "Filed", "Hits"
"""The measurement that holds issues filed and hits by month, and the columns of its first table."""


@dataclass(frozen=True)
class MonthRow:
    """One month. What was filed and found comes from the measurement, the rest is counted from the records here."""

    month: str  # 2026-03
    period: str  # before, window, after
    filed: int
    hits: int
    hits_per_1000: float
    hits_ends: tuple[float, float]
    """Of the exact 95 % interval of that rate."""
    users: int
    numbered: int
    users_per_1000: float
    users_ends: tuple[float, float]


@dataclass(frozen=True)
class Span:
    """The calendar months of one period, from the first report kept in it to the last."""

    months: int
    text: str  # "November 2025 to January 2026"


@dataclass(frozen=True)
class Spans:
    """The three periods that were searched; they are not equally long."""

    before: Span
    window: Span
    after: Span


def collected(dossier: Dossier) -> tuple[MonthRow, ...]:
    """Rows by month; none where nobody counted what was filed."""
    one = next((one for one in dossier.library.published if one.id == MEASUREMENT), None)
    if one is None:
        return ()
    users = [report for report in dossier.library.reports if is_user_report(report)]
    kept, numbered = _by_month(users), _by_month(filter(states_a_number, users))
    periods = {f"{report.date:%Y-%m}": report.period.removeprefix("control-") for report in dossier.library.reports}
    rows = []
    for month, filed, hits in _filed(one):
        rows.append(
            MonthRow(
                month=month,
                period=periods.get(month, ""),
                filed=filed,
                hits=hits,
                hits_per_1000=1000 * hits / filed,
                hits_ends=exact_interval(hits, filed / 1000),
                users=kept[month],
                numbered=numbered[month],
                users_per_1000=1000 * kept[month] / filed,
                users_ends=exact_interval(kept[month], filed / 1000),
            )
        )
    return tuple(rows)


def spans(library: Library) -> Spans:
    """The periods as they were searched, read from the reports kept."""
    return Spans(*(_span(library, period) for period in ("control-before", "window", "control-after")))


def _span(library: Library, period: str) -> Span:
    months = sorted({report.date.replace(day=1) for report in library.reports if report.period == period})
    if not months:
        return Span(0, "no report")
    first, last = months[0], months[-1]
    return Span(1 + 12 * (last.year - first.year) + last.month - first.month, _text(first, last))


def _text(first: date, last: date) -> str:
    if first == last:
        return f"{first:%B %Y}"
    return f"{first:%B}{f' {first.year}' if first.year != last.year else ''} to {last:%B %Y}"


def _by_month(reports: Iterable[Report]) -> Counter[str]:
    return Counter(f"{report.date:%Y-%m}" for report in reports)


def _filed(one: Published) -> list[tuple[str, int, int]]:
    """Month, issues filed, hits. A table that lacks a column, or a month without issues, gives nothing."""
    table = one.tables[0]
    if not {MONTH, FILED, HITS} <= set(table.columns):
        return []
    places = [table.columns.index(column) for column in (MONTH, FILED, HITS)]
    found = [tuple(row[place] for place in places) for row in table.rows]
    return [
        (month, filed, hits)
        for month, filed, hits in found
        if isinstance(month, str) and isinstance(filed, int) and isinstance(hits, int) and filed
    ]
