"""Rows of the exports of the Console, usage and cost alike: a UTC day, a displayed model, a key's name, and figures.

An export of one day has a row for each hour (seen in a file of 31 March 2026: `2026-03-31 02:00`). In such a file
`2026-03-31 00:00` is an hour too; elsewhere it is a day that a spreadsheet wrote with a time. An hour among rows of
whole days is refused: it would be counted twice.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, BinaryIO

from generator.importers.base import Count
from generator.importers.fold import Extract
from generator.importers.reports.names import displayed_model, group, grouping
from generator.importers.reports.periods import is_day, is_part_of_a_day, utc_day, utc_hour
from generator.importers.reports.tables import Namesakes, read_table, split_by, stated
from generator.importers.rows import RowResult
from generator.importers.tables import Row, rows
from generator.records.rows import Slug, SourceRef, Surface, UsageBucket

DAY = "usage_date_utc"

Figures = Callable[[Row], dict[str, Any]]
"""Fields of a UsageBucket that a row fills; None where it does not say. May raise SkipLineError."""


def read_export(
    stream: BinaryIO, index: int, *, report: Slug, model: str, columns: dict[str, str], figures: Figures, key: bytes
) -> Extract:
    """Read one open export, the `index`-th of its evidence; twice, since a row does not say whether it is an hour."""
    start = stream.tell()
    times = [row.get(DAY, "") for row in rows(stream, Count())]
    stream.seek(start)
    hourly = sum(map(is_part_of_a_day, times)) > sum(map(is_day, times))  # one damaged row turns no file round
    take = partial(
        taken,
        report=report,
        model=model,
        columns=columns,
        figures=figures,
        namesakes=Namesakes(),
        key=key,
        hourly=hourly,
    )
    return read_table(stream, index, report, take)


def taken(
    row: Row,
    source: SourceRef,
    *,
    hourly: bool = False,
    report: Slug,
    model: str,
    columns: dict[str, str],
    figures: Figures,
    namesakes: Namesakes,
    key: bytes,
) -> RowResult:
    """The bucket of one row. `model` is the column that names it, `columns` those that split the export.

    Raises SkipLineError.
    """
    at = row.get(DAY, "")
    is_hour = hourly and bool(at[10:])
    start, end = utc_hour(at) if is_hour else utc_day(at)
    known, rest = displayed_model(row.get(model, ""))
    names, values = split_by(row, columns)
    counted = figures(row)
    stated(*counted.values())
    place = namesakes.place((start, known, rest, *values), tuple(counted.values()))
    bucket = UsageBucket(
        report=report,
        start=start,
        end=end,
        surface=Surface.API,
        model=known,
        group=group((*values, rest, place), key),
        grouping=grouping(("model", *names), start, end),
        source=source,
        **counted,
    )
    return RowResult("hour" if is_hour else "day", buckets=(bucket,))
