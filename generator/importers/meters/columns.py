"""What the columns of a table of meter readings mean: where each window's share stands, in which unit, of which zone.

The unit is never told from the size of a figure: 1 may be one percent or all of it, and trackers exist that write
fractions under the very names under which others write percent. It is known from the name of a column that says
percent, from a table whose program is known, or from a mapping that the user wrote (`mapping`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum

from generator.importers.base import SkipLineError
from generator.importers.values import account, amount, moment, share, to_minute
from generator.records.rows import MeterReading, SkipReason, SourceRef, Window

LARGEST_SHARE = 1000.0
Cell = str | float | None
Row = Mapping[str, Cell]


class Unit(StrEnum):
    """Unit of a column."""

    PERCENT = "percent"
    FRACTION = "fraction"


@dataclass(frozen=True)
class Gauge:
    """Columns of one meter. `window` is fixed, or stands in `window_column` by a name or in minutes."""

    used: str
    window: Window | None = None
    window_column: str = ""
    resets_at: str = ""


@dataclass(frozen=True)
class Columns:
    """Columns of one table. `provider`: rows of another service than `PROVIDERS` are none of ours."""

    time: str
    unit: Unit
    gauges: tuple[Gauge, ...]
    account: str = ""
    provider: str = ""
    zone: tzinfo | None = None  # of times that state none; without it they are refused

    @property
    def names(self) -> tuple[str, ...]:
        """Every column that is read, once."""
        gauges = (name for gauge in self.gauges for name in (gauge.used, gauge.window_column, gauge.resets_at))
        return tuple(dict.fromkeys(name for name in (self.time, self.account, self.provider, *gauges) if name))


PROVIDERS = frozenset({"claude", "anthropic", "claude-code", "claude_code"})
WINDOWS = {
    **dict.fromkeys(("fivehour", "5h", "session", "300"), Window.FIVE_HOUR),
    **dict.fromkeys(("sevenday", "7d", "weekly", "week", "weeklyall", "sevendayall", "10080"), Window.SEVEN_DAY),
    **dict.fromkeys(("sevendayopus", "weeklyopus", "opus"), Window.SEVEN_DAY_OPUS),
    **dict.fromkeys(("sevendaysonnet", "weeklysonnet", "sonnet"), Window.SEVEN_DAY_SONNET),
    **dict.fromkeys(("extrausage", "extra"), Window.EXTRA_USAGE),
}
"""Names of windows in small letters without anything between; minutes as a table of CodexBar's kind states them."""

TIMES = ("timestamp", "capturedat", "fetchedat", "recordedat", "observedat", "polledat", "ts", "time")
ACCOUNTS = ("accountname", "accountid", "accountuuid", "account")
_PERCENT = re.compile(
    r"(fivehour|5h|session|sevenday|7d|weekly|sevendayall|sevendayopus|weeklyopus|sevendaysonnet|weeklysonnet"
    r"|primary|secondary)(?:used|usage|utilization|util)?(?:percent|percentage|pct)"
)

HISTORY = Columns(
    "timestamp",
    Unit.PERCENT,
    (
        Gauge("five_hour_utilization", Window.FIVE_HOUR, resets_at="five_hour_resets_at"),
        Gauge("seven_day_utilization", Window.SEVEN_DAY, resets_at="seven_day_resets_at"),
        Gauge("opus_utilization", Window.SEVEN_DAY_OPUS, resets_at="opus_resets_at"),
        Gauge("sonnet_utilization", Window.SEVEN_DAY_SONNET, resets_at="sonnet_resets_at"),
    ),
)
LONG = Columns(
    "timestamp",
    Unit.PERCENT,
    (Gauge("utilization", window_column="bucket", resets_at="resets_at"),),
    account="account_name",
)
TABLES = {"usage_history": HISTORY, "usage_snapshots": LONG}
"""Tables of known programs, which keep what the usage endpoint states; all their columns have to be there."""


