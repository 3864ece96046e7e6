"""Marks that lie close together, and the requests on either side of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta

from generator.detectors.shared.base import Detector, finding
from generator.ledger.threads import Thread
from generator.records.results import Finding, FindingGrade, Quantity, Unit
from generator.records.rows import Mark, MarkKind, Request


def of_kinds(thread: Thread, kinds: Collection[MarkKind]) -> list[Mark]:
    """The thread's marks of these kinds, oldest first."""
    return [mark for mark in thread.marks if mark.kind in kinds]


def bursts(marks: Sequence[Mark], apart: timedelta) -> Iterator[list[Mark]]:
    """Runs of marks in which each follows the one before within `apart`."""
    burst: list[Mark] = []
    for mark in marks:
        if burst and mark.at - burst[-1].at > apart:
            yield burst
            burst = []
        burst.append(mark)
    if burst:
        yield burst


def before(thread: Thread, at: datetime) -> Request | None:
    """The last request whose answer had begun by then."""
    index = bisect_right(thread.requests, at, key=lambda request: request.first_seen)
    return thread.requests[index - 1] if index else None


def after(thread: Thread, at: datetime) -> Request | None:
    """The first request whose answer began later."""
    index = bisect_right(thread.requests, at, key=lambda request: request.first_seen)
    return thread.requests[index] if index < len(thread.requests) else None


def around(thread: Thread, burst: Sequence[Mark]) -> tuple[Request, ...]:
    """The requests next to a burst, before and after, as far as there are any."""
    sides = (before(thread, burst[0].at), after(thread, burst[-1].at))
    return tuple(request for request in sides if request is not None)


def burst_finding(
    detector: Detector, thread: Thread, burst: Sequence[Mark], grade: FindingGrade, *quantities: Quantity, lean: str
) -> Finding:
    """Finding about a burst: it cites the requests next to it, spans its marks, and states no excess."""
    span = Quantity("span", (burst[-1].at - burst[0].at).total_seconds(), Unit.SECONDS)
    return finding(
        detector,
        tuple(request.id for request in around(thread, burst)),
        thread=thread,
        at=burst[0].at,
        until=burst[-1].at,
        grade=grade,
        quantities=(*quantities, span),
        lean=lean,
    )
