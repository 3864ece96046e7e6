"""Blocks of calls that are only ever told together, and that never change when a log grows.

All tables of calls are sums over the blocks of one partition. Whatever is added or subtracted, the calls that remain
are again whole blocks, so it is enough that every block is safe (a common partition instead of cell suppression;
Hundepool et al. 2012, Statistical Disclosure Control, chapter 4, has the usual ways and their attacks).

That holds between two publications too. A day is in no block before it is closed: before a call began on a later day,
and late enough for the answers of the day to have ended. Small days wait for the next ones, never the other way round,
so no later call moves the border of an older block or changes what is in it: the difference of two publications of a
growing log is a sum of whole blocks. Lines that come in later for closed days are not covered (the page of promises
says so).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

from generator.ledger.prices import cost
from generator.packs.safety import FEWEST_CALLS, Part, is_enough, is_safe
from generator.records.rows import ModelId, Request, Surface

OTHER: ModelId = "other"
MARGIN = 2 * FEWEST_CALLS  # calls that join those of small models, so that their own number stays open
DAY = timedelta(days=1)
GRACE = timedelta(hours=1)  # in which the last answers of a day end
LONGEST_WAIT = timedelta(days=7)  # for calls beside which the largest one is no longer most of a sum

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Span:
    """Calls of whole closed days, up to and with the `last` one."""

    last: date
    requests: tuple[Request, ...]

    @property
    def end(self) -> datetime:
        """The midnight after it, UTC."""
        return datetime(self.last.year, self.last.month, self.last.day, tzinfo=UTC) + DAY


@dataclass(frozen=True)
class Block:
    """Calls that are only ever told together. `day` is the last of its days; `surface` is None where none is told."""

    day: str
    model: ModelId
    surface: Surface | None
    requests: tuple[Request, ...]


def part_of(request: Request) -> Part:
    """A call with its tokens by kind and its list price in USD."""
    return Part(
        request.session,
        (
            request.input_tokens,
            request.cache_write_tokens,
            request.cache_read_tokens,
            request.output_tokens,
            cost(request) or 0.0,
        ),
    )


def spans(requests: Sequence[Request]) -> tuple[Span, ...]:
    """The closed days, small ones with the next, oldest first; the last calls may be in none."""
    last = max((request.first_seen for request in requests), default=None)
    found: list[Span] = []
    waiting: list[Request] = []
    for day, calls in sorted(_grouped(requests, lambda request: request.first_seen.date()).items()):
        waiting += calls
        span = Span(day, tuple(waiting))
        if last is None or last < span.end + GRACE:
            break
        if _is_told(span):
            found.append(span)
            waiting = []
    return tuple(found)


def blocks(told: Sequence[Span]) -> tuple[Block, ...]:
    """The finest safe partition that this way finds.

    Surfaces of a span are told apart if each is safe, then models. Models of few calls become "other", and the smallest
    of the large ones join them: else 8 calls of two small models would be four and four.
    """
    return tuple(block for span in told for block in _by_surface(span.last.isoformat(), span.requests))


def _is_told(span: Span) -> bool:
    first = min(request.first_seen for request in span.requests).date()
    if span.last - first >= LONGEST_WAIT:
        return is_enough(request.session for request in span.requests)
    return _are_safe(span.requests)


def _are_safe(requests: Sequence[Request]) -> bool:
    return is_safe([part_of(request) for request in requests])


def _by_surface(day: str, requests: Sequence[Request]) -> Iterator[Block]:
    surfaces = _grouped(requests, lambda request: request.surface)
    if not all(_are_safe(calls) for calls in surfaces.values()):
        yield from _by_model(day, None, requests)
        return
    for surface, calls in sorted(surfaces.items()):
        yield from _by_model(day, surface, calls)


def _by_model(day: str, surface: Surface | None, requests: Sequence[Request]) -> Iterator[Block]:
    models = sorted(_grouped(requests, lambda request: request.model).items(), key=lambda item: (len(item[1]), item[0]))
    merged = [request for _, calls in models if not _are_safe(calls) for request in calls]
    apart = [(model, calls) for model, calls in models if _are_safe(calls)]
    enough = len(merged) + MARGIN
    while merged and apart and not (_are_safe(merged) and len(merged) >= enough):
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
