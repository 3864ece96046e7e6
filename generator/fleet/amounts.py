"""Counts of one user that a report of many users adds up: sessions by client version, and two natural experiments.

The experiments are those that the public logs of the site show (dossier/computed), by the same rules: entries of the
cache that were not read within five seconds of being written, before, during and after a period; and sub-agents whose
writes live an hour beside a main thread whose writes do, before and after a day. A fleet can tell what a few logs
cannot: whether a change goes with the day or with the client's version.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import fsum

from generator.detectors import DETECTORS, Detector
from generator.detectors.shared.judging import sessions_of
from generator.dossier.computed.life_agents import sub_agents
from generator.dossier.computed.life_writes import LAST_HOUR, Write, writes_in
from generator.dossier.computed.unread_steps import BEFORE, DURING, soon_steps, within
from generator.fleet.answers import Amount, DayUse
from generator.ledger.prices import cost
from generator.ledger.subjects import Subjects
from generator.packs.fleet import MAIN_HOUR, SESSIONS, SUB_AGENTS_HOUR, UNREAD
from generator.records.fleet import Counted, Part
from generator.records.results import Outcome, Run
from generator.records.rows import Request

PARTS = {BEFORE: Part.BEFORE, DURING: Part.DURING}
"""Every other period is after."""


def amounts_of(user: str, shown: Subjects, runs: Iterable[Run]) -> tuple[Amount, ...]:
    """All counts of one body of evidence."""
    versions = first_versions(call for thread in shown.threads for call in thread.requests)
    by_id = {run.detector: run for run in runs}
    every = [
        *_sessions(versions),
        *(one for detector in DETECTORS if detector.id in by_id for one in _of(detector, shown, by_id, versions)),
        *_unread(user, shown),
        *_cache_life(user, shown),
    ]
    return tuple(sorted(every, key=lambda one: (one.subject, one.part, one.version)))


def first_versions(calls: Iterable[Request]) -> dict[str, str]:
    """The client version that each session began with, without calls of no known session."""
    first: dict[str, Request] = {}
    for call in calls:
        if call.id == call.session:
            continue
        known = first.setdefault(call.session, call)
        if (call.first_seen, call.id) < (known.first_seen, known.id):
            first[call.session] = call
    return {session: call.version for session, call in first.items()}


def _sessions(versions: Mapping[str, str]) -> Iterator[Amount]:
    for version, count in Counter(versions.values()).items():
        yield Amount(SESSIONS, Counted.SESSIONS, Part.ALL, version, 0, count)


def _of(detector: Detector, shown: Subjects, runs: Mapping[str, Run], versions: Mapping[str, str]) -> Iterator[Amount]:
    """Sessions with a finding among those looked at; where a detector looks at no sessions, the user as one trial."""
    run = runs[detector.id]
    if run.outcome not in {Outcome.FOUND, Outcome.QUIET}:
        return
    if run.sessions_examined is None:
        yield Amount(detector.id, Counted.USERS, Part.ALL, "", int(run.found > 0), 1)
        return
    names: dict[str, str] = {}
    for subject in shown.of(detector.scope):
        if detector.measurable(subject) and detector.examined(subject):
            names |= sessions_of(detector, subject)
    named = (name for finding in run.findings for name in (finding.session, *finding.requests))
    hit = {names[name] for name in named if name in names}
    looked: defaultdict[str, list[str]] = defaultdict(list)
    for session in set(names.values()):
        looked[versions.get(session, "")].append(session)
    for version, sessions in looked.items():
        yield Amount(detector.id, Counted.SESSIONS, Part.ALL, version, len(hit.intersection(sessions)), len(sessions))


def _unread(user: str, shown: Subjects) -> Iterator[Amount]:
    found: defaultdict[tuple[Part, str], list[bool]] = defaultdict(list)
    for row in within(soon_steps((user, thread) for thread in shown.threads)):
        found[PARTS.get(row.period, Part.AFTER), row.version].append(row.unread)
    for (part, version), unread in found.items():
        yield Amount(UNREAD, Counted.REQUESTS, part, version, sum(unread), len(unread))


def _cache_life(user: str, shown: Subjects) -> Iterator[Amount]:
    writes = writes_in(user, [call for thread in shown.threads for call in thread.requests])
    agents: defaultdict[Part, list[bool]] = defaultdict(list)
    for one in sub_agents(writes):
        if one.main_for_an_hour:
            agents[_part(late=one.day > LAST_HOUR)].append(one.only_hour)
    for part, kept in agents.items():
        yield Amount(SUB_AGENTS_HOUR, Counted.SUB_AGENTS, part, "", sum(kept), len(kept))
    yield from _main_threads(writes)


def _main_threads(writes: Sequence[Write]) -> Iterator[Amount]:
    """Sessions whose main thread wrote anything for an hour, among those whose main thread wrote."""
    for_an_hour: defaultdict[tuple[Part, str], bool] = defaultdict(bool)
    for one in writes:
        if not one.agent:
            for_an_hour[_part(late=one.day > LAST_HOUR), one.session] |= one.hour > 0
    for part in (Part.BEFORE, Part.AFTER):
        kept = [hour for (when, _), hour in for_an_hour.items() if when is part]
        if kept:
            yield Amount(MAIN_HOUR, Counted.SESSIONS, part, "", sum(kept), len(kept))


def _part(*, late: bool) -> Part:
    return Part.AFTER if late else Part.BEFORE


def days_of(calls: Iterable[Request]) -> tuple[DayUse, ...]:
    """Calls by day and model."""
    cells: defaultdict[tuple[str, str], list[Request]] = defaultdict(list)
    for call in calls:
        cells[call.first_seen.date().isoformat(), call.model].append(call)
    return tuple(
        DayUse(
            day,
            model,
            len(some),
            sum(call.input_tokens for call in some),
            sum(call.cache_write_tokens for call in some),
            sum(call.cache_read_tokens for call in some),
            sum(call.output_tokens for call in some),
            fsum(cost(call) or 0.0 for call in some),
        )
        for (day, model), some in sorted(cells.items())
    )
