"""What a rule is shown: one thread, one meter, one running counter, or the whole account.

A rule sees one subject and nothing else, so it runs unchanged in a loop, in a process pool or on a cluster.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import accumulate, pairwise
from statistics import median

from generator.ledger.prices import cost_without_reads, rates
from generator.ledger.threads import Thread, threads_of
from generator.records.models import is_other_makers
from generator.records.rows import Counter, CounterReading, LogData, Mark, MarkKind, MeterReading, Request, Window

MODEL_WINDOWS = {
    Window.SEVEN_DAY_OPUS: "opus",
    Window.SEVEN_DAY_SONNET: "sonnet",
    Window.SEVEN_DAY_HAIKU: "haiku",
    Window.SEVEN_DAY_FABLE: "fable",
    Window.SEVEN_DAY_MYTHOS: "mythos",
}
UNRATED = frozenset({Window.EXTRA_USAGE, Window.SEVEN_DAY_OVERAGE_INCLUDED})
"""Windows that calls set no rate for: one moves only above the limits, of the other nobody says what it counts."""
RESET_JITTER = timedelta(minutes=2)  # the same reset is reported up to a second apart (log-formats 4.2)
MIN_RATED_POINTS = 3.0  # percentage points; below, the meter's 1-point steps drown what they cost


class Scope(StrEnum):
    """The kind of subject that a detector looks at."""

    THREAD = "thread"
    METER = "meter"
    COUNTER = "counter"
    ACCOUNT = "account"


@dataclass(frozen=True)
class Interval:
    """Two neighbouring readings of one meter window."""

    before: MeterReading
    after: MeterReading

    @property
    def points(self) -> float:
        """Percentage points by which the meter moved."""
        return round(100 * (self.after.used - self.before.used), 6)

    @property
    def seconds(self) -> float:
        """Seconds between the readings."""
        return (self.after.at - self.before.at).total_seconds()

    @property
    def same_window(self) -> bool:
        """Do both readings lie in one reset window? A reset lies between them if its time moved or has passed.

        Where a reading gives no reset time, a fall can only be read as a reset.
        """
        first, second = self.before.resets_at, self.after.resets_at
        if first is not None and self.after.at >= first:
            return False
        if first is None or second is None:
            return self.after.used >= self.before.used
        return abs(second - first) <= RESET_JITTER


@dataclass(frozen=True)
class Meter:
    """One window of one account's meter, oldest reading first, beside all calls of the same evidence."""

    account: str
    window: Window
    readings: tuple[MeterReading, ...]
    siblings: tuple[MeterReading, ...]  # readings of the account's other windows
    requests: tuple[Request, ...]  # of all threads, by the end of their answers
    refusals: tuple[Mark, ...]  # limit refusals, by time

    @cached_property
    def intervals(self) -> tuple[Interval, ...]:
        """Neighbouring readings."""
        return tuple(Interval(before, after) for before, after in pairwise(self.readings))

    @cached_property
    def _times(self) -> list[datetime]:
        return [request.ended for request in self.requests]

    @cached_property
    def _running(self) -> list[float]:
        return [0.0, *accumulate(self.cost(request) for request in self.requests)]

    @cached_property
    def _unpriced(self) -> list[int]:
        return [0, *accumulate(rates(request) is None for request in self.requests)]

    def unpriced_between(self, start: datetime, end: datetime) -> int:
        """Number of logged calls without a known price that ended in (start, end]."""
        return self._unpriced[bisect_right(self._times, end)] - self._unpriced[bisect_right(self._times, start)]

    @cached_property
    def window_starts(self) -> tuple[int, ...]:
        """For each reading, the place of the first one in its reset window."""
        starts: list[int] = []
        for place, reading in enumerate(self.readings):
            new = not starts or not Interval(self.readings[place - 1], reading).same_window
            starts.append(place if new else starts[-1])
        return tuple(starts)

    def cost(self, request: Request) -> float:
        """Quota cost in USD to this window; 0.0 for a model that the window does not count."""
        return quota_cost(request) if MODEL_WINDOWS.get(self.window, "") in request.model else 0.0

    def requests_between(self, start: datetime, end: datetime) -> Sequence[Request]:
        """Logged calls that ended in (start, end]."""
        return self.requests[bisect_right(self._times, start) : bisect_right(self._times, end)]

    def cost_between(self, start: datetime, end: datetime) -> float:
        """Quota cost in USD of the logged calls that ended in (start, end]."""
        return self._running[bisect_right(self._times, end)] - self._running[bisect_right(self._times, start)]

    @cached_property
    def windows(self) -> tuple[tuple[MeterReading, ...], ...]:
        """Readings by reset window."""
        starts = [*dict.fromkeys(self.window_starts), len(self.readings)]
        return tuple(self.readings[start:end] for start, end in pairwise(starts))

    @cached_property
    def usd_per_point(self) -> float | None:
        """Quota cost of one percentage point: median over the reset windows; None where none moved enough.

        The median keeps a window that was disturbed from setting the measure by which it is judged.
        """
        if self.window in UNRATED:
            return None
        rated = [rate for run in self.windows if (rate := self.window_rate(run)) is not None]
        return median(rated) if rated else None

    def window_rate(self, run: Sequence[MeterReading]) -> float | None:
        """USD a point in one reset window; None where the meter moved too little or no call is logged."""
        points = 100 * (run[-1].used - run[0].used)
        cost = self.cost_between(run[0].at, run[-1].at)
        return cost / points if points >= MIN_RATED_POINTS and cost > 0 else None


