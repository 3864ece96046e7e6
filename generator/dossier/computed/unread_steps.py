"""Steps seconds after an answer, and in which of them the request does not read the entry that was written last."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from generator.dossier.computed.public import Looked, steps_of
from generator.ledger.steps import UNREAD_LEAST, UNREAD_SAME, UNREAD_WITHIN, Step
from generator.ledger.threads import Thread
from generator.statistics.clusters import Cluster

BEGIN, END = date(2026, 3, 13), date(2026, 5, 6)
"""First and last day of the period; chosen after the counts by day had been seen, and tested by change points."""
BEFORE, DURING, AFTER = "Before 13 March 2026", "13 March to 6 May", "After 6 May"
PERIODS = (BEFORE, DURING, AFTER)
LATER = 60.0  # seconds; steps from five to sixty are counted beside


@dataclass(frozen=True, slots=True)
class Soon(Looked):
    """A testable step with what is asked of it."""

    unread: bool  # by the rule with its usual tolerance
    off: float  # by how much what is missing departs from the last write, as a share of it; infinite where not asked
    other: bool  # the placebo: what is missing equals the write before the last one, and not the last one
    period: str  # one of the three


def soon_steps(threads: Iterable[tuple[str, Thread]]) -> tuple[Soon, ...]:
    """Steps up to sixty seconds after the answer before."""
    threads = tuple(threads)
    wrote = {(name, step.after.id): step.before.cache_write_tokens for name, thread in threads for step in thread.steps}
    return tuple(_asked(threads, wrote))


def _asked(threads: Sequence[tuple[str, Thread]], wrote: dict[tuple[str, str], int]) -> Iterator[Soon]:
    for row in steps_of(threads):
        if row.step.age > LATER:
            continue
        off = departure(row.step, row.step.before.cache_write_tokens)
        older = departure(row.step, wrote.get((row.set, row.step.before.id), 0))
        yield Soon(
            row.set,
            row.session,
            row.agent,
            row.step,
            row.day,
            unread=off <= UNREAD_SAME,
            off=off,
            other=older <= UNREAD_SAME < off,
            period=BEFORE if row.day < BEGIN else DURING if row.day <= END else AFTER,
        )


def departure(step: Step, write: int) -> float:
    """By how much the tokens that were not read differ from this write, as a share of it.

    Infinite where the write is under 200 tokens or nothing was read.
    """
    if write < UNREAD_LEAST or not step.read:
        return float("inf")
    return abs(step.expected - step.read - write) / write


def within(rows: Iterable[Soon], seconds: float = UNREAD_WITHIN) -> list[Soon]:
    """Those whose request began at most so many seconds after the answer."""
    return [row for row in rows if row.step.age <= seconds]


def counts(rows: Iterable[Soon], is_hit: Callable[[Soon], bool] = lambda row: row.unread) -> tuple[int, int]:
    """(hits, steps)."""
    found = [is_hit(row) for row in rows]
    return sum(found), len(found)


def sessions(rows: Iterable[Soon]) -> tuple[Cluster, ...]:
    """Hits and steps by session."""
    found: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        one = found.setdefault(row.cluster, [0, 0])
        one[0] += row.unread
        one[1] += 1
    return tuple(Cluster(*one) for one in found.values())


def sessions_by_day(rows: Iterable[Soon]) -> tuple[dict[date, Cluster], ...]:
    """The same by day within each session."""
    found: dict[tuple[str, str], dict[date, list[int]]] = {}
    for row in rows:
        one = found.setdefault(row.cluster, {}).setdefault(row.day, [0, 0])
        one[0] += row.unread
        one[1] += 1
    return tuple({day: Cluster(*one) for day, one in days.items()} for days in found.values())
