"""Level `aggregate`: sums of a log, of which none rests on few calls, alone, by subtraction or beside an older pack.

Sums of days, models and surfaces are those of blocks of closed days (`blocks.py`), totals those of the same blocks.
Counts come in groups that are told once they are enough (`safety.py`); those of breaks and detectors are of the log as
it was at the end of an epoch (`epochs.py`). Nothing of the days that are still open is told, and of the account of
lines only how many gave the calls that are told: a line has no day.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import TypeVar

from generator.base.progress import Track, silent
from generator.detectors import DETECTORS, Detector
from generator.ledger.prices import cost
from generator.packs.blocks import Block, Span, blocks, part_of, spans
from generator.packs.epochs import epochs, told_breaks, told_runs, told_steps
from generator.packs.judged_by import judged_by
from generator.packs.safety import (
    DOLLAR_GRID,
    FEWEST_CALLS,
    TOKEN_GRID,
    Part,
    few,
    groups_told,
    nearest,
    told_sums,
)
from generator.records.models import is_other_makers
from generator.records.results import DaySum, Level, Pack, Reconciliation, SurfaceDay, Totals
from generator.records.rows import LogData, MarkKind, ModelId, Request, Role, Surface, Tally

ALL_FILES = "all-files"
Row = TypeVar("Row")
BESIDE = (Role.ADVISOR, Role.COMPACTION)


def aggregate(
    reading: LogData,
    *,
    id: str,
    simulated: bool,
    tool_version: str,
    detectors: Sequence[Detector] = DETECTORS,
    track: Track = silent,
) -> Pack:
    """The pack of these logs."""
    closed = spans(reading.requests)
    told = blocks(closed)
    seen = epochs(reading, closed)
    days = _days(told)
    return Pack(
        id=id,
        simulated=simulated,
        level=Level.AGGREGATE,
        tool_version=tool_version,
        tallies=tuple(_tallies(reading, closed)),
        totals=_totals(reading, closed, told, days, told_steps(seen)),
        days=days,
        marks_by_kind=_marks(reading, closed),
        breaks=told_breaks(seen),
        runs=told_runs(seen, detectors, track),
        reconciliation=Reconciliation(surfaces=_surfaces(told), missing=tuple(_missing(reading))),
        vendors=judged_by(days),
    )


def _days(told: Sequence[Block]) -> tuple[DaySum, ...]:
    cells: defaultdict[tuple[str, ModelId], list[Block]] = defaultdict(list)
    for block in told:
        cells[block.day, block.model].append(block)
    return tuple(_day(day, model, same) for (day, model), same in sorted(cells.items()))


def _day(day: str, model: ModelId, same: Sequence[Block]) -> DaySum:
    tokens = [sum(column) for column in zip(*(_tokens(block) for block in same), strict=True)]
    return DaySum(
        day=day,
        model=model,
        requests=sum(_calls(block) for block in same),
        input_tokens=tokens[0],
        cache_write_tokens=tokens[1],
        cache_read_tokens=tokens[2],
        output_tokens=tokens[3],
    )


def _calls(block: Block) -> int:
    return int(nearest(len(block.requests), FEWEST_CALLS))


def _tokens(block: Block) -> list[int]:
    """Input, cache writes, cache reads and output, rounded."""
    *tokens, _ = told_sums([part_of(request) for request in block.requests])
    return [int(nearest(count, TOKEN_GRID)) for count in tokens]


def _dollars(block: Block) -> float:
    *_, dollars = told_sums([part_of(request) for request in block.requests])
    return nearest(dollars, DOLLAR_GRID)


def _surfaces(told: Sequence[Block]) -> tuple[SurfaceDay, ...]:
    cells: defaultdict[tuple[str, Surface], list[Block]] = defaultdict(list)
    for block in told:
        if block.surface is not None:
            cells[block.day, block.surface].append(block)
    return tuple(
        SurfaceDay(
            day=day,
            surface=surface,
            requests=sum(map(_calls, same)),
            cost_usd=round(sum(map(_dollars, same)), 2),
        )
        for (day, surface), same in sorted(cells.items())
    )


def _totals(
    reading: LogData, closed: Sequence[Span], told: Sequence[Block], days: Sequence[DaySum], steps: int
) -> Totals:
    """Sums of the blocks; counts of some calls are no larger than that of all, which is rounded otherwise."""
    calls = sum(map(_calls, told))
    first = _Firsts()

    def count(holds: Callable[[Request], bool]) -> int:
        return min(calls, _counted([Part(one.session) for one in span.requests if holds(one)] for span in closed))

    searches = [
        [Part(one.session, (float(one.web_searches),)) for one in span.requests if one.web_searches] for span in closed
    ]
    beside, beside_usd = _rounds(reading, closed, BESIDE)
    declined, declined_usd = _rounds(reading, closed, (Role.DECLINED,))
    return Totals(
        requests=calls,
        nested_requests=count(lambda one: one.nested),
        input_tokens=sum(day.input_tokens for day in days),
        cache_write_tokens=sum(day.cache_write_tokens for day in days),
        cache_read_tokens=sum(day.cache_read_tokens for day in days),
        output_tokens=sum(day.output_tokens for day in days),
        cost_usd=round(sum(map(_dollars, told)) + beside_usd, 2),
        unpriced=count(lambda one: cost(one) is None),
        sessions=count(lambda one: one.id != one.session and first.is_new("session", one.session)),
        unthreaded=count(lambda one: one.id == one.session),
        threads=count(lambda one: first.is_new("thread", *one.thread)),
        steps=steps,
        other_makers=count(lambda one: is_other_makers(one.model)),
        rounds_apart=beside,
        rounds_usd=beside_usd,
        declined=declined,
        declined_usd=declined_usd,
        web_searches=sum(few(int(told_sums(parts)[0])) for parts in groups_told(searches)),
    )


class _Firsts:
    """What was seen before."""

    def __init__(self) -> None:
        self._seen: set[tuple[str, ...]] = set()

    def is_new(self, *names: str) -> bool:
        """Is it asked for the first time?"""
        is_new = names not in self._seen
        self._seen.add(names)
        return is_new


def _counted(groups: Iterable[Sequence[Part]]) -> int:
    return few(sum(map(len, groups_told(groups))))


def _rounds(reading: LogData, closed: Sequence[Span], roles: Sequence[Role]) -> tuple[int, float]:
    """Number and list price in USD of rounds beside the calls."""
    rounds = [one for one in reading.rounds if one.role in roles]
    groups = [
        [Part(one.session, (cost(one) or 0.0,)) for one in same]
        for same in _by_span(rounds, [one.first_seen.date() for one in rounds], closed)
    ]
    told = list(groups_told(groups))
    dollars = sum(nearest(told_sums(parts)[0], DOLLAR_GRID) for parts in told)
    return few(sum(map(len, told))), round(dollars, 2)


def _marks(reading: LogData, closed: Sequence[Span]) -> dict[MarkKind, int]:
    groups = _by_span(reading.marks, [mark.at.date() for mark in reading.marks], closed)
    kinds = sorted({mark.kind for same in groups for mark in same})
    counts = {
        kind: _counted([Part(one.session) for one in same if one.kind is kind] for same in groups) for kind in kinds
    }
    return {kind: count for kind, count in counts.items() if count}


def _tallies(reading: LogData, closed: Sequence[Span]) -> Iterator[Tally]:
    """For each format the lines that gave calls which are told, one a call; nothing of the other lines."""
    importers = [reading.tallies[one.source.file].importer if reading.tallies else "" for one in reading.requests]
    of_call = dict(zip((one.id for one in reading.requests), importers, strict=True))
    for importer in sorted(set(importers) - {""}):
        lines = _counted([Part(one.session) for one in span.requests if of_call[one.id] == importer] for span in closed)
        if lines:
            yield Tally(label=ALL_FILES, importer=importer, bytes=0, read=lines, used=lines)


def _by_span(rows: Sequence[Row], days: Sequence[date], closed: Sequence[Span]) -> list[list[Row]]:
    """The rows by the span that their day is in; those of open days are left out."""
    ends = [span.last for span in closed]
    groups: list[list[Row]] = [[] for _ in ends]
    for row, day in zip(rows, days, strict=True):
        place = bisect_left(ends, day)
        if place < len(ends):
            groups[place].append(row)
    return groups


def _missing(reading: LogData) -> Iterator[str]:
    """What is missing to decide a remainder, as far as one call cannot change it (keys of reconciliation.MISSING)."""
    if not reading.meters:
        yield "no-meter"
    if not reading.buckets:
        yield "no-report"
    yield "other-computers"
