"""Level `findings`: the rows that findings cite and their neighbours, times to the minute.

Each thread's clock is shifted by less than a minute, so that its first shown row falls on a full minute: absolute
times are known to the minute, while the distances that the rules need stay exact and the rules give the same answer
on the rows that are left.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec

from generator.ledger.threads import Thread
from generator.records.results import Finding, Pack, Reconciliation, Run
from generator.records.rows import CounterReading, Mark, MeterReading, Request, UsageBucket

MARKS_BEFORE = timedelta(minutes=15)  # of a row; its step and the one before it rarely take longer
NEIGHBOURS = 8  # requests kept, and shown, on either side of a cited one


def around_findings(whole: Pack, threads: Sequence[Thread]) -> Pack:
    """The pack with the rows around its findings; `whole` has none yet, and readings of every series."""
    cited = {request for finding in _findings(whole) for request in finding.requests}
    requests: list[Request] = []
    marks: list[Mark] = []
    shifts: dict[tuple[str, str], timedelta] = {}
    for thread in threads:
        wanted = cited.intersection(request.id for request in thread.requests)
        if not wanted:
            continue
        rows, notes, shift = _window(thread, wanted)
        shifts[thread.session, thread.agent] = shift
        requests.extend(rows)
        marks.extend(notes)
    return msgspec.structs.replace(
        whole,
        runs=tuple(_to_the_minute(run, shifts) for run in whole.runs),
        requests=tuple(requests),
        marks=tuple(marks),
        reconciliation=_windows_to_the_minute(whole.reconciliation),
        buckets=tuple(_bucket_to_the_minute(bucket) for bucket in whole.buckets),
        meters=tuple(_around_readings(whole, whole.meters)),
        counters=tuple(_around_readings(whole, whole.counters)),
    )


def _windows_to_the_minute(account: Reconciliation) -> Reconciliation:
    """The same with times and gaps in whole minutes: an edge of a window is the time of a reading."""
    return msgspec.structs.replace(
        account,
        windows=tuple(
            msgspec.structs.replace(
                window,
                start=_minute(window.start),
                end=_minute(window.end),
                longest_gap=window.longest_gap // 60 * 60,
            )
            for window in account.windows
        ),
        lines=tuple(
            msgspec.structs.replace(line, start=_minute(line.start), end=_minute(line.end)) for line in account.lines
        ),
    )


def _bucket_to_the_minute(bucket: UsageBucket) -> UsageBucket:
    return msgspec.structs.replace(
        bucket,
        start=_minute(bucket.start),
        end=_minute(bucket.end),
        as_of=None if bucket.as_of is None else _minute(bucket.as_of),
    )


Read = TypeVar("Read", MeterReading, CounterReading)


def _around_readings(whole: Pack, readings: Sequence[Read]) -> Iterator[Read]:
    """Readings that findings cite and their neighbours of the same series, at whole minutes."""
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
            yield msgspec.structs.replace(rows[index], at=_minute(rows[index].at))


def _series(reading: MeterReading | CounterReading) -> tuple[str, str]:
    if isinstance(reading, MeterReading):
        return (reading.account, reading.window.value)
    return (reading.session, reading.counter.value)


def _findings(evidence: Pack) -> Iterable[Finding]:
    return (finding for run in evidence.runs for finding in run.findings)


def _window(thread: Thread, wanted: set[str]) -> tuple[list[Request], list[Mark], timedelta]:
    """Rows and marks to keep of one thread, and how far its clock is put back."""
    kept: set[int] = set()
    cited = [index for index, request in enumerate(thread.requests) if request.id in wanted]
    for index in cited:
        kept.update(range(max(0, index - NEIGHBOURS), min(len(thread.requests), index + NEIGHBOURS + 1)))
    places = {request.id: index for index, request in enumerate(thread.requests)}
    kept.update([places[above] for index in kept if (above := thread.requests[index].follows) in places])
    for start in [index for index in kept if index - 1 not in kept]:
        kept.update(range(_last_write(thread.requests, start), start))
    rows = [thread.requests[index] for index in sorted(kept)]
    shift = _to_full_minute(rows[0].started or rows[0].first_seen)
    times = [mark.at for mark in thread.marks]
    notes = {
        index
        for row in rows
        for index in range(
            bisect_left(times, row.first_seen - MARKS_BEFORE),
            bisect_right(times, row.first_seen),
        )
    }
    return (
        [_shifted_request(row, shift) for row in rows],
        [_shifted_mark(thread.marks[index], shift) for index in sorted(notes)],
        shift,
    )


def _last_write(requests: Sequence[Request], index: int) -> int:
    """The latest row at or before `index` that wrote to the cache: it tells the lifetime of what follows."""
    while index > 0 and not requests[index].cache_write_tokens:
        index -= 1
    return index


def _to_full_minute(at: datetime) -> timedelta:
    return timedelta(seconds=at.second, microseconds=at.microsecond)


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _shifted_request(request: Request, shift: timedelta) -> Request:
    return msgspec.structs.replace(
        request,
        started=request.started - shift if request.started else None,
        first_seen=request.first_seen - shift,
        ended=request.ended - shift,
    )


def _shifted_mark(mark: Mark, shift: timedelta) -> Mark:
    return msgspec.structs.replace(mark, at=mark.at - shift)


def _to_the_minute(run: Run, shifts: dict[tuple[str, str], timedelta]) -> Run:
    return msgspec.structs.replace(
        run,
        findings=tuple(
            msgspec.structs.replace(
                finding,
                at=_minute(finding.at - shift),
                until=None if finding.until is None else _minute(finding.until - shift),
            )
            for finding in run.findings
            for shift in [shifts.get((finding.session, finding.agent), timedelta(0))]
        ),
    )
