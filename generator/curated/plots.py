"""What can be drawn of a table: each mistake of a plot, and of a cell that it draws, at its place."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from generator.base.problems import Problem
from generator.curated.checking import did_you_mean
from generator.curated.entries import Entry, Outside, sound
from generator.curated.measurements import Plot, Published, PublishedTable
from generator.curated.yamlfile import Where, clipped

MOST = 10**15  # of a number that is drawn: beyond it the axis, with its room for labels, is not exact
RESERVED = frozenset(
    {
        *("constructor", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable"),
        *("toLocaleString", "toString", "valueOf", "__proto__"),
        *("__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__"),
    }
)
"""Properties that every object of JavaScript has (ECMA-262, 20.1.3): Vega takes them for marks that it made before."""
_DAY = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}")
_MONTH = re.compile(r"20[0-9]{2}-(?:0[1-9]|1[0-2])")
_HOUR = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_COUNTS = {"bars": (1, 1), "spans": (2, 2), "months": (1, 3), "days": (1, 1), "runs": (1, 1)}
_BY_DAY = frozenset({"days", "runs"})


def plots_can_be_drawn(entries: Sequence[Entry], _: Outside) -> Iterator[Problem]:
    """Each plot of a table whose rows are as long as it is wide: the others have their own mistake."""
    for entry, one in sound(entries, Published):
        for place, table in enumerate(one.tables):
            if table.plot and all(len(row) == len(table.columns) for row in table.rows):
                yield from _plot(entry, ("tables", place), table, table.plot)


def _plot(entry: Entry, where: Where, table: PublishedTable, plot: Plot) -> Iterator[Problem]:
    at: Where = (*where, "plot")
    named = ("label", "group", "low", "high", "panel", "hour", "name")
    wanted: list[tuple[Where, str]] = [((field,), getattr(plot, field)) for field in named if getattr(plot, field)]
    wanted += [(("values", number), column) for number, column in enumerate(plot.values)]
    unknown = [(path, column) for path, column in wanted if column not in table.columns]
    for path, column in unknown:
        hint = did_you_mean(column, table.columns)
        yield entry.problem((*at, *path), "W-ref", f'no column "{clipped(column)}"', hint)
    if (plot.low is None) != (plot.high is None):
        yield entry.problem(at, "W-missing", "an interval needs both low and high")
    if len(plot.band) == 1:
        yield entry.problem((*at, "band"), "W-length", "a shaded stretch needs its first and its last day")
    elif plot.band and plot.band[1] < plot.band[0]:
        yield entry.problem((*at, "band", 1), "W-order", "the end is before the start")
    least, most = _COUNTS[plot.kind]
    if not least <= len(plot.values) <= most:
        yield entry.problem((*at, "values"), "W-length", f"{plot.kind} needs {least} values")
    elif not unknown:
        yield from _words(entry, at, plot)
        yield from _cells(entry, where, table, plot)


def _words(entry: Entry, at: Where, plot: Plot) -> Iterator[Problem]:
    """The axis is part of an expression of Vega, which reads a backslash there in its own way."""
    if "\\" in plot.axis:
        yield entry.problem((*at, "axis"), "W-char", "a backslash cannot be drawn here", "leave it out")
    titles: list[tuple[Where, str]] = [(("axis",), plot.axis)]
    titles += [(("values", number), column) for number, column in enumerate(plot.values)]
    for path, title in titles:
        if title in RESERVED:
            yield entry.problem((*at, *path), "W-value", *_reserved(title))
    if plot.rule is not None and abs(plot.rule) > MOST:
        yield entry.problem((*at, "rule"), "W-value", "the number is too large to be drawn", f"at most {MOST}")


def _cells(entry: Entry, where: Where, table: PublishedTable, plot: Plot) -> Iterator[Problem]:
    """Days where spans begin and end, months where months are named, and numbers everywhere else."""
    rows = [_Row(entry, where, table, plot, number) for number in range(len(table.rows))]
    found = [problem for row in rows for problem in row.problems()]
    yield from found
    if plot.kind != "spans" and rows and all(row.cells[value] is None for row in rows for value in plot.values):
        message = "no row has a value, so nothing can be drawn"
        yield entry.problem((*where, "plot", "values"), "W-length", message, "leave out the plot")
    if found or not rows:
        return
    if plot.kind in _BY_DAY:
        days = [dt.date.fromisoformat(str(row.cells[plot.label])) for row in rows]
        yield from _outside(entry, (*where, "plot"), days, plot)
    if plot.kind == "months":
        yield from _one_year(rows)


def _one_year(rows: Sequence[_Row]) -> Iterator[Problem]:
    """A month is drawn under its name without a year."""
    seen: set[str] = set()
    for row in rows:
        month = str(row.cells[row.plot.label])[-2:]
        if month in seen:
            yield row.problem(row.plot.label, "W-twice", "two rows are of one month of the calendar, and have one name")
        seen.add(month)


@dataclass(frozen=True)
class _Row:
    """One row of a table that is drawn."""

    entry: Entry
    where: Where  # of its table
    table: PublishedTable
    plot: Plot
    number: int

    @cached_property
    def cells(self) -> dict[str, Any]:
        """What it has in each column."""
        return dict(zip(self.table.columns, self.table.rows[self.number], strict=True))

    def problem(self, column: str, code: str, message: str, hint: str = "") -> Problem:
        """A mistake in one cell."""
        place = (*self.where, "rows", self.number, self.table.columns.index(column))
        return self.entry.problem(place, code, message, hint)

    def problems(self) -> Iterator[Problem]:
        """Each mistake in a cell that is drawn."""
        plot = self.plot
        wrong = list(self._dates())
        yield from wrong
        for column in (plot.label, plot.group, plot.panel):
            if column and str(self.cells[column]) in RESERVED:
                yield self.problem(column, "W-value", *_reserved(self.cells[column]))
        if plot.kind == "spans":
            if not wrong and str(self.cells[plot.values[1]]) < str(self.cells[plot.values[0]]):
                yield self.problem(plot.values[1], "W-order", "the end is before the start")
            return
        for column in dict.fromkeys((*plot.values, *(end for end in (plot.low, plot.high) if end))):
            yield from self._number(column)
        low, high = (self.cells[end] if end else None for end in (plot.low, plot.high))
        if plot.high and isinstance(low, int | float) and isinstance(high, int | float) and high < low:
            yield self.problem(plot.high, "W-order", "the high end of the interval is below the low one")

    def _dates(self) -> Iterator[Problem]:
        for column, form in _forms(self.plot).items():
            if not _fits(str(self.cells[column]), form):
                what = "an hour" if form is _HOUR else "such a date"
                hint = {_HOUR: "07:24", _MONTH: "2026-03"}.get(form, "2026-03-17")
                message = f'"{column}" of a figure of {self.plot.kind} is not {what}'
                yield self.problem(column, "W-date", message, f"such as {hint}")

    def _number(self, column: str) -> Iterator[Problem]:
        value = self.cells[column]
        if value is None:
            return
        if isinstance(value, str):
            yield self.problem(column, "W-type", f'"{column}" is drawn, so it must be a number or empty')
        elif abs(value) > MOST:
            yield self.problem(column, "W-value", "the number is too large to be drawn", f"at most {MOST}")
        elif value < 0 and self.plot.kind == "runs" and column in self.plot.values:
            message = "runs are drawn from 0 up, so the number must not be below it"
            yield self.problem(column, "W-value", message, "draw days instead")


def _forms(plot: Plot) -> dict[str, re.Pattern[str]]:
    """How the cells of a column of days, months or hours are written."""
    if plot.kind == "spans":
        forms = dict.fromkeys(plot.values, _DAY)
    elif plot.kind == "months":
        forms = {plot.label: _MONTH}
    else:
        forms = {plot.label: _DAY} if plot.kind in _BY_DAY else {}
    return forms | ({plot.hour: _HOUR} if plot.hour else {})


def _fits(text: str, form: re.Pattern[str]) -> bool:
    """Is it written so, and a day of the calendar if it is a day?"""
    if not form.fullmatch(text):
        return False
    try:
        return form is not _DAY or bool(dt.date.fromisoformat(text))
    except ValueError:
        return False


def _outside(entry: Entry, at: Where, days: list[dt.date], plot: Plot) -> Iterator[Problem]:
    """Shades and lines beyond the rows would be drawn beside the picture, as far away as they are in time."""
    first, last = min(days), max(days)
    drawn: list[tuple[Where, dt.date]] = [(("band", place), day) for place, day in enumerate(plot.band)]
    drawn += [(("dates", place, "day"), mark.day) for place, mark in enumerate(plot.dates)]
    for path, day in drawn:
        if not first <= day <= last:
            yield entry.problem((*at, *path), "W-date", "outside the days of the rows", f"from {first} to {last}")


def _reserved(word: object) -> tuple[str, str]:
    return f'"{word}" cannot be drawn as a name', "write it otherwise, such as in quotes"
