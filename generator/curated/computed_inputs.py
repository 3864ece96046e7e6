"""What a computation reads from the tables of the record that names it; what lacks it is refused with its place."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from generator.base.problems import Problem
from generator.curated.checking import did_you_mean
from generator.curated.entries import Entry, Outside, sound
from generator.curated.measurements import Computation, Published, PublishedTable
from generator.curated.yamlfile import Where, clipped

Span = tuple[date, date]
"""First and last day."""

ARTICLE: Span = (date(2026, 3, 17), date(2026, 3, 23))
"""The article's week; a test holds it to content/case.yml."""

_MOST = 100_000  # sessions or tasks of one row
_DAY = re.compile(r"2026-[0-9]{2}-[0-9]{2}")


class CellKind(StrEnum):
    """What each cell of a column must be."""

    DAY = "a day of 2026 such as 2026-03-17"
    MONTH = "a month such as 2026-03"
    HOUR = "an hour such as 07:24"
    POSITIVE = "a number above 0"
    COUNT = f"a whole number from 0 to {_MOST}"
    VERSION = "a version such as 2.1.88"


_FORMS = {
    CellKind.MONTH: re.compile(r"20[0-9]{2}-(?:0[1-9]|1[0-2])"),
    CellKind.HOUR: re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"),
    CellKind.VERSION: re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,4}){1,3}"),
}


@dataclass(frozen=True)
class Input:
    """A table that must be there: the kind of each column that is read, and the days that need rows."""

    table: str
    columns: Mapping[str, CellKind]
    spans: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)  # by a name in words; one row is enough
    within: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # columns whose sum is no more than the key's
    day: str = "Day"
    least: int = 2  # days inside the spans


OUTSIDE_ARTICLE: tuple[Span, ...] = ((date(2026, 1, 1), date(2026, 3, 16)), (date(2026, 3, 24), date(2026, 12, 31)))
BEFORE_CHANGE: Span = (date(2026, 2, 21), date(2026, 3, 4))
"""Runs before 2.1.69, the first client whose cost differs."""
PLATEAU: Span = (date(2026, 3, 14), date(2026, 3, 27))
"""Days of the doubled allowance (E-049: from 13 March, 17:16 UTC, until the night of 27 March)."""
OUTSIDE_PLATEAU: tuple[Span, ...] = ((date(2026, 1, 1), date(2026, 3, 13)), (date(2026, 3, 28), date(2026, 12, 31)))
NAMED: Span = (date(2026, 3, 15), date(2026, 12, 31))
"""Whole days on which the tool could name a cause (its Agent SDK went from 0.2.50 to 0.2.76 on 14 March, 15:09 UTC)."""
UNTIL_LIMITS: Span = (date(2026, 1, 1), date(2026, 3, 29))
"""To the end of the week in which the promotion ended."""
FROM_LIMITS: Span = (date(2026, 3, 30), date(2026, 12, 31))

INPUTS: Mapping[Computation, Input] = {
    Computation.SAME_TASKS: Input(
        table="runs",
        columns={
            "Day": CellKind.DAY,
            "Hour": CellKind.HOUR,
            "Client version": CellKind.VERSION,
            "Tasks": CellKind.COUNT,
            "USD a run": CellKind.POSITIVE,
            "USD a task": CellKind.POSITIVE,
            "Seconds": CellKind.POSITIVE,
            "Slow seconds": CellKind.POSITIVE,
            "Over 120 s": CellKind.COUNT,
        },
        spans={
            "17 to 23 March 2026": (ARTICLE,),
            "the days outside 17 to 23 March 2026": OUTSIDE_ARTICLE,
            "21 February to 4 March 2026": (BEFORE_CHANGE,),
            "14 to 27 March 2026": (PLATEAU,),
            "the days outside 14 to 27 March 2026": OUTSIDE_PLATEAU,
        },
        within={"Tasks": ("Over 120 s",)},
    ),
    Computation.AGENT_ERRORS: Input(
        table="days",
        columns={
            "Day": CellKind.DAY,
            "Sessions": CellKind.COUNT,
            "Server errors": CellKind.COUNT,
            "Limit refusals": CellKind.COUNT,
            "Unnamed failures": CellKind.COUNT,
        },
        spans={
            "17 to 23 March 2026": (ARTICLE,),
            "the days outside 17 to 23 March 2026": OUTSIDE_ARTICLE,
            "15 to 29 March 2026": ((NAMED[0], UNTIL_LIMITS[1]),),
            "the days from 30 March 2026": (FROM_LIMITS,),
        },
        within={"Sessions": ("Server errors", "Limit refusals", "Unnamed failures")},
    ),
    Computation.ISSUES_BY_MONTH: Input(
        table="months",
        columns={"Month": CellKind.MONTH, "Filed": CellKind.POSITIVE, "Hits": CellKind.COUNT},
        within={"Filed": ("Hits",)},
    ),
}


