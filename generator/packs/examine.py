"""From the data of logs to a pack: ledger, detectors, sums; then only what the chosen level allows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from math import fsum

import msgspec

from generator.base.progress import Track, silent
from generator.detectors import DETECTORS, Detector, run
from generator.ledger.prices import cost
from generator.ledger.reconciliation import reconcile
from generator.ledger.subjects import Subjects, subjects
from generator.ledger.sums import break_counts, day_sums
from generator.ledger.threads import Thread
from generator.packs.aggregate import aggregate
from generator.packs.redact import around_findings
from generator.records.results import DaySum, Level, Pack, Totals
from generator.records.rows import LogData, Mark, MarkKind, ModelId, Request


def examine(
    reading: LogData,
    *,
    id: str,
    simulated: bool,
    level: Level,
    tool_version: str,
    detectors: Sequence[Detector] = DETECTORS,
    shown: Subjects | None = None,
    track: Track = silent,
) -> Pack:
    """Run ledger and detectors over everything that was read, then keep what the level allows.

    `shown`: the subjects of the reading, where somebody has arranged them already.
    """
    shown = shown or subjects(reading)
    threads = shown.threads
    runs = tuple(run(detector, shown) for detector in track(detectors, "Running detectors"))
    days = _days(reading.requests)
    whole = Pack(
        id=id,
        simulated=simulated,
        level=level,
        tool_version=tool_version,
        tallies=reading.tallies,
        totals=_totals(threads, days),
        days=days,
        marks_by_kind=_marks_by_kind(reading.marks),
        breaks=break_counts(step for thread in threads for step in thread.steps),
        runs=runs,
        formats=reading.formats,
        reconciliation=reconcile(reading, shown),
        meters=reading.meters,
        buckets=reading.buckets,
        counters=reading.counters,
    )
    if level is Level.AGGREGATE:
        return aggregate(whole, [request for thread in threads for request in thread.requests])
    if level is Level.FULL:
        requests = tuple(request for thread in threads for request in thread.requests)
        return msgspec.structs.replace(whole, requests=requests, marks=reading.marks)
    return around_findings(whole, threads)


def _totals(threads: Sequence[Thread], days: Sequence[DaySum]) -> Totals:
    requests = [request for thread in threads for request in thread.requests]
    dollars, unpriced = _list_price(requests)
    return Totals(
        requests=len(requests),
        nested_requests=sum(request.nested for request in requests),
        input_tokens=sum(day.input_tokens for day in days),
        cache_write_tokens=sum(day.cache_write_tokens for day in days),
        cache_read_tokens=sum(day.cache_read_tokens for day in days),
        output_tokens=sum(day.output_tokens for day in days),
        cost_usd=dollars,
        unpriced=unpriced,
        sessions=len({thread.session for thread in threads if not _is_unthreaded(thread)}),
        unthreaded=sum(_is_unthreaded(thread) for thread in threads),
        threads=len(threads),
        steps=sum(thread.testable_steps for thread in threads),
    )


def _is_unthreaded(thread: Thread) -> bool:
    """Is it a call of no known session, which stands as a thread of its own?"""
    return len(thread.requests) == 1 and thread.requests[0].id == thread.session


def _list_price(requests: Sequence[Request]) -> tuple[float, int]:
    """USD of all requests with a known price, and the number of those without."""
    prices = [cost(request) for request in requests]
    known = [price for price in prices if price is not None]
    return fsum(known), len(prices) - len(known)


def _days(requests: Sequence[Request]) -> tuple[DaySum, ...]:
    cells: defaultdict[tuple[str, ModelId], list[Request]] = defaultdict(list)
    for request in requests:
        cells[request.first_seen.date().isoformat(), request.model].append(request)
    return day_sums(cells)


def _marks_by_kind(marks: Sequence[Mark]) -> dict[MarkKind, int]:
    return dict(sorted(Counter(mark.kind for mark in marks).items()))
