"""Level `findings`: the rows that findings cite and their neighbours, on a clock put back by less than a minute.

Absolute times are known to the minute, while the distances that the rules need stay exact and the rules give the same
answer on the rows that are left (`clock.py`). Sums of days are those of that clock too: days of another one would tell
of a call near midnight on which side of it it was. Readings of meters and counters are shown at whole minutes, and the
time for which a client had run not at all: it is the same moment, less the same start, in every reading of a process.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TypeVar

import msgspec

from generator.ledger.threads import Thread
from generator.packs.clock import MINUTE, Clock, floored
from generator.records.results import Finding, Pack, Reconciliation, Run, Unit
from generator.records.rows import CounterReading, Mark, MeterReading, Request, UsageBucket

MARKS_BEFORE = timedelta(minutes=15)  # of a row; its step and the one before it rarely take longer
NEIGHBOURS = 8  # requests kept, and shown, on either side of a cited one


def around_findings(whole: Pack, threads: Sequence[Thread], clock: Clock) -> Pack:
    """The pack with the rows around its findings; `whole` has none yet, and readings of every series."""
    cited = {request for finding in _findings(whole) for request in finding.requests}
    requests: list[Request] = []
    marks: list[Mark] = []
    files = {
        request.id: request.source.file for thread in threads for request in thread.requests if request.id in cited
    }
    for thread in threads:
        wanted = cited.intersection(request.id for request in thread.requests)
        if not wanted:
            continue
        rows, notes = _window(thread, wanted)
        requests.extend(map(clock.request, rows))
        marks.extend(map(clock.mark, notes))
    return msgspec.structs.replace(
        whole,
        runs=tuple(_to_the_minute(run, clock, files) for run in whole.runs),
        requests=tuple(requests),
        marks=tuple(marks),
        reconciliation=_windows_to_the_minute(whole.reconciliation, clock),
        buckets=tuple(_bucket_to_the_minute(bucket, clock) for bucket in whole.buckets),
        meters=tuple(_meter_to_the_minute(row, clock) for row in _around_readings(whole, whole.meters)),
        counters=tuple(
            msgspec.structs.replace(row, at=clock.minute(row.at), uptime=None)
            for row in _around_readings(whole, whole.counters)
        ),
    )


def _meter_to_the_minute(row: MeterReading, clock: Clock) -> MeterReading:
    resets = None if row.resets_at is None else clock.border(row.resets_at)
    return msgspec.structs.replace(row, at=clock.minute(row.at), resets_at=resets)


def _windows_to_the_minute(account: Reconciliation, clock: Clock) -> Reconciliation:
    """The same with times and gaps in whole minutes: an edge of a window is the time of a reading."""
    return msgspec.structs.replace(
        account,
        windows=tuple(
            msgspec.structs.replace(
                window,
                start=clock.minute(window.start),
                end=clock.minute(window.end),
                longest_gap=window.longest_gap // 60 * 60,
            )
            for window in account.windows
        ),
        lines=tuple(
            msgspec.structs.replace(line, start=clock.border(line.start), end=clock.border(line.end))
            for line in account.lines
        ),
    )


def _bucket_to_the_minute(bucket: UsageBucket, clock: Clock) -> UsageBucket:
    start, end = clock.border(bucket.start), clock.border(bucket.end)
    return msgspec.structs.replace(
        bucket,
        start=start,
        end=max(end, start + MINUTE),  # a shorter one would end as it begins
        as_of=None if bucket.as_of is None else clock.border(bucket.as_of),
    )


Read = TypeVar("Read", MeterReading, CounterReading)


def _around_readings(whole: Pack, readings: Sequence[Read]) -> Iterator[Read]:
    """Readings that findings cite and their neighbours of the same series."""
    cited = {source for finding in _findings(whole) for source in finding.readings}
    series: defaultdict[tuple[str, str], list[Read]] = defaultdict(list)
    for reading in readings:
        series[_series(reading)].append(reading)
    for key in sorted(series):
        rows = series[key]
        kept = {
            place
            for index, row in enumerate(rows)
            if row.source in cited
            for place in range(max(0, index - NEIGHBOURS), min(len(rows), index + NEIGHBOURS + 1))
        }
        for index in sorted(kept):
            yield rows[index]


def _series(reading: MeterReading | CounterReading) -> tuple[str, str]:
    if isinstance(reading, MeterReading):
        return (reading.account, reading.window.value)
    return (reading.session, reading.counter.value)


def _findings(evidence: Pack) -> Iterable[Finding]:
    return (finding for run in evidence.runs for finding in run.findings)


def _window(thread: Thread, wanted: set[str]) -> tuple[list[Request], list[Mark]]:
    """Rows and marks to keep of one thread."""
    kept: set[int] = set()
    cited = [index for index, request in enumerate(thread.requests) if request.id in wanted]
    for index in cited:
        kept.update(range(max(0, index - NEIGHBOURS), min(len(thread.requests), index + NEIGHBOURS + 1)))
    places = {request.id: index for index, request in enumerate(thread.requests)}
    kept.update([places[above] for index in kept if (above := thread.requests[index].follows) in places])
    for start in [index for index in kept if index - 1 not in kept]:
        kept.update(range(_last_write(thread.requests, start), start))
    rows = [thread.requests[index] for index in sorted(kept)]
    times = [mark.at for mark in thread.marks]
    notes = {
        index
        for row in rows
        for index in range(
            bisect_left(times, row.first_seen - MARKS_BEFORE),
            bisect_right(times, row.first_seen),
        )
    }
    return rows, [thread.marks[index] for index in sorted(notes)]


def _last_write(requests: Sequence[Request], index: int) -> int:
    """The latest row at or before `index` that wrote to the cache: it tells the lifetime of what follows."""
    while index > 0 and not requests[index].cache_write_tokens:
        index -= 1
    return index


def _to_the_minute(run: Run, clock: Clock, files: Mapping[str, int]) -> Run:
    return msgspec.structs.replace(run, findings=tuple(_finding(finding, clock, files) for finding in run.findings))


def _finding(finding: Finding, clock: Clock, files: Mapping[str, int]) -> Finding:
    """At whole minutes, as its rows are; so are the spans of one on readings, whose rows are at whole minutes too.

    Its days are counted on the log's own clock: beside days on the clock of the pack they would tell the shift.
    """
    cited = {files[one] for one in finding.requests if one in files}
    minute = floored if cited and cited <= clock.whole else clock.minute
    return msgspec.structs.replace(
        finding,
        at=minute(finding.at),
        until=None if finding.until is None else minute(finding.until),
        days=(),
        quantities=tuple(
            msgspec.structs.replace(quantity, value=quantity.value // 60 * 60)
            if finding.readings and quantity.unit is Unit.SECONDS
            else quantity
            for quantity in finding.quantities
        ),
    )
