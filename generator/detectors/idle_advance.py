"""The meter moves although no logged call can have moved it.

Readings may be minutes or hours apart, so the rule looks at stretches of readings without calls, not at single
intervals: ten steps of one point at five-minute readings are as much as one of ten points.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from generator.detectors.shared.base import Benign, Detector, Explained, Judgement, Parameter, Reference, meter_finding
from generator.detectors.shared.meters import (
    BATCHED_POSTING,
    CAUGHT_UP,
    GLITCH,
    LATE,
    LATE_PARAMETER,
    LATE_POSTING,
    LIMITS_DOCS,
    NEARBY_PARAMETER,
    OTHER_CLIENT,
    POLLER_REFUSED,
    STOOD_STILL,
    explained_points,
    has_rate,
    settled_points,
    standing_since,
    unconfirmed,
)
from generator.detectors.shared.needs import METER, TOKENS
from generator.ledger.subjects import Interval, Meter, Scope
from generator.records.results import Finding, FindingGrade, Quantity, Unit

LONG = timedelta(minutes=15)
RISE = 2.0  # points
STEP = 1.0  # point
IDLE_BELOW = 0.5  # points


def _stretches(meter: Meter) -> Iterator[tuple[int, int]]:
    """First and last reading of each stretch in one reset window in which calls explain less than half a point."""
    readings, intervals = meter.readings, meter.intervals
    first = 0
    while first < len(intervals):
        last = first
        while (
            last < len(intervals)
            and intervals[last].same_window
            and explained_points(meter, readings[first].at, readings[last + 1].at) < IDLE_BELOW
        ):
            last += 1
        if last > first and readings[last].at - readings[first].at >= LONG:
            yield first, last
        first = max(last, first + 1)


def _points(meter: Meter, first: int, last: int) -> float:
    return Interval(meter.readings[first], meter.readings[last]).points


def _rule(meter: Meter) -> Iterator[Judgement]:
    for interval in meter.intervals:
        if _rose_over_a_reset(meter, interval):
            yield Explained("reset")  # benign: reset
    for first, last in _stretches(meter):
        if _points(meter, first, last) < STEP:
            continue
        idle = _well_after_calls(meter, first, last)
        benign = _benign(meter, first, idle, last)
        yield Explained(benign) if benign else _advance(meter, idle, last)


def _rose_over_a_reset(meter: Meter, interval: Interval) -> bool:
    return (
        not interval.same_window
        and interval.seconds >= LONG.total_seconds()
        and interval.points >= STEP
        and explained_points(meter, interval.before.at, interval.after.at) < IDLE_BELOW
    )


def _well_after_calls(meter: Meter, first: int, last: int) -> int:
    """The first reading of the stretch from which late posting of calls before explains nothing any more."""
    end = meter.readings[last].at
    while first < last and explained_points(meter, meter.readings[first].at - LATE, end) >= IDLE_BELOW:
        first += 1
    return first


def _benign(meter: Meter, first: int, idle: int, last: int) -> str | None:
    start, end = meter.readings[idle].at, meter.readings[last].at
    if _points(meter, first, last) < RISE:
        return "one-step"  # benign: one-step
    if end - start < LONG or _points(meter, idle, last) < RISE:
        return "late-posting"  # benign: late-posting
    if settled_points(meter, idle, last) < RISE:
        return "glitch"  # benign: glitch
    unposted = explained_points(meter, standing_since(meter, idle), end)
    if _points(meter, idle, last) - unposted < RISE:
        return "stood-still"  # benign: stood-still
    return None


def _advance(meter: Meter, first: int, last: int) -> Finding:
    start, end = meter.readings[first].at, meter.readings[last].at
    return meter_finding(
        IDLE_ADVANCE,
        meter,
        meter.intervals[first:last],
        FindingGrade.C,
        Quantity("rise", _points(meter, first, last), Unit.POINTS),
        Quantity("predicted", round(explained_points(meter, start - LATE, end), 3), Unit.POINTS),
        Quantity("span", (end - start).total_seconds(), Unit.SECONDS),
        unasked=unconfirmed(meter, last) if _points(meter, first, last - 1) < RISE else (),
    )


def _naive(meter: Meter) -> int:
    return sum(
        interval.points >= STEP and not meter.requests_between(interval.before.at, interval.after.at)
        for interval in meter.intervals
    )


IDLE_ADVANCE = Detector(
    id="idle-advance",
    version="1.0.0",
    title="Meter moves while idle",
    question="Does the usage meter advance although no logged call explains it?",
    scope=Scope.METER,
    unit="idle stretches",
    rule_text=(
        "Readings of one reset window are joined into stretches in which all logged calls together explain less than "
        "half a point, at the price of a point that the other readings of this meter give. Its beginning is cut off "
        "as long as calls of the ten minutes before could still be posted. What is left lasts at least 15 minutes, "
        "the meter rises by at least two points in it, and no innocent explanation holds."
    ),
    formula="rise >= 2 points in >= 15 min  and  cost(calls from 10 min before) / cost of a point < 0.5",
    naive_text="Every rise between two readings with no logged call between them.",
    naive_unit="rises between two readings",
    finding_unit="stretches of several readings",
    counterfactual="The meter would not have moved. Points, not tokens: no bill follows from a meter.",
    needs=(METER, TOKENS),
    benign=(
        Benign("reset", "A reset came between the readings, so the difference says nothing."),
        Benign("one-step", "It moved by less than two points: one step of the display, and its rounding."),
        LATE_POSTING,
        GLITCH,
        STOOD_STILL,
        OTHER_CLIENT,
        BATCHED_POSTING,
        Benign(
            "scheduled-work",
            "Scheduled tasks, channels or background agents worked where no log was kept.",
            decidable=False,
        ),
        Benign("stolen-session", "Somebody else used the account's credentials.", decidable=False),
    ),
    limits=(
        "Idle means: no call in the logs given. All logs of all clients of the account are needed, and clients such as "
        "claude.ai write none.",
        "The display can lag behind by hours (see the references), so a rise after work is weaker than one after a day "
        "without any.",
        "Only a silence of the whole account with all sessions revoked, beside an official meter, decides it.",
        "What a point costs is measured on the same logs by list price without cache reads; the weights of the meter "
        "are not published.",
    ),
    parameters=(
        Parameter(
            Quantity("smallest-rise", RISE, Unit.POINTS),
            "Twice the 1-point step of the display: one step may be due before and shown later.",
        ),
        Parameter(
            Quantity("shortest-stretch", LONG.total_seconds(), Unit.SECONDS),
            "Longer than the ten minutes allowed for late posting.",
        ),
        Parameter(Quantity("idle-below", IDLE_BELOW, Unit.POINTS), "Half a step of the display: rounds to nothing."),
        LATE_PARAMETER,
        NEARBY_PARAMETER,
    ),
    references=(
        LIMITS_DOCS,
        Reference(
            "Report of usage without prompts, with two rounds of analysis",
            "https://github.com/anthropics/claude-code/issues/43677",
        ),
        Reference(
            "Report of idle usage in which staff found no client cause",
            "https://github.com/anthropics/claude-code/issues/74803",
        ),
        POLLER_REFUSED,
        CAUGHT_UP,
    ),
    rule=_rule,
    measurable=has_rate,
    examined=lambda meter: sum(1 for _ in _stretches(meter)),
    naive=_naive,
    symptoms=("idle-usage",),
    surest=FindingGrade.C,
)