@dataclass(frozen=True)
class CounterSeries:
    """One running counter of one session, oldest reading first, with the marks of the session's main thread."""

    session: str
    counter: Counter
    readings: tuple[CounterReading, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Account:
    """Every thread of the evidence, for questions about versions, days and settings."""

    threads: tuple[Thread, ...]

    @cached_property
    def by_version(self) -> dict[str, tuple[Request, ...]]:
        """Requests by client version, oldest first; those without a version are left out."""
        found: defaultdict[str, list[Request]] = defaultdict(list)
        for request in (request for thread in self.threads for request in thread.requests):
            if request.version:
                found[request.version].append(request)
        return {
            version: tuple(sorted(found[version], key=lambda request: (request.first_seen, request.id)))
            for version in sorted(found, key=version_key)
        }


Subject = Thread | Meter | CounterSeries | Account


@dataclass(frozen=True)
class Subjects:
    """Everything that detectors can be shown of one body of evidence."""

    threads: tuple[Thread, ...]
    meters: tuple[Meter, ...] = ()
    counters: tuple[CounterSeries, ...] = ()
    foreign: tuple[Request, ...] = ()  # calls of other makers' models, about which nothing is asked
    whole: bool = True  # are these all threads of the evidence? A share of them is no account

    def of(self, scope: Scope) -> tuple[Subject, ...]:
        """The subjects of one scope."""
        if scope is Scope.THREAD:
            return self.threads
        if scope is Scope.METER:
            return self.meters
        if scope is Scope.COUNTER:
            return self.counters
        return (self.account,) if self.threads and self.whole else ()

    @cached_property
    def account(self) -> Account:
        """All threads together; one value, so that detectors share what it has sorted."""
        return Account(self.threads)


def subjects(reading: LogData) -> Subjects:
    """All subjects of what was read."""
    return arranged(reading.requests, reading.marks, reading.meters, reading.counters)


def arranged(
    requests: Iterable[Request],
    marks: Sequence[Mark],
    meters: Iterable[MeterReading] = (),
    counters: Iterable[CounterReading] = (),
) -> Subjects:
    """Threads, meters and counters of these records."""
    grouped = threads_of(requests, marks)
    threads = tuple(thread for thread in grouped if thread.requests or not thread.foreign)
    foreign = tuple(request for thread in grouped for request in thread.foreign)
    if foreign:
        marks = _of_own(marks, grouped)
    return Subjects(threads, _meters(meters, threads, marks), _counters(_own_counters(counters), marks), foreign)


def _own_counters(readings: Iterable[CounterReading]) -> list[CounterReading]:
    """Readings of sessions in which no other maker's model was shown: one counter runs over all models of a session."""
    readings = list(readings)
    foreign = {row.session for row in readings if row.model is not None and is_other_makers(row.model)}
    return [row for row in readings if row.session not in foreign]


def _of_own(marks: Sequence[Mark], grouped: Sequence[Thread]) -> Sequence[Mark]:
    """Marks without those of sessions in which only other makers' models answered."""
    own = {thread.session for thread in grouped if thread.requests}
    foreign = {thread.session for thread in grouped if thread.foreign} - own
    return [mark for mark in marks if mark.session not in foreign]


def _meters(readings: Iterable[MeterReading], threads: Sequence[Thread], marks: Sequence[Mark]) -> tuple[Meter, ...]:
    found: defaultdict[tuple[str, Window], list[MeterReading]] = defaultdict(list)
    for reading in readings:
        found[reading.account, reading.window].append(reading)
    if not found:
        return ()
    requests = tuple(
        sorted((request for thread in threads for request in thread.requests), key=lambda one: (one.ended, one.id))
    )
    refusals = tuple(
        sorted((mark for mark in marks if mark.kind is MarkKind.LIMIT_REFUSAL), key=lambda mark: (mark.at, mark.source))
    )
    order = {key: sorted(rows, key=lambda row: (row.at, row.source)) for key, rows in found.items()}
    return tuple(
        Meter(
            account=account,
            window=window,
            readings=tuple(order[account, window]),
            siblings=tuple(
                row
                for (other, kind), rows in sorted(order.items())
                if other == account and kind != window
                for row in rows
            ),
            requests=requests,
            refusals=refusals,
        )
        for account, window in sorted(order)
    )


def _counters(readings: Iterable[CounterReading], marks: Sequence[Mark]) -> tuple[CounterSeries, ...]:
    found: defaultdict[tuple[str, Counter], list[CounterReading]] = defaultdict(list)
    for reading in readings:
        found[reading.session, reading.counter].append(reading)
    if not found:
        return ()
    notes: defaultdict[str, list[Mark]] = defaultdict(list)
    for mark in marks:
        if not mark.agent:
            notes[mark.session].append(mark)
    return tuple(
        CounterSeries(
            session=session,
            counter=counter,
            readings=tuple(sorted(rows, key=lambda row: (row.at, row.source))),
            marks=tuple(sorted(notes.get(session, []), key=lambda mark: (mark.at, mark.source))),
        )
        for (session, counter), rows in sorted(found.items())
    )


def quota_cost(request: Request) -> float:
    """USD at list price without cache reads; 0.0 where no price is known.

    In the best public meter data (90 five-hour windows) a token read from cache moves the meter by
    0.0005 [0-0.0024] of what an output token does, so reads are left out (research/detectors.md 2.3).
    """
    return cost_without_reads(request) or 0.0


def marks_between(marks: Sequence[Mark], start: datetime, end: datetime) -> Sequence[Mark]:
    """Marks, sorted by time, in [start, end]."""
    times = [mark.at for mark in marks]
    return marks[bisect_left(times, start) : bisect_right(times, end)]


def version_key(version: str) -> tuple[int, ...]:
    """Order of client versions: 2.1.9 before 2.1.10."""
    return tuple(int(part) for part in version.split(".")) if version else ()
