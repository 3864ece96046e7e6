"""Planted faults of the meter: where they go, and which readings must show them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from generator.simulator.meters import Shown, Span, TrueMeter
from generator.simulator.sessions import Session

WEIGHT = "meter-cost-gap"
METER_FAULTS = ("idle-advance", "block-jump", "negative-delta", "recount-cluster", WEIGHT)
LATE = timedelta(minutes=10)
CHEAP = 3.0  # points of calls beside which a jump is planted
WORTH = 8.0  # points of calls in a window whose weight is tripled


@dataclass
class Glitch:
    """A moment in which the meter shows too little."""

    start: datetime
    end: datetime
    value: int | None = None  # that it shows; None where all lower ones were shown before


@dataclass
class Plan:
    """What is planted, and when the meter is read because of it."""

    extra: list[tuple[datetime, float]] = field(default_factory=list)  # points out of nothing
    tripled: list[Span] = field(default_factory=list)
    glitches: list[Glitch] = field(default_factory=list)
    clusters: list[tuple[datetime, datetime]] = field(default_factory=list)  # of corrections
    polls: list[datetime] = field(default_factory=list)


def plan(rng: random.Random, meter: TrueMeter, sessions: Sequence[Session], wishes: Sequence[tuple[str, int]]) -> Plan:
    """Find a place for each wish (kind, session); those without room are left out."""
    made = Plan()
    for kind, number in wishes:
        session = sessions[number]
        if len(session.calls) < 10:  # noqa: PLR2004
            continue
        later = sessions[number + 1 : number + 2]
        after = later[0].calls[0].began if later else session.log.clock + timedelta(days=1)
        if kind == WEIGHT:
            _triple(made, meter, session)
        elif kind == "block-jump":
            _jump(rng, made, meter, session)
        elif kind == "idle-advance":
            _advance(rng, made, meter, session, after)
        elif kind == "negative-delta":
            _glitch(made, meter, session)
        else:
            _cluster(made, meter, session, after)
    return made


def _triple(made: Plan, meter: TrueMeter, session: Session) -> None:
    span = meter.span(session.calls[0].ended)
    if span is None or span in made.tripled or meter.ruled(span):
        return
    if meter.usual(span.start, span.end) >= WORTH:
        made.tripled.append(span)


def _jump(rng: random.Random, made: Plan, meter: TrueMeter, session: Session) -> None:
    """Points in the midst of work, between two readings that are near each other."""
    for call in session.calls[len(session.calls) // 2 :]:
        at = call.ended + timedelta(seconds=40)
        before, after = at - timedelta(seconds=30), at + timedelta(seconds=rng.uniform(30, 120))
        cost = meter.predicted(before - LATE, after)
        if meter.span(before) and meter.span(before) == meter.span(after) and cost < CHEAP:
            made.extra.append((at, 2 * cost + rng.uniform(5, 8)))
            made.polls += [before, after]
            return


def _advance(rng: random.Random, made: Plan, meter: TrueMeter, session: Session, next_start: datetime) -> None:
    """Points while nobody works."""
    start = session.log.clock + LATE + timedelta(minutes=5)
    span = meter.span(start)
    end = min(span.end, next_start) - timedelta(minutes=5) if span else start
    if end - start < timedelta(minutes=45):
        return
    first = start + timedelta(minutes=rng.uniform(0, 10))
    made.extra.append((first + timedelta(minutes=rng.uniform(5, 15)), rng.uniform(3.5, 7)))
    made.polls += [first, first + timedelta(minutes=rng.uniform(20, 30))]


def _glitch(made: Plan, meter: TrueMeter, session: Session) -> None:
    """For a moment the meter shows too little."""
    start = session.calls[-2].ended + timedelta(seconds=5)
    end = start + timedelta(seconds=100)
    span = meter.span(start)
    if span and span == meter.span(end + timedelta(minutes=2)) and meter.used(start) >= 6:  # noqa: PLR2004
        made.glitches.append(Glitch(start, end))
        made.polls += [start - timedelta(seconds=2), start + timedelta(seconds=50), end + timedelta(seconds=30)]


def _cluster(made: Plan, meter: TrueMeter, session: Session, next_start: datetime) -> None:
    """Within ten minutes after work the meter is taken back again and again."""
    start = session.log.clock + timedelta(minutes=2)
    end = start + timedelta(minutes=9)
    span = meter.span(start)
    if span is None or any(start <= at < span.end for at, _ in made.extra):
        return
    if end < min(span.end, next_start) and meter.used(start) >= 6:  # noqa: PLR2004
        made.polls += [start + timedelta(seconds=65 * place) for place in range(8)]
        made.clusters.append((start, end))


def refine(made: Plan, meter: TrueMeter, readings: Sequence[Shown]) -> None:
    """Let glitches and corrections show values that their window has not shown before: others pass for old answers."""
    for glitch in made.glitches:
        now = int(meter.used(glitch.start))
        new = [value for value in _unseen(meter, readings, glitch.start) if value <= now - 3]
        glitch.value = new[0] if new else None
    for start, _ in made.clusters:
        level = int(meter.used(start))
        for place, value in enumerate(_unseen(meter, readings, start)[:5]):
            made.extra.append((start + timedelta(seconds=65 * place + 30), float(value - level)))
            level = value


def _unseen(meter: TrueMeter, readings: Sequence[Shown], at: datetime) -> list[int]:
    """Whole points below the present ones that no reading of the window showed, highest first."""
    seen = {reading.points for reading in readings if reading.at <= at and reading.span == meter.span(at)}
    return [value for value in range(int(meter.used(at)) - 1, -1, -1) if value not in seen]
