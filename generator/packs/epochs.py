"""Level `aggregate`: breaks and answers of the detectors, in steps that no later call changes.

What a ledger or a detector says may depend on all calls of a log, so it cannot be added up from blocks. It is worked
out again on the log as it was at the end of an epoch: the calls before that midnight and nothing else. An epoch ends
with a block, where the log is half as large again as at the end of the one before, so all of them together take three
times the work of one. A count is told anew only where it has moved by enough since it was last told (as
`safety.is_enough` has it, by session where the detector looks at threads or counters). So between any two publications
of a growing log such a count differs by nothing, or by enough events of enough sessions.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from generator.base.progress import Track, silent
from generator.detectors import Detector
from generator.detectors.shared.judging import Judged, judged
from generator.detectors.shared.parts import failed, unmet
from generator.ledger.steps import Step, excess_cost
from generator.ledger.subjects import CounterSeries, Subject, Subjects, subjects
from generator.ledger.threads import Thread
from generator.packs.blocks import Span
from generator.packs.safety import (
    DOLLAR_GRID,
    FEWEST_CALLS,
    FEWEST_SESSIONS,
    TOKEN_GRID,
    Part,
    few,
    groups_told,
    nearest,
    told_sums,
)
from generator.records.results import BreakCount, Outcome, Run
from generator.records.rows import LogData

GROWTH = 1.5  # calls at the end of an epoch, by those at the end of the one before
NOBODY = ""  # the session of what is about a meter or the whole account

Counts = Mapping[str, int]  # by session


@dataclass(frozen=True)
class Epoch:
    """The log before `end` (a midnight, UTC), and the end of the epoch before."""

    start: datetime | None
    end: datetime
    shown: Subjects

    def steps(self) -> Iterator[Step]:
        """Steps to the calls that came with this epoch."""
        for thread in self.shown.threads:
            for step in thread.steps:
                if self.start is None or step.after.first_seen >= self.start:
                    yield step


def epochs(reading: LogData, told: Sequence[Span]) -> tuple[Epoch, ...]:
    """The epochs of a log whose closed days are these."""
    found: list[Epoch] = []
    calls = before = 0
    for span in told:
        calls += len(span.requests)
        if calls >= GROWTH * before:
            found.append(Epoch(found[-1].end if found else None, span.end, subjects(_until(reading, span.end))))
            before = calls
    return tuple(found)


def told_breaks(seen: Sequence[Epoch]) -> tuple[BreakCount, ...]:
    """Breaks by reason, the most frequent first."""
    by_reason: defaultdict[str, list[list[Part]]] = defaultdict(list)
    for epoch in seen:
        groups: defaultdict[str, list[Part]] = defaultdict(list)
        for step in epoch.steps():
            if step.reason is not None:
                amounts = (step.excess_tokens, excess_cost(step) or 0.0)
                groups[step.reason].append(Part(step.after.session, amounts))
        for reason, parts in groups.items():
            by_reason[reason].append(parts)
    rows = [row for reason, groups in by_reason.items() if (row := _break_count(reason, groups))]
    return tuple(sorted(rows, key=lambda row: (-row.count, row.reason)))


def told_steps(seen: Sequence[Epoch]) -> int:
    """Steps on which the identity can be tested, rounded down to fives."""
    groups = ([Part(step.after.session) for step in epoch.steps() if step.testable] for epoch in seen)
    return few(sum(map(len, groups_told(groups))))


def told_runs(seen: Sequence[Epoch], detectors: Sequence[Detector], track: Track = silent) -> tuple[Run, ...]:
    """What the detectors say, without findings. Where no epoch has ended, none could be asked."""
    return tuple(_told_run(detector, seen) for detector in track(detectors, "Running detectors"))


def _until(reading: LogData, end: datetime) -> LogData:
    """The log as it was at that time; of its account and its formats nothing."""
    return LogData(
        requests=tuple(one for one in reading.requests if one.first_seen < end),
        marks=tuple(one for one in reading.marks if one.at < end),
        meters=tuple(one for one in reading.meters if one.at < end),
        counters=tuple(one for one in reading.counters if one.at < end),
    )


def _break_count(reason: str, groups: Iterable[Sequence[Part]]) -> BreakCount | None:
    told = list(groups_told(groups))
    if not told:
        return None
    sums = [told_sums(parts) for parts in told]
    return BreakCount(
        reason=reason,
        count=few(sum(map(len, told))),
        excess_tokens=int(sum(nearest(tokens, TOKEN_GRID) for tokens, _ in sums)),
        excess_usd=round(sum(nearest(dollars, DOLLAR_GRID) for _, dollars in sums), 2),
    )


def _told_run(detector: Detector, seen: Sequence[Epoch]) -> Run:
    told = _Told()
    try:
        for epoch in seen:
            told.take(judged(detector, epoch.shown))
    except Exception as error:  # noqa: BLE001  as in `run`
        return failed(detector, error)
    missing = unmet(detector, seen[-1].shown if seen else Subjects(()))
    examined = told.count("examined")
    found = min(told.count("found"), examined) if detector.one_a_unit else told.count("found") if examined else 0
    names = sorted(benign.id for benign in detector.benign)
    explained = {id: count for id in names if (count := told.count(f"explained {id}"))}
    quiet = Outcome.QUIET if examined and not missing else Outcome.NOT_MEASURABLE
    return Run(
        detector=detector.id,
        version=detector.version,
        outcome=Outcome.FOUND if found else quiet,
        found=found,
        examined=examined,
        not_measurable=told.count("not measurable"),
        missing=missing,
        naive=max(0, found + sum(explained.values()) + told.count("rest")),
        explained=explained,
    )


class _Told:
    """Counts as they were last told, by name and session."""

    def __init__(self) -> None:
        self._told: dict[str, Counts] = {}

    def take(self, subjects_judged: Iterable[tuple[Subject, Judged]]) -> None:
        """Look at the counts of the next epoch; those that moved by enough are told from now on."""
        now: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for subject, answer in subjects_judged:
            for name, count in _counts(answer):
                now[name][_session(subject)] += count
        for name in now.keys() | self._told.keys():
            before = self._told.get(name, {})
            if _has_moved(before, now[name]):
                self._told[name] = now[name]

    def count(self, name: str) -> int:
        """The told count, rounded down to fives."""
        return few(sum(self._told.get(name, {}).values()))


def _counts(answer: Judged) -> Iterator[tuple[str, int]]:
    found, explained = len(answer.findings), answer.explained
    yield "examined", answer.examined
    yield "not measurable", int(not answer.measurable)
    yield "found", found
    yield "rest", answer.naive - found - sum(explained.values())
    yield from ((f"explained {id}", count) for id, count in explained.items())


def _session(subject: Subject) -> str:
    return subject.session if isinstance(subject, Thread | CounterSeries) else NOBODY


def _has_moved(before: Counts, now: Counts) -> bool:
    """By enough events of enough sessions? What is about no session is about the whole log."""
    moved = {session: now.get(session, 0) - before.get(session, 0) for session in before.keys() | now.keys()}
    sessions = [session for session, count in moved.items() if count]
    of_all = sessions == [NOBODY]
    return abs(sum(moved.values())) >= FEWEST_CALLS and (of_all or len(sessions) >= FEWEST_SESSIONS)
