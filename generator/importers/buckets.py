"""Rows of reports: a refreshed report replaces the earlier one, and a cumulative count becomes differences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec

from generator.records.rows import UsageBucket

EARLIEST = datetime.min.replace(tzinfo=UTC)
COUNTS = (
    "requests", "input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens", "mixed_tokens", "cost_usd",
)  # fmt: skip


def settled(buckets: Iterable[UsageBucket]) -> list[UsageBucket]:
    """Each row once, as last refreshed; cumulative rows as the difference to the reading before.

    Two rows are the same if report, interval, surface, model, group and grouping are. Rows of one series are
    recognised by all of these but the end: a restart of the counting process begins a new `start`, so it is no reset.
    """
    latest: dict[tuple[object, ...], UsageBucket] = {}
    series: defaultdict[tuple[object, ...], list[UsageBucket]] = defaultdict(list)
    for bucket in buckets:
        if bucket.cumulative:
            series[(bucket.start, *_names(bucket))].append(bucket)
            continue
        key = (bucket.start, bucket.end, *_names(bucket))
        known = latest.get(key)
        latest[key] = bucket if known is None else max(bucket, known, key=_freshness)
    differences = (row for rows in series.values() for row in _differences(rows))
    return [*latest.values(), *differences]


def _names(bucket: UsageBucket) -> tuple[object, ...]:
    return (bucket.report, bucket.surface, bucket.model, bucket.group, bucket.grouping)


def _freshness(bucket: UsageBucket) -> tuple[object, ...]:
    """Largest is kept: refreshed last, then the larger counts (reports grow), then the first that was read."""
    counts = tuple(getattr(bucket, name) or 0 for name in COUNTS)
    return (bucket.as_of or EARLIEST, counts, -bucket.source.file, -bucket.source.line)


def _differences(rows: list[UsageBucket]) -> list[UsageBucket]:
    """Readings of one running count as intervals. Equal ends are one reading; a count that falls adds nothing."""
    found: list[UsageBucket] = []
    before: UsageBucket | None = None
    for row in sorted(rows, key=lambda row: (row.end, _freshness(row))):
        if before is not None and row.end == before.end:
            continue
        found.append(_since(before, row))
        before = row
    return found


def _since(before: UsageBucket | None, row: UsageBucket) -> UsageBucket:
    if before is None:
        return msgspec.structs.replace(row, cumulative=False)
    changes = {
        name: max(0, value - (getattr(before, name) or 0))
        for name in COUNTS
        if (value := getattr(row, name)) is not None
    }
    return msgspec.structs.replace(row, start=before.end, cumulative=False, **changes)
