"""In which sessions of the public sets each detector looked and found something, by week.

A pack tells how many sessions a detector looked at and not which; that is asked of the detector again, whose rule does
not run. A session counts in each week in which it has a call, a finding in the week of its day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from generator.detectors import DETECTORS, Detector
from generator.detectors.shared.judging import sessions_of
from generator.dossier.computed.public import week_of
from generator.ledger.subjects import Subjects, arranged
from generator.records.results import Outcome, Pack, Run
from generator.statistics.strata import Stratum

Weeks = Mapping[str, frozenset[date]]
"""Mondays of the weeks of each session."""


@dataclass(frozen=True)
class Looked:
    """One detector in one set: the weeks of each session that it looked at, and those in which it found something."""

    set: str
    sessions: Weeks
    found: Weeks

    def in_week(self, week: date) -> tuple[int, int]:
        """Sessions with a finding of that week, and sessions of that week."""
        return _count(self.found, {week}), _count(self.sessions, {week})

    def against(self, week: date) -> Stratum:
        """The week beside all others: a session with calls in it and in others counts once on each side."""
        others = {one for weeks in self.sessions.values() for one in weeks} - {week}
        return Stratum(*self.in_week(week), _count(self.found, others), _count(self.sessions, others))


@dataclass(frozen=True)
class Fired:
    """One detector in all sets in which it could measure."""

    detector: Detector
    runs: tuple[Run, ...]  # of all sets
    looked: tuple[Looked, ...]  # of those in which sessions can be counted

    @property
    def sessions(self) -> int:
        """Sessions that it looked at."""
        return sum(len(one.sessions) for one in self.looked)

    @property
    def found(self) -> int:
        """Sessions with a finding."""
        return sum(len(one.found) for one in self.looked)

    def by_set(self, week: date) -> dict[str, Stratum]:
        """The week beside others, set by set; sets that have sessions on one side only say nothing and are left out."""
        every = {one.set: one.against(week) for one in self.looked}
        return {name: one for name, one in every.items() if one.trials and one.base_trials}

    def added_up(self, week: date) -> dict[str, Stratum]:
        """The week beside others in all sets, as if they were one."""
        every = [one.against(week) for one in self.looked]
        names = ("hits", "trials", "base_hits", "base_trials")
        return {"all sets": Stratum(*(sum(getattr(one, name) for one in every) for name in names))}


def _count(sessions: Weeks, weeks: Collection[date]) -> int:
    return sum(not one.isdisjoint(weeks) for one in sessions.values())


@dataclass(frozen=True)
class _Set:
    """One pack, arranged once for all detectors."""

    pack: Pack
    shown: Subjects
    weeks: Weeks
    times: Mapping[str, datetime]  # of each call


def fired(packs: Iterable[Pack], detectors: Iterable[Detector] = DETECTORS) -> tuple[Fired, ...]:
    """Every detector that ran over one of these full packs, in the order of the site."""
    sets = [
        _Set(
            pack,
            arranged(pack.requests, pack.marks, pack.meters, pack.counters),
            weeks_of(pack),
            {call.id: call.first_seen for call in pack.requests},
        )
        for pack in packs
    ]
    every = (_fired(detector, sets) for detector in detectors)
    return tuple(one for one in every if one.runs)


def _fired(detector: Detector, sets: Iterable[_Set]) -> Fired:
    runs = [(one, run) for one in sets for run in one.pack.runs if run.detector == detector.id]
    looked = tuple(_looked(detector, one, run) for one, run in runs if _counts(run))
    return Fired(detector, tuple(run for _, run in runs), looked)


def _counts(run: Run) -> bool:
    """A set that the detector could not measure is left out, and so is one of which sessions say nothing."""
    return run.outcome in {Outcome.FOUND, Outcome.QUIET} and run.sessions_examined is not None


def _looked(detector: Detector, one: _Set, run: Run) -> Looked:
    names: dict[str, str] = {}
    for subject in one.shown.of(detector.scope):
        if detector.measurable(subject) and detector.examined(subject):
            names |= sessions_of(detector, subject)
    found: defaultdict[str, set[date]] = defaultdict(set)
    for name, at in _named(one, run):
        session = names.get(name, "")
        if session in one.weeks:
            found[session].add(_nearest(week_of(at.date()), one.weeks[session]))
    return Looked(
        one.pack.id,
        {session: one.weeks[session] for session in sorted(set(names.values())) if session in one.weeks},
        {session: frozenset(weeks) for session, weeks in sorted(found.items())},
    )


def weeks_of(pack: Pack) -> Weeks:
    """The weeks in which each session has a call."""
    found: defaultdict[str, set[date]] = defaultdict(set)
    for call in pack.requests:
        found[call.session].add(week_of(call.first_seen.date()))
    return {session: frozenset(weeks) for session, weeks in found.items()}


def _named(one: _Set, run: Run) -> Iterator[tuple[str, datetime]]:
    """The session of each finding, with the finding's time, and each call that it names, with that of the call."""
    for finding in run.findings:
        yield finding.session, finding.at
        yield from ((name, one.times[name]) for name in finding.requests if name in one.times)


def _nearest(week: date, weeks: Collection[date]) -> date:
    """A finding may be dated by a line after the last call, in a week in which its session has none."""
    return min(weeks, key=lambda one: (abs(one - week), one))
