"""Client or date: one version over time, and one day over versions."""

from __future__ import annotations

from collections.abc import Sequence

from generator.curated.measurements import Cell, PublishedTable
from generator.dossier.computed.public import by, percent
from generator.dossier.computed.unread_steps import DURING, PERIODS, Soon, counts
from generator.ledger.subjects import version_key
from generator.statistics.rates import exact_rate

LEAST = 20  # steps of a version on one day that is compared
OLD = (2, 1, 62)  # the oldest client seen in the period; versions before it are added up in the table
LAST_CLEAN = (2, 1, 72)  # the newest client seen before the period


def by_version(rows: Sequence[Soon]) -> PublishedTable:
    """Each client version with its counts in the three periods."""
    found = []
    for key, some in by(rows, lambda row: _version(row.version)).items():
        days = sorted(row.day for row in some)
        sides: list[Cell] = []
        for period in PERIODS:
            sides += reversed(counts([row for row in some if row.period == period]))
        name = "before 2.1.62" if key < OLD else ".".join(map(str, key))
        sets = sorted({row.set for row in some})
        named = ", ".join(sets) if len(sets) <= 2 else f"{len(sets)} sets"  # noqa: PLR2004  as many as a cell holds
        found.append((name, str(days[0]), str(days[-1]), *sides, named))
    columns = ("Version", "From", "To", *SIDES, "Sets")
    return PublishedTable(
        id="versions",
        title="One version over time",
        columns=columns,
        rows=tuple(found),
        note=(
            "No version was in use for long on both sides of 13 March. What parts client and date is 2.1.62: it is "
            "older than the clients that are clean from 2 to 12 March, and shows it on 25 March."
        ),
    )


SIDES = (
    *("Requests before 13 March", "Not read before"),
    *("Requests to 6 May", "Not read to 6 May"),
    *("Requests after", "Not read after"),
)


def _version(version: str) -> tuple[int, ...]:
    key = version_key(version)
    return (0,) if key < OLD else key


def by_day_and_version(rows: Sequence[Soon]) -> PublishedTable:
    """Days of the period on which two or more versions made twenty such requests."""
    found: list[tuple[Cell, ...]] = []
    for day, some in by((row for row in rows if row.period == DURING), lambda row: row.day).items():
        versions = {key: part for key, part in by(some, _key).items() if len(part) >= LEAST}
        if len(versions) < 2:  # noqa: PLR2004  nothing to compare
            continue
        for key, part in versions.items():
            hits, trials = counts(part)
            rate = exact_rate(hits, trials)
            name = ".".join(map(str, key[0]))
            found.append(
                (str(day), name, key[1], trials, hits, *map(percent, (rate.value, rate.low, rate.high))),
            )
    columns = ("Day", "Version", "Set", "Requests", "Not read", "Percent", "Low", "High")
    title = "One day over versions"
    return PublishedTable(id="one-day", title=title, columns=columns, rows=tuple(found))


def _key(row: Soon) -> tuple[tuple[int, ...], str]:
    return (version_key(row.version), row.set)


def old_client(during: Sequence[Soon]) -> list[Soon]:
    """Requests of clients up to 2.1.62."""
    return [row for row in during if row.version and version_key(row.version) <= OLD]


def newer_clients(before: Sequence[Soon]) -> list[Soon]:
    """Requests of clients from 2.1.63 to 2.1.72."""
    return [row for row in before if OLD < version_key(row.version) <= LAST_CLEAN]
