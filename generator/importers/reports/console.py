"""Rows of the exports of the Console, usage and cost alike: a UTC day, a displayed model, a key's name, and figures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from generator.importers.reports.names import displayed_model, group, grouping
from generator.importers.reports.periods import utc_day
from generator.importers.reports.tables import Namesakes, split_by, stated
from generator.importers.rows import RowResult
from generator.importers.tables import Row
from generator.records.rows import Slug, SourceRef, Surface, UsageBucket

DAY = "usage_date_utc"

Figures = Callable[[Row], dict[str, Any]]
"""Fields of a UsageBucket that a row fills; None where it does not say. May raise SkipLineError."""


def taken(
    row: Row,
    source: SourceRef,
    *,
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
    start, end = utc_day(row.get(DAY, ""))
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
    return RowResult("day", buckets=(bucket,))
