"""From the data of logs to a pack: ledger, detectors, sums; then only what the chosen level allows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import timedelta
from math import fsum

import msgspec

from generator.base.progress import Track, silent
from generator.detectors import DETECTORS, Detector
from generator.ledger.prices import cost
from generator.ledger.reconciliation import reconcile
from generator.ledger.subjects import Subjects, subjects
from generator.ledger.sums import break_counts, day_sums
from generator.ledger.threads import Thread
from generator.packs.aggregate import aggregate
from generator.packs.asking import ask
from generator.packs.clock import Clock, clock_of
from generator.packs.redact import around_findings
from generator.records.models import is_other_makers
from generator.records.results import DaySum, Level, Pack, Totals
from generator.records.rows import LogData, Mark, MarkKind, ModelId, Request, Role


def examine(
    reading: LogData,
    *,
    id: str,
    simulated: bool,
    level: Level,
    tool_version: str,
    detectors: Sequence[Detector] = DETECTORS,
    shown: Subjects | None = None,
    jobs: int = 1,
    track: Track = silent,
) -> Pack:
    """Run ledger and detectors over everything that was read, then keep what the level allows.

    `shown`: the subjects of the reading, where somebody has arranged them already. `jobs`: processes for the detectors;
    the pack is the same to the byte whatever it is.
    """
    if level is Level.AGGREGATE:
        return aggregate(
            reading, id=id, simulated=simulated, tool_version=tool_version, detectors=detectors, track=track
        )
    shown = shown or subjects(reading)
    threads = shown.threads
    runs = ask(detectors, shown, jobs=jobs, track=track)
    clock = clock_of(reading.requests, reading.marks, reading.clock_shift if level is Level.FINDINGS else timedelta(0))
    dated = _dated(reading, clock)
    days = _days(dated)
    whole = Pack(
        id=id,
        simulated=simulated,
        level=level,
        tool_version=tool_version,
        tallies=reading.tallies,
        totals=_totals(threads, reading, days),
        days=days,
        marks_by_kind=_marks_by_kind(reading.marks),
        breaks=break_counts(step for thread in threads for step in thread.steps),
        runs=runs,
        formats=reading.formats,
        reconciliation=reconcile(msgspec.structs.replace(reading, requests=dated), shown),
        meters=reading.meters,
        buckets=reading.buckets,
        counters=reading.counters,
    )
    if level is Level.FULL:
        requests = (*(request for thread in threads for request in thread.requests), *shown.foreign)
        return msgspec.structs.replace(whole, requests=requests, rounds=reading.rounds, marks=reading.marks)
    return around_findings(whole, threads, clock)


def _dated(reading: LogData, clock: Clock) -> tuple[Request, ...]:
    """The calls with the days that they have on the clock of the pack, which is less than a minute behind.

    Reports have borders at any minute; where there are none, only what begins a day can be of another.
    """
    if not clock.shift:
        return reading.requests
    return tuple(
        clock.request(request) if reading.buckets or _begins_day(request) else request for request in reading.requests
    )


def _begins_day(request: Request) -> bool:
    return request.first_seen.hour == 0 and request.first_seen.minute == 0


def _totals(threads: Sequence[Thread], reading: LogData, days: Sequence[DaySum]) -> Totals:
    requests = reading.requests
    dollars, unpriced = _list_price(requests)
    apart = {role: [one for one in reading.rounds if one.role is role] for role in Role}
    beside, _ = _list_price([*apart[Role.ADVISOR], *apart[Role.COMPACTION]])
    declined, _ = _list_price(apart[Role.DECLINED])
    return Totals(
        requests=len(requests),
        nested_requests=sum(request.nested for request in requests),
        input_tokens=sum(day.input_tokens for day in days),
        cache_write_tokens=sum(day.cache_write_tokens for day in days),
        cache_read_tokens=sum(day.cache_read_tokens for day in days),
        output_tokens=sum(day.output_tokens for day in days),
        cost_usd=dollars + beside,
        unpriced=unpriced,
        sessions=len({request.session for request in requests if not _is_unthreaded(request)}),
        unthreaded=sum(map(_is_unthreaded, requests)),
        threads=len({request.thread for request in requests}),
        steps=sum(thread.testable_steps for thread in threads),
        other_makers=sum(is_other_makers(request.model) for request in requests),
        rounds_apart=len(apart[Role.ADVISOR]) + len(apart[Role.COMPACTION]),
        rounds_usd=beside,
        declined=len(apart[Role.DECLINED]),
        declined_usd=declined,
        web_searches=sum(request.web_searches or 0 for request in requests),
    )


def _is_unthreaded(request: Request) -> bool:
    """Is it a call of no known session, which is a thread of its own?"""
    return request.id == request.session


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
