"""What was recorded of each meter, in a table: how long, how dense, how often reset."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from generator.cli.terminal.tables import print_rows
from generator.cli.terminal.words import say
from generator.ledger.subjects import RESET_JITTER
from generator.records.rows import MeterReading, Window

if TYPE_CHECKING:
    from rich.console import Console

LONG = timedelta(minutes=30)  # a longer time without a reading is a gap


@dataclass(frozen=True)
class Series:
    """One meter of one account. `falls`: falls for which no reset is stated; `gaps`: times without a reading."""

    account: str
    window: Window
    readings: int
    first: datetime
    last: datetime
    used: float
    highest: float
    resets: int
    falls: int
    gaps: tuple[timedelta, ...]


def series(readings: Iterable[MeterReading]) -> list[Series]:
    """One entry for each account and window, by account and then as `Window` orders them."""
    meters: dict[tuple[str, Window], list[MeterReading]] = {}
    for reading in sorted(readings, key=lambda reading: reading.at):
        meters.setdefault((reading.account, reading.window), []).append(reading)
    order = list(Window)
    return [_series(rows) for _, rows in sorted(meters.items(), key=lambda item: (item[0][0], order.index(item[0][1])))]


def _series(rows: Sequence[MeterReading]) -> Series:
    steps = list(pairwise(rows))
    resets, falls = _changes(rows)
    return Series(
        account=rows[0].account,
        window=rows[0].window,
        readings=len(rows),
        first=rows[0].at,
        last=rows[-1].at,
        used=rows[-1].used,
        highest=max(row.used for row in rows),
        resets=resets,
        falls=falls,
        gaps=tuple(after.at - before.at for before, after in steps if after.at - before.at > LONG),
    )


def _changes(rows: Sequence[MeterReading]) -> tuple[int, int]:
    """How often the meter was reset, and how often it fell without a reset that is stated.

    A session that waits repeats the values of a window that is over: the way back from them is neither.
    """
    resets = falls = 0
    latest: datetime | None = None  # end of the newest window so far
    for before, after in pairwise(rows):
        latest = before.resets_at if latest is None else max(latest, before.resets_at or latest)
        is_old = before.resets_at is not None and latest is not None and latest - before.resets_at > RESET_JITTER
        if _is_reset(before, after):
            resets += not is_old
        elif after.used < before.used:
            falls += not is_old
    return resets, falls


def _is_reset(before: MeterReading, after: MeterReading) -> bool:
    """Was the window reset between two readings? Its time moved on, or had come and the meter stands lower."""
    first, second = before.resets_at, after.resets_at
    if first is None:
        return False
    moved_on = second is not None and second - first > RESET_JITTER
    return moved_on or (after.at >= first and after.used < before.used)


def print_series(console: Console, readings: Iterable[MeterReading]) -> None:
    """One row a meter. Accounts are numbered, since their names are not kept."""
    found = series(readings)
    accounts = {name: f"account {number}" for number, name in enumerate(dict.fromkeys(row.account for row in found), 1)}
    names = (
        "meter",
        "readings",
        "first (UTC)",
        "last (UTC)",
        "last value",
        "highest",
        "resets",
        "falls",
        "gaps",
        "longest",
    )
    rows = [
        (
            f"{accounts[row.account]}, {row.window.value}" if len(accounts) > 1 else row.window.value,
            f"{row.readings:,}",
            f"{row.first:%Y-%m-%d %H:%M}",
            f"{row.last:%Y-%m-%d %H:%M}",
            f"{row.used:.1%}",
            f"{row.highest:.1%}",
            str(row.resets),
            str(row.falls),
            str(len(row.gaps)),
            _hours(max(row.gaps, default=timedelta())),
        )
        for row in found
    ]
    if not found:
        console.print("No meter reading was found.")
        return
    print_rows(console, "Meters", names, rows)
    say(console, "Gaps: more than 30 minutes without a reading. Falls: without a reset that is stated.")


def _hours(length: timedelta) -> str:
    return f"{length / timedelta(hours=1):.1f} h" if length else "-"
