"""Threads: the requests of one session and agent in their order, with a step from each to the one it continues.

A request continues the one above it in the tree of lines, where the format has one: two clients in one session,
rewinds and branches need no explanation then. A break is a departure from the cache identity; the exceptions are
bimodal in real logs, so the cut at 0.98 is not delicate. Each break carries its reason.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

import msgspec

from generator.ledger.explanations import first_reason
from generator.ledger.prices import cost
from generator.ledger.steps import BREAK_BELOW, Lifetime, Step, step_between
from generator.ledger.turns import RECENT, SAME_READ, thinking_around
from generator.records.models import is_other_makers
from generator.records.rows import Mark, MarkKind, Request, Role, SourceRef

ERRORS = frozenset({MarkKind.RETRY, MarkKind.API_ERROR})
SAME_LEFT = 0.001  # of what a request left in the cache, by which the read of one that goes on from it may differ


@dataclass(frozen=True)
class Thread:
    """All requests of one (session, agent), oldest first, with a step from each to what it continues.

    Calls of other makers' models are kept apart: no question is about them, nor about what happened around them.
    """

    session: str
    agent: str
    requests: tuple[Request, ...]
    steps: tuple[Step, ...]
    marks: tuple[Mark, ...]
    foreign: tuple[Request, ...] = ()
    summaries: tuple[Request, ...] = ()  # of a session's first thread: first call of each agent that sums it up

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
    threads = tuple(_thread(key, grouped[key], marked.get(key, [])) for key in sorted(grouped))
    return _with_summaries(threads)


def _with_summaries(threads: tuple[Thread, ...]) -> tuple[Thread, ...]:
    """The same, each session's first thread with the calls of other threads that sum the session up."""
    found: defaultdict[str, list[Request]] = defaultdict(list)
    for thread in threads:
        if thread.agent and thread.requests and thread.requests[0].role is Role.COMPACTION:
            found[thread.session].append(thread.requests[0])
    if not found:
        return threads
    first = {thread.session: index for index, thread in reversed(list(enumerate(threads)))}
    hosts = {first[session]: sorted(calls, key=_order) for session, calls in found.items()}
    return tuple(
        replace(thread, summaries=tuple(hosts[index])) if index in hosts else thread
        for index, thread in enumerate(threads)
    )


def _order(request: Request) -> tuple[datetime, SourceRef]:
    return (request.first_seen, request.source)


def _thread(key: tuple[str, str], requests: list[Request], marks: list[Mark]) -> Thread:
    if any(request.position is None for request in requests):
        requests.sort(key=_order)
        requests = [msgspec.structs.replace(request, position=i) for i, request in enumerate(requests)]
    else:
        requests.sort(key=lambda request: request.position or 0)
    marks.sort(key=lambda mark: (mark.at, mark.source))
    foreign = [request for request in requests if is_other_makers(request.model)]
    if foreign:
        marks = _around_own(requests, marks)
    return Thread(
        session=key[0],
        agent=key[1],
        requests=tuple(request for request in requests if not is_other_makers(request.model))
        if foreign
        else tuple(requests),
        steps=tuple(_reasoned(list(_steps(requests, marks)))),
        marks=tuple(marks),
        foreign=tuple(foreign),
    )


def _around_own(requests: Sequence[Request], marks: Sequence[Mark]) -> list[Mark]:
    """Marks with a call of a judged model before or after them."""
    times = [request.first_seen for request in requests]
    kept = []
    for mark in marks:
        place = bisect_right(times, mark.at)
        if not all(is_other_makers(request.model) for request in requests[max(0, place - 1) : place + 1]):
            kept.append(mark)
    return kept


def _steps(requests: Sequence[Request], marks: Sequence[Mark]) -> Iterable[Step]:
    times = [mark.at for mark in marks]
    lifetimes: dict[str, Lifetime] = {}
    begins: dict[str, int] = {}  # by request: where the marks of the step to it begin
    left: dict[str, int] = {}  # by request: tokens that the one it continues had left in the cache
    by_id = {request.id: request for request in requests}
    for index, after in enumerate(requests):
        before = _continued(requests, index, by_id)
        lifetime = _lifetime(before, lifetimes.get(before.id, Lifetime.UNKNOWN)) if before else Lifetime.UNKNOWN
        lifetimes[after.id] = lifetime
        if before is None:
            continue
        low, high = bisect_right(times, before.first_seen), bisect_right(times, after.first_seen)
        begins[after.id], left[after.id] = low, before.left
        if is_other_makers(before.model) or is_other_makers(after.model):
            continue
        errors = any(mark.kind in ERRORS for mark in marks[begins.get(before.id, low) : high])
        inherited = left.get(before.id, 0)
        yield step_between(
            before, after, tuple(marks[low:high]), retried=errors, lifetime=lifetime, inherited=inherited
        )


def _continued(requests: Sequence[Request], index: int, by_id: Mapping[str, Request]) -> Request | None:
    """The request that this one continues: the one above it in the tree of lines, else the one before it in time.

    None for a first one, and where a partial pack lacks it.
    """
    after = requests[index]
    above = by_id.get(after.follows) if after.follows else None
    if above is not None and (above.position or 0) < (after.position or 0):
        return above
    before = requests[index - 1] if index else None
    return before if before is not None and after.position == (before.position or 0) + 1 else None


def _reasoned(steps: Sequence[Step]) -> Iterator[Step]:
    """The steps, each break with its reason."""
    following = {step.before.id: step for step in reversed(steps)}  # the next that continues it, not a later branch
    for place, step in enumerate(steps):
        if not step.testable or step.continuity >= BREAK_BELOW:
            yield step
            continue
        later = following.get(step.after.id)
        known = msgspec.structs.replace(
            step,
            thinking=thinking_around(steps, place),
            reread=later is not None and _reads_old(step, later),
            interleaved=_is_interleaved(steps, place),
        )
        yield msgspec.structs.replace(known, reason=first_reason(known))


def _reads_old(step: Step, later: Step) -> bool:
    """Does the next request read the old prefix again, and not what the broken step wrote?"""
    old, new = step.expected, step.after.left
    return abs(later.read - old) <= SAME_READ * old / 2 < abs(new - old)


def _is_interleaved(steps: Sequence[Step], place: int) -> bool:
    """Is the prompt smaller than the one before, reads it just what an older request left, and does a later one read
    just what the request before left?

    Then two conversations take turns in one thread, as where a session is open twice and no tree of lines tells it.
    """
    step = steps[place]
    if not step.read or step.after.prompt_tokens >= step.before.context:
        return False
    older = any(_is_same(step.read, one.before.left) for one in steps[max(0, place - RECENT) : place])
    return older and any(_is_same(one.read, step.expected) for one in steps[place + 1 : place + 1 + RECENT])


def _is_same(read: int, left: int) -> bool:
    return abs(read - left) <= SAME_LEFT * left


def _lifetime(request: Request, known: Lifetime) -> Lifetime:
    if request.cache_write_1h_tokens:
        return Lifetime.ONE_HOUR
    if request.cache_write_5m_tokens:
        return Lifetime.FIVE_MINUTES
    return known


def human_prompts(thread: Thread) -> tuple[Step, ...]:
    """Steps whose request answers a prompt that a person typed."""
    return tuple(step for step in thread.steps if step.after.prompt_words is not None)
