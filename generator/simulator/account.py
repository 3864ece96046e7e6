"""One account: which client runs when, how long its caches live, and what its calls cost the meter."""

from __future__ import annotations

import random
from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from generator.ledger.prices import list_rates
from generator.records.rows import Speed
from generator.simulator.made import Made
from generator.simulator.transcript import Usage

RELEASES = (
    ("2.1.27", date(2026, 1, 30)), ("2.1.39", date(2026, 2, 10)), ("2.1.49", date(2026, 2, 20)),
    ("2.1.62", date(2026, 2, 27)),
    ("2.1.69", date(2026, 3, 5)), ("2.1.76", date(2026, 3, 14)), ("2.1.81", date(2026, 3, 20)),
    ("2.1.88", date(2026, 3, 30)), ("2.1.97", date(2026, 4, 8)), ("2.1.104", date(2026, 4, 13)),
    ("2.1.117", date(2026, 4, 22)), ("2.1.126", date(2026, 5, 1)), ("2.1.140", date(2026, 5, 14)),
    ("2.1.172", date(2026, 6, 10)), ("2.1.185", date(2026, 6, 20)), ("2.1.196", date(2026, 6, 29)),
    ("2.1.220", date(2026, 7, 28)),
)  # fmt: skip
"""Versions that this account updates to, near their real dates (changelog; log-formats section 9)."""

SECOND = (
    ("2.1.38", "2.1.41", date(2026, 2, 9)),
    ("2.1.103", "2.1.106", date(2026, 4, 12)),
    ("2.1.130", "2.1.131", date(2026, 5, 6)),
)
"""Versions of a second installation that seldom updates and signs in with an API key, and what each updates to."""

FAULTY = ("2.1.88", date(2026, 3, 30))
"""A client with known faults: resume misses, cleared thinking, placeholders, running totals (research 2.2)."""

READ_WEIGHT = 0.003  # of the input price; the weight that the best public meter data give a read (research 2.3)
BATCH = 0.5  # of the list price
FALL_LASTS = timedelta(days=2)  # how long a fall of the lifetime lasts
LATE_LASTS = timedelta(days=6)  # how long newest entries are late
LATE_SHARE = 0.04  # of the calls within seconds; in three public sets that show it 2.4 %, 4.4 % and 8 %


@dataclass(frozen=True)
class Refusal:
    """A limit refusal that the client wrote."""

    at: datetime
    session: str
    message: str  # the call before it
    polled: bool  # was the meter surely read just before?


@dataclass
class Account:
    """What the sessions of one account share."""

    spent: list[tuple[datetime, float]] = field(default_factory=list)  # when a call is posted, and its USD
    falls: list[tuple[datetime, datetime]] = field(default_factory=list)
    fallen: set[str] = field(default_factory=set)  # versions
    quiet: list[tuple[datetime, datetime]] = field(default_factory=list)  # no refusal here: it would explain a fall
    refusals: list[Refusal] = field(default_factory=list)
    late: tuple[datetime, datetime] | None = None  # when the newest entry of the cache is now and then not read
    unread: list[Made] = field(default_factory=list)  # calls that did not read it

    def be_late(self, at: datetime) -> None:
        """Let the newest entries be late from now on, for some days; once."""
        self.late = self.late or (at, at + LATE_LASTS)

    def is_late(self, at: datetime, rng: random.Random) -> bool:
        """Is the newest entry not yet there? Outside of that time nothing is drawn from `rng`."""
        return self.late is not None and self.late[0] <= at < self.late[1] and rng.random() < LATE_SHARE

    def lifetime(self, at: datetime) -> str:
        """Lifetime that the first installation's main threads write with."""
        return "5m" if any(start <= at < end for start, end in self.falls) else "1h"

    def fall(self, at: datetime) -> None:
        """Let the lifetime fall from the midnight after next on, for two days; once a version.

        A version in which it fell twice would look like two accounts that take turns.
        """
        midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
        start, end = midnight + timedelta(days=2), midnight + timedelta(days=2) + FALL_LASTS
        version = current(at - timedelta(days=1))
        if version in self.fallen or version != current(end):
            return
        self.fallen.add(version)
        self.falls.append((start, end))
        self.quiet.append((at, end))

    def may_refuse(self, at: datetime) -> bool:
        """Would a refusal here explain nothing that is planted?"""
        return not any(start <= at < end for start, end in self.quiet)

    def spend(self, at: datetime, model: str, usage: Usage, speed: str, *, prompt: int, batch: bool) -> float:
        """Charge one call to the meter: its list price in USD, but reads at their weight. `prompt`: the longest."""
        price = list_rates(model, at.date(), prompt, Speed(speed))
        if price is None:
            return 0.0
        write = price.cache_write_1h if usage.lifetime == "1h" else price.cache_write_5m
        usd = usage.written * write + usage.output * price.output
        usd += (usage.uncached + READ_WEIGHT * usage.read) * price.input
        usd *= BATCH if batch else 1.0
        self.spent.append((at, usd))
        return usd


def current(at: datetime) -> str:
    """The version that the first installation runs."""
    number = bisect_right(RELEASES, at.date(), key=lambda release: release[1])
    return RELEASES[max(0, number - 1)][0]


def second(at: datetime) -> str:
    """The version that the second installation runs."""
    number = bisect_right(SECOND, at.date(), key=lambda release: release[2])
    return SECOND[max(0, number - 1)][0]


def faulty(at: datetime) -> str:
    """A client with known faults, or the current one where that is not out yet."""
    return FAULTY[0] if at.date() >= FAULTY[1] else current(at)


def updated(version: str) -> str:
    """The version after an update; one that no installation of this account runs otherwise."""
    for old, new, _ in SECOND:
        if version in (old, new):
            return new
    names = [name for name, _ in RELEASES]
    if version not in names:
        return version
    return version.rsplit(".", 1)[0] + f".{int(version.rsplit('.', 1)[1]) + 1}"