def known(names: Collection[str], table: str = "") -> Columns | None:
    """What the columns mean, where the source tells; None where a mapping is needed."""
    of_program = TABLES.get(table)
    if of_program is not None and set(of_program.names) <= set(names):
        return of_program
    plain = {_plain(name): name for name in names}
    time = next((plain[name] for name in TIMES if name in plain), "")
    provider = plain.get("provider", "")
    gauges = tuple(gauge for name in plain if (gauge := _gauge(name, plain, provider)) is not None)
    if not time or not gauges:
        return None
    owner = next((plain[name] for name in ACCOUNTS if name in plain), "")
    return Columns(time, Unit.PERCENT, gauges, account=owner, provider=provider)


def _gauge(name: str, plain: Mapping[str, str], provider: str) -> Gauge | None:
    """The meter of a column whose name says percent."""
    match = _PERCENT.fullmatch(name)
    if match is None:
        return None
    stem = match.group(1)
    resets = next((plain[stem + end] for end in ("resetsat", "resetat", "resettime") if stem + end in plain), "")
    if stem not in ("primary", "secondary"):
        return Gauge(plain[name], WINDOWS[stem], resets_at=resets)
    minutes = plain.get(f"{stem}windowminutes")
    return Gauge(plain[name], window_column=minutes, resets_at=resets) if minutes and provider else None


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def readings(row: Row, columns: Columns, source: SourceRef, key: bytes) -> Iterator[MeterReading]:
    """Readings of one row; an empty cell and a window of another name give none. Raises SkipLineError."""
    if columns.provider and str(row[columns.provider] or "").strip().lower() not in PROVIDERS:
        return
    stated = [(window, gauge) for gauge in columns.gauges if (window := _window(row, gauge)) is not None]
    used = [
        (window, gauge, value)
        for window, gauge in stated
        if (value := number(row[gauge.used], columns.unit)) is not None
    ]
    if not used:
        return
    at = _time(row[columns.time], columns.zone)
    if at is None:
        raise SkipLineError(SkipReason.NO_TIME)
    owner = account(str(row[columns.account] or "") if columns.account else None, key)
    for window, gauge, value in used:
        reset = _time(row[gauge.resets_at], columns.zone) if gauge.resets_at else None
        yield MeterReading(
            account=owner,
            window=window,
            at=at,
            used=share(value) if columns.unit is Unit.PERCENT else amount(value, LARGEST_SHARE),
            resets_at=None if reset is None else to_minute(reset),
            source=source,
        )


def _window(row: Row, gauge: Gauge) -> Window | None:
    if gauge.window is not None:
        return gauge.window
    value = row[gauge.window_column]
    text = f"{value:.0f}" if isinstance(value, float) else str(value or "")
    return WINDOWS.get(_plain(text))


def number(cell: Cell, unit: Unit) -> float | None:
    """The figure of a cell, None for an empty one. A comma is a decimal comma: no share has thousands."""
    if cell is None or isinstance(cell, float):
        return cell
    text = cell.strip()
    if unit is Unit.PERCENT:
        text = text.removesuffix("%").rstrip()
    if not text:
        return None
    if not re.fullmatch(r"-?[0-9]{1,12}(?:[.,][0-9]{1,17})?", text):
        raise SkipLineError(SkipReason.BAD_FIELD)
    return float(text.replace(",", "."))


def _time(cell: Cell, zone: tzinfo | None) -> datetime | None:
    """The time in UTC; None for an empty cell and for zero. Raises SkipLineError."""
    value = cell.strip() if isinstance(cell, str) else cell
    if value in (None, "", "0", 0):
        return None
    if zone is not None and isinstance(value, str):
        value = _placed(value, zone)
    return moment(value)


def _placed(text: str, zone: tzinfo) -> str:
    """The time with the zone, if it states none. Raises SkipLineError for an hour that clocks show twice or never."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    if at.tzinfo is not None:
        return text
    early, late = at.replace(tzinfo=zone, fold=0), at.replace(tzinfo=zone, fold=1)
    if early.utcoffset() != late.utcoffset():
        raise SkipLineError(SkipReason.NAIVE_TIME)
    return early.isoformat()
