"""Tables of meter readings by the names of their columns: those of known trackers, and one plain form for CSV files.

The unit is never told from the size of a figure: 1 may be one percent or all of it, and programs write fractions under
the very names under which others write percent. So a table is read only if its program is known to write percent, or
if its column says so. All columns of a table have to be there, except those of `Columns.optional`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from generator.importers.base import SkipLineError
from generator.importers.meters.polls import KEYS
from generator.importers.values import account, moment, share, to_minute
from generator.records.rows import MeterReading, SkipReason, SourceRef, Window

Cell = str | float | None
Row = Mapping[str, Cell]


@dataclass(frozen=True)
class Gauge:
    """Columns of one meter. `window` is fixed, or stands in `window_column` by a name or in minutes."""

    used: str
    window: Window | None = None
    window_column: str = ""
    resets_at: str = ""


@dataclass(frozen=True)
class Columns:
    """Columns of one table. `provider`: rows of another service than `PROVIDERS` are none of ours.

    `windows_known`: the table's windows are among `WINDOWS`, so that another name is a mistake and not a new meter.
    """

    time: str
    gauges: tuple[Gauge, ...]
    account: str = ""
    provider: str = ""
    optional: frozenset[str] = frozenset()
    windows_known: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Every column that is read, once."""
        gauges = (name for gauge in self.gauges for name in (gauge.used, gauge.window_column, gauge.resets_at))
        return tuple(dict.fromkeys(name for name in (self.time, self.account, self.provider, *gauges) if name))

    def fits(self, names: Collection[str]) -> bool:
        """Has a table with these columns all that are needed?"""
        return set(self.names) - self.optional <= set(names)


_TIMES = frozenset({
    "at", "captured_at", "created_at", "fetched_at", "polled_at", "recorded_at", "time", "timestamp", "ts",
})  # fmt: skip
_SHARE = re.compile(r"used(?:_?p(?:er)?ce?n?t)?|utili[sz]ation|(?:five_?hour|seven_?day)\w*")

PROVIDERS = frozenset({"claude", "anthropic", "claude-code", "claude_code"})
WINDOWS = {
    **{key.replace("_", ""): window for window, key in KEYS.items()},
    **dict.fromkeys(("5h", "300"), Window.FIVE_HOUR),
    **dict.fromkeys(("7d", "10080"), Window.SEVEN_DAY),
}
"""Windows by the names of the usage endpoint, in small letters without anything between, and by their minutes."""

HISTORY = Columns(
    "timestamp",
    (
        Gauge("five_hour_utilization", Window.FIVE_HOUR, resets_at="five_hour_resets_at"),
        Gauge("seven_day_utilization", Window.SEVEN_DAY, resets_at="seven_day_resets_at"),
        Gauge("opus_utilization", Window.SEVEN_DAY_OPUS, resets_at="opus_resets_at"),
        Gauge("sonnet_utilization", Window.SEVEN_DAY_SONNET, resets_at="sonnet_resets_at"),
    ),
)
LONG = Columns(
    "timestamp",
    (Gauge("utilization", window_column="bucket", resets_at="resets_at"),),
    account="account_name",
)
MENU_BAR = Columns(
    "fetched_at",
    (
        Gauge("primary_used_pct", window_column="primary_window_minutes", resets_at="primary_resets_at"),
        Gauge("secondary_used_pct", window_column="secondary_window_minutes", resets_at="secondary_resets_at"),
    ),
    provider="provider",
)
TABLES = {"usage_history": (HISTORY,), "usage_snapshots": (LONG, MENU_BAR)}
"""Tables of known programs, which keep what the usage endpoint states."""

DOCUMENT = Columns(
    "timestamp", (Gauge("fiveHourUsagePercent", Window.FIVE_HOUR), Gauge("weeklyUsagePercent", Window.SEVEN_DAY))
)
"""Elements of the list `snapshots` in a JSON document of a known program."""

PLAIN = Columns(
    "time",
    (Gauge("used_percent", window_column="window", resets_at="resets_at"),),
    account="account",
    optional=frozenset({"resets_at", "account"}),
    windows_known=True,
)
"""The form in which anybody can keep readings as CSV: a row for each window at each time."""


def known(table: str, names: Collection[str]) -> Columns | None:
    """What the columns of a database's table mean; None for a table of no known program."""
    return next((columns for columns in TABLES.get(table, ()) if columns.fits(names)), None)


def is_alike(names: Collection[str]) -> bool:
    """Is it by its columns a table of readings at times, whatever program wrote it?"""
    lowered = {name.lower() for name in names}
    return bool(lowered & _TIMES) and any(map(_SHARE.fullmatch, lowered))


def readings(row: Row, columns: Columns, source: SourceRef, key: bytes) -> Iterator[MeterReading]:
    """Readings of one row; an empty cell and a window of another name give none. Raises SkipLineError."""
    if columns.provider and str(row.get(columns.provider) or "").strip().lower() not in PROVIDERS:
        return
    used = [
        (window, gauge, value)
        for gauge in columns.gauges
        if (value := number(row.get(gauge.used))) is not None
        and (window := _window(row, gauge, certain=columns.windows_known)) is not None
    ]
    if not used:
        return
    at = _time(row.get(columns.time))
    if at is None:
        raise SkipLineError(SkipReason.NO_TIME)
    owner = account(str(row.get(columns.account) or "") if columns.account else None, key)
    for window, gauge, value in used:
        reset = _time(row.get(gauge.resets_at))
        yield MeterReading(
            account=owner,
            window=window,
            at=at,
            used=share(value),
            resets_at=None if reset is None else to_minute(reset),
            source=source,
        )


def unknown_windows(row: Row, columns: Columns) -> int:
    """How many meters of a row of ours state a share for a window without a name here."""
    if columns.provider and str(row.get(columns.provider) or "").strip().lower() not in PROVIDERS:
        return 0
    return sum(
        number(row.get(gauge.used)) is not None and _window(row, gauge, certain=False) is None
        for gauge in columns.gauges
    )


def _window(row: Row, gauge: Gauge, *, certain: bool) -> Window | None:
    """The window of a meter, None for one without a name here. Raises SkipLineError where it must have one."""
    if gauge.window is not None:
        return gauge.window
    value = row.get(gauge.window_column)
    text = f"{value:.0f}" if isinstance(value, float) else str(value or "")
    window = WINDOWS.get(re.sub(r"[^a-z0-9]", "", text.lower()))
    if window is None and certain:
        raise SkipLineError(SkipReason.BAD_FIELD)
    return window


def number(cell: Cell) -> float | None:
    """The percentage of a cell, None for an empty one. A comma is a decimal comma: no share has thousands."""
    if cell is None or isinstance(cell, float):
        return cell
    text = cell.strip().removesuffix("%").rstrip()
    if not text:
        return None
    if not re.fullmatch(r"-?[0-9]{1,12}(?:[.,][0-9]{1,17})?", text):
        raise SkipLineError(SkipReason.BAD_FIELD)
    return float(text.replace(",", "."))


def _time(cell: Cell) -> datetime | None:
    """The time in UTC; None for an empty cell and for zero. Raises SkipLineError."""
    value = cell.strip() if isinstance(cell, str) else cell
    return None if value in (None, "", "0", 0) else moment(value)
