"""Threads: the requests of one session and agent in their order, with a step between each two neighbours.

A break is a departure from the cache identity; the exceptions are bimodal in real logs, so the cut at 0.98 is not
delicate. Each break carries its reason.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from itertools import pairwise

import msgspec

from generator.ledger.explanations import first_reason
from generator.ledger.prices import cost
from generator.ledger.steps import BREAK_BELOW, Lifetime, Step
from generator.records.rows import Mark, MarkKind, Request

RETRY_WINDOW = timedelta(minutes=15)


@dataclass(frozen=True)
class Thread:
    """All requests of one (session, agent), oldest first, with the steps between neighbours."""

    session: str
    agent: str
    requests: tuple[Request, ...]
    steps: tuple[Step, ...]
    marks: tuple[Mark, ...]

    @cached_property
    def testable_steps(self) -> int:
        """Steps on which the identity can fail; several detectors ask for it."""
        return sum(step.testable for step in self.steps)

    @cached_property
    def list_price(self) -> float:
        """List price in USD of all its calls with a known price; each finding is measured by it."""
        return sum(cost(request) or 0.0 for request in self.requests)


def threads_of(requests: Iterable[Request], marks: Iterable[Mark]) -> tuple[Thread, ...]:
    """Threads of the requests, by session and agent; each request gets its position in its thread.

    Requests that already carry a position (rows of a partial pack) keep it, and a step is made only between
    neighbours in the original thread.
    """
    grouped: defaultdict[tuple[str, str], list[Request]] = defaultdict(list)
    for request in requests:
        grouped[request.thread].append(request)
    marked: defaultdict[tuple[str, str], list[Mark]] = defaultdict(list)
    for mark in marks:
        marked[mark.thread].append(mark)
    return tuple(_thread(key, grouped[key], marked.get(key, [])) for key in sorted(grouped))


def _thread(key: tuple[str, str], requests: list[Request], marks: list[Mark]) -> Thread:
    if any(request.position is None for request in requests):
        requests.sort(key=lambda request: (request.first_seen, request.source))
        requests = [msgspec.structs.replace(request, position=i) for i, request in enumerate(requests)]
    else:
        requests.sort(key=lambda request: request.position or 0)
    marks.sort(key=lambda mark: (mark.at, mark.source))
    return Thread(
        session=key[0],
        agent=key[1],
        requests=tuple(requests),
        steps=tuple(_steps(requests, marks)),
        marks=tuple(marks),
    )


def _steps(requests: Sequence[Request], marks: Sequence[Mark]) -> Iterable[Step]:
    times = [mark.at for mark in marks]
    lifetime = Lifetime.UNKNOWN
    for before, after in pairwise(requests):
        lifetime = _lifetime(before, lifetime)
        if before.position is None or after.position != before.position + 1:
            continue
        low, high = bisect_right(times, before.first_seen), bisect_right(times, after.first_seen)
        step = Step(before, after, tuple(marks[low:high]), recent_retry=False, lifetime=lifetime)
        if step.testable and step.continuity < BREAK_BELOW:
            since = bisect_left(times, after.first_seen - RETRY_WINDOW)
            step = replace(step, recent_retry=_retried(marks[since:high]))
            step = replace(step, reason=first_reason(step))
        yield step


def _lifetime(request: Request, known: Lifetime) -> Lifetime:
    if request.cache_write_1h_tokens:
        return Lifetime.ONE_HOUR
    if request.cache_write_5m_tokens:
        return Lifetime.FIVE_MINUTES
    return known


def _retried(marks: Sequence[Mark]) -> bool:
    return any(mark.kind in {MarkKind.RETRY, MarkKind.API_ERROR} for mark in marks)


def human_prompts(thread: Thread) -> tuple[Step, ...]:
    """Steps whose request answers a prompt that a person typed."""
    return tuple(step for step in thread.steps if step.after.prompt_words is not None)
