"""Answers of all users become one pack of level `aggregate`: sums and shares, none of few users, no row, no finding."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from math import fsum

from generator.base.problems import LogError, Problem
from generator.detectors import DETECTORS, Detector
from generator.fleet.anonymous import Days, may_be_told, told, told_days
from generator.fleet.answers import Answer
from generator.packs.fleet import SESSIONS
from generator.records.fleet import Fleet, FleetRate, Group
from generator.records.results import BreakCount, DaySum, Level, Outcome, Pack, Reconciliation, Run, Totals

Read = Sequence[Answer]
CENTS = 2


def report(answers: Iterable[Answer], *, id: str, fewest: int, tool_version: str, simulated: bool) -> Pack:
    """The pack. Raises LogError where fewer than `fewest` users have calls: nothing may be told of so few."""
    read = sorted((one for one in answers if one.requests), key=lambda one: (one.user, one.requests))
    users = {one.user for one in read}
    if len(users) < fewest:
        message = f"{len(users):,} users have calls, and nothing is told of fewer than {fewest:,}"
        hint = "name more users; of one, use witnessmark collect"
        raise LogError(Problem("fleet", 0, 0, "W-fleet-few", message, hint))
    rates, suppressed = told(((one.user, amount) for one in read for amount in one.amounts), fewest)
    days = told_days(((one.user, use) for one in read for use in one.days), fewest)
    sums = tuple(
        DaySum(
            day=use.day,
            model=use.model,
            requests=use.requests,
            input_tokens=use.input_tokens,
            cache_write_tokens=use.cache_write_tokens,
            cache_read_tokens=use.cache_read_tokens,
            output_tokens=use.output_tokens,
        )
        for use in days.told
    )
    return Pack(
        id=id,
        simulated=simulated,
        level=Level.AGGREGATE,
        tool_version=tool_version,
        tallies=(),
        totals=_totals(days, rates, read, fewest),
        days=sums,
        marks_by_kind={},
        breaks=_breaks(read, fewest),
        runs=tuple(_run(detector, read, fewest) for detector in DETECTORS),
        reconciliation=Reconciliation(),
        fleet=Fleet(
            fewest=fewest,
            users=len(users),
            suppressed=suppressed,
            suppressed_days=days.suppressed,
            rates=rates,
        ),
    )


def _totals(days: Days, rates: Iterable[FleetRate], read: Read, fewest: int) -> Totals:
    """Sums of the days and of the sessions that are told."""
    uses = [*days.told, *((days.rest,) if days.rest else ())]
    sessions = [one.trials for one in rates if one.subject == SESSIONS and one.group is Group.TOLD]
    return Totals(
        requests=sum(use.requests for use in uses),
        input_tokens=sum(use.input_tokens for use in uses),
        cache_write_tokens=sum(use.cache_write_tokens for use in uses),
        cache_read_tokens=sum(use.cache_read_tokens for use in uses),
        output_tokens=sum(use.output_tokens for use in uses),
        cost_usd=round(fsum(use.usd for use in uses), CENTS),
        sessions=sum(sessions),
        steps=_told_sum(read, lambda one: one.totals.steps, fewest),
    )


def _told_sum(read: Read, count: Callable[[Answer], int], fewest: int) -> int:
    """The sum over users, 0 where it may not be told."""
    by_user: defaultdict[str, int] = defaultdict(int)
    for one in read:
        by_user[one.user] += count(one)
    return sum(by_user.values()) if may_be_told(list(by_user.values()), fewest) else 0


def _breaks(read: Read, fewest: int) -> tuple[BreakCount, ...]:
    by_reason: defaultdict[str, defaultdict[str, list[BreakCount]]] = defaultdict(lambda: defaultdict(list))
    for one in read:
        for row in one.breaks:
            by_reason[row.reason][one.user].append(row)
    found = []
    for reason, users in by_reason.items():
        columns = [[sum(row.count for row in rows), sum(row.excess_tokens for row in rows)] for rows in users.values()]
        counts, tokens = ([column[place] for column in columns] for place in (0, 1))
        if not may_be_told(counts, fewest):
            continue
        enough = may_be_told(tokens, fewest)  # else a heavy user would be told
        usd = sum(row.excess_usd for rows in users.values() for row in rows) if enough else 0.0
        found.append(
            BreakCount(
                reason=reason,
                count=sum(counts),
                excess_tokens=sum(tokens) if enough else 0,
                excess_usd=round(usd, CENTS),
            )
        )
    return tuple(sorted(found, key=lambda row: (-row.count, row.reason)))


def _run(detector: Detector, read: Read, fewest: int) -> Run:
    """The runs of all users as one; not measurable where too few of them, or mostly one, were looked at."""
    runs = [(one.user, run) for one in read for run in one.runs if run.detector == detector.id]
    able = [(user, run) for user, run in runs if run.outcome in {Outcome.FOUND, Outcome.QUIET}]
    by_user: defaultdict[str, int] = defaultdict(int)
    for user, run in able:
        by_user[user] += run.examined
    if not may_be_told(list(by_user.values()), fewest):
        missing = [set(run.missing) for _, run in runs]
        lacking = set.intersection(*missing) if missing else set()
        return Run(
            detector=detector.id,
            version=detector.version,
            outcome=Outcome.NOT_MEASURABLE,
            missing=tuple(need.id for need in detector.needs if need.id in lacking),
        )
    found = sum(run.found for _, run in able)
    return Run(
        detector=detector.id,
        version=detector.version,
        outcome=Outcome.FOUND if found else Outcome.QUIET,
        found=found,
        examined=sum(by_user.values()),
        naive=sum(run.naive for _, run in able),
    )
