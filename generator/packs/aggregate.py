"""Level `aggregate`: no published figure rests on few calls, and none can be got by subtracting published figures.

All tables of calls are sums over the blocks of one partition. Whatever is added or subtracted, the calls that remain
are again whole blocks, so it is enough that every block is large (a common partition instead of cell suppression;
Hundepool et al. 2012, Statistical Disclosure Control, chapter 4, has the usual ways and their attacks). Plain counts
stand in no such table: they are rounded down to fives, and what rounds to nothing is left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from generator.ledger.sums import day_sums, surface_days
from generator.records.results import BreakCount, DaySum, Pack, Reconciliation, Run, SurfaceDay, Totals
from generator.records.rows import ModelId, Request, Surface, Tally

FEWEST_CALLS = 5  # the threshold of official statistics is 3 to 10
FEWEST_SESSIONS = 2  # one session alone would be told as it was
OTHER: ModelId = "other"
ALL_FILES = "all-files"
MARGIN = 2 * FEWEST_CALLS  # calls that join those of small models, so that their own number stays open
BYTES = 10_000  # sizes of files are rounded down to whole multiples

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Block:
    """Calls that are only ever told together. `day` is the last of its days; `surface` is None where none is told."""

    day: str
    model: ModelId
    surface: Surface | None
    requests: tuple[Request, ...]


def aggregate(whole: Pack, requests: Sequence[Request]) -> Pack:
    """The sums of the evidence without its rows, small cells merged. `requests`: all calls that it rests on."""
    told = blocks(requests)
    return msgspec.structs.replace(
        whole,
        tallies=_tallies(whole.tallies),
        totals=_totals(whole.totals) if told else Totals(),
        days=_days(told),
        marks_by_kind=rounded(whole.marks_by_kind),
        breaks=_breaks(whole.breaks),
        runs=tuple(_run(run) for run in whole.runs),
        formats=(),  # calls of one format less those of all are calls of few
        reconciliation=Reconciliation(surfaces=_surfaces(told), missing=whole.reconciliation.missing),
        requests=(),
        rounds=(),
        marks=(),
        meters=(),
        buckets=(),
        counters=(),
    )


def blocks(requests: Sequence[Request]) -> tuple[Block, ...]:
    """The finest safe partition that this way finds; none where all calls together are few.

    A day of few calls is told with the next day shown, the last with the one before it. Surfaces of such a span are
    told apart if each has calls enough, then models. Models of few calls become "other", and the smallest of the
    large ones join them: else 8 calls of two small models would be four and four.
    """
    return tuple(block for day, calls in _spans(requests) for block in _by_surface(day, calls))


def is_safe(requests: Sequence[Request]) -> bool:
    """May these calls be told as one figure? A call of no known session counts as a session of its own."""
    return len(requests) >= FEWEST_CALLS and len({request.session for request in requests}) >= FEWEST_SESSIONS


def few(count: int) -> int:
    """A count, rounded down to fives."""
    return count - count % FEWEST_CALLS


def rounded(counts: Mapping[Key, int]) -> dict[Key, int]:
    """Counts rounded down; those that round to nothing are left out."""
    return {key: few(count) for key, count in counts.items() if few(count)}


def _spans(requests: Sequence[Request]) -> Sequence[tuple[str, list[Request]]]:
    spans: list[tuple[str, list[Request]]] = []
    waiting: list[Request] = []
    day = ""
    for day, calls in sorted(_grouped(requests, lambda request: request.first_seen.date().isoformat()).items()):
        waiting += calls
        if is_safe(waiting):
            spans.append((day, waiting))
            waiting = []
    if waiting and spans:
        spans[-1] = (day, spans[-1][1] + waiting)
    return spans


def _by_surface(day: str, requests: list[Request]) -> Iterator[Block]:
    surfaces = _grouped(requests, lambda request: request.surface)
    if not all(is_safe(calls) for calls in surfaces.values()):
        yield from _by_model(day, None, requests)
        return
    for surface, calls in sorted(surfaces.items()):
        yield from _by_model(day, surface, calls)


def _by_model(day: str, surface: Surface | None, requests: list[Request]) -> Iterator[Block]:
    models = sorted(_grouped(requests, lambda request: request.model).items(), key=lambda item: (len(item[1]), item[0]))
    merged = [request for _, calls in models if not is_safe(calls) for request in calls]
    apart = [(model, calls) for model, calls in models if is_safe(calls)]
    enough = len(merged) + MARGIN
    while merged and apart and not (is_safe(merged) and len(merged) >= enough):
        merged += apart.pop(0)[1]
    if merged:
        yield Block(day, OTHER, surface, tuple(merged))
    for model, calls in apart:
        yield Block(day, model, surface, tuple(calls))


def _grouped(requests: Sequence[Request], key: Callable[[Request], Key]) -> dict[Key, list[Request]]:
    groups: defaultdict[Key, list[Request]] = defaultdict(list)
    for request in requests:
        groups[key(request)].append(request)
    return groups


def _days(told: Sequence[Block]) -> tuple[DaySum, ...]:
    cells: defaultdict[tuple[str, ModelId], list[Request]] = defaultdict(list)
    for block in told:
        cells[block.day, block.model] += block.requests
    return day_sums(cells)


def _surfaces(told: Sequence[Block]) -> tuple[SurfaceDay, ...]:
    cells: defaultdict[tuple[str, Surface], list[Request]] = defaultdict(list)
    for block in told:
        if block.surface is not None:
            cells[block.day, block.surface] += block.requests
    return surface_days(cells)


def _totals(totals: Totals) -> Totals:
    """Sums of all calls stay exact; counts of some of them are rounded, so that threads less sessions tell nothing."""
    return msgspec.structs.replace(
        totals,
        nested_requests=few(totals.nested_requests),
        unpriced=few(totals.unpriced),
        unthreaded=few(totals.unthreaded),
        threads=few(totals.threads),
        steps=few(totals.steps),
        other_makers=few(totals.other_makers),
        rounds_apart=few(totals.rounds_apart),
        rounds_usd=round(totals.rounds_usd, 2) if few(totals.rounds_apart) else 0.0,
        declined=few(totals.declined),
        declined_usd=round(totals.declined_usd, 2) if few(totals.declined) else 0.0,
        web_searches=few(totals.web_searches),
    )


def _tallies(tallies: Sequence[Tally]) -> tuple[Tally, ...]:
    """One account for all files of a format, since a file is often a session; it balances like that of a file."""
    by_importer: defaultdict[str, list[Tally]] = defaultdict(list)
    for tally in tallies:
        by_importer[tally.importer].append(tally)
    return tuple(_tally(importer, files) for importer, files in sorted(by_importer.items()))


def _tally(importer: str, files: Sequence[Tally]) -> Tally:
    used, other, recovered, pending, blank, usage_lines = (
        few(sum(getattr(tally, name) for tally in files))
        for name in ("used", "other", "recovered", "pending", "blank", "usage_lines")
    )
    skipped = rounded(_added([tally.skipped for tally in files]))
    size = sum(tally.bytes for tally in files)
    return Tally(
        label=ALL_FILES,
        importer=importer,
        bytes=size - size % BYTES,
        read=used + other + recovered + pending + blank + sum(skipped.values()),
        used=used,
        other=other,
        recovered=recovered,
        pending=pending,
        blank=blank,
        skipped=skipped,
        types=rounded(_added([tally.types for tally in files])),
        usage_lines=usage_lines,
    )


def _added(counts: Sequence[Mapping[Key, int]]) -> dict[Key, int]:
    total: defaultdict[Key, int] = defaultdict(int)
    for one in counts:
        for key, count in one.items():
            total[key] += count
    return total


def _breaks(breaks: Sequence[BreakCount]) -> tuple[BreakCount, ...]:
    return tuple(
        msgspec.structs.replace(row, count=few(row.count), excess_usd=round(row.excess_usd, 2))
        for row in breaks
        if few(row.count)
    )


def _run(run: Run) -> Run:
    """No finding and no small count. The naive count is the sum of its rounded parts, so that it tells no more."""
    explained = rounded(run.explained)
    rest = run.naive - run.found - sum(run.explained.values())
    found = few(run.found)
    return msgspec.structs.replace(
        run,
        found=found,
        examined=few(run.examined),
        not_measurable=few(run.not_measurable),
        naive=max(0, found + sum(explained.values()) + few(rest)) if rest >= 0 else few(run.naive),
        explained=explained,
        sessions_examined=None,
        sessions_found=None,
        findings=(),
    )