def input_rows(one: Published) -> list[list[Any]]:
    """The cells that its computation reads, row by row, in the order of `INPUTS`; for a record that was checked."""
    wanted = INPUTS[one.computed] if one.computed else None
    table = next((table for table in one.tables if wanted and table.id == wanted.table), None)
    if wanted is None or table is None:
        return []
    places = [table.columns.index(column) for column in wanted.columns]
    return [[row[place] for place in places] for row in table.rows]


def inputs_are_there(entries: Sequence[Entry], _: Outside) -> Iterator[Problem]:
    """Each computation finds its table, its columns, cells that it can use, and days to compare."""
    for entry, one in sound(entries, Published):
        needed = INPUTS.get(one.computed) if one.computed else None
        if needed is None:
            continue
        place = next((at for at, table in enumerate(one.tables) if table.id == needed.table), None)
        if place is None:
            message = f'"{one.computed}" is worked out from a table "{needed.table}", which is not there'
            yield entry.problem(("computed",), "W-missing", message, f"columns: {', '.join(needed.columns)}")
        else:
            yield from _table(entry, ("tables", place), one.tables[place], needed)


def _table(entry: Entry, where: Where, table: PublishedTable, needed: Input) -> Iterator[Problem]:
    missing = [column for column in needed.columns if column not in table.columns]
    for column in missing:
        hint = did_you_mean(column, [name for name in table.columns if name not in needed.columns])
        yield entry.problem((*where, "columns"), "W-missing", f'the computation reads a column "{column}"', hint)
    even = all(len(row) == len(table.columns) for row in table.rows) and len(set(table.columns)) == len(table.columns)
    if missing or not even:  # what is uneven is reported where tables are checked
        return
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    wrong = False
    for number, row in enumerate(rows):
        for column, kind in needed.columns.items():
            if not _fits(row[column], kind):
                wrong = True
                place = (*where, "rows", number, table.columns.index(column))
                yield entry.problem(place, "W-value", f'"{clipped(str(row[column]))}" in "{column}" must be {kind}')
    if not wrong:
        yield from _sums(entry, where, rows, needed)
        yield from _days(entry, where, rows, needed)


def _sums(entry: Entry, where: Where, rows: Sequence[Mapping[str, Any]], needed: Input) -> Iterator[Problem]:
    for number, row in enumerate(rows):
        for whole, parts in needed.within.items():
            if sum(row[part] for part in parts) > row[whole]:
                message = f'more in {", ".join(parts)} than in "{whole}"'
                yield entry.problem((*where, "rows", number), "W-order", message)


def _days(entry: Entry, where: Where, rows: Sequence[Mapping[str, Any]], needed: Input) -> Iterator[Problem]:
    """A day counts if something was measured on it."""
    if not needed.spans:
        return
    whole = next(iter(needed.within))
    days = {date.fromisoformat(row[needed.day]) for row in rows if row[whole]}
    for words, spans in needed.spans.items():
        if sum(any(first <= day <= last for first, last in spans) for day in days) < needed.least:
            message = f"the computation compares {words}: at least {needed.least} days there need a row"
            yield entry.problem((*where, "rows"), "W-length", message)


def _fits(cell: object, kind: CellKind) -> bool:
    if isinstance(cell, bool):
        return False
    match kind:
        case CellKind.DAY:
            return isinstance(cell, str) and _DAY.fullmatch(cell) is not None and _is_day(cell)
        case CellKind.MONTH | CellKind.HOUR | CellKind.VERSION:
            return isinstance(cell, str) and _FORMS[kind].fullmatch(cell) is not None
        case CellKind.COUNT:
            return isinstance(cell, int) and 0 <= cell <= _MOST
        case CellKind.POSITIVE:
            return isinstance(cell, (int, float)) and math.isfinite(cell) and 0 < cell <= _MOST


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
